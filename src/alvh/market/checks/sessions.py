"""Sessions that a series lacks between its first and last row, and rows on days that are no session."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from alvh.market.checks.facts import Facts
from alvh.market.checks.finding import FILE, ROW, Severity, found, nothing
from alvh.values import Dates


@dataclass(frozen=True, slots=True)
class Daily:
    """A table of daily series: its date, what names a series, how grave a hole is, whether rows need a session."""

    date: str
    symbol: str
    severity: Severity
    only_sessions: bool


DAILY: dict[str, Daily] = {
    # Chains are recorded when somebody records them: a hole is a fact to know of.
    "chains": Daily("quote_date", "symbol", "info", only_sessions=True),
    "vx_futures": Daily("date", "", "warning", only_sessions=True),
    "vol_indices": Daily("date", "symbol", "warning", only_sessions=True),
    "underlyings": Daily("date", "symbol", "warning", only_sessions=True),
    "rates": Daily("date", "series", "warning", only_sessions=False),
    "benchmarks": Daily("date", "symbol", "info", only_sessions=False),
    "breadth": Daily("date", "universe", "info", only_sessions=False),
    "flows": Daily("date", "series", "info", only_sessions=False),
}
"""The tables whose series are looked at. Series that are not daily (`is_daily`) are left alone."""

_DAILY_STEP = 1
_GROUP = "__series"


def missing_sessions(tables: Mapping[str, pl.DataFrame], facts: Facts) -> pl.DataFrame:
    """Find each run of sessions that a daily series lacks inside its range; `value` counts the sessions.

    A series whose usual step is more than one session (weekly, monthly) is not daily and is not asked. Rates follow the
    bond market, which also rests on Columbus Day and Veterans Day, and kept Martin Luther King Day before NYSE did.
    """
    parts = [nothing()]
    for name, daily in DAILY.items():
        if name not in tables or tables[name].is_empty():
            continue
        calendar = _bond_sessions(facts.sessions) if name == "rates" else facts.sessions
        rows = tables[name].select(daily.date, _series(daily), FILE, ROW)
        # Recorded chains are whatever days there are; every other series must be daily to have holes.
        gaps = holes(rows, calendar, [_GROUP], daily.date, sparse=name == "chains")
        parts.append(
            found(
                gaps,
                "missing_sessions",
                name,
                daily.severity,
                date="from",
                symbol=_GROUP,
                detail=pl.format("{} to {}", "from", "to"),
                value="missing",
                why=pl.format("NYSE sessions without a row: {}, from {} to {}", "missing", "from", "to"),
            )
        )
    return pl.concat(parts)


def not_a_session(tables: Mapping[str, pl.DataFrame], facts: Facts) -> pl.DataFrame:
    """Find rows dated on days that are no session; days on which only the futures exchange was open are VX sessions."""
    parts = [nothing()]
    for name, daily in DAILY.items():
        if name not in tables or not daily.only_sessions or not facts.sessions.size:
            continue
        allowed = facts.sessions
        if name == "vx_futures":
            extra = np.array(facts.extra_vx_sessions, dtype="datetime64[D]")
            allowed = np.union1d(allowed, extra)
        first, last = facts.sessions[0].item(), facts.sessions[-1].item()
        rows = tables[name].select(daily.date, _series(daily), FILE, ROW)
        days = rows.select(pl.col(daily.date).unique()).filter(pl.col(daily.date).is_between(first, last)).to_series()
        strange = days.filter(pl.Series(~np.isin(days.to_numpy(), allowed)))
        parts.append(
            found(
                rows.join(strange.to_frame(), on=daily.date, how="semi"),
                "not_a_session",
                name,
                "info" if name == "vol_indices" else "warning",
                date=daily.date,
                symbol=_GROUP,
                why=pl.format("{} is no NYSE session", daily.date),
            )
        )
    return pl.concat(parts)


def holes(rows: pl.DataFrame, sessions: Dates, by: Sequence[str], date: str, *, sparse: bool = False) -> pl.DataFrame:
    """Return the last row before each hole of each series, with ``from``, ``to`` and ``missing``.

    Parameters
    ----------
    rows : DataFrame
        Rows with `date` and the columns `by`; several a day count once.
    sessions : array of datetime64[D]
        The days on which a row is due.
    sparse : bool
        Look also at series that are not daily.
    """
    firsts = rows.sort(*by, date, maintain_order=True).unique([*by, date], keep="first", maintain_order=True)
    days = firsts[date].to_numpy()
    at = np.searchsorted(sessions, days)
    on = (
        (at < sessions.size) & (sessions[np.minimum(at, max(sessions.size - 1, 0))] == days)
        if sessions.size
        else at < 0
    )
    placed = firsts.with_columns(pl.Series("__at", at, pl.Int64)).filter(pl.Series(on))
    step = pl.col("__at").shift(-1).over(by) - pl.col("__at")
    stepped = placed.with_columns(__step=step).filter(pl.col("__step").is_not_null())
    if not sparse:
        stepped = stepped.filter(pl.col("__step").median().over(by) <= _DAILY_STEP)
    gaps = stepped.filter(pl.col("__step") > 1)
    position, length = gaps["__at"].to_numpy(), gaps["__step"].to_numpy()
    return gaps.with_columns(
        pl.Series("from", sessions[position + 1], pl.Date),
        pl.Series("to", sessions[position + length - 1], pl.Date),
        pl.Series("missing", length - 1, pl.Int64),
    ).drop("__at", "__step")


def _series(daily: Daily) -> pl.Expr:
    named = pl.col(daily.symbol).cast(pl.String) if daily.symbol else pl.lit("VX")
    return named.alias(_GROUP)


def _bond_sessions(sessions: Dates) -> Dates:
    """Return the sessions without the holidays that only the bond market keeps (SIFMA's recommended closings)."""
    days = sessions.astype(dt.date)
    kept = np.array([not _bond_holiday(day) for day in days], dtype=bool)
    working: Dates = sessions[kept]
    return working


def _bond_holiday(day: dt.date) -> bool:
    """Tell Columbus Day, Veterans Day (a Sunday moves to Monday) and, from 1986, Martin Luther King Day."""
    monday = day.weekday() == 0
    columbus = day.month == 10 and monday and 8 <= day.day <= 14
    veterans = day.month == 11 and (day.day == 11 or (monday and day.day == 12))
    king = day.year >= 1986 and day.month == 1 and monday and 15 <= day.day <= 21
    return columbus or veterans or king
