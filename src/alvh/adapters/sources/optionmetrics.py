"""OptionMetrics-style extracts: best bid and offer, strike x 1000, no root; and the zero curve that comes with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.schema import RATES, WORD
from alvh.adapters.sources.chain_rows import chain_piece, symbol_in_name
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.occ import root_of
from alvh.adapters.sources.sheet import Cell, Sheet, day, number, sheets, side, sniffed, vol, whole, word
from alvh.adapters.sources.text import head

NAME = "optionmetrics"
OPTIONS = ("date", "exdate", "cp_flag", "strike_price", "best_bid", "best_offer")
ZERO = ("date", "days", "rate")
DATES = ("%Y%m%d", "%Y-%m-%d", "%m/%d/%Y")
OPTIONAL = {
    "symbol": word("ticker", strip="^$"),
    "volume": whole("volume"),
    "open_interest": whole("open_interest"),
    "implied_vol": vol("impl_volatility"),
    "delta": number("delta"),
}
CELLS: dict[str, Cell] = {
    "quote_date": day("date", *DATES),
    "expiry": day("exdate", *DATES),
    "right": side("cp_flag"),
    "strike": number("strike_price", scale=1000.0),
    "bid": number("best_bid"),
    "ask": number("best_offer"),
}
ZERO_CELLS: dict[str, Cell] = {"date": day("date", *DATES), "days": whole("days"), "value": number("rate")}


def _sniff(_path: Path, start: bytes) -> bool:
    return sniffed(start, *OPTIONS) or sniffed(start, *ZERO)


def _read(path: Path) -> Iterator[Piece]:
    if sniffed(head(path), "days") or sniffed(head(path), "rate"):
        yield from (_zero(sheet) for sheet in sheets(path, ZERO))
    else:
        yield from (_options(sheet) for sheet in sheets(path, OPTIONS))


def _options(sheet: Sheet) -> Piece:
    cells = CELLS | {name: cell for name, cell in OPTIONAL.items() if sheet.has(cell.column)}
    rows = sheet.typed(cells)
    if "symbol" not in cells:
        rows = rows.with_columns(pl.lit(symbol_in_name(sheet.path), WORD).alias("symbol"))
    rows = rows.with_columns(root_of(pl.col("symbol")).alias("root"))
    return chain_piece(sheet, rows, cells, NAME)


def _zero(sheet: Sheet) -> Piece:
    """Return zero rates (percent a year, continuously compounded), one series a tenor in calendar days."""
    rows = sheet.typed(ZERO_CELLS)
    series = pl.format("OM_ZERO_{}D", "days").alias("series")
    rows = rows.with_columns(series, pl.lit(NAME).alias("source")).drop("days")
    return sheet.piece(RATES.name, rows, ZERO_CELLS | {"series": ZERO_CELLS["days"]})


FORMAT = Format(NAME, "OptionMetrics extract (options, or zero rates)", _sniff, _read)
