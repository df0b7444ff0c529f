"""What a file of a trader's record is to the evidence: a name, a way to recognise it, and a reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from alvh.evidence.records import Record


@dataclass(frozen=True, slots=True)
class Given:
    """What the user says beside the file.

    Attributes
    ----------
    nav_usd : float or None
        Value of the account before the first trade, where the file does not tell it.
    daily_log : Path or None
        The account's value day by day, beside a log of trades.
    """

    nav_usd: float | None = None
    daily_log: Path | None = None


@dataclass(frozen=True, slots=True)
class RecordFormat:
    """A kind of file.

    Attributes
    ----------
    name : str
        As the user types it.
    describe : str
        One line: what is read, and where it comes from.
    sniff : callable (columns) -> bool
        Whether a header (lower case, single spaces) belongs to this format. Never raises; at most one format says yes
        to a header.
    read : callable (path, given) -> Record
        It raises `UserError` naming file, line and column for whatever is wrong, and lists what it left out.
    """

    name: str
    describe: str
    sniff: Callable[[frozenset[str]], bool]
    read: Callable[[Path, Given], Record]
