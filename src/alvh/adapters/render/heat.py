"""How dark the cells of a heat map are."""

from __future__ import annotations

import numpy as np

from alvh.values import Floats


def shades(values: Floats) -> list[list[int]]:
    """Return -100..100 for every cell of a grid: its sign and its size against the 95th percentile of sizes.

    One freak month must not make all others look alike, so what is beyond the 95th percentile is full. NaN is 0.
    """
    grid = np.atleast_2d(values)
    sizes = np.abs(grid[np.isfinite(grid)])
    full = float(np.quantile(sizes, 0.95)) if sizes.size else 0.0
    if not full > 0.0:
        return [[0] * row.size for row in grid]
    scaled: list[list[int]] = (
        np.rint(np.clip(np.nan_to_num(grid, nan=0.0) / full, -1.0, 1.0) * 100).astype(int).tolist()
    )
    return scaled
