"""Hedges are integers: the whole contracts that minimise the beta-weighted error over all layers, within the budget."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from alvh.decision.draft import Draft, HedgeTarget, Params, open_condors
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.values import Holdings, Leg, Order, Quote


class WholeContractsParams(Params):
    """How closely the held quantity follows the target.

    Attributes
    ----------
    band : float
        No trade while what is held differs from the target by less than this share of it. 0 follows every change.
    """

    band: float = Field(0.0, ge=0.0, lt=1.0)


class WholeContracts:
    """Turns the targets of the hedge layers into orders, one package a layer."""

    needs: ClassVar[tuple[str, ...]] = ()
    Params = WholeContractsParams

    def __init__(self, name: str, params: WholeContractsParams) -> None:
        self.name = name
        self.params = params

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Add the hedge orders of this close to the draft, trimmed to the budget in policy order: L1 first."""
        if not draft.targets:
            return
        condors = open_condors(book, draft)
        exact = [t.per_condor * condors for t in draft.targets]
        wanted = choose_integers(exact, [t.exposure for t in draft.targets])
        additions = [self._addition(t, x, w) for t, x, w in zip(draft.targets, exact, wanted, strict=True)]
        if draft.budget_cents is not None and any(addition > 0 for addition in additions):
            additions = trim_to_budget(draft, additions, draft.budget_cents())
        for target, x, whole, addition in zip(draft.targets, exact, wanted, additions, strict=True):
            draft.notes[f"{target.layer}.target"] = x
            if target.held is None and whole == 0 and x > 0.0:
                draft.skip(target.layer, f"empty: a target of {x:.2f} rounds to none")
            self._order(target, addition, draft)

    def _addition(self, target: HedgeTarget, exact: float, wanted: int) -> int:
        """Return how many contracts to buy (sell, when negative) on top of what is held; all of them, in a roll."""
        held = target.held
        if held is None:
            return wanted
        # What was sold at a gain still counts until the roll; what was bought with another layer's gain does not.
        counted = held.quantity + held.monetised - held.recycled
        if target.roll:
            return wanted
        change = wanted - counted
        if abs(exact - counted) < self.params.band * max(exact, 1.0) and wanted > 0:
            change = 0
        return max(change, -held.quantity) + target.recycled

    def _order(self, target: HedgeTarget, addition: int, draft: Draft) -> None:
        """Add one layer's order to the draft, where anything is to be done."""
        held, buy = target.held, target.buy
        assert buy is not None
        name = target.campaign.name if target.campaign is not None else f"{target.layer}@{draft.view.date}"
        if target.roll:
            assert held is not None
            legs = [Leg(held.contract, -held.quantity)]
            if addition > 0 and buy != held.contract:
                legs.append(Leg(buy, addition))
            days = (held.contract.expiry - draft.view.date).days
            reason = f"roll at {days} days into {buy}" if len(legs) > 1 else f"closed at {days} days: no target"
            draft.orders.append(Order(target.layer, name, "roll", tuple(legs), 1, reason))
        elif addition:
            kind = "recycle" if target.recycled and addition == target.recycled else "open" if held is None else "adjust"
            reason = f"target {draft.notes[f'{target.layer}.target']:.1f}, held {held.quantity if held else 0}"
            draft.orders.append(Order(target.layer, name, kind, (Leg(buy, addition),), 1, reason))


def choose_integers(exact: Sequence[float], exposure: Sequence[float]) -> list[int]:
    """Return whole contracts, each target rounded down or up, whose summed exposure misses the exact sum least.

    Among equals the smaller number of contracts is taken. An unknown exposure (NaN) rounds to the nearest.
    """
    if any(not math.isfinite(e) for e in exposure):
        return [round(x) for x in exact]
    down = [math.floor(x) for x in exact]
    # Every way to round, as (summed error, contracts rounded up, choices), grown layer by layer.
    ways: list[tuple[float, int, tuple[int, ...]]] = [(0.0, 0, ())]
    for low, x, e in zip(down, exact, exposure, strict=True):
        below = (low - x) * e
        longer = [(error + below, ups, (*up, 0)) for error, ups, up in ways]
        if x > low:
            longer += [(error + below + e, ups + 1, (*up, 1)) for error, ups, up in ways]
        ways = longer
    best = min(ways, key=lambda way: (round(abs(way[0]), 12), way[1], way[2]))
    return [low + step for low, step in zip(down, best[2], strict=True)]


def trim_to_budget(draft: Draft, additions: list[int], budget_cents: int) -> list[int]:
    """Return the additions that the budget can pay, trimming the first hedge layer first (`decisions.md`).

    The last layers are paid first; a roll costs what the new contracts cost less what the old ones bring.
    """
    left = budget_cents
    out = list(additions)
    for k in reversed(range(len(additions))):
        target = draft.targets[k]
        price = round(target.price_usd * 100.0)
        if additions[k] <= 0 or price <= 0:
            continue
        back = 0
        if target.roll and target.held is not None:
            old = draft.view.quote(target.held.contract)
            back = round(old.mid * 100.0 * 100.0) * target.held.quantity if isinstance(old, Quote) else 0
        free = target.recycled
        affordable = (left + back) // price + free
        if affordable < additions[k]:
            out[k] = max(0, int(affordable))
            draft.skip(target.layer, f"hedge budget: {out[k]} of {additions[k]} contracts")
        left -= max(0, (out[k] - free) * price - back)
    return out


RULE = WholeContracts
