"""How liquid the market of the index is: a quick ratio from the flows and the trading of its three large funds.

`concepts.md`, "Quick Ratio of market liquidity (ETF flows)": the ratio is our choice, after the quick ratio of a
company (what is at hand against what falls due). The fallback's spread is Corwin and Schultz's ("A simple way to
estimate bid-ask spreads from daily high and low prices", Journal of Finance 2012).
"""

from __future__ import annotations

import numpy as np

from alvh.diagnosis.once import once
from alvh.market.history import History
from alvh.market.slow_tables import FUNDS
from alvh.maths.averages import change, trailing, trailing_percentile
from alvh.values import Floats, Indicator

INDICATORS = (
    Indicator("lqr", "ratio"),
    Indicator("lqr_source", "code"),
    Indicator("lqr_falling_5d", "flag"),
    Indicator("lqr_pct", "share of 252 sessions"),
)
THETA = 0.05
"""Share of a day's dollar volume that counts beside a day's creations or redemptions."""
SHORT, LONG = 5, 60
"""Sessions of the two windows; a window with a session missing gives nothing."""
FROM_FLOWS, FROM_FALLBACK = 0.0, 1.0


def prepare(history: History, name: str) -> Floats:
    """Return one reading at each close.

    ``lqr``
        (creations5 + theta DV5) / (redemptions5 + theta DV60), all in USD a day: the means over five sessions of what
        was created and redeemed (known the morning after, hence of the five sessions before today), and the mean dollar
        volumes over 5 and 60 sessions. Summed over SPY, IVV and VOO, of those whose inputs are all known.
        Where no fund's flows are known, DV5 / DV60 x spread60 / spread5 (`fallback`). Below 1 money or trading leaves.
    ``lqr_source``
        0 from flows, 1 the fallback.
    ``lqr_falling_5d``
        1 where the ratio is below that of five sessions before, else 0; NaN where the two have different sources.
    ``lqr_pct``
        Share (0 to 1) of the trailing 252 sessions at or below today's ratio. The fallback's median is about 1 by its
        construction, so its level says less than its rank.
    """
    if name == "lqr":
        flows = from_flows(history)
        return np.where(np.isfinite(flows), flows, fallback(history))
    ratio = once(history, prepare, "lqr")
    if name == "lqr_source":
        source = np.where(np.isfinite(from_flows(history)), FROM_FLOWS, FROM_FALLBACK)
        return np.where(np.isfinite(ratio), source, np.nan)
    if name == "lqr_pct":
        return trailing_percentile(ratio)
    moved = change(ratio, SHORT) + 0.0 * change(once(history, prepare, "lqr_source"), SHORT)
    same = change(once(history, prepare, "lqr_source"), SHORT) == 0.0
    return np.where(same & np.isfinite(moved), (moved < 0.0).astype(np.float64), np.nan)


def from_flows(history: History) -> Floats:
    """Return the ratio from creations and redemptions; NaN where no fund has them all."""
    above, below = np.zeros(len(history)), np.zeros(len(history))
    for fund in FUNDS:
        volume = history.column(f"{fund}.dollar_volume")
        came = mean(history.column(f"{fund}.creations_usd"), SHORT) + THETA * mean(volume, SHORT)
        went = mean(history.column(f"{fund}.redemptions_usd"), SHORT) + THETA * mean(volume, LONG)
        known = np.isfinite(came) & np.isfinite(went)
        above += np.where(known, came, 0.0)
        below += np.where(known, went, 0.0)
    return _ratio(above, below)


def fallback(history: History) -> Floats:
    """Return DV5 / DV60 x spread60 / spread5 over the funds whose volume and spread are known.

    Each fund's spread weighs as its 60-session volume. An estimated spread of 0 (about every second day) enters the
    mean as 0; five of them leave no ratio, for a market without a spread is an estimate's failure and not a state.
    """
    volume5, volume60, spread5, spread60 = (np.zeros(len(history)) for _ in range(4))
    for fund in FUNDS:
        volume, spread = history.column(f"{fund}.dollar_volume"), _spread(history, fund)
        dv5, dv60, cs5, cs60 = mean(volume, SHORT), mean(volume, LONG), mean(spread, SHORT), mean(spread, LONG)
        known = np.isfinite(dv5 + dv60 + cs5 + cs60)
        volume5 += np.where(known, dv5, 0.0)
        volume60 += np.where(known, dv60, 0.0)
        spread5 += np.where(known, dv60 * cs5, 0.0)
        spread60 += np.where(known, dv60 * cs60, 0.0)
    return _ratio(volume5 * spread60, volume60 * spread5)


def _spread(history: History, fund: str) -> Floats:
    """Return a fund's estimated spread: from its own highs and lows where the store has them, else as published."""
    if f"{fund}.high" in history.series:
        high, low = history.column(f"{fund}.high"), history.column(f"{fund}.low")
        return corwin_schultz(high, low, history.column(fund))
    return history.column(f"{fund}.cs_spread")


def corwin_schultz(high: Floats, low: Floats, close: Floats) -> Floats:
    """Return the bid-ask spread of each session from two days' highs and lows, a decimal of the price, at least 0.

    With b = ln(H1/L1)^2 + ln(H2/L2)^2, g = ln(max H / min L)^2 and k = 3 - 2 sqrt 2:
    a = (sqrt(2b) - sqrt b) / k - sqrt(g / k), spread = 2 (e^a - 1) / (1 + e^a). A day that opens beyond the close
    before it is moved back by the gap first, as the authors do.
    """
    before = np.concatenate(([np.nan], close[:-1]))
    gap = np.maximum(low - before, 0.0) + np.minimum(high - before, 0.0)
    high2, low2 = high - gap, low - gap
    high1, low1 = (np.concatenate(([np.nan], side[:-1])) for side in (high, low))
    with np.errstate(divide="ignore", invalid="ignore"):
        b = np.log(high1 / low1) ** 2 + np.log(high2 / low2) ** 2
        g = np.log(np.maximum(high1, high2) / np.minimum(low1, low2)) ** 2
    k = 3.0 - 2.0 * np.sqrt(2.0)
    a = (np.sqrt(2.0 * b) - np.sqrt(b)) / k - np.sqrt(g / k)
    spread: Floats = np.maximum(2.0 * np.expm1(a) / (1.0 + np.exp(a)), 0.0)
    return spread


def mean(values: Floats, window: int) -> Floats:
    """Return the mean of the trailing `window` sessions, today included; NaN where any of them is missing."""
    return trailing(values, window, window)[0]


def _ratio(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0.0, above / below, np.nan)
