"""How many members carry the index: the advance-decline line, its average, and a high that few members share.

`concepts.md`, "A/D line": the divergence rule is that of the pages (line below its SMA21 while the index stands within
0.8 % of its high), the five sessions are our choice.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from alvh.diagnosis.once import once
from alvh.market.history import History
from alvh.values import Floats, Indicator

INDICATORS = (
    Indicator("ad_line", "companies, net over 252 sessions"),
    Indicator("ad_below_sma21", "flag"),
    Indicator("ad_divergence", "flag"),
)
LINE_SESSIONS = 252
AVERAGE_SESSIONS = 21
HIGH_SESSIONS = 60
NEAR_HIGH = 0.992
RUN_SESSIONS = 5


def prepare(history: History, name: str) -> Floats:
    """Return one reading at each close; NaN where a session of its window has no counts.

    ``ad_line``
        Advancers less decliners, summed over the trailing 252 sessions. A cumulative line has no zero of its own; this
        one stands at 0 a year ago, so that it does not depend on where the data begin.
    ``ad_below_sma21``
        1 where the cumulative line is below the mean of its last 21 closes, today included, else 0.
    ``ad_divergence``
        1 where on each of the last five sessions the line was below that mean while SPX closed at 99.2 % of its highest
        close of 60 sessions or above, else 0.
    """
    net = history.column("SP500.advancers") - history.column("SP500.decliners")
    if name == "ad_line":
        return _windows(net, np.ones(LINE_SESSIONS))
    if name == "ad_below_sma21":
        gap = line_less_average(net)
        return np.where(np.isfinite(gap), (gap < 0.0).astype(np.float64), np.nan)
    return divergence(once(history, prepare, "ad_below_sma21"), near_high(history.column("SPX")))


def line_less_average(net: Floats) -> Floats:
    """Return the cumulative line less its 21-session mean, companies.

    L(t) - mean(L(t), ..., L(t - 20)) = sum over i = 0..19 of net(t - i) (20 - i) / 21: twenty counts suffice.
    """
    weights = np.arange(1, AVERAGE_SESSIONS) / AVERAGE_SESSIONS
    return _windows(net, weights)


def near_high(close: Floats) -> Floats:
    """Return 1 where a close is at least 99.2 % of the highest of the trailing 60, today's included, else 0."""
    out = np.full(len(close), np.nan)
    if len(close) >= HIGH_SESSIONS:
        high = sliding_window_view(close, HIGH_SESSIONS).max(axis=1)
        now = close[HIGH_SESSIONS - 1 :]
        out[HIGH_SESSIONS - 1 :] = np.where(np.isfinite(high), (now >= NEAR_HIGH * high).astype(np.float64), np.nan)
    return out


def divergence(below: Floats, near: Floats) -> Floats:
    """Return 1 where both flags were up on each of the last five sessions, else 0; NaN where one of them is unknown."""
    out = np.full(len(below), np.nan)
    if len(below) >= RUN_SESSIONS:
        both = np.where(np.isfinite(below + near), (below == 1.0) & (near == 1.0), np.nan)
        out[RUN_SESSIONS - 1 :] = sliding_window_view(both, RUN_SESSIONS).min(axis=1)
    return out


def _windows(values: Floats, weights: Floats) -> Floats:
    """Return the weighted sum of each trailing window; the last weight is today's."""
    out = np.full(len(values), np.nan)
    if len(values) >= len(weights):
        out[len(weights) - 1 :] = sliding_window_view(values, len(weights)) @ weights
    return out
