"""Averages over the past of a series: exponential ones, Wilder's index, and where today stands in its trailing window.

All are causal: entry t reads entries up to t and nothing later, so that altering the future alters nothing before it.
A NaN is a session on which nothing was observed. It gives NaN on that session and is stepped over afterwards: an
exponential average keeps its state, a change is taken from the last known value, a trailing window counts sessions and
uses those that are known. Of a window, at least `least` sessions have to be known (half of it unless said otherwise).

Sources: J. W. Wilder, "New Concepts in Technical Trading Systems" (1978), for the relative strength index; G. Appel for
the moving average convergence divergence. The seed by a simple average is what chart vendors do (StockCharts).
"""

from __future__ import annotations

import math
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from alvh.maths.kernel import kernel
from alvh.values import Floats

Seed: TypeAlias = Literal["sma", "first"]

FLAT: Final = 1e-12
"""A spread below this share of the mean is rounding: the series did not move."""


class Macd(NamedTuple):
    """Moving average convergence divergence, in the unit of its input.

    Attributes
    ----------
    line : array
        Fast average less slow average.
    signal : array
        Exponential average of the line.
    histogram : array
        Line less signal.
    """

    line: Floats
    signal: Floats
    histogram: Floats


@kernel
def ema_loop(values: Floats, span: int, seed_count: int, out: Floats) -> None:
    """Fill `out` with the exponential average that starts as the mean of the first `seed_count` known values."""
    weight = 2.0 / (span + 1.0)
    state, known = 0.0, 0
    for i in range(values.size):
        out[i] = math.nan
        if math.isnan(values[i]):
            continue
        known += 1
        if known <= seed_count:
            state += values[i] / seed_count
        else:
            state += weight * (values[i] - state)
        if known >= seed_count:
            out[i] = state


def ema(values: Floats, span: int, seed: Seed = "sma") -> Floats:
    """Return the exponential moving average with weight 2 / (span + 1) on the newest value.

    Parameters
    ----------
    values
        One number a session; NaN where nothing is known.
    span
        Sessions of the simple average that is equally old, at least 1.
    seed : {"sma", "first"}
        Start at the simple average of the first `span` known values, or at the first one.

    Returns
    -------
    array
        In the unit of `values`. NaN before the seed is complete and wherever `values` is NaN; the state is kept.
    """
    if span < 1:
        raise ValueError(f"an average over {span} sessions: at least 1 is needed")
    out = np.empty(len(values))
    ema_loop(np.ascontiguousarray(values, dtype=np.float64), span, span if seed == "sma" else 1, out)
    return out


def macd(values: Floats, fast: int = 12, slow: int = 26, signal: int = 9) -> Macd:
    """Return line, signal and histogram, every average seeded by a simple one.

    The line is known from the `slow`-th known value on, signal and histogram `signal` - 1 known values later.
    """
    line = ema(values, fast) - ema(values, slow)
    smooth = ema(line, signal)
    return Macd(line, smooth, line - smooth)


@kernel
def rsi_loop(values: Floats, span: int, out: Floats) -> None:
    """Fill `out` with Wilder's index; its averages start as the simple ones of the first `span` changes."""
    last, gain, loss = math.nan, 0.0, 0.0
    changes = 0
    for i in range(values.size):
        out[i] = math.nan
        if math.isnan(values[i]):
            continue
        change = values[i] - last
        last = values[i]
        if math.isnan(change):
            continue
        up, down = max(change, 0.0), max(-change, 0.0)
        changes += 1
        if changes <= span:
            gain += up / span
            loss += down / span
        else:
            gain += (up - gain) / span
            loss += (down - loss) / span
        if changes >= span and gain + loss > 0.0:
            out[i] = 100.0 * gain / (gain + loss)


def rsi(values: Floats, span: int = 14) -> Floats:
    """Return Wilder's relative strength index, 0 to 100: the share of gains in the smoothed gains and losses.

    100 g / (g + l), which is 100 - 100 / (1 + g / l). NaN before `span` changes, wherever `values` is NaN, and where
    nothing moved at all. A change is taken from the last known value.
    """
    if span < 1:
        raise ValueError(f"an index over {span} changes: at least 1 is needed")
    out = np.empty(len(values))
    rsi_loop(np.ascontiguousarray(values, dtype=np.float64), span, out)
    return out


@kernel
def trailing_loop(values: Floats, window: int, least: int, mean: Floats, deviation: Floats, share: Floats) -> None:
    """Fill mean, sample deviation and percentile of each session in its trailing window, itself included."""
    for i in range(values.size):
        mean[i] = deviation[i] = share[i] = math.nan
        if math.isnan(values[i]):
            continue
        start = max(i + 1 - window, 0)
        known, below, total = 0, 0, 0.0
        for j in range(start, i + 1):
            if not math.isnan(values[j]):
                known += 1
                total += values[j]
                below += values[j] <= values[i]
        if known < max(least, 1):
            continue
        mean[i] = total / known
        share[i] = below / known
        squares = 0.0
        for j in range(start, i + 1):
            if not math.isnan(values[j]):
                squares += (values[j] - mean[i]) ** 2
        if known > 1:
            deviation[i] = math.sqrt(squares / (known - 1))


def trailing(values: Floats, window: int, least: int | None = None) -> tuple[Floats, Floats, Floats]:
    """Return ``(mean, sample deviation, percentile)`` of the trailing `window` sessions, today included."""
    count = least_known(window, least)
    out = np.empty((3, len(values)))
    trailing_loop(np.ascontiguousarray(values, dtype=np.float64), window, count, out[0], out[1], out[2])
    return out[0], out[1], out[2]


def trailing_z(values: Floats, window: int = 252, clip: float = 3.0, least: int | None = None) -> Floats:
    """Return how many sample deviations today lies above the mean of its trailing window, within +-`clip`.

    NaN where today is unknown, fewer than `least` sessions of the window are known (default: half), or nothing moved.
    """
    mean, deviation, _ = trailing(values, window, least)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = (values - mean) / deviation
    moved = deviation > FLAT * np.abs(mean)
    return np.where(moved, np.clip(score, -clip, clip), np.nan)


def trailing_deviation(values: Floats, window: int, least: int | None = None) -> Floats:
    """Return the sample standard deviation of the trailing window; NaN as `trailing_z`, but 0 where nothing moved."""
    return trailing(values, window, least)[1]


def trailing_percentile(values: Floats, window: int = 252, least: int | None = None) -> Floats:
    """Return the share (0 to 1) of the trailing window, today included, that lies at or below today.

    NaN where today is unknown, or fewer than `least` sessions of the window are known (default: half).
    """
    return trailing(values, window, least)[2]


@kernel
def median_loop(values: Floats, window: int, least: int, out: Floats) -> None:
    """Fill `out` with the median of the known values of each trailing window, kept in order as it moves on."""
    ranked = np.empty(window)
    known = 0
    for i in range(values.size):
        if i >= window and not math.isnan(values[i - window]):
            at = np.searchsorted(ranked[:known], values[i - window])
            known -= 1
            for j in range(at, known):
                ranked[j] = ranked[j + 1]
        if not math.isnan(values[i]):
            at = np.searchsorted(ranked[:known], values[i])
            for j in range(known, at, -1):
                ranked[j] = ranked[j - 1]
            ranked[at] = values[i]
            known += 1
        out[i] = math.nan
        if known >= max(least, 1):
            out[i] = 0.5 * (ranked[(known - 1) // 2] + ranked[known // 2])


def trailing_median(values: Floats, window: int = 252, least: int | None = None) -> Floats:
    """Return the median of the trailing `window` sessions, today included.

    The one average here that is known on a session whose own value is not, as long as `least` of its window are.
    """
    count = least_known(window, least)
    out = np.empty(len(values))
    median_loop(np.ascontiguousarray(values, dtype=np.float64), window, count, out)
    return out


def least_known(window: int, least: int | None) -> int:
    """Return how many sessions of a window have to be known: `least`, or half of the window rounded up."""
    if window < 1:
        raise ValueError(f"a window of {window} sessions: at least 1 is needed")
    return (window + 1) // 2 if least is None else least


def change(values: Floats, sessions: int) -> Floats:
    """Return today's value less that of `sessions` earlier; NaN where either is unknown."""
    if sessions < 1:
        raise ValueError(f"a change over {sessions} sessions: at least 1 is needed")
    out = np.full(len(values), np.nan)
    out[sessions:] = values[sessions:] - values[:-sessions]
    return out
