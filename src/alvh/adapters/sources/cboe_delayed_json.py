"""Cboe's delayed quotes as its content network serves them: ``_SPX.json``, ``_VIX.json``, one object a contract.

``timestamp`` is read as UTC, as public consumers of the feed do; the feed names no zone. Errors give the contract's
place in the list as the line, because the whole file is one line.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from alvh.adapters.errors import in_file
from alvh.adapters.sources.chain_rows import chain_piece
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.occ import symbol_cell
from alvh.adapters.sources.refuse import LINE
from alvh.adapters.sources.session import session_of
from alvh.adapters.sources.sheet import Cell, Sheet, number, traded, vol, whole
from alvh.adapters.sources.text import batches

NAME = "cboe_delayed_json"
NEW_YORK = ZoneInfo("America/New_York")
LONGEST_BYTES = 512 << 20
"""The whole SPX chain is some 14 MB; a file beyond this is not one."""
CELLS: dict[str, Cell] = {
    "root": symbol_cell("option", "root"),
    "expiry": symbol_cell("option", "expiry"),
    "right": symbol_cell("option", "right"),
    "strike": symbol_cell("option", "strike"),
    "bid": number("bid"),
    "ask": number("ask"),
    "last": traded("last_trade_price"),
    "volume": whole("volume"),
    "open_interest": whole("open_interest"),
    "implied_vol": vol("iv"),
    "delta": number("delta"),
}


def _sniff(_path: Path, head: bytes) -> bool:
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    return start.startswith(b"{") and b'"options"' in start and b'"option"' in start


def _read(path: Path) -> Iterator[Piece]:
    told = _object(path)
    taken, cash, options = _contents(path, told)
    columns: dict[str, pl.Series] = {}
    for column in dict.fromkeys(cell.column for cell in CELLS.values()):
        texts = [None if one.get(column) is None else str(one[column]) for one in options]
        if options and column not in options[0]:
            raise in_file(path, "the contracts lack this field", line=1, column=column)
        columns[column] = pl.Series(column, texts, dtype=pl.String)
    places = pl.int_range(1, len(options) + 1, dtype=pl.Int64, eager=True)
    sheet = Sheet(path, pl.DataFrame(columns).with_columns(places.alias(LINE)))
    rows = sheet.typed(CELLS).with_columns(
        pl.lit(session_of(taken)).alias("quote_date"),
        pl.lit(taken).alias("snapshot_ts"),
        pl.lit(cash, pl.Float64).alias("underlying_price"),
    )
    yield chain_piece(sheet, rows, CELLS, NAME)


def _object(path: Path) -> dict[str, Any]:
    parts: list[str] = []
    size = 0
    for batch in batches(path, LONGEST_BYTES):
        size += len(batch.text)
        if size > LONGEST_BYTES or not (parts or batch.text.lstrip().startswith("{")):
            raise in_file(path, "this is not the JSON of Cboe's delayed quotes", line=batch.first_line)
        parts.append(batch.text)
    try:
        told = json.loads("".join(parts))
    except ValueError as error:
        raise in_file(path, f"the JSON is damaged or cut short ({error})", line=getattr(error, "lineno", 1)) from error
    return told if isinstance(told, dict) else {}


def _contents(path: Path, told: dict[str, Any]) -> tuple[dt.datetime, float | None, list[dict[str, Any]]]:
    """Return the New York time of the quotes, the price of the index, and the contracts."""
    data = told.get("data")
    if not isinstance(data, dict) or not isinstance(data.get("options"), list):
        raise in_file(path, "no list of contracts", line=1, column="data.options")
    options = data["options"]
    if not all(isinstance(one, dict) for one in options):
        raise in_file(path, "a contract that is not an object", line=1, column="data.options")
    try:
        stamp = dt.datetime.strptime(str(told.get("timestamp")), "%Y-%m-%d %H:%M:%S").replace(tzinfo=dt.UTC)
    except ValueError as error:
        what = f"{told.get('timestamp')!r} is not a time like 2026-01-06 21:15:03"
        raise in_file(path, what, line=1, column="timestamp") from error
    cash = data.get("current_price")
    if cash is not None and not isinstance(cash, int | float):
        raise in_file(path, f"{cash!r} is not a number", line=1, column="data.current_price")
    return stamp.astimezone(NEW_YORK).replace(tzinfo=None), float(cash) if cash else None, options


FORMAT = Format(NAME, "Cboe delayed quotes as JSON (_SPX.json, _VIX.json)", _sniff, _read)
