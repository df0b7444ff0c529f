"""Announcements known ahead: counted in sessions, never before they were scheduled nor after they were cancelled."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from alvh.adapters.schema import EVENTS
from alvh.conventions import sessions_between
from alvh.diagnosis.indicators.events import prepare, sessions_since, sessions_to
from alvh.market.history import build_history


def market(first, last, events=(), kind="FOMC"):
    """Return a history of SPX with events, ``(date, scheduled)``."""
    days = pl.date_range(dt.date.fromisoformat(first), dt.date.fromisoformat(last), eager=True)
    spx = pl.DataFrame({"date": days}).with_columns(symbol=pl.lit("SPX"), close=pl.lit(2800.0), source=pl.lit("hand"))
    frames = {"underlyings": spx}
    if events:
        rows = [
            {
                "date": dt.date.fromisoformat(day),
                "kind": kind,
                "scheduled": known,
                "time_et": "14:00",
                "event": "statement",
            }
            for day, known in events
        ]
        frames["events"] = EVENTS.conform(pl.DataFrame(rows))
    return build_history(frames)


def read(history, name, day):
    return prepare(history, name)[history.index(dt.date.fromisoformat(day))]


def test_the_next_decision_is_counted_in_sessions():
    # Wednesday 19 June 2019; Thursday 4 July is a holiday; the next decision is Wednesday 31 July.
    history = market("2019-06-10", "2019-07-12", [("2019-06-19", True), ("2019-07-31", True)])
    assert read(history, "sessions_to_fomc", "2019-06-18") == 1
    assert read(history, "sessions_to_fomc", "2019-06-19") == 0
    assert read(history, "sessions_since_fomc", "2019-06-19") == 0
    # From 20 June to 31 July: 29 weekdays after the 20th, less the holiday.
    assert read(history, "sessions_to_fomc", "2019-06-20") == 28
    # The data end on 12 July, the calendar goes on: 15 to 31 July are 13 sessions.
    assert read(history, "sessions_to_fomc", "2019-07-12") == 13
    assert read(history, "sessions_since_fomc", "2019-07-05") == 11  # 20, 21, 24-28 June, 1, 2, 3 and 5 July
    assert np.isnan(read(history, "sessions_since_fomc", "2019-06-18"))


def test_the_week_of_a_decision_is_its_calendar_week():
    history = market("2019-06-10", "2019-07-12", [("2019-06-19", True), ("2019-07-31", True)])
    for day in ("2019-06-17", "2019-06-18", "2019-06-19", "2019-06-20", "2019-06-21"):
        assert read(history, "fomc_week", day) == 1.0
    assert read(history, "fomc_week", "2019-06-14") == 0.0
    assert read(history, "fomc_week", "2019-06-24") == 0.0


def test_an_unscheduled_statement_is_never_awaited_nor_remembered():
    plain = market("2019-10-01", "2019-10-31", [("2019-09-18", True), ("2019-10-30", True)])
    with_one = market("2019-10-01", "2019-10-31", [("2019-09-18", True), ("2019-10-11", False), ("2019-10-30", True)])
    for name in ("sessions_to_fomc", "sessions_since_fomc", "fomc_week"):
        np.testing.assert_array_equal(prepare(plain, name), prepare(with_one, name))
    assert read(with_one, "sessions_to_fomc", "2019-10-10") == 14  # Columbus Day is a session


def test_a_calendar_that_does_not_cover_the_date_says_nothing():
    cpi = [("2010-01-15", True), ("2010-02-19", True), ("2022-02-10", True)]
    history = market("2010-02-01", "2010-06-30", cpi, kind="CPI")
    assert read(history, "sessions_to_cpi", "2010-02-18") == 1
    assert read(history, "sessions_to_cpi", "2010-02-19") == 0
    assert np.isnan(read(history, "sessions_to_cpi", "2010-02-22"))
    assert np.isnan(prepare(market("2010-02-01", "2010-06-30"), "sessions_to_cpi")).all()
    assert np.isnan(prepare(history, "fomc_week")).all()


def test_a_release_on_a_holiday_counts_as_on_the_next_session():
    # Good Friday, 19 April 2019: the market answers on Monday.
    history = market("2019-04-10", "2019-04-30", [("2019-04-19", True)], kind="CPI")
    assert read(history, "sessions_to_cpi", "2019-04-18") == 1
    assert read(history, "sessions_to_cpi", "2019-04-17") == 2


def test_the_decision_that_was_cancelled_was_awaited_until_that_sunday():
    decisions = [("2020-01-29", True), ("2020-03-03", False), ("2020-03-15", False), ("2020-04-29", True)]
    history = market("2020-02-03", "2020-05-08", decisions)
    assert read(history, "sessions_to_fomc", "2020-03-06") == 8
    assert read(history, "sessions_to_fomc", "2020-03-13") == 3
    assert read(history, "sessions_to_fomc", "2020-03-16") == 31  # to 29 April, Good Friday left out
    assert read(history, "sessions_since_fomc", "2020-03-18") == 34  # since 29 January
    assert read(history, "fomc_week", "2020-03-18") == 0.0
    assert read(history, "sessions_since_fomc", "2020-04-29") == 0


@given(
    st.sets(st.integers(0, 400), min_size=1, max_size=12),
    st.integers(0, 300),
    st.integers(5, 90),
)
def test_they_count_what_the_calendar_counts(offsets, start, gap):
    first = dt.date(2018, 1, 2)
    dates = tuple(first + dt.timedelta(k) for k in sorted(offsets))
    day = first + dt.timedelta(start)
    number = np.array([(day - dt.date(1970, 1, 1)).days])
    ahead = [one for one in dates if 0 <= (one - day).days <= gap and one >= day]
    found = sessions_to(number, dates, gap)[0]
    if not ahead:
        assert np.isnan(found)
    else:
        # The sessions after today and before the date, and the one on which the date is answered.
        before = (
            sessions_between(day, ahead[0] - dt.timedelta(1))
            if ahead[0] > day
            else -sessions_between(day - dt.timedelta(1), day)
        )
        assert found == max(before + 1, 0)
    past = [one for one in dates if 0 <= (day - one).days <= gap]
    since = sessions_since(number, dates, gap)[0]
    assert np.isnan(since) == (not past)
    assert np.isnan(since) or since >= 0


def test_what_is_decided_later_alters_nothing():
    history = market("2019-06-10", "2019-09-30", [("2019-06-19", True), ("2019-07-31", True), ("2019-09-18", True)])
    dates = history.events["FOMC"]
    shorter = replace(history, events={"FOMC": dates[:2]})
    for name in ("sessions_to_fomc", "sessions_since_fomc", "fomc_week"):
        until = history.index(dt.date(2019, 7, 31))
        np.testing.assert_array_equal(prepare(history, name)[: until + 1], prepare(shorter, name)[: until + 1])


def test_the_shared_calendar_covers_every_session_since_2005(shared):
    given_events = pl.read_parquet(shared / "data" / "real" / "fomc.parquet").with_columns(kind=pl.lit("FOMC"))
    rows = EVENTS.conform(given_events.select(name for name in given_events.columns if name in EVENTS.columns))
    spx = pl.read_parquet(shared / "data" / "real" / "underlyings.parquet").filter(pl.col("symbol") == "SPX")
    history = build_history({"underlyings": spx, "events": rows}, first=dt.date(2005, 1, 3))
    until = prepare(history, "sessions_to_fomc")
    assert np.isfinite(until).all()
    assert until.max() <= 40
    assert read(history, "sessions_to_fomc", "2018-03-21") == 0
    # Eight decisions a year, 2005 to 2025, seven in 2020.
    days = np.array([day.year for day, n in zip(history.dates, until, strict=True) if n == 0])
    assert [int((days == year).sum()) for year in range(2005, 2026)] == [
        7 if y == 2020 else 8 for y in range(2005, 2026)
    ]
