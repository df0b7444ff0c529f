"""Tiny tables in canonical columns, for the tests of the checks."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from alvh.adapters.schema import TABLES
from alvh.market.check import Facts, check

KEYS = {name: table.key for name, table in TABLES.items()}
# Ten sessions: two weeks from Monday 6 to Friday 17 May 2019.
DAYS = [dt.date(2019, 5, day) for day in (6, 7, 8, 9, 10, 13, 14, 15, 16, 17)]


def facts(days=DAYS, **others):
    return Facts(np.array(days, dtype="datetime64[D]"), KEYS, **others)


def table(name, rows):
    """Build a canonical table of dicts; columns left out are null."""
    columns = TABLES[name].columns
    return TABLES[name].conform(pl.DataFrame([{c: r.get(c) for c in columns} for r in rows], schema=columns))


def series(name, closes, days=DAYS, **others):
    """Build a table of one symbol's closes, day by day; None leaves the day out."""
    rows = [{"date": d, "close": c, **others} for d, c in zip(days, closes, strict=True) if c is not None]
    return table(name, rows)


def option(strike, right, bid, ask, day=DAYS[0], expiry=dt.date(2019, 6, 21), **others):
    row = {"quote_date": day, "source": "s", "symbol": "SPX", "root": "SPX", "settle": "AM", "expiry": expiry}
    return {**row, "strike": float(strike), "right": right, "bid": float(bid), "ask": float(ask), **others}


def future(day, expiry, settle, kind="monthly", **others):
    return {"date": day, "expiry": expiry, "contract": f"VX/{expiry}", "kind": kind, "settle": settle, **others}


def findings(name, frame, told=None, only=()):
    """Return the findings as (check, date, symbol, row, value)."""
    report = check({name: frame}, told or facts(), only=only)
    return [(f.check, f.date, f.symbol, f.row, f.value) for f in report.findings]
