"""Where the VX curve stands among its last 252 sessions, how fast it turns, and what rolling along it costs.

`concepts.md`, "Regime": the levels of `regime` belong to a market, the percentiles beside them to any market. Speeds
are differences of the readings themselves, F1 and F2 being what they are on each day, so that the day on which F1
becomes the next contract counts as a move.
"""

from __future__ import annotations

import numpy as np

from alvh.conventions import sessions_between, vix_expiry
from alvh.diagnosis.indicators import vx_curve
from alvh.diagnosis.once import once
from alvh.market.history import History
from alvh.maths.averages import change, trailing_percentile
from alvh.values import Floats, Indicator

WINDOW_SESSIONS = 252
SPEED_SESSIONS = 5
MONTH_DAYS_MAX = 36
"""Consecutive monthly expiries lie 28 or 35 calendar days apart, a day more or less where one is a holiday."""
INDICATORS = (
    Indicator("vx_slope_pct", "share of 252 sessions"),
    Indicator("vx_spread_pct", "share of 252 sessions"),
    Indicator("vx_slope_speed", "fraction of F1 a session"),
    Indicator("vx_spread_change_5d", "vol points"),
    Indicator("vx_roll_drag", "fraction a session"),
)


def prepare(history: History, name: str) -> Floats:
    """Return one reading at each close; NaN where an input is missing.

    ``vx_slope_pct``, ``vx_spread_pct``
        Share (0 to 1) of the trailing 252 sessions, today included, whose slope F2/F1 - 1 (spread F2 - F1) was at or
        below today's; at least half of them known.
    ``vx_slope_speed``
        (slope - slope 5 sessions ago) / 5: above 0 the curve steepens, below 0 it flattens.
    ``vx_spread_change_5d``
        Spread less that of 5 sessions ago.
    ``vx_roll_drag``
        See `roll_drag`.
    """
    if name == "vx_roll_drag":
        return roll_drag(history)
    slope = once(history, vx_curve.prepare, "vx_slope")
    spread = once(history, vx_curve.prepare, "vx_spread")
    if name == "vx_slope_pct":
        return trailing_percentile(slope, WINDOW_SESSIONS)
    if name == "vx_spread_pct":
        return trailing_percentile(spread, WINDOW_SESSIONS)
    if name == "vx_slope_speed":
        return change(slope, SPEED_SESSIONS) / SPEED_SESSIONS
    return change(spread, SPEED_SESSIONS)


def roll_drag(history: History) -> Floats:
    """Return what a constant 30-day position in VX earns a session from rolling alone: below 0 in contango.

    -(VX2 - VX1) / (dt (w1 VX1 + w2 VX2)) with VX1 the next monthly to expire (also in its last days), w1 = dr/dt and
    w2 = 1 - w1: dt sessions from one expiry (counted) to the next (not), dr of them after today. Source: the roll of
    the S&P 500 VIX Short-Term Futures Index (`methodology.md` sections 5 and 8). NaN where the contract after VX1 is
    not the next month's, as at times in 2005.
    """
    vx = history.vx
    n, expiries = len(history), vx.expiry_days
    out = np.full(n, np.nan)
    rows = np.flatnonzero(vx.front + 1 < len(expiries))
    near = vx.front[rows]
    consecutive = expiries[near + 1] - expiries[near] <= MONTH_DAYS_MAX
    rows, near = rows[consecutive], near[consecutive]
    settles = expiries.astype("datetime64[D]")
    cycle = np.full(len(expiries), np.nan)
    left = np.full(n, np.nan)
    for j in np.unique(near):
        expiry = settles[j].item()
        cycle[j] = sessions_between(vix_expiry(*_month_before(settles[j])), expiry)
    for i, j in zip(rows.tolist(), near.tolist(), strict=True):
        left[i] = sessions_between(history.dates[i], settles[j].item()) - 1
    first, second = vx.settle[rows, near], vx.settle[rows, near + 1]
    out[rows] = drag(first, second, left[rows], cycle[near])
    return out


def drag(first: Floats, second: Floats, left: Floats, cycle: Floats) -> Floats:
    """Return -(VX2 - VX1) / (dt (w1 VX1 + w2 VX2)) of two settlements, sessions left and sessions of the cycle."""
    weight = left / cycle
    return -(second - first) / (cycle * (weight * first + (1.0 - weight) * second))


def _month_before(expiry: np.datetime64) -> tuple[int, int]:
    """Return year and month of the month before an expiry's."""
    before = (expiry.astype("datetime64[M]") - 1).astype(int)
    return 1970 + before // 12, before % 12 + 1
