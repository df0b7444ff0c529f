"""The secured overnight financing rate, from the New York Fed's Markets Data API: a year at a time, newest first."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.errors import in_file
from alvh.adapters.pull.addresses import Address
from alvh.adapters.pull.report import Wanted
from alvh.adapters.schema import RATES
from alvh.adapters.sources.format import Piece
from alvh.adapters.sources.text import batches

FIRST_DAY = dt.date(2018, 4, 2)
"""The first rate: it is for Monday 2 April 2018 and was published on the 3rd (New York Fed)."""
SOURCE = "newyorkfed.org"
_LOWEST, _HIGHEST = -5.0, 30.0


def wanted(at: Address, since: dt.date, today: dt.date) -> Iterator[Wanted]:
    """Yield the years from `since` on; the API refuses spans of many years. A past year is final in mid January."""
    for year in range(max(since.year, FIRST_DAY.year), today.year + 1):
        first, last = max(dt.date(year, 1, 1), FIRST_DAY), dt.date(year, 12, 31)
        path = at.paths["span"].format(first=first, last=last)
        yield Wanted(f"sofr_{year}.json", path, read, dt.date(year + 1, 1, 15))


def read(path: Path) -> list[Piece]:
    """Read one answer of the API into rows of ``rates`` (percent a year).

    Raises
    ------
    UserError
        For what is no such answer, and for rows without a date or with a rate that cannot be.
    """
    text = "".join(batch.text for batch in batches(path))
    try:
        told = json.loads(text)
    except ValueError as error:
        raise in_file(path, f"no JSON: {error}") from error
    listed = told.get("refRates") if isinstance(told, dict) else None
    if not isinstance(listed, list):
        raise in_file(path, "no list 'refRates' in the answer")
    rows: list[tuple[dt.date, float]] = []
    drops = 0
    for number, entry in enumerate(listed, start=1):
        if not isinstance(entry, dict) or entry.get("type") != "SOFR":
            drops += 1
            continue
        rows.append(_row(path, entry, number))
    frame = pl.DataFrame(rows, schema={"date": pl.Date, "value": pl.Float64}, orient="row")
    frame = frame.with_columns(series=pl.lit("SOFR"), source=pl.lit(SOURCE))
    return [Piece(RATES.name, frame, len(listed), {"no SOFR entry": drops} if drops else {})]


def _row(path: Path, entry: dict[str, object], number: int) -> tuple[dt.date, float]:
    """Return the date and the rate of one entry."""
    try:
        day = dt.date.fromisoformat(str(entry.get("effectiveDate")))
        rate = float(str(entry.get("percentRate")))
    except ValueError as error:
        raise in_file(path, f"entry {number} of 'refRates' has no date and rate: {entry}") from error
    if not _LOWEST <= rate <= _HIGHEST:
        raise in_file(path, f"entry {number} of 'refRates': {rate} percent is no rate")
    return day, rate
