"""QuantConnect LEAN minute quote bars of options: a zip with one file a contract, which its name describes.

``20230626_spxw_minute_quote_european_put_44450000_20230630.csv``: session, root, right, strike x 10,000, expiry. Rows
have no header: milliseconds since midnight New York at which the bar began, open, high, low, close and size of the bid,
then of the ask, prices x 10,000. A bar's close was quoted at its end, one minute later.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.errors import in_file
from alvh.adapters.schema import RIGHT, WORD
from alvh.adapters.sources.chain_rows import chain_piece
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.refuse import LINE
from alvh.adapters.sources.sheet import Cell, number, sheet_of, whole
from alvh.adapters.sources.text import BROKEN, ZIP

NAME = "lean_minute"
MEMBER = re.compile(r"(\d{8})_(\w+?)_minute_quote_\w+?_(call|put)_(\d+)_(\d{8})\.csv")
SCALE = 10_000.0
BAR = ("open", "high", "low", "close", "size")
COLUMNS = ("ms", *(f"bid_{part}" for part in BAR), *(f"ask_{part}" for part in BAR))
CELLS: dict[str, Cell] = {
    "ms": whole("ms"),
    "bid": number("bid_close", scale=SCALE),
    "ask": number("ask_close", scale=SCALE),
}
MINUTE_MS = 60_000


def _sniff(path: Path, head: bytes) -> bool:
    if not head.startswith(ZIP):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return any(MEMBER.fullmatch(name) for name in archive.namelist())
    except BROKEN:
        return b"_minute_quote_" in head


def _read(path: Path) -> Iterator[Piece]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [(name, archive.read(name)) for name in sorted(archive.namelist())]
    except BROKEN as error:
        raise in_file(path, f"the file is damaged or cut short ({error})", line=1) from error
    for name, data in members:
        told = MEMBER.fullmatch(name)
        if told is None:
            raise in_file(path, f"member {name!r} is not named like a LEAN minute quote file", line=1)
        yield _contract(path / name, data, *told.groups())


def _contract(path: Path, data: bytes, date: str, root: str, right: str, strike: str, expiry: str) -> Piece:
    sheet = sheet_of(path, data, COLUMNS)
    session, settles = (_day(path, text) for text in (date, expiry))
    midnight = dt.datetime.combine(session, dt.time())
    ended = pl.lit(midnight) + pl.duration(milliseconds=pl.col("ms") + MINUTE_MS)
    rows = sheet.typed(CELLS).select(
        LINE,
        pl.lit(session).alias("quote_date"),
        ended.alias("snapshot_ts"),
        pl.lit(root.upper(), WORD).alias("root"),
        pl.lit(settles).alias("expiry"),
        pl.lit(right[0].upper(), pl.String).cast(RIGHT).alias("right"),
        pl.lit(int(strike) / SCALE).alias("strike"),
        "bid",
        "ask",
    )
    return chain_piece(sheet, rows, CELLS, NAME)


def _day(path: Path, text: str) -> dt.date:
    try:
        return dt.datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a date without a time
    except ValueError as error:
        raise in_file(path, f"{text} is not a date", line=1) from error


FORMAT = Format(NAME, "QuantConnect LEAN minute quotes (zip, one member a contract)", _sniff, _read)
