"""The canonical tables of the store: their columns, types and keys. Every importer ends here.

Missing is null everywhere; NaN does not occur. Prices are in the points or dollars they are quoted in, volatilities and
rates as the table says, dates are New York sessions, `snapshot_ts` is New York wall-clock time without a zone.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from alvh.adapters.errors import nearest

OHLC = {"open": pl.Float64, "high": pl.Float64, "low": pl.Float64, "close": pl.Float64}
WORD = pl.Categorical()
"""A text of few different values in a table of millions of rows: small on disk, quick to read and to sort."""
RIGHT = pl.Enum(["C", "P"])
SETTLE = pl.Enum(["AM", "PM"])
UTC = pl.Datetime("us", "UTC")


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
    label : str
        Column that names a series for a reader: a symbol, a rate, a kind of event.
    nullable : tuple of str
        Columns of the key that may be null (an unknown clock time, an unknown root).
    provenance : tuple of str
        Columns that say where a row came from. Rows that differ in nothing else agree.
    """

    name: str
    columns: dict[str, type[pl.DataType] | pl.DataType]
    key: tuple[str, ...]
    partition: tuple[str, ...] = ()
    label: str = "symbol"
    nullable: tuple[str, ...] = ()
    provenance: tuple[str, ...] = ("source", "settle_source")

    @property
    def date(self) -> str:
        """The column of the key that dates a row."""
        return next(name for name in self.key if self.columns[name] in {pl.Date, UTC})

    @property
    def compared(self) -> tuple[str, ...]:
        """The columns whose values must agree when two rows share a key."""
        return tuple(name for name in self.columns if name not in self.key and name not in self.provenance)

    def empty(self) -> pl.DataFrame:
        """Return no rows of this table, typed."""
        return pl.DataFrame(schema=self.columns)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return `frame` with exactly this table's columns, in order and typed.

        Columns that the frame lacks become null and NaN becomes null. Raises ValueError where a column of the key that
        must be known is null or lacking, or a column is not of this table: importers refuse such files before.
        """
        foreign = [name for name in frame.columns if name not in self.columns]
        if foreign:
            raise ValueError(f"table {self.name!r} has no columns {foreign}")
        typed = frame.select(
            (pl.col(name) if name in frame.columns else pl.lit(None).alias(name)).cast(dtype)
            for name, dtype in self.columns.items()
        ).with_columns(pl.selectors.float().fill_nan(None))
        unknown = [name for name in self.key if name not in self.nullable and typed[name].null_count()]
        if unknown:
            raise ValueError(f"table {self.name!r}: null in key columns {unknown}")
        return typed


CHAINS = Table(
    "chains",
    {
        "quote_date": pl.Date,
        "snapshot_ts": pl.Datetime("us"),
        "source": WORD,
        "symbol": WORD,
        "root": WORD,
        "expiry": pl.Date,
        "right": RIGHT,
        "strike": pl.Float64,
        "bid": pl.Float64,
        "ask": pl.Float64,
        "last": pl.Float64,
        "volume": pl.Int64,
        "open_interest": pl.Int64,
        "implied_vol": pl.Float64,
        "delta": pl.Float64,
        "underlying_price": pl.Float64,
        "settle": SETTLE,
    },
    key=("quote_date", "snapshot_ts", "source", "symbol", "root", "expiry", "right", "strike"),
    partition=("symbol", "quote_date"),
    nullable=("snapshot_ts", "root"),
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
    label="kind",
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
    label="series",
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
        "time_basis": pl.String,
        "note": pl.String,
        "source": pl.String,
    },
    key=("kind", "date", "time_et", "event"),
    label="kind",
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
    label="universe",
)
FLOWS = Table(
    "flows",
    {"date": pl.Date, "series": pl.String, "value": pl.Float64, "unit": pl.String, "source": pl.String},
    key=("series", "date"),
    label="series",
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
FUNDAMENTALS = Table(
    "fundamentals",
    {
        "date": pl.Date,
        "series": pl.String,
        "sp500": pl.Float64,
        "dividend": pl.Float64,
        "earnings": pl.Float64,
        "cpi": pl.Float64,
        "long_rate_pct": pl.Float64,
        "real_price": pl.Float64,
        "real_dividend": pl.Float64,
        "real_earnings": pl.Float64,
        "cape": pl.Float64,
        "pe_ttm": pl.Float64,
        "dividend_yield_pct": pl.Float64,
        "pcf": pl.Float64,
    },
    key=("series", "date"),
    label="series",
)
"""Shiller's monthly series of the S&P 500; published late, so lag them (at least three months). `pcf`, price over
trailing cash flow, is in none of the files we know: a user's own may have it."""
CONSTITUENT_FUNDAMENTALS = Table(
    "constituent_fundamentals",
    {
        "snapshot_date": pl.Date,
        "symbol": pl.String,
        "name": pl.String,
        "sector": pl.String,
        "price": pl.Float64,
        "pe": pl.Float64,
        "dividend_yield": pl.Float64,
        "eps": pl.Float64,
        "low_52w": pl.Float64,
        "high_52w": pl.Float64,
        "market_cap": pl.Float64,
        "ebitda": pl.Float64,
        "price_to_sales": pl.Float64,
        "price_to_book": pl.Float64,
    },
    key=("snapshot_date", "symbol"),
    label="symbol",
)
MEMBERSHIP = Table(
    "membership",
    {
        "start_date": pl.Date,
        "ticker": pl.String,
        "ticker_px": pl.String,
        "end_date": pl.Date,
        "has_prices": pl.Boolean,
        "excluded_reused_ticker": pl.Boolean,
    },
    key=("ticker", "start_date"),
    label="ticker",
)
"""Who was in the S&P 500 from when to when; a null `end_date` means still."""
CONSTITUENTS = Table(
    "constituents",
    {"date": pl.Date, "symbol": WORD, "adj_close": pl.Float32},
    key=("symbol", "date"),
)
"""Adjusted closes of index members, one row per member and session that has a price."""
CRYPTO_VOL = Table(
    "crypto_vol",
    {"ts": UTC, "series": pl.String, "value": pl.Float64, "unit": pl.String, "source": pl.String},
    key=("series", "ts"),
    label="series",
)
UNISWAP = Table(
    "uniswap",
    {
        "ts": UTC,
        "chain": pl.String,
        "pool": pl.String,
        "pair": pl.String,
        "open_tick": pl.Float64,
        "high_tick": pl.Float64,
        "low_tick": pl.Float64,
        "close_tick": pl.Float64,
        "net_amount0": pl.Float64,
        "net_amount1": pl.Float64,
        "in_amount0": pl.Float64,
        "in_amount1": pl.Float64,
        "liquidity": pl.Float64,
    },
    key=("chain", "pool", "ts"),
    label="pool",
)
SETTLEMENTS = Table(
    "settlements",
    {
        "product": pl.String,
        "month": pl.Date,
        "kind": pl.String,
        "date": pl.Date,
        "price": pl.Float64,
        "description": pl.String,
        "source": pl.String,
    },
    key=("product", "month", "kind", "date"),
    label="product",
    nullable=("date",),
)
"""Final settlement values of futures by contract month (its first day); `date` is null where none is printed."""

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        CHAINS,
        VX_FUTURES,
        VOL_INDICES,
        UNDERLYINGS,
        RATES,
        EVENTS,
        BREADTH,
        FLOWS,
        BENCHMARKS,
        FUNDAMENTALS,
        CONSTITUENT_FUNDAMENTALS,
        MEMBERSHIP,
        CONSTITUENTS,
        CRYPTO_VOL,
        UNISWAP,
        SETTLEMENTS,
    )
}


def table(name: str) -> Table:
    """Return the canonical table of that name; ValueError names the nearest where there is none."""
    if name not in TABLES:
        raise ValueError(f"no table {name!r}{nearest(name, TABLES)}")
    return TABLES[name]
