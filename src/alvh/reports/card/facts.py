"""What every part of a card may look at: one close, what was decided on it, and the account it was decided for."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alvh.accounting.book import Book
from alvh.diagnosis.diagnose import Readings, indicators
from alvh.market.history import History
from alvh.market.observe import View
from alvh.policies.brokers import Broker
from alvh.policies.policy import Policy
from alvh.values import Campaign, Floats, Leg, Missing, Order, Plan, Quote


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """One close and everything a card says of it.

    Attributes
    ----------
    history : History
        Only what lies at or before the view's session is read.
    view : View
    readings : Readings
        Of that view.
    plan : Plan
    book : Book
        As it was when the plan was made.
    policy : Policy
    broker : Broker
        Fees and margin rules of the account.
    fill : float
        Share of the half-spreads that the limit gives up (`alvh.execution.fills.spread_fraction.FRACTIONS`).
    joint_past : History or None
        SPX, the volatility indices and VX up to this close and no later, where more of them is known than `history`
        holds.
    """

    history: History
    view: View
    readings: Readings
    plan: Plan
    book: Book
    policy: Policy
    broker: Broker
    fill: float
    joint_past: History | None = None

    @property
    def date(self) -> dt.date:
        """The session of the close."""
        return self.view.date

    def past(self, name: str) -> Floats:
        """Return a reading at every close up to this one."""
        module = indicators()[name][1]
        return self.history.derive(name, lambda history: module.prepare(history, name))[: self.view.i + 1]

    def before(self, name: str) -> float:
        """Return a reading at the close before this one; NaN where there is none."""
        known = self.past(name)
        return float(known[-2]) if len(known) > 1 else math.nan

    def openings(self) -> list[Order]:
        """Return the orders that open a condor."""
        return [o for o in self.plan.orders if o.kind == "open" and o.layer in self.condor_layers]

    @property
    def condor_layers(self) -> tuple[str, ...]:
        """Names of the layers that sell condors."""
        return tuple(x.name for x in self.policy.layers if not (x.hedge or getattr(x, "overlay", False)))

    def open_condors(self) -> list[Campaign]:
        """Return the condors that are open now."""
        return [c for layer in self.condor_layers for c in self.book.campaigns(layer) if c.positions]


def last_known(values: Floats) -> int:
    """Return the position of the last finite value, -1 where there is none."""
    known = np.flatnonzero(np.isfinite(values))
    return int(known[-1]) if known.size else -1


def leg_quotes(view: View, legs: Sequence[Leg]) -> list[Quote] | Missing:
    """Return the quotes of some legs in order, or which one has none."""
    out = []
    for leg in legs:
        quote = view.quote(leg.contract)
        if isinstance(quote, Missing):
            return quote
        out.append(quote)
    return out
