"""The VX curve: F1..F8 (F1 has at least five trading days left), the F2-F1 spread, its slope, constant maturities."""

from __future__ import annotations

import numpy as np

from alvh.market.history import History
from alvh.values import Floats, Indicator

MONTHS = 8
CONSTANT_DAYS = (30, 60, 90, 120, 150)
INDICATORS = (
    *(Indicator(f"F{k}", "vol points") for k in range(1, MONTHS + 1)),
    Indicator("vx_spread", "vol points"),
    Indicator("vx_slope", "fraction of F1"),
    *(Indicator(f"vx_{days}d", "vol points") for days in CONSTANT_DAYS),
)


def prepare(history: History, name: str) -> Floats:
    """Return one of the curve's readings at each close; NaN where a contract it needs has no settlement."""
    vx = history.vx
    if name.startswith("F"):
        return vx.nearby(int(name[1:]))
    if name == "vx_spread":
        return vx.nearby(2) - vx.nearby(1)
    if name == "vx_slope":
        return vx.nearby(2) / vx.nearby(1) - 1.0
    return constant_maturity(history, float(name.removeprefix("vx_").removesuffix("d")))


def constant_maturity(history: History, days: float) -> Floats:
    """Return the settlement interpolated linearly between the two monthlies around `days` calendar days from now.

    Uses every unexpired contract, also one in its last days; NaN where `days` lies outside the listed curve.
    """
    vx = history.vx
    n = len(history)
    out = np.full(n, np.nan)
    if not len(vx.expiry_days):
        return out
    target = history.days + days
    low = np.searchsorted(vx.expiry_days, target, side="right") - 1
    rows = np.flatnonzero(low >= vx.front)
    lo = low[rows]
    # A contract that expires on the very day needs no neighbour; elsewhere there has to be a later one.
    exact = vx.expiry_days[lo] == target[rows]
    hi = np.where(exact, lo, lo + 1)
    inside = hi < len(vx.expiry_days)
    rows, lo, hi = rows[inside], lo[inside], hi[inside]
    near, far = vx.settle[rows, lo], vx.settle[rows, hi]
    span = np.maximum(vx.expiry_days[hi] - vx.expiry_days[lo], 1)
    weight = (target[rows] - vx.expiry_days[lo]) / span
    out[rows] = near + weight * (far - near)
    return out
