"""VIX and its relatives from every chain in the store, beside the published closes and ranges.

A capture counts as an end-of-day quote table when it was taken after the close of VIX and before Cboe's next global
session (20:15 New York on the eve of every weekday since 2021-11-21), so that it shows the quotes of the close. For
captures whose time nobody knows, the test is the day's official range.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Literal

import numpy as np

from alvh.evidence.replication import Desk, Row, Target
from alvh.market.vix_strip import (
    MONTHS_ONLY_FROM_DAYS,
    SPARSE_FROM_DAYS,
    TENORS,
    Capture,
    Rule,
    captures,
    read_vix,
    treasury_rates,
)
from alvh.values import Missing

MEDIAN_THRESHOLD_POINTS: Final = 0.02
QUOTE_COLUMNS: Final = ("quote_date", "snapshot_ts", "source", "root", "expiry", "right", "strike", "bid", "ask")
_CLOSE, _GLOBAL_OPEN = dt.time(16, 15), dt.time(20, 15)
_FRIDAY = 4
_WHOLE_CHAIN_EXPIRIES: Final = 3
"""Fewer expiries than this are no chain an index could be computed from; such captures are counted apart."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One capture's index beside the published one; `inside` whether it lies in the day's range, None without one."""

    session: dt.date
    source: str
    shows_close: bool
    timed: bool
    value: float
    close: float
    inside: bool | None


def shows_the_close(capture: Capture) -> bool:
    """Whether the quotes are those of the close, as far as the time of the download tells."""
    if capture.snapshot is None or capture.snapshot < dt.datetime.combine(capture.session, _CLOSE):
        return False
    weekday = capture.session + dt.timedelta(3 if capture.session.weekday() == _FRIDAY else 1)
    return capture.snapshot < dt.datetime.combine(weekday - dt.timedelta(1), _GLOBAL_OPEN)


def compare(
    desk: Desk, symbol: str, tenor_days: int, underlying: Literal["SPX", "VIX"], rule: Rule = "current"
) -> tuple[list[Compared], list[str]] | Missing:
    """Return every capture's index beside the published one, and in a sentence each why others gave none."""
    published = desk.read("vol_indices", symbol=symbol).drop_nulls("close")
    chains = desk.read("chains", symbol=underlying)
    if published.is_empty() or chains.is_empty():
        return Missing(f"no {underlying} chains or no {symbol} closes in the store")
    rates = desk.read("rates")
    closes = {row["date"]: row for row in published.select("date", "high", "low", "close").iter_rows(named=True)}
    found: list[Compared] = []
    refused: list[str] = []
    for capture in captures(chains.select(QUOTE_COLUMNS)):
        label = f"{capture.session} {capture.source}"
        official = closes.get(capture.session)
        if official is None:
            refused.append(f"{label}: no published {symbol}")
            continue
        if capture.rows["expiry"].n_unique() < _WHOLE_CHAIN_EXPIRIES:
            refused.append(f"{label}: fewer than {_WHOLE_CHAIN_EXPIRIES} expiries")
            continue
        rate_of = treasury_rates(rates, capture.session)
        if isinstance(rate_of, Missing):
            refused.append(f"{label}: {rate_of.why}")
            continue
        reading = read_vix(
            capture.rows,
            capture.session,
            capture.minute,
            rate_of,
            tenor_days=tenor_days,
            rule=rule,
            underlying=underlying,
        )
        if isinstance(reading, Missing):
            refused.append(f"{label}: {reading.why}")
            continue
        low, high = official["low"], official["high"]
        inside = None if low is None or high is None else bool(low <= reading.value <= high)
        found.append(
            Compared(
                capture.session,
                capture.source,
                shows_the_close(capture),
                capture.snapshot is not None,
                reading.value,
                float(official["close"]),
                inside,
            )
        )
    return found, refused


def run(symbol: str, tenor_days: int, underlying: Literal["SPX", "VIX"], desk: Desk) -> Sequence[Row] | Missing:
    """Compare one index; thresholds stand on VIX alone."""
    both = compare(desk, symbol, tenor_days, underlying)
    if isinstance(both, Missing):
        return both
    found, refused = both
    if not found:
        return Missing(refused[0] if refused else "no chain gives an index")
    official = f"published {symbol} ({_sources(desk, symbol)})"
    judged = symbol == "VIX"
    rows: list[Row] = []
    at_close = [one for one in found if one.shows_close]
    if at_close:
        limit = MEDIAN_THRESHOLD_POINTS if judged else None
        rows += _errors(symbol, "quote tables of the close", at_close, limit, official)
    untimed = [one for one in found if not one.timed]
    rows += _range(symbol, untimed, 0.0 if judged else None, official)
    if untimed:
        note = "the hour of the quotes is unknown, and the close is at 15:15 Chicago"
        rows += _errors(symbol, "captures without a time, against the close", untimed, None, official, note)[:1]
    others = [one for one in found if one.timed and not one.shows_close]
    if others:
        rows += _errors(symbol, "captures by day or overnight, against the close", others, None, official)[:1]
    if SPARSE_FROM_DAYS <= tenor_days < MONTHS_ONLY_FROM_DAYS:
        rows += _months_only(desk, symbol, tenor_days, official)
    none = len(refused)
    rows[0] = replace(rows[0], note=f"{none} captures give no index: too few expiries, roots or quotes" if none else "")
    return rows


def _months_only(desk: Desk, symbol: str, tenor_days: int, source: str) -> list[Row]:
    """Return the error of the other reading of the rule: third Fridays alone."""
    both = compare(desk, symbol, tenor_days, "SPX", "historical")
    at_close = [] if isinstance(both, Missing) else [one for one in both[0] if one.shows_close]
    which = "quote tables of the close, third Fridays alone"
    return _errors(symbol, which, at_close, None, source, "variant")[:1] if at_close else []


def _errors(
    symbol: str, which: str, chosen: list[Compared], threshold: float | None, source: str, note: str = ""
) -> list[Row]:
    """Return the median and the largest absolute error."""
    errors = np.abs([one.value - one.close for one in chosen])
    days = [one.session for one in chosen]
    measured = (("median", float(np.median(errors)), threshold), ("largest", float(errors.max()), None))
    return [
        Row(
            symbol.lower(), f"|error|, {name}, {which}", min(days), max(days), None, None, value, "points", limit,
            source, len(chosen), note=note,
        )
        for name, value, limit in measured
    ]  # fmt: skip


def _range(symbol: str, chosen: list[Compared], threshold: float | None, source: str) -> list[Row]:
    """Return the share of sessions outside the official range of the day."""
    known = [one for one in chosen if one.inside is not None]
    if not known:
        return []
    inside = sum(one.inside is True for one in known)
    days = [one.session for one in known]
    return [
        Row(
            symbol.lower(), "share outside the official range of the day (ours and published: captures inside, all)",
            min(days), max(days), float(inside), float(len(known)), 100.0 * (1.0 - inside / len(known)), "%", threshold,
            source, len(known),
        )
    ]  # fmt: skip


def _sources(desk: Desk, symbol: str) -> str:
    rows = desk.read("vol_indices", symbol=symbol)
    return ", ".join(sorted({str(name) for name in rows["source"].unique().to_list()})[:3])


TARGETS: Final = (
    *(
        Target(symbol.lower(), f"{symbol}: {tenor} days, from SPX chains", partial(run, symbol, tenor, "SPX"))
        for tenor, symbol in sorted(TENORS.items(), key=lambda item: item[1] != "VIX")
    ),
    Target("vvix", "VVIX: 30 days, from VIX chains", partial(run, "VVIX", 30, "VIX")),
)
