"""The daily log of Option Omega: what the account was worth at each close, the marks that a trade log lacks.

Header: ``Date, Net Liquidity, Current Funds, Withdrawn, Trading Funds, P/L, P/L %, Drawdown %`` (github
tradeblocks-org/tradeblocks, `packages/lib/models/daily-log.ts`, `REQUIRED_DAILY_LOG_COLUMNS`; its importer needs the
first two alone). Net liquidity counts open trades; current funds do not.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from alvh.adapters.brokers.cells import lines_under, raw_rows
from alvh.adapters.errors import in_file
from alvh.adapters.records.format import Given, RecordFormat
from alvh.evidence.records import Dropped, Record, RecordTrade, record_of_returns, record_of_values
from alvh.values import Dates, Floats, Missing

_WANTED = (("date",), ("net liquidity",))
WITHDRAWN_NOTE = (
    "Money was withdrawn: each day's return is its P/L over the net liquidity before it, so that what was taken out is "
    "no loss."
)


def read_daily_log(
    path: Path,
    name: str,
    source: str,
    trades: Sequence[RecordTrade] = (),
    *,
    dropped: Sequence[Dropped] = (),
    notes: Sequence[str] = (),
) -> Record:
    """Return a record marked daily, with the trades that belong to it; UserError for what cannot be read.

    The value before the first day is its net liquidity less its P/L where the log has one, else the first day is the
    start. Where money was withdrawn, returns are P/L over the value before.
    """
    days, worth, gained, withdrawn = _columns(path)
    order = np.argsort(days)
    dates, values, pnl = days[order], worth[order], gained[order]
    known = bool(np.isfinite(pnl).all())
    start = float(values[0] - pnl[0]) if known else math.nan
    before = np.concatenate(([start], values[:-1]))
    if known and not (start > 0.0):
        raise in_file(path, f"net liquidity less P/L is {start:,.2f} before the first day: no account to start from")
    of_returns = partial(record_of_returns, trades=trades, includes_interest=False, dropped=dropped)
    if withdrawn and known:
        made = of_returns(name, source, dates, pnl / before, start, notes=(*notes, WITHDRAWN_NOTE))
    elif withdrawn:
        raise in_file(path, "money was withdrawn: without this column no return is known", column="p/l")
    elif known:
        made = of_returns(name, source, dates, values / before - 1.0, start, notes=notes)
    else:
        made = record_of_values(
            name, source, dates, values, trades=trades, includes_interest=False, dropped=dropped, notes=notes
        )
    if isinstance(made, Missing):
        raise in_file(path, made.why)
    return made


def _columns(path: Path) -> tuple[Dates, Floats, Floats, bool]:
    """Return days, net liquidity, P/L (NaN where none) and whether anything was withdrawn."""
    seen: dict[dt.date, int] = {}
    rows: list[tuple[dt.date, float, float]] = []
    withdrawn = False
    for line in lines_under(path, raw_rows(path), _WANTED):
        day = line.date_in("date")
        if day in seen:
            raise line.wrong(f"{day} stands on line {seen[day]} already", "date")
        seen[day] = line.number
        worth = line.number_in("net liquidity")
        if not worth > 0.0:
            raise line.wrong(f"an account of {worth:,.2f} has no return after it", "net liquidity")
        rows.append((day, worth, line.number_in("p/l") if line.has("p/l") else math.nan))
        withdrawn |= line.has("withdrawn") and line.number_in("withdrawn") != 0.0
    if not rows:
        raise in_file(path, "there is no day under its header")
    days = np.array([row[0] for row in rows], dtype="datetime64[D]")
    return days, np.array([row[1] for row in rows]), np.array([row[2] for row in rows]), withdrawn


def _read(path: Path, given: Given) -> Record:
    if given.daily_log is not None:
        raise in_file(path, "is a daily log itself: give the trade log as the file and this one beside it")
    return read_daily_log(path, path.stem, "daily-log")


def _sniff(columns: frozenset[str]) -> bool:
    return {"date", "net liquidity"} <= columns


FORMATS = (RecordFormat("daily-log", "daily log of Option Omega or tradeblocks: Date, Net Liquidity", _sniff, _read),)
