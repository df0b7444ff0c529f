"""Finished results in one SQLite file, each in a transaction of its own: it is there whole, or it is not there.

The file is written by every worker and survives the death of any of them, and of whoever started them, at any moment
(write-ahead log, synchronised at every commit). It must lie on a disk of this machine: SQLite's log does not work over
a network.
"""

from __future__ import annotations

import json
import math
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self

from alvh.adapters.errors import UserError, in_file

FORMAT = 1
_APPLICATION = 0x616C7668
"""``alvh`` in ASCII: a database of something else is not taken for a shelf."""
_WAIT_MS = 60_000
_TABLES = """
CREATE TABLE results (key TEXT PRIMARY KEY, label TEXT NOT NULL, summary TEXT NOT NULL, payload BLOB NOT NULL,
                      seconds REAL NOT NULL);
CREATE TABLE failures (key TEXT PRIMARY KEY, label TEXT NOT NULL, error TEXT NOT NULL, attempts INTEGER NOT NULL,
                       seconds REAL);
CREATE TABLE log (entry INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, event TEXT NOT NULL, process INTEGER
                  NOT NULL);
"""


class Failure(NamedTuple):
    """Why a job has no result; `seconds` is NaN where no try came to an end."""

    label: str
    error: str
    attempts: int
    seconds: float


class Entry(NamedTuple):
    """One line of the execution log, in the order of the transactions."""

    key: str
    event: Literal["started", "finished", "failed"]
    process: int


class Shelf:
    """Results by the key of their job.

    Parameters
    ----------
    path : Path
        The file; made, with its folder, where there is none.

    Raises
    ------
    UserError
        When the file cannot be made, is something else, or was made by another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(path, timeout=_WAIT_MS / 1000.0, isolation_level=None)
        except (OSError, sqlite3.OperationalError) as error:
            raise in_file(path, f"cannot be opened: {error}") from None
        try:
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=FULL")
            self._own()
        except sqlite3.DatabaseError as error:
            self._base.close()
            raise in_file(path, f"is not a shelf of results: {error}") from None
        except UserError:
            self._base.close()
            raise

    def _own(self) -> None:
        """Make the tables of a new file; refuse a file of something else."""
        with self._transaction() as base:
            (application,) = base.execute("PRAGMA application_id").fetchone()
            (made,) = base.execute("PRAGMA user_version").fetchone()
            (tables,) = base.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if tables == 0:
                for statement in _TABLES.split(";"):
                    base.execute(statement)
                base.execute(f"PRAGMA application_id={_APPLICATION}")
                base.execute(f"PRAGMA user_version={FORMAT}")
            elif application != _APPLICATION:
                raise in_file(self.path, "is a database of something else, not a shelf of results")
            elif made != FORMAT:
                raise in_file(
                    self.path, f"was made by another version (format {made}, not {FORMAT}); name another file"
                )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction that writes: all of it happens, or nothing."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield self._base
        except BaseException:
            self._base.rollback()
            raise
        self._base.commit()

    def begin(self, key: str) -> bool:
        """Log that this process starts a job; False, and nothing logged, where its result is here already."""
        with self._transaction() as base:
            if base.execute("SELECT 1 FROM results WHERE key = ?", (key,)).fetchone():
                return False
            _log(base, key, "started")
        return True

    def put(self, key: str, label: str, summary: Mapping[str, Any], payload: bytes, seconds: float) -> bool:
        """Keep a result; False where one is here already, which stays as it is.

        Raises
        ------
        TypeError
            When JSON cannot hold the summary.
        """
        row = (key, label, json.dumps(dict(summary)), payload, seconds)
        with self._transaction() as base:
            new = base.execute("INSERT OR IGNORE INTO results VALUES (?, ?, ?, ?, ?)", row).rowcount == 1
            if new:
                base.execute("DELETE FROM failures WHERE key = ?", (key,))
                _log(base, key, "finished")
        return new

    def fail(self, key: str, label: str, error: str, attempts: int, seconds: float) -> None:
        """Keep why a job has no result, in place of what was said of it before."""
        row = (key, label, error, attempts, None if math.isnan(seconds) else seconds)
        with self._transaction() as base:
            base.execute("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?)", row)
            _log(base, key, "failed")

    def has(self, key: str) -> bool:
        """Say whether a result is here."""
        return self._base.execute("SELECT 1 FROM results WHERE key = ?", (key,)).fetchone() is not None

    def done(self, keys: Iterable[str]) -> set[str]:
        """Return those of `keys` that have a result."""
        return {key for key in keys if self.has(key)}

    def get(self, key: str) -> tuple[dict[str, Any], bytes]:
        """Return summary and payload of a result.

        Raises
        ------
        KeyError
            When there is none.
        """
        row = self._base.execute("SELECT summary, payload FROM results WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(f"no result of {key} on {self.path}")
        summary: dict[str, Any] = json.loads(row[0])
        return summary, bytes(row[1])

    def seconds(self, key: str) -> float:
        """Return what a result took; NaN where there is none."""
        row = self._base.execute("SELECT seconds FROM results WHERE key = ?", (key,)).fetchone()
        return math.nan if row is None else float(row[0])

    def failures(self) -> dict[str, Failure]:
        """Return why jobs have no result, by their key; a job that succeeded since is not among them."""
        rows = self._base.execute("SELECT key, label, error, attempts, seconds FROM failures")
        return {k: Failure(label, why, n, math.nan if s is None else s) for k, label, why, n, s in rows}

    def log(self) -> tuple[Entry, ...]:
        """Return the execution log."""
        return tuple(Entry(*row) for row in self._base.execute("SELECT key, event, process FROM log ORDER BY entry"))

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _log(base: sqlite3.Connection, key: str, event: str) -> None:
    base.execute("INSERT INTO log (key, event, process) VALUES (?, ?, ?)", (key, event, os.getpid()))
