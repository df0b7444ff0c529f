"""Where the market data lie, and the quotes of one file of chains: what the fits and the checks share.

What a quote implies (forward, discount, volatility, delta) is the product's own reading of it, the one behind
`alvh replicate chains`: `alvh.evidence.chain_quotes`.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import polars as pl

from alvh.evidence.chain_quotes import quoted

ALL_DAYS = (0.5, 4000.0)
MORNING = ("SPX", "VIX", "BVZ", "VIXW")
"""Roots that settle in the morning."""


def data_folder(description: str | None) -> Path:
    """Return the folder of market data named on the command line, else that of `ALVH_SHARED` or ``../shared``.

    Where it is absent the program ends with the reason, and without an error: there is nothing to measure.
    """
    beside = Path(os.environ.get("ALVH_SHARED") or Path(__file__).resolve().parents[2] / "shared") / "data" / "real"
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("data", nargs="?", type=Path, default=beside, help="folder with chains/ and the daily tables")
    data: Path = parser.parse_args().data
    if not (data / "chains").is_dir():
        print("skipped: no market data here (name its folder, or set ALVH_SHARED)")
        sys.exit(0)
    return data


def chain_quotes(data: Path, name: str) -> pl.DataFrame:
    """Return every two-sided quote of ``chains/<name>.parquet`` that has a volatility, with the session's VIX close."""
    chain = pl.read_parquet(data / "chains" / f"{name}.parquet")
    rates = pl.read_parquet(data / "rates.parquet")
    indices = pl.read_parquet(data / "vol_indices.parquet").with_columns(pl.col("symbol").cast(pl.String))
    vix = indices.filter(pl.col("symbol") == "VIX").select(session="date", vix="close")
    quotes = quoted(chain, rates, first_days=ALL_DAYS[0], last_days=ALL_DAYS[1])
    morning = pl.col("series").is_in(MORNING)
    return quotes.join(vix, on="session", maintain_order="left").with_columns(
        root=pl.col("series"), settle=pl.when(morning).then(pl.lit("AM")).otherwise(pl.lit("PM"))
    )
