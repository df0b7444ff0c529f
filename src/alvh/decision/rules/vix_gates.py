"""The published VIX gates: below 15 all tiers, 15 to 20 none that is aggressive, above 20 hold.

`concepts.md`, "VIX Risk Scaling". `decisions.md`: they belong to the policy `glossary`; other policies may show them
with ``applied = false``.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, TypeAlias

from pydantic import Field, model_validator

from alvh.decision.draft import Draft, OnUnknown, Params
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.values import Holdings

Gate: TypeAlias = Literal["all tiers", "no aggressive tier", "hold"]
Tier: TypeAlias = Literal["conservative", "balanced", "aggressive"]
TIERS: tuple[Tier, ...] = ("conservative", "balanced", "aggressive")


class VixGatesParams(Params):
    """Where the gates stand, and which layer is which tier.

    Attributes
    ----------
    all_below : float
        Below this VIX every tier is traded.
    hold_above : float
        Above this VIX no condor is opened.
    tiers : dict of str -> str
        Tier of a layer by name: ``conservative``, ``balanced`` or ``aggressive``. A layer that is not named here has
        the tier that its own name contains, and none otherwise.
    applied : bool
        False shows the gates and lets every entry pass.
    on_unknown : {"pass", "halve", "block"}
        What happens to new condors when the VIX is missing.
    """

    all_below: float = Field(15.0, gt=0.0)
    hold_above: float = Field(20.0, gt=0.0)
    tiers: dict[str, Tier] = Field(default_factory=dict)
    applied: bool = True
    on_unknown: OnUnknown = "block"

    @model_validator(mode="after")
    def _possible(self) -> VixGatesParams:
        if self.all_below > self.hold_above:
            raise ValueError(f"all_below = {self.all_below:g} is above hold_above = {self.hold_above:g}")
        return self


class VixGates:
    """Refuses the entries of tiers that the level of the VIX forbids."""

    needs: ClassVar[tuple[str, ...]] = ("VIX",)
    Params = VixGatesParams

    def __init__(self, name: str, params: VixGatesParams) -> None:
        self.name = name
        self.params = params

    @property
    def on_unknown(self) -> OnUnknown:
        """What happens to new condors when the VIX is missing."""
        return self.params.on_unknown

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Refuse what the gate of the day forbids, and note the tier of every layer that holds or opens a condor."""
        self._gate(readings, draft)
        opening = {draft.orders[k].layer for k in draft.entries()}
        for layer in draft.condors:
            tier = tier_of(layer, self.params.tiers)
            if tier and (layer in opening or book.campaigns(layer)):
                draft.notes[f"{layer}.tier"] = float(("", *TIERS).index(tier) - 1)

    def _gate(self, readings: Readings, draft: Draft) -> None:
        """Refuse what the gate of the day forbids."""
        p = self.params
        vix = readings.value("VIX")
        gate = gate_at(vix, p.all_below, p.hold_above)
        shown = "" if p.applied else " (shown, not applied)"
        numbers: dict[str, Any] = {"vix": vix, "low": p.all_below, "high": p.hold_above}
        text = f"VIX {{vix:.2f}} against {{low:g}} and {{high:g}}: {gate}{shown}"
        draft.say(self.name, text, **numbers)
        if not p.applied or gate == "all tiers":
            return
        closed = {
            draft.orders[k].layer
            for k in draft.entries()
            if gate == "hold" or tier_of(draft.orders[k].layer, p.tiers) == "aggressive"
        }
        for layer in sorted(closed):
            draft.say(
                self.name, f"enter {layer} at a VIX of {{vix:.2f}}: rejected, {gate}", layer, rejected=True, **numbers
            )
        if closed:
            draft.refuse_entries(self.name, f"VIX {vix:.2f}: {gate}", closed)


def gate_at(vix: float, all_below: float, hold_above: float) -> Gate:
    """Return what the gates allow; at 15 and at 20 the middle one stands."""
    if vix < all_below:
        return "all tiers"
    return "hold" if vix > hold_above else "no aggressive tier"


def tier_of(layer: str, tiers: dict[str, Tier]) -> str:
    """Return the tier of a layer: the one given it, else the one its name contains, else none."""
    return tiers.get(layer) or next((tier for tier in TIERS if tier in layer.lower()), "")


RULE = VixGates
