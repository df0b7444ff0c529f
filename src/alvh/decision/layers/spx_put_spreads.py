"""Long SPX put spreads: what is bought with the premium that dear VIX calls do not get, or with a budget of its own."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from alvh import conventions
from alvh.decision.draft import Draft, HedgeTarget, Params, nothing_to_hedge
from alvh.decision.layers.vix_calls import choose, units_for
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.values import Campaign, Contract, Holdings, Leg, Missing, Position, Quote


class SpxPutSpreadsParams(Params):
    """Parameters of the layer (`decisions.md`, policy ``spx-puts``: 45 days, 25/10 delta, 2 % of equity a year).

    Attributes
    ----------
    underlying : {"SPX", "XSP"}
    dte_min, dte_max, dte_target : int
        Calendar days to expiry at entry; the listed expiry nearest the target is taken.
    long_delta, short_delta : float
        Deltas of the put bought and of the one sold against it.
    roll_dte : int
        Rolled when so few days are left.
    equity_share : float or None
        Share of equity a year it spends, each purchase the part that falls on the days until its roll. None: it buys
        only what a rule (`rsi_tilt`) gives it.
    """

    underlying: Literal["SPX", "XSP"] = "SPX"
    dte_min: int = Field(30, ge=1, le=730)
    dte_max: int = Field(60, ge=1, le=730)
    dte_target: int = Field(45, ge=1, le=730)
    long_delta: float = Field(0.25, gt=0.0, lt=1.0)
    short_delta: float = Field(0.10, gt=0.0, lt=1.0)
    roll_dte: int = Field(21, ge=0)
    equity_share: float | None = Field(0.02, gt=0.0, le=1.0)

    @model_validator(mode="after")
    def _possible(self) -> SpxPutSpreadsParams:
        if self.dte_min > self.dte_max:
            raise ValueError(f"dte_min = {self.dte_min} is above dte_max = {self.dte_max}")
        if self.roll_dte >= self.dte_min:
            raise ValueError(
                f"roll_dte = {self.roll_dte} is not below dte_min = {self.dte_min}: it would roll for ever"
            )
        if self.short_delta >= self.long_delta:
            raise ValueError(f"short_delta = {self.short_delta:g} is not below long_delta = {self.long_delta:g}")
        return self


class SpxPutSpreads:
    """Holds put spreads below the market: the control for VIX calls, and their partner when VVIX is dear."""

    hedge: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ()
    rules: ClassVar[tuple[str, ...]] = ("whole_contracts",)
    Params = SpxPutSpreadsParams

    def __init__(self, name: str, params: SpxPutSpreadsParams) -> None:
        self.name = name
        self.params = params

    @property
    def underlying(self) -> str:
        """``SPX`` or ``XSP``."""
        return self.params.underlying

    def propose(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Say what is wanted at this close, in the spread that is held or in the one to roll into."""
        p = self.params
        sleeves = book.campaigns(self.name)
        campaign = sleeves[0] if sleeves else None
        held, unit = held_unit(campaign)
        if held is None and p.equity_share is None and nothing_to_hedge(book, draft):
            draft.notes[f"{self.name}.target"] = 0.0
            return
        roll = held is not None and (held.contract.expiry - view.date).days <= p.roll_dte
        buy = unit if held is not None and not roll else self.pick(view)
        price = buy if isinstance(buy, Missing) else price_usd(view, buy)
        if isinstance(buy, Missing) or isinstance(price, Missing):
            why = buy.why if isinstance(buy, Missing) else price.why if isinstance(price, Missing) else ""
            draft.skip(self.name, f"{'no roll' if roll else 'held as it is' if held else 'empty'}: {why}")
            return
        draft.targets.append(
            HedgeTarget(
                layer=self.name, campaign=campaign, held=held, unit=unit, buy=buy, roll=roll, per_condor=0.0,
                recycled=0, price_usd=price, exposure=0.0, fixed=self._fixed(view, book, held, buy, roll, price),
            )
        )  # fmt: skip

    def _fixed(
        self, view: View, book: Holdings, held: Position | None, buy: tuple[Leg, ...], roll: bool, price: float
    ) -> float | None:
        """Return the spreads that the layer's own budget pays for, those held until their roll; None without one."""
        p = self.params
        if p.equity_share is None:
            return None
        if held is not None and not roll:
            return float(held.quantity)
        days = (buy[0].contract.expiry - view.date).days - p.roll_dte
        return units_for(p.equity_share, book.equity_cents(view) / 100.0, days, price)

    def pick(self, view: View) -> tuple[Leg, ...] | Missing:
        """Return the spread to buy today, the long put first, or why there is none."""
        p = self.params
        window = [s for s in view.series(p.underlying) if p.dte_min <= s.days <= p.dte_max]
        if not window:
            return Missing(f"no {p.underlying} expiry {p.dte_min}-{p.dte_max} days out")
        series = choose(window, "target", p.dte_target)
        high = view.strike_at_delta(series, "P", p.long_delta)
        low = view.strike_at_delta(series, "P", p.short_delta)
        if not low < high:
            return Missing(f"no {p.long_delta:g}/{p.short_delta:g}-delta put spread of {series.root} {series.expiry}")
        return (
            Leg(Contract(series.root, series.expiry, high, "P"), 1),
            Leg(Contract(series.root, series.expiry, low, "P"), -1),
        )


def held_unit(campaign: Campaign | None) -> tuple[Position | None, tuple[Leg, ...]]:
    """Return the lead position of a sleeve of spreads, the long one, and the legs of one unit of it.

    A sleeve whose short leg is gone, or does not match, is held by its long leg alone.
    """
    positions = sorted(campaign.positions.values(), key=lambda p: -p.quantity) if campaign is not None else []
    if not positions or positions[0].quantity <= 0:
        return None, ()
    lead = positions[0]
    ratios = [(p.contract, p.quantity / lead.quantity) for p in positions]
    return lead, tuple(Leg(contract, round(ratio)) for contract, ratio in ratios if ratio == round(ratio))


def price_usd(view: View, unit: tuple[Leg, ...]) -> float | Missing:
    """Return what one unit costs at mid, USD, or which leg has no quote."""
    total = 0.0
    for leg in unit:
        quote = view.quote(leg.contract)
        if not isinstance(quote, Quote):
            return quote
        total += leg.ratio * quote.mid * conventions.root_spec(leg.contract.root).multiplier
    return total if math.isfinite(total) else Missing(f"{unit[0].contract} has no price")


LAYER = SpxPutSpreads
