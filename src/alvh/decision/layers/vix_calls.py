"""Long VIX calls at one temporal layer: bought by delta to the VX future, rolled, monetised, refilled."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from alvh import conventions
from alvh.decision.draft import Draft, Factor, HedgeTarget, Params, nothing_to_hedge
from alvh.diagnosis.diagnose import Readings
from alvh.diagnosis.indicators import layer1_switch
from alvh.diagnosis.indicators.vx_curve import MONTHS
from alvh.market.observe import View
from alvh.market.quotes import Series
from alvh.values import Campaign, Contract, Floats, Holdings, Leg, Missing, Order, Position

TINY_POINTS = 1e-9
"""What the rounding of the machine may make of a price that is exactly at a threshold."""


class VixCallsParams(Params):
    """Parameters of one temporal layer of VIX calls (`concepts.md`, section 2; windows: `decisions.md`).

    Attributes
    ----------
    contracts : float
        Calls per 10 open condors (SPX-equivalents).
    dte_min, dte_max, dte_target : int
        Calendar days to expiry at entry.
    weeklies : bool
        Weekly expiries count too, from October 2015; they are illiquid.
    choose : {"nearest", "target", "longest"}
        The nearest, the one nearest `dte_target`, or the longest monthly of the window.
    delta : float
        Black delta to the VX future.
    roll_dte : int
        Rolled when so few days are left.
    weight : float
        The layer's weight in [0, 1], before anything the market says of it.
    equity_share : float or None
        Instead of so many calls per condor, as many as this share of equity a year pays for: each purchase spends the
        part of it that falls on the days until its roll.
    keep : bool
        Never paused once opened: fewer condors sell nothing until the roll.
    short : bool
        Sell the calls instead of buying them (one published reading of 4/4/2); they are margined, and no gain is taken.
    switch : {"always", "macd"}
        Whether the layer is always on, or only while the MACD threshold on the front future arms it
        (`alvh.diagnosis.indicators.layer1_switch`).
    switch_k : float
        Standard deviations of the MACD histogram that the threshold lies above its averages.
    switch_off_closes : int
        Closes in a row on which the front future is below its average, or the histogram negative, that disarm it.
    monetise_multiple : float or None
        At this multiple of its cost, `monetise_share` of the calls is sold, once for each contract bought.
    monetise_share : float
        To the nearest whole call; a half call is not sold.
    recycle_to : str or None
        Layer that spends `recycle_share` of those proceeds on more of its own calls.
    recycle_share : float
    exit_front_level : float or None
        All is sold when F1 reaches this level, and nothing is bought while it stands there.
    giveback : float or None
        All is sold when this share of the peak is given back, once the peak has reached `giveback_from` x cost.
    giveback_from : float
    """

    contracts: float = Field(4.0, gt=0.0)
    dte_min: int = Field(25, ge=1)
    dte_max: int = Field(63, ge=1)
    dte_target: int = Field(30, ge=1)
    weeklies: bool = False
    choose: Literal["nearest", "target", "longest"] = "nearest"
    delta: float = Field(0.50, gt=0.0, lt=1.0)
    roll_dte: int = Field(21, ge=0)
    weight: float = Field(1.0, ge=0.0, le=1.0)
    equity_share: float | None = Field(None, gt=0.0, le=1.0)
    keep: bool = False
    short: bool = False
    switch: Literal["always", "macd"] = "always"
    switch_k: float = Field(1.0, ge=0.0)
    switch_off_closes: int = Field(3, ge=1)
    monetise_multiple: float | None = Field(None, gt=1.0)
    monetise_share: float = Field(0.5, gt=0.0, le=1.0)
    recycle_to: str | None = None
    recycle_share: float = Field(0.5, ge=0.0, le=1.0)
    exit_front_level: float | None = Field(None, gt=0.0)
    giveback: float | None = Field(None, gt=0.0, lt=1.0)
    giveback_from: float = Field(3.0, ge=1.0)

    @model_validator(mode="after")
    def _possible(self) -> VixCallsParams:
        if self.dte_min > self.dte_max:
            raise ValueError(f"dte_min = {self.dte_min} is above dte_max = {self.dte_max}")
        if self.roll_dte >= self.dte_min:
            raise ValueError(
                f"roll_dte = {self.roll_dte} is not below dte_min = {self.dte_min}: it would roll for ever"
            )
        if self.keep and self.switch != "always":
            raise ValueError('keep = true never pauses the layer, switch = "macd" does')
        if self.short and (self.monetise_multiple, self.exit_front_level, self.giveback) != (None, None, None):
            raise ValueError("short calls have no gain to monetise, give back or sell at an extreme")
        if self.recycle_to is not None and self.monetise_multiple is None:
            raise ValueError("recycle_to without monetise_multiple hands nothing on")
        return self


class VixCalls:
    """Holds long VIX calls in proportion to the open condors."""

    hedge: ClassVar[bool] = True
    # F1 decides when all is sold. VVIX is an input of modelled quotes only, which say themselves when it is missing.
    needs: ClassVar[tuple[str, ...]] = ("F1",)
    rules: ClassVar[tuple[str, ...]] = ("whole_contracts",)
    underlying: ClassVar[str] = "VIX"
    Params = VixCallsParams

    def __init__(self, name: str, params: VixCallsParams) -> None:
        self.name = name
        self.params = params

    @property
    def hands_to(self) -> tuple[str, ...]:
        """The layer that spends this one's gains."""
        return () if self.params.recycle_to is None else (self.params.recycle_to,)

    @property
    def side(self) -> int:
        """1 for bought calls, -1 for sold ones."""
        return -1 if self.params.short else 1

    def propose(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Propose a gain to take, or the target of this close."""
        if self.params.switch == "macd":
            k, closes = self.params.switch_k, self.params.switch_off_closes
            armed = Factor(self.name, ("l1_armed", k, closes), lambda history: layer1_switch.switch(history, k, closes))
            draft.weigh(self.name, armed)
        sleeves = book.campaigns(self.name)
        campaign = sleeves[0] if sleeves else None
        handed_usd = draft.recycle_cents.get(self.name, 0) / 100.0
        if not self._propose(view, readings, book, campaign, handed_usd, draft) and handed_usd:
            draft.skip(self.name, f"gains of {handed_usd:,.0f} USD handed on by another layer stay in cash")

    def _propose(
        self,
        view: View,
        readings: Readings,
        book: Holdings,
        campaign: Campaign | None,
        handed_usd: float,
        draft: Draft,
    ) -> bool:
        """Propose what `propose` does; whether it is a target, in which gains handed on can be spent."""
        held = next(iter(campaign.positions.values()), None) if campaign is not None else None
        if campaign is not None and held is not None:
            if self._take_gain(view, readings, campaign, held, draft):
                return False
        elif campaign is not None and campaign.refill_from is not None and view.date < campaign.refill_from:
            draft.skip(self.name, f"all sold at a gain; refills from {campaign.refill_from}")
            return False
        elif front_is_extreme(readings.value("F1"), self.params.exit_front_level):
            draft.skip(self.name, f"empty: F1 at {readings.value('F1'):.1f} is where all would be sold again")
            return False
        return self._target(view, readings, book, campaign, held, handed_usd, draft)

    def _take_gain(self, view: View, readings: Readings, campaign: Campaign, held: Position, draft: Draft) -> bool:
        """Propose to sell some or all of what is held, where a gain is to be taken; whether all of it is."""
        p = self.params
        now = view.mark(held.contract)
        cost = held.cost_cents / 100.0 / (held.quantity * conventions.root_spec("VIX").multiplier)
        why = exit_reason(view, held, cost, readings.value("F1"), p)
        if why:
            refill = held.contract.expiry - dt.timedelta(p.roll_dte)
            draft.orders.append(self._sell(campaign, held, held.quantity, why, refill))
            return True
        if p.monetise_multiple is None or held.monetised or not now >= p.monetise_multiple * cost - TINY_POINTS:
            return False
        quantity = share_of(held.quantity, p.monetise_share)
        if quantity < 1:
            whole = f"{p.monetise_share:.0%} of {held.quantity} is not a whole contract"
            draft.skip(self.name, f"a gain of {now / cost:.1f} x cost is not taken: {whole}")
            return False
        draft.orders.append(self._sell(campaign, held, quantity, f"mark at {now / cost:.1f} x cost"))
        if p.recycle_to is not None:
            proceeds = round(p.recycle_share * quantity * now * 100 * 100)
            draft.recycle_cents[p.recycle_to] = draft.recycle_cents.get(p.recycle_to, 0) + proceeds
        return True

    def _sell(
        self, campaign: Campaign, held: Position, quantity: int, why: str, refill_from: dt.date | None = None
    ) -> Order:
        """Return the order that sells some of what is held, to take a gain."""
        legs = (Leg(held.contract, -quantity),)
        return Order(self.name, campaign.name, "monetise", legs, 1, why, refill_from=refill_from)

    def _target(
        self,
        view: View,
        readings: Readings,
        book: Holdings,
        campaign: Campaign | None,
        held: Position | None,
        handed_usd: float,
        draft: Draft,
    ) -> bool:
        """Say what this layer wants at this close, in the contract it holds or in the one to roll into."""
        p = self.params
        if held is None and p.equity_share is None and nothing_to_hedge(book, draft):
            draft.notes[f"{self.name}.target"] = 0.0
            return False
        roll = held is not None and (held.contract.expiry - view.date).days <= p.roll_dte
        buy = held.contract if held is not None and not roll else self.pick(view)
        if isinstance(buy, Missing):
            draft.skip(self.name, f"{'no roll' if roll else 'empty'}: {buy.why}")
            return False
        quote = view.quote(buy)
        if isinstance(quote, Missing):
            draft.skip(self.name, f"{'no roll' if roll else 'held as it is' if held else 'empty'}: {quote.why}")
            return False
        beta = readings.value(f"vx_beta_{min(max(view.vx_month(buy.expiry), 1), MONTHS)}")
        price_usd = quote.mid * conventions.root_spec("VIX").multiplier
        recycled = math.floor(handed_usd / price_usd) if price_usd > 0.0 else 0
        draft.targets.append(
            HedgeTarget(
                layer=self.name,
                campaign=campaign,
                held=held,
                unit=() if held is None else (Leg(held.contract, self.side),),
                buy=(Leg(buy, self.side),),
                roll=roll,
                per_condor=p.contracts / 10.0 * p.weight,
                recycled=recycled,
                price_usd=price_usd * self.side,
                # Before a beta can be measured every future counts alike.
                exposure=self.side * quote.delta * (beta if math.isfinite(beta) else 1.0),
                fixed=self._fixed(view, book, held, buy, roll, price_usd),
                keep=p.keep,
            )
        )
        return recycled > 0 or not handed_usd

    def _fixed(
        self, view: View, book: Holdings, held: Position | None, buy: Contract, roll: bool, price_usd: float
    ) -> float | None:
        """Return how many calls a budget of the layer's own pays for, what is held until its roll; None without one."""
        share = self.params.equity_share
        if share is None:
            return None
        if held is not None and not roll:
            return float(abs(held.quantity + held.monetised - held.recycled))
        days = (buy.expiry - view.date).days - self.params.roll_dte
        return units_for(share, book.equity_cents(view) / 100.0, days, price_usd)

    def pick(self, view: View) -> Contract | Missing:
        """Return the call to buy today, or why there is none."""
        p = self.params
        listed = [*view.series("VIX"), *view.series("VIXW")] if p.weeklies else view.series("VIX")
        window = [s for s in listed if p.dte_min <= s.days <= p.dte_max]
        if not window:
            kind = "expiry" if p.weeklies else "monthly"
            return Missing(f"no VIX {kind} {p.dte_min}-{p.dte_max} days out is listed")
        series = choose(window, p.choose, p.dte_target)
        strike = view.strike_at_delta(series, "C", p.delta)
        if math.isnan(strike):
            return Missing(f"no {p.delta:g}-delta VIX call of {series.expiry}")
        return Contract(series.root, series.expiry, strike, "C")


def units_for(share: float, equity_usd: float, days: int, price_usd: float) -> float:
    """Return the units that a share of equity a year buys for some days; none where they have no price.

    >>> round(units_for(0.008, 5_000_000.0, 35, 200.0), 3)  # 40,000 USD a year x 35 / 365 / 200 USD
    19.178
    """
    return share * max(equity_usd, 0.0) * days / 365.0 / price_usd if price_usd > 0.0 else 0.0


def choose(window: Sequence[Series], how: Literal["nearest", "target", "longest"], target: int) -> Series:
    """Return the expiry of a window to buy: the nearest, the one nearest the target, or the longest."""
    if how == "nearest":
        return min(window, key=lambda s: s.days)
    if how == "longest":
        return max(window, key=lambda s: s.days)
    return min(window, key=lambda s: (abs(s.days - target), s.days))


def exit_reason(view: View, held: Position, cost: float, front: float, p: VixCallsParams) -> str:
    """Return why everything is sold, or nothing: the front future is extreme, or a large gain is being given back.

    `cost` is what one call cost, points; `front` is F1 (NaN: unknown, and then no reason).
    """
    if front_is_extreme(front, p.exit_front_level):
        return f"F1 at {front:.1f} has reached {p.exit_front_level:g}"
    if p.giveback is None:
        return ""
    return giveback_reason(view.marks_since(held.contract, held.opened), cost, p.giveback, p.giveback_from)


def front_is_extreme(front: float, level: float | None) -> bool:
    """Whether F1 has reached the level at which all is sold; an unknown F1 (NaN) has not."""
    return level is not None and front >= level


def share_of(quantity: int, share: float) -> int:
    """Return a share of some contracts in whole ones, the nearest, and the smaller of two as near."""
    return min(quantity, math.ceil(share * quantity - 0.5))


def giveback_reason(marks: Floats, cost: float, giveback: float, giveback_from: float) -> str:
    """Return why a gain is taken after its peak, or nothing; `marks` are the daily marks since the purchase, points.

    Marks that are missing (NaN) are no peak, and a missing mark today is no reason.
    """
    peak = float(np.nanmax(marks, initial=-np.inf))
    if peak >= giveback_from * cost - TINY_POINTS and marks[-1] <= (1.0 - giveback) * peak + TINY_POINTS:
        return f"{1.0 - marks[-1] / peak:.0%} given back from a peak of {peak / cost:.1f} x cost"
    return ""


LAYER = VixCalls
