"""Scrapes of Cboe's delayed-quotes page in 17 columns; the clock time is not in the file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alvh.adapters.sources.chain_rows import chain_piece
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.occ import symbol_cell
from alvh.adapters.sources.sheet import Cell, day, number, sheets, side, sniffed, traded, vol, whole, word

NAME = "cboe_delayed_scrape"
COLUMNS = ("underlying", "underlying_last", "optionroot", "type", "expiration", "quotedate", "strike", "last", "net")
CELLS: dict[str, Cell] = {
    "quote_date": day("quotedate", "%m/%d/%Y"),
    "symbol": word("underlying", strip="^$"),
    "root": symbol_cell("optionroot", "root"),
    "expiry": day("expiration", "%m/%d/%Y"),
    "right": side("type"),
    "strike": number("strike"),
    "bid": number("bid"),
    "ask": number("ask"),
    "last": traded("last"),
    "volume": whole("volume"),
    "open_interest": whole("openinterest"),
    "implied_vol": vol("impliedvol"),
    "delta": number("delta"),
    "underlying_price": traded("underlying_last"),
}


def _sniff(_path: Path, head: bytes) -> bool:
    return sniffed(head, *COLUMNS)


def _read(path: Path) -> Iterator[Piece]:
    for sheet in sheets(path, [*COLUMNS, "bid", "ask", "volume", "openinterest", "impliedvol", "delta"]):
        yield chain_piece(sheet, sheet.typed(CELLS), CELLS, NAME)


FORMAT = Format(NAME, "scrape of Cboe's delayed-quotes page, 17 columns", _sniff, _read)
