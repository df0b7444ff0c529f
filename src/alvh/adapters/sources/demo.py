"""The demo market: real S&P 500 and VIX closes of 2014-2018 from the package `arch`; the rest is reconstructed.

`arch` (NCSA licence) ships the S&P 500 with open, high and low, the VIX close, and the monthly factors of Kenneth
French, whose ``RF`` is the return of a one-month Treasury bill. What a backtest needs beyond that, VX futures, the
other volatility indices and VVIX, comes from the two rules of `alvh.market.demo_market`. Nothing stands in for SKEW,
for SPY and for the calendar of events: they are absent.
"""

from __future__ import annotations

import datetime as dt
from importlib import import_module
from typing import Any

import numpy as np
import polars as pl

from alvh.adapters.schema import EVENTS, RATES, UNDERLYINGS, VOL_INDICES, VX_FUTURES, Table
from alvh.market.demo_market import vol_index_rows, vx_rows
from alvh.values import Dates, Floats

FIRST = dt.date(2014, 1, 3)
"""First VIX close that `arch` ships."""
LAST = dt.date(2018, 12, 31)
"""Last S&P 500 close that `arch` ships."""
SPX_SOURCE = "arch.data.sp500"
VIX_SOURCE = "arch.data.vix"
BILL_SOURCE = "reconstructed: 12 x the monthly bill return RF of arch.data.frenchdata"
CARRIED_SOURCE = "assumed: the last known month of arch.data.frenchdata, carried on"


def demo_tables() -> dict[str, pl.DataFrame]:
    """Return the demo market as canonical tables.

    Returns
    -------
    dict of table name -> frame
        ``vol_indices`` (VIX, VIX9D, VIX3M, VIX6M, VVIX), ``vx_futures`` (the eight nearest monthly expiries and the
        final settlements), ``underlyings`` (SPX), ``rates`` (DGS1MO and DGS3MO, percent as FRED quotes them) and an
        empty ``events``; columns, types and order of `alvh.adapters.schema`. ``source`` starts with
        ``reconstructed:`` or ``assumed:`` on every row that `arch` did not ship.
    """
    underlyings = spx_rows()
    sessions: Dates = underlyings["date"].to_numpy().astype("datetime64[D]")
    closes = vix_closes(sessions)
    return {
        "vol_indices": _canonical(vol_index_rows(sessions, closes, VIX_SOURCE), VOL_INDICES),
        "vx_futures": _canonical(vx_rows(sessions, closes), VX_FUTURES),
        "underlyings": _canonical(underlyings, UNDERLYINGS),
        "rates": _canonical(rate_rows(sessions), RATES),
        "events": EVENTS.empty(),
    }


def _canonical(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return rows in a table's columns, types and order."""
    return table.conform(frame).sort(table.key)


def spx_rows() -> pl.DataFrame:
    """Return SPX with open, high, low, close and volume from `FIRST` to `LAST`, as `arch` ships it."""
    data = _shipped("sp500").loc[str(FIRST) : str(LAST)]
    return pl.DataFrame(
        {
            "date": data.index.to_numpy().astype("datetime64[D]"),
            "open": data["Open"].to_numpy(),
            "high": data["High"].to_numpy(),
            "low": data["Low"].to_numpy(),
            "close": data["Close"].to_numpy(),
            "adj_close": data["Adj Close"].to_numpy(),
            "volume": data["Volume"].to_numpy(),
        }
    ).with_columns(symbol=pl.lit("SPX"), source=pl.lit(SPX_SOURCE))


def vix_closes(sessions: Dates) -> Floats:
    """Return the VIX close of each session, points; NaN where `arch` has none (its holidays are blank)."""
    data = _shipped("vix")["vix"]
    dates, closes = data.index.to_numpy().astype("datetime64[D]"), data.to_numpy(dtype=np.float64)
    at = np.searchsorted(dates, sessions).clip(max=len(dates) - 1)
    return np.where(dates[at] == sessions, closes[at], np.nan)


def rate_rows(days: Dates) -> pl.DataFrame:
    """Return a flat bill curve for each day: DGS1MO and DGS3MO, percent a year.

    The month's bill return, known when the month begins, times 12. French prints it to 0.01 % a month, which is
    0.12 % a year. A month after his last takes the last one and says so.
    """
    months, percent = bill_months()
    wanted = days.astype("datetime64[M]")
    at = np.searchsorted(months, wanted)
    known = at < len(months)
    value = 12.0 * percent[np.minimum(at, len(months) - 1)]
    rows = pl.DataFrame({"date": days, "value": value, "known": known}).with_columns(
        source=pl.when("known").then(pl.lit(BILL_SOURCE)).otherwise(pl.lit(CARRIED_SOURCE))
    )
    return pl.concat(rows.drop("known").with_columns(series=pl.lit(series)) for series in ("DGS1MO", "DGS3MO"))


def bill_months() -> tuple[Dates, Floats]:
    """Return months (datetime64[M], ascending) and the return of a one-month bill over each, percent.

    `arch` 8 reads French's ``YYYYMM`` stamps as nanoseconds since 1970: the number is in the index, the date is not.
    A release that reads them as dates is understood, too.
    """
    data = _shipped("frenchdata")
    stamps = data.index.to_numpy()
    if stamps[0] < np.datetime64("1970-01-02"):
        numbers = stamps.astype("datetime64[ns]").astype(np.int64)
        months = (numbers // 100 - 1970) * 12 + numbers % 100 - 1
        return months.astype("datetime64[M]"), data["RF"].to_numpy(dtype=np.float64)
    return stamps.astype("datetime64[M]"), data["RF"].to_numpy(dtype=np.float64)


def _shipped(name: str) -> Any:
    """Return a data set of `arch` as the pandas frame it ships; imported only then, for that takes seconds."""
    return import_module(f"arch.data.{name}").load()
