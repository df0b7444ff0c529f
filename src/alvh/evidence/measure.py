"""How good and how bad a history was: pure functions on arrays.

One convention throughout: an equity curve has one entry a session, at its close, and starts from the account's value
before the first session (`nav_start_usd`); a return of a session is the change from the close before, as a decimal;
losses are negative. A NaN anywhere in an input makes the answer NaN (a missing number must not become a plausible one),
and so does a sample too short for the measure; each function says what is too short for it.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import NamedTuple

import numpy as np

from alvh.values import Dates, Floats, Ints

SESSIONS_PER_YEAR = 252
"""Sessions by which daily figures are annualised (the convention of `methodology.md`, section 9: VIX/sqrt(252))."""

DAYS_PER_YEAR = 365.25
CVAR_TAIL = 0.05
CVAR_FEWEST = 20
"""Fewer sessions than this hold less than one whole observation of the worst 5 %."""


class Drawdown(NamedTuple):
    """The deepest fall from a high.

    `depth` is a decimal, never positive; `depth_usd` the same fall in USD. `peak` is the session of the high (None: the
    starting value was the high), `trough` that of the low (None: there was no fall), `recovered` the first session at
    or above the high again (None: not within the window).
    """

    depth: float
    depth_usd: float
    peak: dt.date | None
    trough: dt.date | None
    recovered: dt.date | None


class MonthlyReturns(NamedTuple):
    """Calendar-month returns: `months` is years x 12, `totals` one entry a year; NaN where there is no session."""

    years: tuple[int, ...]
    months: Floats
    totals: Floats


def years_of(sessions: Dates) -> float:
    """Length of a window in years: calendar days from the first session to the last, both counted, over 365.25.

    NaN for an empty window.
    """
    if sessions.size == 0:
        return math.nan
    days = (sessions[-1] - sessions[0]).astype("timedelta64[D]").astype(np.int64) + 1
    return float(days) / DAYS_PER_YEAR


def daily_returns(equity_usd: Floats, nav_start_usd: float) -> Floats:
    """Return of each session on the equity of the close before (on `nav_start_usd` for the first).

    NaN after a close at or below zero: a return on nothing is not a number.
    """
    before = np.concatenate(([nav_start_usd], equity_usd[:-1])) if equity_usd.size else equity_usd
    alive = before > 0.0
    return np.where(alive, equity_usd, math.nan) / np.where(alive, before, 1.0) - 1.0


def cagr(equity_usd: Floats, nav_start_usd: float, sessions: Dates) -> float:
    """Compound annual growth rate, decimal.

    -1 when nothing is left; NaN when the account ended below zero, started at or below it, or has no session.
    """
    if equity_usd.size == 0 or not nav_start_usd > 0.0 or np.isnan(equity_usd).any():
        return math.nan
    growth = float(equity_usd[-1]) / nav_start_usd
    return math.nan if growth < 0.0 else float(growth ** (1.0 / years_of(sessions)) - 1.0)


def vol_annual(returns: Floats) -> float:
    """Annualised standard deviation of daily returns (n - 1 in the denominator); NaN below two sessions."""
    if returns.size < 2:
        return math.nan
    return float(np.std(returns, ddof=1)) * math.sqrt(SESSIONS_PER_YEAR)


def sharpe(returns: Floats, cash_returns: Floats | None = None) -> float:
    """Annualised mean over standard deviation of daily returns in excess of cash.

    Parameters
    ----------
    returns : array
        Daily returns, decimal.
    cash_returns : array, optional
        What cash earned on the same sessions, decimal a day; without it the return itself is measured.

    Returns
    -------
    float
        NaN below two sessions or when the excess never varies.
    """
    excess = returns if cash_returns is None else returns - cash_returns
    if excess.size < 2:
        return math.nan
    deviation = float(np.std(excess, ddof=1))
    # A constant series has a deviation of rounding dust, which would make a huge ratio of nothing.
    if not deviation > 1e-14 * max(1.0, float(np.max(np.abs(excess)))):
        return math.nan
    return float(np.mean(excess)) / deviation * math.sqrt(SESSIONS_PER_YEAR)


def drawdowns(equity_usd: Floats, nav_start_usd: float) -> Floats:
    """Distance of each close below the highest value so far (the start included), decimal, never positive."""
    highs = np.maximum(np.maximum.accumulate(equity_usd), nav_start_usd) if equity_usd.size else equity_usd
    return equity_usd / highs - 1.0


def max_drawdown(equity_usd: Floats, nav_start_usd: float, sessions: Dates) -> Drawdown:
    """Return the deepest drawdown with its dates, the earliest of equals; NaN and None for a curve with a NaN in it."""
    if equity_usd.size == 0 or np.isnan(equity_usd).any():
        return Drawdown(math.nan, math.nan, None, None, None)
    falls = drawdowns(equity_usd, nav_start_usd)
    low = int(np.argmin(falls))
    if not falls[low] < 0.0:
        return Drawdown(0.0, 0.0, None, None, None)
    # The last session before the low that stood on its own high; none means that the start was never regained.
    on_high = np.flatnonzero(falls[:low] == 0.0)
    peak_usd = float(equity_usd[on_high[-1]]) if on_high.size else nav_start_usd
    back = np.flatnonzero(equity_usd[low:] >= peak_usd)
    return Drawdown(
        depth=float(falls[low]),
        depth_usd=float(equity_usd[low]) - peak_usd,
        peak=day_of(sessions, int(on_high[-1])) if on_high.size else None,
        trough=day_of(sessions, low),
        recovered=day_of(sessions, low + int(back[0])) if back.size else None,
    )


def cvar95(returns: Floats) -> float:
    """Mean of the worst 5 % of sessions, decimal a day (negative for a loss).

    Where 5 % of the sessions is not a whole number, the next-worst one counts by the fraction that is missing (Acerbi
    and Tasche, 2002, "On the coherence of expected shortfall", definition 2.6). NaN below 20 sessions.
    """
    if returns.size < CVAR_FEWEST or np.isnan(returns).any():
        return math.nan
    tail = CVAR_TAIL * returns.size
    whole = int(tail + 1e-9)
    ordered = np.sort(returns)
    rest = max(0.0, tail - whole)
    return float((ordered[:whole].sum() + rest * ordered[min(whole, returns.size - 1)]) / tail)


def monthly_returns(equity_usd: Floats, nav_start_usd: float, sessions: Dates) -> MonthlyReturns:
    """Return of every calendar month and year, each from the last close before it to its own last close.

    The first and the last month hold only the sessions of the window. NaN after a close at or below zero.
    """
    if equity_usd.size == 0:
        return MonthlyReturns((), np.full((0, 12), math.nan), np.full(0, math.nan))
    month_number = sessions.astype("datetime64[M]").astype(np.int64)
    ends = np.append(np.flatnonzero(np.diff(month_number)), sessions.size - 1)
    returns = daily_returns(equity_usd[ends], nav_start_usd)
    first_year, last_year = int(month_number[0] // 12) + 1970, int(month_number[-1] // 12) + 1970
    months = np.full((last_year - first_year + 1, 12), math.nan)
    months[month_number[ends] // 12 + 1970 - first_year, month_number[ends] % 12] = returns
    year_number = sessions.astype("datetime64[Y]").astype(np.int64) + 1970
    year_ends = np.append(np.flatnonzero(np.diff(year_number)), sessions.size - 1)
    totals = np.full(months.shape[0], math.nan)
    totals[year_number[year_ends] - first_year] = daily_returns(equity_usd[year_ends], nav_start_usd)
    return MonthlyReturns(tuple(range(first_year, last_year + 1)), months, totals)


def worst_days(pnl_usd: Floats, count: int = 10) -> Ints:
    """Positions of the `count` lowest entries, lowest first, the earlier of equals first; NaN entries are left out."""
    known = np.flatnonzero(~np.isnan(pnl_usd))
    return known[np.argsort(pnl_usd[known], kind="stable")][:count].astype(np.int64)


def hedge_cost_per_year(hedge_pnl_usd: Floats, equity_usd: Floats, sessions: Dates) -> float:
    """Minus the P&L of the hedge layers after costs, over average NAV, a year (`decisions.md`, "Output").

    Parameters
    ----------
    hedge_pnl_usd : array
        Daily P&L of all hedge layers together, after slippage and fees; all zero where there is no hedge.
    equity_usd : array
        The account at each close; its mean is the average NAV.
    sessions : array of datetime64[D]

    Returns
    -------
    float
        Decimal a year; negative where the hedge earned money. NaN without sessions or with an average NAV at or
        below zero.
    """
    if equity_usd.size == 0:
        return math.nan
    average_nav_usd = float(np.mean(equity_usd))
    if not average_nav_usd > 0.0:
        return math.nan
    return (0.0 - float(np.sum(hedge_pnl_usd))) / average_nav_usd / years_of(sessions)


def day_of(sessions: Dates, position: int) -> dt.date:
    """Return the session at a position as a date."""
    day: dt.date = sessions[position].astype("datetime64[D]").astype(object)
    return day
