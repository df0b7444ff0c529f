"""A trader's own record: trades or returns from elsewhere on one axis of dates, and how far its marks can be trusted.

Three bases, and what they allow differs. *Daily marks*: the account's value at each close. *Closed trades*: a log says
what each trade made and when it ended, nothing of the days between; P&L stands on the day of the exit. Such a series
is calmer than the account was: on the same condors it has a Sharpe ratio of 1.80 instead of 1.00 (measured by
`check_marks.py` in our benchmark of peers), and its drawdown is a lower bound. A log of trades that all end on the day
they began has no such days. *Period returns*: weekly or monthly.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from alvh.conventions import sessions, sessions_between
from alvh.evidence.measure import SESSIONS_PER_YEAR, daily_returns
from alvh.values import Dates, Floats, Missing

Basis: TypeAlias = Literal["daily marks", "closed trades", "period returns"]

DAILY_GAP_DAYS: Final = 4.0
"""A series whose dates lie at most so many days apart, in the median, is daily: a long week-end is four."""
WEEKLY_GAP_DAYS: Final = 10.0
MONTHLY_GAP_DAYS: Final = 45.0
LARGEST_RETURN: Final = 1e6
"""No account grows a million times in a period: such a number is a mistake of the file."""

CLOSED_TRADES_WARNING: Final = (
    "The log holds no daily marks: P&L stands on the day of the exit. That flatters volatility and the Sharpe ratio "
    "(1.80 instead of 1.00 on the same condors, in our benchmark of peers), and every drawdown is a lower bound."
)


class RecordTrade(NamedTuple):
    """One trade of a log.

    `pnl_usd` is of the whole trade, after fees. `premium_usd` is what the whole trade received at its opening (paid
    negative), `margin_usd` what the broker held, `worst_usd` the worst open P&L on the way: NaN where not known.
    """

    opened: dt.date
    closed: dt.date
    pnl_usd: float
    premium_usd: float
    margin_usd: float
    worst_usd: float
    strategy: str
    line: int

    @property
    def overnight(self) -> bool:
        """Whether it was held over a close."""
        return self.closed > self.opened

    @property
    def holding_sessions(self) -> int:
        """Sessions from the opening to the end; 0 within a day."""
        return sessions_between(self.opened, self.closed)


class Dropped(NamedTuple):
    """Rows that were left out for one reason, and the lines they stand on."""

    why: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """A record on one axis.

    Attributes
    ----------
    name, source : str
        Whose it is (the file's name), and the format it was read by.
    basis : {"daily marks", "closed trades", "period returns"}
    periods_per_year : float
        252 on sessions, 52 or 12.
    dates : array of datetime64[D]
        End of each period.
    returns : array
        Of each period, decimals, on the value before it.
    nav_start_usd : float
        Value before the first period; NaN where only returns are known.
    trades : tuple of RecordTrade
        By opening; empty for a series of returns.
    includes_interest : bool
        Whether the returns hold what the account's cash earned: a series of an account does, a log of trades does not.
    dropped : tuple of Dropped
    notes : tuple of str
        What a reader has to know of how it was read.
    """

    name: str
    source: str
    basis: Basis
    periods_per_year: float
    dates: Dates
    returns: Floats
    nav_start_usd: float
    trades: tuple[RecordTrade, ...] = ()
    includes_interest: bool = False
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def equity(self) -> Floats:
        """Value at the end of each period: USD where the start is known, else of 1."""
        grown: Floats = np.cumprod(1.0 + self.returns, dtype=np.float64)
        return grown * self.start

    @property
    def start(self) -> float:
        """Value before the first period: `nav_start_usd`, or 1 where it is not known."""
        return self.nav_start_usd if math.isfinite(self.nav_start_usd) else 1.0

    @property
    def daily(self) -> bool:
        """Whether its periods are sessions."""
        return self.periods_per_year == SESSIONS_PER_YEAR

    @property
    def flattered(self) -> bool:
        """Whether trades held overnight were booked at their exits."""
        return self.basis == "closed trades" and any(trade.overnight for trade in self.trades)

    @property
    def median_holding_sessions(self) -> int:
        """Median of the sessions that trades were held, rounded up; 0 without trades."""
        held = [trade.holding_sessions for trade in self.trades]
        return math.ceil(float(np.median(held))) if held else 0


def record_of_trades(
    name: str,
    source: str,
    trades: Sequence[RecordTrade],
    nav_start_usd: float,
    *,
    dropped: Sequence[Dropped] = (),
    notes: Sequence[str] = (),
) -> Record | Missing:
    """Return a record that books each trade's P&L on the session of its end.

    An end on a day without a session counts on the next one. The axis runs from the first opening to the last end.
    Missing without a trade, and where the account would be worth nothing on the way.
    """
    if not trades:
        return Missing("there is no closed trade in it")
    ordered = tuple(sorted(trades, key=lambda trade: (trade.opened, trade.closed, trade.line)))
    last = max(trade.closed for trade in ordered)
    axis = sessions(ordered[0].opened, last + dt.timedelta(days=5))
    until = int(np.searchsorted(axis, np.datetime64(last))) + 1
    axis = axis[:until]
    booked = np.zeros(axis.size)
    at = np.searchsorted(axis, np.array([trade.closed for trade in ordered], dtype="datetime64[D]"))
    np.add.at(booked, at, [trade.pnl_usd for trade in ordered])
    equity = nav_start_usd + np.cumsum(booked)
    if not (equity > 0.0).all():
        day = axis[int(np.argmin(equity > 0.0))]
        return Missing(f"an account of {nav_start_usd:,.0f} USD at the start would be worth nothing on {day}")
    made = Record(
        name, source, "closed trades", float(SESSIONS_PER_YEAR), axis, daily_returns(equity, nav_start_usd),
        nav_start_usd, ordered, dropped=tuple(dropped), notes=tuple(notes),
    )  # fmt: skip
    return replace(made, notes=(*made.notes, CLOSED_TRADES_WARNING)) if made.flattered else made


def record_of_values(
    name: str,
    source: str,
    dates: Dates,
    values: Floats,
    *,
    trades: Sequence[RecordTrade] = (),
    includes_interest: bool,
    dropped: Sequence[Dropped] = (),
    notes: Sequence[str] = (),
) -> Record | Missing:
    """Return a record of an account's value at the end of each period; the first value is the start.

    Missing with fewer than three values, and for a value that is not above zero.
    """
    if values.size < 3:
        return Missing(f"{values.size} values are no record")
    if not (values > 0.0).all():
        return Missing(f"the value on {dates[int(np.argmin(values > 0.0))]} is not above zero")
    with np.errstate(over="ignore"):
        returns = values[1:] / values[:-1] - 1.0
    return record_of_returns(
        name, source, dates[1:], returns, float(values[0]),
        trades=trades, includes_interest=includes_interest, dropped=dropped, notes=notes,
    )  # fmt: skip


def record_of_returns(
    name: str,
    source: str,
    dates: Dates,
    returns: Floats,
    nav_start_usd: float = math.nan,
    *,
    trades: Sequence[RecordTrade] = (),
    includes_interest: bool,
    dropped: Sequence[Dropped] = (),
    notes: Sequence[str] = (),
) -> Record | Missing:
    """Return a record of returns, daily, weekly or monthly by how far apart its dates lie.

    Missing with fewer than two returns, for a loss of everything, and for dates further apart than months.
    """
    if returns.size < 2:
        return Missing(f"{returns.size} return(s) are no record")
    if not (np.isfinite(returns).all() and returns.max() < LARGEST_RETURN):
        return Missing("its returns are no returns of an account")
    if not (returns > -1.0).all():
        return Missing(f"the return of {dates[int(np.argmin(returns > -1.0))]} loses everything")
    gap = float(np.median(np.diff(dates).astype("timedelta64[D]").astype(np.int64)))
    if gap > MONTHLY_GAP_DAYS:
        return Missing(f"its dates lie {gap:.0f} days apart in the median: daily, weekly or monthly is read")
    per_year = float(SESSIONS_PER_YEAR) if gap <= DAILY_GAP_DAYS else 52.0 if gap <= WEEKLY_GAP_DAYS else 12.0
    basis: Basis = "daily marks" if gap <= DAILY_GAP_DAYS else "period returns"
    ordered = tuple(sorted(trades, key=lambda trade: (trade.opened, trade.closed, trade.line)))
    return Record(
        name, source, basis, per_year, dates, returns, nav_start_usd, ordered, includes_interest, tuple(dropped),
        tuple(notes),
    )  # fmt: skip
