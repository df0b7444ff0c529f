from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.conventions import calendar

pytestmark = pytest.mark.filterwarnings("ignore:Series.values")  # exchange_calendars asks pandas for it
DAYS = st.dates(dt.date(1985, 2, 1), dt.date(2035, 11, 30))


@pytest.fixture(scope="module")
def xnys():
    exchange_calendars = pytest.importorskip("exchange_calendars", reason="a dev dependency")
    return exchange_calendars.get_calendar("XNYS", start="1985-01-01", end="2030-12-31")


def test_every_session_is_that_of_exchange_calendars(xnys):
    ours = calendar.sessions(dt.date(1985, 1, 1), dt.date(2030, 12, 31))
    theirs = xnys.sessions.values.astype("datetime64[D]")
    assert len(ours) > 11_500
    np.testing.assert_array_equal(ours, theirs)


def test_every_early_close_is_that_of_exchange_calendars(xnys):
    first, last = dt.date(1985, 1, 1), dt.date(2030, 12, 31)
    closes = [xnys.session_close(day).tz_convert("America/Chicago") for day in xnys.sessions]
    theirs = {close.date(): close.hour * 60 + close.minute for close in closes}
    ours = {day: calendar.close_minute(day) for day in calendar.sessions(first, last).tolist()}
    assert ours == theirs
    assert {d for d, minute in ours.items() if minute != 900} == {d for d in ours if calendar.early_close(d)}


def test_days_no_rule_foresees():
    for day in (dt.date(2001, 9, 12), dt.date(2012, 10, 29), dt.date(2018, 12, 5), dt.date(2025, 1, 9)):
        assert not calendar.is_session(day)
    assert calendar.is_cfe_session(dt.date(2018, 12, 5))
    assert calendar.is_cfe_session(dt.date(2015, 4, 3))
    assert not calendar.is_cfe_session(dt.date(2012, 10, 29))


def test_new_year_on_a_saturday_is_not_kept_on_friday():
    assert calendar.is_session(dt.date(2021, 12, 31))
    assert calendar.previous_session(dt.date(2022, 1, 3)) == dt.date(2021, 12, 31)


def test_sessions_include_both_ends():
    week = calendar.sessions(dt.date(2024, 7, 1), dt.date(2024, 7, 5))
    assert week.tolist() == [dt.date(2024, 7, d) for d in (1, 2, 3, 5)]
    assert calendar.early_close(dt.date(2024, 7, 3))
    assert calendar.sessions_between(dt.date(2024, 7, 1), dt.date(2024, 7, 5)) == 3


@given(DAYS)
def test_neighbours_are_sessions_with_none_in_between(day):
    before, after = calendar.previous_session(day), calendar.next_session(day)
    assert before < day < after
    assert calendar.is_session(before)
    assert calendar.is_session(after)
    between = calendar.sessions(before, after).tolist()
    assert between == ([before, day, after] if calendar.is_session(day) else [before, after])
    assert calendar.session_on_or_before(day) == (day if calendar.is_session(day) else before)


@given(DAYS)
def test_an_early_close_is_a_session(day):
    if calendar.early_close(day):
        assert calendar.is_session(day)
        assert calendar.close_minute(day) in (720, 780)


@given(DAYS, DAYS)
def test_sessions_between_counts_what_sessions_lists(one, other):
    first, last = min(one, other), max(one, other)
    listed = [d for d in calendar.sessions(first, last).tolist() if d > first]
    assert calendar.sessions_between(first, last) == len(listed) == -calendar.sessions_between(last, first)


def test_a_day_outside_the_table_is_named():
    with pytest.raises(ValueError, match="1984-12-31"):
        calendar.is_session(dt.date(1984, 12, 31))
    with pytest.raises(ValueError, match="2036-01-01"):
        calendar.sessions(dt.date(2030, 1, 1), dt.date(2036, 1, 1))
    with pytest.raises(ValueError, match="2035-12-31"):
        calendar.next_session(dt.date(2035, 12, 31))
