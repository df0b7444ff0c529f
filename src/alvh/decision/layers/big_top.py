"""The Big Top "Temporal Theta" Cash Press: a short VIX call spread over a Federal Reserve announcement, small and rare.

Sold at the close before a scheduled decision, bought back at the close of the day after it was sold, at half of its
credit, or at a loss of one credit. It is neither a condor nor a hedge: it sells what the hedge buys, so it stays below
a quarter per cent of equity and never turns the hedge's vega negative (`concepts.md`, section 1; the founding document
gives the idea and no numbers, the numbers are our choice).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field, model_validator

from alvh import conventions
from alvh.decision.draft import Draft, Params, close_order
from alvh.decision.greeks import greeks_of
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.market.quotes import Series
from alvh.values import Campaign, Contract, Holdings, Leg, Missing, Order, Quote

MOST_LOTS = 1_000_000
"""More than any market would take."""


class BigTopParams(Params):
    """Parameters of the layer (`concepts.md`, section 1; `decisions.md`: 0.25 % of NAV, on the same close).

    Attributes
    ----------
    short_delta, long_delta : float
        Deltas to the VX future of the call sold and of the one bought above it.
    dte_min, dte_max : int
        Calendar days to expiry; the nearest listed expiry of the window is taken.
    weeklies : bool
        Weekly expiries count too, from October 2015: monthlies alone rarely lie a week behind an announcement.
    max_loss_share : float
        Largest loss as a share of equity.
    profit_take : float
        Share of the credit at which it is bought back.
    stop_loss : float
        Multiple of the credit that may be lost at mid.
    hold_sessions : int
        Sessions after which it is bought back.
    same_close : bool
        Filled on the close that decides, both ways; false waits for the next close.
    """

    short_delta: float = Field(0.30, gt=0.0, lt=1.0)
    long_delta: float = Field(0.10, gt=0.0, lt=1.0)
    dte_min: int = Field(5, ge=1)
    dte_max: int = Field(12, ge=1)
    weeklies: bool = True
    max_loss_share: float = Field(0.0025, gt=0.0, le=0.05)
    profit_take: float = Field(0.5, gt=0.0, le=1.0)
    stop_loss: float = Field(1.0, gt=0.0)
    hold_sessions: int = Field(1, ge=1)
    same_close: bool = True

    @model_validator(mode="after")
    def _possible(self) -> BigTopParams:
        if self.dte_min > self.dte_max:
            raise ValueError(f"dte_min = {self.dte_min} is above dte_max = {self.dte_max}")
        if self.long_delta >= self.short_delta:
            raise ValueError(f"long_delta = {self.long_delta:g} is not below short_delta = {self.short_delta:g}")
        return self


class BigTop:
    """Sells one VIX call spread before a scheduled announcement and buys it back the day after."""

    hedge: ClassVar[bool] = False
    overlay: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ()
    underlying: ClassVar[str] = "VIX"
    Params = BigTopParams

    def __init__(self, name: str, params: BigTopParams) -> None:
        self.name = name
        self.params = params

    def propose(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Propose to buy back what is due, or to sell a spread on the eve of a scheduled decision."""
        for campaign in book.campaigns(self.name):
            self._manage(view, campaign, draft)
        sessions = readings.value("sessions_to_fomc")
        if math.isnan(sessions):
            draft.say(self.name, "unknown: no calendar of announcements")
        elif sessions != 1.0:
            draft.say(self.name, "nothing to do: the next scheduled decision is {n:.0f} sessions away", n=sessions)
        elif book.campaigns(self.name):
            draft.skip(self.name, "the last spread is still held")
        else:
            self._enter(view, readings, book, draft)

    def _manage(self, view: View, campaign: Campaign, draft: Draft) -> None:
        """Buy a spread back when its time, its profit or its loss is reached."""
        p = self.params
        credit = campaign.cash_cents / 100.0
        value = sum(
            position.quantity * view.mark(contract) * conventions.root_spec(contract.root).multiplier
            for contract, position in campaign.positions.items()
        )
        held = sessions_held(view, campaign)
        why = exit_reason(credit, credit + value, held, p.profit_take, p.stop_loss, p.hold_sessions)
        if not why:
            draft.say(self.name, "held: {profit:,.0f} USD of a credit of {credit:,.0f}", campaign.name,
                      profit=credit + value, credit=credit)  # fmt: skip
            return
        order = close_order(campaign, why)
        draft.orders.append(
            Order(order.layer, order.campaign, "close", order.legs, order.lots, why, same_close=p.same_close)
        )

    def _enter(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Propose the spread, or say which condition forbids it."""
        why = forbidden(readings.value("vx_slope"), readings.value("VIX9D"), readings.value("VIX"))
        made = Missing(why) if why else self._order(view, book, draft)
        if isinstance(made, Missing):
            draft.skip(self.name, made.why)
            return
        draft.orders.append(made)

    def _order(self, view: View, book: Holdings, draft: Draft) -> Order | Missing:
        """Return the opening order, or why there is none."""
        p = self.params
        listed = [*view.series("VIX"), *view.series("VIXW")] if p.weeklies else view.series("VIX")
        window = [s for s in listed if p.dte_min <= s.days <= p.dte_max]
        if not window:
            return Missing(f"no VIX expiry {p.dte_min}-{p.dte_max} days out")
        series = min(window, key=lambda s: s.days)
        legs = self.legs(view, series)
        if isinstance(legs, Missing):
            return legs
        quotes = [view.quote(leg.contract) for leg in legs]
        missing = next((q for q in quotes if isinstance(q, Missing)), None)
        if missing is not None:
            return missing
        multiplier = conventions.root_spec("VIX").multiplier
        credit = sum(-leg.ratio * q.mid for leg, q in zip(legs, quotes, strict=True) if isinstance(q, Quote))
        width = legs[1].contract.strike - legs[0].contract.strike
        if not 0.0 < credit < width:
            return Missing(f"the credit of {credit:.2f} is not between 0 and the width of {width:g}")
        loss_usd = (width - credit) * multiplier
        equity_usd = book.equity_cents(view) / 100.0
        # The fill may take both half-spreads: the cap has to hold then, too.
        halves_usd = multiplier * sum(q.half_spread for q in quotes if isinstance(q, Quote))
        budget_usd = p.max_loss_share * equity_usd
        lots, why = lots_allowed(
            budget_usd, loss_usd + halves_usd, hedge_vega_usd(view, book, draft), sold_vega_usd(view, legs)
        )
        if lots < 1:
            return Missing(why)
        return Order(
            self.name,
            f"{self.name}@{view.date}",
            "open",
            legs,
            lots,
            f"{series.days} days, over tomorrow's scheduled announcement",
            max_loss_usd_per_lot=loss_usd,
            premium_usd_per_lot=credit * multiplier,
            limit_usd=max(0.0, lots * width * multiplier - budget_usd),
            same_close=p.same_close,
        )

    def legs(self, view: View, series: Series) -> tuple[Leg, ...] | Missing:
        """Return the short call and the long one above it, or why there is no such pair."""
        p = self.params
        short = view.strike_at_delta(series, "C", p.short_delta)
        long = view.strike_at_delta(series, "C", p.long_delta)
        if not short < long:
            return Missing(f"no {p.short_delta:g}/{p.long_delta:g}-delta VIX call spread of {series.expiry}")
        return (
            Leg(Contract(series.root, series.expiry, short, "C"), -1),
            Leg(Contract(series.root, series.expiry, long, "C"), 1),
        )


def forbidden(slope: float, vix9d: float, vix: float) -> str:
    """Return which condition forbids the spread, or nothing: the curve must slope up, and VIX9D stand at VIX or above.

    `slope` is F2/F1 - 1; the levels are in vol points; what is unknown (NaN) forbids it.
    """
    if math.isnan(slope) or math.isnan(vix9d) or math.isnan(vix):
        return "unknown: no curve, no VIX9D or no VIX"
    if slope <= 0.0:
        return f"the curve does not slope up ({slope:.1%})"
    if vix9d < vix:
        return f"no announcement premium: VIX9D at {vix9d:.2f} is below VIX at {vix:.2f}"
    return ""


def exit_reason(
    credit_usd: float, profit_usd: float, held_sessions: int, profit_take: float, stop_loss: float, most_sessions: int
) -> str:
    """Return why a spread is bought back, or nothing; money in USD, before fees."""
    if held_sessions >= most_sessions:
        return f"{held_sessions} session after the sale" if held_sessions == 1 else f"{held_sessions} sessions held"
    if profit_usd >= profit_take * credit_usd:
        return f"profit take at {profit_take:.0%} of the credit"
    if profit_usd <= -stop_loss * credit_usd:
        return f"stop at {stop_loss:g} x the credit"
    return ""


def lots_allowed(budget_usd: float, loss_usd: float, hedge_vega: float, spread_vega: float) -> tuple[int, str]:
    """Return how many spreads may be sold, and why none when none may.

    At most what loses `budget_usd`, and fewer than would take the hedge's vega (USD a vol point) to zero or below.
    """
    if not (loss_usd > 0.0 and math.isfinite(spread_vega) and math.isfinite(hedge_vega)):
        return 0, "the risk of one spread is unknown"
    # Where nothing else binds, the vega does.
    lots = math.floor(min(budget_usd / loss_usd, MOST_LOTS))
    if lots < 1:
        return 0, f"one spread risks {loss_usd:,.0f} USD, {budget_usd:,.0f} are allowed"
    if spread_vega > 0.0:
        # Strictly fewer than would use the hedge's vega up.
        lots = min(lots, math.ceil(hedge_vega / spread_vega) - 1)
    if lots < 1:
        return 0, f"the hedge's vega of {hedge_vega:,.0f} USD a point leaves no room for a spread of {spread_vega:,.0f}"
    return lots, ""


def hedge_vega_usd(view: View, book: Holdings, draft: Draft) -> float:
    """Return the vega of all that the hedge layers hold on the VIX, USD a vol point of the options' own volatility."""
    total = 0.0
    for layer in draft.hedges:
        for campaign in book.campaigns(layer):
            for contract, position in campaign.positions.items():
                if contract.right and conventions.root_spec(contract.root).underlying == "VIX":
                    total += position.quantity * greeks_of(view, contract).vega_usd
    return total


def sold_vega_usd(view: View, legs: Sequence[Leg]) -> float:
    """Return what one unit of some legs takes from the hedge's vega, USD a vol point; NaN where a leg has none."""
    return -sum(leg.ratio * greeks_of(view, leg.contract).vega_usd for leg in legs)


def trim_to_cover(view: View, book: Holdings, draft: Draft) -> None:
    """Lower, or take out, the spreads that overlays sell so that the hedge's vega outlives the hedge's own orders.

    A layer proposes before it is known what hedges are sold; the spread stands until those orders are filled and must
    not be naked then. What the hedge buys today covers nothing yet.
    """
    selling = [
        k
        for k, o in enumerate(draft.orders)
        if o.kind == "open" and o.layer not in (*draft.condors, *draft.hedges) and any(leg.ratio < 0 for leg in o.legs)
    ]
    if not selling:
        return
    now = hedge_vega_usd(view, book, draft)
    change = sum(
        leg.ratio * order.lots * greeks_of(view, leg.contract).vega_usd
        for order in draft.orders
        if order.layer in draft.hedges
        for leg in order.legs
        if leg.contract.right and conventions.root_spec(leg.contract.root).underlying == "VIX"
    )
    for k in reversed(selling):
        order = draft.orders[k]
        lots, why = lots_allowed(math.inf, 1.0, now + min(change, 0.0), sold_vega_usd(view, order.legs))
        if lots < 1:
            draft.skip(order.layer, f"{why}, once today's hedge orders are filled")
            del draft.orders[k]
        elif lots < order.lots:
            draft.say(
                order.layer, "{lots:.0f} of {asked:.0f} spreads: the hedge is being sold", lots=lots, asked=order.lots
            )
            draft.trim(k, lots)


def sessions_held(view: View, campaign: Campaign) -> int:
    """Return how many sessions lie between the sale and today."""
    i = view.i
    while i > 0 and view.calendar[i] > campaign.opened:
        i -= 1
    return view.i - i


LAYER = BigTop
