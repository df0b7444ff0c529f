"""A VIX term structure from VIX closes alone: two documented rules, for markets that have no futures data.

Rule one, the curve: variance reverts to a level that itself follows VIX slowly, ``v(T) = L + (v0 - L) exp(-k T)``, and
faster while VIX stands above its average of a week, because a jump passes sooner than a high. ``v0`` is set so that the
mean of ``v`` over 30 days is exactly VIX squared. VIX9D, VIX3M and VIX6M are means of the same ``v`` from today; a VX
future is the square root of its mean over the 30 days from expiry, times a convexity factor of at most one (Jensen: the
expectation of VIX cannot exceed the root of the expectation of its square). Rule two, VVIX: log-linear in VIX and in
how far VIX stands from its own fast and slow averages.

Both are fitted to real data outside 2014-2018 and tested inside it; ``docs/demo-market.md`` has the errors and
``benchmarks/fit_demo_market.py`` reproduces the constants. Nothing here is a market price and every row says so.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import product

import numpy as np
import polars as pl

from alvh.conventions import vix_expiry
from alvh.values import Dates, Floats, Ints

VIX_WINDOW_YEARS = 30.0 / 365.0
"""The horizon of VIX, and of the variance a VX future settles to."""
NODE_DAYS = {"VIX9D": 9, "VIX3M": 93, "VIX6M": 184}
"""Horizons of the other Cboe S&P 500 volatility indices, calendar days."""
LISTED_MONTHS = 8
"""How many monthly VX expiries a session quotes; CFE lists nine."""
MIN_INSTANT_SHARE = 0.25
"""``v0`` never falls below this share of VIX squared: after a collapse of VIX the slow level gives way instead."""
MONTH_CODES = "FGHJKMNQUVXZ"

CURVE_SOURCE = "reconstructed: mean-reverting forward variance from VIX closes"
VVIX_SOURCE = "reconstructed: VVIX from the level and the changes of VIX"
FINAL_SOURCE = "reconstructed: VRO proxy, geometric mean of the VIX closes before and after the opening"


@dataclass(frozen=True, slots=True)
class CurveRule:
    """Parameters of the forward-variance curve.

    Attributes
    ----------
    level_variance : float
        The level variance reverts to while the slow average of VIX is 20 (annual variance, decimal).
    elasticity : float
        Power with which that level follows the square of the slow average.
    half_life_sessions : float
        Half-life of the slow average of ln VIX.
    reversion_per_year : float
        Speed at which variance reverts while VIX is at or below its fast average.
    jump_speed_up : float
        ``k`` is that speed times 1 + this x the gap by which ln VIX exceeds its fast average.
    vix_vol_annual : float
        Volatility of ln VIX that the convexity factor supposes; VX shrinks by half its reverted variance up to expiry.
    fast_half_life_sessions : float
        Half-life of the fast average of ln VIX.
    """

    level_variance: float
    elasticity: float
    half_life_sessions: float
    reversion_per_year: float
    jump_speed_up: float
    vix_vol_annual: float
    fast_half_life_sessions: float


@dataclass(frozen=True, slots=True)
class VvixRule:
    """Coefficients of ln VVIX (both indices in points).

    Attributes
    ----------
    intercept, on_level, on_fast_gap, on_slow_gap : float
        On 1, on ln VIX, and on ln VIX less its fast and its slow average.
    fast_half_life_sessions, slow_half_life_sessions : float
    """

    intercept: float
    on_level: float
    on_fast_gap: float
    on_slow_gap: float
    fast_half_life_sessions: float
    slow_half_life_sessions: float


CURVE_RULE = CurveRule(
    level_variance=0.07288,
    elasticity=0.802,
    half_life_sessions=68.13,
    reversion_per_year=2.816,
    jump_speed_up=2.299,
    vix_vol_annual=1.025,
    fast_half_life_sessions=5.0,
)
VVIX_RULE = VvixRule(
    intercept=4.405,
    on_level=0.04188,
    on_fast_gap=0.2717,
    on_slow_gap=0.2412,
    fast_half_life_sessions=5.0,
    slow_half_life_sessions=68.13,
)
"""Fitted to 2007-2013 and 2019 to September 2026 (``benchmarks/fit_demo_market.py``), so that 2014-2018 is unseen."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Forward variance at each session, annual decimals, shape (sessions,); NaN where VIX is.

    Attributes
    ----------
    instant : array
        ``v0``, the variance rate today.
    level : array
        ``L``, the rate it reverts to.
    reversion_per_year : array
        ``k``.
    """

    instant: Floats
    level: Floats
    reversion_per_year: Floats

    def at(self, rows: Ints) -> Curve:
        """Return the curve of chosen sessions, repeated as often as they are named."""
        return Curve(self.instant[rows], self.level[rows], self.reversion_per_year[rows])

    def mean_variance(self, start_years: Floats | float, end_years: Floats | float) -> Floats:
        """Return the mean variance rate between two horizons (years from the session), elementwise."""
        return self.level + (self.instant - self.level) * _mean_decay(self.reversion_per_year, start_years, end_years)


def forward_curve(vix_points: Floats, rule: CurveRule) -> Curve:
    """Return the forward-variance curve of every session.

    Parameters
    ----------
    vix_points : array (sessions,)
        VIX closes; NaN where there is none. Only closes up to a session enter its curve.
    rule : CurveRule

    Returns
    -------
    Curve
        Its mean over 30 days is VIX squared exactly; ``instant`` and ``level`` are positive.
    """
    variance, log_vix = (vix_points / 100.0) ** 2, np.log(vix_points)
    slow = np.exp(2.0 * (slow_average(log_vix, rule.half_life_sessions) - np.log(20.0)))
    jump = np.maximum(log_vix - slow_average(log_vix, rule.fast_half_life_sessions), 0.0)
    speed = rule.reversion_per_year * (1.0 + rule.jump_speed_up * jump)
    weight = _mean_decay(speed, 0.0, VIX_WINDOW_YEARS)
    highest = variance * (1.0 - MIN_INSTANT_SHARE * weight) / (1.0 - weight)
    level = np.minimum(rule.level_variance * slow**rule.elasticity, highest)
    return Curve(level + (variance - level) / weight, level, speed)


def node_points(curve: Curve, days: float) -> Floats:
    """Return the volatility index of a horizon of calendar days from each session, points."""
    return 100.0 * np.sqrt(curve.mean_variance(0.0, days / 365.0))


def forward_vol_points(curve: Curve, years: Floats | float) -> Floats:
    """Return the root of the forward variance over the 30 days from `years` on, points: the ceiling of VX."""
    return 100.0 * np.sqrt(curve.mean_variance(years, years + VIX_WINDOW_YEARS))


def vx_points(curve: Curve, years: Floats | float, rule: CurveRule) -> Floats:
    """Return VX of an expiry `years` (at least 0) after each session, points; VIX itself at 0."""
    spread = -np.expm1(-2.0 * rule.reversion_per_year * np.asarray(years)) / (2.0 * rule.reversion_per_year)
    factor: Floats = np.exp(-0.5 * rule.vix_vol_annual**2 * spread)
    return forward_vol_points(curve, years) * factor


def vvix_points(vix_points: Floats, rule: VvixRule) -> Floats:
    """Return VVIX of every session from VIX closes up to it, points; NaN where VIX is."""
    log_vix = np.log(vix_points)
    fast = log_vix - slow_average(log_vix, rule.fast_half_life_sessions)
    slow = log_vix - slow_average(log_vix, rule.slow_half_life_sessions)
    out: Floats = np.exp(rule.intercept + rule.on_level * log_vix + rule.on_fast_gap * fast + rule.on_slow_gap * slow)
    return out


def vro_proxy_points(vix_points: Floats) -> Floats:
    """Return a stand-in for the VIX opening settlement of every session, points.

    The geometric mean of the close before and the close after the opening: an opening lies between them, and on real
    settlements this is nearer than either. NaN on the first session and beside a missing close.
    """
    before = np.concatenate(([np.nan], vix_points[:-1]))
    out: Floats = np.sqrt(before * vix_points)
    return out


def slow_average(values: Floats, half_life_sessions: float) -> Floats:
    """Return the exponential average of the values so far, starting at the first; a NaN is skipped and stays NaN."""
    series = pl.Series(values, dtype=pl.Float64).fill_nan(None)
    return series.ewm_mean(half_life=half_life_sessions, adjust=False, ignore_nulls=True).to_numpy()


def vx_expiries(first: dt.date, last: dt.date) -> Dates:
    """Return the monthly VX settlement dates from the month of `first` to the `LISTED_MONTHS`-th one after `last`."""
    years = range(first.year, last.year + 2)
    months = [vix_expiry(year, month) for year, month in product(years, range(1, 13))]
    wanted = [day for day in months if day >= first.replace(day=1)]
    after = sum(day <= last for day in wanted)
    return np.array(wanted[: after + LISTED_MONTHS], dtype="datetime64[D]")


def vol_index_rows(sessions: Dates, vix_points: Floats, vix_source: str) -> pl.DataFrame:
    """Return canonical ``vol_indices`` rows: VIX as given, and VIX9D, VIX3M, VIX6M and VVIX by the rules (2 decimals).

    A session without VIX has no row. Reconstructed rows have a close and nothing else, and say so in ``source``.
    SKEW is left out: no rule here knows it.
    """
    curve = forward_curve(vix_points, CURVE_RULE)
    columns = [("VIX", vix_points, vix_source)]
    columns += [(symbol, node_points(curve, days).round(2), CURVE_SOURCE) for symbol, days in NODE_DAYS.items()]
    columns.append(("VVIX", vvix_points(vix_points, VVIX_RULE).round(2), VVIX_SOURCE))
    return pl.concat(
        pl.DataFrame({"date": sessions, "close": close})
        .filter(pl.col("close").is_not_nan())
        .with_columns(symbol=pl.lit(symbol), source=pl.lit(source))
        for symbol, close, source in columns
    )


def vx_rows(sessions: Dates, vix_points: Floats) -> pl.DataFrame:
    """Return canonical ``vx_futures`` rows: settlements of the nearest monthly expiries, and their final settlements.

    Settlements stand at four decimals, rounded down so that none exceeds the root of its forward variance. The row on
    ``date == expiry`` is the final settlement by `vro_proxy_points`. A session without VIX has no settlements, and an
    expiry without a close on it and before it has no final row.
    """
    curve = forward_curve(vix_points, CURVE_RULE)
    expiries = vx_expiries(sessions[0].item(), sessions[-1].item())
    first_live = np.searchsorted(expiries, sessions, side="right")
    columns = first_live[:, None] + np.arange(LISTED_MONTHS)
    rows = np.repeat(np.arange(len(sessions)), LISTED_MONTHS)
    date, expiry = sessions[rows], expiries[columns.ravel()]
    years = (expiry - date).astype(np.float64) / 365.0
    settle = np.floor(1e4 * vx_points(curve.at(rows), years, CURVE_RULE)) / 1e4
    final = np.flatnonzero(np.isin(sessions, expiries))
    return (
        pl.concat(
            (
                _settlements(date, expiry, settle, CURVE_SOURCE),
                _settlements(
                    sessions[final], sessions[final], vro_proxy_points(vix_points)[final].round(2), FINAL_SOURCE
                ),
            )
        )
        .filter(pl.col("settle").is_not_nan())
        .join(_contracts(expiries), on="expiry")
        .with_columns(kind=pl.lit("monthly"), settle_source=pl.col("source"))
    )


def _settlements(date: Dates, expiry: Dates, settle: Floats, source: str) -> pl.DataFrame:
    return pl.DataFrame({"date": date, "expiry": expiry, "settle": settle}).with_columns(source=pl.lit(source))


def _contracts(expiries: Dates) -> pl.DataFrame:
    """Name each expiry as CFE does: ``VX/G2018``. A monthly expiry always lies in its own month."""
    days = [day.item() for day in expiries]
    names = [f"VX/{MONTH_CODES[day.month - 1]}{day.year}" for day in days]
    return pl.DataFrame({"expiry": expiries, "contract": names})


def _mean_decay(reversion_per_year: Floats, start_years: Floats | float, end_years: Floats | float) -> Floats:
    """Mean of ``exp(-k t)`` over t from start to end."""
    start, end = np.asarray(start_years, dtype=np.float64), np.asarray(end_years, dtype=np.float64)
    span = reversion_per_year * (end - start)
    out: Floats = np.exp(-reversion_per_year * start) * -np.expm1(-span) / span
    return out
