"""OptionsDX end-of-day and intraday files: names in square brackets, call and put of a strike in one line, no root.

The underlying is in the file's name (``spx_eod_202301.txt``). Column order as quoted by several public loaders; no real
file could be had, so the tests write one from that text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.schema import RIGHT, WORD
from alvh.adapters.sources.chain_rows import chain_piece, symbol_in_name
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.occ import root_of
from alvh.adapters.sources.sheet import Cell, day, number, sheets, sniffed, traded, vol, whole

NAME = "optionsdx"
SHARED = ("[quote_readtime]", "[quote_date]", "[underlying_last]", "[expire_date]", "[strike]")
SIDES = tuple(f"[{side}_{part}]" for side in "cp" for part in ("bid", "ask", "last", "volume", "iv", "delta"))


def _sniff(_path: Path, head: bytes) -> bool:
    return sniffed(head, *SHARED, *SIDES)


def _read(path: Path) -> Iterator[Piece]:
    symbol = pl.lit(symbol_in_name(path), WORD)
    for sheet in sheets(path, [*SHARED, *SIDES]):
        for side in "cp":
            cells = _cells(side)
            rows = sheet.typed(cells).with_columns(
                symbol.alias("symbol"),
                root_of(symbol).alias("root"),
                pl.lit(side.upper()).cast(RIGHT).alias("right"),
            )
            yield chain_piece(sheet, rows, cells, NAME)


def _cells(side: str) -> dict[str, Cell]:
    clock = pl.col("[quote_readtime]").str.to_datetime("%Y-%m-%d %H:%M", time_unit="us", strict=False)
    return {
        "quote_date": day("[quote_date]", "%Y-%m-%d"),
        "snapshot_ts": Cell("[quote_readtime]", clock, "a time like 2023-01-03 16:00", pl.col("[quote_readtime]")),
        "expiry": day("[expire_date]", "%Y-%m-%d"),
        "strike": number("[strike]"),
        "bid": number(f"[{side}_bid]"),
        "ask": number(f"[{side}_ask]"),
        "last": traded(f"[{side}_last]"),
        "volume": whole(f"[{side}_volume]"),
        "implied_vol": vol(f"[{side}_iv]"),
        "delta": number(f"[{side}_delta]"),
        "underlying_price": traded("[underlying_last]"),
    }


FORMAT = Format(NAME, "OptionsDX (the underlying is in the file name)", _sniff, _read)
