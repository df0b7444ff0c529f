"""CFE's archive of final settlement values 2004-2018: many products in one file, most without a date.

VX was quoted at ten times the index until 2007-03-25: contracts of March 2007 and before are divided by ten.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.schema import SETTLEMENTS
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.sheet import Cell, day, number, sheets, sniffed, whole, word

NAME = "cfe_settlements"
COLUMNS = ("symbol", "settlementmonth", "settlementyear", "producttype", "settlementdate", "settlementprice")
LAST_TENFOLD = dt.date(2007, 3, 1)


def _month(column: str) -> Cell:
    value = whole(column).parsed
    return Cell(column, pl.when(value.is_between(1, 12)).then(value), "a month from 1 to 12", pl.col(column))


CELLS: dict[str, Cell] = {
    "product": word("symbol"),
    "__month": _month("settlementmonth"),
    "__year": whole("settlementyear"),
    "kind": word("producttype"),
    "date": day("settlementdate", "%m/%d/%Y", "%Y-%m-%d"),
    "price": number("settlementprice"),
    "description": word("productdescription"),
}


def _sniff(_path: Path, head: bytes) -> bool:
    return sniffed(head, *COLUMNS)


def _read(path: Path) -> Iterator[Piece]:
    for sheet in sheets(path, [*COLUMNS, "productdescription"], quoted=True):
        rows = sheet.typed(CELLS).with_columns(
            pl.col("product", "kind", "description").cast(pl.String),
            pl.date("__year", "__month", 1).alias("month"),
            pl.lit(NAME).alias("source"),
        )
        tenfold = (pl.col("product") == "VX") & (pl.col("month") <= LAST_TENFOLD)
        price = pl.when(tenfold).then((pl.col("price") / 10).round(6)).otherwise("price")
        rows = rows.with_columns(price.alias("price")).drop("__month", "__year")
        yield sheet.piece(SETTLEMENTS.name, rows, CELLS | {"month": CELLS["__month"]})


FORMAT = Format(NAME, "CFE final settlement archive (all products)", _sniff, _read)
