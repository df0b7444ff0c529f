"""Hedges are integers: the whole contracts that minimise the beta-weighted error over all layers, within the budget."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from alvh import conventions
from alvh.decision.draft import Draft, HedgeTarget, Params, open_condors
from alvh.decision.layers.big_top import trim_to_cover
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.values import Contract, Holdings, Leg, Order, Quote


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
    after: ClassVar[tuple[str, ...]] = (
        "sizing", "fomc", "capital", "vote", "vvix_freeze", "rsi_tilt", "false_binary", "amm", "hedge_budget",
    )  # fmt: skip
    Params = WholeContractsParams

    def __init__(self, name: str, params: WholeContractsParams) -> None:
        self.name = name
        self.params = params

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Add the hedge orders of this close to the draft, trimmed to the budget in policy order: L1 first.

        Only now it is known what hedges are sold, and what overlays may still sell against them.
        """
        self._hedge(book, draft)
        trim_to_cover(view, book, draft)

    def _hedge(self, book: Holdings, draft: Draft) -> None:
        """Add the hedge orders of this close."""
        if not draft.targets:
            return
        if draft.flattening and any(book.campaigns(layer) for layer in draft.condors):
            for target in draft.targets:
                draft.skip(target.layer, f"kept until the last condor is gone ({draft.flattening})")
            return
        condors = open_condors(book, draft)
        exact = [t.exact(condors, draft.weight(t.layer)) for t in draft.targets]
        wanted = choose_integers(exact, [t.exposure for t in draft.targets])
        changes = [self._change(t, x, w) for t, x, w in zip(draft.targets, exact, wanted, strict=True)]
        allowed = [gated(draft, t, change) for t, change in zip(draft.targets, changes, strict=True)]
        paid = allowed
        if draft.budget_cents is not None and any(change > 0 for change in allowed):
            paid = trim_to_budget(draft, allowed, draft.budget_cents())
        for target, x, whole, change, left in zip(draft.targets, exact, wanted, changes, paid, strict=True):
            draft.notes[f"{target.layer}.target"] = x
            draft.notes[f"{target.layer}.weight"] = draft.weight(target.layer)
            if target.held is None and whole == 0 and x > 0.0:
                draft.skip(target.layer, f"empty: a target of {x:.2f} rounds to none")
            if target.roll and target.layer in draft.frozen:
                draft.skip(target.layer, f"roll put off: {draft.frozen[target.layer]}")
                continue
            add_orders(draft, target, left, x, cut=left < change)

    def _change(self, target: HedgeTarget, exact: float, wanted: int) -> int:
        """Return how many units to buy (sell, when negative) on top of what is held; all of them, in a roll."""
        if target.held is None or target.roll:
            return wanted
        # What was sold at a gain still counts until the roll; what was bought with another layer's gain does not.
        counted = target.counted
        if abs(exact - counted) < self.params.band * max(exact, 1.0) and wanted > 0:
            return 0
        return max(wanted - counted, -target.units)


def gated(draft: Draft, target: HedgeTarget, change: int) -> int:
    """Return what is left of a change.

    A frozen layer buys nothing, a capped one rolls but does not grow, and none holds more than free cash can carry.
    """
    if change <= 0:
        return change
    layer = target.layer
    if layer in draft.frozen:
        if not target.roll:
            draft.skip(layer, f"{change} not bought: {draft.frozen[layer]}")
        return 0
    if layer in draft.capped:
        most = target.units if target.roll else 0
        if change > most:
            draft.skip(layer, f"{change - most} not bought: {draft.capped[layer]}")
            change = most
    if target.most is not None:
        room = max(0, target.most - (0 if target.roll else target.units))
        if change > room:
            draft.skip(layer, f"{change - room} not bought: free cash carries the initial margin of {target.most}")
            change = room
    return change


def add_orders(draft: Draft, target: HedgeTarget, change: int, exact: float, *, cut: bool) -> None:
    """Add one layer's orders to the draft: the change of its holding, and what gains handed on buy on top.

    The two stay apart, because what was bought with gains is not counted against the target until the roll. `cut` says
    that the budget allowed less than was wanted.
    """
    held, buy, today = target.held, target.buy[0].contract, draft.view.date
    name = target.campaign.name if target.campaign is not None else f"{target.layer}@{today}"
    days = (buy.expiry - today).days
    made = []
    if target.roll and held is not None:
        legs = (*times(target.unit, -target.units), *(times(target.buy, change) if change > 0 else ()))
        left = (held.contract.expiry - today).days
        into = f"into {buy}, {days} days out" if change > 0 else "closed: no budget" if cut else "closed: no target"
        made.append(Order(target.layer, name, "roll", netted(legs), 1, f"roll at {left} days, {into}"))
    elif change:
        reason = f"{days} days out: target {exact:.1f}, held {target.units}"
        made.append(Order(target.layer, name, "adjust" if held else "open", times(target.buy, change), 1, reason))
    if target.recycled and (change > 0 or (held is not None and not target.roll)):
        recycle = Order(
            target.layer, name, "recycle", times(target.buy, target.recycled), 1, "bought with gains handed on"
        )
        # Before a sale that might end the campaign, after the purchase that begins it.
        made.insert(0 if change < 0 else len(made), recycle)
    elif target.recycled:
        draft.skip(target.layer, "gains handed on stay in cash: nothing is held that they could add to")
    draft.orders += made


def times(unit: Sequence[Leg], units: int) -> tuple[Leg, ...]:
    """Return the legs of some units as one package."""
    return tuple(Leg(leg.contract, leg.ratio * units) for leg in unit)


def netted(legs: Sequence[Leg]) -> tuple[Leg, ...]:
    """Return a package with one leg a contract: a roll into a spread that shares a leg trades the difference."""
    ratios: dict[Contract, int] = {}
    for leg in legs:
        ratios[leg.contract] = ratios.get(leg.contract, 0) + leg.ratio
    return tuple(Leg(contract, ratio) for contract, ratio in ratios.items() if ratio)


def choose_integers(exact: Sequence[float], exposure: Sequence[float]) -> list[int]:
    """Return whole contracts, each target rounded down or up, whose summed exposure misses the exact sum least.

    Among equals the smaller number of contracts is taken. With an unknown exposure (NaN) each rounds to the nearest.
    A target that is whole but for the rounding of the machine is whole.
    """
    exact = [round(x, 9) for x in exact]
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


def trim_to_budget(draft: Draft, changes: Sequence[int], budget_cents: int) -> list[int]:
    """Return the changes that the budget can pay, trimming the first hedge layer first (`decisions.md`).

    The last layers are paid first; a roll costs what the new contracts cost less what the old ones bring. Sales pay for
    nothing here, and what gains handed on buy is not charged.
    """
    left = budget_cents
    out = list(changes)
    for k in reversed(range(len(changes))):
        target = draft.targets[k]
        price = round(target.price_usd * 100.0)
        if changes[k] <= 0 or price <= 0:
            continue
        back = proceeds_cents(draft, target) if target.roll else 0
        affordable = (left + back) // price
        if affordable < changes[k]:
            out[k] = affordable
            draft.skip(target.layer, f"hedge budget: it pays for {out[k]} of {changes[k]} contracts")
        left -= max(0, out[k] * price - back)
    return out


def proceeds_cents(draft: Draft, target: HedgeTarget) -> int:
    """Return what all that a layer holds brings at today's mid, cents; 0 where it has no quote."""
    total = 0
    for leg in target.unit:
        quote = draft.view.quote(leg.contract)
        if not isinstance(quote, Quote):
            return 0
        multiplier = conventions.root_spec(leg.contract.root).multiplier
        total += round(quote.mid * multiplier * 100.0) * leg.ratio * target.units
    return total


RULE = WholeContracts
