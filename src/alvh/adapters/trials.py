"""The trial counter: every distinct policy that was ever run on a store, kept in the store's folder.

The best of many trials looks good by luck, and only who counts them knows how good
(`alvh.evidence.sharpe_evidence`). So the store counts, whoever forgets to: one row for each distinct policy (by the
digest of what it says), run by a backtest, a sweep or an evidence, from the command line or from Python. Running the
same policy again adds no trial; of its windows the longest is kept.

One SQLite file of its own, so that counting never waits for an import. It keeps a rollback journal, not a write-ahead
log: a log's two extra files cannot be made in a folder that is read-only, and there a counter must still be readable.
Counting never fails what is counted: where it cannot be written the reason is returned.
"""

from __future__ import annotations

import datetime as dt
import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from alvh.accounting.statement import Statement
from alvh.adapters.errors import in_file
from alvh.evidence.measure import SESSIONS_PER_YEAR, daily_returns, day_of, sharpe
from alvh.evidence.pairing import cash_returns
from alvh.values import Floats, Missing

FILE = "trials.sqlite"
WAIT_SECONDS = 30.0
"""How long to wait for another process that is counting; each takes milliseconds."""

Kind: TypeAlias = Literal["backtest", "sweep", "evidence"]

_APPLICATION = 0x616C7674  # "alvt": says in the file whose database it is
_TABLE = """
CREATE TABLE IF NOT EXISTS trials (
    digest TEXT PRIMARY KEY, policy TEXT NOT NULL, kind TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL,
    sessions INTEGER NOT NULL, sharpe REAL, counted_at TEXT NOT NULL, latest_at TEXT NOT NULL, runs INTEGER NOT NULL
)"""
_COUNT = """
INSERT INTO trials VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
ON CONFLICT (digest) DO UPDATE SET
    policy = CASE WHEN excluded.sessions >= sessions THEN excluded.policy ELSE policy END,
    first = CASE WHEN excluded.sessions >= sessions THEN excluded.first ELSE first END,
    last = CASE WHEN excluded.sessions >= sessions THEN excluded.last ELSE last END,
    sharpe = CASE WHEN excluded.sessions >= sessions THEN excluded.sharpe ELSE sharpe END,
    sessions = max(sessions, excluded.sessions),
    latest_at = excluded.latest_at,
    runs = runs + 1"""


class Trial(NamedTuple):
    """A policy that was run.

    Attributes
    ----------
    digest : str
        What tells it apart: `Policy.digest`.
    policy : str
        Its name.
    kind : {"backtest", "sweep", "evidence"}
    first, last : datetime.date
        Window of the run.
    sessions : int
    sharpe : float
        A session, in excess of cash; NaN where there is none.
    """

    digest: str
    policy: str
    kind: Kind
    first: dt.date
    last: dt.date
    sessions: int
    sharpe: float


class Counted(NamedTuple):
    """A trial as it is kept: its longest run, the kind and time of its first one, its latest time, and how many."""

    trial: Trial
    counted_at: dt.datetime
    latest_at: dt.datetime
    runs: int


class Trials:
    """The trial counter of a store.

    Parameters
    ----------
    root : Path
        The store's folder.
    """

    def __init__(self, root: Path) -> None:
        self.path = root / FILE

    def add(self, statement: Statement, *, kind: Kind, when: dt.datetime, sharpe: float | None = None) -> int | Missing:
        """Count a run; return how many distinct policies are counted now, or why it could not be counted.

        Parameters
        ----------
        statement : Statement
        kind : {"backtest", "sweep", "evidence"}
        when : datetime.datetime
            Now, with its zone.
        sharpe : float, optional
            Ratio a session, where it is known already.
        """
        return self.add_all([trial_of(statement, kind, sharpe)], when)

    def add_all(self, trials: Iterable[Trial], when: dt.datetime) -> int | Missing:
        """Count several runs at once, all or none; the rest as for `add`."""
        at = when.astimezone(dt.UTC).isoformat(timespec="seconds")
        rows = [
            (*one[:3], one.first.isoformat(), one.last.isoformat(), one.sessions,
             one.sharpe if math.isfinite(one.sharpe) else None, at, at)
            for one in trials
        ]  # fmt: skip
        try:
            with closing(sqlite3.connect(self.path, timeout=WAIT_SECONDS, isolation_level=None)) as base:
                base.execute("BEGIN IMMEDIATE")
                (application,) = base.execute("PRAGMA application_id").fetchone()
                (tables,) = base.execute("SELECT count(*) FROM sqlite_master").fetchone()
                if tables and application != _APPLICATION:
                    return Missing(f"{self.path} is a database of something else")
                base.execute(f"PRAGMA application_id={_APPLICATION}")
                base.execute(_TABLE)
                base.executemany(_COUNT, rows)
                (count,) = base.execute("SELECT count(*) FROM trials").fetchone()
                base.execute("COMMIT")
                return int(count)
        except sqlite3.Error as error:
            return Missing(f"{self.path} cannot be written: {error}")

    def count(self) -> int:
        """Return how many distinct policies were run. Like `sharpes` and `listed` raises UserError for a bad file."""
        with self._reading() as rows:
            return len(rows)

    def sharpes(self) -> Floats:
        """Return the Sharpe ratio a session of every trial, in the order they were first counted; NaN for unknown."""
        return np.array([one.trial.sharpe for one in self.listed()], dtype=np.float64)

    def listed(self) -> tuple[Counted, ...]:
        """Return every trial, in the order they were first counted."""
        with self._reading() as rows:
            return tuple(
                Counted(
                    Trial(
                        row[0], row[1], row[2], dt.date.fromisoformat(row[3]), dt.date.fromisoformat(row[4]), row[5],
                        math.nan if row[6] is None else row[6],
                    ),
                    dt.datetime.fromisoformat(row[7]),
                    dt.datetime.fromisoformat(row[8]),
                    row[9],
                )
                for row in rows
            )  # fmt: skip

    @contextmanager
    def _reading(self) -> Iterator[list[tuple[Any, ...]]]:
        """Give the rows; none where nothing was counted yet."""
        if not self.path.exists():
            yield []
            return
        try:
            where = f"{self.path.absolute().as_uri()}?mode=ro"
            with closing(sqlite3.connect(where, uri=True, timeout=WAIT_SECONDS)) as base:
                rows = base.execute("SELECT * FROM trials ORDER BY rowid").fetchall()
        except sqlite3.Error as error:
            raise in_file(self.path, f"is not a readable trial counter: {error}") from None
        yield rows


def trial_of(statement: Statement, kind: Kind, sharpe: float | None = None) -> Trial:
    """Return a run as a trial."""
    return Trial(
        digest=statement.policy_hash,
        policy=statement.policy,
        kind=kind,
        first=day_of(statement.sessions, 0),
        last=day_of(statement.sessions, -1),
        sessions=statement.sessions.size,
        sharpe=sharpe_a_session(statement) if sharpe is None else sharpe,
    )


def sharpe_a_session(statement: Statement) -> float:
    """Return mean over deviation of daily returns in excess of what the account's cash earned; NaN for none."""
    returns = daily_returns(statement.equity_usd, statement.nav_start_usd)
    if not np.isfinite(returns).all():
        return math.nan
    return sharpe(returns, cash_returns(statement)) / math.sqrt(SESSIONS_PER_YEAR)


def count_runs(root: Path, statements: Sequence[Statement], *, kind: Kind, when: dt.datetime) -> str:
    """Count the runs of one command, and say in one line what the counter stands at or why it does not."""
    count = Trials(root).add_all([trial_of(one, kind) for one in statements], when)
    if isinstance(count, Missing):
        return f"Not counted as a trial: {count.why}."
    return f"Counted as a trial: {count} distinct polic{'y' if count == 1 else 'ies'} run on this store so far."
