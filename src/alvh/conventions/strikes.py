"""Which strikes were listed: a modelled quote off this grid does not exist and cannot be traded.

The bands and ladders are data (`alvh.conventions.strike_zones`); here they are asked. Moneyness is strike / spot with
the spot of the root's own index (XSP points for XSP); VIX strikes go by their level alone.
"""

from __future__ import annotations

import datetime as dt
import math
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from alvh.conventions.calendar import next_session
from alvh.conventions.etp_options import CHAINS_FROM, etp_on_grid, fund_of
from alvh.conventions.expiries import spx_monthly_expiry
from alvh.conventions.roots import root_spec
from alvh.conventions.strike_zones import (
    SPX_ERAS,
    VIX_LADDERS,
    VIX_LOWEST,
    VIX_NEAR_DAYS,
    XSP_ERAS,
    Era,
    Family,
    Ladder,
    Zones,
)

Floats: TypeAlias = NDArray[np.float64]

_ERAS = {"SPX": SPX_ERAS, "SPXW": SPX_ERAS, "XSP": XSP_ERAS}
_QUANTUM = {"VIX": 0.5, "VIXW": 0.5, "XSP": 1.0}
"""Every listed strike is a multiple of this; 5 points for SPX and SPXW."""
_THURSDAY = 3
_TOLERANCE = 1e-6


@cache
def expiry_family(expiry: dt.date) -> Family:
    """Return the kind of S&P 500 expiry: ``month`` (third Friday), ``month_end``, ``friday`` or ``weekday``.

    A Friday weekly that a holiday moved to Thursday counts as a Friday.
    """
    if expiry == spx_monthly_expiry(expiry.year, expiry.month):
        return "month"
    following = next_session(expiry)
    if following.month != expiry.month:
        return "month_end"
    ends_week = expiry.weekday() >= _THURSDAY and following.weekday() < expiry.weekday()
    return "friday" if ends_week else "weekday"


@cache
def _era(root: str, session: dt.date) -> Era:
    eras = _ERAS[root]
    return next((era for era in reversed(eras) if era.since <= session), eras[0])


@cache
def _ladder(session: dt.date) -> Ladder:
    return next((row for row in reversed(VIX_LADDERS) if row.since <= session), VIX_LADDERS[0])


@cache
def _zones(root: str, family: Family, dte_days: int, session: dt.date) -> Zones:
    rows = _era(root, session).rows
    return next(row for row in rows if row.family == family and dte_days <= row.dte_max)


def _vix_step(strike: float, dte_days: int, session: dt.date) -> float:
    ladder = _ladder(session)
    rungs = ladder.near if dte_days <= VIX_NEAR_DAYS else ladder.far
    return next((step for step, top in rungs if strike <= top + _TOLERANCE), rungs[-1][0])


def strike_step(
    root: str,
    dte_days: int,
    moneyness: float,
    session: dt.date,
    *,
    spot: float | None = None,
    family: Family = "month",
) -> float:
    """Return the distance between listed strikes, in points.

    Parameters
    ----------
    root : str
        ``SPX``, ``SPXW``, ``XSP``, ``VIX`` or ``VIXW``.
    dte_days : int
        Calendar days to expiry.
    moneyness : float
        Strike / spot.
    session : datetime.date
        The day, which chooses the era.
    spot : float, optional
        Needed for VIX, whose steps go by the level of the strike (moneyness x spot).
    family : {"month", "month_end", "friday", "weekday"}
        Kind of S&P 500 expiry, `expiry_family`.

    Returns
    -------
    float
        10 stands for the multiples of 10 and of 25, which Cboe mixes.

    Raises
    ------
    ValueError
        For a root without strikes, or VIX without `spot`.
    """
    if root in {"VIX", "VIXW"}:
        if spot is None:
            raise ValueError(f"{root} strikes go by their level: strike_step needs spot beside moneyness {moneyness}")
        return _vix_step(moneyness * spot, dte_days, session)
    if root not in _ERAS:
        raise ValueError(f"{root_spec(root).root} has no strikes")
    era = _era(root, session)
    offset = moneyness - 1.0
    for step, (low, high) in zip(era.steps, _zones(root, family, dte_days, session).bands, strict=True):
        if low < high and low - _TOLERANCE <= offset <= high + _TOLERANCE:
            return step
    return era.coarse


def strikes_assumed(root: str, session: dt.date) -> bool:
    """Whether the grid of `root` on `session` is an assumption that no real chain verified."""
    if (fund := fund_of(root)) is not None:
        return session < CHAINS_FROM[fund]
    return _ladder(session).assumed if root in {"VIX", "VIXW"} else _era(root, session).assumed


def _multiple(strike: float, step: float) -> bool:
    nearest = round(strike / step) * step
    return abs(strike - nearest) < _TOLERANCE


def on_grid(root: str, strike: float, spot: float, expiry: dt.date, session: dt.date) -> bool:
    """Whether `strike` was listed for `expiry` on `session`, with the index at `spot` (all in the root's points)."""
    if not strike > 0.0:
        return False
    if fund_of(root) is not None:
        return etp_on_grid(strike, spot, expiry, session)
    dte = (expiry - session).days
    if root in {"VIX", "VIXW"}:
        return strike >= VIX_LOWEST - _TOLERANCE and _multiple(strike, _vix_step(strike, dte, session))
    step = strike_step(root, dte, strike / spot, session, family=expiry_family(expiry))
    return _multiple(strike, step) or (step == 10.0 and root != "XSP" and _multiple(strike, 25.0))


def _steps(root: str, session: dt.date) -> tuple[float, ...]:
    """Return every step of the era, finest first; each listed strike is a multiple of one of them."""
    if root in {"VIX", "VIXW"}:
        ladder = _ladder(session)
        return tuple(sorted({step for step, _ in (*ladder.near, *ladder.far)}))
    era = _era(root, session)
    return (*era.steps, era.coarse)


def nearest_strike(root: str, target: float, spot: float, expiry: dt.date, session: dt.date) -> float:
    """Return the listed strike nearest to `target`; of two equally near, the lower.

    Raises
    ------
    ValueError
        When `target` or `spot` is not a positive number, or the root has no strikes.
    """
    if not (target > 0.0 and spot > 0.0 and math.isfinite(target) and math.isfinite(spot)):
        raise ValueError(f"target {target} and spot {spot} must be positive numbers")
    if root not in _ERAS and root not in {"VIX", "VIXW"}:
        raise ValueError(f"{root_spec(root).root} has no strikes")
    best = math.inf
    for step in _steps(root, session):
        below = math.floor(target / step + _TOLERANCE) * step
        for candidate in (below, below + step):
            nearer = abs(candidate - target) < abs(best - target) - _TOLERANCE
            tie = abs(abs(candidate - target) - abs(best - target)) <= _TOLERANCE and candidate < best
            if (nearer or tie) and on_grid(root, candidate, spot, expiry, session):
                best = candidate
    if math.isinf(best):  # below the lowest or between coarse strikes of another band
        reach = 2.0 * _steps(root, session)[-1]
        grid = strike_grid(root, spot, expiry, session, target - reach, target + reach)
        best = float(grid[np.argmin(np.abs(grid - target))])
    return best


def strike_grid(root: str, spot: float, expiry: dt.date, session: dt.date, lowest: float, highest: float) -> Floats:
    """Return the listed strikes from `lowest` to `highest`, both included, sorted."""
    fine = _QUANTUM.get(root, 5.0)
    first, last = math.ceil(lowest / fine - _TOLERANCE), math.floor(highest / fine + _TOLERANCE)
    listed = [k * fine for k in range(first, last + 1) if on_grid(root, k * fine, spot, expiry, session)]
    return np.array(listed, dtype=np.float64)
