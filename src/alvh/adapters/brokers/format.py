"""What a broker's file is to the book: a name, a way to recognise it, and readers of positions and trades."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from alvh.accounting.compare import Trade
from alvh.accounting.packages import Held


@dataclass(frozen=True, slots=True)
class Positions:
    """What a file of positions holds.

    Attributes
    ----------
    rows : list of Held
        Options, futures and whatever else is held, each with the line it stands on.
    cash_usd : float or None
        Cash balance; None where the file gives none.
    as_of : datetime.date or None
        Day of the list; None where the file does not say.
    others : list of (symbol, line)
        Positions in what no root of ours stands for: shares, bonds, options on other underlyings.
    """

    rows: list[Held] = field(default_factory=list)
    cash_usd: float | None = None
    as_of: dt.date | None = None
    others: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Trades:
    """What a file of trades holds: the trades, and how many rows were left out, by reason."""

    rows: list[Trade] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, why: str) -> None:
        """Count a row that is no trade of ours."""
        self.left_out[why] = self.left_out.get(why, 0) + 1


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker's file formats.

    Attributes
    ----------
    name : str
        As the user types it.
    describe : str
        One line: which exports are read.
    sniff : callable (text) -> bool
        Whether a text looks like an export of this broker. Never raises.
    positions, trades : callables (path, day) -> Positions, Trades
        Readers; `day` stands for today where the file leaves its own out. They raise `UserError` naming file, line and
        column for whatever is wrong.
    """

    name: str
    describe: str
    sniff: Callable[[str], bool]
    positions: Callable[[Path, dt.date], Positions]
    trades: Callable[[Path, dt.date], Trades]
