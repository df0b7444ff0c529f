"""Plan + a later view -> fills. An order whose leg has no quote is not filled, and that is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from alvh import conventions
from alvh.execution.fills.spread_fraction import FRACTIONS, leg_price
from alvh.market.observe import View
from alvh.values import Contract, Fill, LegFill, Missing, Order, Plan, Skip

Held: TypeAlias = Callable[[Order, Contract], int]
"""Contracts that the campaign of an order holds of one of its legs, signed."""

HALF_A_CENT_USD = 0.005
"""What the rounding of the machine may take from a price that is exactly at its limit."""


class Fees(Protocol):
    """What a broker charges (`alvh.policies.brokers.Broker`)."""

    def fee_cents(self, root: str, price_points: float, opening: bool) -> int:
        """Return the fee of one contract, cents."""

    def settlement_fee_cents(self, root: str, value_points: float) -> int:
        """Return the fee of one contract that settles in the money at a value, cents."""


class Execution(NamedTuple):
    """How a run fills its orders.

    Attributes
    ----------
    fill : str
        A name of `FRACTIONS`.
    same_close : bool
        Decide and fill on one view. A named choice: otherwise `execute` refuses a view that is not later.
    next_close : bool
        Fill everything at the next close, also orders that name the same one: what such a choice is worth.
    fees : Fees or None
        None charges nothing (the peers' benchmark).
    """

    fill: str = "half"
    same_close: bool = False
    fees: Fees | None = None
    next_close: bool = False


def execute(
    plan: Plan, view: View, how: Execution, *, still_open: Callable[[Order], bool], held: Held | None = None
) -> tuple[list[Fill], list[Skip]]:
    """Fill a plan at a later view; orders of one group all or none, and none below its limit.

    Parameters
    ----------
    plan : Plan
    view : View
        Later than the one that decided, unless `how.same_close` or every order of the plan says so itself.
    how : Execution
    still_open : callable
        Whether the campaign of an order still holds what the order would change (it may have settled since). A campaign
        that an earlier order of the plan opens is open.
    held : callable, optional
        What the campaign of an order holds of a contract before the plan is filled: a leg that takes from it closes.
        Without it a leg opens or closes by the kind of its order (`opens`).

    Returns
    -------
    fills, skips : lists

    Raises
    ------
    ValueError
        For a view that is not later than the plan; with `how.same_close`, for one that is earlier.
    """
    same = view.instant == plan.decided_at
    if view.instant < plan.decided_at or (same and not how.same_close and not at_once(plan)):
        message = f"a plan decided at {plan.decided_at} cannot be filled at {view.instant}"
        raise ValueError(message)
    fills: list[Fill] = []
    skips: list[Skip] = []
    begun: set[tuple[str, str]] = set()
    for orders in tickets(plan.orders):
        made = fill_together(orders, view, how, begun, still_open, held)
        if isinstance(made, Missing):
            skips.append(Skip(view.date, orders[0].layer, f"not filled: {made.why}"))
            continue
        fills += made
        for order, fill in zip(orders, made, strict=True):
            if order.kind == "open":
                begun.add((order.layer, order.campaign))
            for leg in fill.legs:
                # The life of what is held begins with its fill, whoever asks for a mark first.
                view.mark(leg.contract)
    return fills, skips


def at_once(plan: Plan) -> bool:
    """Whether every order of a plan names the close that decided it as the one it is filled at."""
    return bool(plan.orders) and all(order.same_close for order in plan.orders)


def tickets(orders: Sequence[Order]) -> list[list[Order]]:
    """Return the orders with those of one group together, where the first of them stands."""
    out: list[list[Order]] = []
    groups: dict[str, list[Order]] = {}
    for order in orders:
        if not order.group:
            out.append([order])
        elif order.group in groups:
            groups[order.group].append(order)
        else:
            groups[order.group] = [order]
            out.append(groups[order.group])
    return out


def fill_together(
    orders: Sequence[Order],
    view: View,
    how: Execution,
    begun: set[tuple[str, str]],
    still_open: Callable[[Order], bool],
    held: Held | None = None,
) -> list[Fill] | Missing:
    """Fill orders that are filled all or none, or say why none is: gone, without a quote, or beyond their limit."""
    made: list[Fill] = []
    for order in orders:
        if (order.layer, order.campaign) not in begun and not still_open(order):
            return Missing(f"{order.campaign} is not open any more")
        fill = fill_order(order, view, how, held)
        if isinstance(fill, Missing):
            return fill
        made.append(fill)
    limits = [order.limit_usd for order in orders if order.limit_usd is not None]
    if limits:
        brought = sum(cash_usd(fill) for fill in made)
        if brought < sum(limits) - HALF_A_CENT_USD:
            said = f"credit of {brought:,.2f}" if brought >= 0.0 else f"debit of {-brought:,.2f}"
            return Missing(f"{orders[0].campaign}: a {said} USD is beyond the limit of {sum(limits):,.2f}")
    return made


def cash_usd(fill: Fill) -> float:
    """Return what a fill brings, before fees, USD: received positive. A future moves no cash but its slippage."""
    total = 0.0
    for leg in fill.legs:
        spec = conventions.root_spec(leg.contract.root)
        points = leg.price - leg.mid if spec.kind == "future" else leg.price
        total -= leg.quantity * points * spec.multiplier
    return total


def fill_order(order: Order, view: View, how: Execution, held: Held | None = None) -> Fill | Missing:
    """Fill one package whole, or say which leg has no quote."""
    fraction = FRACTIONS[how.fill]
    legs: list[LegFill] = []
    for leg in order.legs:
        quote = view.quote(leg.contract)
        if isinstance(quote, Missing):
            return quote
        quantity = leg.ratio * order.lots
        mid = quote.mid
        price = leg_price(mid, quote.half_spread, quantity, fraction, len(order.legs))
        fee = 0
        if how.fees is not None:
            closing = closed_by(order, leg.contract, quantity, held)
            root, count = leg.contract.root, abs(quantity)
            fee = how.fees.fee_cents(root, price, opening=False) * closing
            fee += how.fees.fee_cents(root, price, opening=True) * (count - closing)
        legs.append(LegFill(leg.contract, quantity, price, mid, fee, quote.origin))
    return Fill(
        session=view.date,
        layer=order.layer,
        campaign=order.campaign,
        kind=order.kind,
        lots=order.lots,
        legs=tuple(legs),
        reason=order.reason,
        max_loss_cents=max_loss_cents(order, legs),
        refill_from=order.refill_from,
    )


def closed_by(order: Order, contract: Contract, quantity: int, held: Held | None) -> int:
    """Return how many contracts of a leg close what its campaign holds; the others open, at another fee.

    A condor's roll buys its short legs back and sells its long ones: which of the two a leg does hangs on what is held.
    """
    if held is None:
        return 0 if opens(order, quantity) else abs(quantity)
    now = held(order, contract)
    return min(abs(quantity), abs(now)) if now * quantity < 0 else 0


def opens(order: Order, quantity: int) -> bool:
    """Whether a leg opens a position or adds to one, as far as the kind of its order tells for a long sleeve.

    An adjustment or a roll adds to a long sleeve with what it buys and takes from it with what it sells.
    """
    return order.kind in ("open", "recycle") or (order.kind in ("adjust", "roll") and quantity > 0)


def max_loss_cents(order: Order, legs: Sequence[LegFill]) -> int:
    """Return the largest loss at expiry of what was really filled, before fees; 0 where the premium is the risk.

    That is the decided loss, corrected by the credit obtained; a credit above the width cannot lose.
    """
    if not order.max_loss_usd_per_lot:
        return 0
    multiplier = conventions.root_spec(order.legs[0].contract.root).multiplier
    credit_usd = -sum(leg.quantity * leg.price for leg in legs) * multiplier
    decided_usd = (order.max_loss_usd_per_lot + order.premium_usd_per_lot) * order.lots
    return max(0, round((decided_usd - credit_usd) * 100.0))
