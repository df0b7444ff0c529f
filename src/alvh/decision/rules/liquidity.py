"""The liquidity quick ratio: half size while funds flow out, everything off while they run.

`concepts.md`, "Quick Ratio of market liquidity (ETF flows)": below 1.0 half size; below 0.8 and falling over 5
sessions, condors are closed first and hedges last: closing long volatility first leaves condors naked when it is worst.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal, TypeAlias

from pydantic import Field, model_validator

from alvh.decision.draft import Draft, OnUnknown, Params
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.values import Holdings

Answer: TypeAlias = Literal["", "smaller", "flatten"]


class LiquidityParams(Params):
    """Where the ratio makes condors smaller, and where it takes them off.

    Attributes
    ----------
    low : float
        Below it new condors keep `scale` of their usual size.
    scale : float
    flatten_below : float
        Below it, while the ratio has fallen over 5 sessions, everything is closed: condors first, hedges last.
    low_percentile, flatten_percentile : float or None
        Where no fund flows are known and turnover and spread stand in, the ratio counts as low only while it is also in
        this lowest share of its 252 sessions: the stand-in is 1 by construction on an ordinary day, so that it was
        below 1.0 on 45 % of the sessions of 2007 to 2026, and below 0.8 and falling on 24 % (decision 0008). None
        takes it at its level.
    on_unknown : {"pass", "halve", "block"}
        What happens to new condors when the ratio is missing.
    """

    low: float = Field(1.0, gt=0.0)
    scale: float = Field(0.5, ge=0.0, le=1.0)
    flatten_below: float = Field(0.8, ge=0.0)
    low_percentile: float | None = Field(0.10, gt=0.0, le=1.0)
    flatten_percentile: float | None = Field(0.01, gt=0.0, le=1.0)
    on_unknown: OnUnknown = "pass"

    @model_validator(mode="after")
    def _possible(self) -> LiquidityParams:
        if self.flatten_below > self.low:
            raise ValueError(f"flatten_below = {self.flatten_below:g} is above low = {self.low:g}")
        return self


class Liquidity:
    """Halves new condors in thin markets, and flattens in a run."""

    needs: ClassVar[tuple[str, ...]] = ("lqr",)
    rules: ClassVar[tuple[str, ...]] = ("sizing",)
    Params = LiquidityParams

    def __init__(self, name: str, params: LiquidityParams) -> None:
        self.name = name
        self.params = params

    @property
    def on_unknown(self) -> OnUnknown:
        """What happens to new condors when the ratio is missing."""
        return self.params.on_unknown

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Scale new condors or take all of them off."""
        p = self.params
        ratio = readings.value("lqr")
        falling = readings.value("lqr_falling_5d")
        stands_in = readings.value("lqr_source") != 0.0
        share = readings.value("lqr_pct") if stands_in else 0.0
        # A rank that is unknown (NaN) does not make a low ratio harmless.
        thin = p.low_percentile is None or not share > p.low_percentile
        lowest = p.flatten_percentile is None or share <= p.flatten_percentile
        draft.notes[f"{self.name}.lqr"] = ratio
        numbers: dict[str, Any] = {"ratio": ratio, "low": p.low, "below": p.flatten_below, "scale": p.scale}
        match answer(ratio, falling, p.low, p.flatten_below, thin=thin, lowest=lowest):
            case "flatten":
                said = (
                    "liquidity quick ratio {ratio:.2f}, below {below:.2f} and falling: condors off first, hedges last"
                )
                draft.say(self.name, said, **numbers)
                draft.say(self.name, "close the hedges with them: rejected, they go last", rejected=True)
                draft.flatten(
                    self.name, f"liquidity quick ratio {ratio:.2f}, below {p.flatten_below:.2f} and falling", book
                )
            case "smaller":
                draft.entry_scale[self.name] = p.scale
                said = "liquidity quick ratio {ratio:.2f}, below {low:.2f}: new condors x{scale:.2f}"
                draft.say(self.name, said, **numbers)
                if ratio < p.flatten_below:
                    draft.say(
                        self.name, f"flatten everything: rejected, {self._why_not(falling, share)}", rejected=True
                    )
            case _:
                because = "not among the lowest of its year" if ratio < p.low else "not below {low:.2f}"
                draft.say(self.name, f"liquidity quick ratio {{ratio:.2f}}, {because}: usual size", **numbers)

    def _why_not(self, falling: float, share: float) -> str:
        """Return why a ratio that is low enough does not flatten."""
        if math.isnan(falling + share):
            return "whether it falls, or how low it is for its year, is unknown"
        return "it is not falling" if falling != 1.0 else "for its year it is not low enough"


def answer(
    ratio: float, falling: float, low: float, flatten_below: float, *, thin: bool = True, lowest: bool = True
) -> Answer:
    """Return what the ratio asks for.

    `falling` is 1 where it fell over 5 sessions (NaN, unknown, does not flatten); `thin` and `lowest` say whether it is
    low enough for its year to halve and to flatten, where that is asked.
    """
    if ratio < flatten_below and falling == 1.0 and lowest:
        return "flatten"
    return "smaller" if ratio < low and thin else ""


RULE = Liquidity
