"""Which strikes the grid of a day reaches: a strike, once listed, stays; and a nervous market lists further out.

The bands of `alvh.conventions.strikes` were measured around the money in ordinary markets. Two facts widen them:

- A strike listed when the index stood near it stays listed until it expires. So a strike counts from where the index
  came closest to it in the last quarter, not only from where it stands today.
- Exchanges list strikes where there is demand, and that scales with volatility. So the distance counts in units of the
  VIX over its level in the chains the bands were fitted on.

Evidence: in the VIX white paper's chains of January 2009 (index at 920, high of the quarter before 1,099, VIX near
40) five-point strikes ran to 1,450 nine days out and to 1,280 thirty-seven days out, where the plain band ends at 961.
In its chain of 2014 (VIX 13.7) they ran from -21 % to +4.5 %, the plain band. In between the rule is an assumption.
"""

from __future__ import annotations

import math

import numpy as np

from alvh.market.history import History
from alvh.values import Floats

LISTED_SESSIONS = 63
"""Near-dated strikes of a series appear about a quarter before it expires (assumed)."""
ORDINARY_VIX = 17.0
"""Mean VIX of the sessions whose chains gave the bands: 2018-2019 and 2022-2025."""


def recent_range(history: History) -> tuple[Floats, Floats]:
    """Return the lowest and highest SPX close of the last `LISTED_SESSIONS` sessions, today included, or NaN."""
    spot = history.column("SPX")
    padded = np.concatenate((np.full(LISTED_SESSIONS - 1, np.nan), spot))
    windows = np.lib.stride_tricks.sliding_window_view(padded, LISTED_SESSIONS)
    low = np.fmin.reduce(windows, axis=1)
    high = np.fmax.reduce(windows, axis=1)
    return low, high


def level_for(target: float, low: float, high: float, vix: float) -> float:
    """Return the index level against which a strike's distance from the money is looked up in the bands.

    Parameters
    ----------
    target : float
        The strike wanted, points.
    low, high : float
        Range of the index since strikes near it could be listed.
    vix : float
        Today's VIX; NaN leaves the distance as it is.
    """
    nearest = min(max(target, low), high)
    shrink = min(1.0, ORDINARY_VIX / vix) if math.isfinite(vix) else 1.0
    return target / (1.0 + (target / nearest - 1.0) * shrink)
