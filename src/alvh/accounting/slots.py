"""Which layer of a policy holds something, by its days to expiry.

1. The layer in whose entry window it was on the day it was opened, where that day is known;
2. else the layer in whose entry window it is today;
3. else, between windows, the layer with the nearest window among those whose roll day is not reached yet: a position
   only loses days, so of two at the same distance the longer one is taken;
4. else, past every roll day, the layer with the shortest window. It missed its roll.

The order is our choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

Takes: TypeAlias = Literal["condors", "vix_calls", "vx_futures", "calendars", "put_spreads", "call_spreads"]
WORDS: dict[Takes, str] = {
    "condors": "iron condors on the S&P 500",
    "vix_calls": "long VIX calls",
    "vx_futures": "long VX or VXM futures",
    "calendars": "calendars of options on volatility funds",
    "put_spreads": "bought SPX put spreads",
    "call_spreads": "sold VIX call spreads",
}
"""What a layer may hold, as a sentence says it."""


class Slot(NamedTuple):
    """A layer as far as matching needs it: what it holds and when.

    `dte_min` and `dte_max` are its entry window, `roll_dte` the days at which it rolls or exits (-1: never).
    """

    name: str
    takes: Takes
    dte_min: int
    dte_max: int
    roll_dte: int = -1


def place(days: int, days_at_open: int | None, slots: Sequence[Slot]) -> Slot:
    """Return the layer that holds something with so many days to expiry, by the rule on top of this file.

    Parameters
    ----------
    days, days_at_open : int, int or None
        Calendar days to expiry today and on the day it was opened.
    slots : sequence of Slot
        Candidates, at least one.
    """
    for known in (days_at_open, days):
        inside = [slot for slot in slots if known is not None and slot.dte_min <= known <= slot.dte_max]
        if inside:
            return min(inside, key=lambda slot: slot.dte_max - slot.dte_min)
    alive = [slot for slot in slots if slot.roll_dte < days]
    if not alive:
        return min(slots, key=lambda slot: slot.dte_min)
    return min(alive, key=lambda slot: (max(slot.dte_min - days, days - slot.dte_max), -slot.dte_min))
