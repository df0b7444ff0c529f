"""Polygon (Massive) daily aggregates a contract with vendor IV and delta; no bid, no ask.

Most contracts have not traded: their IV of 5.0 and their greeks are fillers, and become null.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.errors import in_file
from alvh.adapters.sources.chain_rows import chain_piece
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.occ import symbol_cell
from alvh.adapters.sources.sheet import Cell, Sheet, day, number, sheets, side, sniffed, traded, vol, whole

NAME = "polygon_snapshot"
COLUMNS = ("as_of_date", "ticker", "contract_type", "strike_price", "expiration_date", "close", "imp_vol", "delta")


def _sniff(_path: Path, head: bytes) -> bool:
    return sniffed(head, *COLUMNS)


def _read(path: Path) -> Iterator[Piece]:
    for sheet in sheets(path, [*COLUMNS, "volume"]):
        cells = _cells(sheet)
        known = pl.when(pl.col("last").is_not_null())
        rows = sheet.typed(cells).with_columns(known.then("implied_vol"), known.then("delta"))
        yield chain_piece(sheet, rows, cells, NAME)


def _cells(sheet: Sheet) -> dict[str, Cell]:
    # The cash price is in a column named after the underlying: `VIX_close`, `SPX_close`.
    cash = next((name for name in sheet.frame.columns if name.endswith("_close")), None)
    if cash is None:
        raise in_file(sheet.path, "the header lacks the underlying's close", line=sheet.header_line, column="VIX_close")
    return {
        "quote_date": day("as_of_date", "%Y-%m-%d"),
        "root": symbol_cell("ticker", "root"),
        "expiry": day("expiration_date", "%Y-%m-%d"),
        "right": side("contract_type"),
        "strike": number("strike_price"),
        "last": traded("close"),
        "volume": whole("volume"),
        "implied_vol": vol("imp_vol"),
        "delta": number("delta"),
        "underlying_price": traded(cash),
    }


FORMAT = Format(NAME, "Polygon daily aggregates with IV, no bid or ask", _sniff, _read)
