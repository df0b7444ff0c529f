"""The three-step protocol: diagnose the VX curve, activate the layers (roll and tighten), call for the capital check.

`concepts.md`, "Layer Activation" and "Contango compression" [seed]: while the curve steepens (u > 0) the nearest hedge
layer is rolled out to the next bucket and the short strikes of open condors move inward by 0.5 to 1 standard deviation,
SD = S vol_atm sqrt(DTE / 365). Tightening raises risk, so it has to pass: largest loss within the original, odds and
expectation after costs, symmetric break-evens; otherwise the hedge alone is rolled. Never while the curve is inverted.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import ClassVar, Literal, NamedTuple

from pydantic import Field

from alvh.conventions import root_spec, years_to_settlement
from alvh.decision.condor_shape import Shape, Strikes, Vols, annual_vol_of_range, describe
from alvh.decision.draft import Draft, HedgeTarget, Params
from alvh.decision.held_condor import HeldCondor, Wing, legs_mid_usd, moving_legs, read_condor, wing_at
from alvh.decision.layers.condor_strikes import at_the_money_vol
from alvh.decision.rolling import shared_limit
from alvh.decision.threats import rested, underlying_of
from alvh.diagnosis.diagnose import Readings
from alvh.diagnosis.indicators.vx_curve import MONTHS
from alvh.market.observe import View
from alvh.market.quotes import Series
from alvh.values import Contract, Holdings, Leg, Order, Quote

LEGS_MOVED = 8


class ProtocolParams(Params):
    """Parameters of the protocol.

    Attributes
    ----------
    steepness : {"points", "percentile"}
        What activates: the founding document's 3 to 4 points between F1 and F2 (rare), or a slope in the upper quarter
        of its 252 sessions, which counts as u = 1.
    roll_layer : str
        The hedge layer that is rolled out; empty: the first of the policy that holds something.
    roll_held_dte_max : int
        It is rolled only from an expiry at most so near, which is once a cycle.
    roll_delta : float
        Black delta to the VX future of the call it is rolled into.
    tighten : bool
    shift_sd, shift_sd_steep : float
        The shorts move inward by shift_sd + shift_sd_steep x u standard deviations.
    pop_min : float
        Probability that the campaign ends above zero, after tightening.
    max_symmetry : float
        Bound of |B| of its break-evens.
    density : {"edr", "hv20", "implied"}
        Volatility of the lognormal that the expectation is taken under: the expected daily range's, the realised one,
        or what the market implies, under which nothing ever pays its costs.
    rest_sessions : int
        Sessions between two adjustments of one campaign.
    cost_share, fee_usd : float
        As in `time_shift`.
    """

    steepness: Literal["points", "percentile"] = "points"
    roll_layer: str = ""
    roll_held_dte_max: int = Field(45, ge=1)
    roll_delta: float = Field(0.50, gt=0.0, lt=1.0)
    tighten: bool = True
    shift_sd: float = Field(0.5, ge=0.0)
    shift_sd_steep: float = Field(0.5, ge=0.0)
    pop_min: float = Field(0.70, ge=0.0, le=1.0)
    max_symmetry: float = Field(0.25, gt=0.0)
    density: Literal["edr", "hv20", "implied"] = "edr"
    rest_sessions: int = Field(21, ge=1)
    cost_share: float = Field(0.375, ge=0.0, le=1.0)
    fee_usd: float = Field(1.50, ge=0.0)


class Tightened(NamedTuple):
    """A condor moved inward: its two spreads, the cash they bring at mid, the costs, the shape of the campaign then."""

    put: Wing
    call: Wing
    net_usd: float
    costs_usd: float
    shape: Shape


class Protocol:
    """Diagnoses every day; rolls and tightens while the curve steepens."""

    needs: ClassVar[tuple[str, ...]] = ("vx_spread", "vx_slope")
    Params = ProtocolParams

    def __init__(self, name: str, params: ProtocolParams) -> None:
        self.name = name
        self.params = params

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Take the steps in order, each said aloud; the third is the capital rule's, which is told of an adjustment."""
        u = self.steepness(readings)
        self._diagnose(readings, draft, u)
        if not u > 0.0 or draft.flattening:
            return
        adjusted = self._roll_hedge(view, readings, draft)
        if readings.value("vx_slope") < 0.0:
            draft.say(self.name, "no tightening: the curve is inverted", rejected=True)
        elif self.params.tighten:
            for layer in draft.condors:
                for campaign in book.campaigns(layer):
                    condor = read_condor(view, campaign)
                    if condor is not None:
                        adjusted |= self._tighten(view, readings, condor, u, draft)
        if adjusted:
            draft.notes[f"{self.name}.adjusting"] = 1.0

    def steepness(self, readings: Readings) -> float:
        """Return u in [0, 1]; NaN where it is unknown."""
        literal = self.params.steepness == "points"
        return readings.value("contango_compression" if literal else "contango_compression_pct")

    def _diagnose(self, readings: Readings, draft: Draft, u: float) -> None:
        """Say where the curve stands."""
        numbers = {name: readings.value(name) for name in ("vx_spread", "vx_slope", "vreer")} | {"u": u}
        # A number that is unknown is no number: neither the sentence nor the notes carry it.
        known = {name: value for name, value in numbers.items() if not math.isnan(value)}
        said = "F2 - F1 {vx_spread:.2f} points, slope {vx_slope:.1%}"
        if "vreer" in known:
            said += ", vol REER {vreer:.1f}"
        tail = "steepness unknown"
        if "u" in known:
            draft.notes[f"{self.name}.u"] = u
            tail = "u {u:.2f}: " + ("active" if u > 0.0 else "nothing to activate")
        draft.say(self.name, f"{said}; {tail}", "", rejected=False, **known)

    def _roll_hedge(self, view: View, readings: Readings, draft: Draft) -> bool:
        """Turn the target of the nearest hedge layer into a roll to the next monthly; whether it is one."""
        p = self.params
        asked = [
            k
            for k, t in enumerate(draft.targets)
            if t.layer == p.roll_layer or (not p.roll_layer and t.held is not None)
        ]
        if not asked:
            draft.say(self.name, "no hedge layer to roll out", rejected=True)
            return False
        k = asked[0]
        target = draft.targets[k]
        made = self._rolled_target(view, readings, target)
        if isinstance(made, str):
            draft.say(self.name, f"{target.layer} is not rolled out: {made}", target.layer, rejected=True)
            return False
        draft.targets[k] = made
        days = (made.buy[0].contract.expiry - view.date).days
        draft.say(
            self.name,
            f"{target.layer} rolled out to {made.buy[0].contract}, {{days:.0f}} days",
            target.layer,
            days=days,
        )
        return True

    def _rolled_target(self, view: View, readings: Readings, target: HedgeTarget) -> HedgeTarget | str:
        """Return a target that moves into the next monthly, or why it stays."""
        p = self.params
        held = target.held
        if held is None or target.roll:
            return "it holds nothing" if held is None else "it is rolled anyway"
        if held.contract.root != "VIX" or len(target.unit) != 1 or held.contract.right != "C":
            return "it holds no single VIX calls"
        days = (held.contract.expiry - view.date).days
        if days > p.roll_held_dte_max:
            return f"{days} days out already"
        later = [s for s in view.series("VIX") if s.expiry > held.contract.expiry]
        if not later:
            return "no later expiry is listed"
        series = min(later, key=lambda s: s.days)
        strike = view.strike_at_delta(series, "C", p.roll_delta)
        buy = Contract("VIX", series.expiry, strike, "C")
        quote = view.quote(buy) if math.isfinite(strike) else None
        if not isinstance(quote, Quote):
            return f"no {p.roll_delta:g}-delta call of {series.expiry}"
        beta = readings.value(f"vx_beta_{min(max(view.vx_month(buy.expiry), 1), MONTHS)}")
        side = target.unit[0].ratio
        return replace(
            target,
            buy=(Leg(buy, side),),
            roll=True,
            price_usd=side * quote.mid * root_spec("VIX").multiplier,
            exposure=side * quote.delta * (beta if math.isfinite(beta) else 1.0),
        )

    def _tighten(self, view: View, readings: Readings, condor: HeldCondor, u: float, draft: Draft) -> bool:
        """Move one condor's spreads inward where that passes, or say why not; whether it is moved."""
        campaign = condor.campaign
        why = self._refused(view, condor, draft)
        made = why or self.tightened(view, readings, condor, u)
        if isinstance(made, str):
            draft.say(self.name, f"{campaign.name} is not tightened: {made}", campaign.name, rejected=True)
            return False
        # The largest loss has to stay within the original at the fill, too, and the fees have to be paid.
        width_usd = max(made.put.width, made.call.width) * condor.lots * condor.multiplier
        needed = width_usd - condor.cash_usd - condor.max_loss_usd
        limit = max(needed, self.params.fee_usd * LEGS_MOVED * condor.lots)
        reason = f"tightened by {self.params.shift_sd + self.params.shift_sd_steep * u:.2f} SD"
        orders = []
        for wing in (made.put, made.call):
            legs = moving_legs(condor, wing, condor.expiry, condor.root)
            if legs:
                own = legs_mid_usd(view, legs, condor.lots)
                orders.append((legs, own))
        for legs, own in orders:
            share = shared_limit(own, made.net_usd, limit) if len(orders) == 2 else limit
            draft.orders.append(
                Order(
                    campaign.layer,
                    campaign.name,
                    "adjust",
                    legs,
                    condor.lots,
                    reason,
                    premium_usd_per_lot=own / condor.lots,
                    group=f"{self.name}:{campaign.name}@{view.date}",
                    limit_usd=share,
                )
            )
        draft.say(
            self.name,
            f"{campaign.name}: {reason}; odds {{pop:.0%}}, B {{b:.2f}}, expected {{expected:,.0f}} USD after costs",
            campaign.name,
            pop=made.shape.pop, b=made.shape.symmetry, expected=self._expected_usd(condor, made.shape, made.costs_usd),
        )  # fmt: skip
        return True

    def _refused(self, view: View, condor: HeldCondor, draft: Draft) -> str:
        """Return why a condor is left alone today, whatever is on offer; empty where it may move."""
        campaign = condor.campaign
        if any(o.campaign == campaign.name for o in draft.orders):
            return "it has another order today"
        if campaign.changed is not None and rested(view, campaign) < self.params.rest_sessions:
            return f"adjusted on {campaign.changed}"
        return ""

    def tightened(self, view: View, readings: Readings, condor: HeldCondor, u: float) -> Tightened | str:
        """Return a condor moved inward by (shift_sd + shift_sd_steep x u) SD, or what it does not pass."""
        p, k = self.params, condor.strikes
        series = Series(condor.root, condor.expiry, condor.days)
        spot, vol = view.spot(underlying_of(condor)), at_the_money_vol(view, series)
        if math.isnan(vol) or math.isnan(spot):
            return "no at-the-money volatility"
        shift = (p.shift_sd + p.shift_sd_steep * u) * spot * vol * math.sqrt(condor.days / 365.0)
        short_put = view.strike_near(series, "P", k.short_put + shift)
        short_call = view.strike_near(series, "C", k.short_call - shift)
        if not short_put < short_call:
            return "the shorts would cross"
        put = wing_at(view, series, "P", short_put, k.short_put - k.long_put)
        call = wing_at(view, series, "C", short_call, k.long_call - k.short_call)
        if put is None or call is None:
            return "a leg has no quote"
        made = self._moved(view, readings, condor, put, call, vol)
        return made if isinstance(made, str) else self._passes(condor, made)

    def _moved(
        self, view: View, readings: Readings, condor: HeldCondor, put: Wing, call: Wing, vol: float
    ) -> Tightened | str:
        """Return the condor of two spreads with its costs and its shape."""
        legs = [moving_legs(condor, wing, condor.expiry, condor.root) for wing in (put, call)]
        net = sum(legs_mid_usd(view, ticket, condor.lots) for ticket in legs)
        half = 0.0
        for leg in (leg for ticket in legs for leg in ticket):
            quote = view.quote(leg.contract)
            if not isinstance(quote, Quote):
                return "a leg has no quote"
            half += abs(leg.ratio) * quote.half_spread * condor.lots * condor.multiplier
        costs = self.params.cost_share * half + self.params.fee_usd * LEGS_MOVED * condor.lots
        scale = condor.lots * condor.multiplier
        shape = describe(
            Strikes(put.long, put.short, call.short, call.long),
            Vols(put.long_vol, put.short_vol, call.short_vol, call.long_vol),
            spot=view.spot(underlying_of(condor)),
            forward=view.forward(Series(condor.root, condor.expiry, condor.days)),
            years=years_to_settlement(condor.root, condor.expiry, view.date),
            vol_atm=vol,
            cash_points=(condor.cash_usd + net) / scale,
            real_vol=self._real_vol(readings),
        )
        return Tightened(put, call, net, costs, shape)

    def _real_vol(self, readings: Readings) -> float | None:
        if self.params.density == "implied":
            return None
        if self.params.density == "edr":
            return annual_vol_of_range(readings.value("edr"))
        return readings.value("hv20") / 100.0

    def _expected_usd(self, condor: HeldCondor, shape: Shape, costs_usd: float) -> float:
        return shape.expected_points * condor.lots * condor.multiplier - costs_usd

    def _passes(self, condor: HeldCondor, made: Tightened) -> Tightened | str:
        """Return it where it passes every bound, or the first it does not."""
        p, shape = self.params, made.shape
        loss_usd = shape.max_loss_points * condor.lots * condor.multiplier + made.costs_usd
        expected = self._expected_usd(condor, shape, made.costs_usd)
        if not loss_usd <= condor.max_loss_usd:
            return f"a largest loss of {loss_usd:,.0f} USD is above the original {condor.max_loss_usd:,.0f}"
        if not shape.pop >= p.pop_min:
            return f"odds of {shape.pop:.0%} are below {p.pop_min:.0%}"
        if math.isnan(expected):
            return f"unknown: no {p.density} to take the expectation under"
        if expected < 0.0:
            return f"an expected loss of {-expected:,.0f} USD after costs"
        if not abs(shape.symmetry) <= p.max_symmetry:
            return f"break-evens with B = {shape.symmetry:.2f} are not within {p.max_symmetry:g}"
        return made


RULE = Protocol
