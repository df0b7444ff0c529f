"""What the readers of option chains share: the last steps from a vendor's columns to canonical rows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from alvh.adapters.errors import in_file
from alvh.adapters.schema import CHAINS, WORD
from alvh.adapters.sources.format import Piece
from alvh.adapters.sources.occ import SEVERAL_ROOTS, UNDERLYING, settle_of, underlying_of
from alvh.adapters.sources.refuse import LINE
from alvh.adapters.sources.sheet import Cell, Sheet
from alvh.conventions import session_on_or_before

SATURDAYS_UNTIL = dt.date(2015, 2, 1)
"""Monthly options carried the Saturday after the third Friday until January 2015 (OCC information memo 31911)."""
INDISTINCT = "AM and PM series of one date that the file, naming no root, does not tell apart"
KNOWN = ("SPX", "SPXW", "XSP", "VIX", "VIXW", "SPY", "VXX", "UVXY", "SVXY", "NDX", "RUT", "QQQ", "IWM")


def chain_piece(
    sheet: Sheet, rows: pl.DataFrame, cells: Mapping[str, Cell], source: str, drops: Mapping[str, int] | None = None
) -> Piece:
    """Complete chain rows and hand them over.

    Parameters
    ----------
    sheet : Sheet
        Where the rows come from.
    rows : DataFrame
        Canonical columns and `LINE`. Without ``root`` the root is unknown; without ``symbol`` it is the root's
        underlying. Settlement follows from the root.
    cells : mapping of canonical name -> Cell
        For naming the vendor's columns.
    source : str
        Name of the format.
    drops : mapping of str -> int, optional
        Rows already left out, by reason.
    """
    if "root" not in rows.columns:
        rows = rows.with_columns(pl.lit(None, WORD).alias("root"))
    if "symbol" not in rows.columns:
        rows = rows.with_columns(underlying_of(pl.col("root")).alias("symbol"))
    rows = rows.with_columns(settle_of(pl.col("root")).alias("settle"), pl.lit(source, WORD).alias("source"))
    told_apart = _without_indistinct(rows)
    dropped = {**(drops or {}), INDISTINCT: rows.height - told_apart.height}
    return sheet.piece(CHAINS.name, told_apart, cells, dropped)


def occ_dates(expiry: pl.Series) -> pl.Series:
    """Return expiries with the Saturdays some vendors still print after January 2015 moved to the last session."""
    late = expiry.filter((expiry.dt.weekday() == 6) & (expiry >= SATURDAYS_UNTIL)).unique().to_list()
    moved = {saturday: session_on_or_before(saturday) for saturday in late}
    return expiry.replace(list(moved), list(moved.values())) if moved else expiry


def symbol_in_name(path: Path) -> str:
    """Return the underlying a file's name speaks of; UserError where it names none, for the file does not either."""
    words = re.split(r"[^A-Za-z0-9]+", path.name.upper())
    for one in words:
        if one in KNOWN:
            return UNDERLYING.get(one, one)
    raise in_file(path, f"the file does not say its underlying; put one of {', '.join(KNOWN)} into its name", line=1)


def _without_indistinct(rows: pl.DataFrame) -> pl.DataFrame:
    """Leave out the expiries of a session in which one contract occurs twice and no root tells the two apart."""
    if not rows["root"].null_count():
        return rows
    blind = rows.filter(pl.col("root").is_null() & pl.col("symbol").cast(pl.String).is_in(SEVERAL_ROOTS))
    contract = ["quote_date", *(["snapshot_ts"] if "snapshot_ts" in rows.columns else []), "symbol", "expiry"]
    values = [name for name in rows.columns if name != LINE]
    twice = blind.unique(values).filter(pl.struct(*contract, "right", "strike").is_duplicated())
    if not twice.height:
        return rows
    expiries = twice.select(contract).unique().with_columns(pl.lit(None, WORD).alias("root"))
    return rows.join(expiries, on=[*contract, "root"], how="anti", nulls_equal=True)
