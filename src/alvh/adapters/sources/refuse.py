"""Values no honest file holds: refused with file, line and column, whatever the format they came in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from alvh.adapters.errors import UserError, in_file
from alvh.adapters.schema import UTC, Table

LINE = "__line"
"""Column that holds the line (or, in Parquet, the row) a canonical row was read from; optional."""
NOT_NEGATIVE = frozenset(
    {"open", "high", "low", "close", "bid", "ask", "last", "strike", "underlying_price", "adj_close", "volume"}
    | {"open_interest", "implied_vol", "price", "sp500", "settle"}
)
"""Canonical columns that are prices, volatilities or counts, and so never below zero."""
EARLIEST = {"chains": dt.date(1973, 4, 26), "vx_futures": dt.date(2004, 3, 26)}
"""First day of listed options in the United States, first day of VX futures: a date before is a misprint."""
FIRST_DAY, LAST_DAY = dt.date(1850, 1, 1), dt.date(2100, 1, 1)


def refuse_impossible(path: Path, table: Table, frame: pl.DataFrame, columns: Mapping[str, str] | None = None) -> None:
    """Raise UserError for the first row that cannot be true.

    Parameters
    ----------
    path : Path
        The file, for the message.
    table : Table
    frame : DataFrame
        Rows of the table, with `LINE` where the file's lines are known.
    columns : mapping of canonical name -> the vendor's, optional
        How the file calls its columns.
    """
    named = columns or {}
    lines = pl.col(LINE) if LINE in frame.columns else pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    for name, why in _conditions(table, frame).items():
        for reason, wrong in why.items():
            found = frame.select(lines.alias(LINE), pl.col(name).to_physical()).filter(frame.select(wrong).to_series())
            if found.height:
                line, value = found.row(0)
                shown = _as_date(value) if table.columns[name] == pl.Date else value
                raise in_file(path, f"{reason}: {shown}", line=line, column=named.get(name, name))


def refuse_null_keys(path: Path, table: Table, frame: pl.DataFrame, columns: Mapping[str, str] | None = None) -> None:
    """Raise UserError for the first row without a value that the table's key needs."""
    for name in table.key:
        if name not in table.nullable and name in frame.columns and frame[name].null_count():
            row = frame.with_row_index("__row", offset=1).filter(pl.col(name).is_null()).row(0, named=True)
            raise in_file(path, "empty", line=row.get(LINE, row["__row"]), column=(columns or {}).get(name, name))


def _as_date(days: int) -> str:
    """Return a day count from 1970 as a date, as far as the calendar goes."""
    try:
        return str(dt.date(1970, 1, 1) + dt.timedelta(days))
    except OverflowError:
        return f"{days} days from 1970"


UNREADABLE = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
"""What the Parquet reader raises on damaged files. Its panics are errors of the file, not of ours."""


def unreadable(path: Path, error: BaseException) -> UserError:
    """Say that a file is not what its name promises."""
    return in_file(path, f"cannot be read: {str(error).strip().splitlines()[0]}")


def _conditions(table: Table, frame: pl.DataFrame) -> dict[str, dict[str, pl.Expr]]:
    """Return what is impossible, by column and reason."""
    earliest = EARLIEST.get(table.name, FIRST_DAY)
    found: dict[str, dict[str, pl.Expr]] = {}
    for name, dtype in table.columns.items():
        if name not in frame.columns:
            continue
        reasons: dict[str, pl.Expr] = {}
        column = pl.col(name)
        if dtype in {pl.Date, UTC}:
            reasons["impossible date"] = (column.cast(pl.Date) < earliest) | (column.cast(pl.Date) > LAST_DAY)
        elif dtype in {pl.Float64, pl.Float32}:
            reasons["not a finite number"] = column.is_infinite()
            if name in NOT_NEGATIVE:
                reasons["negative"] = column < 0
        elif dtype == pl.Int64 and name in NOT_NEGATIVE:
            reasons["negative"] = column < 0
        found[name] = reasons
    if {"expiry", table.date} <= set(frame.columns):
        found["expiry"]["expiry before the quote"] = pl.col("expiry") < pl.col(table.date)
    if "strike" in frame.columns:
        found["strike"]["a strike of zero"] = pl.col("strike") == 0
    return found
