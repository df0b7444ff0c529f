"""The announcement: which condors cross it, and the half-sized, wider way around."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.decision.rules.fomc import Fomc, FomcParams, crosses, nearest_short_ranges
from decision.desk import MONDAY, Desk, Values
from decision.rules.judged import EXPIRY, draft_of, entry, judge

TUESDAY = MONDAY + dt.timedelta(1)
FRIDAY = MONDAY + dt.timedelta(4)


class Days(Desk):
    """A desk that counts sessions."""

    def sessions_until(self, date: dt.date) -> int:
        return sum(self.date < day <= date for day in self.calendar)


def rule(**params) -> Fomc:
    return Fomc("fomc", FomcParams(**params))


@pytest.mark.parametrize(
    ("ahead", "to_expiry", "expected"),
    [(0.0, 5, False), (1.0, 1, True), (2.0, 1, False), (2.0, 2, True), (5.0, 9, True), (6.0, 9, False)],
)
def test_crossing_by_hand(ahead, to_expiry, expected) -> None:
    assert crosses(ahead, to_expiry, 5) is expected


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 10))
def test_a_longer_life_never_crosses_less(ahead, to_expiry, more) -> None:
    assert crosses(float(ahead), to_expiry + more, 5) >= crosses(float(ahead), to_expiry, 5)


def test_a_daily_condor_across_the_announcement_is_skipped() -> None:
    draft = draft_of(entry(expiry=TUESDAY), desk=Days())
    said = judge(rule(), Values(sessions_to_fomc=1.0), draft)
    assert not draft.orders
    assert draft.skips[0].why == "fomc: its 1 sessions cross the FOMC announcement in 1"
    assert said[0] == "no new condor: its 1 sessions cross the FOMC announcement in 1"


@pytest.mark.parametrize(("expiry", "ahead"), [(TUESDAY, 2.0), (TUESDAY, 0.0), (EXPIRY, 1.0)])
def test_before_it_after_it_and_the_long_ones_pass(expiry, ahead) -> None:
    draft = draft_of(entry(expiry=expiry), desk=Days())
    judge(rule(), Values(sessions_to_fomc=ahead), draft)
    assert draft.orders[0].lots == 9


def test_half_the_lots_where_the_shorts_are_far_enough() -> None:
    # Four sessions at a daily range of 1 % of 2800: 28 x 2 = 56 points. The nearer short is 100 away: 1.79 ranges.
    assert nearest_short_ranges(entry(expiry=FRIDAY), 2800.0, 1.0, 4) == pytest.approx(100.0 / 56.0)
    draft = draft_of(entry(expiry=FRIDAY), desk=Days())
    said = judge(rule(policy="halve"), Values(sessions_to_fomc=2.0, edr=1.0), draft)
    assert draft.orders[0].lots == 4
    assert said == ["4 of 9 lots across the FOMC announcement, shorts 1.79 ranges away"]


@pytest.mark.parametrize(
    ("lots", "edr", "why"),
    [(9, 1.2, "its shorts are 1.49 ranges away"), (1, 1.0, "half of one lot is none"), (9, float("nan"), "is unknown")],
)
def test_half_is_refused_where_it_is_too_near_too_small_or_unknown(lots, edr, why) -> None:
    draft = draft_of(entry(expiry=FRIDAY, lots=lots), desk=Days())
    judge(rule(policy="halve"), Values(sessions_to_fomc=2.0, edr=edr), draft)
    assert not draft.orders
    assert why in draft.skips[0].why


def test_without_an_entry_it_still_says_when_the_announcement_is() -> None:
    said = judge(rule(), Values(sessions_to_fomc=12.0), draft_of(desk=Days()))
    assert said == ["the next FOMC announcement is 12 sessions away; no new condor of 7 days or less crosses it"]
