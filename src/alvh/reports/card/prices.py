"""What a package is worth: mid, the limit to ask, and the credit at which one walks away, on the package's tick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from alvh import conventions
from alvh.execution.fills.spread_fraction import PACKAGE_FACTOR
from alvh.values import Leg, Quote

TINY_TICKS = 1e-9
"""What the rounding of the machine may make of a price that is exactly on a tick."""


class Prices(NamedTuple):
    """Prices of one package, points a unit, received positive: a purchase has negative ones.

    Attributes
    ----------
    mid : float
    limit : float
        The mid less the concession of the fill model, on the tick nearest it.
    walk_away : float
        The least to accept: what crossing the market brings, never below the floor of the policy.
    spread : float
        Summed half-spreads of the legs.
    tick : float
    """

    mid: float
    limit: float
    walk_away: float
    spread: float
    tick: float


def package_prices(legs: Sequence[Leg], quotes: Sequence[Quote], fraction: float, floor: float | None = None) -> Prices:
    """Return the prices of a package from the quotes of its legs.

    Parameters
    ----------
    legs : sequence of Leg
        One to four.
    quotes : sequence of Quote
        One a leg, in the same order.
    fraction : float
        Share of the summed half-spreads that the limit concedes; crossing concedes all of it, less the improvement
        that packages get (`PACKAGE_FACTOR`).
    floor : float, optional
        Credit below which nothing is done, points.
    """
    units = math.gcd(*(leg.ratio for leg in legs))
    mid = -sum(leg.ratio * quote.mid for leg, quote in zip(legs, quotes, strict=True)) / units
    spread = sum(abs(leg.ratio) * quote.half_spread for leg, quote in zip(legs, quotes, strict=True)) / units
    conceded = PACKAGE_FACTOR[len(legs)] * spread
    tick = package_tick(legs, quotes)
    limit = on_tick(mid - fraction * conceded, tick)
    # Half a tick of courtesy would be a worse price than the market shows: the walk-away is rounded to our side.
    walk_away = on_tick(mid - conceded, tick, up=True)
    if floor is not None:
        walk_away = max(walk_away, on_tick(floor, tick, up=True))
    return Prices(mid, max(limit, walk_away), walk_away, spread, tick)


def package_tick(legs: Sequence[Leg], quotes: Sequence[Quote]) -> float:
    """Return the price step of a package: the smallest of the root for two legs and more, the outright's for one.

    Cboe rules 5.4(b) and 5.33: complex orders of SPX and VIX options trade in 0.05.
    """
    root = legs[0].contract.root
    return conventions.tick_size(root, quotes[0].mid if len(legs) == 1 else 0.0)


def on_tick(points: float, tick: float, *, up: bool = False) -> float:
    """Return a price on the tick nearest it, or on the next one above."""
    steps = points / tick
    whole = math.ceil(steps - TINY_TICKS) if up else math.floor(steps + 0.5 + TINY_TICKS)
    return round(whole * tick, 10)
