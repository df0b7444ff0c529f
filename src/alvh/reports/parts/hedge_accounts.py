"""What each hedge layer was paid and paid, a year, and what it took off the losses on identical condors."""

from __future__ import annotations

import math
from collections.abc import Mapping

from alvh.accounting.statement import Statement
from alvh.evidence.hedge_account import HedgeAccount
from alvh.evidence.measure import years_of
from alvh.evidence.with_without import ALL_HEDGES
from alvh.reports.blocks import Cell, Column, Num, Sentence, Table, Tag, Tone
from alvh.reports.words import percent
from alvh.values import Missing


def hedge_account_table(
    statement: Statement, hedges: Mapping[str, HedgeAccount], tones: Mapping[str, Tone]
) -> Table | None:
    """Return one row a hedge layer and one for all of them; None for a policy without a hedge.

    Money is a year, over the run's average NAV. What a layer removed is counted with the other layers in place: the
    rows do not add up to what all of them remove.
    """
    if not hedges:
        return None
    per_year = _per_year(statement)
    rows = [(Tag(name, tones[name]), *_cells(one, per_year)) for name, one in hedges.items() if name != ALL_HEDGES]
    together = hedges.get(ALL_HEDGES)
    whole: list[tuple[Cell, ...]] = [("all hedges", *_cells(together, per_year))] if together else []
    return Table(
        f"Hedge accounts of {statement.policy}, a year, share of average [[NAV]]",
        (
            Column("Hedge"),
            Column("Premium paid"),
            Column("[[decay|Decay]]"),
            Column("Cost of rolls"),
            Column("Gains taken"),
            Column("Slippage and fees"),
            Column("[[P&L]] after costs", bar=True),
            Column("[[drawdown|Drawdown]] removed"),
            Column("[[CVaR 95]] removed"),
            Column("Cost of a point of drawdown"),
        ),
        (*rows, *whole),
        note="Premium is what long options cost when they were bought: what a roll or a sale brought back is not taken "
        "off it. Gains taken are those of sales made to take them. Removed is the run less what its daily "
        "returns come to without what this layer gained on the equity of each session: the condors, their lots and the "
        "other hedges stand as they were filled. Below zero the layer made it worse. The last column is points of NAV "
        "paid a year for each point by which the deepest drawdown was smaller; a dash where none was removed or where "
        "the layer earned money.",
        total=bool(whole),
    )


def hedge_account_sentence(hedges: Mapping[str, HedgeAccount]) -> Sentence | None:
    """Say what all hedges together cost and removed; None without a hedge."""
    whole = hedges.get(ALL_HEDGES)
    if whole is None:
        return None
    earned = whole.cost_per_year < 0.0
    money = f"{'earned' if earned else 'cost'} {percent(abs(whole.cost_per_year))} of NAV a year"
    points, price = whole.drawdown_removed * 100.0, whole.cost_per_point
    if math.isnan(points):
        return Sentence(f"On identical condors the hedges {money}; what they did to the [[drawdown]] is not known.")
    drawdown = f"the deepest [[drawdown]] {abs(points):.1f} points {'deeper' if points < 0.0 else 'smaller'}"
    told = "" if isinstance(price, Missing) else f": {price:.2f} points of NAV a year for each point removed"
    return Sentence(f"On identical condors the hedges {money} and made {drawdown}{told}.")


def _per_year(statement: Statement) -> float:
    """Return what a dollar of the run is a year, as a share of its average NAV; NaN where nothing was left."""
    average_nav_usd = float(statement.equity_usd.mean()) if statement.equity_usd.size else math.nan
    return 1.0 / average_nav_usd / years_of(statement.sessions) if average_nav_usd > 0.0 else math.nan


def _cells(one: HedgeAccount, per_year: float) -> tuple[Cell, ...]:
    money = one.premium_usd, one.decay_usd, one.roll_cost_usd, one.monetised_usd, one.costs_usd, one.pnl_usd
    price = one.cost_per_point
    return (
        *(Num(usd * per_year, "percent") for usd in money),
        Num(one.drawdown_removed, "percent", signed=True),
        Num(one.cvar95_removed, "percent", signed=True),
        price if isinstance(price, Missing) else Num(price, "ratio"),
    )
