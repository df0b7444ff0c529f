"""Values that do not move: one close for days, an open that repeats the last close, a chain copied from yesterday."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from alvh.market.checks.facts import Facts
from alvh.market.checks.finding import FILE, ROW, found, nothing

OPENS_FROM_CLOSE = ("SPX", "NDX")
"""Indices whose published open was for years the close of the day before: no open at all."""

_SERIES: dict[str, tuple[list[str], str, str]] = {
    "vol_indices": (["symbol"], "close", "symbol"),
    "underlyings": (["symbol"], "close", "symbol"),
    "vx_futures": (["expiry", "kind"], "settle", "contract"),
}
"""By table: what makes a series, the column that should move, what names the series."""

_FEW_QUOTES = 20
_CONTRACT = ["source", "symbol", "root", "expiry", "right", "strike"]


def stale_values(tables: Mapping[str, pl.DataFrame], facts: Facts) -> pl.DataFrame:
    """Find runs of at least `Facts.stale_run` rows of a series with one value; `value` counts them.

    The row is the run's last. A VX contract's final settlement does not belong to a run; nulls are passed over.
    """
    parts = [nothing()]
    for name, (by, moving, label) in _SERIES.items():
        if name not in tables:
            continue
        rows = tables[name].filter(pl.col(moving).is_not_null())
        if name == "vx_futures":
            rows = rows.filter(pl.col("date") < pl.col("expiry"))
        rows = rows.sort(*by, "date").with_columns(
            __same=(pl.col(moving) == pl.col(moving).shift(1).over(by)).fill_null(value=False)
        )
        runs = _runs(rows, by, "__same", label, moving).filter(pl.col("__rows") >= facts.stale_run)
        parts.append(
            found(
                runs,
                "stale_value",
                name,
                "warning",
                date="from",
                symbol=label,
                detail=pl.format("{} to {}", "from", "to"),
                value="__rows",
                why=pl.format("{} {}, sessions in a row: {}", pl.lit(moving), moving, "__rows"),
            )
        )
    return pl.concat(parts)


def stale_opens(tables: Mapping[str, pl.DataFrame], _facts: Facts) -> pl.DataFrame:
    """Find runs of index bars that open at the previous close; `value` counts the sessions, the row is the last."""
    if "underlyings" not in tables:
        return nothing()
    rows = (
        tables["underlyings"]
        .filter(pl.col("symbol").is_in(OPENS_FROM_CLOSE))
        .sort("symbol", "date")
        .with_columns(__same=(pl.col("open") == pl.col("close").shift(1).over("symbol")).fill_null(value=False))
    )
    # A run is as long as its repeats here: the row before the first repeat is a good one.
    runs = _runs(rows, ["symbol"], "__same", "symbol", "open", repeats_only=True)
    return found(
        runs,
        "stale_open",
        "underlyings",
        "warning",
        date="from",
        symbol="symbol",
        detail=pl.format("{} to {}", "from", "to"),
        value="__rows",
        why=pl.format("open equals the previous close, sessions in a row: {}", "__rows"),
    )


def stale_chains(tables: Mapping[str, pl.DataFrame], facts: Facts) -> pl.DataFrame:
    """Find sessions on which more than `Facts.stale_share` of a source's quotes repeat its session before.

    Compared are two-sided quotes of contracts that both sessions quote; fewer than twenty of them say nothing.
    `value` is the share. A source with several snapshots a day is compared from its last snapshot of each.
    """
    if "chains" not in tables:
        return nothing()
    quotes = (
        tables["chains"]
        .filter((pl.col("bid") > 0) & (pl.col("ask") > 0))
        .select("quote_date", "snapshot_ts", *_CONTRACT, "bid", "ask", FILE, ROW)
    )
    days = quotes.select("source", "symbol", "quote_date").unique().sort("source", "symbol", "quote_date")
    before = days.with_columns(__before=pl.col("quote_date").shift(1).over("source", "symbol")).drop_nulls("__before")
    if before.is_empty():
        return nothing()
    last = (
        quotes.sort("quote_date", "snapshot_ts", maintain_order=True)
        .unique([*_CONTRACT, "quote_date"], keep="last", maintain_order=True)
        .sort(*_CONTRACT, "quote_date")
    )
    same_contract = pl.all_horizontal(pl.col(c).eq_missing(pl.col(c).shift(1)) for c in _CONTRACT)
    shares = (
        last.with_columns(
            __comparable=same_contract,
            __previous=pl.col("quote_date").shift(1),
            __same=(pl.col("bid") == pl.col("bid").shift(1)) & (pl.col("ask") == pl.col("ask").shift(1)),
        )
        .filter("__comparable")
        .join(before, on=["source", "symbol", "quote_date"], how="inner")
        .filter(pl.col("__previous") == pl.col("__before"))
        .group_by("source", "symbol", "quote_date", "__before", maintain_order=True)
        .agg(pl.col("__same").mean().alias("__share"), pl.len().alias("__of"), pl.col(FILE, ROW).first())
        .filter((pl.col("__share") > facts.stale_share) & (pl.col("__of") >= _FEW_QUOTES))
    )
    return found(
        shares,
        "stale_chain",
        "chains",
        "warning",
        date="quote_date",
        symbol="symbol",
        detail=pl.col("source").cast(pl.String),
        value="__share",
        why=pl.format("{} of {} quotes repeat those of {}", pl.col("__share").round(3), "__of", "__before"),
    )


def _runs(
    rows: pl.DataFrame, by: list[str], same: str, label: str, moving: str, *, repeats_only: bool = False
) -> pl.DataFrame:
    """Return one row a run of rows flagged `same` as the row before: its dates, its length, its last row's place.

    The row that starts a run is counted too, unless `repeats_only`.
    """
    numbered = rows.with_columns(__run=(~pl.col(same)).cum_sum())
    if repeats_only:
        numbered = numbered.filter(same)
    # A label that is also the series is a key of the group already.
    keep = [pl.col(name).last() for name in {label, moving, FILE, ROW} if name not in by]
    return numbered.group_by(*by, "__run", maintain_order=True).agg(
        *keep,
        pl.col("date").first().alias("from"),
        pl.col("date").last().alias("to"),
        pl.len().alias("__rows"),
    )
