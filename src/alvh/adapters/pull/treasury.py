"""The daily Treasury par yield curve: one CSV a year, newest day first, percent a year, bond-equivalent."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.errors import UserError, in_file
from alvh.adapters.pull.addresses import Address
from alvh.adapters.pull.report import Wanted
from alvh.adapters.schema import RATES
from alvh.adapters.sources.format import Piece
from alvh.adapters.sources.text import batches

FIRST_YEAR = 1990
SOURCE = "treasury.gov"
SERIES = {
    "1 Mo": "DGS1MO",
    "3 Mo": "DGS3MO",
    "6 Mo": "DGS6MO",
    "1 Yr": "DGS1",
    "2 Yr": "DGS2",
    "3 Yr": "DGS3",
    "5 Yr": "DGS5",
    "7 Yr": "DGS7",
    "10 Yr": "DGS10",
    "20 Yr": "DGS20",
    "30 Yr": "DGS30",
}
"""The Treasury's columns and the names FRED gives the same series. Tenors without such a name are left out."""
_LOWEST, _HIGHEST = -5.0, 30.0
"""Percent a year. No constant-maturity yield was ever outside."""


def wanted(at: Address, since: dt.date, today: dt.date) -> Iterator[Wanted]:
    """Yield the years from `since` on. A year is final once its last day was published."""
    for year in range(max(since.year, FIRST_YEAR), today.year + 1):
        yield Wanted(f"par_yields_{year}.csv", at.paths["year"].format(year=year), read, dt.date(year + 1, 1, 15))


def read(path: Path) -> list[Piece]:
    """Read one year's file into rows of ``rates``.

    Raises
    ------
    UserError
        For a header that is not the Treasury's, a date or number that is none, a yield that cannot be.
    """
    text = "".join(batch.text for batch in batches(path))
    lines = csv.reader(io.StringIO(text))
    header = next(lines, [])
    if not header or header[0] != "Date" or not set(header) & set(SERIES):
        raise in_file(path, f"the header is {','.join(header)!r}, not that of the par yield curve", line=1)
    rows: list[tuple[dt.date, str, float]] = []
    for line, cells in enumerate(lines, start=2):
        if not cells:
            continue
        if len(cells) != len(header):
            raise in_file(path, f"{len(cells)} cells where the header has {len(header)}", line=line)
        day = _date(path, cells[0], line)
        for column, cell in zip(header[1:], cells[1:], strict=True):
            if column in SERIES and cell.strip() not in {"", "N/A"}:
                rows.append((day, SERIES[column], _yield(path, cell, line, column)))
    columns = {"date": pl.Date, "series": pl.String, "value": pl.Float64}
    frame = pl.DataFrame(rows, schema=columns, orient="row").with_columns(source=pl.lit(SOURCE))
    return [Piece(RATES.name, frame, frame.height)]


def _date(path: Path, cell: str, line: int) -> dt.date:
    try:
        month, day, year = (int(part) for part in cell.split("/"))
        return dt.date(year, month, day)
    except ValueError as error:
        raise in_file(path, f"{cell!r} is no date (MM/DD/YYYY)", line=line, column="Date") from error


def _yield(path: Path, cell: str, line: int, column: str) -> float:
    try:
        value = float(cell)
    except ValueError as error:
        raise in_file(path, f"{cell!r} is no number", line=line, column=column) from error
    if not _LOWEST <= value <= _HIGHEST:
        raise _impossible(path, value, line, column)
    return value


def _impossible(path: Path, value: float, line: int, column: str) -> UserError:
    return in_file(path, f"{value} percent is no yield", line=line, column=column)
