"""What will surprise a trader about the campaigns of a book, against the layers of a policy, on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from alvh.accounting.slots import Slot
from alvh.values import Fill

SINGLE = ("vix_calls", "vx_futures")
"""What a layer manages one contract of."""


def oddities(fills: Sequence[Fill], slots: Sequence[Slot], as_of: dt.date) -> tuple[str, ...]:
    """Return what has expired, missed rolls and exits, expiries beyond a window, and contracts that no layer manages.

    Parameters
    ----------
    fills : sequence of Fill
        Opening fills, oldest first; one of a layer without a slot is passed over.
    slots : sequence of Slot
    as_of : datetime.date
        Days to expiry are counted from here. A roll is missed when fewer days are left than the layer rolls at.
    """
    out: list[str] = []
    by_name = {slot.name: slot for slot in slots}
    for fill in fills:
        slot = by_name.get(fill.layer)
        if slot is None:
            continue
        contract = fill.legs[0].contract
        days = (contract.expiry - as_of).days
        word = "exit" if slot.takes == "condors" else "roll"
        if days < 0:
            out.append(f"{slot.name} holds what has expired, {contract}: import the book again")
        elif days < slot.roll_dte:
            out.append(f"{slot.name} {word} missed, {days} DTE ({word}s at {slot.roll_dte}): {contract}")
        elif days > slot.dte_max:
            out.append(f"{slot.name} holds {days} DTE, beyond its window of {slot.dte_min}-{slot.dte_max}")
    for slot in slots:
        held = [fill.legs[0].contract for fill in fills if fill.layer == slot.name]
        if slot.takes in SINGLE and len(held) > 1:
            out.append(f"{slot.name} holds {len(held)} different contracts; the layer manages the oldest, {held[0]}")
    return tuple(out)
