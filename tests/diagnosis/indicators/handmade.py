"""Histories typed by hand: series by session, and VX settlements by session and expiry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import polars as pl

from alvh.conventions import sessions, vix_expiry
from alvh.market.history import History, build_history

FIRST = dt.date(2019, 3, 1)
AXIS: list[dt.date] = sessions(FIRST, dt.date(2021, 12, 31)).astype(object).tolist()
EXPIRIES = [vix_expiry(year, month) for year in (2019, 2020, 2021) for month in range(1, 13)]

Settle = Callable[[int, int], float | None]
"""Session number and number of the month from March 2019 (0) -> settlement, or None where nothing was published."""


def made(series: Mapping[str, Sequence[float]], settle: Settle | None = None, first: dt.date = FIRST) -> History:
    """Return a history of the series given (SPX is 2800 where it is not; NaN is no row) and of VX settlements."""
    days = [day for day in AXIS if day >= first][: max(len(values) for values in series.values())]
    levels = {"SPX": np.full(len(days), 2800.0), **series}
    rows = [
        {"date": day, "symbol": name, "close": float(value), "source": "hand"}
        for name, values in levels.items()
        for day, value in zip(days, values, strict=False)
        if np.isfinite(value)
    ]
    frame = pl.DataFrame(rows)
    spx = pl.col("symbol") == "SPX"
    tables = {"underlyings": frame.filter(spx), "vol_indices": frame.filter(~spx)}
    if settle is not None:
        tables["vx_futures"] = futures(days, settle)
    return build_history(tables)


def futures(days: Sequence[dt.date], settle: Settle) -> pl.DataFrame:
    """Return canonical settlements of every monthly listed up to nine months ahead."""
    rows = []
    for i, day in enumerate(days):
        for expiry in EXPIRIES:
            if not 0 < (expiry - day).days < 280:
                continue
            value = settle(i, 12 * (expiry.year - 2019) + expiry.month - 3)
            if value is not None:
                rows.append({"date": day, "expiry": expiry, "kind": "monthly", "settle": value, "source": "hand"})
    return pl.DataFrame(rows, schema_overrides={"settle": pl.Float64})


def by_rank(curve: Callable[[int], Sequence[float]]) -> Settle:
    """Return settlements that make F1, F2, ... of session `i` the numbers of ``curve(i)``."""

    def settle(i: int, month: int) -> float | None:
        day = AXIS[i]
        far = [e for e in EXPIRIES if e > day and sum(day < d <= e for d in AXIS[i : i + 12]) >= 5]
        rank = EXPIRIES.index(far[0]) - 2
        levels = curve(i)
        return levels[month - rank] if 0 <= month - rank < len(levels) else levels[0]

    return settle
