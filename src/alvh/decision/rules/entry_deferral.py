"""An entry waits while the package is quoted far wider than usual.

`concepts.md`, "HFT flows": put off while the quoted four-leg spread exceeds 1.8 x its median of 30 sessions. The condor
layer tries it again on following sessions when its own `retry_sessions` says so; no state is kept.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

from pydantic import Field

from alvh.conventions import spx_equivalent
from alvh.decision.draft import Draft, OnUnknown, Params
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.values import Holdings, Missing, Order, Quote


class EntryDeferralParams(Params):
    """How wide is too wide.

    Attributes
    ----------
    multiple : float
        Of the 30-session median of the standard condor's summed half-spreads (`package_spread`).
    compare : {"auto", "own", "standard"}
        What is compared with that median: the proposed package's own spread, the standard condor's of today, or its own
        where the quotes are the market's and the standard one where they are modelled.
    on_unknown : {"pass", "halve", "block"}
        What happens to new condors when the median is missing.
    """

    multiple: float = Field(1.8, gt=0.0)
    compare: Literal["auto", "own", "standard"] = "auto"
    on_unknown: OnUnknown = "pass"


class EntryDeferral:
    """Refuses today the entries whose package is quoted too wide."""

    needs: ClassVar[tuple[str, ...]] = ("package_spread", "package_spread_ratio")
    Params = EntryDeferralParams

    def __init__(self, name: str, params: EntryDeferralParams) -> None:
        self.name = name
        self.params = params

    @property
    def on_unknown(self) -> OnUnknown:
        """What happens to new condors when the median is missing."""
        return self.params.on_unknown

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Put off each entry whose package is too wide."""
        standard, ratio = readings.value("package_spread"), readings.value("package_spread_ratio")
        median = standard / ratio
        draft.notes[f"{self.name}.ratio"] = ratio
        entries = draft.entries()
        if not entries:
            text = "the standard condor is quoted {ratio:.2f} x its 30-session median; {limit:g} x puts an entry off"
            draft.say(self.name, text, ratio=ratio, limit=self.params.multiple)
        for k in reversed(entries):
            order = draft.orders[k]
            own = self._own_spread(view, order)
            spread = standard if own is None else own
            if isinstance(spread, Missing):
                why = f"its spread is unknown: {spread.why}"
                draft.say(self.name, f"the entry is put off: {why}", order.layer)
                draft.refuse_entries(self.name, f"put off: {why}", (order.layer,))
                continue
            self._judge(order, spread, median, "this" if own is not None else "the standard", draft)

    def _own_spread(self, view: View, order: Order) -> float | Missing | None:
        """Return the proposed package's own spread, or None where the standard one is to be compared."""
        if self.params.compare == "standard":
            return None
        if self.params.compare == "auto":
            first = view.quote(order.legs[0].contract)
            if isinstance(first, Quote) and first.origin == "modelled":
                return None
        return package_spread(view, order)

    def _judge(self, order: Order, spread: float, median: float, which: str, draft: Draft) -> None:
        """Put one entry off, or let it pass."""
        numbers: dict[str, Any] = {
            "spread": spread,
            "median": median,
            "times": spread / median,
            "limit": self.params.multiple,
        }
        measured = (
            f"{which} condor is quoted {{spread:.2f}} points wide on one side, {{times:.2f}} x the median of "
            "30 sessions; {limit:g} x puts an entry off"
        )
        if not too_wide(spread, median, self.params.multiple):
            draft.say(self.name, measured, order.layer, **numbers)
            return
        draft.say(self.name, f"the entry is put off: {measured}", order.layer, **numbers)
        draft.say(self.name, "enter into the wide quotes: rejected", order.layer, rejected=True)
        why = f"put off: quoted {spread / median:.2f} x its usual spread, more than {self.params.multiple:g} x"
        draft.refuse_entries(self.name, why, (order.layer,))


def package_spread(view: View, order: Order) -> float | Missing:
    """Return the summed half-spreads of one lot in SPX points (a lot of XSP stands for a tenth), or what is missing."""
    total = 0.0
    for leg in order.legs:
        quote = view.quote(leg.contract)
        if isinstance(quote, Missing):
            return quote
        total += quote.half_spread * abs(leg.ratio)
    return total / spx_equivalent(order.legs[0].contract.root)


def too_wide(spread: float, median: float, multiple: float) -> bool:
    """Whether a spread exceeds a multiple of its median; an unknown one (NaN) does not."""
    return not math.isnan(spread) and spread > multiple * median


RULE = EntryDeferral
