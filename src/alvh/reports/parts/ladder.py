"""The same run at five fills: how much of the result is an assumption about prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alvh.accounting.statement import Statement
from alvh.reports.blocks import Ladder, Num, Rung
from alvh.reports.result_json import result_dict

FILLS = ("mid", "q25", "half", "q75", "cross")
"""From the kindest to the harshest."""


def fill_ladder_of(policy: str, rungs: Mapping[str, Statement | Mapping[str, Any]], chosen: str) -> Ladder:
    """Return one rung a fill; fills beyond the known five come last, in the order given.

    Parameters
    ----------
    rungs : mapping of fill -> Statement or result
        A statement, or an object in the shape of `result_dict` (its ``cagr``, ``max_drawdown``, ``sharpe``,
        ``nav_start``, ``nav_end``, ``hedge_cost_per_year`` and ``by_layer`` are read; what it lacks is a dash).
    chosen : str
        The fill of the run that the report is about.
    """
    ordered = [fill for fill in FILLS if fill in rungs] + [fill for fill in rungs if fill not in FILLS]
    return Ladder(
        policy,
        (
            "[[P&L]], USD",
            "Slippage and fees, USD",
            "Growth a year",
            "[[Sharpe]]",
            "Deepest [[drawdown]]",
            "[[hedge cost|Hedge cost]] a year",
        ),
        tuple(Rung(fill, _values(rungs[fill]), chosen=fill == chosen) for fill in ordered),
    )


def _values(rung: Statement | Mapping[str, Any]) -> tuple[Num, ...]:
    result = result_dict(rung) if isinstance(rung, Statement) else rung
    start, end = _float(result.get("nav_start")), _float(result.get("nav_end"))
    layers = result.get("by_layer")
    costs = sum(_float(layer.get("costs")) for layer in layers.values()) if layers else float("nan")
    return (
        Num(end - start, "usd"),
        Num(costs, "usd"),
        Num(_float(result.get("cagr")), "percent"),
        Num(_float(result.get("sharpe")), "ratio"),
        Num(_float(result.get("max_drawdown")), "percent"),
        Num(_float(result.get("hedge_cost_per_year")), "percent"),
    )


def _float(value: Any) -> float:
    return float("nan") if value is None else float(value)
