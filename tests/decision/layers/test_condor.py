"""The condor layer: when it enters, what it sells, when it takes a condor off, and what it says when it does not."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alvh import day
from alvh.conventions import sessions
from alvh.decision.draft import Draft
from alvh.decision.layers.condor import Condor, CondorParams, entry_today
from alvh.execution.execute import Execution
from alvh.market.history import History, build_history
from alvh.market.market_quotes import MarketQuotes
from alvh.market.observe import View
from alvh.market.quotes import QuoteSource, Series
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.policy import parse_policy, preset
from alvh.values import Contract, Fill, Leg, Order
from decision.desk import MONDAY, Desk, Values, account, hold, series
from tiny_market import TinySpec

EXPIRY = MONDAY + dt.timedelta(46)
"""Friday 2019-05-24, the listed expiry nearest 45 days."""
SP, LP, SC, LC = (
    Contract("SPXW", EXPIRY, 2700.0, "P"),
    Contract("SPXW", EXPIRY, 2675.0, "P"),
    Contract("SPXW", EXPIRY, 2900.0, "C"),
    Contract("SPXW", EXPIRY, 2930.0, "C"),
)
MIDS = {SP: 12.0, LP: 9.5, SC: 8.0, LC: 5.0}
DELTAS = {(EXPIRY, "P", 0.16): 2700.0, (EXPIRY, "C", 0.16): 2900.0}
STRIKES = {EXPIRY: (2500.0, 2600.0, 2675.0, 2700.0, 2900.0, 2930.0, 3000.0)}


def desk(**changes) -> Desk:
    """The desk of the example: a condor of 25-wide puts and 30-wide calls for 5.50 points."""
    given = {"series": {"SPX": series(18, 46, 74)}, "quotes": MIDS, "deltas": DELTAS, "strikes": STRIKES}
    return Desk(**(given | changes))


def propose(view: Desk, book=None, **params) -> Draft:
    draft = Draft(view, condors=("condor",))
    Condor("condor", CondorParams(**params)).propose(view, Values(), book or account(), draft)
    return draft


# -- when ------------------------------------------------------------------------------------------------------------

CALENDAR = tuple(sessions(dt.date(2004, 1, 2), dt.date(2026, 12, 31)).astype(object).tolist())


def entries(entry: str, first: dt.date, last: dt.date) -> list[dt.date]:
    return [d for i, d in enumerate(CALENDAR) if i and first <= d <= last and entry_today(CALENDAR, i, entry)]


def test_a_week_whose_monday_is_a_holiday_is_entered_on_tuesday() -> None:
    # Memorial Day 2019-05-27 and Labor Day 2019-09-02 are Mondays without a session.
    assert entries("weekly", dt.date(2019, 5, 20), dt.date(2019, 6, 3)) == [
        dt.date(2019, 5, 20), dt.date(2019, 5, 28), dt.date(2019, 6, 3),
    ]  # fmt: skip
    assert entries("weekly", dt.date(2019, 9, 1), dt.date(2019, 9, 6)) == [dt.date(2019, 9, 3)]


def test_hurricane_sandy_moves_a_weekly_entry_to_wednesday() -> None:
    assert entries("weekly", dt.date(2012, 10, 27), dt.date(2012, 11, 2)) == [dt.date(2012, 10, 31)]


def test_a_new_year_inside_a_week_is_one_week_and_two_months() -> None:
    # Monday 2019-12-30, Thursday 2020-01-02: the same ISO week.
    week = (dt.date(2019, 12, 27), dt.date(2020, 1, 3))
    assert entries("weekly", *week) == [dt.date(2019, 12, 30)]
    assert entries("monthly", *week) == [dt.date(2020, 1, 2)]


@pytest.mark.parametrize(
    ("entry", "period"), [("weekly", lambda d: d.isocalendar()[:2]), ("monthly", lambda d: (d.year, d.month))]
)
def test_every_week_and_month_since_2004_has_exactly_its_first_session(entry, period) -> None:
    firsts = [next(group) for _, group in itertools.groupby(CALENDAR, key=period)]
    assert entries(entry, CALENDAR[1], CALENDAR[-1]) == firsts[1:]


def test_a_closure_of_a_week_does_not_swallow_an_entry() -> None:
    # The exchange was shut from 2001-09-11 to 2001-09-14; a longer closure ends on a later weekday than it began.
    assert entry_today((dt.date(2001, 9, 10), dt.date(2001, 9, 17)), 1, "weekly")
    assert entry_today((dt.date(2001, 9, 10), dt.date(2001, 9, 20)), 1, "weekly")


def test_no_entry_in_the_middle_of_a_week() -> None:
    assert [o.kind for o in propose(desk()).orders] == ["open"]
    tuesday = propose(desk().at(MONDAY + dt.timedelta(1)))
    assert (tuesday.orders, tuesday.skips) == ([], [])
    assert [o.kind for o in propose(desk().at(MONDAY + dt.timedelta(1)), entry="daily").orders] == ["open"]


@pytest.mark.parametrize(
    ("dark", "enters"),
    [
        # Without data on Monday the week is entered on Tuesday; without Tuesday too, on Wednesday; and once.
        ((), [0]),
        ((0,), [1]),
        ((0, 1), [2]),
        ((1,), [0]),
        ((0, 2), [1]),
        ((0, 1, 2, 3), [4]),
    ],
)
def test_a_monday_without_data_is_made_up_for_on_the_next_session_that_has_some(dark, enters) -> None:
    week = [MONDAY + dt.timedelta(n) for n in range(5)]
    view = desk(dark=[week[n] for n in dark])
    layer = Condor("condor", CondorParams())
    assert [n for n in range(5) if n not in dark and layer.entry_due(view.at(week[n]))] == enters


def test_where_the_data_begin_in_mid_week_nothing_is_made_up_for() -> None:
    before = [d for d in desk().calendar if d < MONDAY + dt.timedelta(3)]
    layer = Condor("condor", CondorParams())
    assert not layer.entry_due(desk(dark=before).at(MONDAY + dt.timedelta(3)))
    known = MONDAY - dt.timedelta(7)
    assert layer.entry_due(desk(dark=[d for d in before if d != known]).at(MONDAY + dt.timedelta(3)))


# -- which expiry ----------------------------------------------------------------------------------------------------


def listing(listed: list[Series]) -> Desk:
    return Desk(series={"SPX": listed})


def days_of(candidates: list[Series]) -> list[int]:
    return [s.days for s in candidates]


def test_the_expiry_nearest_the_target_comes_first_the_nearer_of_two_before_the_farther() -> None:
    layer = Condor("condor", CondorParams())
    assert days_of(layer.candidates(listing(series(29, 30, 39, 44, 46, 60, 61)))) == [44, 46, 39, 30, 60]


def test_of_two_roots_on_one_day_the_order_is_fixed() -> None:
    both = [*series(45, root="SPXW"), *series(45, root="SPX")]
    layer = Condor("condor", CondorParams())
    assert (
        [s.root for s in layer.candidates(listing(both))]
        == [s.root for s in layer.candidates(listing(both[::-1]))]
        == ["SPX", "SPXW"]
    )


def test_an_expiry_that_would_be_due_at_once_is_left_out() -> None:
    layer = Condor("condor", CondorParams(dte_min=0, dte_target=7, dte_max=60, exit_dte=21))
    assert days_of(layer.candidates(listing(series(7, 21, 22, 35)))) == [22, 35]
    held = Condor("condor", CondorParams(dte_min=0, dte_target=7, dte_max=60, exit_dte=None))
    assert days_of(held.candidates(listing(series(7, 21, 22)))) == [7, 21, 22]


def test_nothing_listed_in_the_window_is_a_skip_that_names_it() -> None:
    draft = propose(desk(series={"SPX": series(18, 74)}))
    assert draft.orders == []
    assert [(s.layer, s.why) for s in draft.skips] == [("condor", "no SPX expiry 30-60 days out")]


# -- what it sells ---------------------------------------------------------------------------------------------------


def test_an_entry_worked_by_hand() -> None:
    (order,) = propose(desk()).orders
    assert order == Order(
        layer="condor",
        campaign="condor@2019-04-08",
        kind="open",
        legs=(Leg(SP, -1), Leg(LP, 1), Leg(SC, -1), Leg(LC, 1)),
        lots=10_000,
        reason="weekly entry: 46 days, shorts by delta 0.16",
        # 12.00 - 9.50 + 8.00 - 5.00 = 5.50 points of credit; the call wing is the wider one, 30 points.
        max_loss_usd_per_lot=pytest.approx((30.0 - 5.5) * 100.0),
        premium_usd_per_lot=pytest.approx(550.0),
        limit_usd=0.0,
    )


def test_xsp_is_a_tenth_of_it_with_the_same_multiplier() -> None:
    small = {c._replace(root="XSP", strike=c.strike / 10.0): mid / 10.0 for c, mid in MIDS.items()}
    view = desk(
        series={"XSP": series(46, root="XSP")},
        quotes=small,
        deltas={key: strike / 10.0 for key, strike in DELTAS.items()},
        strikes={EXPIRY: [strike / 10.0 for strike in STRIKES[EXPIRY]]},
    )
    (order,) = propose(view, underlying="XSP").orders
    assert {leg.contract.root for leg in order.legs} == {"XSP"}
    assert order.max_loss_usd_per_lot == pytest.approx(245.0)
    assert order.premium_usd_per_lot == pytest.approx(55.0)


def test_a_missing_leg_is_a_listed_skip_and_the_next_expiry_is_tried() -> None:
    later = EXPIRY + dt.timedelta(7)
    moved = {c._replace(expiry=later): mid for c, mid in MIDS.items()}
    both = {
        "series": {"SPX": series(46, 53)},
        "deltas": DELTAS | {(later, right, d): strike for (_, right, d), strike in DELTAS.items()},
        "strikes": STRIKES | {later: STRIKES[EXPIRY]},
    }
    without = {c: mid for c, mid in MIDS.items() if c != LC}
    (order,) = propose(desk(quotes=without | moved, **both)).orders
    assert {leg.contract.expiry for leg in order.legs} == {later}
    draft = propose(desk(quotes=without, **both))
    assert draft.orders == []
    (skip,) = draft.skips
    assert f"{EXPIRY}: {LC} is not quoted on 2019-04-08; {later}: " in skip.why


def test_a_wing_too_wide_sends_the_entry_to_the_next_expiry() -> None:
    later = EXPIRY + dt.timedelta(7)
    moved = {c._replace(expiry=later): mid for c, mid in MIDS.items()}
    view = desk(
        series={"SPX": series(46, 53)},
        quotes=MIDS | moved,
        deltas=DELTAS | {(later, right, d): strike for (_, right, d), strike in DELTAS.items()},
        # 1 % of 2800 is 28; the only put below 2700 on this grid is 36 away, and 36 > 1.25 x 28 = 35.
        strikes={EXPIRY: (2664.0, 2700.0, 2900.0, 2930.0), later: STRIKES[EXPIRY]},
    )
    (order,) = propose(view).orders
    assert {leg.contract.expiry for leg in order.legs} == {later}
    refused = propose(replace_series(view, 46))
    assert [s.why for s in refused.skips] == [f"{EXPIRY}: the put wing would be 36 wide, 28.0 is wanted"]


def replace_series(view: Desk, *days: int) -> Desk:
    view.listed = {"SPX": series(*days)}
    return view


@pytest.mark.parametrize(
    ("mids", "params", "why"),
    [
        ({LP: 20.0}, {}, "the credit of -5.00 is not above 0.00"),
        ({}, {"min_credit_points": 5.5}, "the credit of 5.50 is not above 5.50"),
        ({SP: 38.0}, {}, "the credit of 31.50 is not below the width of 30"),
    ],
)
def test_a_credit_that_is_no_condor_is_refused(mids, params, why) -> None:
    draft = propose(desk(quotes=MIDS | mids), **params)
    assert draft.orders == []
    assert [s.why for s in draft.skips] == [f"{EXPIRY}: {why}"]


def test_an_entry_without_its_exit_in_the_data_is_dropped_when_asked() -> None:
    short = desk(calendar=sessions(dt.date(2019, 3, 1), EXPIRY - dt.timedelta(22)).astype(object).tolist())
    assert propose(short).orders
    draft = propose(short, finish_in_data=True)
    assert draft.orders == []
    assert [s.why for s in draft.skips] == [f"{EXPIRY}: the exit lies beyond the data"]


# -- when it is taken off --------------------------------------------------------------------------------------------

TEN = 10


def held(credit_points: float = 5.5, lots: int = TEN):
    """An account with ten condors of the example, opened for a credit of so many points a lot."""
    book = account()
    prices = MIDS | {SP: 12.0 + credit_points - 5.5}
    name = hold(book, "condor", {SP: -1, LP: 1, SC: -1, LC: 1}, prices, lots=lots, max_loss_usd=24_500.0)
    return book, name


def reason(view: Desk, book, **params) -> str:
    layer = Condor("condor", CondorParams(**params))
    return layer.exit_reason(view, book.campaigns("condor")[0])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        # Sold for 5.50: bought back at 2.75 half of the credit is kept, at 2.76 less; at 16.50 the loss is twice the
        # credit, at 16.49 less.
        (2.75, "profit take at 50% of the credit"),
        (2.76, ""),
        (16.49, ""),
        (16.50, "stop at 2 x the credit"),
    ],
)
def test_profit_and_stop_by_the_mark(value: float, expected: str) -> None:
    book, _ = held()
    view = desk(marks={SP: value + 1.0, LP: 0.5, SC: 0.75, LC: 1.25}).at(MONDAY + dt.timedelta(7))
    assert reason(view, book) == expected


def test_without_profit_take_and_stop_a_condor_is_left_alone() -> None:
    book, _ = held()
    view = desk(marks=dict.fromkeys((SP, LP, SC, LC), 0.0)).at(MONDAY + dt.timedelta(7))
    assert reason(view, book, profit_take=None, stop_loss=None) == ""


def test_a_condor_filled_for_no_credit_is_held_to_its_exit_date() -> None:
    book, _ = held(credit_points=-0.2)
    view = desk(marks=MIDS).at(MONDAY + dt.timedelta(7))
    assert reason(view, book) == ""
    assert reason(view.at(EXPIRY - dt.timedelta(21)), book) == "21 days to expiry"


def test_a_mark_that_is_missing_decides_nothing_but_the_date_still_does() -> None:
    book, _ = held()
    blind = desk(marks={SP: math.nan})
    assert reason(blind.at(MONDAY + dt.timedelta(7)), book) == ""
    assert reason(blind.at(EXPIRY - dt.timedelta(21)), book) == "21 days to expiry"


# Expiry 2019-05-10: 21 days before is Good Friday, 2019-04-19. Thursday has 22 days left, Monday 18.
GOOD_FRIDAY = dt.date(2019, 4, 19)
AFTER = GOOD_FRIDAY + dt.timedelta(21)


def easter_condor():
    book = account()
    legs = [c._replace(expiry=AFTER) for c in (SP, LP, SC, LC)]
    prices = dict(zip(legs, MIDS.values(), strict=True))
    hold(book, "condor", dict(zip(legs, (-1, 1, -1, 1), strict=True)), prices, max_loss_usd=2450.0)
    return Desk(dt.date(2019, 4, 17), quotes=prices), book


@pytest.mark.parametrize(("exit_on", "due"), [("at_or_below", dt.date(2019, 4, 22)), ("nearest", dt.date(2019, 4, 18))])
def test_the_exit_around_a_holiday(exit_on: str, due: dt.date) -> None:
    view, book = easter_condor()
    days = [dt.date(2019, 4, d) for d in (16, 17, 18, 22)]
    assert next(d for d in days if reason(view.at(d), book, exit_on=exit_on)) == due


def test_the_nearest_exit_is_the_same_on_the_last_day_of_the_data() -> None:
    view, book = easter_condor()
    tonight = Desk(
        dt.date(2019, 4, 18),
        quotes=view.quotes,
        calendar=view.calendar[: view.calendar.index(dt.date(2019, 4, 18)) + 1],
    )
    assert reason(tonight, book, exit_on="nearest") == "22 days to expiry"
    yesterday = Desk(
        dt.date(2019, 4, 17),
        quotes=view.quotes,
        calendar=view.calendar[: view.calendar.index(dt.date(2019, 4, 17)) + 1],
    )
    assert reason(yesterday, book, exit_on="nearest") == ""


def test_of_two_sessions_equally_near_the_earlier_is_the_exit() -> None:
    # 20 days before Friday 2019-05-10 is Saturday 2019-04-20: Thursday has 22 days left, Monday 18.
    view, book = easter_condor()
    assert reason(view.at(dt.date(2019, 4, 18)), book, exit_on="nearest", exit_dte=20) == "22 days to expiry"


def test_a_condor_without_an_exit_date_is_held_to_settlement() -> None:
    view, book = easter_condor()
    last = AFTER - dt.timedelta(1)
    assert reason(view.at(last), book, exit_dte=None) == ""


def test_the_closing_order_undoes_the_whole_campaign() -> None:
    book, name = held()
    view = desk().at(EXPIRY - dt.timedelta(21))
    draft = propose(view, book)
    closing = [o for o in draft.orders if o.kind == "close"]
    (order,) = closing
    assert (order.campaign, order.lots, order.reason) == (name, TEN, "21 days to expiry")
    assert order.legs == (Leg(SP, 1), Leg(LP, -1), Leg(SC, 1), Leg(LC, -1))
    positions = book.campaigns("condor")[0].positions
    assert all(positions[leg.contract].quantity + leg.ratio * order.lots == 0 for leg in order.legs)


# -- parameters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"dte_min": 61}, "dte_min = 61 is above dte_max = 60"),
        ({"exit_dte": 60}, "exit_dte = 60 is not below dte_max = 60"),
        ({"short": 16.0}, "short = 16 is no delta"),
        ({"short": 0.5}, "short = 0.5 is no delta"),
        ({"shorts": "width_percent", "short": 100.0}, "no strike"),
        ({"short": math.nan}, "finite"),
        ({"stop_loss": math.inf}, "finite"),
        ({"short": True}, "valid number"),
        ({"short": "0.16"}, "valid number"),
        ({"dte_min": 30.5}, "integer"),
        ({"profit_take": 1.1}, "less than or equal to 1"),
        ({"wing_points": 0.0}, "greater than 0"),
        ({"underlying": "SPY"}, "'SPX' or 'XSP'"),
    ],
)
def test_what_cannot_be_is_refused(params, why) -> None:
    with pytest.raises(ValidationError, match=why):
        CondorParams(**params)


def test_the_default_profile_is_swing() -> None:
    # concepts.md, section 2: 45 days, exit at 21, 16-delta shorts, half of the credit, twice the credit as a stop.
    p = CondorParams()
    assert (p.dte_target, p.exit_dte, p.shorts, p.short, p.profit_take, p.stop_loss) == (
        45,
        21,
        "delta",
        0.16,
        0.5,
        2.0,
    )


# -- on a market -----------------------------------------------------------------------------------------------------

XSP = """
name = "small"
[[layers]]
kind = "condor"
underlying = "XSP"
wing_percent = 2.0
[[rules]]
kind = "sizing"
"""


@pytest.fixture(scope="module")
def tables():
    return TinySpec(sessions=330, shock_at=(290,), shock=0.5).tables(with_chains=range(250, 330))


def opened(history: History, quotes: QuoteSource, policy, first: int, nav: float = 5e6) -> list[tuple[int, Order]]:
    """Run a policy and return every opening order, with the position of the session that decided it."""
    made = day.run(
        history,
        policy,
        quotes,
        first=history.dates[first],
        last=history.dates[-1],
        nav_cents=round(nav * 100),
        how=Execution(),
    )
    return [(history.index(plan.decided_at.session), o) for plan in made.plans for o in plan.orders if o.kind == "open"]


@pytest.mark.parametrize("source", ["market", "modelled", "XSP"])
def test_on_a_market_every_condor_is_what_the_policy_says(tables, source: str) -> None:
    frames = {name: frame for name, frame in tables.items() if name != "chains"}
    history = build_history(frames, {"SPX": tables["chains"]} if source == "market" else None)
    quotes = MarketQuotes(history) if source == "market" else ModelledQuotes(history)
    policy, wing = (parse_policy(XSP), 0.02) if source == "XSP" else (preset("condor-only"), 0.01)
    found = opened(history, quotes, policy, 252)
    weeks = [history.dates[i].isocalendar()[:2] for i, _ in found]
    assert len(found) >= 8
    assert len(set(weeks)) == len(weeks)
    for i, order in found:
        view = View(history, quotes, i)
        long_put, short_put, short_call, long_call = sorted(leg.contract.strike for leg in order.legs)
        spot = view.spot("XSP" if source == "XSP" else "SPX")
        assert 30 <= (order.legs[0].contract.expiry - view.date).days <= 60
        for width in (short_put - long_put, long_call - short_call):
            assert 0.0 < width <= 1.25 * wing * spot
        for leg in order.legs[::2]:
            assert abs(view.quote(leg.contract).delta) == pytest.approx(0.16, abs=0.03)
        assert order.max_loss_usd_per_lot + order.premium_usd_per_lot == pytest.approx(
            100.0 * max(short_put - long_put, long_call - short_call)
        )
        assert long_put < short_put < spot < short_call < long_call


def test_the_chain_decides_the_strike_by_the_deltas_it_was_made_with(tables) -> None:
    # The tiny chains carry the delta they were priced with: the strike chosen is the one whose own delta is nearest.
    frames = {name: frame for name, frame in tables.items() if name != "chains"}
    history = build_history(frames, {"SPX": tables["chains"]})
    quotes = MarketQuotes(history)
    for i in range(252, 330, 13):
        view = View(history, quotes, i)
        listed = [s for s in view.series("SPX") if 30 <= s.days <= 60]
        for one in listed:
            for right in ("P", "C"):
                own = view.strike_at_delta(one, right, 0.16)
                theirs = view.strike_at_delta(one, right, 0.16, vendor=True)
                assert abs(own - theirs) <= 5.0


@given(st.integers(0, 2000), st.sampled_from(["daily", "weekly", "monthly"]))
def test_whether_today_is_an_entry_needs_no_future(i: int, entry: str) -> None:
    assert entry_today(CALENDAR, i, entry) == entry_today(CALENDAR[: i + 1], i, entry)


def test_a_day_whose_opening_cannot_be_filled_is_said_and_costs_nothing(tables) -> None:
    frames = {name: frame for name, frame in tables.items() if name != "chains"}
    dates = sorted(tables["chains"]["quote_date"].unique().to_list())
    monday = next(d for d in dates[10:] if d.weekday() == 0)
    after = dates[dates.index(monday) + 1]
    holed = tables["chains"].filter(tables["chains"]["quote_date"] != after)
    history = build_history(frames, {"SPX": holed})
    made = day.run(
        history,
        preset("condor-only"),
        MarketQuotes(history),
        first=dates[0],
        last=dates[-1],
        nav_cents=500_000_000,
        how=Execution(),
    )
    assert any(skip.date == after and skip.layer == "market" for skip in made.skips)
    filled = [
        f for f in made.book.journal if isinstance(f, Fill) and f.campaign == f"condor@{monday}" and f.kind == "open"
    ]
    # The plan of Monday waits for the next session with quotes, and is filled there or refused aloud.
    assert all(f.session > after for f in filled)
    assert filled or any(skip.layer == "condor" and skip.date > monday for skip in made.skips)


def test_replacing_a_leg_of_the_example_changes_nothing_else() -> None:
    view = desk(quotes=MIDS | {LC: 4.0})
    (order,) = propose(view).orders
    (before,) = propose(desk()).orders
    assert replace(order, premium_usd_per_lot=0.0, max_loss_usd_per_lot=0.0) == replace(
        before, premium_usd_per_lot=0.0, max_loss_usd_per_lot=0.0
    )
    assert np.isclose(order.premium_usd_per_lot - before.premium_usd_per_lot, 100.0)


def test_the_least_credit_is_also_the_limit_at_which_it_is_filled() -> None:
    (order,) = propose(desk(), min_credit_points=3.0, max_lots=10).orders
    assert order.limit_usd == pytest.approx(3.0 * 100.0 * 10)


def test_days_counted_in_sessions_reach_over_a_weekend() -> None:
    friday = dt.date(2019, 4, 5)
    view = Desk(friday, series={"SPX": series(3, 5, on=friday)})  # Monday and Wednesday
    layer = Condor("daily", CondorParams(dte_in="sessions", dte_min=1, dte_max=1, dte_target=1, exit_dte=None))
    assert days_of(layer.candidates(view)) == [3]


def test_an_exit_in_calendar_days_does_not_go_with_days_in_sessions() -> None:
    with pytest.raises(ValidationError, match="exit_dte counts calendar days"):
        CondorParams(dte_in="sessions", exit_dte=21)


def test_a_rolled_condor_takes_its_profit_on_all_it_was_paid() -> None:
    view, book = desk(), account()
    name = hold(book, "condor", {SP: -1, LP: 1, SC: -1, LC: 1}, MIDS, opened=MONDAY - dt.timedelta(7))
    campaign = book.campaigns("condor")[0]
    assert (campaign.name, campaign.cash_cents) == (name, 55_000)
    layer = Condor("condor", CondorParams())
    assert layer.exit_reason(view, campaign) == ""
    # The book at mid costs 550 to close; with 1,100 taken in all, half of it is kept.
    campaign.cash_cents = 110_000
    assert "profit take" in layer.exit_reason(view, campaign)
