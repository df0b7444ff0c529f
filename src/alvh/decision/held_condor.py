"""A condor as it is held, and the vertical spreads it could be moved into: what every adjustment begins with."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import NamedTuple

from alvh.conventions import root_spec, years_to_settlement
from alvh.decision.condor_shape import Strikes
from alvh.market.observe import View
from alvh.market.quotes import Series
from alvh.maths import black
from alvh.values import Campaign, Contract, Leg, Quote, Right

LEAST_STRIKE = 0.01


class HeldCondor(NamedTuple):
    """An open iron condor: four legs of one expiry, as many short as long.

    Attributes
    ----------
    campaign : Campaign
    root : str
    expiry : datetime.date
    days : int
        Calendar days to expiry.
    strikes : Strikes
    lots : int
    multiplier : int
        USD a point.
    profit_usd : float
        Of the whole campaign at today's marks, before fees.
    """

    campaign: Campaign
    root: str
    expiry: dt.date
    days: int
    strikes: Strikes
    lots: int
    multiplier: int
    profit_usd: float

    @property
    def width_points(self) -> float:
        """The wider of its two sides."""
        k = self.strikes
        return max(k.short_put - k.long_put, k.long_call - k.short_call)

    @property
    def cash_usd(self) -> float:
        """What the campaign has been paid so far, before fees."""
        return self.campaign.cash_cents / 100.0

    @property
    def cash_points(self) -> float:
        """The same for one lot, points."""
        return self.cash_usd / (self.lots * self.multiplier)

    @property
    def max_loss_usd(self) -> float:
        """The original largest loss, which no adjustment may exceed."""
        return self.campaign.max_loss_cents / 100.0

    def contract(self, strike: float, right: Right) -> Contract:
        """Return a contract of its own expiry."""
        return Contract(self.root, self.expiry, strike, right)


def read_condor(view: View, campaign: Campaign) -> HeldCondor | None:
    """Return a campaign as a condor; None where it is not four legs of one expiry, or a leg has no mark."""
    positions = campaign.positions
    if len(positions) != 4:
        return None
    first = next(iter(positions))
    strikes: dict[tuple[str, bool], float] = {}
    profit = campaign.cash_cents / 100.0
    multiplier = root_spec(first.root).multiplier
    for contract, position in positions.items():
        if contract.expiry != first.expiry or contract.root != first.root or abs(position.quantity) != campaign.lots:
            return None
        strikes[contract.right, position.quantity < 0] = contract.strike
        profit += position.quantity * view.mark(contract) * multiplier
    if len(strikes) != 4 or math.isnan(profit):
        return None
    four = Strikes(strikes["P", False], strikes["P", True], strikes["C", True], strikes["C", False])
    days = (first.expiry - view.date).days
    return HeldCondor(campaign, first.root, first.expiry, days, four, campaign.lots, multiplier, profit)


class Wing(NamedTuple):
    """A vertical spread on offer: what selling it brings at mid, and what its two legs' spreads are.

    `credit` and `half_spread` (of both legs together) in points, `delta` that of the short strike without its sign,
    `short_vol` and `long_vol` annual decimals.
    """

    right: Right
    short: float
    long: float
    credit: float
    half_spread: float
    delta: float
    short_vol: float
    long_vol: float

    @property
    def width(self) -> float:
        """Distance between the strikes, points."""
        return abs(self.short - self.long)


def wing_at(view: View, series: Series, right: Right, short: float, width: float, discount: float = 1.0) -> Wing | None:
    """Return the spread with a short strike, as wide as listed strikes allow and never wider; None where there is none.

    Parameters
    ----------
    short : float
        A listed strike.
    width : float
        Points.
    discount : float
        Of the expiry, for the volatilities.
    """
    sign = -1.0 if right == "P" else 1.0
    target = short + sign * width
    long = view.strike_near(series, right, target) if target >= LEAST_STRIKE else math.nan
    if abs(long - short) > width:
        # The nearest listed strike lies outside: the next one inside.
        inside = short + sign * max(2.0 * width - abs(long - short), 0.0)
        long = view.strike_near(series, right, inside) if inside >= LEAST_STRIKE else math.nan
    if not 0.0 < sign * (long - short) <= width:
        return None
    sold, bought = (view.quote(Contract(series.root, series.expiry, strike, right)) for strike in (short, long))
    if not (isinstance(sold, Quote) and isinstance(bought, Quote)):
        return None
    forward = view.forward(series)
    years = years_to_settlement(series.root, series.expiry, view.date)
    vols = [
        float(black.implied_vol(quote.mid, forward, strike, years, discount, right == "C"))
        for quote, strike in ((sold, short), (bought, long))
    ]
    return Wing(
        right, short, long, sold.mid - bought.mid, sold.half_spread + bought.half_spread, abs(sold.delta), *vols
    )


def closing_mid_usd(view: View, condor: HeldCondor) -> tuple[float, float] | None:
    """Return what the legs bring when closed at mid (a debit is negative) and their summed half-spreads, USD.

    None where a leg has no quote today: a carried mark is nothing to trade on.
    """
    cash = half = 0.0
    for contract, position in condor.campaign.positions.items():
        quote = view.quote(contract)
        if not isinstance(quote, Quote):
            return None
        cash += position.quantity * quote.mid * condor.multiplier
        half += abs(position.quantity) * quote.half_spread * condor.multiplier
    return cash, half


def moving_legs(condor: HeldCondor, wing: Wing, expiry: dt.date, root: str) -> tuple[Leg, ...]:
    """Return the ticket that moves one side of a condor into a spread: at most four legs, a shared strike netted."""
    k = condor.strikes
    short, long = (k.short_put, k.long_put) if wing.right == "P" else (k.short_call, k.long_call)
    ratios: dict[Contract, int] = {}
    for contract, ratio in (
        (condor.contract(short, wing.right), 1),
        (condor.contract(long, wing.right), -1),
        (Contract(root, expiry, wing.short, wing.right), -1),
        (Contract(root, expiry, wing.long, wing.right), 1),
    ):
        ratios[contract] = ratios.get(contract, 0) + ratio
    return tuple(Leg(contract, ratio) for contract, ratio in ratios.items() if ratio)


def legs_mid_usd(view: View, legs: Sequence[Leg], lots: int) -> float:
    """Return the cash a ticket brings at mid, USD; NaN where a leg has no quote."""
    total = 0.0
    for leg in legs:
        quote = view.quote(leg.contract)
        if not isinstance(quote, Quote):
            return math.nan
        total -= leg.ratio * lots * quote.mid * root_spec(leg.contract.root).multiplier
    return total
