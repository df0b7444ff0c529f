"""Logs as tradeblocks reads them: its reporting log of executed trades, and any log with an opening day and a P/L.

Headers by github tradeblocks-org/tradeblocks: `packages/lib/models/reporting-trade.ts`
(`REQUIRED_REPORTING_TRADE_COLUMNS`: Strategy, Date Opened, Opening Price, Legs, Initial Premium, No. of Contracts, P/L,
and the aliases beside them) and the trade log of `packages/lib/models/trade.ts`, of which its importer needs only
``Date Opened`` and ``P/L``. What it takes for net of fees is taken so here: a P/L before fees says so by a column
``P/L Basis`` with ``gross_before_fees``, and then both columns of fees are taken off. ``Initial Premium`` is in points
or dollars as the broker wrote it, so it is not read.
"""

from __future__ import annotations

from pathlib import Path

from alvh.adapters.brokers.cells import lines_under, raw_rows
from alvh.adapters.records.daily_log import read_daily_log
from alvh.adapters.records.format import Given, RecordFormat
from alvh.adapters.records.trade_rows import Columns, as_record, read_trades
from alvh.evidence.records import Record

OPENED = ("date opened", "opened on")
CLOSED = ("date closed", "closed on")
PNL = ("p/l", "pl", "net p/l", "net pl")
GROSS = "gross_before_fees"
FEES = (("opening commissions + fees", "opening comms & fees"), ("closing commissions + fees", "closing comms & fees"))
NO_CLOSING_COLUMN = (
    "The log has no column of closing days: each P&L stands on the day of the opening, earlier than it was earned."
)


def _read(path: Path, given: Given) -> Record:
    lines = list(lines_under(path, raw_rows(path), (OPENED, PNL)))
    there = {name for line in lines[:1] for name in line.cells}
    gross = any(line.text("p/l basis").lower() == GROSS for line in lines)
    fees = tuple(next((name for name in names if name in there), names[0]) for names in FEES) if gross else ()
    columns = Columns(
        opened=OPENED,
        closed=CLOSED if any(name in there for name in CLOSED) else (),
        pnl=PNL,
        contracts=("no. of contracts", "contracts", "contracts traded"),
        premium=("premium",),
        margin=("margin req.",),
        strategy=("strategy",),
        fees=fees,
    )
    if gross and lines:
        # A log that says its P/L is before fees has to say the fees.
        for name in fees:
            lines[0].number_in(name)
    rows = read_trades(lines, columns)
    notes = [] if columns.closed else [NO_CLOSING_COLUMN]
    if given.daily_log is not None:
        return read_daily_log(given.daily_log, path.stem, "tradeblocks", rows.trades, dropped=rows.dropped, notes=notes)
    return as_record(path, "tradeblocks", rows, given.nav_usd, notes)


def _sniff(columns: frozenset[str]) -> bool:
    return bool(columns & set(OPENED)) and bool(columns & set(PNL)) and "funds at close" not in columns


FORMATS = (RecordFormat("tradeblocks", "any log of trades: Date Opened, P/L", _sniff, _read),)
