"""What funds of property companies promise: the dividend-discount return, against the ten-year yield and against vol.

`concepts.md`, "DDM on REITs": Gordon's constant-growth model (M. Gordon, "Dividends, earnings, and stock prices", 1959)
on the funds of the store. Shown, never acted on: its weight in every decision is 0 until evidence says otherwise.

A fund's distributions follow from its closes as traded beside its adjusted closes. A store with adjusted closes alone
(as every public copy that we know) says nothing of dividends, and all three readings are missing.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from alvh.diagnosis.indicators import rates
from alvh.diagnosis.once import once
from alvh.market.history import History
from alvh.market.slow_tables import REIT_FUNDS
from alvh.maths.averages import change, trailing_z
from alvh.values import Floats, Indicator

INDICATORS = (
    Indicator("reit_implied_return", "decimal a year"),
    Indicator("reit_spread_z", "standard deviations"),
    Indicator("reit_vol_corr", "correlation"),
)
GROWTH_MIN, GROWTH_MAX = 0.0, 0.04
WINDOW_SESSIONS = 252
CORRELATION_SESSIONS = 63


def prepare(history: History, name: str) -> Floats:
    """Return one reading at each close; NaN where no fund has six years of distributions.

    ``reit_implied_return``
        r = D0 (1 + g) / P + g: D0 what was distributed on the last four ex-dates, g its growth over five years within
        0 and 4 %; the mean over the funds that have both.
    ``reit_spread_z``
        r less the ten-year yield, in standard deviations from its mean over 252 sessions, within +-3.
    ``reit_vol_corr``
        Correlation over 63 sessions of the daily change of r and of the VIX (the 30-day implied volatility).
    """
    if name == "reit_implied_return":
        return implied_return(history)
    implied = once(history, prepare, "reit_implied_return")
    if name == "reit_spread_z":
        return trailing_z(implied - once(history, rates.prepare, "ten_year"), WINDOW_SESSIONS)
    return rolling_correlation(change(implied, 1), change(history.column("VIX"), 1), CORRELATION_SESSIONS)


def implied_return(history: History) -> Floats:
    """Return the mean of `gordon` over the funds known at each close."""
    total, count = np.zeros(len(history)), np.zeros(len(history))
    for fund in REIT_FUNDS:
        paid, growth = history.column(f"{fund}.dividend_12m"), history.column(f"{fund}.dividend_growth")
        one = gordon(paid, history.column(fund), growth)
        total += np.where(np.isfinite(one), one, 0.0)
        count += np.isfinite(one)
    return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)


def gordon(paid: Floats, price: Floats, growth: Floats) -> Floats:
    """Return D0 (1 + g) / P + g with g held within `GROWTH_MIN` and `GROWTH_MAX`, decimal a year."""
    held = np.clip(growth, GROWTH_MIN, GROWTH_MAX)
    return paid * (1.0 + held) / price + held


def rolling_correlation(x: Floats, y: Floats, window: int) -> Floats:
    """Return the correlation of the trailing `window` pairs; NaN where one is missing or a side does not move."""
    out = np.full(len(x), np.nan)
    if len(x) < window:
        return out
    a, b = sliding_window_view(x, window), sliding_window_view(y, window)
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    scale = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        out[window - 1 :] = np.where(scale > 0.0, np.clip((a * b).sum(axis=1) / scale, -1.0, 1.0), np.nan)
    return out
