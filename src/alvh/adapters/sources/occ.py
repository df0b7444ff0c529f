"""Option symbols and roots: what an OCC symbol says, which root belongs to which underlying, when it settles.

An OCC symbol is the root (padded to six by some vendors), the expiry as YYMMDD, C or P, and the strike x 1000 in eight
digits (OCC, "Options Symbology Initiative").
"""

from __future__ import annotations

import polars as pl

from alvh.adapters.schema import RIGHT, SETTLE, WORD
from alvh.adapters.sources.sheet import Cell

SYMBOL = r"^(?:O:)?\s*([A-Z0-9][A-Z0-9./]*?)\s*(\d{6})([CP])(\d{8})$"
AM_ROOTS = ("SPX", "VIX", "VIXW")
"""Roots settled on the special opening quotation."""
PM_ROOTS = ("SPXW", "SPXPM", "XSP", "SPY", "VXX", "UVXY")
"""Roots settled on the close. Of any other root the settlement is not stated here, and stays null."""
UNDERLYING = {"SPXW": "SPX", "SPXPM": "SPX", "SPXQ": "SPX", "VIXW": "VIX", "BVZ": "VIX"}
"""Roots that are not named like their underlying."""
SEVERAL_ROOTS = ("SPX", "VIX")
"""Underlyings with more than one root: a file that names none cannot tell AM from PM series, and nor do we."""


def symbol_cell(column: str, part: str) -> Cell:
    """Read one part of an OCC symbol: ``root``, ``expiry``, ``right`` or ``strike``."""
    groups = pl.col(column).str.extract_groups(SYMBOL).struct
    value = pl.col(column)
    digits = groups.field("4").cast(pl.Float64, strict=False) / 1000.0
    parsed = {
        "root": groups.field("1"),
        "expiry": groups.field("2").str.to_date("%y%m%d", strict=False),
        "right": groups.field("3").cast(RIGHT, strict=False),
        "strike": digits,
    }[part]
    return Cell(
        column, parsed, "an option symbol like SPXW190531C02800000", value.cast(WORD) if part == "root" else value
    )


def underlying_of(root: pl.Expr) -> pl.Expr:
    """Return the underlying of a root, the root itself where they share the name."""
    return root.cast(pl.String).replace(UNDERLYING).cast(WORD)


def root_of(symbol: pl.Expr) -> pl.Expr:
    """Return the one root of an underlying, null where it has several: never guessed."""
    name = symbol.cast(pl.String)
    return pl.when(~name.is_in(SEVERAL_ROOTS)).then(name).cast(WORD)


def settle_of(root: pl.Expr) -> pl.Expr:
    """Return ``AM`` or ``PM`` by root; null for an unknown or a strange root."""
    name = root.cast(pl.String)
    return pl.when(name.is_in(AM_ROOTS)).then(pl.lit("AM")).when(name.is_in(PM_ROOTS)).then(pl.lit("PM")).cast(SETTLE)
