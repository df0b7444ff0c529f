"""What hedging may cost: a share of equity a year, and a share of the condor credits of the same year."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from pydantic import Field

from alvh.decision.draft import Draft, Params
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.values import Holdings


class HedgeBudgetParams(Params):
    """Caps over the trailing year (`decisions.md`, "Money, lots, accounts").

    Attributes
    ----------
    equity_share : float
        Net premium of all hedge layers, as a share of equity.
    credit_share : float
        The same, as a share of the condor credits received; the credits of today's draft count.
    days : int
        Calendar days of the trailing window (252 sessions are 365 days).
    """

    equity_share: float = Field(0.02, gt=0.0, le=1.0)
    credit_share: float = Field(0.28, gt=0.0)
    days: int = Field(365, ge=1)


class HedgeBudget:
    """Sets what the hedge layers may still spend today; `whole_contracts` keeps to it."""

    needs: ClassVar[tuple[str, ...]] = ()
    rules: ClassVar[tuple[str, ...]] = ("whole_contracts",)
    Params = HedgeBudgetParams

    def __init__(self, name: str, params: HedgeBudgetParams) -> None:
        self.name = name
        self.params = params

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Tell the draft how to find the cents that are left of both caps."""
        draft.budget_cents = lambda: self.left_cents(view, book, draft)

    def left_cents(self, view: View, book: Holdings, draft: Draft) -> int:
        """Return what is left of the tighter cap, cents; never below 0."""
        since = view.date - dt.timedelta(self.params.days)
        spent = book.spent_cents(draft.hedges, since)
        credits_ = sum(book.credits_cents(layer, since) for layer in draft.condors)
        credits_ += sum(
            round(o.lots * o.premium_usd_per_lot * 100.0)
            for o in draft.orders
            if o.kind == "open" and o.layer in draft.condors
        )
        caps = (self.params.equity_share * book.equity_cents(view), self.params.credit_share * credits_)
        return max(0, int(min(caps)) - spent)


RULE = HedgeBudget
