"""Run -> statement, worked by hand on a scripted journal, and held together on runs of the shipped policies."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from accounting.journal import fill, leg
from alvh.accounting.book import Book, Settlement
from alvh.accounting.ledger import close_books
from alvh.day import Run
from alvh.decision.rules.sizing import Sizing, SizingParams
from alvh.diagnosis.indicators import regime
from alvh.evidence.account import account, campaign_lines, condor_margin, margin_usd, regimes, tradable
from alvh.execution.execute import Execution
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.brokers import load_broker
from alvh.policies.policy import Policy, preset
from alvh.values import Contract, Instant, Plan, Skip
from invariants.worlds import World, history_of
from tiny_market import TinySpec

SPEC = TinySpec(sessions=120, shock_at=(60,))
HISTORY = history_of(SPEC.tables(), SPEC)
DATES = HISTORY.dates
EXPIRY = dt.date(2017, 2, 17)
LEGS = tuple(
    Contract("SPXW", EXPIRY, strike, right)
    for strike, right in ((2200.0, "P"), (2150.0, "P"), (2300.0, "C"), (2325.0, "C"))
)
CALL = Contract("VIX", dt.date(2017, 2, 15), 14.0, "C")


def condor(date: dt.date, *, lots: int = 2, campaign: str = "condor@1", kind: str = "open", max_loss_cents: int = 0):
    """Return a fill of an iron condor, 50 wide below and 25 above, for a credit of 9.00; or of its closing for 4.00."""
    sign = -1 if kind == "open" else 1
    prices = (8.0, 4.0, 7.0, 2.0) if kind == "open" else (3.0, 1.5, 3.5, 1.0)
    sides = (sign, -sign, sign, -sign)
    made = [
        leg(contract, side * lots, price, price - 0.1 * side, fee_cents=150 * lots)
        for contract, side, price in zip(LEGS, sides, prices, strict=True)
    ]
    return fill(date, *made, layer="condor", campaign=campaign, kind=kind, lots=lots, max_loss_cents=max_loss_cents)


def accounted(book: Book, *, n: int = 40, fees=None, plans=(), rules=()) -> Run:
    """Return a run with a journal written by hand."""
    quotes = ModelledQuotes(HISTORY)
    layers = tuple(layer for layer in preset("442-contracts").layers if layer.name in ("condor", "L1"))
    policy = Policy("by hand", "7", "", "next_close", layers, rules, "", "abc")
    ledger = close_books(book, quotes, DATES[:n], 0, ["condor", "L1"])
    how = Execution("q75", same_close=True, fees=fees)
    skips = (Skip(DATES[3], "L1", "because"),)
    return Run(policy, HISTORY, quotes, how, 0, DATES[:n], book, ledger, tuple(plans), skips)


@pytest.fixture
def book() -> Book:
    """A condor opened and closed, one that settles, one still open; and a call that is rolled and sold."""
    made = Book(500_000_000)
    made.apply(condor(DATES[2], max_loss_cents=2 * 41_00_00))
    made.apply(fill(DATES[2], leg(CALL, 4, 1.2, 1.1, fee_cents=500)))
    made.apply(condor(DATES[5], lots=1, campaign="condor@2", max_loss_cents=41_00_00))
    made.apply(condor(DATES[9], kind="close"))
    made.apply(fill(DATES[10], leg(CALL, -4, 2.0, 2.1, fee_cents=500), kind="monetise"))
    for contract, side in zip(LEGS, (-1, 1, -1, 1), strict=True):
        points = 5.0 if contract == LEGS[2] else 0.0
        fee = 30 if points else 0
        made.settle(
            Settlement(
                EXPIRY, "condor", "condor@2", contract, side, 2305.0, points, round(side * points * 1e4), "close", fee
            )
        )
    made.apply(condor(DATES[34], lots=3, campaign="condor@3", max_loss_cents=3 * 41_00_00))
    return made


# -- campaigns -------------------------------------------------------------------------------------------------------


def test_a_line_tells_a_campaign_from_its_first_fill_to_its_last(book):
    closed, calls, settled, still = campaign_lines(accounted(book))
    assert (closed.layer, closed.campaign, closed.opened, closed.closed) == ("condor", "condor@1", DATES[2], DATES[9])
    assert (closed.lots, closed.credit_usd, closed.max_loss_usd, closed.exit) == (2, 1_800.0, 8_200.0, "because")
    # Opened for 9.00 and closed for 4.00, two lots; fees 4 legs x 2 x 1.50, twice.
    assert closed.pnl_usd == pytest.approx(1_000.0 - 24.0)
    # Slippage of 0.10 a leg, both ways, and the fees.
    assert closed.costs_usd == pytest.approx(2 * 2 * 4 * 10.0 + 24.0)
    assert (settled.opened, settled.closed, settled.exit) == (DATES[5], EXPIRY, "settled (close)")
    # 9.00 less 5.00 at settlement; fees of one side, and the broker's for the leg in the money.
    assert settled.pnl_usd == pytest.approx(400.0 - 6.0 - 0.30)
    assert settled.costs_usd == pytest.approx(4 * 10.0 + 6.0 + 0.30)
    assert (calls.layer, calls.credit_usd, calls.max_loss_usd) == ("L1", -480.0, 0.0)
    assert calls.pnl_usd == pytest.approx(4 * 80.0 - 10.0)
    assert (still.closed, still.exit) == (None, "open")


def test_campaigns_are_in_the_order_they_were_opened_and_add_to_their_layers(book):
    run = accounted(book)
    statement = account(run, {})
    assert [line.campaign for line in statement.campaigns] == ["condor@1", "L1@1", "condor@2", "condor@3"]
    for layer in ("condor", "L1"):
        total = sum(line.pnl_usd for line in statement.campaigns if line.layer == layer)
        assert total == pytest.approx(statement.layer_pnl_usd[layer].sum(), abs=1e-6)


def test_a_sleeve_that_sold_all_and_waits_to_refill_is_closed_until_it_buys_again():
    made = Book(0)
    made.apply(fill(DATES[2], leg(CALL, 4, 1.0)))
    made.apply(fill(DATES[6], leg(CALL, -4, 3.0), kind="monetise", refill_from=DATES[9]))
    (line,) = campaign_lines(accounted(made))
    assert (line.closed, line.pnl_usd) == (DATES[6], 800.0)
    made.apply(fill(DATES[10], leg(CALL._replace(expiry=dt.date(2017, 3, 22)), 2, 1.0)))
    (line,) = campaign_lines(accounted(made))
    assert (line.opened, line.closed, line.exit) == (DATES[2], None, "open")


# -- margin ----------------------------------------------------------------------------------------------------------


def test_margin_is_held_from_the_opening_close_until_the_close_before_the_last_fill(book):
    run = accounted(book)
    margin = margin_usd(run, campaign_lines(run))
    # The wider wing is 50: (50 - 9) x 100 a lot.
    assert margin[1] == 0.0
    assert margin[2:5].tolist() == [8_200.0] * 3
    assert margin[5:9].tolist() == [12_300.0] * 4
    assert margin[9:20].tolist() == [4_100.0] * 11
    assert margin[DATES.index(EXPIRY) - 1] == 4_100.0
    assert margin[DATES.index(EXPIRY)] == 0.0
    assert margin[34:].tolist() == [12_300.0] * 6


@pytest.mark.parametrize(
    ("broker", "a_lot"),
    # ibkr wants equal wings: 50 + 25, less the credit of 9.00.
    [("generic", 4_100.0), ("tastytrade", 4_100.0), ("ibkr", 6_600.0)],
)
def test_unequal_wings_are_margined_by_the_brokers_rule(book, broker, a_lot):
    run = accounted(book, fees=load_broker(broker))
    assert margin_usd(run, campaign_lines(run))[34:].tolist() == [3 * a_lot] * 6


def test_futures_are_held_at_initial_margin_and_gain_what_they_were_paid():
    quotes = ModelledQuotes(HISTORY)
    future = Contract("VX", quotes.series(2, "VX")[1].expiry)
    marks = [View(HISTORY, quotes, i).mark(future) for i in range(2, 7)]
    made = Book(500_000_000)
    made.apply(fill(DATES[2], leg(future, 2, marks[0] + 0.025, marks[0], fee_cents=450)))
    for i in range(3, 7):
        made.vary(DATES[i], View(HISTORY, quotes, i))
    made.apply(fill(DATES[6], leg(future, -2, marks[4] - 0.025, marks[4], fee_cents=450), kind="close"))
    run = accounted(made)
    lines = campaign_lines(run)
    held = margin_usd(run, lines)
    # max(5,500, 0.35 x 1000 x settlement) x 1.25 for each of two, from the first close to the one before the last.
    wanted = [2 * 1.25 * max(5_500.0, 350.0 * mark) for mark in marks[:4]]
    assert max(HISTORY.column("VIX")[2:6]) < 30.0
    assert held[2:6] == pytest.approx(wanted)
    assert not held[:2].any()
    assert not held[6:].any()
    (line,) = lines
    # Nothing was received for it; 2 x 0.025 x 1000 twice and 4.50 twice are its costs.
    assert (line.credit_usd, line.costs_usd) == (-50.0, 109.0)
    assert line.pnl_usd == pytest.approx(2_000.0 * (marks[4] - marks[0]) - 109.0, abs=0.02)
    statement = account(run, {})
    assert statement.layer_premium_usd["L1"] == 0.0
    assert statement.attribution_usd["L1"]["delta"].sum() == pytest.approx(line.pnl_usd + 109.0)
    assert not statement.attribution_usd["L1"]["residual"].any()


def test_a_broker_may_hold_the_gross_width():
    fees = replace(load_broker("generic"), credit_reduces_margin=False)
    assert condor_margin(condor(DATES[2]), fees) == 10_000.0
    assert condor_margin(condor(DATES[2]), None) == 8_200.0


# -- the account as a whole ------------------------------------------------------------------------------------------


def test_what_the_statement_says_of_the_run(book):
    statement = account(accounted(book), {"load": 1.5, "run": 0.5})
    assert (statement.policy, statement.version, statement.policy_hash) == ("by hand", "7", "abc")
    assert (statement.fill, statement.quotes) == ("q75, same_close", "modelled")
    assert statement.layers == ("condor", "L1", "cash")
    assert statement.hedge_layers == ("L1",)
    assert statement.nav_start_usd == 5_000_000.0
    assert statement.layer_trades == {"condor": 4, "L1": 2, "cash": 0}
    assert statement.layer_premium_usd["L1"] == 480.0
    # The wings of three condors, six lots: 6.00 a lot; closing the shorts is no premium.
    assert statement.layer_premium_usd["condor"] == 6 * 600.0
    assert statement.skips == (Skip(DATES[3], "L1", "because"),)
    assert statement.seconds == {"load": 1.5, "run": 0.5}
    assert len(statement.fills) == 6
    assert statement.data_hash == HISTORY.content_hash(0, 39)


def test_equity_is_the_start_and_what_every_layer_made(book):
    statement = account(accounted(book), {})
    daily = sum(statement.layer_pnl_usd.values())
    assert statement.equity_usd == pytest.approx(statement.nav_start_usd + np.cumsum(daily), abs=1e-6)


def test_costs_are_slippage_and_fees_of_the_day(book):
    costs = account(accounted(book), {}).layer_costs_usd
    assert costs["condor"][2] == pytest.approx(2 * 4 * 10.0 + 12.0)
    assert costs["condor"][DATES.index(EXPIRY)] == pytest.approx(0.30)
    assert costs["L1"][[2, 10]] == pytest.approx([45.0, 45.0])


def test_a_regime_is_the_one_read_at_the_close_before():
    codes = regime.prepare(HISTORY, "regime")
    named = regimes(HISTORY, 10, 5)
    assert named == tuple(regime.label(code) for code in codes[9:14])
    assert regimes(HISTORY, 0, 2) == ("unknown", regime.label(codes[0]))


def plan(day: dt.date, usd: float, name: str = "condor") -> Plan:
    return Plan(Instant(day), notes={f"{name}.risk_usd_per_lot": usd, "L1.target": 3.0})


def test_who_could_have_traded_is_the_share_of_entries_that_fit_the_cap():
    # 3 % of 25k, 100k, 250k and 1M is 750, 3,000, 7,500 and 30,000; XSP risks a tenth.
    plans = [plan(DATES[k], usd) for k, usd in enumerate((2_000.0, 3_000.0, 7_600.0, 40_000.0))]
    shares = {(root, nav): share for root, nav, share in tradable(accounted(Book(0), plans=plans))}
    assert [shares["SPX", nav] for nav in (25_000.0, 100_000.0, 250_000.0, 1_000_000.0)] == [0.0, 0.5, 0.5, 0.75]
    assert [shares["XSP", nav] for nav in (25_000.0, 100_000.0, 250_000.0, 1_000_000.0)] == [0.5, 0.75, 1.0, 1.0]


def test_the_cap_is_the_policys_own():
    rules = (Sizing("sizing", SizingParams(target=0.02, cap=0.08, total=0.2)),)
    shares = {
        (root, nav): share
        for root, nav, share in tradable(accounted(Book(0), plans=[plan(DATES[0], 2_000.0)], rules=rules))
    }
    assert shares["SPX", 25_000.0] == 1.0


def test_without_an_entry_nobody_is_told_who_could_trade():
    assert tradable(accounted(Book(0), plans=[Plan(Instant(DATES[0]))])) == ()


# -- coverage and context --------------------------------------------------------------------------------------------


def test_coverage_tells_first_last_and_what_lacks_in_between():
    world = World(SPEC, "", holes={"VVIX": (0, 1, 20, 21, 119), "SPY": (50,), "DGS3MO": ()}, start=0)
    statement = account(world.run(policy=preset("condor-only")), {})
    table = {line.name: line for line in statement.coverage}
    vvix = table["VVIX"]
    assert (vvix.first, vvix.last, vvix.missing) == (DATES[2], DATES[118], 2)
    assert (table["VIX1Y"].first, table["VIX1Y"].last, table["VIX1Y"].missing) == (None, None, 120)
    assert (table["SPX"].first, table["SPX"].last, table["SPX"].missing) == (DATES[0], DATES[-1], 0)
    assert table["SPX"].note == "generated: tests/tiny_market.py"
    # SPY is missing at 50: there and the day after the opening of SPX has to do. The first day has nothing before it.
    assert table["SET proxy"].note == "spx_open 3, spy_open 117"
    assert (table["VX front"].missing, table["Treasury rates"].missing) == (0, 0)


def test_the_assumed_dividend_yield_is_counted():
    table = {line.name: line for line in account(World(SPEC, "").run(policy=preset("condor-only")), {}).coverage}
    # Half a year has two distributions, and four are needed.
    assert table["dividend yield"].note == "the last four distributions of SPY; assumed 1.9% on 120 sessions"


def test_context_series_stand_on_the_sessions_of_the_run():
    statement = account(World(SPEC, "", start=5).run(policy=preset("condor-only")), {})
    assert set(statement.market) == {"SPX", "VIX", "VVIX", "F1", "F2"}
    assert statement.market["VIX"].tolist() == HISTORY.column("VIX")[5:].tolist()
    assert all(len(values) == len(statement.sessions) == 115 for values in statement.market.values())


def test_marks_are_counted_by_where_they_come_from():
    chained = World(TinySpec(sessions=50, shock_at=()), "", chains=(2, 45), holes={"chains": (20, 21)}, start=2)
    statement = account(chained.run(policy=preset("condor-only")), {})
    assert statement.quotes == "market"
    assert 0.0 < statement.modelled_share < 0.5
    assert statement.modelled_leg_marks == round(statement.modelled_share * statement.leg_marks)
    assert {skip.date for skip in statement.skips if skip.layer == "market"} >= {DATES[20], DATES[21]}
