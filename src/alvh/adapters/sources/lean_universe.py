"""QuantConnect LEAN universe files: one a session, named by its date; daily closes of quote bars, no bid, no ask.

``last`` is the close of the daily bar, which moves without volume. Two generations: contracts as OCC symbols, or later
as expiry, strike and right, where the folder is the root. Either may hold the underlying's own row with its price.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.errors import in_file
from alvh.adapters.schema import WORD
from alvh.adapters.sources.chain_rows import chain_piece
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.occ import symbol_cell
from alvh.adapters.sources.sheet import Cell, Sheet, day, number, sheets, side, sniffed, traded, vol, whole

NAME = "lean_universe"
BARS = ("close", "volume", "open_interest", "implied_volatility", "delta")
SYMBOL, EXPIRY = "symbol_value", "#expiry"
UNDERLYING_ROW = "the underlying's own row, which gave the cash price"
CELLS: dict[str, Cell] = {
    "last": traded("close"),
    "volume": whole("volume"),
    "open_interest": whole("open_interest"),
    "implied_vol": vol("implied_volatility"),
    "delta": number("delta"),
}
BY_SYMBOL = {part: symbol_cell(SYMBOL, part) for part in ("root", "expiry", "right", "strike")}
BY_COLUMNS = {"expiry": day(EXPIRY, "%Y%m%d"), "right": side("right"), "strike": number("strike")}


def _sniff(_path: Path, head: bytes) -> bool:
    return sniffed(head, *BARS, SYMBOL) or sniffed(head, *BARS, EXPIRY)


def _read(path: Path) -> Iterator[Piece]:
    date = _date(path)
    cash: float | None = None
    for sheet in sheets(path, BARS):
        named = sheet.one(SYMBOL, EXPIRY)
        own = pl.col(named).is_null() | pl.col(named).str.contains(r"^[A-Z.]+$")
        options, own_rows = sheet.frame.filter(~own), sheet.frame.filter(own)
        cells = CELLS | (BY_SYMBOL if named == SYMBOL else BY_COLUMNS)
        if own_rows.height:
            cash = Sheet(path, own_rows, sheet.preamble, sheet.header_line).typed({"last": CELLS["last"]})["last"][0]
        rows = Sheet(path, options, sheet.preamble, sheet.header_line).typed(cells)
        if named == EXPIRY:
            rows = rows.with_columns(pl.lit(path.parent.name.upper(), WORD).alias("root"))
        rows = rows.with_columns(pl.lit(date).alias("quote_date"), pl.lit(cash, pl.Float64).alias("underlying_price"))
        yield chain_piece(sheet, rows, cells, NAME, {UNDERLYING_ROW: own_rows.height})


def _date(path: Path) -> dt.date:
    found = re.search(r"(\d{4})(\d{2})(\d{2})", path.name)
    try:
        if found:
            return dt.date(*map(int, found.groups()))
    except ValueError:
        pass
    raise in_file(path, "the name of a LEAN universe file is its date, like 20151222.csv", line=1)


FORMAT = Format(NAME, "QuantConnect LEAN universe file (named by its date)", _sniff, _read)
