"""Cboe DataShop "Option EOD Quotes": one line a contract with two quotes, 15:45 and the close, so two snapshots.

Files bought with the calculations carry IV and delta of 15:45 as well (DataShop, "Option EOD Summary" specification).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.sources.chain_rows import chain_piece
from alvh.adapters.sources.format import Format, Piece
from alvh.adapters.sources.sheet import Cell, Sheet, day, number, sheets, side, sniffed, traded, vol, whole, word

NAME = "cboe_eod_quotes"
COLUMNS = ("underlying_symbol", "quote_date", "root", "expiration", "strike", "option_type")
QUOTES = ("bid_1545", "ask_1545", "bid_eod", "ask_eod", "close", "trade_volume", "open_interest")
BEFORE_CLOSE = dt.time(15, 45)
INDEX_CLOSE, SHARE_CLOSE = dt.time(16, 15), dt.time(16, 0)
"""When the second quote was taken: index options (symbols with a caret) trade until 16:15, others until 16:00."""
DATES = ("%Y-%m-%d", "%m/%d/%Y")


def _sniff(_path: Path, head: bytes) -> bool:
    return sniffed(head, *COLUMNS, *QUOTES)


def _read(path: Path) -> Iterator[Piece]:
    for sheet in sheets(path, [*COLUMNS, *QUOTES]):
        index = pl.col("underlying_symbol").str.starts_with("^")
        close = pl.when(index).then(pl.lit(INDEX_CLOSE)).otherwise(pl.lit(SHARE_CLOSE))
        yield snapshot(sheet, NAME, "1545", pl.lit(BEFORE_CLOSE))
        yield snapshot(sheet, NAME, "eod", close)


def snapshot(sheet: Sheet, source: str, when: str, clock: pl.Expr) -> Piece:
    """Return the rows of one of the two quotes of every line.

    Parameters
    ----------
    sheet : Sheet
    source : str
        Name of the format.
    when : str
        Suffix of the columns of this quote: ``1545`` or ``eod``.
    clock : Expr
        New York time of the quote, made from the vendor's columns.
    """
    cells = {
        "quote_date": day("quote_date", *DATES),
        "symbol": word("underlying_symbol", strip="^$"),
        "root": word("root", strip="^$"),
        "expiry": day("expiration", *DATES),
        "right": side("option_type"),
        "strike": number("strike"),
        "bid": number(f"bid_{when}"),
        "ask": number(f"ask_{when}"),
        "last": traded("close"),
        "volume": whole("trade_volume"),
        "open_interest": whole("open_interest"),
        **_calculations(sheet, when),
    }
    cash = _underlying(sheet, when)
    rows = sheet.typed({**cells, **cash})
    taken = sheet.frame.with_columns(clock.alias("__clock"))["__clock"]
    middle = (pl.col("__bid") + pl.col("__ask")) / 2
    price = pl.coalesce("__active", middle) if "__active" in cash else middle
    rows = rows.with_columns(taken).with_columns(
        pl.col("quote_date").dt.combine(pl.col("__clock")).alias("snapshot_ts"),
        price.alias("underlying_price"),
    )
    rows = rows.drop("__clock", *cash)
    return chain_piece(sheet, rows, cells, source)


def _calculations(sheet: Sheet, when: str) -> dict[str, Cell]:
    found = {}
    if sheet.has(f"implied_volatility_{when}"):
        found["implied_vol"] = vol(f"implied_volatility_{when}")
        found["delta"] = number(f"delta_{when}")
    return found


def _underlying(sheet: Sheet, when: str) -> dict[str, Cell]:
    """Return how to read the cash price: the vendor's active price where it has one, else bid and ask."""
    active = f"active_underlying_price_{when}"
    cells = {"__bid": traded(f"underlying_bid_{when}"), "__ask": traded(f"underlying_ask_{when}")}
    return {"__active": traded(active), **cells} if sheet.has(active) else cells


FORMAT = Format(NAME, "Cboe DataShop EOD quotes: 15:45 and the close, two snapshots", _sniff, _read)
