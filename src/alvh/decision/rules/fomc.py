"""No new short-dated condor lives across a scheduled FOMC announcement, unless it is half the size and wider.

`concepts.md`, section 2 ("Order each close") after the practice "skip, half size and wider, or after the announcement
only". A condor of 45 days is not traded for one evening's move, so by default only the short-dated are asked.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

from pydantic import Field

from alvh.decision.draft import Draft, OnUnknown, Params
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.values import Holdings, Order


class FomcParams(Params):
    """Which entries are kept from the announcement, and how.

    Attributes
    ----------
    policy : {"skip", "halve"}
        Refuse the entry; or let it pass at half its lots where both shorts are at least `least_ranges` away.
    days_max : int
        Condors of more calendar days to expiry are left alone.
    sessions : int
        Announcements at most so many sessions ahead are looked at.
    least_ranges : float
        Least distance of a short strike from spot, in expected daily ranges times the square root of the sessions to
        expiry (1.6: the width of the conservative tier).
    on_unknown : {"pass", "halve", "block"}
        What happens to new condors when the calendar of announcements is missing.
    """

    policy: Literal["skip", "halve"] = "skip"
    days_max: int = Field(7, ge=0)
    sessions: int = Field(5, ge=1)
    least_ranges: float = Field(1.6, gt=0.0)
    on_unknown: OnUnknown = "pass"


class Fomc:
    """Keeps new short-dated condors from living across an announcement."""

    needs: ClassVar[tuple[str, ...]] = ("sessions_to_fomc",)
    # Halving works on the lots that sizing has given an entry.
    after: ClassVar[tuple[str, ...]] = ("sizing",)
    Params = FomcParams

    def __init__(self, name: str, params: FomcParams) -> None:
        self.name = name
        self.params = params

    @property
    def on_unknown(self) -> OnUnknown:
        """What happens to new condors when the calendar of announcements is missing."""
        return self.params.on_unknown

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Refuse or halve the entries whose life crosses the announcement."""
        ahead = readings.value("sessions_to_fomc")
        said = "the next FOMC announcement is {ahead:.0f} sessions away"
        acted = False
        for k in reversed(draft.entries()):
            order = draft.orders[k]
            expiry = order.legs[0].contract.expiry
            days = (expiry - view.date).days
            to_expiry = view.sessions_until(expiry)
            if days <= self.params.days_max and crosses(ahead, to_expiry, self.params.sessions):
                self._act(view, readings.value("edr"), k, order, ahead, to_expiry, draft)
                acted = True
        if not acted:
            draft.say(self.name, f"{said}; no new condor of {{days:.0f}} days or less crosses it",
                      ahead=ahead, days=self.params.days_max)  # fmt: skip

    def _act(self, view: View, edr: float, k: int, order: Order, ahead: float, to_expiry: int, draft: Draft) -> None:
        """Refuse one entry, or halve it where it is wide enough."""
        why = f"its {to_expiry} sessions cross the FOMC announcement in {ahead:.0f}"
        numbers: dict[str, Any] = {"ahead": ahead, "sessions": float(to_expiry), "asked": float(order.lots)}
        if self.params.policy == "halve":
            ranges = nearest_short_ranges(order, view.spot(order_underlying(order)), edr, to_expiry)
            lots = order.lots // 2
            if ranges >= self.params.least_ranges and lots >= 1:
                draft.trim(k, lots)
                numbers |= {"ranges": ranges, "lots": float(lots)}
                said = "{lots:.0f} of {asked:.0f} lots across the FOMC announcement, shorts {ranges:.2f} ranges away"
                draft.say(self.name, said, order.layer, **numbers)
                return
            why += (
                "; half of one lot is none" if lots < 1
                else "; the expected daily range is unknown" if math.isnan(ranges)
                else f"; its shorts are {ranges:.2f} ranges away, not {self.params.least_ranges:g}"
            )  # fmt: skip
        said = "no new condor: its {sessions:.0f} sessions cross the FOMC announcement in {ahead:.0f}"
        draft.say(self.name, said, order.layer, **numbers)
        draft.say(self.name, "enter at full size: rejected", order.layer, rejected=True)
        draft.refuse_entries(self.name, why, (order.layer,))


def order_underlying(order: Order) -> str:
    """Return the underlying of a condor's order: ``SPX`` or ``XSP``."""
    return "XSP" if order.legs[0].contract.root.startswith("XSP") else "SPX"


def crosses(ahead: float, to_expiry: int, within: int) -> bool:
    """Whether an announcement `ahead` sessions away (0: today, it is over by the close) lies in a condor's life."""
    return 0.0 < ahead <= within and to_expiry >= ahead


def nearest_short_ranges(order: Order, spot: float, edr_percent: float, sessions: int) -> float:
    """Return the distance of the nearer short strike from spot, in expected ranges of its life; NaN where unknown.

    One range is EDR % of spot times the square root of the sessions to expiry.
    """
    one = spot * edr_percent / 100.0 * math.sqrt(max(sessions, 1))
    nearest = min((abs(leg.contract.strike - spot) for leg in order.legs if leg.ratio < 0), default=math.nan)
    return nearest / one if one > 0.0 else math.nan


RULE = Fomc
