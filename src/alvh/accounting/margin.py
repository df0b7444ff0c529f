"""What a broker holds against options: Regulation T. Futures have a model of their own (`alvh.maths.vx_margin`).

Portfolio margin is another regime and not computed here. Sources are named at each function; figures marked as assumed
come from the methodology's own memory and differ between brokers and years.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

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
