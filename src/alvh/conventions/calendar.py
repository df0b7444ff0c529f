"""The sessions of NYSE and Cboe, 1985-2035: rules for the yearly holidays, a list of what no rule foresees.

Sources: NYSE rule 7.2 (holidays) and the exchange's closing notices. The tests compare every date with the package
`exchange_calendars` (XNYS), which is too slow to import here (it brings pandas). Cboe's option floor keeps the NYSE
sessions; Cboe's futures exchange (CFE) opened on three days more.
"""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Dates: TypeAlias = NDArray[np.datetime64]

FIRST_DAY = dt.date(1985, 1, 1)
LAST_DAY = dt.date(2035, 12, 31)
"""The table covers `FIRST_DAY` to `LAST_DAY`, so that options listed years ahead have their settlement day."""

EXCEPTIONAL_CLOSURES = (
    dt.date(1985, 9, 27),  # Hurricane Gloria
    dt.date(1994, 4, 27),  # funeral of Richard Nixon
    dt.date(2001, 9, 11),  # attacks of 11 September
    dt.date(2001, 9, 12),
    dt.date(2001, 9, 13),
    dt.date(2001, 9, 14),
    dt.date(2004, 6, 11),  # mourning for Ronald Reagan
    dt.date(2007, 1, 2),  # mourning for Gerald Ford
    dt.date(2012, 10, 29),  # Hurricane Sandy
    dt.date(2012, 10, 30),
    dt.date(2018, 12, 5),  # mourning for George H. W. Bush
    dt.date(2025, 1, 9),  # mourning for Jimmy Carter
)

CFE_EXTRA_SESSIONS = (dt.date(2015, 4, 3), dt.date(2018, 12, 5), dt.date(2025, 1, 9))
"""Days on which CFE published a VX settlement while NYSE was closed."""

_EXCEPTIONAL_EARLY = (
    dt.date(1997, 12, 26),
    dt.date(1999, 12, 31),
    dt.date(2003, 12, 26),
)
_FIRST_13H_EARLY_CLOSE = dt.date(1993, 1, 1)  # before 1993 the early close was at 14:00 New York

_BASE = FIRST_DAY.toordinal()
_DAYS = LAST_DAY.toordinal() - _BASE + 1
_EPOCH = dt.date(1970, 1, 1).toordinal()
_SATURDAY = 5
_THURSDAY = 3


def _nth_weekday(year: int, month: int, weekday: int, n: int) -> dt.date:
    """Return the `n`-th `weekday` (Monday 0) of a month."""
    first = dt.date(year, month, 1)
    return first + dt.timedelta((weekday - first.weekday()) % 7 + 7 * (n - 1))


def _easter(year: int) -> dt.date:
    """Return Easter Sunday (the anonymous Gregorian algorithm; Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    el = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * el) // 451
    month, day = divmod(h + el - 7 * m + 114, 31)
    return dt.date(year, month, day + 1)


def _observed(day: dt.date) -> dt.date:
    """Return the weekday on which a holiday of fixed date is kept: Saturday on Friday, Sunday on Monday."""
    return day + dt.timedelta({5: -1, 6: 1}.get(day.weekday(), 0))


def _holidays(year: int) -> list[dt.date]:
    """Return the holidays of one year by rule."""
    new_year = dt.date(year, 1, 1)
    last_of_may = dt.date(year, 5, 31)
    days = [
        _nth_weekday(year, 2, 0, 3),  # Washington's birthday
        _easter(year) - dt.timedelta(2),  # Good Friday
        last_of_may - dt.timedelta(last_of_may.weekday()),  # Memorial Day
        _observed(dt.date(year, 7, 4)),
        _nth_weekday(year, 9, 0, 1),  # Labor Day
        _nth_weekday(year, 11, 3, 4),  # Thanksgiving
        _observed(dt.date(year, 12, 25)),
    ]
    if new_year.weekday() != _SATURDAY:  # a New Year's Day on a Saturday is not kept on 31 December
        days.append(_observed(new_year))
    if year >= 1998:
        days.append(_nth_weekday(year, 1, 0, 3))  # Martin Luther King day
    if year >= 2022:
        days.append(_observed(dt.date(year, 6, 19)))  # Juneteenth
    return days


def _early_closes(year: int) -> list[dt.date]:
    """Return the early closes of one year by rule; days that are no session are harmless here."""
    days = [dt.date(year, 12, 24)]
    if year >= 1992:
        days.append(_nth_weekday(year, 11, 3, 4) + dt.timedelta(1))
    fourth = dt.date(year, 7, 4)
    if year >= 1995 and fourth.weekday() < _SATURDAY:
        # Until 2013 a Thursday holiday shortened the Friday after it, since then the Wednesday before.
        after = fourth.weekday() == _THURSDAY and year < 2013
        days.append(fourth + dt.timedelta(1 if after else -1))
    return days


def _build() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return, for each calendar day of the table, whether it is a session and whether it closes early."""
    weekday = (np.arange(_DAYS) + FIRST_DAY.weekday()) % 7
    is_open = weekday < _SATURDAY
    early = np.zeros(_DAYS, dtype=bool)
    for year in range(FIRST_DAY.year, LAST_DAY.year + 1):
        for day in _holidays(year):
            is_open[day.toordinal() - _BASE] = False
        for day in _early_closes(year):
            early[day.toordinal() - _BASE] = True
    for day in EXCEPTIONAL_CLOSURES:
        is_open[day.toordinal() - _BASE] = False
    for day in _EXCEPTIONAL_EARLY:
        early[day.toordinal() - _BASE] = True
    return is_open, early & is_open


OPEN, EARLY = _build()
"""Whether each calendar day from `FIRST_DAY` on is a session, and whether that session closes early."""
_OFFSETS = np.flatnonzero(OPEN)
_BEFORE = np.concatenate(([0], np.cumsum(OPEN)))
_SESSIONS: Dates = (_OFFSETS + (_BASE - _EPOCH)).astype("datetime64[D]")
for _array in (OPEN, EARLY, _OFFSETS, _BEFORE, _SESSIONS):
    _array.setflags(write=False)


def _offset(day: dt.date) -> int:
    """Return the position of `day` in the table."""
    offset = day.toordinal() - _BASE
    if not 0 <= offset < _DAYS:
        raise ValueError(f"{day} is outside the committed calendar {FIRST_DAY}..{LAST_DAY}")
    return offset


def sessions(first: dt.date, last: dt.date) -> Dates:
    """Return the sessions from `first` to `last`, both included, as sorted datetime64[D].

    Raises
    ------
    ValueError
        When a bound lies outside the committed table.
    """
    return _SESSIONS[_BEFORE[_offset(first)] : _BEFORE[_offset(last) + 1]]


def is_session(day: dt.date) -> bool:
    """Whether NYSE and Cboe hold a regular session on `day`."""
    return bool(OPEN[_offset(day)])


def is_cfe_session(day: dt.date) -> bool:
    """Whether CFE publishes a VX settlement for `day`: the NYSE sessions and `CFE_EXTRA_SESSIONS`."""
    return is_session(day) or day in CFE_EXTRA_SESSIONS


def early_close(day: dt.date) -> bool:
    """Whether `day` is a session that closes early (13:00 New York since 1993, 14:00 before).

    On such a day index options close at 12:15 Chicago and expiring PM-settled ones at 12:00.
    """
    return bool(EARLY[_offset(day)])


def close_minute(day: dt.date) -> int:
    """Return the close of the cash session, in minutes after midnight Chicago: 900, or 720 (780) on an early close."""
    if not EARLY[_offset(day)]:
        return 900
    return 720 if day >= _FIRST_13H_EARLY_CLOSE else 780


def previous_session(day: dt.date) -> dt.date:
    """Return the last session strictly before `day`."""
    return _nth(int(_BEFORE[_offset(day)]) - 1, day)


def next_session(day: dt.date) -> dt.date:
    """Return the first session strictly after `day`."""
    return _nth(int(_BEFORE[_offset(day) + 1]), day)


def session_on_or_before(day: dt.date) -> dt.date:
    """Return `day` if it is a session, else the last session before it."""
    return _nth(int(_BEFORE[_offset(day) + 1]) - 1, day)


def sessions_between(start: dt.date, end: dt.date) -> int:
    """Return the number of sessions in (start, end]; negative when `end` lies before `start`."""
    return int(_BEFORE[_offset(end) + 1] - _BEFORE[_offset(start) + 1])


def _nth(index: int, asked: dt.date) -> dt.date:
    if not 0 <= index < len(_OFFSETS):
        raise ValueError(f"no session beside {asked} inside the committed calendar {FIRST_DAY}..{LAST_DAY}")
    return dt.date.fromordinal(_BASE + int(_OFFSETS[index]))
