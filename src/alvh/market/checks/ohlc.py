"""Bars that contradict themselves: a high below the low, an open or close outside them, a price of nothing."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from alvh.market.checks.facts import Facts
from alvh.market.checks.finding import Severity, found, nothing

BARS: dict[str, str] = {"vol_indices": "symbol", "underlyings": "symbol", "vx_futures": "contract"}
"""Tables that hold bars, and what names a row of them."""

_SLACK = 1e-9
"""Relative: prices that went through a file as text may differ in the last bit."""

_TOP, _BOTTOM = pl.col("high") * (1 + _SLACK), pl.col("low") * (1 - _SLACK)
_PRICES = ("open", "high", "low", "close")


def bar_order(tables: Mapping[str, pl.DataFrame], _facts: Facts) -> pl.DataFrame:
    """Find bars with high < low, an open or close outside [low, high], or a price of zero or less.

    Columns that are null are not compared. One row may give several findings.
    """
    parts = [nothing()]
    for name, symbol in BARS.items():
        if name not in tables:
            continue
        prices = (*_PRICES, "settle") if name == "vx_futures" else _PRICES
        parts += [
            found(tables[name].filter(bad), check, name, severity, date="date", symbol=symbol, value=value, why=why)
            for check, severity, bad, value, why in (*_ORDER, _not_positive(prices))
        ]
    return pl.concat(parts)


def _outside(column: str) -> tuple[str, Severity, pl.Expr, pl.Expr, pl.Expr]:
    price = pl.col(column)
    why = pl.format("{} {} outside low {} .. high {}", pl.lit(column), column, "low", "high")
    return f"{column}_outside_range", "warning", (price > _TOP) | (price < _BOTTOM), price, why


def _not_positive(prices: tuple[str, ...]) -> tuple[str, Severity, pl.Expr, pl.Expr, pl.Expr]:
    lowest = pl.min_horizontal(*prices)
    return "price_not_positive", "error", lowest <= 0, lowest, pl.format("a price of {}", lowest)


_ORDER: tuple[tuple[str, Severity, pl.Expr, pl.Expr, pl.Expr], ...] = (
    (
        "high_below_low",
        "error",
        pl.col("low") > _TOP,
        pl.col("high"),
        pl.format("high {} below low {}", "high", "low"),
    ),
    _outside("open"),
    _outside("close"),
)
"""Name, gravity, condition, value and sentence of what needs the range."""
