"""Extrinsic erosion: whether time value has gone faster than Black's theta at the entry said. Reported only.

`concepts.md`, "Extrinsic erosion faster than projected": ER = extrinsic value lost over five sessions / sum of the
model's theta at the volatility of the entry over the same sessions. Above 1 helps short options and hurts long ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from alvh.conventions import root_spec
from alvh.decision.draft import Draft, Params
from alvh.diagnosis.diagnose import Readings
from alvh.diagnosis.held import life
from alvh.market.observe import View
from alvh.values import Floats, Holdings

EXTRINSIC, DECAY = 7, 8
"""Columns of `alvh.diagnosis.held.Held`."""


class ErosionParams(Params):
    """Parameters of the report.

    Attributes
    ----------
    sessions : int
        Looked back; what was opened since is looked at from its opening.
    flag : float
        A ratio above it is flagged.
    """

    sessions: int = Field(5, ge=1)
    flag: float = Field(1.25, gt=0.0)


class Erosion:
    """Says how fast the condors, and the hedges, lose their time value."""

    needs: ClassVar[tuple[str, ...]] = ()
    Params = ErosionParams

    def __init__(self, name: str, params: ErosionParams) -> None:
        self.name = name
        self.params = params

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Report both ratios; nothing is restrained."""
        for group, layers in (("condor", draft.condors), ("hedge", draft.hedges)):
            lost, projected = self.eroded_usd(view, book, layers)
            value = ratio(lost, projected)
            if math.isnan(value):
                draft.say(self.name, f"{group}: no erosion to compare", group)
                continue
            draft.notes[f"{self.name}.{group}"] = value
            side = "helps the shorts" if group == "condor" else "costs the hedge"
            flagged = f", flagged above {self.params.flag:g}: it {side}" if value > self.params.flag else ""
            draft.say(
                self.name,
                f"{group}: extrinsic value moved by {{lost:,.0f}} USD against {{projected:,.0f}} of theta, "
                f"ratio {{ratio:.2f}}{flagged}",
                group,
                lost=lost,
                projected=projected,
                ratio=value,
            )

    def eroded_usd(self, view: View, book: Holdings, layers: Sequence[str]) -> tuple[float, float]:
        """Return extrinsic value lost by what is held, and what theta projected, USD (below 0 for what is short).

        Futures and funds have none, and a contract whose volatility was unknown on a day is left out of both.
        """
        lost = projected = 0.0
        for layer in layers:
            for campaign in book.campaigns(layer):
                for contract, position in campaign.positions.items():
                    if not contract.right:
                        continue
                    one = over(life(view, contract, position.opened), self.params.sessions)
                    if not math.isnan(one[0] + one[1]):
                        scale = position.quantity * root_spec(contract.root).multiplier
                        lost += scale * one[0]
                        projected += scale * one[1]
        return lost, projected


def over(rows: Floats, sessions: int) -> tuple[float, float]:
    """Return extrinsic value lost and theta projected over the last `sessions` of a life, points a unit."""
    n = min(sessions, len(rows) - 1)
    if n < 1:
        return math.nan, math.nan
    projected = 0.0
    for k in range(len(rows) - n, len(rows)):
        projected += rows.item(k, DECAY)
    return rows.item(len(rows) - 1 - n, EXTRINSIC) - rows.item(-1, EXTRINSIC), projected


def ratio(lost: float, projected: float) -> float:
    """Return lost / projected; NaN where nothing was projected to be lost."""
    return lost / projected if projected else math.nan


RULE = Erosion
