"""Time-Shift ("Time Travel"): a threatened condor is rolled to a later expiry instead of stopped, where it can be.

`concepts.md`, "Time-Shift" (pages G2, D20, D21): out when the expected daily range or VIX is high and a side is
threatened, back when both are calm. The feasible set is ours. An empty one is said aloud, and the stop stands.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import ClassVar, Literal, NamedTuple

from pydantic import Field, model_validator

from alvh.conventions import years_to_settlement
from alvh.decision.draft import Draft, Params
from alvh.decision.held_condor import (
    HeldCondor,
    Wing,
    closing_mid_usd,
    legs_mid_usd,
    moving_legs,
    read_condor,
    wing_at,
)
from alvh.decision.layers.condor_strikes import at_the_money_vol
from alvh.decision.rolling import Rolled, RollTerms, feasible, shared_limit
from alvh.decision.threats import (
    alarm,
    rested,
    sessions_beyond,
    threatened_by,
    typical_price,
    underlying_of,
)
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.market.quotes import Series
from alvh.values import Campaign, Holdings, Order, Right

SHARES = (1.0, 0.8, 0.6, 0.4)
"""Short strikes tried on either side, as shares of the largest delta allowed, from the money outwards."""
LEGS_MOVED = 8


class TimeShiftParams(Params):
    """Parameters of the Time-Shift.

    Attributes
    ----------
    trigger : {"threat", "stress"}
        ``threat``: a short strike at `threat_delta`, or a loss of `threat_loss` x the credit. ``stress`` (the pages'):
        the same, and the expected daily range above `stress_edr` or VIX above `stress_vix`.
    threat_delta : float
    threat_loss : float
        Multiple of the campaign's cash.
    stress_edr : float
        Percent of spot.
    stress_vix : float
        Vol points.
    dte_min, dte_max : int
        Calendar days to the new expiry, which is always later than the old one.
    max_rolls : int
        For one campaign.
    rest_sessions : int
        Sessions between two adjustments of one campaign.
    retry_sessions : int
        While a short stays at `threat_delta`, a roll is sought on the session that begins it and every so many after,
        and whenever the layer would close the condor.
    max_delta : float
        Of a new short strike.
    max_symmetry : float or None
        Bound of |B| of the break-evens after the roll.
    cushion_points : float
        Net credit beyond all costs.
    cost_share : float
        Share of the summed half-spreads a roll is expected to pay (half of them, three quarters of that in a package).
    fee_usd : float
        A contract and side; 1.50 is the `generic` broker's.
    back : bool
        Whether a rolled condor is brought back to `back_dte_max` days when the expected daily range is below
        `stress_edr` and SPX below its typical price (high + low + close) / 3, which stands for the pages' VWAP: daily
        data have none.
    back_dte_max : int
    """

    trigger: Literal["threat", "stress"] = "threat"
    threat_delta: float = Field(0.30, gt=0.0, lt=1.0)
    threat_loss: float = Field(1.0, gt=0.0)
    stress_edr: float = Field(0.94, gt=0.0)
    stress_vix: float = Field(16.0, gt=0.0)
    dte_min: int = Field(30, ge=1, le=730)
    dte_max: int = Field(75, ge=1, le=730)
    max_rolls: int = Field(2, ge=0)
    rest_sessions: int = Field(5, ge=1)
    retry_sessions: int = Field(5, ge=1)
    max_delta: float = Field(0.25, gt=0.0, lt=0.5)
    max_symmetry: float | None = Field(0.25, gt=0.0)
    cushion_points: float = Field(0.10, ge=0.0)
    cost_share: float = Field(0.375, ge=0.0, le=1.0)
    fee_usd: float = Field(1.50, ge=0.0)
    back: bool = False
    back_dte_max: int = Field(2, ge=0)

    @model_validator(mode="after")
    def _possible(self) -> TimeShiftParams:
        if self.dte_min > self.dte_max:
            raise ValueError(f"dte_min = {self.dte_min} is above dte_max = {self.dte_max}")
        return self


class Window(NamedTuple):
    """Expiries to look at, the one to be preferred first, and what the move is called."""

    series: Sequence[Series]
    said: str


class TimeShift:
    """Rolls threatened condors within their original risk."""

    needs: ClassVar[tuple[str, ...]] = ()
    after: ClassVar[tuple[str, ...]] = ()
    Params = TimeShiftParams

    def __init__(self, name: str, params: TimeShiftParams) -> None:
        self.name = name
        self.params = params

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Put a roll in the place of a stop, or before it; say why not where none is feasible."""
        if draft.flattening:
            draft.say(self.name, "no Time-Shift: everything is being taken off")
            return
        open_ = threatened = rolled = 0
        for layer in draft.condors:
            for campaign in book.campaigns(layer):
                open_ += 1
                why = self.threat(view, readings, campaign)
                if why:
                    threatened += 1
                    rolled += self._shift(view, readings, campaign, why, draft)
                elif self.params.back and campaign.rolls:
                    rolled += self._back(view, readings, campaign, draft)
        draft.notes[f"{self.name}.threatened"] = threatened
        draft.notes[f"{self.name}.rolled"] = rolled
        if not threatened:
            draft.say(self.name, "no Time-Shift: none of {open:.0f} condors is threatened", open=open_)

    def threat(self, view: View, readings: Readings, campaign: Campaign) -> str:
        """Return what threatens a condor, or nothing."""
        p = self.params
        put, call, profit_usd = alarm(view, campaign)
        why = threatened_by(put, call, profit_usd, campaign.cash_cents / 100.0, p.threat_delta, p.threat_loss)
        if why and p.trigger == "stress" and not self._stressed(readings):
            return ""
        return why

    def _stressed(self, readings: Readings) -> bool:
        return readings.value("edr") > self.params.stress_edr or readings.value("VIX") > self.params.stress_vix

    def _shift(self, view: View, readings: Readings, campaign: Campaign, why: str, draft: Draft) -> bool:
        """Roll one threatened condor out, or say why not; whether it is rolled."""
        p = self.params
        refused = self._refused(view, campaign, draft)
        condor = read_condor(view, campaign)
        if refused or condor is None:
            because = refused or "a leg has no mark to read the condor by"
            draft.say(self.name, f"no Time-Shift ({why}): {because}", campaign.name)
            return False
        least = max(p.dte_min, condor.days + 1)
        listed = [s for s in view.series(underlying_of(condor)) if least <= s.days <= p.dte_max]
        said = f"{why}: rolled out"
        return self._roll(view, readings, condor, Window(sorted(listed, key=lambda s: (s.days, s.root)), said), draft)

    def _back(self, view: View, readings: Readings, campaign: Campaign, draft: Draft) -> bool:
        """Bring one rolled condor back where the market has calmed, or say why not; whether it is brought back."""
        p = self.params
        condor = read_condor(view, campaign)
        edr, close, typical = readings.value("edr"), view.spot("SPX"), typical_price(view)
        if math.isnan(edr) or math.isnan(typical):
            draft.say(
                self.name, "no Time-Shift back: unknown, no expected daily range or no high and low", campaign.name
            )
            return False
        if condor is None or not (edr < p.stress_edr and close < typical):
            return False
        refused = self._refused(view, campaign, draft, back=True)
        if refused:
            draft.say(self.name, f"no Time-Shift back: {refused}", campaign.name)
            return False
        listed = [s for s in view.series(underlying_of(condor)) if s.days <= min(p.back_dte_max, condor.days - 1)]
        said = f"range {edr:.2f} % and SPX below {typical:,.2f}: rolled back"
        return self._roll(view, readings, condor, Window(sorted(listed, key=lambda s: (-s.days, s.root)), said), draft)

    def _refused(self, view: View, campaign: Campaign, draft: Draft, *, back: bool = False) -> str:
        """Return why this campaign is not moved today, whatever is on offer; empty where it may be."""
        p = self.params
        if any(o.campaign == campaign.name and o.kind in ("roll", "adjust") for o in draft.orders):
            return "another rule is adjusting it"
        closing = [o for o in draft.orders if o.campaign == campaign.name and o.kind == "close"]
        if closing and (back or "profit" in closing[0].reason):
            return f"it is being closed: {closing[0].reason}"
        if campaign.rolls >= p.max_rolls and not back:
            return f"rolled {campaign.rolls} times already"
        if campaign.changed is not None and rested(view, campaign) < p.rest_sessions:
            return f"adjusted on {campaign.changed}"
        since = 0 if closing or back else sessions_beyond(view, campaign, p.threat_delta)
        if since and (since - 1) % p.retry_sessions:
            return f"a roll was sought when this began, {since - 1} sessions ago"
        return ""

    def _roll(self, view: View, readings: Readings, condor: HeldCondor, window: Window, draft: Draft) -> bool:
        """Propose the roll into the first expiry of the window that has one; whether there is one."""
        campaign = condor.campaign
        closing = closing_mid_usd(view, condor)
        reasons: Counter[str] = Counter()
        if closing is None:
            reasons["no quote of what is held"] += 1
        else:
            terms = self.terms(condor, *closing)
            poor = self._too_poor(view, condor, window.series, terms)
            if poor:
                reasons["no net credit"] += poor
            for series in () if poor else window.series:
                found, against = self._offers(view, readings, condor, series, terms)
                reasons += against
                if found:
                    self._order(view, condor, series, found[0], window.said, draft)
                    draft.notes[f"{self.name}.rejected.{campaign.name}"] = reasons.total()
                    return True
        if not window.series:
            reasons["no expiry in the window"] += 1
        told = ", ".join(f"{count} by {why}" for why, count in reasons.most_common())
        draft.say(self.name, f"no feasible roll ({window.said.partition(':')[0]}): {told}", campaign.name)
        draft.skip(campaign.layer, f"{campaign.name}: no feasible roll ({reasons.most_common(1)[0][0]})")
        return False

    def terms(self, condor: HeldCondor, closing_usd: float, closing_half_usd: float) -> RollTerms:
        """Return what a roll of this condor has to keep to."""
        p = self.params
        scale = condor.lots * condor.multiplier
        return RollTerms(
            lots=condor.lots,
            multiplier=condor.multiplier,
            width_points=condor.width_points,
            max_loss_usd=condor.max_loss_usd,
            cash_usd=condor.cash_usd,
            closing_usd=closing_usd,
            closing_half_usd=closing_half_usd,
            cost_share=p.cost_share,
            fees_usd=p.fee_usd * LEGS_MOVED * condor.lots,
            cushion_usd=p.cushion_points * scale,
            max_delta=p.max_delta,
            max_symmetry=p.max_symmetry,
        )

    def _too_poor(self, view: View, condor: HeldCondor, listed: Sequence[Series], terms: RollTerms) -> int:
        """Return how many candidates fall where even the richest brings no net credit; 0 where it does.

        Width and delta given, a spread brings the more the later it expires, and the nearer the money it is sold: the
        latest expiry and the largest delta are asked first, and most days that is all.
        """
        for series in sorted(listed, key=lambda s: -s.days):
            puts, calls = self._sides(view, condor, series, SHARES[:1])
            if puts and calls:
                brings = (puts[0].credit + calls[0].credit) * terms.lots * terms.multiplier
                poor = terms.closing_usd + brings < terms.fees_usd + terms.cushion_usd
                return len(listed) * len(SHARES) ** 2 if poor else 0
        return 0

    def _sides(
        self, view: View, condor: HeldCondor, series: Series, shares: Sequence[float]
    ) -> tuple[list[Wing], list[Wing]]:
        """Return the put and call spreads on offer in one expiry."""
        k = condor.strikes
        puts = self._wings(view, series, "P", k.short_put - k.long_put, shares)
        return puts, self._wings(view, series, "C", k.long_call - k.short_call, shares) if puts else []

    def _offers(
        self, view: View, readings: Readings, condor: HeldCondor, series: Series, terms: RollTerms
    ) -> tuple[list[Rolled], Counter[str]]:
        """Return the feasible rolls into one expiry, and why the others are not."""
        if self._too_poor(view, condor, (series,), terms):
            return [], Counter({"no net credit": len(SHARES) ** 2})
        puts, calls = self._sides(view, condor, series, SHARES)
        if not puts or not calls:
            return [], Counter({"no quotes": 1})
        vol = at_the_money_vol(view, series)
        years = years_to_settlement(series.root, series.expiry, view.date)
        return feasible(puts, calls, terms, view.spot(underlying_of(condor)), vol * math.sqrt(years))

    def _wings(self, view: View, series: Series, right: Right, width: float, shares: Sequence[float]) -> list[Wing]:
        """Return the spreads of one side on offer, one a short strike."""
        out: dict[float, Wing] = {}
        for share in shares:
            short = view.strike_at_delta(series, right, share * self.params.max_delta)
            if math.isnan(short) or short in out:
                continue
            wing = wing_at(view, series, right, short, width)
            if wing is not None:
                out[short] = wing
        return list(out.values())

    def _order(self, view: View, condor: HeldCondor, series: Series, roll: Rolled, said: str, draft: Draft) -> None:
        """Put the two tickets of a roll into the draft, in the place of a close of the same campaign."""
        campaign = condor.campaign
        for k in reversed([k for k, o in enumerate(draft.orders) if o.campaign == campaign.name]):
            draft.skip(campaign.layer, f"{draft.orders[k].reason}: gives way to a Time-Shift")
            del draft.orders[k]
        reason = f"Time-Shift, {said} to {series.expiry}, {series.days} days"
        group = f"{self.name}:{campaign.name}@{view.date}"
        for wing in (roll.put, roll.call):
            legs = moving_legs(condor, wing, series.expiry, series.root)
            own = legs_mid_usd(view, legs, condor.lots)
            limit = shared_limit(own, roll.net_usd, roll.limit_usd)
            order = Order(
                campaign.layer, campaign.name, "roll", legs, condor.lots, reason,
                premium_usd_per_lot=own / condor.lots, group=group, limit_usd=limit,
            )  # fmt: skip
            draft.orders.append(order)
        draft.say(
            self.name,
            f"{campaign.name}: {reason}; puts {{pl:g}}/{{ps:g}}, calls {{cs:g}}/{{cl:g}}, net {{net:,.0f}} USD, "
            "largest loss {loss:,.0f} USD of {original:,.0f}",
            campaign.name,
            pl=roll.put.long, ps=roll.put.short, cs=roll.call.short, cl=roll.call.long,
            net=roll.net_usd, loss=roll.max_loss_usd, original=condor.max_loss_usd,
        )  # fmt: skip


RULE = TimeShift
