"""Series downloaded from FRED: a date and one column named after the series, ``.`` where there is no value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.schema import RATES, VOL_INDICES
from alvh.adapters.sources.cboe_index_history import NO_VALUE
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.refuse import LINE
from alvh.adapters.sources.sheet import Cell, Sheet, day, header_names, sheets

NAME = "fred"
INDICES = {"VIXCLS": "VIX", "VXNCLS": "VXN", "VXOCLS": "VXO", "VXVCLS": "VIX3M", "OVXCLS": "OVX", "GVZCLS": "GVZ"}
"""FRED's names of the closes of Cboe indices."""
DATES = ("date", "observation_date")


def _sniff(_path: Path, head: bytes) -> bool:
    lines = head.decode("utf-8", errors="replace").split("\n")[:2]
    names = header_names(lines[0])
    series = len(names) == 2 and names[0] in DATES and re.fullmatch(r"[a-z0-9]+", names[1]) is not None
    return series and len(lines) == 2 and re.match(r"\d{4}-\d{2}-\d{2},", lines[1]) is not None


def _read(path: Path) -> Iterator[Piece]:
    for sheet in sheets(path, ()):
        yield _piece(sheet)


def _piece(sheet: Sheet) -> Piece:
    date = sheet.one(*DATES)
    series = next(name for name in sheet.frame.columns if name not in {date, LINE})
    text = pl.col(series)
    value = Cell(
        series,
        pl.when(text == ".").then(float("nan")).otherwise(text.cast(pl.Float64, strict=False)),
        "a number",
        text.fill_nan(None),
    )
    index = INDICES.get(series.upper())
    cells = {"date": day(date, "%Y-%m-%d"), "close" if index else "value": value}
    rows = sheet.typed(cells)
    known = rows.drop_nulls().with_columns(pl.lit(NAME).alias("source"))
    drops = {NO_VALUE: rows.height - known.height}
    if index:
        return sheet.piece(VOL_INDICES.name, known.with_columns(pl.lit(index).alias("symbol")), cells, drops)
    return sheet.piece(RATES.name, known.with_columns(pl.lit(series.upper()).alias("series")), cells, drops)


FORMAT = Format(NAME, "a series from FRED (percent a year, or a Cboe index)", _sniff, _read)
