"""A VIX-style index from one capture of an option chain: which expiries, which rate, and every intermediate.

The strip itself is `alvh.maths.variance`. Here stand the rules around it (`methodology.md` section 1; Cboe, "VIX White
Paper" 2009, 2014 and 2019; "Mathematics Methodology" 2022, bracket method):

- ``current``: the last Friday expiry not beyond the tenor and the first one beyond it; on third Fridays the AM-settled
  root SPX, else PM-settled SPXW. Weeklies end within two months; beyond them 93 days take third Fridays and whatever
  other Friday the chain lists (month ends), 184 days third Fridays alone. VIX options: the monthly Wednesdays. (No text
  we read says which Fridays the two long tenors take; of both readings these are the ones that the published closes
  bear out, and `alvh replicate vix3m` shows the other one too.)
- ``historical`` (VIX until October 2014): the first monthly with more than seven days left, and the month after it;
  for 93 and 184 days third Fridays alone.

A Friday (Wednesday) that is a holiday hands its place to the session before: on 2022-03-23 the near expiry is Thursday
2022-04-14, Good Friday's eve.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
import polars as pl

from alvh.conventions import (
    MINUTES_PER_DAY,
    close_minute,
    session_on_or_before,
    settlement_instant,
    spx_monthly_expiry,
    third_friday,
    vix_expiry,
)
from alvh.maths.treasury import bounded_spline, continuous
from alvh.maths.variance import MINUTES_A_YEAR, Chain, Strip, strip
from alvh.values import Floats, Missing

Rule = Literal["current", "historical"]
RateOf = Callable[[float], float]
"""Continuous annual rate of a term in calendar days."""

TENORS: Final = {9: "VIX9D", 30: "VIX", 93: "VIX3M", 184: "VIX6M"}
"""Published indices by tenor in days."""
SPARSE_FROM_DAYS: Final = 60
"""Beyond so many days not every Friday is listed: a longer tenor asks the chain which are."""
MONTHS_ONLY_FROM_DAYS: Final = 120
"""Beyond so many days only third Fridays count."""
MIN_HISTORICAL_DAYS: Final = 7
"""The old rule leaves the front month when a week is left."""
LAST_VALUE_AFTER_CLOSE: Final = 15
"""Minutes after the close of the cash session at which VIX takes its closing value: 15:15 Chicago."""
CMT_DAYS: Final = {"DGS1MO": 30.0, "DGS3MO": 91.0, "DGS6MO": 182.0, "DGS1": 365.0, "DGS2": 730.0}
CMT_MAX_AGE_DAYS: Final = 10
_EPOCH = dt.date(1970, 1, 1).toordinal()
_NEW_YORK_AHEAD = 60
_CAPTURE = ("quote_date", "snapshot_ts", "source")


class Expiry(NamedTuple):
    """One expiry the rule may name: calendar minutes from the quotes to settlement, root, date."""

    minutes: float
    root: str
    date: dt.date


@dataclass(frozen=True)
class Term:
    """One of the two expiries of a reading: its name, the minutes to settlement, and the strip with all its parts."""

    root: str
    expiry: dt.date
    minutes: float
    strip: Strip


@dataclass(frozen=True)
class VixReading:
    """An index value and what it is made of: two terms, the weights of their total variances, the value in points."""

    tenor_days: int
    rule: Rule
    near: Term
    later: Term
    near_weight: float
    later_weight: float
    value: float


@dataclass(frozen=True)
class Capture:
    """One download of one session's chain: `minute` is the Chicago wall-clock time its quotes stand for."""

    session: dt.date
    snapshot: dt.datetime | None
    source: str
    minute: int
    rows: pl.DataFrame


def captures(chains: pl.DataFrame) -> list[Capture]:
    """Return every capture of canonical ``chains`` rows of one symbol, by session, time and source.

    Quotes taken on the session itself before the closing value of VIX stand for their own time, all others for the
    close: a later download shows the last quotes of the session.
    """
    out = []
    for key, rows in chains.group_by(*_CAPTURE, maintain_order=True):
        session, snapshot, source = key
        if not isinstance(session, dt.date):
            continue
        stamp = snapshot if isinstance(snapshot, dt.datetime) else None
        out.append(Capture(session, stamp, str(source), quote_minute(session, stamp), rows))
    return sorted(out, key=lambda one: (one.session, str(one.snapshot or "unknown"), one.source))


def quote_minute(session: dt.date, snapshot: dt.datetime | None) -> int:
    """Return the Chicago minute of the day that a capture's quotes stand for; `snapshot` is New York wall clock."""
    last = close_minute(session) + LAST_VALUE_AFTER_CLOSE
    if snapshot is None or snapshot.date() != session:
        return last
    return min(last, snapshot.hour * 60 + snapshot.minute - _NEW_YORK_AHEAD)


def fullest(found: list[Capture]) -> Capture:
    """Return the capture with the most two-sided quotes, the latest among equals."""
    return max(found, key=lambda one: one.rows.filter((pl.col("bid") > 0) & (pl.col("ask") > 0)).height)


def treasury_rates(rates: pl.DataFrame, session: dt.date) -> RateOf | Missing:
    """Return the continuous rate by term from the constant-maturity yields known before `session`.

    The Treasury publishes a day's yields in its evening, so a session is priced off those of the day before.
    `rates` are rows of the canonical table, percent a year.
    """
    known = rates.filter(pl.col("date") < session, pl.col("date") >= session - dt.timedelta(CMT_MAX_AGE_DAYS))
    days, yields = [], []
    for series, tenor in CMT_DAYS.items():
        rows = known.filter(pl.col("series") == series).drop_nulls("value").sort("date")
        if rows.height:
            days.append(tenor)
            yields.append(float(rows["value"][-1]) / 100.0)
    if not days:
        return Missing(f"no Treasury yield of the {CMT_MAX_AGE_DAYS} days before {session}")
    maturities, curve = np.array(days), np.array(yields)
    return lambda term: continuous(bounded_spline(maturities, curve, term))


def read_vix(
    rows: pl.DataFrame,
    session: dt.date,
    minute: int,
    rate_of: RateOf,
    *,
    tenor_days: int = 30,
    rule: Rule = "current",
    underlying: Literal["SPX", "VIX"] = "SPX",
) -> VixReading | Missing:
    """Return a VIX-style index of one capture.

    Parameters
    ----------
    rows : DataFrame
        Canonical ``chains`` rows of the capture: root, expiry, right, strike, bid, ask.
    session, minute
        Date and Chicago minute of the day of the quotes.
    rate_of
        Continuous annual rate by calendar days to settlement.
    tenor_days : int
        30 for VIX and VVIX.
    rule : {"current", "historical"}
    underlying : {"SPX", "VIX"}
        VIX gives VVIX, from monthly series (`historical` leaves the front month a week before it settles; `current`
        brackets the tenor).

    Returns
    -------
    VixReading or Missing
        Missing, with the reason, when the chain lacks an expiry the rule names or a strip cannot be computed.
    """
    series = rows.select(pl.col("root").cast(pl.String), "expiry").unique()
    pair = near_and_later(session, minute, tenor_days, rule, underlying, set(series.iter_rows()))
    terms = []
    for one in pair:
        found = _term(rows, one, underlying, rate_of(one.minutes / MINUTES_PER_DAY))
        if isinstance(found, Missing):
            return found
        terms.append(found)
    near, later = terms
    target = float(tenor_days * MINUTES_PER_DAY)
    weight = (later.minutes - target) / (later.minutes - near.minutes)
    total = near.strip.years * near.strip.variance * weight + later.strip.years * later.strip.variance * (1.0 - weight)
    if total < 0.0:
        return Missing("the interpolated variance is negative")
    value = 100.0 * math.sqrt(total * MINUTES_A_YEAR / target)
    return VixReading(tenor_days, rule, near, later, weight, 1.0 - weight, value)


def near_and_later(
    session: dt.date,
    minute: int,
    tenor_days: int,
    rule: Rule,
    underlying: Literal["SPX", "VIX"] = "SPX",
    listed: Collection[tuple[str, dt.date]] = (),
) -> tuple[Expiry, Expiry]:
    """Return the two expiries that a rule names at an instant.

    Third Fridays, and for short tenors every Friday, are named whether or not a chain quotes them; for tenors from
    `SPARSE_FROM_DAYS` on a weekly counts only where `listed`, the chain's (root, expiry), has it.
    """
    sparse = tenor_days >= SPARSE_FROM_DAYS
    months_only = rule == "historical" or tenor_days >= MONTHS_ONLY_FROM_DAYS
    now = (session.toordinal() - _EPOCH) * MINUTES_PER_DAY + minute
    near: Expiry | None = None
    for root, date in _candidates(session, underlying):
        if root == "SPXW" and (months_only or (sparse and (root, date) not in listed)):
            continue
        one = Expiry(round(settlement_instant(root, date) * MINUTES_PER_DAY) - now, root, date)
        if months_only and not sparse:
            if near is not None:
                return near, one
            near = one if one.minutes > MIN_HISTORICAL_DAYS * MINUTES_PER_DAY else None
        elif one.minutes > tenor_days * MINUTES_PER_DAY and near is not None:
            return near, one
        elif one.minutes > 0:
            near = one
    raise ValueError(f"no two expiries around {tenor_days} days after {session}")


def _candidates(session: dt.date, underlying: str) -> Iterator[tuple[str, dt.date]]:
    """Yield (root, expiry) from the session on, ascending, over a year."""
    if underlying == "VIX":
        for ahead in range(14):
            month = session.month - 1 + ahead
            date = vix_expiry(session.year + month // 12, month % 12 + 1)
            if date >= session:
                yield "VIX", date
        return
    friday = session + dt.timedelta((4 - session.weekday()) % 7)
    for week in range(56):
        day = friday + dt.timedelta(7 * week)
        if day == third_friday(day.year, day.month):
            yield "SPX", spx_monthly_expiry(day.year, day.month)
        else:
            yield "SPXW", session_on_or_before(day)


def _term(rows: pl.DataFrame, one: Expiry, underlying: str, rate: float) -> Term | Missing:
    quotes = rows.filter(pl.col("expiry") == one.date)
    if underlying != "VIX":
        # One vendor calls every VIX option VIX, another BVZ or VIXW: the expiry names the series.
        quotes = quotes.filter(pl.col("root").cast(pl.String) == one.root)
    if quotes.is_empty():
        return Missing(f"the chain holds no {one.root} expiry of {one.date}, which the rule needs")
    found = strip(chain_of(quotes), one.minutes / MINUTES_A_YEAR, rate)
    if isinstance(found, Missing):
        return Missing(f"{one.root} {one.date}: {found.why}")
    return Term(one.root, one.date, one.minutes, found)


def chain_of(quotes: pl.DataFrame) -> Chain:
    """Lay the rows of one expiry out by strike; a side that is not listed has neither bid nor ask."""
    sides = [
        quotes.filter(pl.col("right").cast(pl.String) == right)
        .group_by("strike")
        .agg(pl.col("bid", "ask").last())
        .rename({"bid": f"{right}.bid", "ask": f"{right}.ask"})
        for right in ("C", "P")
    ]
    both = sides[0].join(sides[1], on="strike", how="full", coalesce=True).sort("strike").fill_null(0.0)

    def column(name: str) -> Floats:
        return np.ascontiguousarray(both[name].cast(pl.Float64).to_numpy())

    return Chain(column("strike"), column("C.bid"), column("C.ask"), column("P.bid"), column("P.ask"))
