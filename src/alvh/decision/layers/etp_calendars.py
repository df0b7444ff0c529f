"""Calendars in calls on VXX or UVXY: a far call bought, a near one sold against it, at one strike or a higher one.

For simulation only. The funds lose to their roll while the VX curve slopes up, UVXY to the path as well, and a shock
that lifts both calls deep into the money closes the distance between them: at one strike the calendar gains from a
higher level of volatility, not from a jump of the share. The most it can lose is what was paid for it, since the near
call expires first and its strike is not below the far one's; early assignment of the near call, which would deliver
shares short against the far call, is not simulated: without a dividend nobody gains by exercising it.
"""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from alvh import conventions
from alvh.decision.draft import Draft, Factor, HedgeTarget, Params
from alvh.decision.layers.spx_put_spreads import held_unit, price_usd
from alvh.decision.layers.vix_calls import choose
from alvh.diagnosis.diagnose import Readings
from alvh.diagnosis.indicators import layer1_switch
from alvh.market import etp_model
from alvh.market.observe import View
from alvh.market.quotes import Series
from alvh.values import Contract, Holdings, Leg, Missing, Position, Quote

STRIKES_TRIED = 8
"""Strikes of the far expiry looked at, from the wanted one up, for one that the near expiry has too."""


class EtpCalendarsParams(Params):
    """Parameters of a layer of calendars (`concepts.md`, section 1: ETP calendars; the windows are our choice).

    Attributes
    ----------
    root : {"VXX", "UVXY"}
    contracts : float
        Calendars per 10 open condors (SPX-equivalents).
    far_dte_min, far_dte_max, far_dte_target : int
        Calendar days to the expiry of the call bought, at entry; of the listed ones the nearest to the target.
    near_dte_min, near_dte_max, near_dte_target : int
        The same of the call sold.
    delta : float
        Black delta of the far call, to the fund's forward.
    near_delta : float or None
        Delta of the near call, for a diagonal; its strike is then above the far one's. None: one strike, a calendar.
    weeklies : bool
        Whether expiries that are no third Friday are used too.
    roll_dte : int
        Both calls are rolled into a new calendar when so few days are left to the near one.
    weight : float
        The layer's weight in [0, 1], before anything the market says of it.
    switch : {"always", "macd"}
        Whether the layer is always on, or only while the MACD threshold on the front future arms it
        (`alvh.diagnosis.indicators.layer1_switch`).
    switch_k : float
        Standard deviations of the MACD histogram that the threshold lies above its averages.
    switch_off_closes : int
        Closes in a row on which the front future is below its average, or the histogram negative, that disarm it.
    """

    root: Literal["VXX", "UVXY"] = "VXX"
    contracts: float = Field(10.0, gt=0.0)
    far_dte_min: int = Field(60, ge=1)
    far_dte_max: int = Field(200, ge=1)
    far_dte_target: int = Field(90, ge=1)
    near_dte_min: int = Field(20, ge=1)
    near_dte_max: int = Field(50, ge=1)
    near_dte_target: int = Field(30, ge=1)
    delta: float = Field(0.50, gt=0.0, lt=1.0)
    near_delta: float | None = Field(None, gt=0.0, lt=1.0)
    weeklies: bool = False
    roll_dte: int = Field(7, ge=0)
    weight: float = Field(1.0, ge=0.0, le=1.0)
    switch: Literal["always", "macd"] = "always"
    switch_k: float = Field(1.0, ge=0.0)
    switch_off_closes: int = Field(3, ge=1)

    @model_validator(mode="after")
    def _possible(self) -> EtpCalendarsParams:
        for leg, low, high in (
            ("far", self.far_dte_min, self.far_dte_max),
            ("near", self.near_dte_min, self.near_dte_max),
        ):
            if low > high:
                raise ValueError(f"{leg}_dte_min = {low} is above {leg}_dte_max = {high}")
        if self.near_dte_max >= self.far_dte_min:
            raise ValueError(
                f"near_dte_max = {self.near_dte_max} is not below far_dte_min = {self.far_dte_min}: "
                "the call sold has to expire first"
            )
        if self.roll_dte >= self.near_dte_min:
            raise ValueError(
                f"roll_dte = {self.roll_dte} is not below near_dte_min = {self.near_dte_min}: it would roll for ever"
            )
        if self.near_delta is not None and self.near_delta >= self.delta:
            raise ValueError(f"near_delta = {self.near_delta:g} is not below delta = {self.delta:g}")
        return self


class EtpCalendars:
    """Holds call calendars on a volatility fund in proportion to the open condors."""

    hedge: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ()
    rules: ClassVar[tuple[str, ...]] = ("whole_contracts",)
    # Its options are quoted by the model in every run: a run needs no chain for this layer.
    underlying: ClassVar[str] = ""
    library: ClassVar[str] = "QuantLib"
    Params = EtpCalendarsParams

    def __init__(self, name: str, params: EtpCalendarsParams) -> None:
        self.name = name
        self.params = params

    def propose(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Say what this layer wants at this close, in the calendar it holds or in the one to roll into."""
        p = self.params
        if p.switch == "macd":
            k, closes = p.switch_k, p.switch_off_closes
            armed = Factor(self.name, ("l1_armed", k, closes), lambda history: layer1_switch.switch(history, k, closes))
            draft.weigh(self.name, armed)
        sleeves = book.campaigns(self.name)
        campaign = sleeves[0] if sleeves else None
        held, unit = held_unit(campaign)
        left = days_to_near(view, unit)
        roll = held is not None and left <= p.roll_dte
        buy = unit if held is not None and not roll else self.pick(view)
        price = buy if isinstance(buy, Missing) else price_usd(view, buy)
        if isinstance(buy, Missing) or isinstance(price, Missing):
            why = buy.why if isinstance(buy, Missing) else price.why if isinstance(price, Missing) else ""
            draft.skip(self.name, f"{'no roll' if roll else 'held as it is' if held else 'empty'}: {why}")
            return
        self._say(view, held, unit, buy, price, left, roll, draft)
        draft.targets.append(
            HedgeTarget(
                layer=self.name, campaign=campaign, held=held, unit=unit, buy=buy, roll=roll,
                per_condor=p.contracts / 10.0 * p.weight, recycled=0, price_usd=price,
                exposure=exposure(view, readings, buy),
            )
        )  # fmt: skip

    def _say(
        self,
        view: View,
        held: Position | None,
        unit: tuple[Leg, ...],
        buy: tuple[Leg, ...],
        price: float,
        left: int,
        roll: bool,
        draft: Draft,
    ) -> None:
        """Say what is held and what the calendar costs, with the warning that belongs to it."""
        fund = self.params.root
        terms = f"{fund} calendar {described(buy)} costs {{price:,.0f}} USD, the most it can lose"
        done = "none is held"
        if held is not None:
            done = f"{{left:.0f}} days to the near call of {described(unit)}, rolled at {{roll_dte:.0f}}"
        draft.say(
            self.name,
            f"{done}; {terms}; for simulation only: {fund} decays with its roll, share at {{spot:.2f}}",
            price=price,
            left=float(left),
            roll_dte=float(self.params.roll_dte),
            spot=view.spot(fund),
            rolled=float(roll),
        )

    def pick(self, view: View) -> tuple[Leg, ...] | Missing:
        """Return the calendar to buy today, the far call first, or why there is none."""
        p = self.params
        listed = [s for s in view.series(p.root) if p.weeklies or third_friday(s)]
        if not listed:
            return Missing(f"no {p.root} options are listed on {view.date}")
        fars = [s for s in listed if p.far_dte_min <= s.days <= p.far_dte_max]
        nears = [s for s in listed if p.near_dte_min <= s.days <= p.near_dte_max]
        if not fars or not nears:
            low, high = (p.near_dte_min, p.near_dte_max) if fars else (p.far_dte_min, p.far_dte_max)
            return Missing(f"no {p.root} expiry {low}-{high} days out is listed")
        far, near = choose(fars, "target", p.far_dte_target), choose(nears, "target", p.near_dte_target)
        bought = view.strike_at_delta(far, "C", p.delta)
        if math.isnan(bought):
            return Missing(f"no {p.delta:g}-delta {p.root} call of {far.expiry}")
        if p.near_delta is None:
            bought = sold = common_strike(view, far, near, bought)
        else:
            sold = view.strike_at_delta(near, "C", p.near_delta)
        if not sold >= bought:
            return Missing(f"{p.root} calls of {near.expiry} have no strike to sell against {bought:g} of {far.expiry}")
        legs = (
            Leg(Contract(far.root, far.expiry, bought, "C"), 1),
            Leg(Contract(near.root, near.expiry, sold, "C"), -1),
        )
        price = price_usd(view, legs)
        if isinstance(price, Missing):
            return price
        return (
            legs if price > 0.0 else Missing(f"the {p.root} calendar {described(legs)} costs nothing: quotes in doubt")
        )


def third_friday(series: Series) -> bool:
    """Whether a series is a monthly."""
    return series.expiry == conventions.spx_monthly_expiry(series.expiry.year, series.expiry.month)


def common_strike(view: View, far: Series, near: Series, wanted: float) -> float:
    """Return the strike nearest `wanted`, from there up, that both expiries have; NaN where there is none."""
    target = wanted
    for _ in range(STRIKES_TRIED):
        near_strike = view.strike_near(near, "C", target)
        if not near_strike > 0.0:
            return math.nan
        if view.strike_near(far, "C", near_strike) == near_strike:
            return near_strike
        target = near_strike + 0.5
    return math.nan


def days_to_near(view: View, unit: tuple[Leg, ...]) -> int:
    """Return the days to the first expiry of what is held; 0 where the near call is gone or nothing is held."""
    return min((leg.contract.expiry - view.date).days for leg in unit) if len(unit) == 2 else 0


def described(legs: tuple[Leg, ...]) -> str:
    """Return a calendar in a few words: ``VXX8 +25 C 2026-10-16 / -25 C 2026-08-21``."""
    parts = [f"{leg.ratio:+d}x{leg.contract.strike:g} C {leg.contract.expiry}" for leg in legs]
    return f"{legs[0].contract.root} {' / '.join(parts)}"


def exposure(view: View, readings: Readings, legs: tuple[Leg, ...]) -> float:
    """Return what a calendar gains with a point of VIX, in VIX calls of delta one: beta-weighted, as theirs are.

    A point of VIX moves the 30-day VX mix by the front future's beta, and the share by so many per cent of itself,
    times its leverage: delta x (share / F1) x leverage x beta. NaN where F1 or a quote is missing.
    """
    total = 0.0
    for leg in legs:
        quote = view.quote(leg.contract)
        if not isinstance(quote, Quote):
            return math.nan
        total += leg.ratio * quote.delta
    fund = conventions.fund_of(legs[0].contract.root) or ""
    level = view.spot(fund) * conventions.price_of_basis(conventions.etp_root(fund, view.date))
    share = level / conventions.price_of_basis(legs[0].contract.root)
    beta = readings.value("vx_beta_1")
    weighted = (beta if math.isfinite(beta) else 1.0) * etp_model.leverage(fund, view.date)
    return total * share / readings.value("F1") * weighted


LAYER = EtpCalendars
