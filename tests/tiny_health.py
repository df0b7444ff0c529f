"""The slow tables of the tiny market: breadth, monthly ratios, a fund of property companies, releases of CPI."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from alvh.conventions import previous_session, session_on_or_before, third_friday
from alvh.values import Dates, Floats

MEMBERS = 500
UNCHANGED = 5
RELEASE_EVERY_SESSIONS = 21
REIT_PAID = 0.009
"""Share of its price that the property fund pays a quarter; it raises the dividend by 2 % a year through its price."""
REIT_YEARS_BEFORE = 7


def breadth_rows(days: Dates, noise: Floats, spx: Floats) -> pl.DataFrame:
    """Advancers rise with the index's own move, with noise; every session has the same members."""
    moves = np.concatenate(([0.0], np.diff(np.log(spx))))
    share = 0.5 + 0.45 * np.tanh(80.0 * moves + 0.3 * noise[:, 7])
    up = np.round(share * (MEMBERS - UNCHANGED)).astype(np.int64)
    return pl.DataFrame({"date": days, "advancers": up, "decliners": MEMBERS - UNCHANGED - up}).with_columns(
        universe=pl.lit("SP500_PIT"), unchanged=pl.lit(UNCHANGED), n=pl.lit(MEMBERS), n_members=pl.lit(MEMBERS)
    )


def ratio_rows(days: Dates, noise: Floats) -> pl.DataFrame:
    """Return P/E and P/CF of each month since two years before the market, by the noise of the session before it."""
    months = np.arange(days[0].astype("datetime64[M]") - 24, days[-1].astype("datetime64[M]") + 1)
    before = np.searchsorted(days, months.astype("datetime64[D]")) - 1
    drawn = np.where((before >= 0)[:, None], noise[np.maximum(before, 0)][:, 8:10], 0.0)
    turn = np.sin(0.7 * months.astype(np.int64))
    return pl.DataFrame(
        {
            "date": months.astype("datetime64[D]"),
            "pe_ttm": 20.0 * np.exp(0.05 * turn + 0.02 * drawn[:, 0]),
            "pcf": 13.0 * np.exp(0.02 * drawn[:, 1]),
        }
    ).with_columns(series=pl.lit("SHILLER"))


def reit_rows(days: Dates, spx: Floats, source: str) -> pl.DataFrame:
    """VNQ: two rows a quarter before the market, about each ex-date, then one a session, half as wild as the index."""
    first = days[0].item()
    ex = [
        session_on_or_before(third_friday(year, month))
        for year in range(first.year - REIT_YEARS_BEFORE, first.year + 1)
        for month in (3, 6, 9, 12)
    ]
    early = sorted({day for at in ex if at < first for day in (previous_session(at), at)})
    dates = np.concatenate((np.array(early, dtype="datetime64[D]"), days))
    years = (dates - days[0]).astype(np.float64) / 365.0
    close = 90.0 * np.exp(0.02 * np.minimum(years, 0.0))
    close[len(early) :] *= np.sqrt(spx / spx[0])
    ex_days = np.array([*ex, *_later(days)], dtype="datetime64[D]")
    paid = np.isin(dates, ex_days) & (np.arange(len(dates)) > 0)
    adjusted = close * np.cumprod(np.where(paid, 1.0 / (1.0 - REIT_PAID), 1.0))
    return pl.DataFrame({"date": dates, "close": close, "adj_close": adjusted}).with_columns(
        symbol=pl.lit("VNQ"), source=pl.lit(source)
    )


def _later(days: Dates) -> list[dt.date]:
    """Ex-dates after the year in which the market begins."""
    last = days[-1].item()
    return [
        session_on_or_before(third_friday(year, month))
        for year in range(days[0].item().year + 1, last.year + 1)
        for month in (3, 6, 9, 12)
    ]


def release_rows(days: Dates, source: str) -> pl.DataFrame:
    """One release of consumer prices every `RELEASE_EVERY_SESSIONS` sessions."""
    at = days[RELEASE_EVERY_SESSIONS // 2 :: RELEASE_EVERY_SESSIONS]
    return pl.DataFrame({"date": at}).with_columns(
        kind=pl.lit("CPI"),
        time_et=pl.lit("08:30"),
        scheduled=pl.lit(value=True),
        event=pl.lit("release"),
        status=pl.lit("held"),
        source=pl.lit(source),
    )
