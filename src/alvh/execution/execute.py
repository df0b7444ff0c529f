"""Plan + a later view -> fills. An order whose leg has no quote is not filled, and that is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from alvh import conventions
from alvh.execution.fills.spread_fraction import FRACTIONS, leg_price
from alvh.market.observe import View
from alvh.values import Fill, LegFill, Missing, Order, Plan, Skip


class Fees(Protocol):
    """What a broker charges (`alvh.policies.brokers.Broker`)."""

    def fee_cents(self, root: str, price_points: float, opening: bool) -> int:  # noqa: FBT001
        """Return the fee of one contract, cents."""


class Execution(NamedTuple):
    """How a run fills its orders.

    Attributes
    ----------
    fill : str
        A name of `FRACTIONS`.
    same_close : bool
        Decide and fill on one view. A named choice: elsewhere `execute` refuses a view that is not later.
    fees : Fees or None
        None charges nothing (the peers' benchmark).
    """

    fill: str = "half"
    same_close: bool = False
    fees: Fees | None = None


def execute(
    plan: Plan, view: View, how: Execution, *, still_open: Callable[[Order], bool]
) -> tuple[list[Fill], list[Skip]]:
    """Fill a plan at a later view.

    Parameters
    ----------
    plan : Plan
    view : View
        Later than the one that decided, unless `how.same_close`.
    how : Execution
    still_open : callable
        Whether the campaign of an order still holds what the order would change (it may have settled since).

    Returns
    -------
    fills, skips : lists

    Raises
    ------
    ValueError
        For a view that is not later than the plan.
    """
    if not how.same_close and view.instant <= plan.decided_at:
        message = f"a plan decided at {plan.decided_at} cannot be filled at {view.instant}"
        raise ValueError(message)
    fills: list[Fill] = []
    skips: list[Skip] = []
    for order in plan.orders:
        if not still_open(order):
            skips.append(Skip(view.date, order.layer, f"not filled: {order.campaign} has settled"))
            continue
        made = fill_order(order, view, how)
        if isinstance(made, Missing):
            skips.append(Skip(view.date, order.layer, f"not filled: {made.why}"))
        else:
            fills.append(made)
    return fills, skips


def fill_order(order: Order, view: View, how: Execution) -> Fill | Missing:
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
        opening = order.kind in ("open", "adjust", "recycle") or (order.kind == "roll" and quantity > 0)
        fee = 0
        if how.fees is not None:
            fee = how.fees.fee_cents(leg.contract.root, price, opening) * abs(quantity)
        legs.append(LegFill(leg.contract, quantity, price, mid, fee, quote.origin))
    multiplier = conventions.root_spec(order.legs[0].contract.root).multiplier
    width_cents = 0
    if order.max_loss_usd_per_lot:
        # The loss at expiry of what was really filled: the decided maximum loss, corrected by the credit obtained.
        credit = -sum(leg.quantity * leg.price for leg in legs) * multiplier
        decided = order.premium_usd_per_lot * order.lots
        width_cents = round((order.max_loss_usd_per_lot * order.lots + decided - credit) * 100.0)
    return Fill(
        view.date, order.layer, order.campaign, order.kind, order.lots, tuple(legs), order.reason, width_cents,
        order.refill_from,
    )
