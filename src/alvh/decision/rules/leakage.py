"""Leakage: a condor that gives more than a fifth of its credit to the market makers is not opened.

`concepts.md`, "MEV": extraction cannot be observed in a cleared market; its substitute is what fills lose to the mid,
as a share of the credit. Before the trade it is expected from the quotes: fraction x package factor x summed
half-spreads. The 20 % is our choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from alvh import conventions
from alvh.decision.draft import Draft, Params
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.values import Holdings, Missing, Order


class LeakageParams(Params):
    """What a fill is expected to cost, and how much of the credit may go to it.

    Attributes
    ----------
    fraction : float
        Share of the half-spreads that a fill pays: as the run's fill model (``half`` is 0.5).
    package_factor : float
        Improvement of a package of four legs over its legs (`decisions.md`, "Quotes": 0.75).
    max_share : float
        Largest share of the credit that may be lost.
    """

    fraction: float = Field(0.5, ge=0.0, le=1.0)
    package_factor: float = Field(0.75, gt=0.0, le=1.0)
    max_share: float = Field(0.20, gt=0.0)


class Leakage:
    """Vetoes entries that lose too much of their credit in the fill."""

    needs: ClassVar[tuple[str, ...]] = ()
    Params = LeakageParams

    def __init__(self, name: str, params: LeakageParams) -> None:
        self.name = name
        self.params = params

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Veto each entry whose expected leakage is too large."""
        entries = draft.entries()
        if not entries:
            draft.say(self.name, "no new condor to judge")
        for k in reversed(entries):
            self._judge(view, draft.orders[k], draft)

    def _judge(self, view: View, order: Order, draft: Draft) -> None:
        """Veto one entry, or let it pass; either way its share is said."""
        p = self.params
        halves = half_spreads_usd(view, order)
        if isinstance(halves, Missing):
            why = f"its leakage is unknown: {halves.why}"
            draft.say(self.name, f"no new condor: {why}", order.layer)
            draft.refuse_entries(self.name, why, (order.layer,))
            return
        credit = order.premium_usd_per_lot
        share = leakage_share(halves, credit, p.fraction, p.package_factor)
        draft.notes[f"{order.layer}.leakage"] = share
        numbers: dict[str, Any] = {"share": share, "most": p.max_share, "credit": credit}
        measured = "{share:.1%} of a credit of {credit:,.0f} USD is lost in the fill; {most:.0%} are allowed"
        if share <= p.max_share:
            draft.say(self.name, measured, order.layer, **numbers)
            return
        draft.say(self.name, f"no new condor: {measured}", order.layer, **numbers)
        draft.say(self.name, "enter at the market's price: rejected", order.layer, rejected=True)
        why = f"{share:.1%} of its credit would be lost in the fill, more than {p.max_share:.0%}"
        draft.refuse_entries(self.name, why, (order.layer,))


def half_spreads_usd(view: View, order: Order) -> Sequence[float] | Missing:
    """Return the half-spread of each leg of one lot, USD, or which leg has no quote."""
    out = []
    for leg in order.legs:
        quote = view.quote(leg.contract)
        if isinstance(quote, Missing):
            return quote
        out.append(quote.half_spread * abs(leg.ratio) * conventions.root_spec(leg.contract.root).multiplier)
    return out


def leakage_share(
    half_spreads_usd: Sequence[float], credit_usd: float, fraction: float, package_factor: float
) -> float:
    """Return fraction x package factor x summed half-spreads / credit; infinite where there is no credit."""
    lost = fraction * package_factor * sum(half_spreads_usd)
    return lost / credit_usd if credit_usd > 0.0 else float("inf")


RULE = Leakage
