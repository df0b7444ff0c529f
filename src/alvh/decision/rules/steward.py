"""Steward or promoter: how much of the condors' vega the hedges cover, and which profile that is. Reported only.

`concepts.md`, "Steward vs Promoter" (page D38): coverage = sum of hedge vega_i x beta_i / |condor vega|. A Steward
covers 0.40, sells no aggressive tier and risks at most 2 % of equity a stack; everybody else is a Promoter.
"""

from __future__ import annotations

import math
from typing import ClassVar

from pydantic import Field

from alvh.conventions import root_spec, spx_equivalent
from alvh.decision.draft import Draft, Params
from alvh.diagnosis.diagnose import Readings
from alvh.diagnosis.held import life
from alvh.diagnosis.indicators.vx_curve import MONTHS
from alvh.market.observe import View
from alvh.values import Holdings, Position

DELTA, VEGA = 5, 6
"""Columns of `alvh.diagnosis.held.Held`."""
VOL_POINT = 0.01


class StewardParams(Params):
    """Parameters of the profile.

    Attributes
    ----------
    coverage : float
        Least share of the condors' vega that a Steward covers.
    risk : float
        Largest share of equity one stack may lose: its largest loss with its part of what the hedges cost.
    """

    coverage: float = Field(0.40, ge=0.0)
    risk: float = Field(0.02, gt=0.0, le=1.0)


class Steward:
    """Says which profile the book has."""

    needs: ClassVar[tuple[str, ...]] = ()
    Params = StewardParams

    def __init__(self, name: str, params: StewardParams) -> None:
        self.name = name
        self.params = params

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Report coverage and profile of what is held; nothing is restrained."""
        vega = condor_vega_usd(view, book, draft)
        if not vega or math.isnan(vega):
            why = "unknown: a condor's mark has no volatility today" if vega else "no condor is open: nothing to cover"
            draft.say(self.name, why)
            return
        hedge, unknown = hedge_vega_usd(view, readings, book, draft)
        covered = hedge / abs(vega)
        risk = stack_risk(view, book, draft)
        aggressive = any(value == 2.0 for key, value in draft.notes.items() if key.endswith(".tier"))
        steward = is_steward(covered, risk, self.params.coverage, self.params.risk, aggressive=aggressive)
        draft.notes |= {
            f"{self.name}.coverage": covered,
            f"{self.name}.risk": risk,
            f"{self.name}.is_steward": float(steward),
        }
        left = f"; {unknown} hedge contracts without a delta are left out" if unknown else ""
        draft.say(
            self.name,
            f"{'Steward' if steward else 'Promoter'}: hedges cover {{covered:.2f}} of {{vega:,.0f}} USD a vol point, "
            f"{self.params.coverage:.2f} wanted; the largest stack risks {{risk:.1%}} of equity{left}",
            covered=covered,
            vega=abs(vega),
            risk=risk,
        )


def is_steward(covered: float, risk: float, least: float, most: float, *, aggressive: bool) -> bool:
    """Whether a book is a Steward's; an unknown coverage (NaN) is not."""
    return covered >= least and risk <= most and not aggressive


def condor_vega_usd(view: View, book: Holdings, draft: Draft) -> float:
    """Return the vega of all open condors, USD a point of implied volatility; below 0 when short, NaN where unknown."""
    total = 0.0
    for layer in draft.condors:
        for campaign in book.campaigns(layer):
            for contract, position in campaign.positions.items():
                rows = life(view, contract, position.opened)
                vega = rows.item(-1, VEGA) if len(rows) else math.nan
                total += position.quantity * root_spec(contract.root).multiplier * vega * VOL_POINT
    return total


def hedge_vega_usd(view: View, readings: Readings, book: Holdings, draft: Draft) -> tuple[float, int]:
    """Return what all hedges gain, USD, when the 30-day implied volatility of the S&P 500 rises by a point.

    A VIX option moves by its delta, a VX future by itself, times the beta of that future to the VIX; an option on the
    index by its own vega. Also returned: contracts left out, because that is unknown.
    """
    total, unknown = 0.0, 0
    for layer in draft.hedges:
        for campaign in book.campaigns(layer):
            for position in campaign.positions.values():
                gain = gain_points(view, readings, position)
                if math.isnan(gain):
                    unknown += abs(position.quantity)
                else:
                    total += position.quantity * root_spec(position.contract.root).multiplier * gain
    return total, unknown


def gain_points(view: View, readings: Readings, position: Position) -> float:
    """Return what one contract gains a point of implied volatility, points; NaN where it is unknown."""
    contract = position.contract
    spec = root_spec(contract.root)
    own = 1.0
    if contract.right:
        rows = life(view, contract, position.opened)
        if not len(rows):
            return math.nan
        if spec.underlying != "VIX":
            return rows.item(-1, VEGA) * VOL_POINT
        own = rows.item(-1, DELTA)
    elif spec.kind != "future":
        return math.nan
    return own * readings.value(f"vx_beta_{min(max(view.vx_month(contract.expiry), 1), MONTHS)}")


def stack_risk(view: View, book: Holdings, draft: Draft) -> float:
    """Return the largest loss of the largest stack with its share of what the hedges cost, as a share of equity."""
    held = [campaign for layer in draft.condors for campaign in book.campaigns(layer) if campaign.positions]
    sizes = [c.lots * spx_equivalent(next(iter(c.positions)).root) for c in held]
    cost = sum(
        max(0, position.cost_cents)
        for layer in draft.hedges
        for campaign in book.campaigns(layer)
        for position in campaign.positions.values()
    )
    worst = max(c.max_loss_cents + cost * size / sum(sizes) for c, size in zip(held, sizes, strict=True))
    equity = book.equity_cents(view)
    return worst / equity if equity > 0 else math.inf


RULE = Steward
