"""The "quote table" download of cboe.com: call and put of a strike side by side, 22 columns, layouts of 2022 and 2025.

Above the header stand the index (``Last: 4677.0298``) and the New York time of the download. The quotes belong to the
last session that had opened by then; the index price is that of its close while the options trade on.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.errors import in_file
from alvh.adapters.sources.chain_rows import chain_piece
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.occ import symbol_cell
from alvh.adapters.sources.session import session_of
from alvh.adapters.sources.sheet import Cell, Sheet, number, sheets, sniffed, traded, vol, whole

NAME = "cboe_quote_table"
COLUMNS = (
    "expiration date",
    "calls",
    "last sale",
    "bid",
    "ask",
    "volume",
    "iv",
    "delta",
    "open interest",
    "strike",
    "puts",
)
TIME = re.compile(r"Date:\s*(\w+ \d{1,2}, \d{4})(?:,| at) (\d{1,2}:\d{2} [AP]M) E[SD]T")
LAST = re.compile(r"Last:\s*([0-9.]+)")


def _sniff(_path: Path, head: bytes) -> bool:
    return sniffed(head, *COLUMNS)


def _read(path: Path) -> Iterator[Piece]:
    for sheet in sheets(path, COLUMNS):
        taken, cash = _preamble(sheet)
        for suffix, symbol in (("", "calls"), (".2", "puts")):
            cells = _cells(suffix, symbol)
            rows = sheet.typed(cells).with_columns(
                pl.lit(session_of(taken)).alias("quote_date"),
                pl.lit(taken).alias("snapshot_ts"),
                pl.lit(cash, pl.Float64).alias("underlying_price"),
            )
            yield chain_piece(sheet, rows, cells, NAME)


def _cells(suffix: str, symbol: str) -> dict[str, Cell]:
    return {
        "root": symbol_cell(symbol, "root"),
        "expiry": day_of_words("expiration date"),
        "right": symbol_cell(symbol, "right"),
        "strike": number("strike"),
        "bid": number(f"bid{suffix}"),
        "ask": number(f"ask{suffix}"),
        "last": traded(f"last sale{suffix}"),
        "volume": whole(f"volume{suffix}"),
        "open_interest": whole(f"open interest{suffix}"),
        "implied_vol": vol(f"iv{suffix}"),
        "delta": number(f"delta{suffix}"),
    }


def day_of_words(column: str) -> Cell:
    """Read a date like ``Fri Feb 28 2025``."""
    parsed = pl.col(column).str.to_date("%a %b %d %Y", strict=False)
    return Cell(column, parsed, "a date like Fri Feb 28 2025", pl.col(column))


def _preamble(sheet: Sheet) -> tuple[dt.datetime, float | None]:
    """Return the time of the download and the price of the index."""
    above = "\n".join(sheet.preamble)
    told = TIME.search(above)
    if told is None:
        raise in_file(sheet.path, "no line `Date: January 6, 2025 at 8:48 PM EST` above the header", line=1)
    try:
        taken = dt.datetime.strptime(" ".join(told.groups()), "%B %d, %Y %I:%M %p")  # noqa: DTZ007 - New York wall clock
    except ValueError as error:
        raise in_file(sheet.path, f"{told.group(0)!r} is not a date and time", line=1) from error
    cash = LAST.search(above)
    return taken, float(cash.group(1)) if cash else None


FORMAT = Format(NAME, "quote table downloaded from cboe.com (2022 and 2025 layouts)", _sniff, _read)
