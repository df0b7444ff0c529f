"""Cboe DataShop "Option EOD Calcs": quotes, IV and greeks of 15:45 only. Cells may be padded with blanks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.sources.cboe_eod_quotes import BEFORE_CLOSE, COLUMNS, snapshot
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.sheet import sheets, sniffed

NAME = "cboe_eod_calcs"
QUOTES = ("bid_1545", "ask_1545", "implied_volatility_1545", "delta_1545", "close", "trade_volume", "open_interest")


def _sniff(_path: Path, head: bytes) -> bool:
    return sniffed(head, *COLUMNS, *QUOTES) and not sniffed(head, "bid_eod")


def _read(path: Path) -> Iterator[Piece]:
    for sheet in sheets(path, [*COLUMNS, *QUOTES]):
        yield snapshot(sheet, NAME, "1545", pl.lit(BEFORE_CLOSE))


FORMAT = Format(NAME, "Cboe DataShop EOD calcs: 15:45 quotes with IV and greeks", _sniff, _read)
