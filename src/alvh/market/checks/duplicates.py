"""Rows that share a key."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from alvh.market.checks.facts import Facts
from alvh.market.checks.finding import FILE, ROW, found, nothing


def duplicate_keys(tables: Mapping[str, pl.DataFrame], facts: Facts) -> pl.DataFrame:
    """Find every row after the first of its key; `value` counts the rows that share it."""
    parts = [nothing()]
    for name, frame in tables.items():
        key = [column for column in facts.keys.get(name, ()) if column in frame.columns]
        if not key:
            continue
        shared = frame.filter(frame.select(key).is_duplicated())
        if shared.is_empty():
            continue
        shared = shared.sort(*key, FILE, ROW, nulls_last=False)
        again = shared.with_columns(__nth=pl.int_range(pl.len()).over(key), __of=pl.len().over(key)).filter(
            pl.col("__nth") > 0
        )
        date = next((column for column in key if frame.schema[column] in {pl.Date, pl.Datetime}), None)
        if date is None:
            continue
        others = [column for column in key if column != date]
        parts.append(
            found(
                again,
                "duplicate_key",
                name,
                "error",
                date=date,
                symbol=others[0] if others else pl.lit(""),
                detail=pl.concat_str([pl.col(c).cast(pl.String).fill_null("null") for c in others], separator=" "),
                value="__of",
                why=pl.format("{} rows share the key ({})", "__of", pl.lit(", ".join(key))),
            )
        )
    return pl.concat(parts)
