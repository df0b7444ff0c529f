"""Contracts and their end: quotes after it, options quoted on the morning they settled, futures that never settled."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from alvh.market.checks.facts import Facts
from alvh.market.checks.finding import FILE, ROW, found, nothing
from alvh.market.checks.quotes import CONTRACT


def quotes_after_expiry(tables: Mapping[str, pl.DataFrame], _facts: Facts) -> pl.DataFrame:
    """Find rows dated after their contract's expiry; `value` counts the days."""
    parts = [nothing()]
    for name, date, symbol, detail in (
        ("chains", "quote_date", pl.col("symbol"), CONTRACT),
        ("vx_futures", "date", pl.col("contract"), pl.lit("")),
    ):
        if name not in tables:
            continue
        late = tables[name].filter(pl.col(date) > pl.col("expiry"))
        parts.append(
            found(
                late,
                "after_expiry",
                name,
                "error",
                date=date,
                symbol=symbol,
                detail=detail,
                value=(pl.col(date) - pl.col("expiry")).dt.total_days(),
                why=pl.format("dated {}, the contract ended on {}", date, "expiry"),
            )
        )
    return pl.concat(parts)


def settled_that_morning(tables: Mapping[str, pl.DataFrame], _facts: Facts) -> pl.DataFrame:
    """Find expiries settled in the morning that the same day's chain still lists; `value` counts their rows.

    Such rows are no quotes, whatever they print: the contract ceased to trade the day before. One finding a day, source
    and expiry; the row is the first.
    """
    if "chains" not in tables:
        return nothing()
    ended = (
        tables["chains"]
        .filter((pl.col("settle").cast(pl.String) == "AM") & (pl.col("quote_date") == pl.col("expiry")))
        .group_by("quote_date", "source", "symbol", "root", "expiry", maintain_order=True)
        .agg(pl.len().alias("__rows"), pl.col(FILE, ROW).first())
    )
    return found(
        ended,
        "settled_that_morning",
        "chains",
        "info",
        date="quote_date",
        symbol="symbol",
        detail=pl.format("{} {}", pl.col("root"), "expiry"),
        value="__rows",
        why=pl.format("{} rows of contracts that settled that morning", "__rows"),
    )


def no_final_settlement(tables: Mapping[str, pl.DataFrame], facts: Facts) -> pl.DataFrame:
    """Find VX contracts that expired inside the table's range without a settle on their expiry.

    `value` counts the sessions from the last row to expiry; the row is the last one.
    """
    if "vx_futures" not in tables or tables["vx_futures"].is_empty():
        return nothing()
    table = tables["vx_futures"]
    final = pl.col("settle").filter(pl.col("date") == pl.col("expiry")).is_not_null().any()
    ended = (
        table.sort("expiry", "kind", "date")
        .group_by("expiry", "kind", maintain_order=True)
        .agg(final.alias("__final"), pl.col("date", "contract", FILE, ROW).last())
        .filter(~pl.col("__final") & (pl.col("expiry") <= table["date"].max()))
    )
    days = np.searchsorted(facts.sessions, ended["expiry"].to_numpy(), side="right") - np.searchsorted(
        facts.sessions, ended["date"].to_numpy(), side="right"
    )
    return found(
        ended.with_columns(pl.Series("__sessions", days, pl.Int64)),
        "no_final_settlement",
        "vx_futures",
        "warning",
        date="expiry",
        symbol="contract",
        value="__sessions",
        why=pl.format("expired on {} without a final settlement; last row {}", "expiry", "date"),
    )
