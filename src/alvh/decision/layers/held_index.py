"""Holds the S&P 500 with what is left of equity, as strategy indices do: the other layers are paid for first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

from pydantic import Field

from alvh import conventions
from alvh.decision.draft import Draft, Params
from alvh.diagnosis.diagnose import Readings
from alvh.market.index_quotes import NEVER
from alvh.market.observe import View
from alvh.values import Contract, Holdings, Leg, Missing, Order

Rebalance: TypeAlias = Literal["monthly", "vix_expiry", "spx_expiry"]


class HeldIndexParams(Params):
    """Parameters of the layer (`methodology.md`, section 5: what VXTH, BXM and PPUT hold).

    Attributes
    ----------
    root : {"SPXTR", "SPXPR"}
        With dividends reinvested, or the price index.
    share : float
        Share held of what is left of equity once the other layers are paid for.
    rebalance : {"monthly", "vix_expiry", "spx_expiry"}
        On the first session of a month, or on the session on which the monthly VIX or SPX options settle.
    beside : list of str
        Layers that are neither condors nor hedges whose holdings are paid for first, too.
    """

    root: Literal["SPXTR", "SPXPR"] = "SPXTR"
    share: float = Field(1.0, gt=0.0, le=1.0)
    rebalance: Rebalance = "monthly"
    beside: list[str] = Field(default_factory=list)


class HeldIndex:
    """Holds the index, and brings the holding back to its share on certain sessions.

    It counts what the layers before it in the policy ask for at this close: purchases at the ask, sales at the bid, so
    that nothing is borrowed.
    """

    hedge: ClassVar[bool] = False
    overlay: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ()
    # No options: a run needs no chain for this layer.
    underlying: ClassVar[str] = ""
    Params = HeldIndexParams

    def __init__(self, name: str, params: HeldIndexParams) -> None:
        self.name = name
        self.params = params

    def propose(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Propose to buy or sell what brings the holding to its share, on the sessions that rebalance it."""
        p = self.params
        held = next(iter(book.campaigns(self.name)), None)
        if held is not None and not rebalances(view, p.rebalance):
            return
        contract = Contract(p.root, NEVER)
        quote = view.quote(contract)
        others = self._others_usd(view, book, draft)
        if isinstance(quote, Missing) or isinstance(others, Missing):
            draft.skip(self.name, quote.why if isinstance(quote, Missing) else others.why)  # type: ignore[union-attr]
            return
        equity = book.equity_cents(view) / 100.0
        now = held.positions[contract].quantity if held is not None else 0
        wanted = units(p.share, equity - others, quote.mid)
        draft.notes[f"{self.name}.units"] = float(wanted)
        if wanted == now:
            draft.say(self.name, "held: {n:,.0f} units are the share of equity asked for", n=float(now))
            return
        why = f"{p.share:.0%} of the {equity - others:,.0f} USD that other layers leave: {wanted} units, {now} held"
        name, kind = (held.name, "adjust") if held is not None else (f"{self.name}@{view.date}", "open")
        draft.orders.append(Order(self.name, name, kind, (Leg(contract, wanted - now),), 1, why))  # type: ignore[arg-type]

    def _others_usd(self, view: View, book: Holdings, draft: Draft) -> float | Missing:
        """Return what the other layers' holdings are worth, and what this close's orders of theirs cost, USD."""
        total = 0.0
        for layer in (*draft.condors, *draft.hedges, *self.params.beside):
            for campaign in book.campaigns(layer):
                for contract, position in campaign.positions.items():
                    total += worth_usd(contract, position.quantity, view.mark(contract))
        for order in draft.orders:
            cost = cost_usd(view, order.legs)
            if isinstance(cost, Missing):
                return cost
            total += order.lots * cost
        return total


def worth_usd(contract: Contract, quantity: int, points: float) -> float:
    """Return what a holding ties up, USD: nothing for a future, whose gains are paid every day."""
    spec = conventions.root_spec(contract.root)
    return 0.0 if spec.kind == "future" else quantity * points * spec.multiplier


def cost_usd(view: View, legs: Sequence[Leg]) -> float | Missing:
    """Return what some legs cost at worst, USD, received negative: bought at the ask, sold at the bid."""
    total = 0.0
    for leg in legs:
        quote = view.quote(leg.contract)
        if isinstance(quote, Missing):
            return quote
        total += worth_usd(leg.contract, leg.ratio, quote.ask if leg.ratio > 0 else quote.bid)
    return total


def units(share: float, left_usd: float, level: float) -> int:
    """Return the whole units that a share of some money buys at a level of the index; none for no money.

    >>> units(1.0, 990_000.0, 2_800.0)
    353
    """
    return max(0, math.floor(share * left_usd / level + 1e-9))


def rebalances(view: View, when: Rebalance) -> bool:
    """Whether a session is one on which the holding is brought back to its share."""
    today = view.date
    if when == "monthly":
        return view.i == 0 or view.calendar[view.i - 1].month != today.month
    expiry = conventions.vix_expiry if when == "vix_expiry" else conventions.spx_monthly_expiry
    return expiry(today.year, today.month) == today


LAYER = HeldIndex
