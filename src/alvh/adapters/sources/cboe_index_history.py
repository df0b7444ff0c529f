"""Cboe's index histories (``VIX_History.csv``): ``DATE,OPEN,HIGH,LOW,CLOSE``, or ``DATE`` and one column with its name.

Values are taken as published. Some opens of VIX lie outside its high and low, and some copies of VXN carry the next
session's date; the checks on the store find such things, importing does not repair them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.errors import in_file
from alvh.adapters.schema import BENCHMARKS, UNDERLYINGS, VOL_INDICES
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.refuse import LINE
from alvh.adapters.sources.sheet import HEADER_WITHIN, Cell, Sheet, day, header_names, sheets, traded

NAME = "cboe_index_history"
OHLC = ("open", "high", "low", "close")
DATES = ("%m/%d/%y", "%m/%d/%Y", "%Y-%m-%d")
FILE = re.compile(r"([A-Za-z0-9]+)_History", re.IGNORECASE)
SINCE_RENAMED = {"VXV": "VIX3M", "VXMT": "VIX6M", "VXST": "VIX9D"}
"""Former names of indices (Cboe renamed them in 2017 and 2018)."""
PRICE_INDICES = ("SPX", "NDX", "RUT", "XSP", "DJX", "XEO", "OEX", "MXEA", "MXEF")
VOLATILITY = ("OVX", "GVZ", "SKEW", "DSPX", "COR1M", "COR3M", "COR6M", "COR9M", "COR1Y", "TDEX", "RVX", "EVZ", "LOVOL")
NO_VALUE = "no value printed that day"
"""A blank or a zero."""


def _sniff(path: Path, head: bytes) -> bool:
    names, second = _first_lines(head)
    if names[:1] != ["date"]:
        return False
    american = re.match(r"\d{1,2}/\d{1,2}/\d{2,4},", second) is not None
    ohlc = names == ["date", *OHLC]
    single = len(names) == 2
    return (ohlc and (american or FILE.search(path.name) is not None)) or (single and american)


def _read(path: Path) -> Iterator[Piece]:
    for sheet in sheets(path, ["date"]):
        values = [name for name in sheet.frame.columns if name not in {"date", LINE}]
        if values == list(OHLC):
            cells = {name: traded(name) for name in OHLC}
        elif len(values) == 1:
            cells = {"close": traded(values[0])}
        else:
            what = f"columns {', '.join(values)} where OPEN, HIGH, LOW, CLOSE or one index were expected"
            raise in_file(path, what, line=sheet.header_line, column="close")
        yield _piece(sheet, _symbol(path, values), {"date": day("date", *DATES), **cells})


def _piece(sheet: Sheet, symbol: str, cells: dict[str, Cell]) -> Piece:
    rows = sheet.typed(cells)
    known = rows.drop_nulls("close").with_columns(pl.lit(symbol).alias("symbol"), pl.lit(NAME).alias("source"))
    drops = {NO_VALUE: rows.height - known.height}
    if symbol in PRICE_INDICES:
        return sheet.piece(UNDERLYINGS.name, known, cells, drops)
    if symbol in VOLATILITY or symbol.startswith("V"):
        return sheet.piece(VOL_INDICES.name, known, cells, drops)
    levels = known.select(
        "date", "symbol", "close", "source", LINE, pl.lit("D").alias("freq"), pl.lit("index").alias("kind")
    )
    return sheet.piece(BENCHMARKS.name, levels, cells, drops)


def _symbol(path: Path, values: list[str]) -> str:
    """Return the index: the name of the one column, else what the file is called."""
    told = FILE.search(path.name)
    if len(values) == 1 and values[0] not in {"close", "value"}:
        name = values[0].upper()
    elif told:
        name = told.group(1).upper()
    else:
        raise in_file(path, "the file does not say its index; call it like VIX_History.csv", line=1)
    return SINCE_RENAMED.get(name, name)


def _first_lines(head: bytes) -> tuple[list[str], str]:
    lines = [line for line in head.decode("utf-8", errors="replace").split("\n")[:HEADER_WITHIN] if line.strip()]
    return (header_names(lines[0]), lines[1]) if len(lines) > 1 else ([], "")


FORMAT = Format(NAME, "Cboe index history (VIX_History.csv and its like)", _sniff, _read)
