"""RSI on VVIX: how much of a layer's premium buys VIX calls, and how much SPX put spreads instead.

`concepts.md`, "RSI(VVIX) call/put weight", with `methodology.md` section 13 ("RSI on VVIX tilts layer 2"): dear vol of
vol, fewer VIX calls. Both signs are offered because nothing published settles which is right; the slope is our choice.
RSI: Wilder 1978.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import ClassVar, Literal, TypeAlias

import numpy as np
from pydantic import Field

from alvh.decision.draft import Draft, Factor, OnUnknown, Params
from alvh.decision.vote_weights import over_history
from alvh.diagnosis.diagnose import Readings
from alvh.market.history import History
from alvh.market.observe import View
from alvh.values import Floats, Holdings

Sign: TypeAlias = Literal["value", "momentum"]


class RsiTiltParams(Params):
    """How the RSI becomes a weight.

    Attributes
    ----------
    sign : {"value", "momentum"}
        ``value``: a high RSI means dear calls, and fewer of them. ``momentum``: the mirror of it, fewer at a low RSI.
    slope : float
        Weight lost over `span` points of RSI.
    start, span : float
        RSI at which the weight begins to fall (``momentum``: 100 less that), and the points over which it does.
    least : float
        The weight never falls below it.
    layers : list of str
        Layers whose VIX calls are weighted.
    put_layer : str
        Layer of SPX put spreads that the rest of their premium goes to; without it the rest stays in cash.
    on_unknown : {"pass", "halve", "block"}
        What happens to new condors when the RSI is missing. The weight keeps what it last was.
    """

    sign: Sign = "value"
    slope: float = Field(0.5, ge=0.0, le=1.0)
    start: float = Field(30.0, ge=0.0, le=100.0)
    span: float = Field(40.0, gt=0.0, le=100.0)
    least: float = Field(0.5, ge=0.0, le=1.0)
    layers: list[str] = Field(default_factory=lambda: ["L2"])
    put_layer: str = "spx_put_spreads"
    on_unknown: OnUnknown = "pass"


class RsiTilt:
    """Weights the calls of some layers, and gives what they save to the put spreads."""

    # None: the weight keeps its last known value when the RSI is missing, which has to be said to the draft every day.
    needs: ClassVar[tuple[str, ...]] = ()
    rules: ClassVar[tuple[str, ...]] = ("whole_contracts",)
    Params = RsiTiltParams

    def __init__(self, name: str, params: RsiTiltParams) -> None:
        self.name = name
        self.params = params

    @property
    def on_unknown(self) -> OnUnknown:
        """What happens to new condors when the RSI is missing."""
        return self.params.on_unknown

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Weigh the call layers, and turn the premium they save into put spreads."""
        layers = [layer for layer in self.params.layers if layer in draft.hedges]
        for layer in layers:
            draft.weigh(layer, self.factor())
        rsi = readings.value("vvix_rsi14")
        if math.isnan(rsi):
            draft.unknown(self.name, ["vvix_rsi14"], self.on_unknown)
            return
        weight = self.weight(rsi)
        draft.notes[f"{self.name}.calls"] = weight
        calls = " and ".join(layers) or "calls (this policy has none of them)"
        text = f"RSI of VVIX {{rsi:.0f}}: {{weight:.0%}} of the premium of {calls} buys calls, {{rest:.0%}} put spreads"
        draft.say(self.name, text, rsi=rsi, weight=weight, rest=1.0 - weight)
        if weight < 1.0:
            text = "calls only: rejected, {weight:.0%} instead"
            draft.say(self.name, text, rejected=True, weight=weight)
        saved = sum((1.0 - weight) * t.per_condor * t.price_usd for t in draft.targets if t.layer in layers)
        self._buy_puts(saved, draft)

    def weight(self, rsi: float) -> float:
        """Return the share of the premium that buys calls at an RSI."""
        p = self.params
        return call_weight(rsi, p.sign, p.slope, p.start, p.span, p.least)

    def factor(self) -> Factor:
        """Return the weight of the calls over a history."""
        p = self.params
        return tilt_factor(self.name, p.sign, p.slope, p.start, p.span, p.least)

    def _buy_puts(self, saved_usd: float, draft: Draft) -> None:
        """Give the put-spread layer the premium saved for each open condor, as its target."""
        layer = self.params.put_layer
        draft.notes[f"{layer}.usd_per_condor"] = saved_usd
        if layer not in draft.hedges:
            if saved_usd > 0.0:
                text = f"{{saved:,.0f}} USD a condor stay in cash: the policy has no layer {layer}"
                draft.say(self.name, text, saved=saved_usd)
            return
        for k, target in enumerate(draft.targets):
            if target.layer == layer and target.fixed is not None:
                text = f"{{saved:,.0f}} USD a condor stay in cash: {layer} has a budget of its own"
                draft.say(self.name, text, layer, saved=saved_usd)
                return
            if target.layer == layer:
                units = units_for(saved_usd, target.price_usd)
                draft.targets[k] = replace(target, per_condor=units)
                text = f"{{saved:,.0f}} USD a condor go to {layer}: {{units:.2f}} units at {{price:,.0f}} USD"
                draft.say(self.name, text, layer, saved=saved_usd, units=units, price=target.price_usd)
                return
        draft.say(self.name, f"{{saved:,.0f}} USD a condor stay in cash: {layer} has no target", layer, saved=saved_usd)


@cache
def tilt_factor(source: str, sign: Sign, slope: float, start: float, span: float, least: float) -> Factor:
    """Return `call_weight` over a history; made once, for it is asked for every day."""

    def compute(history: History) -> Floats:
        rsi = over_history(history, "vvix_rsi14")
        over = rsi - start if sign == "value" else 100.0 - start - rsi
        return np.clip(1.0 - slope * over / span, least, 1.0)

    return Factor(source, ("rsi tilt", sign, slope, start, span, least), compute)


def call_weight(rsi: float, sign: Sign, slope: float, start: float, span: float, least: float) -> float:
    """Return clip(1 - slope (RSI - start) / span, least, 1); ``momentum`` mirrors the RSI at 50."""
    seen = rsi if sign == "value" else 100.0 - rsi
    return min(max(1.0 - slope * (seen - start) / span, least), 1.0)


def units_for(usd: float, price_usd: float) -> float:
    """Return how many units some premium buys; none where a unit has no price."""
    return usd / price_usd if price_usd > 0.0 else 0.0


RULE = RsiTilt
