"""What a file format is to the importer: a name, a way to recognise it, and a reader of canonical rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from alvh.adapters.errors import UserError, in_file

PARQUET = b"PAR1"
"""How a Parquet file begins."""
HEAD_BYTES = 1 << 16
"""How much of a file `Format.sniff` is shown."""


class LeftAsideError(UserError):
    """A file that is readable but no table of ours: an error when it was named, a line of the report in a folder."""

    def __init__(self, path: Path, column: str, why: str) -> None:
        super().__init__(str(in_file(path, why, line=1, column=column[:40])))
        self.why = why


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of one table, read from one stretch of a file.

    Attributes
    ----------
    table : str
        A name of `schema.TABLES`.
    frame : DataFrame
        Columns of that table; those left out become null.
    rows : int
        Rows of the file this came from: those of `frame` and those dropped. A row that holds two canonical rows (a call
        and a put side by side, two snapshots) counts as two.
    drops : mapping of str -> int
        Rows left out, counted by reason.
    """

    table: str
    frame: pl.DataFrame
    rows: int
    drops: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Every row of the file is either delivered or listed as dropped."""
        if self.rows != self.frame.height + sum(self.drops.values()):
            raise ValueError(f"{self.rows} rows read, {self.frame.height} delivered, dropped {dict(self.drops)}")


@dataclass(frozen=True, slots=True)
class Format:
    """A vendor's file format.

    Attributes
    ----------
    name : str
        As the user types it.
    describe : str
        One line: whose format, and what it holds.
    sniff : callable (path, head) -> bool
        Whether the first bytes of a file (after unpacking) and its name look like this format. Never raises on garbage.
    read : callable (path) -> iterator of Piece
        Reads a file piece by piece. Raises `UserError` naming file, line and column for whatever is wrong with it.
    """

    name: str
    describe: str
    sniff: Callable[[Path, bytes], bool]
    read: Callable[[Path], Iterator[Piece]]
