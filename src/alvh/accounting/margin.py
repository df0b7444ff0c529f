"""What a broker holds against short positions: Regulation T for options, a percentage model for VX futures.

Portfolio margin is another regime and not computed here. Sources are named at each function; figures marked as assumed
come from the methodology's own memory and differ between brokers and years.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from alvh.conventions import root_spec
from alvh.values import Right

UnequalWings: TypeAlias = Literal["wider", "strict"]


@dataclass(frozen=True, slots=True)
class ShortOptionRule:
    """Regulation T for an uncovered short option, as shares of the value of the underlying.

    Attributes
    ----------
    rate : float
        Share of spot, reduced by the amount the option is out of the money.
    floor : float
        Smallest share: of spot for a call, of the strike for a put.
    assumed : bool
    """

    rate: float
    floor: float
    assumed: bool


SHORT_OPTION_RULES = {
    # Cboe margin sheet, quoted in elitetrader.com thread 349785: VIX options 20 % of the spot index, floor 10 %.
    "VIX": ShortOptionRule(0.20, 0.10, assumed=False),
    # Broad-based index options 15 % and 10 %; from memory in the methodology.
    "SPX": ShortOptionRule(0.15, 0.10, assumed=True),
}
"""By underlying."""

VX_MAINTENANCE_RATE = 0.35
VX_MAINTENANCE_FLOOR_USD = 5_500.0
"""Both assumed by the methodology; CFE publishes the real ones daily."""
VX_INITIAL_TO_MAINTENANCE = 1.25
"""VXM 690 against 552 USD, VX 10,140.63 against 8,112.50 at Interactive Brokers (undated aggregator)."""
VX_STRESS_VIX = 30.0
VX_STRESS_MULTIPLE = 2.0
_VX_MULTIPLIER = 1000.0


class FuturesMargin(NamedTuple):
    """Initial and maintenance margin, USD."""

    initial_usd: float
    maintenance_usd: float


def condor_margin_usd(
    put_width: float,
    call_width: float,
    credit_points: float,
    multiplier: int,
    lots: int,
    rule: UnequalWings = "wider",
    *,
    net_of_credit: bool = True,
) -> float:
    """Return the Regulation T margin of short iron condors with one expiry, USD.

    Only one side can lose, so the wider one is margined and the credit may be applied (tastyworks, "Short iron
    condor"). A strict broker wants equal widths and margins unequal ones as two spreads (Interactive Brokers knowledge
    base, node 600).

    Parameters
    ----------
    put_width, call_width : float
        Distance from short to long strike, points; 0 for a missing side (a vertical spread).
    credit_points : float
        Premium received for one lot, points; a debit is negative and adds nothing.
    multiplier : int
        USD a point.
    lots : int
    rule : {"wider", "strict"}
    net_of_credit : bool
        Whether the credit received reduces the requirement.

    Raises
    ------
    ValueError
        For a negative or NaN width, a negative number of lots, or an unknown rule.
    """
    if not (put_width >= 0.0 and call_width >= 0.0):
        raise ValueError(f"widths must not be negative: put {put_width}, call {call_width}")
    if lots < 0:
        raise ValueError(f"lots must not be negative: {lots}")
    if rule not in {"wider", "strict"}:
        raise ValueError(f"unknown rule {rule!r}; valid: strict, wider")
    both = rule == "strict" and put_width != call_width
    width = put_width + call_width if both else max(put_width, call_width)
    applied = max(0.0, credit_points) if net_of_credit else 0.0
    return max(0.0, width - applied) * multiplier * lots


def long_option_margin_usd(price_points: float, multiplier: int, quantity: int) -> float:
    """Return what long options tie up, USD: they are paid in full and have no loan value.

    For options of nine months or less (Cboe margin sheet); longer ones are treated the same here, on the safe side.

    Raises
    ------
    ValueError
        For a negative or NaN price, or a short quantity.
    """
    if not price_points >= 0.0:
        raise ValueError(f"an option price must not be negative: {price_points}")
    if quantity < 0:
        raise ValueError(f"long options have a positive quantity: {quantity}")
    return price_points * multiplier * quantity


def short_option_margin_usd(
    root: str, right: Right, strike: float, spot: float, price_points: float, quantity: int
) -> float:
    """Return the Regulation T margin of uncovered short options, USD, the premium included.

    Premium + the larger of (rate x spot - amount out of the money) and the floor.

    Parameters
    ----------
    root : str
        An option root; its underlying chooses the rule.
    right : {"C", "P"}
    strike, spot : float
        Points of the root; for VIX the *spot index*, although the option is priced off the future.
    price_points : float
        Current price of the option.
    quantity : int
        Contracts short, as a positive number.

    Raises
    ------
    KeyError
        For an unknown root.
    ValueError
        For something that is not an option, or a negative number.
    """
    spec = root_spec(root)
    if spec.kind != "option" or right not in {"C", "P"}:
        raise ValueError(f"{root} {right!r} is not an option")
    if not (strike > 0.0 and spot > 0.0 and price_points >= 0.0 and quantity >= 0):
        raise ValueError(
            f"strike {strike}, spot {spot}, price {price_points}, quantity {quantity}: none may be negative"
        )
    rule = SHORT_OPTION_RULES[spec.underlying]
    out_of_the_money = max(0.0, strike - spot) if right == "C" else max(0.0, spot - strike)
    least = rule.floor * (spot if right == "C" else strike)
    points = price_points + max(rule.rate * spot - out_of_the_money, least)
    return points * spec.multiplier * quantity


def vx_margin_usd(root: str, price_points: float, quantity: int, vix: float) -> FuturesMargin:
    """Return initial and maintenance margin of VX or VXM futures, USD.

    A model, since the exchange's own minimum varies: maintenance = max(5,500, 0.35 x 1000 x price), initial = 1.25 x
    maintenance, both doubled while VIX is above 30; VXM a tenth. Marks are cash every day and not part of this.

    Parameters
    ----------
    root : {"VX", "VXM"}
    price_points : float
        The future's settlement.
    quantity : int
        Contracts, long or short: both are margined alike.
    vix : float
        Spot VIX, points.

    Raises
    ------
    ValueError
        For another root, or a price or VIX that is not positive.
    """
    spec = root_spec(root)
    if spec.kind != "future":
        raise ValueError(f"{root} is not a VIX future")
    if not (price_points > 0.0 and vix > 0.0):
        raise ValueError(f"price {price_points} and VIX {vix} must be positive")
    a_contract = max(VX_MAINTENANCE_FLOOR_USD, VX_MAINTENANCE_RATE * _VX_MULTIPLIER * price_points)
    stress = VX_STRESS_MULTIPLE if vix > VX_STRESS_VIX else 1.0
    maintenance = a_contract * stress * abs(quantity) * spec.multiplier / _VX_MULTIPLIER
    return FuturesMargin(VX_INITIAL_TO_MAINTENANCE * maintenance, maintenance)
