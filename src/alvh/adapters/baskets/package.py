"""A package ready for a ticket: at most four legs, a limit, and what makes it void."""

from __future__ import annotations

import math
from dataclasses import dataclass

from alvh.execution.fills.spread_fraction import PACKAGE_FACTOR, leg_price
from alvh.reports.card.prices import Prices, on_tick
from alvh.values import Leg, OrderKind, Quote

MAX_LEGS = 4


@dataclass(frozen=True, slots=True)
class Package:
    """One ticket.

    Attributes
    ----------
    layer, campaign, kind : str
    lots : int
    legs : tuple of Leg
    quotes : tuple of Quote
        One a leg, fresh.
    prices : Prices
        Of one unit of the package, received positive.
    fraction : float
        Share of the half-spreads that the limits concede.
    ticks : tuple of float
        Price step of each leg.
    void : tuple of str
        Why it is not to be sent; empty where nothing speaks against it.
    changed : str
        What the fresh quotes changed of the standing plan, in words; empty for nothing.
    """

    layer: str
    campaign: str
    kind: OrderKind
    lots: int
    legs: tuple[Leg, ...]
    quotes: tuple[Quote, ...]
    prices: Prices
    fraction: float
    ticks: tuple[float, ...]
    void: tuple[str, ...]
    changed: str

    def __post_init__(self) -> None:
        """Refuse more legs than brokers take (`decisions.md`, "Money, lots, accounts")."""
        if not 1 <= len(self.legs) <= MAX_LEGS:
            raise ValueError(f"a package of {len(self.legs)} legs: brokers take one to {MAX_LEGS}")

    @property
    def limit(self) -> float:
        """Net price of one unit, points; received positive."""
        return self.prices.limit

    @property
    def units(self) -> int:
        """Units of the package that are traded: the common divisor of its legs, times its lots."""
        return math.gcd(*(leg.ratio for leg in self.legs)) * self.lots

    @property
    def leg_prices(self) -> tuple[float, ...]:
        """Limit of each leg on its own tick, points, never negative."""
        return tuple(
            on_tick(leg_price(q.mid, q.half_spread, leg.ratio, self.fraction, len(self.legs)), tick)
            for leg, q, tick in zip(self.legs, self.quotes, self.ticks, strict=True)
        )

    @property
    def tag(self) -> str:
        """What marks its rows in a basket: layer, kind and net limit."""
        return f"{self.layer} {self.kind} net {self.limit:+.2f}"

    @property
    def concession(self) -> float:
        """What the limit concedes to the mid, points."""
        return self.fraction * PACKAGE_FACTOR[len(self.legs)] * self.prices.spread
