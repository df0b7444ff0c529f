"""Automated market-maker logic: a layer is held along a bonding curve, or as a constant-product pool.

`methodology.md`, section 11 (the bonding curve, the default) and `concepts.md`, "AMM logic in Greeks" (the pool): both
accumulate convexity while it is cheap and sell it into spikes. Between trades a band is kept, so that turnover is
bounded; a threshold that switches all on every crossing has no such bound.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from alvh import conventions
from alvh.decision.draft import Draft, Factor, HedgeTarget, Params, open_condors
from alvh.decision.rules.whole_contracts import proceeds_cents
from alvh.decision.vote_weights import over_history
from alvh.diagnosis.diagnose import Readings
from alvh.market.history import History
from alvh.market.observe import View
from alvh.maths.bonding_curve import (
    HIGH_POINTS,
    LOW_POINTS,
    hedge_share,
    hedge_shares,
    optimal_band,
    steepest,
    trade_to,
)
from alvh.maths.constant_product import Pool
from alvh.values import Campaign, Floats, Holdings, Quote


class AmmParams(Params):
    """The schedule, its band and what it may spend.

    Attributes
    ----------
    schedule : {"bonding_curve", "constant_product"}
    layers : list of str
        Layers that are held along it.
    low, high : float
        Front VX future at which the curve holds all of a layer's contracts, and none.
    band_share : float
        No trade while what is held differs from the curve by less than this share of the layer's full contracts.
    variance_penalty : float or None
        With it the band is (3 c l^2 / lambda)^(1/3) instead: lambda in USD a contract squared, c is `cost_usd`.
    cost_usd : float
        Of trading one contract, for that band.
    full_delta : float or None
        The delta that a contract of the layer stands for: a call of a greater delta counts for more, and fewer are
        held. None counts contracts.
    month_share : float
        Most of equity that these layers may spend on premium in a month, net of sales.
    month_days : int
        Calendar days of a month.
    price_band : float
        The pool trades once the mark is this share away from its own price, cash / units.
    least_share : float
        Of the layer's contracts, that the pool always keeps.
    """

    schedule: Literal["bonding_curve", "constant_product"] = "bonding_curve"
    layers: list[str] = Field(default_factory=lambda: ["L2", "L3"])
    low: float = Field(LOW_POINTS, gt=0.0)
    high: float = Field(HIGH_POINTS, gt=0.0)
    band_share: float = Field(0.2, ge=0.0, lt=1.0)
    variance_penalty: float | None = Field(None, gt=0.0)
    cost_usd: float = Field(10.0, gt=0.0)
    full_delta: float | None = Field(0.5, gt=0.0, le=1.0)
    month_share: float = Field(0.01, gt=0.0, le=1.0)
    month_days: int = Field(30, ge=1)
    price_band: float = Field(0.15, gt=0.0, lt=1.0)
    least_share: float = Field(0.5, ge=0.0, le=1.0)

    @model_validator(mode="after")
    def _possible(self) -> AmmParams:
        if self.low >= self.high:
            raise ValueError(f"low = {self.low:g} is not below high = {self.high:g}")
        return self


class Amm:
    """Holds some layers along a schedule, trading only outside its band and within a monthly budget."""

    # None: without F1 the curve keeps its last weight; without a mark the pool trades nothing. Both are said.
    needs: ClassVar[tuple[str, ...]] = ()
    rules: ClassVar[tuple[str, ...]] = ("whole_contracts",)
    # The band compares with the number of condors and the weight that are final.
    after: ClassVar[tuple[str, ...]] = ("sizing", "vote", "rsi_tilt", "false_binary")
    Params = AmmParams

    def __init__(self, name: str, params: AmmParams) -> None:
        self.name = name
        self.params = params

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Give each layer its place on the schedule, and keep it where it is inside the band."""
        p = self.params
        layers = [layer for layer in p.layers if layer in draft.hedges]
        if p.schedule == "bonding_curve":
            for layer in layers:
                draft.weigh(layer, self.factor())
            front = readings.value("F1")
            if math.isnan(front):
                draft.say(self.name, "unknown: no F1; the curve keeps its last weights")
            else:
                share = hedge_share(front, p.low, p.high)
                draft.say(self.name, "F1 {front:.2f}: the curve holds {share:.0%}", front=front, share=share)
        targets = {t.layer: k for k, t in enumerate(draft.targets)}
        condors = open_condors(book, draft) if targets else 0.0
        left_cents = math.nan
        for layer in layers:
            if layer not in targets:
                draft.say(self.name, f"{layer} has no target today, and no place on the schedule", layer)
                continue
            k = targets[layer]
            target = draft.targets[k]
            if target.keep and condors == 0.0:
                draft.say(self.name, f"no condor is open; {layer} is never paused and stays as it is", layer)
                continue
            weight = draft.weight(layer)
            wanted = self._wanted(view, target, condors, weight, draft)
            if wanted > (0 if target.roll else target.counted):
                # What is held is marked only when something is to be paid for.
                if math.isnan(left_cents):
                    left_cents = self._left_cents(view, book, layers)
                wanted, left_cents = self._within_budget(target, wanted, left_cents, draft)
            if weight > 0.0:
                # The draft multiplies by the weight again.
                draft.targets[k] = replace(target, fixed=wanted / weight, keep=False)

    def _left_cents(self, view: View, book: Holdings, layers: Sequence[str]) -> float:
        """Return what some layers may still spend this month, cents."""
        since = view.date - dt.timedelta(self.params.month_days)
        return self.params.month_share * book.equity_cents(view) - book.spent_cents(layers, since)

    def factor(self) -> Factor:
        """Return h(F1) over a history: the weight of a layer on the curve."""
        return curve_factor(self.name, self.params.low, self.params.high)

    def _wanted(self, view: View, target: HedgeTarget, condors: float, weight: float, draft: Draft) -> float:
        """Return the contracts to hold: those of the schedule, or those held while they are inside the band."""
        full = target.per_condor * condors if target.fixed is None else target.fixed
        if self.params.schedule == "constant_product":
            return self._pooled(view, target, full * weight, draft)
        exact = full * weight * delta_scale(view, target, self.params.full_delta)
        band = self.band(full)
        # No condor, or the curve at its end: nothing is to be held, whatever the band.
        wanted = exact if exact <= 0.0 else target.counted + trade_to(exact, target.counted, band)
        draft.notes[f"{target.layer}.amm_target"] = exact
        held = float(target.counted)
        numbers: dict[str, Any] = {"weight": weight, "exact": exact, "held": held, "band": band}
        said = "weight {weight:.2f} on the curve: {exact:.2f} wanted, {held:.0f} held, band {band:.2f}"
        if wanted == target.counted:
            draft.say(self.name, f"{said}: no trade", target.layer, **numbers)
            draft.say(self.name, "follow every move of the curve: rejected", target.layer, rejected=True)
        else:
            draft.say(self.name, f"{said}: to the curve", target.layer, **numbers)
        return wanted

    def band(self, full: float) -> float:
        """Return how far holding and curve may be apart, contracts, where `full` is all of the layer's."""
        p = self.params
        if p.variance_penalty is None:
            return p.band_share * full
        return optimal_band(p.cost_usd, p.variance_penalty, full * steepest(p.low, p.high))

    def _pooled(self, view: View, target: HedgeTarget, full: float, draft: Draft) -> float:
        """Return the contracts that the constant-product pool holds, between `least_share` of `full` and all of it."""
        p = self.params
        layer = target.layer
        if target.campaign is None or target.held is None:
            draft.say(self.name, "the pool begins with {full:.2f} units and as much cash", layer, full=full)
            return full
        pool = pool_of(target.campaign, target.units)
        mark = sum(usd(view.mark(leg.contract), leg.contract.root) * leg.ratio for leg in target.unit)
        numbers: dict[str, Any] = {
            "cash": pool.cash,
            "units": pool.units,
            "mark": mark,
            "price": pool.cash / pool.units,
        }
        wanted = pool.wanted(mark, p.price_band)
        if math.isnan(wanted):
            draft.say(self.name, "unknown: no mark; the pool trades nothing", layer)
            return float(target.counted)
        wanted = min(max(wanted, p.least_share * full), full)
        draft.notes[f"{layer}.amm_target"] = wanted
        said = "pool of {cash:,.0f} USD and {units:.0f} units: its price is {price:,.0f} USD, the mark {mark:,.0f}"
        if pool.cash <= 0.0:
            said = "pool of {units:.0f} units without cash"
        draft.say(self.name, f"{said}; {{wanted:.2f}} wanted", layer, wanted=wanted, **numbers)
        return wanted

    def _within_budget(
        self, target: HedgeTarget, wanted: float, left_cents: float, draft: Draft
    ) -> tuple[float, float]:
        """Return what the month's budget pays of the contracts wanted, and what it has left, cents."""
        price = target.price_usd * 100.0
        if price <= 0.0:
            return wanted, left_cents
        kept = 0.0 if target.roll else float(target.counted)
        have = left_cents + (proceeds_cents(draft, target) if target.roll else 0)
        affordable = kept + max(0.0, math.floor(have / price))
        if wanted > affordable:
            said = "{wanted:.2f} wanted, {affordable:.0f} paid for: {most:.1%} of equity a month may be spent"
            numbers: dict[str, Any] = {"wanted": wanted, "affordable": affordable, "most": self.params.month_share}
            draft.say(self.name, said, target.layer, **numbers)
            wanted = affordable
        return wanted, left_cents - max(0.0, (wanted - kept) * price - (have - left_cents))


@cache
def curve_factor(source: str, low: float, high: float) -> Factor:
    """Return h(F1) between two levels as a layer's weight; made once, for it is asked for every day."""

    def compute(history: History) -> Floats:
        return hedge_shares(over_history(history, "F1"), low, high)

    return Factor(source, ("bonding curve", low, high), compute)


def delta_scale(view: View, target: HedgeTarget, full_delta: float | None) -> float:
    """Return how many of today's options stand for one of `full_delta`, at most 1; 1 for futures and unknown deltas."""
    lead = target.buy[0].contract
    if full_delta is None or not lead.right:
        return 1.0
    quote = view.quote(lead)
    delta = abs(quote.delta) if isinstance(quote, Quote) else math.nan
    return min(1.0, full_delta / delta) if delta > 0.0 else 1.0


def pool_of(campaign: Campaign, units: int) -> Pool:
    """Return the pool that a campaign is: what it opened with in cash again, and all that was paid and received since.

    The cash of every fill is the campaign's `cash_cents`, the opening's (negative: a purchase) its `credit_cents`; the
    pool began with as much cash as that purchase cost.
    """
    return Pool((campaign.cash_cents - 2.0 * campaign.credit_cents) / 100.0, float(units))


def usd(points: float, root: str) -> float:
    """Return what one contract is worth at a price."""
    return points * conventions.root_spec(root).multiplier


RULE = Amm
