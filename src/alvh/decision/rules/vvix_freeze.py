"""While the volatility of volatility spikes, the nearest hedge is not bought: calls are dearest when all want them.

`concepts.md`, "Vol-of-vol spike": VVIX at or above its 95th percentile of 252 sessions, or up 10 % in a day, freezes
the purchases of layer 1; layers 2 and 3 are held. The numbers are our choice.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from pydantic import Field

from alvh.decision.draft import Draft, HedgeTarget, OnUnknown, Params
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.values import Holdings


class VvixFreezeParams(Params):
    """When purchases stop, and for which layers.

    Attributes
    ----------
    percentile : float
        Share of the trailing 252 sessions at or below today's VVIX.
    change : float
        Rise of VVIX in one session.
    layers : list of str
        Layers that are frozen.
    least_days : int
        Calendar days to expiry from which on a frozen roll is allowed all the same, so that no call expires for want of
        a roll.
    on_unknown : {"pass", "halve", "block"}
        What happens to new condors when VVIX is missing.
    """

    percentile: float = Field(0.95, gt=0.0, le=1.0)
    change: float = Field(0.10, gt=0.0)
    layers: list[str] = Field(default_factory=lambda: ["L1"])
    least_days: int = Field(7, ge=1)
    on_unknown: OnUnknown = "pass"


class VvixFreeze:
    """Freezes the purchases of some layers while VVIX spikes."""

    # Either reading alone can say that it spikes; what both lack is said by `restrain`.
    needs: ClassVar[tuple[str, ...]] = ()
    rules: ClassVar[tuple[str, ...]] = ("whole_contracts",)
    Params = VvixFreezeParams

    def __init__(self, name: str, params: VvixFreezeParams) -> None:
        self.name = name
        self.params = params

    @property
    def on_unknown(self) -> OnUnknown:
        """What happens to new condors when VVIX is missing."""
        return self.params.on_unknown

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Freeze layers on a spike; a roll that can wait waits, one that cannot is made without growing."""
        share, change = readings.value("vvix_pct"), readings.value("vvix_change_1d")
        spiking = spikes(share, change, self.params.percentile, self.params.change)
        if math.isnan(spiking):
            draft.unknown(self.name, ["vvix_pct", "vvix_change_1d"], self.on_unknown)
            return
        said, numbers = self._measured(share, change)
        if not spiking:
            draft.say(self.name, f"{said}: no spike, nothing is frozen", **numbers)
            return
        for layer in self.params.layers:
            if layer in draft.hedges:
                self._freeze(view, layer, said, numbers, draft)
        others = [layer for layer in draft.hedges if layer not in self.params.layers]
        if others:
            draft.say(self.name, f"{said}: a spike, but {' and '.join(others)} stay as they are", **numbers)

    def _freeze(self, view: View, layer: str, said: str, numbers: dict[str, Any], draft: Draft) -> None:
        """Freeze one layer, or let it roll without growing where its expiry is near."""
        sell = f"sell {layer} into the spike: rejected, what is held is kept"
        draft.say(self.name, sell, layer, rejected=True, **numbers)
        rolling = next((t for t in draft.targets if t.layer == layer and t.roll), None)
        days = days_left(view, rolling)
        why = f"{self.name}: VVIX spikes"
        if days is None:
            draft.frozen[layer] = why
            draft.say(self.name, f"{said}: a spike; {layer} buys nothing", layer, **numbers)
        elif days > self.params.least_days:
            draft.frozen[layer] = f"{why}, {days} days to expiry"
            text = f"{said}: a spike; {layer} is not rolled yet, {{days:.0f}} days to expiry are left"
            draft.say(self.name, text, layer, days=days, **numbers)
        else:
            draft.capped[layer] = why
            text = f"{said}: a spike; {layer} is rolled all the same with {{days:.0f}} days left, and does not grow"
            draft.say(self.name, text, layer, days=days, **numbers)

    def _measured(self, share: float, change: float) -> tuple[str, dict[str, Any]]:
        """Return what is known of VVIX, and its numbers."""
        known = {k: v for k, v in (("share", share), ("change", change)) if not math.isnan(v)}
        said = {"share": "at or above {share:.0%} of its year", "change": "{change:+.1%} on the day"}
        return f"VVIX {', '.join(said[k] for k in known)}", known


def days_left(view: View, target: HedgeTarget | None) -> int | None:
    """Return the calendar days to expiry of what a rolling layer holds, or None where it rolls nothing."""
    if target is None or target.held is None:
        return None
    return (min(leg.contract.expiry for leg in target.unit) - view.date).days


def spikes(share: float, change: float, percentile: float, jump: float) -> float:
    """Return 1 where VVIX spikes and 0 where it does not; NaN where one says no and the other is missing."""
    if share >= percentile or change >= jump:
        return 1.0
    return math.nan if math.isnan(share + change) else 0.0


RULE = VvixFreeze
