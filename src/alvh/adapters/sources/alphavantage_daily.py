"""Alpha Vantage "daily adjusted": prices as traded, with the adjusted close, dividends and splits beside them.

The symbol opens the file's name (``SVXY_alphavantage_daily_adjusted.csv``). The series is stored as ``SVXY.TRADED``:
its prices jump at splits, which the split-adjusted series of the same fund do not, and the two must not be mixed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.errors import in_file
from alvh.adapters.schema import UNDERLYINGS
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.sheet import Cell, day, sheets, sniffed, traded, whole

NAME = "alphavantage_daily"
COLUMNS = ("open", "high", "low", "close", "adjusted_close", "volume", "dividend_amount", "split_coefficient")
AS_TRADED = ".TRADED"


def _sniff(_path: Path, head: bytes) -> bool:
    return sniffed(head, *COLUMNS)


def _read(path: Path) -> Iterator[Piece]:
    told = re.match(r"([A-Z]+)[_.-]", path.name)
    if told is None:
        raise in_file(path, "the file does not say its symbol; begin its name with it, like SVXY_daily.csv", line=1)
    for sheet in sheets(path, COLUMNS):
        cells: dict[str, Cell] = {
            "date": day(sheet.one("date", "timestamp"), "%Y-%m-%d"),
            **{name: traded(name) for name in ("open", "high", "low", "close")},
            "adj_close": traded("adjusted_close"),
            "volume": whole("volume"),
        }
        rows = sheet.typed(cells).with_columns(
            pl.lit(told.group(1) + AS_TRADED).alias("symbol"), pl.lit(NAME).alias("source")
        )
        yield sheet.piece(UNDERLYINGS.name, rows, cells)


FORMAT = Format(NAME, "Alpha Vantage daily adjusted (the symbol opens the file name)", _sniff, _read)
