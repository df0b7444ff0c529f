"""Rows of a log as trades, for every format that has one trade a row."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alvh.adapters.brokers.cells import NOTHING, Line
from alvh.adapters.errors import in_file
from alvh.conventions import sessions_between
from alvh.evidence.records import Dropped, Record, RecordTrade, record_of_trades
from alvh.values import Missing

STILL_OPEN = "still open: no closing date"
NO_CONTRACTS = "no contracts"
TOTAL = "a total, no trade"


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of a log's columns (lower case), each with its other names; empty where it has none.

    `premium` is in USD a contract, `worst_percent` the worst open P&L in percent of the premium, `fees` what is still
    to be taken off the P&L.
    """

    opened: tuple[str, ...]
    closed: tuple[str, ...]
    pnl: tuple[str, ...]
    contracts: tuple[str, ...] = ()
    premium: tuple[str, ...] = ()
    margin: tuple[str, ...] = ()
    worst_percent: tuple[str, ...] = ()
    strategy: tuple[str, ...] = ()
    fees: tuple[str, ...] = ()


@dataclass(slots=True)
class TradeRows:
    """Trades read so far, and what was left out."""

    trades: list[RecordTrade] = field(default_factory=list)
    left_out: dict[str, list[int]] = field(default_factory=dict)

    def leave_out(self, why: str, line: int) -> None:
        """Count a row that is no closed trade."""
        self.left_out.setdefault(why, []).append(line)

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """What was left out, with its lines."""
        return tuple(Dropped(why, tuple(lines)) for why, lines in self.left_out.items())


def read_trades(lines: Iterable[Line], columns: Columns) -> TradeRows:
    """Return the closed trades of a log. UserError for a cell that cannot be read."""
    made = TradeRows()
    for line in lines:
        first = line.text(*columns.opened).lower()
        if first in {"total", "totals", "sum"} or (not first and not line.has(*columns.pnl)):
            made.leave_out(TOTAL, line.number)
        elif columns.closed and not line.has(*columns.closed):
            made.leave_out(STILL_OPEN, line.number)
        elif columns.contracts and line.has(*columns.contracts) and line.number_in(*columns.contracts) == 0.0:
            made.leave_out(NO_CONTRACTS, line.number)
        else:
            made.trades.append(read_trade(line, columns))
    return made


def read_trade(line: Line, columns: Columns) -> RecordTrade:
    """Return one trade; UserError where it ended before it began or a number is none."""
    opened = line.date_in(*columns.opened)
    closed = line.date_in(*columns.closed) if columns.closed else opened
    if closed < opened:
        raise line.wrong(f"closed on {closed}, before it was opened on {opened}", columns.closed[0])
    try:
        sessions_between(opened, closed)
    except ValueError as error:
        raise line.wrong(str(error), columns.opened[0]) from None
    contracts = _optional(line, columns.contracts)
    premium = _optional(line, columns.premium) * (1.0 if math.isnan(contracts) else abs(contracts))
    worst = _optional(line, columns.worst_percent)
    fees = sum(abs(line.number_in(name)) for name in columns.fees if line.has(name))
    return RecordTrade(
        opened=opened,
        closed=closed,
        pnl_usd=line.number_in(*columns.pnl) - fees,
        premium_usd=premium,
        margin_usd=_optional(line, columns.margin),
        worst_usd=min(0.0, worst / 100.0 * abs(premium)) if math.isfinite(worst * premium) else math.nan,
        strategy=line.text(*columns.strategy) if columns.strategy else "",
        line=line.number,
    )


def _optional(line: Line, names: Sequence[str]) -> float:
    """Return a number that a log need not have; NaN where it says nothing."""
    if not names or line.text(*names).lower() in NOTHING:
        return math.nan
    return line.number_in(*names)


def as_record(path: Path, source: str, rows: TradeRows, nav_usd: float | None, notes: Sequence[str]) -> Record:
    """Return trades as a record on closed trades; UserError where they are none, or no start is known."""
    if rows.trades and nav_usd is None:
        raise in_file(path, "does not say what the account was worth at the start: give it (--nav USD)")
    made = record_of_trades(path.stem, source, rows.trades, nav_usd or 0.0, dropped=rows.dropped, notes=notes)
    if isinstance(made, Missing):
        raise in_file(path, made.why)
    return made
