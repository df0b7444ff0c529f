"""Time to settlement: calendar minutes over 525,600, and a business clock on which a closed day counts half.

The instant of a session is the close of what is priced, in Chicago wall-clock time: SPX, SPXW and XSP at 15:00 (12:00
on an early close), when the index closes; VIX options and VX at the daily VX settlement, which they are priced off:
15:15 until 23 October 2020 and 15:00 since 26 October 2020 (prospectus of ProShares Trust II, SEC accession
0001193125-20-271242); on an early close 12:15 and 12:00, which is assumed. Daylight-saving hours are not counted, as in
the Cboe VIX methodology, which counts 1,440 minutes for every whole day.
"""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from alvh.conventions.calendar import EARLY, FIRST_DAY, OPEN, close_minute
from alvh.conventions.expiries import settlement_of
from alvh.conventions.roots import root_spec

Floats: TypeAlias = NDArray[np.float64]
Dates: TypeAlias = NDArray[np.datetime64]

MINUTES_PER_DAY = 1440
MINUTES_PER_YEAR = 525_600
"""365 days, as in the Cboe VIX methodology."""
AM_SETTLEMENT_MINUTE = 510
"""08:30 Chicago, the opening from which SET and VRO are computed."""
VX_SETTLES_WITH_SPX_FROM = dt.date(2020, 10, 26)
CLOSED_DAY_WEIGHT = 0.5
"""Weight of a day without a session on the business clock (fitted to the chains of 2019)."""

_EPOCH = dt.date(1970, 1, 1).toordinal()
CLOCK_ORIGIN = FIRST_DAY.toordinal() - _EPOCH
"""Day number (days since 1970-01-01) of the first entry of `CLOCK`."""
CLOCK: Floats = np.concatenate(([0.0], np.cumsum(np.where(OPEN, 1.0, CLOSED_DAY_WEIGHT))))
"""Business-clock days from the start of `FIRST_DAY` to the start of each calendar day of the calendar table."""

_REGULAR = 900
_VX_SWITCH = np.datetime64(VX_SETTLES_WITH_SPX_FROM, "D")
_EARLY_13H = np.datetime64("1993-01-01", "D")
_CLOSE_MINUTES = np.full(len(OPEN), _REGULAR, dtype=np.int64)
_CLOSE_MINUTES[EARLY] = 720
_DAY = (np.arange(len(OPEN)) + CLOCK_ORIGIN).astype("datetime64[D]")
_CLOSE_MINUTES[EARLY & (_DAY < _EARLY_13H)] = 780
_VX_MINUTES = _CLOSE_MINUTES + np.where(_DAY < _VX_SWITCH, 15, 0)
for _array in (CLOCK, _CLOSE_MINUTES, _VX_MINUTES):
    _array.setflags(write=False)


def _minutes(root: str) -> NDArray[np.int64]:
    return _VX_MINUTES if root_spec(root).underlying == "VIX" else _CLOSE_MINUTES


def close_instant(root: str, session: dt.date) -> float:
    """Return the close of `session` for `root`, in days since 1970-01-01 00:00, Chicago wall clock."""
    day = session.toordinal() - _EPOCH
    return day + float(_minutes(root)[_checked(day - CLOCK_ORIGIN, session)]) / MINUTES_PER_DAY


def settlement_instant(root: str, expiry: dt.date) -> float:
    """Return the settlement of the series, in days since 1970-01-01 00:00, Chicago wall clock.

    08:30 for what settles in the morning; the cash close (15:00, 12:00 on an early close) for the rest.
    """
    day = expiry.toordinal() - _EPOCH
    minute = AM_SETTLEMENT_MINUTE if settlement_of(root, expiry) == "AM" else close_minute(expiry)
    return day + minute / MINUTES_PER_DAY


def years_to_settlement(root: str, expiry: dt.date, session: dt.date) -> float:
    """Return the years from the close of `session` to the settlement of (`root`, `expiry`).

    Calendar minutes over 525,600; exactly 0 at and after settlement.

    Raises
    ------
    ValueError
        When a date lies outside the committed calendar.
    """
    minutes = (settlement_instant(root, expiry) - close_instant(root, session)) * MINUTES_PER_DAY
    return max(0, round(minutes)) / MINUTES_PER_YEAR


def years_to_settlement_array(root: str, expiry: dt.date, sessions: Dates) -> Floats:
    """Return `years_to_settlement` for an array of sessions (datetime64[D]) and one expiry, same shape, float64."""
    days = sessions.astype("datetime64[D]").astype(np.int64)
    offsets = _checked_array(days - CLOCK_ORIGIN)
    settle = round(settlement_instant(root, expiry) * MINUTES_PER_DAY)
    minutes = settle - (days * MINUTES_PER_DAY + _minutes(root)[offsets])
    years: Floats = np.maximum(minutes, 0) / MINUTES_PER_YEAR
    return years


def clock_at(day: Floats | float) -> Floats:
    """Return the reading of the business clock at `day` (days since 1970-01-01, fraction = time of day).

    A session day advances it by 1, any other calendar day by `CLOSED_DAY_WEIGHT`, evenly within the day. Works on
    scalars and arrays; NaN stays NaN.

    Raises
    ------
    ValueError
        When a value lies outside the committed calendar.
    """
    since = np.asarray(day, dtype=np.float64) - CLOCK_ORIGIN
    if since.size and (np.nanmin(since) < 0 or np.nanmax(since) > len(OPEN)):
        raise ValueError(f"day number {day} is outside the committed calendar that starts at {FIRST_DAY}")
    whole = np.floor(np.nan_to_num(since)).astype(np.int64).clip(0, len(OPEN) - 1)
    start: Floats = CLOCK[whole]
    reading: Floats = start + (since - whole) * (CLOCK[whole + 1] - start)
    return reading


def clock_reading(day: float) -> float:
    """Return `clock_at` for one number, without the cost of an array; ValueError outside the committed calendar."""
    since = day - CLOCK_ORIGIN
    if not 0.0 <= since <= len(OPEN):
        raise ValueError(f"day number {day} is outside the committed calendar that starts at {FIRST_DAY}")
    whole = min(int(since), len(OPEN) - 1)
    start = float(CLOCK[whole])
    return start + (since - whole) * (float(CLOCK[whole + 1]) - start)


def clock_days(root: str, expiry: dt.date, session: dt.date) -> float:
    """Return the business-clock days from the close of `session` to settlement; 0 at and after settlement.

    On this clock a calendar day without a session counts half, so that a weekend ages an option by one day, not two.
    """
    left = clock_at(settlement_instant(root, expiry)) - clock_at(close_instant(root, session))
    return max(0.0, float(left))


def clock_days_array(root: str, expiry: dt.date, sessions: Dates) -> Floats:
    """Return `clock_days` for an array of sessions (datetime64[D]) and one expiry, same shape, float64."""
    days = sessions.astype("datetime64[D]").astype(np.int64)
    minutes = _minutes(root)[_checked_array(days - CLOCK_ORIGIN)]
    left = clock_at(settlement_instant(root, expiry)) - clock_at(days + minutes / MINUTES_PER_DAY)
    return np.maximum(left, 0.0)


def _checked(offset: int, day: dt.date) -> int:
    if not 0 <= offset < len(OPEN):
        raise ValueError(f"{day} is outside the committed calendar that starts at {FIRST_DAY}")
    return offset


def _checked_array(offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    if offsets.size and (offsets.min() < 0 or offsets.max() >= len(OPEN)):
        raise ValueError(f"a session is outside the committed calendar that starts at {FIRST_DAY}")
    return offsets
