"""Option quotes that cannot be traded as printed: crossed, locked, empty, negative."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from alvh.market.checks.facts import Facts
from alvh.market.checks.finding import Severity, found, nothing

CONTRACT = pl.format(
    "{} {} {} {}", pl.coalesce(pl.col("root").cast(pl.String), "symbol"), "expiry", "strike", pl.col("right")
)
"""An option as a trader reads it out."""

_BID, _ASK = pl.col("bid"), pl.col("ask")
_KINDS: tuple[tuple[str, Severity, pl.Expr, pl.Expr, str], ...] = (
    ("negative_price", "error", (_BID < 0) | (_ASK < 0), pl.min_horizontal("bid", "ask"), "bid {}, ask {}: negative"),
    ("crossed_quote", "error", (_BID > _ASK) & (_ASK >= 0), _BID - _ASK, "bid {} above ask {}"),
    ("locked_quote", "warning", (_BID == _ASK) & (_BID > 0), _BID, "bid {} equals ask {}"),
    ("zero_quote", "info", (_BID == 0) & (_ASK == 0), pl.lit(0.0), "bid {}, ask {}: nobody quotes"),
)
"""Name, gravity, condition, value and sentence. A bid of nothing under an ask is ordinary and is not listed."""


def bad_quotes(tables: Mapping[str, pl.DataFrame], _facts: Facts) -> pl.DataFrame:
    """Find quotes that are negative, crossed (also a bid without an ask), locked or empty, one finding a row."""
    if "chains" not in tables:
        return nothing()
    chains = tables["chains"]
    return pl.concat(
        found(
            chains.filter(condition),
            check,
            "chains",
            severity,
            date="quote_date",
            symbol="symbol",
            detail=CONTRACT,
            value=value,
            why=pl.format(sentence, "bid", "ask"),
        )
        for check, severity, condition, value, sentence in _KINDS
    )
