"""Deferral: 1.8 x the median by hand, whose spread is compared, and the retry of the condor layer."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.decision.layers.condor import Condor, CondorParams
from alvh.decision.rules.entry_deferral import EntryDeferral, EntryDeferralParams, package_spread, too_wide
from alvh.values import Contract, Order, Quote
from decision.desk import MONDAY, Desk, Values, account, hold
from decision.rules.judged import draft_of, entry, judge, legs

PUT = Contract("SPXW", MONDAY + dt.timedelta(45), 2700.0, "P")


def desk(half: float, origin: str = "market", quoted: int = 4) -> Desk:
    return Desk(quotes={leg.contract: Quote(5.0 - half, 5.0 + half, MONDAY, origin) for leg in legs()[:quoted]})


def rule(**params) -> EntryDeferral:
    return EntryDeferral("deferral", EntryDeferralParams(**params))


@given(st.floats(0.0, 20.0), st.floats(0.01, 5.0), st.floats(0.0, 5.0))
def test_a_narrower_package_is_never_put_off_first(spread, median, less) -> None:
    assert too_wide(spread, median, 1.8) >= too_wide(max(spread - less, 0.0), median, 1.8)


def test_by_hand() -> None:
    assert not too_wide(1.8, 1.0, 1.8)
    assert too_wide(1.81, 1.0, 1.8)
    assert not too_wide(math.nan, 1.0, 1.8)
    # Four half-spreads of 0.40; an XSP of the same width stands for ten times the points.
    assert package_spread(desk(0.4), entry()) == pytest.approx(1.6)
    mini = Order("mini", "mini@x", "open", legs(root="XSP"), 1, "entry")
    quotes = {leg.contract: Quote(0.96, 1.04, MONDAY, "market") for leg in mini.legs}
    assert package_spread(Desk(quotes=quotes), mini) == pytest.approx(1.6)


# Standard condor 1.5 at 1.2 x its median: the median is 1.25, and 1.8 x that 2.25. Own spreads: 4 x 0.6 = 2.4, or 2.0.
@pytest.mark.parametrize(
    ("half", "origin", "compare", "put_off"),
    [
        (0.6, "market", "auto", True),
        (0.5, "market", "auto", False),
        (0.6, "modelled", "auto", False),
        (0.6, "modelled", "own", True),
        (0.6, "market", "standard", False),
    ],
)
def test_whose_spread_is_compared(half, origin, compare, put_off) -> None:
    draft = draft_of(entry(), desk=desk(half, origin))
    said = judge(rule(compare=compare), Values(package_spread=1.5, package_spread_ratio=1.2), draft)
    assert bool(draft.orders) is not put_off
    assert said[0].startswith("the entry is put off") is put_off


def test_a_wide_day_puts_the_entry_off_with_the_numbers() -> None:
    draft = draft_of(entry(), desk=desk(0.6))
    said = judge(rule(), Values(package_spread=1.5, package_spread_ratio=1.2), draft)
    assert draft.skips[0].why == "deferral: put off: quoted 1.92 x its usual spread, more than 1.8 x"
    assert said[0] == (
        "the entry is put off: this condor is quoted 2.40 points wide on one side, 1.92 x the median of 30 sessions; "
        "1.8 x puts an entry off"
    )


def test_a_leg_without_a_quote_puts_the_entry_off() -> None:
    draft = draft_of(entry(), desk=desk(0.4, quoted=2))
    judge(rule(), Values(package_spread=1.5, package_spread_ratio=1.2), draft)
    assert not draft.orders


def test_without_an_entry_it_says_how_wide_the_standard_condor_is() -> None:
    said = judge(rule(), Values(package_spread=1.5, package_spread_ratio=1.2), draft_of())
    assert said == ["the standard condor is quoted 1.20 x its 30-session median; 1.8 x puts an entry off"]


# -- the retry of the condor layer -----------------------------------------------------------------------------------


def due(sessions: int, after: int, *, opened: int | None = None, closed: bool = False) -> bool:
    """Whether an entry is tried `after` sessions behind Monday, a condor having been opened on session `opened`."""
    book = account()
    view = Desk()
    day = view.calendar[view.i + after]
    if opened is not None:
        name = hold(book, "condor", {PUT: -1}, {PUT: 12.0}, opened=view.calendar[view.i + opened])
        if closed:
            hold(book, "condor", {PUT: 1}, {PUT: 6.0}, name=name, kind="close", opened=view.calendar[view.i + opened])
            assert not book.campaigns("condor")
    layer = Condor("condor", CondorParams(retry_sessions=sessions))
    return layer.entry_due(view.at(day)) or layer.retry_due(view.at(day), book)


def test_without_retries_only_the_first_session_enters() -> None:
    assert [due(0, after) for after in range(5)] == [True, False, False, False, False]


def test_an_entry_put_off_is_tried_again_for_so_many_sessions() -> None:
    assert [due(2, after) for after in range(5)] == [True, True, True, False, False]


def test_an_entry_that_was_filled_is_not_tried_again_though_it_is_closed_already() -> None:
    assert not due(4, 2, opened=1)
    assert not due(4, 2, opened=0)
    assert not due(4, 3, opened=1, closed=True)


def test_last_weeks_condor_does_not_count_as_this_weeks() -> None:
    assert due(4, 2, opened=-4)
