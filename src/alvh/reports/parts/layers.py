"""What each layer made: over time, in total, and what the hedges cost in every calendar year."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.pairing import Pair
from alvh.reports.blocks import Bars, BarSeries, Cell, Column, Num, Series, Table, Tag, TimeSeries, Tone
from alvh.reports.parts.curves import GROUP
from alvh.reports.words import dollars
from alvh.values import Floats, Missing


def layer_curves(statement: Statement, tones: Mapping[str, Tone]) -> TimeSeries:
    """Return the cumulative P&L of every layer and of their sum."""
    series = [Series(layer, tones[layer], np.cumsum(pnl)) for layer, pnl in _layers(statement)]
    total = sum((pnl for _, pnl in _layers(statement)), np.zeros(statement.sessions.size))
    ends = ", ".join(f"{layer} {dollars(float(pnl.sum()))}" for layer, pnl in _layers(statement))
    return TimeSeries(
        f"Cumulative [[P&L]] by [[layer]], {statement.policy}, USD",
        statement.sessions,
        (*series, Series("all layers", "total", np.cumsum(total), secondary=True)),
        "usd",
        f"Cumulative P&L by layer at the end: {ends}.",
        GROUP,
    )


def layer_table(statement: Statement, tones: Mapping[str, Tone]) -> Table:
    """Return P&L, premium, costs and orders of every layer, and their sums."""
    rows = [
        (
            Tag(layer, tones[layer]),
            Num(float(pnl.sum()), "usd"),
            Num(statement.layer_premium_usd.get(layer, 0.0), "usd"),
            Num(_costs(statement, layer), "usd"),
            Num(statement.layer_trades.get(layer, 0), "count"),
        )
        for layer, pnl in _layers(statement)
    ]
    sums = tuple(
        Num(sum(cell.value for row in rows if isinstance(cell := row[at], Num)), "count" if at == 4 else "usd")
        for at in range(1, 5)
    )
    return Table(
        f"Layers of {statement.policy}, USD",
        (
            Column("Layer"),
            Column("[[P&L]] after costs", bar=True),
            Column("Premium paid for long options"),
            Column("Slippage and fees"),
            Column("Orders filled"),
        ),
        (*rows, ("all layers", *sums)),
        note="Premium is what long options cost when they were bought; it is not a loss until they lose it.",
        total=True,
    )


def hedge_years(statement: Statement, tones: Mapping[str, Tone]) -> Bars | None:
    """Return hedge cost in every calendar year, as a share of that year's average NAV; None without a hedge."""
    if not statement.hedge_layers or not statement.sessions.size:
        return None
    years = statement.sessions.astype("datetime64[Y]").astype(np.int64) + 1970
    named = sorted(set(years.tolist()))
    parts = tuple(
        BarSeries(
            layer,
            tones[layer],
            tuple(_cost_share(statement.layer_pnl_usd[layer], statement.equity_usd, years == year) for year in named),
        )
        for layer in statement.hedge_layers
    )
    return Bars(
        f"[[hedge cost|Hedge cost]] per calendar year, {statement.policy}",
        tuple(str(year) for year in named),
        parts,
        "percent",
        "All hedges",
        note="Share of the year's average NAV, not annualised: the first and the last year hold only their sessions of "
        "this window. To the right the hedge cost money, to the left it made money.",
    )


def difference_table(pair: Pair, tones: Mapping[str, Tone]) -> Table | None:
    """Return where the difference between the two policies of a pair comes from; None without a control.

    Layers that both have are compared with each other, so that a change of the condors (smaller stacks, other dates)
    is not counted as an effect of the hedge.
    """
    if not pair.control:
        return None
    rows: list[tuple[Cell, ...]] = []
    for layer in dict.fromkeys((*pair.hedged.layers, *pair.control.layers)):
        mine, other = _pnl(pair.hedged, layer), _pnl(pair.control, layer)
        difference = Num(_value(mine) - _value(other), "usd", signed=True)
        rows.append((Tag(layer, tones[layer]), mine, other, difference))
    end = Num(float(pair.hedged.equity_usd[-1]), "usd"), Num(float(pair.control.equity_usd[-1]), "usd")
    final = ("value at the end", *end, Num(end[0].value - end[1].value, "usd", signed=True))
    return Table(
        "Where the difference comes from, USD",
        (
            Column("[[P&L]] of"),
            Column(pair.hedged.policy, tone="policy1"),
            Column(pair.control.policy, tone="policy2"),
            Column("Difference", bar=True),
        ),
        (*rows, final),
        note="The condors of the two runs need not be the same: a hedge uses part of the risk budget.",
        total=True,
    )


def _layers(statement: Statement) -> list[tuple[str, Floats]]:
    return [(layer, statement.layer_pnl_usd[layer]) for layer in statement.layers]


def _pnl(statement: Statement, layer: str) -> Num | Missing:
    pnl = statement.layer_pnl_usd.get(layer)
    return Missing(f"{statement.policy} has no such layer") if pnl is None else Num(float(pnl.sum()), "usd")


def _value(cell: Num | Missing) -> float:
    return cell.value if isinstance(cell, Num) else 0.0


def _costs(statement: Statement, layer: str) -> float:
    costs = statement.layer_costs_usd.get(layer)
    return float(costs.sum()) if costs is not None else 0.0


def _cost_share(pnl_usd: Floats, equity_usd: Floats, inside: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    average_nav_usd = float(equity_usd[inside].mean())
    return (0.0 - float(pnl_usd[inside].sum())) / average_nav_usd if average_nav_usd > 0.0 else float("nan")
