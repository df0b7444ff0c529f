"""The identities, the past and the residual on the real history of 2007 to 2026 and on the real chains of 2019."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from alvh.adapters.load import load_history
from alvh.adapters.sources.importing import import_paths
from alvh.adapters.store import Store
from alvh.conventions import listed_expiries, root_spec
from alvh.conventions import sessions as nyse_sessions
from alvh.day import Run, choose_source, run
from alvh.evidence.account import account
from alvh.evidence.residual import residual_stats
from alvh.execution.execute import Execution
from alvh.market.history import History
from alvh.market.market_quotes import MarketQuotes
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.brokers import load_broker
from alvh.policies.policy import preset, preset_names
from alvh.values import Contract, Fill
from invariants.identities import check, check_timing

pytestmark = pytest.mark.shared
FIRST, LAST = dt.date(2007, 1, 3), dt.date(2026, 7, 8)
CHAINS_FIRST, CHAINS_LAST = dt.date(2019, 4, 25), dt.date(2019, 6, 28)
ABSENT = tuple(dt.date(2019, month, day) for month, day in ((5, 10), (5, 17), (6, 14), (6, 17), (6, 18)))
"""Sessions without a capture (`sessions.csv` beside the chains)."""
TABLES = (
    "vol_indices", "vx_futures", "underlyings", "rates", "fomc", "breadth", "flows", "fundamentals", "benchmarks",
)  # fmt: skip
OTHERS = tuple(name for name in preset_names() if name not in {"condor-only", "alvh"})
"""Every other shipped policy, run once from end to end."""
CHAINS = "chains/spx_cboe_delayed_2019"
NAV_CENTS = 500_000_000


def store_of(shared, folder, *files: str) -> Store:
    """Import some of the real tables into a store of their own."""
    store = Store(folder)
    import_paths(store, "canonical", [shared / "data" / "real" / f"{name}.parquet" for name in files])
    return store


def backtest(history: History, name: str, first: dt.date, last: dt.date, quotes=None) -> Run:
    """Run a shipped policy with the defaults of the command line."""
    quotes = quotes if quotes is not None else ModelledQuotes(history)
    how = Execution("half", fees=load_broker("generic"))
    return run(history, preset(name), quotes, first=first, last=last, nav_cents=NAV_CENTS, how=how)


@pytest.fixture(scope="module")
def history(shared, tmp_path_factory) -> History:
    return load_history(store_of(shared, tmp_path_factory.mktemp("real"), *TABLES), first=FIRST, last=LAST)


@pytest.fixture(scope="module", params=["condor-only", "alvh"])
def made(request, history) -> Run:
    return backtest(history, request.param, FIRST, LAST)


@pytest.fixture(scope="module")
def chained(shared, tmp_path_factory) -> History:
    store = store_of(shared, tmp_path_factory.mktemp("chains"), *TABLES, CHAINS)
    return load_history(store, first=CHAINS_FIRST, last=CHAINS_LAST, chains=("SPX",))


def test_twenty_years_balance_to_the_cent(made):
    statement = check(made)
    check_timing(made)
    assert made.dates == tuple(nyse_sessions(FIRST, LAST).astype(object))
    assert statement.equity_usd.min() > 0.0
    assert statement.modelled_share == 1.0
    assert len(statement.fills) > 1000
    # Every session could be observed, and says so by its plan.
    assert len(made.plans) == len(made.dates)


def test_the_greeks_explain_95_percent_of_days(made):
    stats = residual_stats(check(made).attribution_usd)
    # The capital rule of `alvh` keeps it out of the market in most of the calm years.
    assert stats.days > (1000 if made.policy.name == "alvh" else 4000)
    assert stats.share_within >= 0.95


def test_nothing_is_ordered_that_was_not_listed_that_day(made):
    all_orders_are_listed(made)


def all_orders_are_listed(made: Run) -> None:
    """Hold every order of every session to the listings of its day; what is held already was listed once."""
    ordered: set[Contract] = set()
    for plan in made.plans:
        day = plan.decided_at.session
        for order in plan.orders:
            for leg in order.legs:
                root = leg.contract.root
                if root == "VX" or root_spec(root).kind == "fund":
                    # Futures are listed where the exchange published their settlement, the index where it had a close.
                    listed = {one.expiry for one in made.quotes.series(made.history.index(day), root)}
                else:
                    listed = {one.expiry for one in listed_expiries(root, day)}
                assert leg.contract in ordered or leg.contract.expiry in listed, f"{leg.contract} on {day}"
                ordered.add(leg.contract)


def test_every_refusal_is_counted(made):
    every_refusal_is_counted(made)


def every_refusal_is_counted(made: Run) -> None:
    """Hold what was decided to what was filled and what was listed as not filled, and the statement to both."""
    ordered = sum(len(plan.orders) for plan in made.plans)
    filled = sum(isinstance(entry, Fill) for entry in made.book.journal)
    # One skip for an order, or for a group that is filled all or none.
    groups = sum(len({o.group for o in plan.orders if o.group}) for plan in made.plans)
    grouped = sum(bool(o.group) for plan in made.plans for o in plan.orders)
    unfilled = sum(skip.why.startswith("not filled") for skip in made.skips)
    assert ordered - filled - (grouped - groups) <= unfilled <= ordered - filled
    decided = {(skip.date, skip.layer, skip.why) for plan in made.plans for skip in plan.skips}
    assert decided <= {(skip.date, skip.layer, skip.why) for skip in made.skips}
    assert account(made, {}).skips == made.skips


@pytest.mark.parametrize("name", OTHERS)
def test_every_other_policy_runs_from_end_to_end(name, history):
    made = backtest(history, name, FIRST, LAST)
    statement = check(made)
    assert made.dates == tuple(nyse_sessions(FIRST, LAST).astype(object))
    assert len(statement.fills) > 100
    all_orders_are_listed(made)
    if not made.policy.only:
        every_refusal_is_counted(made)
        no_active_layer_is_empty_without_a_reason(made)


def test_every_fill_is_at_a_listed_expiry_and_before_it_settles(made):
    for entry in made.book.journal:
        if isinstance(entry, Fill):
            for leg in entry.legs:
                assert leg.contract.expiry > entry.session
                assert leg.contract.expiry in {one.expiry for one in listed_expiries(leg.contract.root, entry.session)}


def test_no_week_passes_without_an_entry_or_a_reason(made):
    opened = {
        plan.decided_at.session for plan in made.plans for o in plan.orders if o.kind == "open" and o.layer == "condor"
    }
    refused = {skip.date for skip in made.skips if skip.layer == "condor"}
    weeks: dict[tuple[int, int], list[dt.date]] = {}
    for day in made.dates:
        weeks.setdefault(day.isocalendar()[:2], []).append(day)
    assert len(weeks) > 1000
    for days in weeks.values():
        assert any(day in opened or day in refused for day in days), days


def test_no_active_hedge_layer_is_empty_without_a_listed_reason(made):
    empty = no_active_layer_is_empty_without_a_reason(made)
    # Refills and the budget did leave layers empty, so there was something to look at.
    assert bool(empty) == bool(made.policy.hedge_layers)


def no_active_layer_is_empty_without_a_reason(made: Run) -> Counter[str]:
    """Hold every layer that is empty while condors stay open to an order on its way, or to a skip of that close."""
    layers = made.policy.hedge_layers
    condors = [layer.name for layer in made.policy.layers if not layer.hedge and not getattr(layer, "overlay", False)]
    held = held_by_layer(made)
    ordered = {(plan.decided_at.session, order.layer) for plan in made.plans for order in plan.orders}
    skipped = {(skip.date, skip.layer) for skip in made.skips}
    # Where every condor is being closed, or the layer's weight is nothing, the target is nothing.
    idle = {
        (plan.decided_at.session, layer)
        for plan in made.plans
        for layer in layers
        if plan.notes.get(f"{layer}.target") == 0.0
    }
    empty: Counter[str] = Counter()
    for k, day in enumerate(made.dates):
        if not any(held[name][k] for name in condors):
            continue
        for layer in layers:
            if not held[layer][k] and (day, layer) not in idle:
                empty[layer] += 1
                assert (day, layer) in ordered or (day, layer) in skipped, f"{layer} is empty on {day}"
    return empty


def held_by_layer(made: Run) -> dict[str, np.ndarray]:
    """Return, for each layer and close, how many contracts it holds, long and short counted alike."""
    ledger = made.ledger
    out = {name: np.zeros(ledger.sessions, dtype=np.int64) for name in ledger.layers}
    for row, name in enumerate(ledger.layers):
        mine = ledger.days.layer == row
        np.add.at(out[name], ledger.days.session[mine], np.abs(ledger.days.quantity[mine]))
    return out


def perturbed(history: History, at: int, seed: int = 1) -> History:
    """Return the history with every value after position `at` moved by a fifth, and a fifth of them missing."""
    rng = np.random.default_rng(seed)
    later = np.arange(len(history)) > at

    def move(values: np.ndarray, after: np.ndarray) -> np.ndarray:
        noise = np.exp(0.2 * rng.standard_normal(values.shape))
        noise[rng.random(values.shape) < 0.2] = np.nan
        return np.where(after, values * noise, values)

    vx = replace(
        history.vx,
        settle=move(history.vx.settle, later[:, None]),
        final=move(history.vx.final, history.vx.expiry_days > history.days[at]),
    )
    cut = {symbol: int(chain.group_start[chain.session_group[at + 1]]) for symbol, chain in history.chains.items()}
    chains = {
        symbol: replace(
            chain,
            bid=move(chain.bid, np.arange(len(chain.bid)) >= cut[symbol]),
            ask=move(chain.ask, np.arange(len(chain.ask)) >= cut[symbol]),
            underlying=move(chain.underlying, later),
        )
        for symbol, chain in history.chains.items()
    }
    return replace(
        history,
        series={name: move(values, later) for name, values in history.series.items()},
        rates={name: move(values, later) for name, values in history.rates.items()},
        vx=vx,
        dividend_yield=move(history.dividend_yield, later),
        set_value=move(history.set_value, later),
        chains=chains,
        _memo={},
    )


def told(made: Run, until: dt.date) -> list[str]:
    """Return every plan, journal entry and skip up to a date, written out."""
    plans = [repr(plan) for plan in made.plans if plan.decided_at.session <= until]
    journal = [repr(entry) for entry in made.book.journal if entry.session <= until]
    return plans + journal + [repr(skip) for skip in made.skips if skip.date <= until]


@pytest.mark.parametrize("day", [dt.date(2008, 9, 12), dt.date(2018, 2, 2), dt.date(2020, 2, 21)])
def test_no_decision_moves_when_the_real_future_is_altered(history, day):
    first, last = day - dt.timedelta(200), day + dt.timedelta(30)
    one = told(backtest(history, "alvh", first, last), day)
    other = backtest(perturbed(history, history.index(day)), "alvh", first, last)
    assert told(other, day) == one
    assert len(one) > 200
    assert told(other, last) != told(backtest(history, "alvh", first, last), last)


def test_no_decision_on_real_chains_moves_when_their_future_is_altered(chained):
    day = dt.date(2019, 5, 30)
    one, other = (
        told(backtest(h, "condor-only", CHAINS_FIRST, CHAINS_LAST, MarketQuotes(h)), day)
        for h in (chained, perturbed(chained, chained.index(day)))
    )
    assert one == other
    assert len(one) > 30


@pytest.fixture(scope="module")
def on_chains(chained) -> Run:
    return backtest(chained, "condor-only", CHAINS_FIRST, CHAINS_LAST, MarketQuotes(chained))


def test_real_chains_balance_and_are_explained(on_chains):
    statement = check(on_chains)
    check_timing(on_chains)
    assert statement.quotes == "market"
    assert len(statement.fills) >= 10
    assert residual_stats(statement.attribution_usd).share_within >= 0.95


def test_real_chains_are_marked_by_the_market_on_every_session_that_has_one(on_chains):
    modelled, marks = Counter(), Counter()
    for leg in on_chains.ledger.legs:
        for k, quantity in enumerate(leg.quantity):
            if quantity:
                day = on_chains.dates[leg.first + k]
                marks[day] += 1
                modelled[day] += bool(leg.life.modelled[leg.offset + k])
    assert all(day in marks for day in ABSENT)
    assert {day for day in marks if modelled[day]} == set(ABSENT)
    assert all(modelled[day] == marks[day] for day in ABSENT)
    statement = check(on_chains)
    assert statement.modelled_share == pytest.approx(sum(modelled.values()) / sum(marks.values()))
    assert statement.stale_leg_marks == 0


def test_the_sessions_without_a_chain_are_listed_and_nothing_is_traded_on_them(on_chains):
    assert {skip.date for skip in on_chains.skips if skip.layer == "market"} == set(ABSENT)
    assert all(entry.session not in ABSENT for entry in on_chains.book.journal if isinstance(entry, Fill))
    assert all(plan.decided_at.session not in ABSENT for plan in on_chains.plans)


def test_auto_takes_these_chains_for_condors_and_the_model_where_hedges_need_vix_chains(chained):
    def chosen(name: str) -> str:
        return choose_source(chained, preset(name), "auto", CHAINS_FIRST, CHAINS_LAST).origin

    assert chosen("condor-only") == "market"
    assert chosen("alvh") == "modelled"
