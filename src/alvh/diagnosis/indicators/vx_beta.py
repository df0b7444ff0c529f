"""How far each VX future moves with the VIX: the 252-session slope of its daily change on the VIX's."""

from __future__ import annotations

import numpy as np

from alvh.diagnosis.indicators.vx_curve import MONTHS
from alvh.market.history import History
from alvh.values import Floats, Indicator

WINDOW_SESSIONS = 252
MIN_SESSIONS = 63
"""Fewer pairs than a quarter's give no slope."""
INDICATORS = tuple(Indicator(f"vx_beta_{k}", "vol points a vol point") for k in range(1, MONTHS + 1))


def prepare(history: History, name: str) -> Floats:
    """Return the trailing ordinary-least-squares slope of dF_k on dVIX; NaN before `MIN_SESSIONS` pairs.

    A change is taken within one contract: on the day F_k becomes the next contract, that contract's own change counts.
    """
    k = int(name.removeprefix("vx_beta_"))
    vx = history.vx
    column = vx.first_far + k - 1
    n = len(history)
    change = np.full(n, np.nan)
    rows = np.flatnonzero(column[1:] < vx.settle.shape[1]) + 1
    change[rows] = vx.settle[rows, column[rows]] - vx.settle[rows - 1, column[rows]]
    vix = np.concatenate(([np.nan], np.diff(history.column("VIX"))))
    return rolling_slope(vix, change, WINDOW_SESSIONS, MIN_SESSIONS)


def rolling_slope(x: Floats, y: Floats, window: int, least: int) -> Floats:
    """Return the slope of y on x over the trailing `window` entries, pairs with a NaN left out; NaN below `least`."""
    both = np.isfinite(x) & np.isfinite(y)
    x0, y0 = np.where(both, x, 0.0), np.where(both, y, 0.0)

    def trailing(values: Floats) -> Floats:
        total = np.concatenate(([0.0], np.cumsum(values)))
        start = np.maximum(np.arange(len(values)) + 1 - window, 0)
        return total[1:] - total[start]

    count, sx, sy = trailing(both.astype(np.float64)), trailing(x0), trailing(y0)
    sxx, sxy = trailing(x0 * x0), trailing(x0 * y0)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (sxy - sx * sy / count) / (sxx - sx * sx / count)
    return np.where(count >= least, slope, np.nan)
