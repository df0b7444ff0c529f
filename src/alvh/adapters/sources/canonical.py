"""The canonical tables themselves, as Parquet or CSV files: our own exports and collections made to the same columns.

A table is recognised by its columns, never by its file name.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.schema import TABLES, Table
from alvh.adapters.sources.format import PARQUET, Format, LeftAsideError, Piece
from alvh.adapters.sources.refuse import refuse_impossible, refuse_null_keys, unreadable

FOMC = {"date", "time_et", "scheduled", "event", "time_basis", "status"}
CPI = {"date", "reference_month", "time_et", "flag"}
WIDE_AT_LEAST = 20
"""Number columns beside `date` that make a table of closes, one column a ticker."""
ASIDE = {
    "mean_normalized_straddle_price": "daily aggregates computed by their author from chains, not quotes",
    "vix_recomputed": "a quality summary computed from the chains, not data",
    "call_bid": "a worked example of the VIX white paper: strikes without dates",
    "tolerance": "expected values of a worked example",
}
"""Columns that tell a file which is no table of ours, and why it is left aside."""


def _sniff(_path: Path, head: bytes) -> bool:
    if head.startswith(PARQUET):
        return True
    try:
        names = set(_header(head))
    except UnicodeDecodeError:
        return False
    if names >= CPI or not names.isdisjoint(ASIDE):
        return True
    return any(_matches(table, names | {"kind", "series"} & set(table.columns)) for table in TABLES.values())


def _read(path: Path) -> Iterator[Piece]:
    frame = _frame(path)
    names = set(frame.columns)
    if names >= FOMC and "kind" not in names:
        frame = frame.with_columns(kind=pl.lit("FOMC"))
    elif names >= CPI:
        frame = _cpi(frame)
    elif {"date", "cape", "earnings"} <= names and "series" not in names:
        frame = frame.with_columns(series=pl.lit("SHILLER"))
    elif _wide(frame):
        yield from _closes(path, frame)
        return
    table = _table_of(path, frame)
    yield _piece(path, table, frame)


def _piece(path: Path, table: Table, frame: pl.DataFrame) -> Piece:
    try:
        typed = frame.select(pl.col(name).cast(table.columns[name]) for name in frame.columns)
    except pl.exceptions.PolarsError as error:
        raise unreadable(path, error) from error
    refuse_null_keys(path, table, typed)
    refuse_impossible(path, table, typed)
    return Piece(table.name, typed, typed.height)


def _frame(path: Path) -> pl.DataFrame:
    try:
        with path.open("rb") as handle:
            packed = handle.read(4) == PARQUET
        return pl.read_parquet(path) if packed else pl.read_csv(path, try_parse_dates=True, infer_schema_length=None)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error


def _table_of(path: Path, frame: pl.DataFrame) -> Table:
    for table in TABLES.values():
        if _matches(table, set(frame.columns)):
            return table
    for column, why in ASIDE.items():
        if column in frame.columns:
            raise LeftAsideError(f"{path}: left aside: {why}")
    raise LeftAsideError(f"{path}: columns match no canonical table: {', '.join(frame.columns[:8])}")


def _matches(table: Table, names: set[str]) -> bool:
    """Whether these columns are this table's: its key, all columns known, and nearly all of them there."""
    required = {name for name in table.key if name not in table.nullable}
    optional = {*table.provenance, "time_basis", "note"}
    return required <= names <= set(table.columns) and set(table.columns) - names <= optional


def _cpi(frame: pl.DataFrame) -> pl.DataFrame:
    flag = pl.col("flag").cast(pl.String)
    return frame.select(
        pl.col("date"),
        pl.lit("CPI").alias("kind"),
        pl.col("time_et").cast(pl.String).str.slice(0, 5),
        pl.lit(True).alias("scheduled"),
        pl.lit("release").alias("event"),
        pl.lit("held").alias("status"),
        pl.lit(None, pl.Float64).alias("target_upper_pct"),
        pl.lit(None, pl.Float64).alias("sp500_30m_pct"),
        pl.lit("convention").alias("time_basis"),
        pl.concat_str("reference_month", flag, separator="; ", ignore_nulls=True).alias("note"),
    )


def _wide(frame: pl.DataFrame) -> bool:
    return (
        frame.columns[:1] == ["date"]
        and frame.width > WIDE_AT_LEAST
        and all(dtype.is_float() for dtype in frame.dtypes[1:])
    )


def _closes(path: Path, frame: pl.DataFrame) -> Iterator[Piece]:
    table = TABLES["constituents"]
    long = frame.unpivot(index="date", variable_name="symbol", value_name="adj_close")
    known = long.drop_nulls("adj_close").with_columns(pl.col("symbol").cast(table.columns["symbol"]))
    refuse_impossible(path, table, known)
    missing = long.height - known.height
    drops = {"no price that day (not listed, or not a member's file)": missing} if missing else {}
    yield Piece(table.name, known, long.height, drops)


def _header(head: bytes) -> list[str]:
    first = io.BytesIO(head).readline().decode("utf-8-sig")
    return [name.strip().strip('"') for name in first.split(",")]


FORMAT = Format(
    "canonical",
    "our own tables (chains, vx_futures, vol_indices, underlyings, rates, ...), Parquet or CSV, files or a folder",
    _sniff,
    _read,
)
