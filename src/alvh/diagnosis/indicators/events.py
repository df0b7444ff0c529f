"""How far the next announcements are: scheduled decisions of the FOMC, releases of consumer prices.

`concepts.md`, "FOMC week". Only what stands in the calendar ahead of time counts: an unscheduled statement is neither
awaited before nor remembered after. The one scheduled decision that was cancelled (18 March 2020) was awaited until
the Sunday on which it was replaced.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from alvh import conventions
from alvh.market.history import EPOCH, History
from alvh.values import Floats, Indicator, Ints

INDICATORS = (
    Indicator("sessions_to_fomc", "sessions"),
    Indicator("sessions_since_fomc", "sessions"),
    Indicator("sessions_to_cpi", "sessions"),
    Indicator("fomc_week", "flag"),
)
MAX_GAP_DAYS = {"FOMC": 75, "CPI": 45}
"""Eight decisions and twelve releases a year: where the next one known is further off, the calendar has a hole."""
MAX_SINCE_DAYS = 100
"""The longest stretch between two decisions that came was 91 days (29 January to 29 April 2020)."""
CANCELLED = ((dt.date(2020, 3, 18), dt.date(2020, 3, 15)),)
"""A scheduled decision and the day that cancelled it (Federal Reserve, statement of 15 March 2020, 17:00 New York)."""
WEEK_OFFSET = 3
"""1970-01-01 was a Thursday: (day + 3) // 7 numbers the weeks from Monday on."""


def prepare(history: History, name: str) -> Floats:
    """Return one reading at each close; NaN where the calendar does not cover the date.

    ``sessions_to_fomc``, ``sessions_to_cpi``
        Sessions of the exchange from today to the next scheduled decision or release; 0 on the day itself. A release on
        a day without a session counts as on the next one.
    ``sessions_since_fomc``
        Sessions since the last scheduled decision; 0 on the day itself, whose close is two hours after it.
    ``fomc_week``
        1 in the calendar week of a scheduled decision, before and after it, else 0.
    """
    days = history.days
    if name == "sessions_to_cpi":
        return sessions_to(days, history.events.get("CPI", ()), MAX_GAP_DAYS["CPI"])
    decisions = history.events.get("FOMC", ())
    if name == "sessions_since_fomc":
        return sessions_since(days, decisions, MAX_SINCE_DAYS)
    until = sessions_to(days, decisions, MAX_GAP_DAYS["FOMC"])
    weeks = _numbers(decisions) + WEEK_OFFSET
    inside = np.isin((days + WEEK_OFFSET) // 7, weeks // 7)
    for date, cancelled in _replaced(decisions):
        # Awaited until the day that cancelled it, and no longer, for it never came.
        until = np.where(
            days < _day(cancelled), np.fmin(until, sessions_to(days, (date,), MAX_GAP_DAYS["FOMC"])), until
        )
        inside |= ((days + WEEK_OFFSET) // 7 == (_day(date) + WEEK_OFFSET) // 7) & (days < _day(cancelled))
    if name == "sessions_to_fomc":
        return until
    return np.where(inside, 1.0, np.where(np.isfinite(until), 0.0, np.nan))


def sessions_to(days: Ints, dates: Sequence[dt.date], max_gap_days: int) -> Floats:
    """Return the sessions from each day to the next date; NaN where none lies within `max_gap_days`."""
    known = _numbers(dates)
    if not len(known):
        return np.full(len(days), np.nan)
    at = np.searchsorted(known, days, side="left")
    ahead = known[np.minimum(at, len(known) - 1)]
    covered = (at < len(known)) & (ahead - days <= max_gap_days)
    table = _sessions(days, known)
    # Position of the first session on or after the date less that of the last session on or before today.
    count = np.searchsorted(table, ahead, side="left") - (np.searchsorted(table, days, side="right") - 1)
    return np.where(covered, np.maximum(count, 0), np.nan).astype(np.float64)


def sessions_since(days: Ints, dates: Sequence[dt.date], max_gap_days: int) -> Floats:
    """Return the sessions since the last date on or before each day; NaN where it is `max_gap_days` past or more."""
    known = _numbers(dates)
    if not len(known):
        return np.full(len(days), np.nan)
    at = np.searchsorted(known, days, side="right") - 1
    last = known[np.maximum(at, 0)]
    covered = (at >= 0) & (days - last <= max_gap_days)
    table = _sessions(days, known)
    count = np.searchsorted(table, days, side="right") - 1 - np.searchsorted(table, last, side="left")
    return np.where(covered, np.maximum(count, 0), np.nan).astype(np.float64)


def _replaced(decisions: Sequence[dt.date]) -> list[tuple[dt.date, dt.date]]:
    """Return the cancelled decisions that fall inside the calendar the store has."""
    return [pair for pair in CANCELLED if decisions and decisions[0] <= pair[0] <= decisions[-1]]


def _sessions(days: Ints, known: Ints) -> Ints:
    """Return the exchange's sessions over both, with a week to spare, inside the committed calendar."""
    ends = (min(int(days[0]), int(known[0])) - 7, max(int(days[-1]), int(known[-1])) + 7)
    first, last = (dt.date.fromordinal(end + EPOCH) for end in ends)
    first, last = max(first, conventions.calendar.FIRST_DAY), min(last, conventions.calendar.LAST_DAY)
    return conventions.sessions(first, last).astype(np.int64)


def _numbers(dates: Sequence[dt.date]) -> Ints:
    return np.array([_day(date) for date in dates], dtype=np.int64)


def _day(date: dt.date) -> int:
    return date.toordinal() - EPOCH
