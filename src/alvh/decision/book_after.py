"""The book before and after a draft: what is held, and what it would be with the draft's orders and its hedges."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from alvh import conventions
from alvh.decision.draft import Draft, open_condors
from alvh.decision.scenario_book import cash_tied_usd
from alvh.maths.vx_margin import vx_margin_usd
from alvh.values import Contract, Holdings, Quote


@dataclass(slots=True)
class Units:
    """Units by layer and contract, and the largest loss of its condors, USD."""

    by_layer: dict[str, dict[Contract, float]] = field(default_factory=dict)
    max_loss_usd: float = 0.0

    def add(self, layer: str, contract: Contract, units: float) -> None:
        """Add units of a contract to a layer."""
        held = self.by_layer.setdefault(layer, {})
        held[contract] = held.get(contract, 0.0) + units

    def total(self) -> dict[Contract, float]:
        """Return the units of every contract over all layers."""
        out: dict[Contract, float] = {}
        for held in self.by_layer.values():
            for contract, units in held.items():
                out[contract] = out.get(contract, 0.0) + units
        return out


def before_and_after(book: Holdings, draft: Draft) -> tuple[Units, Units]:
    """Return what is held in condors and hedges, and the same once the draft is filled.

    Hedges that the draft's rules have not ordered yet are counted at their exact, unrounded number, as far as the hedge
    budget pays for them. What overlays hold is not in it: the draft does not know their names.
    """
    before, after = Units(), Units()
    closing = {o.campaign for o in draft.orders if o.kind == "close"}
    for layer in (*draft.condors, *draft.hedges):
        for campaign in book.campaigns(layer):
            if layer in draft.condors:
                before.max_loss_usd += campaign.max_loss_cents / 100.0
                after.max_loss_usd += 0.0 if campaign.name in closing else campaign.max_loss_cents / 100.0
            for contract, position in campaign.positions.items():
                before.add(layer, contract, position.quantity)
                after.add(layer, contract, position.quantity)
    for order in draft.orders:
        if order.kind == "open" and order.layer not in draft.hedges:
            after.max_loss_usd += order.lots * order.max_loss_usd_per_lot
        for leg in order.legs:
            after.add(order.layer, leg.contract, leg.ratio * order.lots)
    _add_hedges(book, draft, after)
    return before, after


def _add_hedges(book: Holdings, draft: Draft, after: Units) -> None:
    """Add what the hedge layers want, the last layer first paid, where whole contracts were not chosen yet."""
    condors = open_condors(book, draft)
    left_usd = None if draft.budget_cents is None else draft.budget_cents() / 100.0
    for target in reversed(draft.targets):
        if f"{target.layer}.target" in draft.notes:
            continue
        wanted = target.exact(condors, draft.weight(target.layer))
        change = wanted - (0.0 if target.roll else target.counted)
        if target.layer in draft.frozen and (target.roll or change > 0.0):
            continue
        if target.layer in draft.capped:
            change = min(change, float(target.units) if target.roll else 0.0)
        cost_usd = change * target.price_usd
        if left_usd is not None and change > 0.0 and target.price_usd > 0.0:
            # What a roll sells pays for what it buys.
            own = float(target.units) * target.price_usd if target.roll else 0.0
            change = min(change, (left_usd + own) / target.price_usd)
            cost_usd = change * target.price_usd - own
            left_usd -= max(0.0, cost_usd)
        change = max(change, -float(target.units))
        if target.roll:
            for leg in target.unit:
                after.add(target.layer, leg.contract, -leg.ratio * target.units)
        for leg in target.buy:
            after.add(target.layer, leg.contract, leg.ratio * change)


def capital_usd(units: Units, hedges: Collection[str], mids: Mapping[Contract, float], vix: float) -> float:
    """Return what a book ties up, USD: condors' largest loss, hedges' premium at risk, futures' initial margin.

    `hedges` are the layers whose premium is at risk.
    """
    total = units.max_loss_usd
    for layer, held in units.by_layer.items():
        if layer in hedges:
            total += cash_tied_usd(held, mids)
        for contract, n in held.items():
            if not contract.right and n:
                # A whole number is asked for; margins are proportional.
                total += vx_margin_usd(contract.root, mids[contract], 1, vix).initial_usd * abs(n)
    return total


def traded_usd(before: Mapping[Contract, float], after: Mapping[Contract, float], draft: Draft, share: float) -> float:
    """Return what a share of the half-spread costs on everything that changes hands, USD; 0 where none is quoted."""
    cost = 0.0
    for contract, n in after.items():
        change = abs(n - before.get(contract, 0.0))
        quote = draft.view.quote(contract) if change else None
        if isinstance(quote, Quote):
            cost += change * share * quote.half_spread * conventions.root_spec(contract.root).multiplier
    return cost
