"""What a pull is asked for and what became of it, as data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from alvh.adapters.sources.format import Piece
from alvh.adapters.store_merge import MergeReport

Status: TypeAlias = Literal["downloaded", "unchanged", "kept", "absent", "failed"]
"""``downloaded``: new content, found good. ``unchanged``: the publisher says the cached file is current. ``kept``: the
cached file can no longer change and was not asked for. ``absent``: the publisher does not list it. ``failed``: no good
answer; a cached file, where there is one, stays as it was."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file of a publisher.

    Attributes
    ----------
    name : str
        File name in the cache; the importers read symbols and expiries out of it.
    path : str
        Path and query on the publisher's host.
    read : callable (Path) -> list of Piece
        Reads the file into canonical rows, or raises `UserError` saying what is wrong with it.
    final_from : datetime.date or None
        From this day on the file no longer changes: a copy fetched then is kept without asking again.
    grows : bool
        Whether a later version holds at least the rows and dates of an earlier one.
    """

    name: str
    path: str
    read: Callable[[Path], list[Piece]]
    final_from: dt.date | None = None
    grows: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one file.

    Attributes
    ----------
    name, url : str
    status : str
    why : str
        Why it is absent or failed; empty otherwise.
    attempts : int
        Requests made.
    rows : int
        Canonical rows in the cached file now.
    """

    name: str
    url: str
    status: Status
    why: str = ""
    attempts: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a table's rows.

    Attributes
    ----------
    report : MergeReport
        Rows added, already there, and in conflict with rows of another source, which stay.
    renewed : int
        Rows of the same source that the publisher has since corrected or completed.
    """

    report: MergeReport
    renewed: int = 0


@dataclass(frozen=True, slots=True)
class PullReport:
    """What a pull did.

    Attributes
    ----------
    source : str
    items : tuple of Item
        Every file that was wanted, in the order it was asked for.
    tables : dict of table -> Merged
    drops : dict of str -> int
        Rows the files held and the store did not get, by reason.
    """

    source: str
    items: tuple[Item, ...]
    tables: dict[str, Merged] = field(default_factory=dict)
    drops: dict[str, int] = field(default_factory=dict)

    def of(self, status: Status) -> tuple[Item, ...]:
        """Return the files with that status."""
        return tuple(item for item in self.items if item.status == status)

    @property
    def added(self) -> int:
        """Rows new to the store."""
        return sum(merged.report.added for merged in self.tables.values())

    @property
    def exit_status(self) -> int:
        """0 when every file is here or known to be absent; 1 when one failed or the publisher listed none of them."""
        return 1 if self.of("failed") or len(self.of("absent")) == len(self.items) else 0
