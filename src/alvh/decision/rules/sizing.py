"""How many condors: 2 % of equity a stack by maximum loss plus hedge premium at risk, at most 3 %, 6 % over all."""

from __future__ import annotations

import math
from typing import ClassVar

from pydantic import Field, model_validator

from alvh.conventions import spx_equivalent
from alvh.decision.draft import Draft, Params
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.values import Holdings


class SizingParams(Params):
    """Shares of equity (`decisions.md`, "Money, lots, accounts").

    Attributes
    ----------
    target : float
        Risk of one stack: the condor's maximum loss plus the hedge premium that goes with it.
    cap : float
        One lot is traded as long as it alone stays within this share.
    total : float
        Over all open stacks.
    """

    target: float = Field(0.02, gt=0.0, le=1.0)
    cap: float = Field(0.03, gt=0.0, le=1.0)
    total: float = Field(0.06, gt=0.0, le=1.0)

    @model_validator(mode="after")
    def _possible(self) -> SizingParams:
        if not self.target <= self.cap <= self.total:
            raise ValueError(f"target = {self.target:g}, cap = {self.cap:g}, total = {self.total:g} must not descend")
        return self


class Sizing:
    """Sets the lots of every condor that is opened, and refuses one that is too large, with the reason."""

    needs: ClassVar[tuple[str, ...]] = ()
    after: ClassVar[tuple[str, ...]] = ("market_health", "liquidity", "entry_deferral", "leakage", "vix_gates")
    Params = SizingParams

    def __init__(self, name: str, params: SizingParams) -> None:
        self.name = name
        self.params = params

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Lower the lots of opening condors; those that come to nothing leave the draft with a skip."""
        opening = [k for k, o in enumerate(draft.orders) if o.kind == "open" and o.layer in draft.condors]
        if not opening:
            return
        equity_usd = book.equity_cents(view) / 100.0
        premium_usd = sum(t.per_condor * t.price_usd for t in draft.targets)
        at_risk_usd = open_risk_usd(book, draft)
        refused = []
        for k in opening:
            order = draft.orders[k]
            scale = spx_equivalent(order.legs[0].contract.root)
            lot_usd = order.max_loss_usd_per_lot + premium_usd * scale
            draft.notes[f"{order.layer}.risk_usd_per_lot"] = lot_usd
            room_usd = self.params.total * equity_usd - at_risk_usd
            lots, why = lots_within(lot_usd, equity_usd, room_usd, self.params)
            lots = min(lots, order.lots)
            if draft.entry_scale and lots:
                scaled, asked = math.floor(lots * math.prod(draft.entry_scale.values())), lots
                said = f"{{lots:.0f}} of {{asked:.0f}} lots: {scaled_by(draft)}"
                draft.say(self.name, said, order.layer, lots=scaled, asked=asked)
                lots, why = scaled, f"nothing is left of {asked} lots ({scaled_by(draft)})"
            if lots < 1:
                draft.skip(order.layer, why)
                refused.append(k)
                continue
            draft.trim(k, lots)
            at_risk_usd += lots * lot_usd
        for k in reversed(refused):
            draft.refused.append(draft.orders.pop(k))


def scaled_by(draft: Draft) -> str:
    """Return which rules scale new condors, and by how much."""
    return ", ".join(f"{source} x{share:g}" for source, share in draft.entry_scale.items())


def lots_within(lot_usd: float, equity_usd: float, room_usd: float, p: SizingParams) -> tuple[int, str]:
    """Return how many lots fit, and why none does when none does."""
    if not lot_usd > 0.0:
        return 0, "the risk of one lot is unknown"
    if equity_usd <= 0.0:
        return 0, "no equity is left"
    lots = math.floor(p.target * equity_usd / lot_usd)
    if lots == 0:
        if lot_usd > p.cap * equity_usd:
            return 0, f"one lot risks {lot_usd:,.0f} USD, more than {percent(p.cap)} of equity"
        lots = 1
    fitting = min(lots, math.floor(room_usd / lot_usd))
    if fitting < 1:
        left = max(0.0, room_usd)
        return 0, f"one lot risks {lot_usd:,.0f} USD, {left:,.0f} are left of {percent(p.total)} over all stacks"
    return fitting, ""


def percent(share: float) -> str:
    """Return a share as it was written: ``2.5 %``."""
    return f"{100.0 * share:g} %"


def open_risk_usd(book: Holdings, draft: Draft) -> float:
    """Return the maximum loss of open condors plus what the hedges held now have cost."""
    closing = {o.campaign for o in draft.orders if o.kind == "close"}
    cents = 0
    for layer in draft.condors:
        cents += sum(c.max_loss_cents for c in book.campaigns(layer) if c.name not in closing)
    for layer in draft.hedges:
        for campaign in book.campaigns(layer):
            cents += sum(max(0, p.cost_cents) for p in campaign.positions.values())
    return cents / 100.0


RULE = Sizing
