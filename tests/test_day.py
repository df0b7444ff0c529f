"""The day on one page: what happens before what, on which view, and what is said when something does not happen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pytest

from alvh.accounting.book import Book, Interest, Settlement, Variation
from alvh.conventions import spx_monthly_expiry
from alvh.day import Run, choose_source, earn, observe, run
from alvh.execution.execute import Execution
from alvh.market.history import History
from alvh.market.market_quotes import MarketQuotes
from alvh.market.observe import View
from alvh.market.quotes import QuoteSource
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.brokers import parse_broker
from alvh.policies.policy import Policy, preset
from alvh.values import Contract, Fill, Leg, Order
from invariants.worlds import World, history_of
from tiny_market import TinySpec

SPEC = TinySpec(sessions=60, shock_at=())
AXIS = tuple(SPEC.axis().astype(object))
NAV = 500_000_000
JANUARY = spx_monthly_expiry(2017, 1)
"""Friday 2017-01-20: SPX settles on its opening, SPXW a week later on its close."""
AM_PUT = Contract("SPX", JANUARY, 2300.0, "P")
PM_PUT = Contract("SPXW", dt.date(2017, 1, 27), 2300.0, "P")
Script = dict[int, Callable[[View], list[Order]]]


@dataclass
class Scripted:
    """A layer that orders what a script says at some positions, and remembers which views it saw."""

    script: Script
    name: str = "scripted"
    seen: list[int] = field(default_factory=list)
    hedge: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = ()

    def propose(self, view, readings, book, draft) -> None:
        self.seen.append(view.i)
        draft.orders += self.script.get(view.i, lambda _: [])(view)


def order(*legs: Leg, kind: str = "open", campaign: str = "c", lots: int = 1) -> Order:
    return Order("scripted", campaign, kind, legs, lots, "as written")  # type: ignore[arg-type]


def sell(contract: Contract, lots: int = 2, campaign: str = "c") -> Callable[[View], list[Order]]:
    return lambda _: [order(Leg(contract, -1), lots=lots, campaign=campaign)]


def buy_back(contract: Contract, lots: int = 2, campaign: str = "c") -> Callable[[View], list[Order]]:
    return lambda _: [order(Leg(contract, 1), kind="close", lots=lots, campaign=campaign)]


def policy(script: Script) -> tuple[Policy, Scripted]:
    layer = Scripted(script)
    return Policy("scripted", "1", "", "next_close", (layer,), (), "", "0"), layer


def made(
    script: Script,
    history: History | None = None,
    first: int = 0,
    last: int = 30,
    quotes: QuoteSource | None = None,
    **how,
) -> Run:
    """Run a script over positions `first` to `last`."""
    history = history if history is not None else market()
    return run(
        history,
        policy(script)[0],
        quotes if quotes is not None else ModelledQuotes(history),
        first=AXIS[first],
        last=AXIS[last],
        nav_cents=NAV,
        how=Execution(**{"fill": "mid", **how}),
    )


def market(**holes: tuple[int, ...]) -> History:
    return history_of(SPEC.tables(holes=holes), SPEC)


def journal(done: Run, kind: type) -> list:
    return [entry for entry in done.book.journal if isinstance(entry, kind)]


def skips(done: Run) -> list[tuple[int, str, str]]:
    return [(AXIS.index(skip.date), skip.layer, skip.why) for skip in done.skips]


# -- when orders are filled ------------------------------------------------------------------------------------------


def test_decided_at_a_close_is_filled_at_the_next():
    done = made({4: sell(PM_PUT)})
    (fill,) = journal(done, Fill)
    assert fill.session == AXIS[5]
    assert fill.legs[0].mid == pytest.approx(View(done.history, done.quotes, 5).mark(PM_PUT))
    assert done.plans[4].decided_at.session == AXIS[4]


def test_on_the_same_close_only_where_that_was_chosen():
    done = made({4: sell(PM_PUT)}, same_close=True)
    (fill,) = journal(done, Fill)
    assert fill.session == AXIS[4]
    assert fill.legs[0].mid == pytest.approx(View(done.history, done.quotes, 4).mark(PM_PUT))


def test_the_layer_sees_each_close_once_and_in_order():
    pol, layer = policy({})
    history = market()
    run(history, pol, ModelledQuotes(history), first=AXIS[3], last=AXIS[9], nav_cents=NAV, how=Execution())
    assert layer.seen == [3, 4, 5, 6, 7, 8, 9]


def test_a_decision_knows_the_fills_of_its_own_close():
    held = {}

    def look(i: int) -> Callable[[View], list[Order]]:
        def at(view: View) -> list[Order]:
            held[i] = [p.quantity for c in books[0].campaigns("scripted") for p in c.positions.values()]
            return sell(PM_PUT)(view) if i == 4 else []

        return at

    books: list[Book] = []
    layer = Scripted({i: look(i) for i in (4, 5, 6)})
    propose = layer.propose
    layer.propose = lambda view, readings, book, draft: (books.append(book), propose(view, readings, book, draft))[1]  # type: ignore[method-assign]
    history = market()
    pol = Policy("scripted", "1", "", "next_close", (layer,), (), "", "0")
    run(history, pol, ModelledQuotes(history), first=AXIS[0], last=AXIS[8], nav_cents=NAV, how=Execution())
    assert held == {4: [], 5: [-2], 6: [-2]}


def test_what_the_last_close_decides_is_listed_as_not_filled():
    done = made({10: sell(PM_PUT)}, last=10)
    assert not journal(done, Fill)
    assert skips(done) == [(10, "scripted", "not filled: the run ends before the next close (as written)")]


# -- settlement within the day ---------------------------------------------------------------------------------------


def test_what_settles_in_the_morning_is_gone_before_the_close_is_filled():
    # Bought back by a decision of Thursday: on Friday morning it has already become cash.
    friday = AXIS.index(JANUARY)
    done = made({4: sell(AM_PUT), friday - 1: buy_back(AM_PUT)})
    (settled,) = journal(done, Settlement)
    assert (settled.session, settled.proxy) == (JANUARY, "spy_open")
    assert len(journal(done, Fill)) == 1
    assert skips(done) == [(friday, "scripted", "not filled: c is not open any more")]


def test_what_settles_in_the_afternoon_settles_after_the_fills_of_that_close():
    friday = AXIS.index(PM_PUT.expiry)
    done = made({4: sell(PM_PUT), friday - 1: buy_back(PM_PUT)})
    # The model quotes nothing on the settlement day, so Thursday's decision is not filled and Friday's close pays.
    (settled,) = journal(done, Settlement)
    assert (settled.session, settled.proxy) == (PM_PUT.expiry, "close")
    close = done.history.column("SPX")[done.history.index(PM_PUT.expiry)]
    assert settled.cash_cents == -2 * round(max(2300.0 - close, 0.0) * 10_000)
    assert skips(done) == [(friday, "scripted", f"not filled: {PM_PUT} has settled")]


def test_settlement_fees_of_the_broker_reach_the_cash():
    broker = parse_broker(
        'name = "dear"\n[[fees]]\nroots = ["SPX", "SPXW"]\nopen_usd = 0.0\nclose_usd = 0.0\nsettlement_usd = 0.5\n'
    )
    deep = PM_PUT._replace(strike=2400.0)
    script: Script = {4: sell(deep)}
    with_fee, without = made(script, fees=broker), made(script)
    assert [entry.fee_cents for entry in journal(with_fee, Settlement)] == [100]
    assert without.book.cash_cents - with_fee.book.cash_cents == pytest.approx(100, abs=1)


# -- days without data -----------------------------------------------------------------------------------------------


def test_a_day_without_data_has_no_decision_and_orders_wait():
    pol, layer = policy({4: sell(PM_PUT)})
    history = market(SPX=(5, 6))
    done = run(history, pol, ModelledQuotes(history), first=AXIS[0], last=AXIS[9], nav_cents=NAV, how=Execution())
    assert layer.seen == [0, 1, 2, 3, 4, 7, 8, 9]
    assert len(done.plans) == 8
    assert [fill.session for fill in journal(done, Fill)] == [AXIS[7]]
    why = "no data: no view and no decision; positions keep their last mark"
    assert [entry for entry in skips(done) if entry[1] == "market"] == [(5, "market", why), (6, "market", why)]
    assert done.dates == AXIS[:10]


def test_a_day_without_data_keeps_the_last_mark_and_still_earns():
    whole, holed = made({4: sell(PM_PUT)}), made({4: sell(PM_PUT)}, market(SPX=(8,)))
    marks = holed.ledger.position_cents()[0]
    assert marks[8] == marks[7] != marks[9]
    assert AXIS[8] in {entry.session for entry in journal(holed, Interest)}
    assert marks[7] == whole.ledger.position_cents()[0][7]


def test_futures_are_settled_at_every_close_also_on_one_without_a_decision():
    history = market(SPX=(8,))
    quotes = ModelledQuotes(history)
    future = Contract("VX", quotes.series(4, "VX")[1].expiry)
    done = made({4: lambda _: [order(Leg(future, 1))]}, history, quotes=quotes, last=10)
    (fill,) = journal(done, Fill)
    assert fill.session == AXIS[5]
    marks = [View(history, quotes, i).mark(future) for i in range(11)]
    # Filled at the settlement of session 5, it is paid every move from there on, in whole cents.
    cents = [round(mark * 100_000) for mark in marks]
    wanted = [(AXIS[i], cents[i] - cents[i - 1]) for i in range(6, 11) if cents[i] != cents[i - 1]]
    assert [(entry.session, entry.cash_cents) for entry in journal(done, Variation)] == wanted
    assert AXIS[8] in dict(wanted)
    assert not done.ledger.position_cents().any()


def test_settlements_still_happen_on_a_day_without_data():
    # Friday has no SPX close: SET needs only Thursday's and SPY.
    done = made({4: sell(AM_PUT)}, market(SPX=(AXIS.index(JANUARY),)))
    assert [entry.session for entry in journal(done, Settlement)] == [JANUARY]


def test_without_a_final_value_a_position_is_kept_and_listed_at_every_close():
    expiry = AXIS.index(PM_PUT.expiry)
    done = made({4: sell(PM_PUT)}, market(SPX=(expiry,)), last=expiry + 2)
    assert not journal(done, Settlement)
    assert [i for i, layer, why in skips(done) if "cannot settle" in why] == [expiry, expiry + 1, expiry + 2]
    marks = done.ledger.position_cents()[0]
    assert marks[expiry - 1] == marks[expiry] == marks[expiry + 2] != 0


def test_a_market_run_has_no_view_without_a_chain():
    spec = TinySpec(sessions=30, shock_at=())
    world = World(spec, "", chains=(3, 25), holes={"chains": (9, 10)})
    history = world.history()
    quotes = MarketQuotes(history)
    pol = preset("condor-only")
    seen = [i for i in range(len(history)) if observe(history, quotes, pol, i) is not None]
    assert seen == [i for i in range(3, 25) if i not in (9, 10)]


# -- interest --------------------------------------------------------------------------------------------------------


def test_interest_is_yesterdays_yield_on_yesterdays_cash_for_the_days_between():
    done = made({}, first=2, last=8)
    rates = done.history.rates["DGS3MO"]
    cash, expected = NAV, []
    for i in range(3, 9):
        cents = round(cash * rates[i - 1] * (AXIS[i] - AXIS[i - 1]).days / 365.0)
        expected.append((AXIS[i], cents))
        cash += cents
    assert [(entry.session, entry.cash_cents) for entry in journal(done, Interest)] == expected
    # A Monday earns three days.
    assert (AXIS[4] - AXIS[3]).days == 3
    assert expected[1][1] > 2.5 * expected[0][1]


def test_an_account_earns_nothing_before_it_exists():
    assert journal(made({}, first=10, last=10), Interest) == []
    assert [entry.session for entry in journal(made({}, first=10, last=11), Interest)] == [AXIS[11]]


def test_a_rate_published_today_earns_from_tomorrow_on():
    history = market()
    rates = {"DGS3MO": history.rates["DGS3MO"].copy()}
    rates["DGS3MO"][6] = 0.50
    jumped = History(
        **{**{f: getattr(history, f) for f in history.__dataclass_fields__ if f != "_memo"}, "rates": rates}
    )
    book, other = Book(NAV), Book(NAV)
    for i in (5, 6):
        earn(history, i, book)
        earn(jumped, i, other)
    assert book.journal == other.journal
    earn(jumped, 7, other)
    assert other.journal[-1].rate == 0.50


def test_cash_received_earns_from_the_day_after_and_debt_costs():
    book = Book(-1_000_000_00)
    history = market()
    earn(history, 4, book)
    days = (AXIS[4] - AXIS[3]).days
    assert book.journal[0].cash_cents == round(-1_000_000_00 * history.rates["DGS3MO"][3] * days / 365.0) < 0


def test_without_a_rate_nothing_is_earned():
    tables = SPEC.tables()
    tables["rates"] = tables["rates"].clear()
    book = Book(NAV)
    earn(history_of(tables, SPEC), 5, book)
    assert book.journal == []


# -- the window and the source ---------------------------------------------------------------------------------------


def between(first: dt.date, last: dt.date, **rest: object) -> Run:
    history = market()
    quotes = ModelledQuotes(history)
    return run(history, policy({})[0], quotes, first=first, last=last, nav_cents=NAV, how=Execution(), **rest)  # type: ignore[arg-type]


def test_a_window_without_a_session_is_refused():
    with pytest.raises(ValueError, match="no session between 2017-01-07 and 2017-01-08"):
        between(dt.date(2017, 1, 7), dt.date(2017, 1, 8))


def test_a_window_begins_and_ends_on_sessions():
    done = between(dt.date(2017, 1, 7), dt.date(2017, 1, 15))
    assert (done.dates[0], done.dates[-1]) == (dt.date(2017, 1, 9), dt.date(2017, 1, 13))


def test_progress_is_told_after_each_session():
    told: list[tuple[int, int]] = []
    between(AXIS[0], AXIS[4], on_day=lambda done, total: told.append((done, total)))
    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_one_source_a_run():
    spec = TinySpec(sessions=40, shock_at=())
    history = World(spec, "", chains=(0, 40)).history()
    first, last = history.dates[0], history.dates[-1]
    condors, hedged = preset("condor-only"), preset("alvh")

    def origin(pol, source, a=first, b=last):
        return choose_source(history, pol, source, a, b).origin

    assert origin(condors, "market") == "market"
    assert origin(condors, "modelled") == "modelled"
    assert origin(condors, "auto") == "market"
    # No VIX chains here: what hedges with VIX calls takes the model for everything.
    assert origin(hedged, "auto") == "modelled"
    assert origin(condors, "auto", last + dt.timedelta(5), last + dt.timedelta(9)) == "modelled"


def test_auto_wants_85_percent_of_the_sessions():
    spec = TinySpec(sessions=40, shock_at=())
    enough = World(spec, "", chains=(0, 40), holes={"chains": tuple(range(3, 9))}).history()
    few = World(spec, "", chains=(0, 40), holes={"chains": tuple(range(3, 10))}).history()
    chosen = [choose_source(h, preset("condor-only"), "auto", h.dates[0], h.dates[-1]).origin for h in (enough, few)]
    # 34 of 40 sessions are 85 %, 33 are not.
    assert chosen == ["market", "modelled"]


def test_plans_and_skips_are_in_time_order():
    world = World(TinySpec(sessions=120, shock_at=(50,)), "", holes={"SPX": (30, 31), "vx": (40, 41)})
    done = world.run(policy=preset("alvh"))
    days = [plan.decided_at.session for plan in done.plans]
    assert days == sorted(set(days))
    assert [skip.date for skip in done.skips] == sorted(skip.date for skip in done.skips)
    assert np.array_equal(done.ledger.cash_cents[-1:], [done.book.cash_cents])
