"""The synthetic benchmark chain that option backtesters are compared on: one Parquet file, SPXW, PM-settled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from alvh.adapters.errors import in_file
from alvh.adapters.schema import CHAINS, SETTLE, WORD
from alvh.adapters.sources.format import PARQUET, Format, Piece
from alvh.adapters.sources.refuse import UNREADABLE, refuse_impossible, refuse_null_keys, unreadable

NAME = "peer_bench"
COLUMNS = {
    "quote_date": "quote_date",
    "expiry": "expiration",
    "right": "right",
    "strike": "strike",
    "bid": "bid",
    "ask": "ask",
    "volume": "volume",
    "open_interest": "open_interest",
    "implied_vol": "iv",
    "delta": "delta",
    "underlying_price": "underlying_price",
}
"""Canonical names and the benchmark's."""


def _sniff(path: Path, head: bytes) -> bool:
    if not head.startswith(PARQUET):
        return False
    try:
        return {*COLUMNS.values(), "dte", "gamma"} <= set(pl.read_parquet_schema(path))
    except UNREADABLE:
        return False


def _read(path: Path) -> Iterator[Piece]:
    try:
        lacking = [name for name in COLUMNS.values() if name not in pl.read_parquet_schema(path)]
        if lacking:
            raise in_file(path, "the file lacks this column", line=1, column=lacking[0])
        frame = pl.read_parquet(path, columns=list(COLUMNS.values()))
        rows = frame.select(
            pl.col(theirs).cast(CHAINS.columns[ours]).alias(ours) for ours, theirs in COLUMNS.items()
        ).with_columns(
            pl.lit(NAME, WORD).alias("source"),
            pl.lit("SPX", WORD).alias("symbol"),
            pl.lit("SPXW", WORD).alias("root"),
            pl.lit("PM").cast(SETTLE).alias("settle"),
        )
    except UNREADABLE as error:
        raise unreadable(path, error) from error
    refuse_null_keys(path, CHAINS, rows, COLUMNS)
    refuse_impossible(path, CHAINS, rows, COLUMNS)
    yield Piece(CHAINS.name, rows, rows.height)


FORMAT = Format(NAME, "the synthetic chain of the peers' benchmark (Parquet)", _sniff, _read)
