"""iVolatility "RawIV" samples: 24 columns, ask before bid, IV -1 where there is none; two generations of names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alvh.adapters.sources.chain_rows import chain_piece, occ_dates
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.occ import symbol_cell
from alvh.adapters.sources.sheet import Cell, Sheet, day, number, sheets, side, sniffed, traded, vol, whole, word

NAME = "ivolatility_rawiv"
COLUMNS = ("symbol", "date", "option_symbol", "strike", "ask", "bid", "iv", "volume", "delta")
DATES = ("%m/%d/%Y", "%Y-%m-%d")


def _sniff(_path: Path, head: bytes) -> bool:
    return sniffed(head, *COLUMNS)


def _read(path: Path) -> Iterator[Piece]:
    for sheet in sheets(path, COLUMNS, quoted=True):
        cells = _cells(sheet)
        rows = sheet.typed(cells)
        yield chain_piece(sheet, rows.with_columns(occ_dates(rows["expiry"])), cells, NAME)


def _cells(sheet: Sheet) -> dict[str, Cell]:
    return {
        "quote_date": day("date", *DATES),
        "symbol": word("symbol", strip="^$"),
        "root": symbol_cell("option_symbol", "root"),
        "expiry": day(sheet.one("expiration_date", "option_expiration"), *DATES),
        "right": side(sheet.one("call_put", "call/put")),
        "strike": number("strike"),
        "bid": number("bid"),
        "ask": number("ask"),
        "volume": whole("volume"),
        "open_interest": whole(sheet.one("open_interest", "open interest")),
        "implied_vol": vol("iv"),
        "delta": number("delta"),
        "underlying_price": traded(sheet.one("stock_price_close", "stock_price_for_iv", "underlying_price")),
    }


FORMAT = Format(NAME, "iVolatility RawIV sample", _sniff, _read)
