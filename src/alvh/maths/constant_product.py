"""A pool of hedge cash x and hedge units y with x y = k: it sells into spikes and buys when calm, like a 50/50 mix.

`concepts.md`, "AMM logic in Greeks": the pool deals at the market's mark, not along its own curve, once the mark has
left a band around its price x / y. What the market pays beyond the curve stays in the pool and raises k.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Pool(NamedTuple):
    """Cash and units of a pool; cash in USD, units in contracts."""

    cash: float
    units: float

    @property
    def product(self) -> float:
        """The k of x y = k; 0 for a pool that has run out of cash."""
        return max(self.cash, 0.0) * self.units

    def wanted(self, mark: float, band: float) -> float:
        """Return the units to hold at a mark (USD a unit): sqrt(k / mark) outside the band, else those held.

        NaN where the mark is unknown; nothing is wanted of what is worth nothing to trade against (a mark of 0 or less
        changes nothing).
        """
        if math.isnan(mark):
            return math.nan
        inside = (1.0 - band) * self.cash <= mark * self.units <= (1.0 + band) * self.cash
        return self.units if inside or mark <= 0.0 else math.sqrt(self.product / mark)

    def traded(self, units: float, mark: float) -> Pool:
        """Return the pool after it has moved to `units` at a mark."""
        return Pool(self.cash - (units - self.units) * mark, units)
