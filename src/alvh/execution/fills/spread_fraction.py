"""Fills at the mid plus a fraction of the half-spread: mid, q25, half, q75, cross."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FRACTIONS: Mapping[str, float] = MappingProxyType({"mid": 0.0, "q25": 0.25, "half": 0.5, "q75": 0.75, "cross": 1.0})
"""Share of the summed half-spreads that a package pays, by name."""
DEFAULT = "half"
PACKAGE_FACTOR: Mapping[int, float] = MappingProxyType({1: 1.00, 2: 0.85, 3: 0.85, 4: 0.75})
"""Improvement of a package over its legs (`decisions.md`, "Quotes": 1 leg 1.00, 2 legs 0.85, 4 legs 0.75).

Three legs are not quoted there; they are taken like two.
"""


def leg_price(mid: float, half_spread: float, quantity: int, fraction: float, legs: int) -> float:
    """Return the price of one leg, points a unit: the buyer pays above the mid, the seller receives below it.

    Parameters
    ----------
    mid, half_spread : float
        Points.
    quantity : int
        Signed contracts traded.
    fraction : float
        One of `FRACTIONS`, or any number in [0, 1].
    legs : int
        Legs of the package, 1 to 4.
    """
    paid = fraction * PACKAGE_FACTOR[legs] * half_spread
    # Nobody pays to be rid of an option: a mid of 1e-320 and a half-spread rounded up would come to that.
    return max(mid + paid if quantity > 0 else mid - paid, 0.0)
