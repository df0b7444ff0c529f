"""The regime of the volatility curve, from the slope between the first two VX futures (`concepts.md`, "Regime")."""

from __future__ import annotations

import numpy as np

from alvh.diagnosis.indicators import vx_curve
from alvh.market.history import History
from alvh.values import Floats, Indicator

INDICATORS = (Indicator("regime", "code"),)
NAMES = ("inverted", "flat", "normal", "steep", "extreme")
EDGES = (0.0, 0.03, 0.10, 0.15)
"""slope = F2/F1 - 1: inverted below 0, flat to 3 %, normal to 10 %, steep to 15 %, extreme above."""
UNKNOWN = "unknown"


def prepare(history: History, name: str) -> Floats:  # noqa: ARG001 - the one indicator of this file
    """Return the position in `NAMES` at each close; NaN where the slope is missing."""
    slope = vx_curve.prepare(history, "vx_slope")
    codes = np.digitize(slope, EDGES).astype(np.float64)
    return np.where(np.isfinite(slope), codes, np.nan)


def label(code: float) -> str:
    """Return the regime's name; ``unknown`` for NaN."""
    return NAMES[int(code)] if np.isfinite(code) else UNKNOWN
