"""The canonical tables of the store: their columns, types and keys. Every importer ends here."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

OHLC = {"open": pl.Float64, "high": pl.Float64, "low": pl.Float64, "close": pl.Float64}


@dataclass(frozen=True, slots=True)
class Table:
    """A canonical table.

    Attributes
    ----------
    name : str
        Folder in the store.
    columns : dict of name -> polars type
    key : tuple of str
        Columns that make a row unique; the table is sorted by them.
    partition : tuple of str
        Columns (of the key) whose values split the table into files; a date column splits by month.
    """

    name: str
    columns: dict[str, type[pl.DataType] | pl.DataType]
    key: tuple[str, ...]
    partition: tuple[str, ...] = ()


CHAINS = Table(
    "chains",
    {
        "quote_date": pl.Date,
        "snapshot_ts": pl.Datetime("us"),
        "source": pl.String,
        "symbol": pl.String,
        "root": pl.String,
        "expiry": pl.Date,
        "right": pl.String,
        "strike": pl.Float64,
        "bid": pl.Float64,
        "ask": pl.Float64,
        "last": pl.Float64,
        "volume": pl.Int64,
        "open_interest": pl.Int64,
        "implied_vol": pl.Float64,
        "delta": pl.Float64,
        "underlying_price": pl.Float64,
        "settle": pl.String,
    },
    key=("quote_date", "snapshot_ts", "source", "symbol", "root", "expiry", "right", "strike"),
    partition=("symbol", "quote_date"),
)
VX_FUTURES = Table(
    "vx_futures",
    {
        "date": pl.Date,
        "expiry": pl.Date,
        "contract": pl.String,
        "kind": pl.String,
        **OHLC,
        "settle": pl.Float64,
        "volume": pl.Int64,
        "open_interest": pl.Int64,
        "source": pl.String,
        "settle_source": pl.String,
    },
    key=("date", "expiry", "kind"),
)
VOL_INDICES = Table(
    "vol_indices",
    {"date": pl.Date, "symbol": pl.String, **OHLC, "source": pl.String},
    key=("symbol", "date"),
)
UNDERLYINGS = Table(
    "underlyings",
    {"date": pl.Date, "symbol": pl.String, **OHLC, "adj_close": pl.Float64, "volume": pl.Int64, "source": pl.String},
    key=("symbol", "date"),
)
RATES = Table(
    "rates",
    {"date": pl.Date, "series": pl.String, "value": pl.Float64, "source": pl.String},
    key=("series", "date"),
)
EVENTS = Table(
    "events",
    {
        "date": pl.Date,
        "kind": pl.String,
        "time_et": pl.String,
        "scheduled": pl.Boolean,
        "event": pl.String,
        "status": pl.String,
        "target_upper_pct": pl.Float64,
        "sp500_30m_pct": pl.Float64,
        "source": pl.String,
    },
    key=("kind", "date", "time_et", "event"),
)
BREADTH = Table(
    "breadth",
    {
        "date": pl.Date,
        "universe": pl.String,
        "advancers": pl.Int64,
        "decliners": pl.Int64,
        "unchanged": pl.Int64,
        "n": pl.Int64,
        "n_members": pl.Int64,
        "pct_above_ma50": pl.Float64,
        "pct_above_ma200": pl.Float64,
        "new_high_252": pl.Int64,
        "new_low_252": pl.Int64,
        "eqw_ret": pl.Float64,
        "xs_std": pl.Float64,
        "ext_pct_above_ma50": pl.Float64,
        "ext_pct_above_ma200": pl.Float64,
    },
    key=("universe", "date"),
)
FLOWS = Table(
    "flows",
    {"date": pl.Date, "series": pl.String, "value": pl.Float64, "unit": pl.String, "source": pl.String},
    key=("series", "date"),
)
BENCHMARKS = Table(
    "benchmarks",
    {
        "date": pl.Date,
        "symbol": pl.String,
        "close": pl.Float64,
        "freq": pl.String,
        "kind": pl.String,
        "source": pl.String,
    },
    key=("symbol", "freq", "date"),
)
