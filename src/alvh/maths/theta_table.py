"""Theta from a strip's total variance by table: the anchor of every modelled SPX quote, a thousand times faster.

One smooth function of two variables, theta / W over (ln W, rho) at the house's `ETA`, sampled once per process and
read by local cubic interpolation. Where the table does not reach, the answer is NaN.
"""

from __future__ import annotations

import functools
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from alvh.maths.kernel import kernel
from alvh.maths.ssvi import theta_near

ETA: Final = 1.111
"""Bend of the SSVI smile, found on real SPX chains (feasibility.md, "SPX smile without a chain")."""

VARIANCE_LOW: Final = 1e-6
VARIANCE_HIGH: Final = 4.0
RHO_LOW: Final = -0.95
RHO_HIGH: Final = 0.2
"""Domain: from VIX 4 for two hours to an index of 200 for a year; VVIX from 15 to 315."""

VARIANCE_NODES: Final = 161
RHO_NODES: Final = 13

LN_LOW: Final = math.log(VARIANCE_LOW)
LN_STEP: Final = (math.log(VARIANCE_HIGH) - LN_LOW) / (VARIANCE_NODES - 2)  # one node beyond the domain
RHO_STEP: Final = (RHO_HIGH - RHO_LOW) / (RHO_NODES - 1)


@kernel
def fill(grid: NDArray[np.float64]) -> None:
    """Fill `grid` (variance nodes x rho nodes) with theta / W."""
    for i in range(grid.shape[0]):
        total = math.exp(LN_LOW + i * LN_STEP)
        for j in range(grid.shape[1]):
            nearby = grid[i - 1, j] if i > 0 else 0.7
            grid[i, j] = theta_near(total, RHO_LOW + j * RHO_STEP, ETA, nearby * total) / total


@functools.cache
def theta_table() -> NDArray[np.float64]:
    """Return the table, computed on first use and read-only: pass it to `theta_from_table`."""
    grid = np.empty((VARIANCE_NODES, RHO_NODES))
    fill(grid)
    grid.setflags(write=False)
    return grid


@kernel
def cubic(a: float, b: float, c: float, d: float, t: float) -> float:
    """Return the cubic through values at -1, 0, 1, 2, at `t`."""
    left, right = t + 1.0, t - 2.0
    return (
        -a * t * (t - 1.0) * right / 6.0
        + b * left * (t - 1.0) * right / 2.0
        - c * left * t * right / 2.0
        + d * left * t * (t - 1.0) / 6.0
    )


@kernel
def theta_from_table(table: NDArray[np.float64], total: float, rho: float) -> float:
    """Return the theta whose strip is `total` at skew `rho` and `ETA`.

    Parameters
    ----------
    table
        From `theta_table`.
    total
        Total variance of the strip (index squared times years, decimals).
    rho
        SSVI skew.

    Returns
    -------
    float
        NaN outside the table. The strip of the answer is within 3e-5 of `total` (relative), which is less than 0.005
        points for an index of 200, and mostly within 1e-6.
    """
    if not (VARIANCE_LOW <= total <= VARIANCE_HIGH and RHO_LOW <= rho <= RHO_HIGH):
        return math.nan
    u = (math.log(total) - LN_LOW) / LN_STEP
    v = (rho - RHO_LOW) / RHO_STEP
    i = min(max(int(u) - 1, 0), VARIANCE_NODES - 4)
    j = min(max(int(v) - 1, 0), RHO_NODES - 4)
    s, t = u - i - 1.0, v - j - 1.0
    a = cubic(table[i, j], table[i, j + 1], table[i, j + 2], table[i, j + 3], t)
    b = cubic(table[i + 1, j], table[i + 1, j + 1], table[i + 1, j + 2], table[i + 1, j + 3], t)
    c = cubic(table[i + 2, j], table[i + 2, j + 1], table[i + 2, j + 2], table[i + 2, j + 3], t)
    d = cubic(table[i + 3, j], table[i + 3, j + 1], table[i + 3, j + 2], table[i + 3, j + 3], t)
    return total * cubic(a, b, c, d, s)
