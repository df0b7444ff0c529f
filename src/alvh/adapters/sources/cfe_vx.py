"""VX futures, one file a contract: CFE's archive (``CFE_K07_VX.csv``) and Cboe's current ones (``VX_2020-03-18.csv``).

What the files say differs from what they mean, and is read so:

- Until 2007-03-25 CFE quoted VX at ten times the index. Prices of those days are divided by ten.
- On days without a trade the price columns hold bids and offers (or zeros), and high may lie below low: null.
- A settle of 0 (all of January to May 2013 in the current files) is one that was not printed: null.
- Rows of zeros before a contract was listed say nothing and are dropped.
- The last row of an expired contract is dated its expiry; its settle is the final settlement value (SOQ).
- The ``Futures`` column names the month also of weekly contracts; the expiry in the file's name decides.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.errors import in_file
from alvh.adapters.schema import VX_FUTURES
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.sheet import Cell, Sheet, day, number, sheets, sniffed, traded, whole
from alvh.conventions import vix_expiry

NAME = "cfe_vx"
COLUMNS = ("trade date", "futures", "open", "high", "low", "close", "settle", "total volume", "open interest")
OLD = re.compile(r"CFE_([FGHJKMNQUVXZ])(\d{2})_VX\b", re.IGNORECASE)
NEW = re.compile(r"\bVX_(\d{4})-(\d{2})-(\d{2})", re.IGNORECASE)
MONTHS = "FGHJKMNQUVXZ"
TENFOLD_UNTIL = dt.date(2007, 3, 26)
"""First day of VX quoted in index points: there CFE's file of the May 2007 contract steps from tens to units."""
UNLISTED = "all zero: the contract was not listed yet"
PRICES = ("open", "high", "low", "close")
CELLS: dict[str, Cell] = {
    "date": day("trade date", "%Y-%m-%d", "%m/%d/%Y"),
    **{name: number(name) for name in PRICES},
    "settle": traded("settle"),
    "volume": whole("total volume"),
    "open_interest": whole("open interest"),
}


def _sniff(path: Path, head: bytes) -> bool:
    return sniffed(head, *COLUMNS) and bool(OLD.search(path.name) or NEW.search(path.name))


def _read(path: Path) -> Iterator[Piece]:
    expiry = expiry_of(path)
    contract, kind = contract_of(expiry)
    for sheet in sheets(path, COLUMNS):
        yield _piece(sheet, expiry, contract, kind)


def _piece(sheet: Sheet, expiry: dt.date, contract: str, kind: str) -> Piece:
    rows = sheet.typed(CELLS)
    listed = rows.filter(pl.any_horizontal(pl.col(*PRICES, "settle", "volume", "open_interest") != 0))
    scale = pl.when(pl.col("date") < TENFOLD_UNTIL).then(10.0).otherwise(1.0)
    price = {name: pl.when((pl.col("volume") > 0) & (pl.col(name) != 0)).then(pl.col(name)) for name in PRICES}
    points = {name: (value / scale).round(6) for name, value in {**price, "settle": pl.col("settle")}.items()}
    done = listed.with_columns(**points).with_columns(
        pl.lit(expiry).alias("expiry"),
        pl.lit(contract).alias("contract"),
        pl.lit(kind).alias("kind"),
        pl.lit(NAME).alias("source"),
        pl.when(pl.col("settle").is_not_null()).then(pl.lit(NAME)).alias("settle_source"),
    )
    return sheet.piece(VX_FUTURES.name, done, CELLS, {UNLISTED: rows.height - listed.height})


def expiry_of(path: Path) -> dt.date:
    """Return the expiry that a file's name gives: the date itself, or that of the contract month."""
    new = NEW.search(path.name)
    try:
        if new:
            return dt.date(*map(int, new.groups()))
    except ValueError as error:
        raise in_file(path, f"{new.group(0) if new else ''!r} is not a date", line=1) from error
    old = OLD.search(path.name)
    if old is None:
        raise in_file(path, "the name must give the contract, like VX_2020-03-18.csv or CFE_K07_VX.csv", line=1)
    return vix_expiry(2000 + int(old.group(2)), MONTHS.index(old.group(1).upper()) + 1)


def contract_of(expiry: dt.date) -> tuple[str, str]:
    """Return the name and kind of the VX contract of an expiry: ``VX/H2020`` or, weekly, ``VX13/H2020``.

    The number of a weekly is that of its Wednesday in the year; a holiday moves the expiry, not the number.
    """
    monthly = [vix_expiry(expiry.year, expiry.month)]
    if expiry.month < 12:
        monthly.append(vix_expiry(expiry.year, expiry.month + 1))  # a holiday can pull it into the month before
    for offset, candidate in enumerate(monthly):
        if candidate == expiry:
            return f"VX/{MONTHS[expiry.month - 1 + offset]}{expiry.year}", "monthly"
    wednesday = expiry + dt.timedelta((2 - expiry.weekday()) % 7)
    number_in_year = (wednesday.timetuple().tm_yday + 6) // 7
    return f"VX{number_in_year:02d}/{MONTHS[wednesday.month - 1]}{wednesday.year}", "weekly"


FORMAT = Format(NAME, "VX futures of CFE and Cboe, one file a contract, old and new headers", _sniff, _read)
