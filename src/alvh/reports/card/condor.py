"""A condor on the card: strikes, limit and walk-away credit, break-evens, odds, largest loss, buying power."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alvh import conventions
from alvh.accounting.book import is_future
from alvh.accounting.margin import condor_margin_usd
from alvh.decision.condor_shape import Shape, Strikes, Vols, annual_vol_of_range, describe
from alvh.decision.layers.condor_strikes import at_the_money_vol
from alvh.maths import black
from alvh.maths.vx_margin import vx_margin_usd
from alvh.reports.card.facts import Facts, leg_quotes
from alvh.reports.card.prices import Prices, package_prices
from alvh.values import Campaign, Contract, Leg, Missing, Order, Quote


@dataclass(frozen=True, slots=True)
class CondorStrikes:
    """Strikes of a condor, points."""

    long_put: float
    short_put: float
    short_call: float
    long_call: float

    @property
    def put_width(self) -> float:
        """Distance of the put wing, points."""
        return self.short_put - self.long_put

    @property
    def call_width(self) -> float:
        """Distance of the call wing, points."""
        return self.long_call - self.short_call


@dataclass(frozen=True, slots=True)
class ProposedCondor:
    """A condor to open.

    Attributes
    ----------
    layer, root : str
    expiry : datetime.date
    days, lots : int
    strikes : CondorStrikes
    prices : Prices
        Credit in points: mid, limit and walk-away.
    floor : float or None
        Least credit of the policy, points.
    break_evens : (float, float)
        Index levels at which the condor earns nothing at expiry, at the limit credit.
    break_even_percent : (float, float)
        The same from spot, decimals.
    pop : float or None
        Probability of a profit at expiry under the priced smile; None where it cannot be said.
    expected_pnl_usd : float or None
        Of one lot held to expiry, opening fees off, under the range that is expected (`shape_of`).
    symmetry : float or None
        Break-even symmetry B (0: as far up as down).
    max_loss_usd, credit_usd, fees_usd : float
        Of all lots, at the limit credit.
    margin_usd : float
        What the broker's rule asks for all lots.
    short_deltas : (float, float)
        Of the short put and the short call.
    """

    layer: str
    root: str
    expiry: dt.date
    days: int
    lots: int
    strikes: CondorStrikes
    prices: Prices
    floor: float | None
    break_evens: tuple[float, float]
    break_even_percent: tuple[float, float]
    pop: float | None
    expected_pnl_usd: float | None
    symmetry: float | None
    max_loss_usd: float
    credit_usd: float
    fees_usd: float
    margin_usd: float
    short_deltas: tuple[float, float]


@dataclass(frozen=True, slots=True)
class OpenCondor:
    """A condor that is held.

    Attributes
    ----------
    campaign, root, layer : str
    expiry, opened : datetime.date
    days, lots, rolls : int
    strikes : CondorStrikes
    credit_usd, profit_usd, max_loss_usd : float
        Paid for it so far, its P&L at the marks, and the invariant of every adjustment.
    kept : float
        Share of the credit that closing now would keep.
    short_deltas : (float, float)
    action : str
        What tonight's plan does with it.
    """

    campaign: str
    layer: str
    root: str
    expiry: dt.date
    opened: dt.date
    days: int
    lots: int
    rolls: int
    strikes: CondorStrikes
    credit_usd: float
    profit_usd: float
    max_loss_usd: float
    kept: float
    short_deltas: tuple[float, float]
    action: str


@dataclass(frozen=True, slots=True)
class BuyingPower:
    """Cash that nothing is pledged against, under the broker's rule, USD; and what the condors pledge."""

    before_usd: float
    after_usd: float
    pledged_usd: float


def strikes_of(contracts: Mapping[Contract, int] | Sequence[Leg]) -> CondorStrikes | Missing:
    """Return the four strikes of a condor; Missing where the legs are none."""
    pairs = [(c, n) for c, n in (contracts.items() if isinstance(contracts, Mapping) else contracts)]
    found: dict[tuple[str, bool], float] = {}
    for contract, quantity in pairs:
        found[contract.right, quantity > 0] = contract.strike
    wanted = (("P", True), ("P", False), ("C", False), ("C", True))
    if len(pairs) != 4 or any(key not in found for key in wanted):
        return Missing("the legs are no iron condor")
    return CondorStrikes(*(found[key] for key in wanted))


def proposed(facts: Facts) -> tuple[ProposedCondor | Missing, ...]:
    """Return every condor the plan opens."""
    return tuple(condor_of(facts, order) for order in facts.openings())


def condor_of(facts: Facts, order: Order) -> ProposedCondor | Missing:
    """Return what an order opens, Missing where a leg has no quote or the legs are no condor."""
    quotes = leg_quotes(facts.view, order.legs)
    strikes = strikes_of(order.legs)
    if isinstance(quotes, Missing):
        return quotes
    if isinstance(strikes, Missing):
        return strikes
    contract = order.legs[0].contract
    spec = conventions.root_spec(contract.root)
    floor = floor_of(facts, order.layer)
    prices = package_prices(order.legs, quotes, facts.fill, floor)
    credit = prices.limit
    spot = facts.view.spot("XSP" if contract.root == "XSP" else "SPX")
    low, high = strikes.short_put - credit, strikes.short_call + credit
    width = max(strikes.put_width, strikes.call_width)
    fees = sum(
        facts.broker.fee_cents(leg.contract.root, quote.mid, opening=True) * abs(leg.ratio)
        for leg, quote in zip(order.legs, quotes, strict=True)
    )
    shape = shape_of(facts, contract, strikes, quotes, credit)
    deltas = {leg.contract.right: quote.delta for leg, quote in zip(order.legs, quotes, strict=True) if leg.ratio < 0}
    return ProposedCondor(
        layer=order.layer,
        root=contract.root,
        expiry=contract.expiry,
        days=(contract.expiry - facts.date).days,
        lots=order.lots,
        strikes=strikes,
        prices=prices,
        floor=floor,
        break_evens=(low, high),
        break_even_percent=(low / spot - 1.0, high / spot - 1.0),
        pop=known(shape.pop),
        expected_pnl_usd=known(shape.expected_points * spec.multiplier - fees / 100.0),
        symmetry=known(shape.symmetry),
        max_loss_usd=(width - credit) * spec.multiplier * order.lots,
        credit_usd=credit * spec.multiplier * order.lots,
        fees_usd=fees / 100.0 * order.lots,
        margin_usd=margin_usd(facts, strikes, credit, contract.root, order.lots),
        short_deltas=(deltas["P"], deltas["C"]),
    )


def shape_of(facts: Facts, contract: Contract, strikes: CondorStrikes, quotes: Sequence[Quote], credit: float) -> Shape:
    """Return the shape of one lot at a credit, each leg at the volatility of its own quote.

    `quotes` stand in the order of `alvh.decision.layers.condor.condor_legs`. The expectation is under the SPX forward
    and the volatility of the expected daily range where that is known (what moves are, not what they cost), else under
    the smile itself.
    """
    underlying = "XSP" if contract.root == "XSP" else "SPX"
    spot, view = facts.view.spot(underlying), facts.view
    series = [s for s in view.series(underlying) if (s.root, s.expiry) == (contract.root, contract.expiry)]
    forward = view.forward(series[0]) if series else math.nan
    years = conventions.years_to_settlement(contract.root, contract.expiry, view.date)
    bill = facts.readings.value("bill_3m")
    discount = math.exp(-(bill if math.isfinite(bill) else 0.0) * years)
    vols = [
        black.implied_vol(quote.mid, forward, strike, years, discount, call)
        for quote, strike, call in zip(
            (quotes[1], quotes[0], quotes[2], quotes[3]),
            (strikes.long_put, strikes.short_put, strikes.short_call, strikes.long_call),
            (False, False, True, True),
            strict=True,
        )
    ]
    edr = facts.readings.value("edr")
    return describe(
        Strikes(strikes.long_put, strikes.short_put, strikes.short_call, strikes.long_call),
        Vols(*vols),
        spot=spot,
        forward=forward,
        years=years,
        vol_atm=at_the_money_vol(view, series[0]) if series else math.nan,
        cash_points=credit,
        real_vol=annual_vol_of_range(edr) if math.isfinite(edr) else None,
    )


def known(value: float) -> float | None:
    """Return a number, None where it is NaN."""
    return value if math.isfinite(value) else None


def floor_of(facts: Facts, layer: str) -> float | None:
    """Return the least credit the policy accepts for a condor of a layer, points; None where it names none."""
    for member in facts.policy.layers:
        if member.name == layer:
            floor = getattr(getattr(member, "params", None), "min_credit_points", 0.0)
            return float(floor) if floor else None
    return None


def margin_usd(facts: Facts, strikes: CondorStrikes, credit: float, root: str, lots: int) -> float:
    """Return what the broker asks for a condor, USD."""
    return condor_margin_usd(
        strikes.put_width,
        strikes.call_width,
        credit,
        conventions.root_spec(root).multiplier,
        lots,
        rule=facts.broker.unequal_wings,
        net_of_credit=facts.broker.credit_reduces_margin,
    )


def held_condors(facts: Facts) -> tuple[OpenCondor | Missing, ...]:
    """Return every condor that is open, with what the plan does with it."""
    return tuple(_held(facts, campaign) for campaign in facts.open_condors())


def _held(facts: Facts, campaign: Campaign) -> OpenCondor | Missing:
    strikes = strikes_of({c: p.quantity for c, p in campaign.positions.items()})
    if isinstance(strikes, Missing):
        return Missing(f"{campaign.name}: {strikes.why}")
    root = next(iter(campaign.positions)).root
    expiry = next(iter(campaign.positions)).expiry
    multiplier = conventions.root_spec(root).multiplier
    marks_usd = sum(p.quantity * facts.view.mark(c) * multiplier for c, p in campaign.positions.items())
    credit_usd = campaign.cash_cents / 100.0
    profit = credit_usd + marks_usd
    deltas = {"P": math.nan, "C": math.nan}
    for contract, position in campaign.positions.items():
        quote = facts.view.quote(contract)
        if position.quantity < 0 and not isinstance(quote, Missing):
            deltas[contract.right] = quote.delta
    asked = [o for o in facts.plan.orders if o.layer == campaign.layer and o.campaign == campaign.name]
    return OpenCondor(
        campaign.name, campaign.layer, root, expiry, campaign.opened, (expiry - facts.date).days, campaign.lots,
        campaign.rolls, strikes, credit_usd, profit, campaign.max_loss_cents / 100.0,
        profit / credit_usd if credit_usd > 0.0 else math.nan, (deltas["P"], deltas["C"]),
        "; ".join(f"{o.kind}: {o.reason}" for o in asked) or "hold",
    )  # fmt: skip


def buying_power(facts: Facts, condors: Sequence[ProposedCondor | Missing], hedge_cash_usd: float) -> BuyingPower:
    """Return buying power before and after the plan: cash less what is pledged.

    Condors pledge their margin and the credit they brought, futures their initial margin.

    Parameters
    ----------
    facts : Facts
    condors : sequence
        Those the plan opens; each pledges its margin and brings its credit, of which a broker that nets it needs less.
    hedge_cash_usd : float
        What the hedge orders bring at their limits, USD; a purchase is negative.
    """
    pledged = 0.0
    closing = {o.campaign for o in facts.plan.orders if o.kind == "close"}
    released = 0.0
    for campaign in facts.open_condors():
        strikes = strikes_of({c: p.quantity for c, p in campaign.positions.items()})
        if isinstance(strikes, Missing):
            continue
        root = next(iter(campaign.positions)).root
        multiplier = conventions.root_spec(root).multiplier
        credit = max(0.0, campaign.cash_cents / 100.0 / multiplier / campaign.lots)
        # The credit lies in the cash: what is pledged against that cash is the margin and the credit together.
        need = margin_usd(facts, strikes, credit, root, campaign.lots) + credit * multiplier * campaign.lots
        pledged += need
        if campaign.name in closing:
            marks = sum(p.quantity * facts.view.mark(c) * multiplier for c, p in campaign.positions.items())
            released += need + marks
    futures_before, futures_after = futures_margins_usd(facts)
    pledged += futures_before
    before = facts.book.cash_cents / 100.0 - pledged
    opened = [c for c in condors if isinstance(c, ProposedCondor)]
    asked = sum(c.margin_usd + c.fees_usd for c in opened)
    after = before - asked + released + hedge_cash_usd - (futures_after - futures_before)
    return BuyingPower(before, after, pledged)


def futures_margins_usd(facts: Facts) -> tuple[float, float]:
    """Return the initial margin of the futures held before and after the plan, USD; NaN without a VIX or a mark."""
    held: Counter[Contract] = Counter()
    for layer in facts.policy.layers:
        for campaign in facts.book.campaigns(layer.name):
            held.update({c: p.quantity for c, p in campaign.positions.items() if is_future(c)})
    planned = held.copy()
    for order in facts.plan.orders:
        for leg in order.legs:
            if is_future(leg.contract):
                planned[leg.contract] += leg.ratio * order.lots
    vix = facts.readings.value("VIX")

    def margin(contracts: Counter[Contract]) -> float:
        some = [(c, n, facts.view.mark(c)) for c, n in contracts.items() if n]
        if any(not (mark > 0.0 and vix > 0.0) for _, _, mark in some):
            return math.nan
        return sum(vx_margin_usd(c.root, mark, n, vix).initial_usd for c, n, mark in some)

    return margin(held), margin(planned)
