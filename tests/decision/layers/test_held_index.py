"""The held index: whole units of what the other layers leave, on the sessions that rebalance it."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh import day
from alvh.decision.draft import Draft
from alvh.decision.layers.held_index import HeldIndex, HeldIndexParams, units
from alvh.evidence.account import account as statement_of
from alvh.execution.execute import Execution
from alvh.market.history import build_history
from alvh.market.index_quotes import NEVER
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.policy import parse_policy
from alvh.values import Contract, Leg, Order, Quote
from decision.desk import MONDAY, Desk, Values, account, hold
from tiny_market import TinySpec

TR = Contract("SPXTR", NEVER)
CALL = Contract("VIX", dt.date(2019, 5, 22), 20.0, "C")


def level(points: float, on: dt.date = MONDAY) -> Quote:
    return Quote(points, points, on, "market", 1.0)


def proposed(desk: Desk, book, *before: Order, **params) -> Draft:
    draft = Draft(desk)
    draft.orders += before
    HeldIndex("index", HeldIndexParams(**params)).propose(desk, Values(), book, draft)
    return draft


def test_an_empty_account_buys_at_once():
    # 1,000,000 USD at 2,800 points of 1 USD: 357.14, so 357 units; a half share buys 178.57, so 178.
    desk = Desk(quotes={TR: level(2800.0)})
    (order,) = proposed(desk, account(1_000_000.0)).orders
    assert (order.kind, order.legs) == ("open", (Leg(TR, 357),))
    (order,) = proposed(desk, account(1_000_000.0), share=0.5).orders
    assert order.legs == (Leg(TR, 178),)


def test_what_is_bought_beside_it_is_paid_for_first_at_the_ask():
    # 100 calls at 0.80 either side 0.10: 100 x 0.90 x 100 USD = 9,000 USD; (1,000,000 - 9,000) / 2,800 = 353.9.
    desk = Desk(quotes={TR: level(2800.0), CALL: 0.8})
    bought = Order("calls", "calls@x", "open", (Leg(CALL, 100),), 1, "x")
    *_, order = proposed(desk, account(1_000_000.0), bought).orders
    assert order.legs == (Leg(TR, 353),)


def test_a_holding_of_another_overlay_counts_when_it_is_named():
    # 1,000 calls bought at 0.80 are worth 80,000 USD, and so is what was paid: (1,000,000 - 80,000) / 2,800 = 328.6.
    desk, book = Desk(quotes={TR: level(2800.0), CALL: 0.8}), account(1_000_000.0)
    hold(book, "calls", {CALL: 1000}, {CALL: 0.8})
    assert proposed(desk, book, beside=["calls"]).orders[0].legs == (Leg(TR, 328),)
    assert proposed(desk, book).orders[0].legs == (Leg(TR, 357),)


def test_between_rebalancing_sessions_nothing_is_done():
    book = account(1_000_000.0)
    hold(book, "index", {TR: 100}, {TR: 2800.0})
    assert not proposed(Desk(quotes={TR: level(2800.0)}), book).orders


@pytest.mark.parametrize(
    ("rebalance", "on"),
    # The first session of May 2019; VIX options of April settle on the 17th, SPX options on Thursday the 18th (Good
    # Friday is closed).
    [("monthly", dt.date(2019, 5, 1)), ("vix_expiry", dt.date(2019, 4, 17)), ("spx_expiry", dt.date(2019, 4, 18))],
)
def test_it_is_brought_back_on_the_session_named(rebalance, on):
    book = account(1_000_000.0)
    hold(book, "index", {TR: 100}, {TR: 2800.0})
    (order,) = proposed(Desk(on, quotes={TR: level(2800.0, on)}), book, rebalance=rebalance).orders
    assert (order.kind, order.legs) == ("adjust", (Leg(TR, 257),))
    before = on - dt.timedelta(1)
    assert not proposed(Desk(before, quotes={TR: level(2800.0, before)}), book, rebalance=rebalance).orders


def test_without_a_level_it_says_so():
    (skip,) = proposed(Desk(), account()).skips
    assert "not quoted" in skip.why


@given(st.floats(0.01, 1.0), st.floats(-1e6, 1e9), st.floats(100.0, 9000.0))
def test_units_never_cost_more_than_the_share(share, left, points):
    n = units(share, left, points)
    assert n >= 0
    assert n == 0 or n * points <= share * left * (1.0 + 1e-9) + 1e-3


def test_held_alone_it_earns_what_the_index_earns_and_all_of_it_is_delta():
    history = build_history(TinySpec(seed=5, sessions=60).tables())
    policy = parse_policy('name = "x"\ntiming = "same_close"\n[[layers]]\nkind = "held_index"\nroot = "SPXPR"\n')
    made = day.run(
        history, policy, ModelledQuotes(history), first=history.dates[20], last=history.dates[-1],
        nav_cents=10**13, how=Execution("mid", same_close=True),
    )  # fmt: skip
    statement = statement_of(made, {})
    spx = history.column("SPX")
    # Whole units leave less than one index point times a USD in cash out of 10^11 USD.
    assert statement.equity_usd[-1] / 1e11 == pytest.approx(spx[-1] / spx[20], rel=1e-6)
    assert statement.attribution_usd["held_index"]["delta"].sum() == pytest.approx(
        statement.layer_pnl_usd["held_index"].sum()
    )
    assert statement.modelled_share == 0.0
