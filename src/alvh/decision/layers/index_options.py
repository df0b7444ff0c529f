"""One package of monthly SPX options, opened on the morning the old one settled and held to its settlement.

What the published strategy indices sell or buy each month: a call against the index, a put against bills, a put under
the index, a condor against bills. Which one it is, is a matter of legs and of sizing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

from pydantic import Field, model_validator

from alvh import conventions
from alvh.decision.draft import Draft, Params
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.market.quotes import Series
from alvh.values import Contract, Holdings, Leg, Missing, Order, Quote

Size: TypeAlias = Literal["index", "cash", "wings"]
DAYS_A_YEAR = 365.0


class IndexLeg(Params):
    """One leg of the package.

    Attributes
    ----------
    right : {"P", "C"}
    ratio : int
        Contracts in one package, long positive.
    delta : float or None
        The listed strike whose delta is nearest.
    moneyness : float or None
        Or a strike by its distance from the index: ``strike`` says which listed one beside ``moneyness x index``.
    strike : {"nearest", "below", "above"}
        The nearest listed strike; the first not above; the first above.
    """

    right: Literal["P", "C"]
    ratio: int
    delta: float | None = Field(None, gt=0.0, lt=1.0)
    moneyness: float | None = Field(None, gt=0.0, le=3.0)
    strike: Literal["nearest", "below", "above"] = "nearest"

    @model_validator(mode="after")
    def _one_way(self) -> IndexLeg:
        if (self.delta is None) == (self.moneyness is None):
            raise ValueError("a leg is chosen either by delta or by moneyness")
        if self.ratio == 0:
            raise ValueError("a leg with ratio = 0 is no leg")
        return self


class IndexOptionsParams(Params):
    """Parameters of the layer (`methodology.md`, section 5).

    Attributes
    ----------
    legs : list of IndexLeg
        At most four, of the next monthly expiry.
    size : {"index", "cash", "wings"}
        How many packages. ``index``: one for each unit of the index that equity holds once the package is paid for
        (BXM, PPUT), ``equity / (index + price)``. ``cash``: so many that bills grow to the strikes of the puts sold by
        their expiry (PUT), ``equity / (strike / (1 + R) + price)``. ``wings``: against a multiple of the wider wing
        (CNDR), ``equity / (collateral x wing)``. Price: points paid for one package, received negative.
    collateral : float
        Multiple of the wing.
    net_of_credit : bool
        Whether the credit is taken off the wing first.
    """

    legs: list[IndexLeg] = Field(
        default_factory=lambda: [IndexLeg(right="P", ratio=-1, moneyness=1.0, strike="below")],
        min_length=1, max_length=4,
    )  # fmt: skip
    size: Size = "cash"
    collateral: float = Field(10.0, gt=0.0, le=1000.0)
    net_of_credit: bool = False

    @model_validator(mode="after")
    def _sizable(self) -> IndexOptionsParams:
        if self.size == "cash" and not any(leg.right == "P" and leg.ratio < 0 for leg in self.legs):
            raise ValueError('size = "cash" secures puts that are sold, and no leg sells one')
        calls, puts = (sum(leg.ratio for leg in self.legs if leg.right == right) for right in ("C", "P"))
        if self.size == "wings" and (calls < 0 or puts < 0):
            raise ValueError('size = "wings" needs as many legs bought as sold on each side: what is naked has no wing')
        return self


class IndexOptions:
    """Holds one monthly package at a time, from the morning its forerunner settled until it settles itself."""

    hedge: ClassVar[bool] = False
    overlay: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ("bill_3m",)
    Params = IndexOptionsParams

    def __init__(self, name: str, params: IndexOptionsParams) -> None:
        self.name = name
        self.params = params

    def propose(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Open the next package on the session on which the monthly options settle, once nothing is held."""
        today = view.date
        if book.campaigns(self.name) or conventions.spx_monthly_expiry(today.year, today.month) != today:
            return
        found = self.pick(view)
        if isinstance(found, Missing):
            draft.skip(self.name, found.why)
            return
        legs, price = found
        equity = book.equity_cents(view) / 100.0
        lots = math.floor(self._packages(view, equity, legs, price, readings.value("bill_3m")))
        if lots < 1:
            draft.skip(self.name, f"equity of {equity:,.0f} USD is not enough for one package")
            return
        multiplier = conventions.root_spec(legs[0].contract.root).multiplier
        worst = worst_points(legs)
        strikes = ", ".join(f"{leg.ratio:+d} {leg.contract.strike:g} {leg.contract.right}" for leg in legs)
        draft.notes[f"{self.name}.packages"] = float(lots)
        draft.orders.append(
            Order(
                self.name,
                f"{self.name}@{today}",
                "open",
                legs,
                lots,
                f"monthly package of {legs[0].contract.expiry}: {strikes}, {lots} times",
                max_loss_usd_per_lot=max(0.0, worst + price) * multiplier if self.params.size == "wings" else 0.0,
                premium_usd_per_lot=-price * multiplier,
            )
        )

    def _packages(self, view: View, equity: float, legs: Sequence[Leg], price: float, bill: float) -> float:
        """Return the packages that equity carries, not rounded."""
        p = self.params
        if p.size == "wings":
            wing = worst_points(legs) + (price if p.net_of_credit else 0.0)
            points = by_wing(wing, p.collateral)
        elif p.size == "cash":
            strikes = -sum(leg.ratio * leg.contract.strike for leg in legs if leg.contract.right == "P")
            points = cash_points(strikes, price, bill, (legs[0].contract.expiry - view.date).days)
        else:
            points = view.spot("SPX") + price
        multiplier = conventions.root_spec(legs[0].contract.root).multiplier
        return equity / (points * multiplier) if points > 0.0 else 0.0

    def pick(self, view: View) -> tuple[tuple[Leg, ...], float] | Missing:
        """Return the legs of the next monthly expiry and the price of one package, points, received negative."""
        series = next((s for s in view.series("SPX") if s.root == "SPX"), None)
        if series is None:
            return Missing("no monthly SPX expiry is listed")
        legs: list[Leg] = []
        price = 0.0
        for wanted in self.params.legs:
            strike = strike_of(view, series, wanted)
            contract = Contract(series.root, series.expiry, strike, wanted.right)
            quote = view.quote(contract) if math.isfinite(strike) else Missing(f"no {wanted.right} strike to choose")
            if not isinstance(quote, Quote):
                return quote
            legs.append(Leg(contract, wanted.ratio))
            price += wanted.ratio * quote.mid
        if len({leg.contract for leg in legs}) < len(legs):
            return Missing(f"two legs of {series.root} {series.expiry} fall on one strike")
        return tuple(legs), price


def strike_of(view: View, series: Series, leg: IndexLeg) -> float:
    """Return the listed strike a leg asks for; NaN where there is none."""
    if leg.delta is not None:
        return view.strike_at_delta(series, leg.right, leg.delta)
    target = (leg.moneyness or 1.0) * view.spot("SPX")
    strike = view.strike_near(series, leg.right, target)
    if leg.strike == "nearest" or not math.isfinite(strike):
        return strike
    # Steps of listed strikes are far wider than a tenth of a point: the neighbour is met by walking away from it.
    step, up = 1.0, leg.strike == "above"
    while math.isfinite(strike) and (strike <= target if up else strike > target):
        strike = view.strike_near(series, leg.right, target + step if up else target - step)
        step += 1.0
    return strike


def worst_points(legs: Sequence[Leg]) -> float:
    """Return what a package can lose at expiry before its price, points, where no more calls are sold than bought.

    The payoff is linear between strikes: its lowest point is at a strike, or at zero. Of a condor it is the wider wing.
    """
    points = [0.0, *(leg.contract.strike for leg in legs)]
    return max(0.0, -min(sum(leg.ratio * _intrinsic(leg.contract, at) for leg in legs) for at in points))


def _intrinsic(contract: Contract, at: float) -> float:
    return max(at - contract.strike, 0.0) if contract.right == "C" else max(contract.strike - at, 0.0)


def by_wing(wing_points: float, collateral: float) -> float:
    """Return the equity that stands behind one package, points: a multiple of what it can lose."""
    return collateral * wing_points


def cash_points(strikes_points: float, price_points: float, bill_annual: float, days: int) -> float:
    """Return the equity that one package of sold puts needs, points: with its premium it grows to the strikes.

    ``strikes / (1 + bill x days / 365) + price``; the price of what is sold is negative. PUT on 19 February 2021:
    3925 / (1 + 0.0003 x 28 / 365) - 69.055735 = 3855.854.
    """
    return strikes_points / (1.0 + bill_annual * days / DAYS_A_YEAR) + price_points


LAYER = IndexOptions
