"""Contango compression: how far the VX spread is through the founding document's three to four points.

`concepts.md`, "Contango compression". The pages' word stays, though what it names is a *steep* curve. Spreads of three
points are rare (3.7 % of the sessions of 2006 to May 2017), so the scale-free reading stands beside the literal one.
"""

from __future__ import annotations

import numpy as np

from alvh.diagnosis.indicators import curve_shape, vx_curve
from alvh.diagnosis.once import once
from alvh.market.history import History
from alvh.values import Floats, Indicator

FLOOR_POINTS = 3.0
FULL_POINTS = 4.0
PERCENTILE = 0.75
INDICATORS = (
    Indicator("contango_compression", "severity 0 to 1 (steep)"),
    Indicator("contango_compression_pct", "flag (steep)"),
)


def prepare(history: History, name: str) -> Floats:
    """Return one reading at each close; NaN where an input is missing.

    ``contango_compression``
        u = clip(max(s, change of s over 5 sessions) - 3, 0, 1), s = F2 - F1 in vol points: a ramp from 3 to 4 points.
    ``contango_compression_pct``
        1 where the slope stands at or above the 75th percentile of its 252 sessions, else 0.
    """
    if name == "contango_compression_pct":
        share = once(history, curve_shape.prepare, "vx_slope_pct")
        return np.where(np.isfinite(share), (share >= PERCENTILE).astype(np.float64), np.nan)
    spread = once(history, vx_curve.prepare, "vx_spread")
    widening = once(history, curve_shape.prepare, "vx_spread_change_5d")
    return severity(spread, widening)


def severity(spread: Floats, widening: Floats) -> Floats:
    """Return the ramp (0 to 1) of a spread in points and its change over five sessions; NaN where either is."""
    return np.clip((np.maximum(spread, widening) - FLOOR_POINTS) / (FULL_POINTS - FLOOR_POINTS), 0.0, 1.0)
