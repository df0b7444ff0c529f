"""What a policy would hold tonight had it been followed since a first day: the backtest's fold, kept at checkpoints.

A checkpoint is the state of a fold before one session. It is kept in a cache folder under a name made of everything it
hangs on (what was observed until then, the policy, fills, fees, capital and the code itself), so that a stale one is
never found; one that cannot be read is made again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import pickle
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import platformdirs

import alvh
from alvh.accounting.book import Book
from alvh.day import State, live, wake
from alvh.execution.execute import Execution
from alvh.market.history import History
from alvh.market.observe import View
from alvh.market.quotes import QuoteSource
from alvh.policies.policy import Policy

EVERY_SESSIONS = 250
"""A checkpoint a year: folding on from the one before takes a fraction of a second."""


@dataclass(frozen=True, slots=True)
class Fold:
    """What a replay folds: everything that decides what is held, but for the date."""

    history: History
    policy: Policy
    quotes: QuoteSource
    how: Execution
    first: dt.date
    nav_cents: int


def replay(
    fold: Fold, date: dt.date, folder: Path | None, on_day: Callable[[int, int], None] | None = None
) -> tuple[State, View | None]:
    """Return the state of a fold as session `date` is decided, and what that decision sees.

    Parameters
    ----------
    fold : Fold
    date : datetime.date
        A session of the history, not before `fold.first`.
    folder : Path or None
        Where checkpoints are kept; None keeps none.
    on_day : callable, optional
        Told (done, total) after each session that had to be folded.

    Returns
    -------
    State, View or None
        The view is None on a session without data.
    """
    history = fold.history
    start, stop = history.first_at_or_after(fold.first), history.index(date)
    if stop < start:
        message = f"{date} lies before {history.dates[start]}, the first session of the replay"
        raise ValueError(message)
    at, state = _nearest(fold, start, stop, folder)
    for i in range(at, stop):
        if folder is not None and i > at and (i - start) % EVERY_SESSIONS == 0:
            _keep(fold, start, i, state, folder)
        live(history, fold.policy, fold.quotes, i, state, fold.how, fresh=i == start)
        state.plans.clear()
        state.skips.clear()
        if on_day is not None:
            on_day(i - at + 1, stop - at)
    if folder is not None and stop > at:
        # The same evening is asked about again: by `explain`, by a ticket, with --all.
        _keep(fold, start, stop, state, folder)
    view = wake(history, fold.policy, fold.quotes, stop, state, fold.how, fresh=stop == start)
    return state, view


def checkpoint_folder() -> Path:
    """Return where checkpoints are kept: ``ALVH_CACHE``, else the platform's user-cache folder."""
    named = os.environ.get("ALVH_CACHE")
    root = Path(named).expanduser() if named else platformdirs.user_cache_path("alvh", appauthor=False)
    return root / "replay"


def _nearest(fold: Fold, start: int, stop: int, folder: Path | None) -> tuple[int, State]:
    """Return the latest checkpoint at or before a session, or the beginning."""
    if folder is not None:
        yearly = range(start + (stop - start) // EVERY_SESSIONS * EVERY_SESSIONS, start, -EVERY_SESSIONS)
        for i in dict.fromkeys((stop, *yearly)):
            path = folder / _name(fold, start, i)
            if path.exists():
                try:
                    state = pickle.loads(path.read_bytes())  # noqa: S301 - our own cache, in the user's own folder
                except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError, TypeError):
                    continue
                if isinstance(state, State):
                    return i, state
    return start, State(Book(fold.nav_cents))


def _keep(fold: Fold, start: int, i: int, state: State, folder: Path) -> None:
    """Keep the state before session `i`: whole or not at all, and in silence where the folder cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
            part.write(pickle.dumps(state, protocol=pickle.HIGHEST_PROTOCOL))
        Path(part.name).replace(folder / _name(fold, start, i))
    except OSError:
        return


def _name(fold: Fold, start: int, i: int) -> str:
    """Return the file of a checkpoint: a hash of all that it hangs on."""
    said = (
        fold.history.content_hash(0, i - 1),
        fold.policy.digest,
        fold.policy.timing,
        fold.quotes.origin,
        fold.how.fill,
        fold.how.same_close,
        fold.how.next_close,
        repr(fold.how.fees),
        fold.history.dates[start],
        fold.nav_cents,
        code_digest(),
    )
    return f"{hashlib.sha256(repr(said).encode()).hexdigest()[:24]}-{fold.history.dates[i]}.checkpoint"


@cache
def code_digest() -> str:
    """Return a hash of the package's source: another version decides otherwise."""
    digest = hashlib.sha256(alvh.__version__.encode())
    root = Path(alvh.__file__).parent
    for path in sorted(root.rglob("*")):
        if path.suffix in {".py", ".toml"}:
            digest.update(path.relative_to(root).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
