"""What a check found: a value for the reader, a frame for the checks, counts for what a capped list leaves out."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import polars as pl

Severity: TypeAlias = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""``error``: the row contradicts itself or the calendar. ``warning``: it is suspect. ``info``: a fact to know of."""

FILE, ROW = "file", "row"
"""Columns that say where a row stands: the file's path relative to the store, and the row in it, counted from 0."""

SCHEMA: dict[str, type[pl.DataType]] = {
    "check": pl.String,
    "table": pl.String,
    "severity": pl.String,
    "date": pl.Date,
    "symbol": pl.String,
    "detail": pl.String,
    FILE: pl.String,
    ROW: pl.Int64,
    "value": pl.Float64,
    "why": pl.String,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found.

    Attributes
    ----------
    check, table : str
        Which check, in which canonical table.
    severity : {"error", "warning", "info"}
    date : datetime.date or None
        Session of the row, or the first session of a run or hole.
    symbol : str
        Symbol, series, root or fund.
    detail : str
        The contract, expiry or run it is about; may be empty.
    file : str
        Path of the Parquet file relative to the store; empty when the frame came from memory.
    row : int or None
        Row in that file, counted from 0 as ``polars.read_parquet(file)[row]`` does. For a hole or a contract, the last
        row before it.
    value : float or None
        The number that gave it away, in the unit that `why` names.
    why : str
        One sentence.
    """

    check: str
    table: str
    severity: Severity
    date: dt.date | None
    symbol: str
    detail: str
    file: str
    row: int | None
    value: float | None
    why: str

    def to_dict(self) -> dict[str, object]:
        """Return the finding for JSON: the date as ISO text, a value that is not finite as null."""
        finite = self.value is not None and math.isfinite(self.value)
        return {
            "check": self.check,
            "table": self.table,
            "severity": self.severity,
            "date": None if self.date is None else self.date.isoformat(),
            "symbol": self.symbol,
            "detail": self.detail,
            "file": self.file,
            "row": self.row,
            "value": self.value if finite else None,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All that was found, the listing capped.

    Attributes
    ----------
    findings : tuple of Finding
        At most so many of each check in each table as was asked for, the gravest first.
    counts : dict of (check, table, severity) -> int
        Everything found, listed or not.
    rows : dict of table -> int
        Rows looked at.
    """

    findings: tuple[Finding, ...]
    counts: Mapping[tuple[str, str, Severity], int] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)

    def count(self, check: str, table: str | None = None) -> int:
        """Return how often `check` spoke, in one table or in all."""
        return sum(n for (name, of, _), n in self.counts.items() if name == check and table in {None, of})

    def severe(self, severity: Severity) -> int:
        """Return how many findings of one severity there are."""
        return sum(n for (_, _, grade), n in self.counts.items() if grade == severity)

    def to_dicts(self) -> list[dict[str, object]]:
        """Return the findings for ``--json``; a last entry of each check and table counts what the list leaves out."""
        listed: dict[tuple[str, str, Severity], int] = {}
        for finding in self.findings:
            kind = finding.check, finding.table, finding.severity
            listed[kind] = listed.get(kind, 0) + 1
        rest = [
            Finding(
                *kind, None, "", "not listed", "", None, float(n - listed.get(kind, 0)), "as many more of this kind"
            )
            for kind, n in self.counts.items()
            if n > listed.get(kind, 0)
        ]
        return [finding.to_dict() for finding in (*self.findings, *rest)]


def nothing() -> pl.DataFrame:
    """Return a frame of no findings."""
    return pl.DataFrame(schema=SCHEMA)


def located(frame: pl.DataFrame) -> pl.DataFrame:
    """Return `frame` with `FILE` and `ROW`: an empty path and the row in the frame where it has none."""
    if FILE not in frame.columns:
        frame = frame.with_columns(pl.lit("").alias(FILE))
    if ROW not in frame.columns:
        frame = frame.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias(ROW))
    return frame


def found(
    rows: pl.DataFrame,
    check: str,
    table: str,
    severity: Severity,
    *,
    date: str,
    symbol: str | pl.Expr,
    why: str | pl.Expr,
    value: str | pl.Expr | None = None,
    detail: str | pl.Expr | None = None,
) -> pl.DataFrame:
    """Turn located rows into findings.

    Parameters
    ----------
    rows : DataFrame
        The offending rows, with `FILE` and `ROW`.
    date : str
        Column of the date.
    symbol, value, detail : column or expression
    why : str or expression
        A sentence, or an expression that builds one.
    """
    sentence = pl.lit(why) if isinstance(why, str) else why
    empty = pl.lit("") if detail is None else _expression(detail)
    number = pl.lit(None, pl.Float64) if value is None else _expression(value)
    return rows.select(
        pl.lit(check).alias("check"),
        pl.lit(table).alias("table"),
        pl.lit(severity).alias("severity"),
        pl.col(date).cast(pl.Date).alias("date"),
        _expression(symbol).cast(pl.String).alias("symbol"),
        empty.cast(pl.String).alias("detail"),
        pl.col(FILE).cast(pl.String),
        pl.col(ROW).cast(pl.Int64),
        number.cast(pl.Float64).round(9).alias("value"),
        sentence.alias("why"),
    )


def _expression(of: str | pl.Expr) -> pl.Expr:
    return pl.col(of) if isinstance(of, str) else of
