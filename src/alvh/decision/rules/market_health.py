"""Market health: narrow breadth and earnings that cash flow does not confirm make new condors smaller.

`concepts.md`, "A/D line" and "P/CF, P/E": slow data, a caution and never a gate; both shares are our choice. A reading
that is missing passes, and says so (`decisions.md`, "Rules and readings"); the two are judged apart.
"""

from __future__ import annotations

import math
from typing import ClassVar

from pydantic import Field

from alvh.decision.draft import Draft, OnUnknown, Params
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.values import Holdings


class MarketHealthParams(Params):
    """What is unhealthy, and what it does to the size of new condors.

    Attributes
    ----------
    divergence_scale : float
        Share of the usual size while the advance-decline line diverges from the index.
    ratio_limit : float
        Standard deviations of ln P/E - ln P/CF over 252 sessions, above which earnings are doubted.
    ratio_scale : float
        Share of the usual size then.
    on_unknown : {"pass", "halve", "block"}
        What either reading does when it is missing.
    """

    divergence_scale: float = Field(0.5, ge=0.0, le=1.0)
    ratio_limit: float = Field(1.5, gt=0.0)
    ratio_scale: float = Field(0.75, ge=0.0, le=1.0)
    on_unknown: OnUnknown = "pass"


class MarketHealth:
    """Makes new condors smaller while breadth diverges or earnings run ahead of cash flow."""

    # Each reading is judged by itself: one that is missing must not silence the other.
    needs: ClassVar[tuple[str, ...]] = ()
    rules: ClassVar[tuple[str, ...]] = ("sizing",)
    Params = MarketHealthParams

    def __init__(self, name: str, params: MarketHealthParams) -> None:
        self.name = name
        self.params = params

    @property
    def on_unknown(self) -> OnUnknown:
        """What either reading does when it is missing."""
        return self.params.on_unknown

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Scale new condors by either reading."""
        self._breadth(readings.value("ad_divergence"), draft)
        self._earnings(readings.value("pe_pcf_z"), draft)

    def _breadth(self, flag: float, draft: Draft) -> None:
        """Scale by the advance-decline line."""
        p, source = self.params, f"{self.name} (breadth)"
        if math.isnan(flag):
            draft.unknown(source, ["ad_divergence"], self.on_unknown)
            return
        scale = p.divergence_scale if flag == 1.0 else 1.0
        if scale < 1.0:
            draft.entry_scale[source] = scale
            draft.say(
                source, "the advance-decline line does not confirm the high: new condors x{scale:.2f}", scale=scale
            )
        else:
            draft.say(source, "the advance-decline line does not diverge from the index")

    def _earnings(self, z: float, draft: Draft) -> None:
        """Scale by P/E against P/CF."""
        p, source = self.params, f"{self.name} (earnings)"
        if math.isnan(z):
            draft.unknown(source, ["pe_pcf_z"], self.on_unknown)
            return
        scale = scale_above(z, p.ratio_limit, p.ratio_scale)
        measured = "P/E against P/CF at {z:+.2f} SD, the limit is {limit:.2f}"
        if scale < 1.0:
            draft.entry_scale[source] = scale
            draft.say(source, f"{measured}: new condors x{{scale:.2f}}", z=z, limit=p.ratio_limit, scale=scale)
        else:
            draft.say(source, measured, z=z, limit=p.ratio_limit)


def scale_above(z: float, limit: float, scale: float) -> float:
    """Return `scale` above a limit, 1 at and below it."""
    return scale if z > limit else 1.0


RULE = MarketHealth
