"""Option Omega's trade log of a backtest, with its daily log beside it where there is one.

Header as in the export that the open-source tradeblocks ships as test data and requires on import (github
tradeblocks-org/tradeblocks: `tests/data/ORB Test Data/orb-tradelog.csv`; `packages/lib/models/trade.ts`,
`REQUIRED_TRADE_COLUMNS`). Meanings by the same project's development guide and that
file's numbers: ``P/L`` is USD of the whole trade, fees already taken off; ``Premium`` is USD a contract, received
positive; ``Margin Req.`` is USD of the whole trade; ``Max Profit`` and ``Max Loss`` are the best and worst open P&L in
percent of the premium, so not the largest loss that was possible; ``Funds at Close`` is the account after the trade.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from alvh.adapters.brokers.cells import Line, lines_under, raw_rows
from alvh.adapters.records.daily_log import read_daily_log
from alvh.adapters.records.format import Given, RecordFormat
from alvh.adapters.records.trade_rows import Columns, as_record, read_trades
from alvh.evidence.records import Record

TRADES = Columns(
    opened=("date opened",),
    closed=("date closed",),
    pnl=("p/l",),
    contracts=("no. of contracts",),
    premium=("premium",),
    margin=("margin req.",),
    worst_percent=("max loss",),
    strategy=("strategy",),
)
_WANTED = (("date opened",), ("date closed",), ("p/l",), ("funds at close",))
FUNDS_TOLERANCE = 0.01
"""Share of the account by which the last funds may differ from the start plus all P&L before it is said."""


def _read(path: Path, given: Given) -> Record:
    lines = list(lines_under(path, raw_rows(path), _WANTED))
    rows = read_trades(lines, TRADES)
    notes = []
    nav = given.nav_usd
    funds = _funds(lines)
    if nav is None and funds:
        nav = funds[0][1] - funds[0][2]
    if funds and nav is not None:
        expected = nav + sum(trade.pnl_usd for trade in rows.trades)
        if abs(funds[-1][1] - expected) > FUNDS_TOLERANCE * abs(expected):
            notes.append(
                f"The funds at the last close are {funds[-1][1]:,.0f} USD, the start and all P&L come to "
                f"{expected:,.0f}: money was paid in or out, or the log is not whole. Returns are on the latter."
            )
    if given.daily_log is not None:
        return read_daily_log(
            given.daily_log, path.stem, "option-omega", rows.trades, dropped=rows.dropped, notes=notes
        )
    return as_record(path, "option-omega", rows, nav, notes)


def _funds(lines: list[Line]) -> list[tuple[tuple[dt.date, dt.time], float, float]]:
    """Return funds and P&L of closed trades in the order they closed: the start is the first's funds less its P&L."""
    found = []
    for line in lines:
        if line.has("funds at close") and line.has("date closed"):
            at = (line.date_in("date closed"), _time(line.text("time closed")))
            found.append((at, line.number_in("funds at close"), line.number_in("p/l")))
    return sorted(found, key=lambda one: one[0])


def _time(text: str) -> dt.time:
    for pattern in ("%H:%M:%S", "%H:%M", "%I:%M %p"):
        try:
            return dt.datetime.strptime(text.strip(), pattern).replace(tzinfo=dt.UTC).time()
        except ValueError:
            continue
    return dt.time.max


def _sniff(columns: frozenset[str]) -> bool:
    return {"date opened", "date closed", "p/l", "funds at close"} <= columns


FORMATS = (
    RecordFormat(
        "option-omega", "trade log of Option Omega: Date Opened, Date Closed, P/L, Funds at Close", _sniff, _read
    ),
)
