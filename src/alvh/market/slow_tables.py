"""Columns of the tables beside prices: breadth, fund flows, fundamentals, funds of property companies.

Each number stands on the first session at whose close it was known. Breadth and dollar volume are known at the close
they are counted at; a fund's creations and redemptions the morning after; a month's earnings a quarter later.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import polars as pl

from alvh.values import Bools, Floats, Ints

UNIVERSE = "SP500_PIT"
"""Members of the S&P 500 on the date itself (`breadth`)."""
FUNDS = ("SPY", "IVV", "VOO")
"""The three large funds of the S&P 500, whose flows and volume say how liquid the market is."""
REIT_FUNDS = ("VNQ", "IYR", "SCHH", "RWR")
FLOWS: Mapping[str, float] = {
    "DOLLAR_VOLUME": 1.0,
    "CS_SPREAD": 1e-4,
    "CREATIONS_USD": 1.0,
    "REDEMPTIONS_USD": 1.0,
}
"""Series of a fund (``SPY_DOLLAR_VOLUME``) and its factor to USD; the spread, from basis points to decimals."""
PUBLISHED_OVERNIGHT = frozenset({"CREATIONS_USD", "REDEMPTIONS_USD"})
"""Known at the close of the next session only: a sponsor counts its shares after the close."""
FUNDAMENTALS = {"pe_ttm": "SP500.pe", "pcf": "SP500.pcf"}
PUBLISHED_MONTHS = 3
"""A month's earnings are known three months after its end: they are interpolated between quarters, reported late."""
FUNDAMENTAL_MAX_AGE_DAYS = 184
"""A monthly figure older than half a year, counted from the end of its month, is Missing."""
DISTRIBUTION_MIN, DISTRIBUTION_MAX = 0.002, 0.10
"""A step of adjusted over traded close between these is a distribution; below is rounding, above a split."""
DISTRIBUTIONS_A_YEAR = 4
GROWTH_YEARS = 5
DISTRIBUTION_MAX_AGE_DAYS = 200
"""Two quarters without an ex-date: the stream has ended, or the data have."""


def align(days: Ints, dates: pl.Series, values: pl.Series) -> Floats:
    """Put values on the axis; sessions without a row are NaN, rows off the axis are left out, the last of two stays."""
    at = dates.cast(pl.Int32).to_numpy().astype(np.int64)
    numbers = values.cast(pl.Float64).to_numpy()
    out = np.full(len(days), np.nan)
    where = np.searchsorted(days, at)
    inside = where < len(days)
    inside[inside] &= days[where[inside]] == at[inside]
    out[where[inside]] = numbers[inside]
    return out


def slow_columns(
    days: Ints, frames: Mapping[str, pl.DataFrame], prices: Mapping[str, pl.DataFrame]
) -> dict[str, Floats]:
    """Return the columns of every table of this page, by name.

    Parameters
    ----------
    days : array of int64
        The axis, days since 1970-01-01.
    frames : mapping of table name -> frame
        Canonical tables; any of ``breadth``, ``flows``, ``fundamentals``, ``benchmarks`` may be absent.
    prices : mapping of symbol -> frame
        Rows of ``underlyings`` by symbol, sorted by date; they may begin before the axis.

    Returns
    -------
    dict of name -> array
        ``SP500.advancers``, ``SP500.decliners`` (companies); ``SPY.dollar_volume`` (USD a day), ``SPY.cs_spread``
        (decimal of the price), ``SPY.creations_usd``, ``SPY.redemptions_usd`` (USD a day, of the session before);
        ``SP500.pe``, ``SP500.pcf`` (ratios) and their ``.age_days``; ``VNQ.adj_close``, ``VNQ.dividend_12m`` (USD a
        share), ``VNQ.dividend_growth`` (decimal a year); the same of the other funds. NaN where nothing was known.
    """
    out: dict[str, Floats] = {}
    out |= _breadth(days, frames.get("breadth"))
    out |= _flows(days, frames.get("flows"), prices)
    out |= _fundamentals(days, frames.get("fundamentals"))
    out |= _reits(days, frames.get("benchmarks"), prices)
    return out


def _breadth(days: Ints, frame: pl.DataFrame | None) -> dict[str, Floats]:
    """Advancing and declining members of the index."""
    if frame is None:
        return {}
    rows = frame.filter(pl.col("universe") == UNIVERSE)
    if rows.is_empty():
        return {}
    return {f"SP500.{name}": align(days, rows["date"], rows[name]) for name in ("advancers", "decliners")}


def _flows(days: Ints, frame: pl.DataFrame | None, prices: Mapping[str, pl.DataFrame]) -> dict[str, Floats]:
    """Flows by fund; the dollar volume is close times volume where the fund's own rows give it.

    The published series multiplies adjusted closes, which leaves early years low by the later dividends; one fund's
    column comes from one of the two throughout, so that no seam looks like a change of liquidity.
    """
    out: dict[str, Floats] = {}
    parts = {} if frame is None else {str(name): part for (name,), part in frame.group_by("series")}
    for fund in FUNDS:
        for suffix, scale in FLOWS.items():
            part = parts.get(f"{fund}_{suffix}")
            if part is not None:
                values = align(days, part["date"], part["value"]) * scale
                late = suffix in PUBLISHED_OVERNIGHT
                out[f"{fund}.{suffix.lower()}"] = np.concatenate(([np.nan], values[:-1])) if late else values
        own = prices.get(fund)
        if own is not None and _has(own, "close") and _has(own, "volume"):
            usd = align(days, own["date"], own["close"]) * align(days, own["date"], own["volume"])
            out[f"{fund}.dollar_volume"] = np.where(usd > 0.0, usd, np.nan)
    return out


def _fundamentals(days: Ints, frame: pl.DataFrame | None) -> dict[str, Floats]:
    """Ratios of the index, held from their publication until the next one or until they are too old."""
    out: dict[str, Floats] = {}
    for column, name in FUNDAMENTALS.items():
        if frame is None or not _has(frame, column):
            continue
        rows = frame.drop_nulls(column).sort("date", maintain_order=True)
        month = rows["date"].dt.truncate("1mo")
        known = _days(month.dt.offset_by(f"{1 + PUBLISHED_MONTHS}mo"))
        ended = _days(month.dt.offset_by("1mo")) - 1
        where = np.searchsorted(known, days, side="right") - 1
        age = np.where(where >= 0, days - ended[np.maximum(where, 0)], np.inf).astype(np.float64)
        fresh = age <= FUNDAMENTAL_MAX_AGE_DAYS
        out[name] = np.where(fresh, rows[column].to_numpy()[np.maximum(where, 0)], np.nan)
        out[f"{name}.age_days"] = np.where(fresh, age, np.nan)
    return out


def _reits(days: Ints, frame: pl.DataFrame | None, prices: Mapping[str, pl.DataFrame]) -> dict[str, Floats]:
    """Lay out adjusted closes of property funds, and their distributions where the closes as traded are known too."""
    out: dict[str, Floats] = {}
    for fund in REIT_FUNDS:
        own = prices.get(fund)
        adjusted = None
        if own is not None and _has(own, "adj_close"):
            adjusted = own.select("date", "adj_close")
        elif frame is not None:
            rows = frame.filter((pl.col("symbol") == fund) & (pl.col("freq") == "D") & (pl.col("kind") == "etf_adj"))
            adjusted = rows.select("date", adj_close=pl.col("close")) if rows.height else None
        if adjusted is None:
            continue
        out[f"{fund}.adj_close"] = align(days, adjusted["date"], adjusted["adj_close"])
        if own is not None and _has(own, "close"):
            both = own.select("date", "close").join(adjusted, on="date").drop_nulls().sort("date")
            total, growth = distributions(
                days, _days(both["date"]), both["close"].to_numpy(), both["adj_close"].to_numpy()
            )
            out |= {f"{fund}.dividend_12m": total, f"{fund}.dividend_growth": growth}
    return out


def distributions(days: Ints, at: Ints, close: Floats, adjusted: Floats) -> tuple[Floats, Floats]:
    """Return what a fund distributed over its last four ex-dates, and how fast that grew over five years.

    On an ex-date adjusted over traded close steps up by 1 / (1 - D / P of the day before), hence D. The growth is
    (sum of the last four / sum of the four five years earlier)^(1/5) - 1.

    Parameters
    ----------
    days : array of int64
        The axis.
    at : array of int64
        Days of the closes, ascending; they may begin before the axis.
    close, adjusted : arrays
        Closes as traded and adjusted for distributions, USD.

    Returns
    -------
    total, growth : arrays
        USD a share; decimal a year. NaN before four (twenty-four) distributions are known, and more than
        `DISTRIBUTION_MAX_AGE_DAYS` after the last.
    """
    steps = np.diff(np.log(adjusted / close))
    found = np.flatnonzero((steps > DISTRIBUTION_MIN) & (steps < DISTRIBUTION_MAX))
    ex = at[found + 1]
    paid = close[found] * -np.expm1(-steps[found])
    year = np.full(len(ex), np.nan)
    for k in range(DISTRIBUTIONS_A_YEAR - 1, len(ex)):
        year[k] = paid[k + 1 - DISTRIBUTIONS_A_YEAR : k + 1].sum()
    back = GROWTH_YEARS * DISTRIBUTIONS_A_YEAR
    before = np.concatenate((np.full(min(back, len(ex)), np.nan), year[:-back] if len(ex) > back else []))
    rate = (year / before) ** (1.0 / GROWTH_YEARS) - 1.0
    if not len(ex):
        return np.full(len(days), np.nan), np.full(len(days), np.nan)
    where = np.searchsorted(ex, days, side="right") - 1
    last = np.maximum(where, 0)
    known: Bools = (where >= 0) & (days - ex[last] <= DISTRIBUTION_MAX_AGE_DAYS) & (days <= at[-1] + 1)
    return np.where(known, year[last], np.nan), np.where(known, rate[last], np.nan)


def known_since(day: dt.date) -> dt.date:
    """Return the first day on which a month's fundamentals are known; `day` is any day of the month."""
    months = day.year * 12 + day.month - 1 + 1 + PUBLISHED_MONTHS
    return dt.date(months // 12, months % 12 + 1, 1)


def _has(frame: pl.DataFrame, column: str) -> bool:
    return column in frame.columns and frame[column].null_count() < frame.height


def _days(dates: pl.Series) -> Ints:
    return dates.cast(pl.Int32).to_numpy().astype(np.int64)
