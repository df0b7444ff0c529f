"""Mistakes of a user, said in one sentence. Everything else that raises is a bug of ours and shows its traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class UserError(Exception):
    """A user's mistake: bad usage or bad input. The command line prints the sentence and exits with 2."""


def in_file(path: Path, what: str, *, line: int | None = None, column: str | None = None) -> UserError:
    """Say `what` is wrong in a file, naming the line (1-based) and the column where they are known."""
    where = str(path)
    if line is not None:
        where += f", line {line}"
    if column is not None:
        where += f", column {column!r}"
    return UserError(f"{where}: {what}")


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` for the closest valid choice, or the list of choices when none is close."""
    valid = sorted(choices)
    close = difflib.get_close_matches(word, valid, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; valid: {', '.join(valid)}"
