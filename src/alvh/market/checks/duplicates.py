"""Rows that share a key."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from alvh.market.checks.facts import Facts
from alvh.market.checks.finding import FILE, ROW, found, nothing

_NAMES = ("symbol", "series", "universe", "ticker", "product", "contract", "kind")
"""Columns of a key that name a series, the best first."""


def duplicate_keys(tables: Mapping[str, pl.DataFrame], facts: Facts) -> pl.DataFrame:
    """Find every row after the first of its key; `value` counts the rows that share it."""
    parts = [nothing()]
    for name, frame in tables.items():
        key = facts.keys.get(name, ())
        date = next((column for column in key if column in frame.columns and frame.schema[column].is_temporal()), None)
        if date is None or not set(key) <= set(frame.columns):
            continue
        shared = frame.filter(frame.select(key).is_duplicated())
        if shared.is_empty():
            continue
        again = (
            shared.sort(*key, FILE, ROW)
            .with_columns(__nth=pl.int_range(pl.len()).over(key), __of=pl.len().over(key))
            .filter(pl.col("__nth") > 0)
        )
        others = [column for column in key if column != date]
        parts.append(
            found(
                again,
                "duplicate_key",
                name,
                "error",
                date=date,
                symbol=next((column for column in _NAMES if column in others), pl.lit("")),
                detail=pl.concat_str([pl.col(c).cast(pl.String).fill_null("null") for c in others], separator=" "),
                value="__of",
                why=pl.format("{} rows share the key ({})", "__of", pl.lit(", ".join(key))),
            )
        )
    return pl.concat(parts)
