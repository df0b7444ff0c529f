"""The False Binary: no layer is switched on or off; its weight lies in [0, 1] and moves by a third a session at most.

`concepts.md`, "False Binary (Loyalty vs Motion)": hedges are added to and trimmed, not exchanged; only hard gates may
jump. The third is our choice: from none to all takes three sessions.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from alvh.decision.draft import Draft, Params, combined
from alvh.diagnosis.diagnose import Readings
from alvh.market.history import History
from alvh.market.observe import View
from alvh.values import Floats, Holdings

THIRD = 1.0 / 3.0
TINY = 1e-9
"""What the rounding of the machine may make of a weight that is where it wants to be."""


class FalseBinaryParams(Params):
    """How fast a weight may move.

    Attributes
    ----------
    max_step : float
        Most a layer's weight changes from one session to the next.
    """

    max_step: float = Field(THIRD, gt=0.0, le=1.0)


class FalseBinary:
    """Limits every layer's weight to small steps, and says where it stands between nothing and all."""

    needs: ClassVar[tuple[str, ...]] = ()
    rules: ClassVar[tuple[str, ...]] = ("whole_contracts",)
    after: ClassVar[tuple[str, ...]] = ("vote", "rsi_tilt")
    Params = FalseBinaryParams

    def __init__(self, name: str, params: FalseBinaryParams) -> None:
        self.name = name
        self.params = params

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Set the step, and say each layer's weight today, yesterday's and the target."""
        draft.max_step = self.params.max_step
        for layer in draft.hedges:
            if not draft.factors.get(layer):
                draft.say(self.name, f"{layer} stands at its full weight of 1: nothing asks for less", layer)
                continue
            now, before, target = draft.weight(layer), self.before(view, draft, layer), self.target(view, draft, layer)
            self._say(draft, layer, now, before, target)

    def target(self, view: View, draft: Draft, layer: str) -> float:
        """Return the weight a layer would have without the limit on its steps."""
        factors = draft.factors[layer]
        key = ("weight", None, *(factor.key for factor in factors))
        return view.prepared(key, lambda history: combined(history, factors, None))

    def before(self, view: View, draft: Draft, layer: str) -> float:
        """Return the weight of the session before; NaN on the first."""
        factors = draft.factors[layer]
        step = self.params.max_step
        key = ("weight before", step, *(factor.key for factor in factors))

        def compute(history: History) -> Floats:
            return np.concatenate(([np.nan], combined(history, factors, step)[:-1]))

        return view.prepared(key, compute)

    def _say(self, draft: Draft, layer: str, now: float, before: float, target: float) -> None:
        """Say where a weight stands, and that it does not jump where it would."""
        numbers: dict[str, Any] = {"now": now, "target": target, "step": self.params.max_step}
        draft.notes[f"{layer}.weight_target"] = target
        was = ""
        if not math.isnan(before):
            numbers["before"] = before
            was = ", {before:.2f} the session before"
        arrived = abs(now - target) <= TINY
        ahead = "that is its target" if arrived else "on its way to {target:.2f}"
        draft.say(self.name, f"{layer} is weighted {{now:.2f}}{was}; {ahead}", layer, **numbers)
        if not arrived:
            jump = f"move {layer} to {{target:.2f}} at once: rejected, at most {{step:.2f}} a session"
            draft.say(self.name, jump, layer, rejected=True, **numbers)


RULE = FalseBinary
