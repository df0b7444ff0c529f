"""What voids a ticket although its quotes are fresh: a credit that the standing plan would have walked away from."""

from __future__ import annotations

from alvh.reports.card.facts import Facts, leg_quotes
from alvh.reports.card.prices import package_prices
from alvh.values import Missing, Order


def under_walk_away(facts: Facts, order: Order, width: float, credit: float, floor: float | None) -> list[str]:
    """Say where a credit is under the walk-away the card named; wings of another width count in proportion."""
    quotes = leg_quotes(facts.view, order.legs)
    if isinstance(quotes, Missing):
        return []
    strikes = [leg.contract.strike for leg in order.legs]
    planned = max(abs(strikes[0] - strikes[1]), abs(strikes[2] - strikes[3]))
    walk_away = package_prices(order.legs, quotes, facts.fill, floor).walk_away
    least = walk_away * width / planned
    if credit >= least - 1e-9:
        return []
    scaled = f" ({walk_away:.2f} on wings of {planned:g} points, these are {width:g})" if width != planned else ""
    return [f"the limit credit of {credit:.2f} is under the plan's walk-away of {least:.2f}{scaled}"]
