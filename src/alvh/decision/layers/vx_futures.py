"""Long VIX futures at one temporal layer: no premium and no strike, margined from cash, rolled before they settle."""

from __future__ import annotations

import datetime as dt
import math
from typing import ClassVar, Literal, TypeAlias

from pydantic import Field, model_validator

from alvh import conventions
from alvh.decision.draft import Draft, Factor, HedgeTarget, Params
from alvh.decision.layers.vix_calls import choose, front_is_extreme
from alvh.diagnosis.diagnose import Readings
from alvh.diagnosis.indicators import layer1_switch
from alvh.diagnosis.indicators.vx_curve import MONTHS
from alvh.market.observe import View
from alvh.maths.vx_margin import vx_margin_usd
from alvh.values import Campaign, Contract, Holdings, Leg, Missing, Order, Position

Root: TypeAlias = Literal["VX", "VXM"]
POINT_USD = 100.0
"""What a point is worth to one VXM, which `contracts` counts, and to one VIX call, whose exposure counts as 1."""


class VxFuturesParams(Params):
    """Parameters of one temporal layer of VIX futures (`concepts.md`, section 2; the sizes are our choice).

    Attributes
    ----------
    contracts : float
        VXM (100 USD a point) per 10 open condors; one VX counts as ten. The default has the exposure of four calls of
        0.50 delta: 4 x 0.50 x 100 = 2 x 100 USD a point of the future.
    root : {"auto", "VX", "VXM"}
        Which future is bought; ``auto`` takes the small one from the day it is listed (2020-08-10), VX before.
    dte_min, dte_max, dte_target : int
        Calendar days to final settlement at entry.
    choose : {"nearest", "target", "longest"}
        The nearest, the one nearest `dte_target`, or the longest monthly of the window.
    roll_dte : int
        Rolled when so few days are left.
    weight : float
        The layer's weight in [0, 1], before anything the market says of it.
    keep : bool
        Never paused once opened: fewer condors sell nothing until the roll.
    switch : {"always", "macd"}
        Whether the layer is always on, or only while the MACD threshold on the front future arms it
        (`alvh.diagnosis.indicators.layer1_switch`).
    switch_k : float
        Standard deviations of the MACD histogram that the threshold lies above its averages.
    switch_off_closes : int
        Closes in a row on which the front future is below its average, or the histogram negative, that disarm it.
    exit_front_level : float or None
        All is sold when F1 reaches this level, and nothing is bought while it stands there.
    """

    contracts: float = Field(2.0, gt=0.0)
    root: Literal["auto", "VX", "VXM"] = "auto"
    dte_min: int = Field(25, ge=1)
    dte_max: int = Field(63, ge=1)
    dte_target: int = Field(30, ge=1)
    choose: Literal["nearest", "target", "longest"] = "nearest"
    roll_dte: int = Field(21, ge=0)
    weight: float = Field(1.0, ge=0.0, le=1.0)
    keep: bool = False
    switch: Literal["always", "macd"] = "always"
    switch_k: float = Field(1.0, ge=0.0)
    switch_off_closes: int = Field(3, ge=1)
    exit_front_level: float | None = Field(None, gt=0.0)

    @model_validator(mode="after")
    def _possible(self) -> VxFuturesParams:
        if self.dte_min > self.dte_max:
            raise ValueError(f"dte_min = {self.dte_min} is above dte_max = {self.dte_max}")
        if self.roll_dte >= self.dte_min:
            raise ValueError(
                f"roll_dte = {self.roll_dte} is not below dte_min = {self.dte_min}: it would roll for ever"
            )
        if self.keep and self.switch != "always":
            raise ValueError('keep = true never pauses the layer, switch = "macd" does')
        return self


class VxFutures:
    """Holds long VIX futures in proportion to the open condors, as far as cash carries their initial margin."""

    hedge: ClassVar[bool] = True
    # F1 decides when all is sold; the VIX tells the margin and the spread.
    needs: ClassVar[tuple[str, ...]] = ("F1", "VIX")
    rules: ClassVar[tuple[str, ...]] = ("whole_contracts",)
    # No options: a run needs no chain for this layer.
    underlying: ClassVar[str] = ""
    futures: ClassVar[bool] = True
    Params = VxFuturesParams

    def __init__(self, name: str, params: VxFuturesParams) -> None:
        self.name = name
        self.params = params

    def propose(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Propose to sell all at an extreme, or the target of this close."""
        p = self.params
        if p.switch == "macd":
            k, closes = p.switch_k, p.switch_off_closes
            armed = Factor(self.name, ("l1_armed", k, closes), lambda history: layer1_switch.switch(history, k, closes))
            draft.weigh(self.name, armed)
        if self.name in draft.recycle_cents:
            handed_usd = draft.recycle_cents[self.name] / 100.0
            draft.skip(self.name, f"gains of {handed_usd:,.0f} USD handed on stay in cash: a future costs no premium")
        sleeves = book.campaigns(self.name)
        campaign = sleeves[0] if sleeves else None
        held = next(iter(campaign.positions.values()), None) if campaign is not None else None
        front = readings.value("F1")
        if front_is_extreme(front, p.exit_front_level):
            if campaign is not None and held is not None:
                draft.orders.append(self._sell(campaign, held, f"F1 at {front:.1f} has reached {p.exit_front_level:g}"))
            else:
                draft.skip(self.name, f"empty: F1 at {front:.1f} is where all would be sold again")
        elif campaign is not None and campaign.refill_from is not None and view.date < campaign.refill_from:
            draft.skip(self.name, f"all sold at an extreme; refills from {campaign.refill_from}")
        else:
            self._target(view, readings, book, campaign, held, draft)

    def _sell(self, campaign: Campaign, held: Position, why: str) -> Order:
        """Return the order that sells all, to be bought again when it would have been rolled."""
        refill = held.contract.expiry - dt.timedelta(self.params.roll_dte)
        legs = (Leg(held.contract, -held.quantity),)
        return Order(self.name, campaign.name, "monetise", legs, 1, why, refill_from=refill)

    def _target(
        self,
        view: View,
        readings: Readings,
        book: Holdings,
        campaign: Campaign | None,
        held: Position | None,
        draft: Draft,
    ) -> None:
        """Say what this layer wants at this close, in the future it holds or in the one to roll into."""
        p = self.params
        roll = held is not None and (held.contract.expiry - view.date).days <= p.roll_dte
        buy = held.contract if held is not None and not roll else self.pick(view)
        quote = buy if isinstance(buy, Missing) else view.quote(buy)
        if isinstance(buy, Missing) or isinstance(quote, Missing):
            why = buy.why if isinstance(buy, Missing) else quote.why if isinstance(quote, Missing) else ""
            draft.skip(self.name, f"{'no roll' if roll else 'held as it is' if held else 'empty'}: {why}")
            return
        vix = readings.value("VIX")
        margin_usd = vx_margin_usd(buy.root, quote.mid, 1, vix).initial_usd
        most = affordable(free_usd(view, book, draft, self.name, vix), margin_usd)
        month = min(max(view.vx_month(buy.expiry), 1), MONTHS)
        beta = readings.value(f"vx_beta_{month}")
        size = conventions.root_spec(buy.root).multiplier / POINT_USD
        draft.targets.append(
            HedgeTarget(
                layer=self.name,
                campaign=campaign,
                held=held,
                unit=() if held is None else (Leg(held.contract, 1),),
                buy=(Leg(buy, 1),),
                roll=roll,
                per_condor=p.contracts / 10.0 / size * p.weight,
                recycled=0,
                price_usd=0.0,
                # Before a beta can be measured every future counts alike.
                exposure=size * (beta if math.isfinite(beta) else 1.0),
                keep=p.keep,
                most=most,
            )
        )

    def pick(self, view: View) -> Contract | Missing:
        """Return the future to buy today, or why there is none."""
        p = self.params
        roots: tuple[Root, ...] = ("VXM", "VX") if p.root == "auto" else (p.root,)
        for root in roots:
            window = [s for s in view.series(root) if p.dte_min <= s.days <= p.dte_max]
            if window:
                return Contract(root, choose(window, p.choose, p.dte_target).expiry)
        return Missing(f"no {' or '.join(roots)} monthly {p.dte_min}-{p.dte_max} days out is listed")


def affordable(free: float, margin_usd: float) -> int:
    """Return how many futures some free cash carries at an initial margin each, USD; none where the cash is short.

    >>> affordable(20_000.0, 8_750.0)
    2
    """
    return max(0, math.floor(free / margin_usd)) if margin_usd > 0.0 else 0


def free_usd(view: View, book: Holdings, draft: Draft, name: str, vix: float) -> float:
    """Return the cash that can carry a layer's initial margin, USD.

    Equity less the maximum loss of the open condors, less what long hedge options are worth (they have no loan value),
    less the initial margin of the futures that other layers hold.
    """
    cents = book.equity_cents(view) - sum(c.max_loss_cents for layer in draft.condors for c in book.campaigns(layer))
    free = cents / 100.0
    for layer in draft.hedges:
        for campaign in book.campaigns(layer):
            for contract, position in campaign.positions.items():
                spec = conventions.root_spec(contract.root)
                if spec.kind != "future":
                    free -= max(0.0, position.quantity * view.mark(contract) * spec.multiplier)
                elif layer != name:
                    free -= vx_margin_usd(contract.root, view.mark(contract), position.quantity, vix).initial_usd
    return free


LAYER = VxFutures
