"""historicaloptiondata.com (Delta-Neutral) end-of-day files: 20 columns with IV and greeks, or 22 with three IVs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.schema import WORD
from alvh.adapters.sources.chain_rows import chain_piece, occ_dates
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.occ import SYMBOL, root_of
from alvh.adapters.sources.sheet import Cell, Sheet, day, number, sheets, side, sniffed, traded, vol, whole, word

NAME = "historicaloptiondata"
SHARED = ("type", "expiration", "strike", "last", "bid", "ask", "volume", "openinterest", "delta")
DATES = ("%m/%d/%Y", "%Y-%m-%d")


def _sniff(_path: Path, head: bytes) -> bool:
    return sniffed(head, *SHARED, "optionext") or sniffed(head, *SHARED, "datadate", "ivmean")


def _read(path: Path) -> Iterator[Piece]:
    for sheet in sheets(path, SHARED):
        cells = _cells(sheet)
        rows = sheet.typed(cells)
        rows = rows.with_columns(occ_dates(rows["expiry"]), pl.coalesce("root", root_of(pl.col("symbol"))))
        yield chain_piece(sheet, rows, cells, NAME)


def _cells(sheet: Sheet) -> dict[str, Cell]:
    return {
        "quote_date": day(sheet.one("quotedate", "datadate"), *DATES),
        "symbol": word(sheet.one("underlying", "underlyingsymbol"), strip="^$"),
        "root": _root(sheet.one("optionroot", "optionsymbol")),
        "expiry": day("expiration", *DATES),
        "right": side("type"),
        "strike": number("strike"),
        "bid": number("bid"),
        "ask": number("ask"),
        "last": traded("last"),
        "volume": whole("volume"),
        "open_interest": whole("openinterest"),
        "implied_vol": vol(sheet.one("impliedvol", "ivmean")),
        "delta": number("delta"),
        "underlying_price": traded(sheet.one("underlying_last", "underlyingprice")),
    }


def _root(column: str) -> Cell:
    """Read the root out of an OCC symbol; the five-letter symbols in use until February 2010 hide it."""
    value = pl.col(column)
    return Cell(column, value, "an option symbol", value.str.extract(SYMBOL, 1).cast(WORD))


FORMAT = Format(NAME, "historicaloptiondata.com end of day, 20 or 22 columns", _sniff, _read)
