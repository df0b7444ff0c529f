"""Is a downloaded file good? Only then may it take the place of the cached one and reach the store."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from alvh.adapters.errors import UserError
from alvh.adapters.pull.cache import Meta
from alvh.adapters.pull.report import Wanted
from alvh.adapters.schema import table
from alvh.adapters.sources.format import Piece


@dataclass(frozen=True, slots=True)
class Examined:
    """A file that reads well: its pieces, their rows, their first and last date."""

    pieces: list[Piece]
    rows: int
    first: dt.date
    last: dt.date


def examine(path: Path, wanted: Wanted, before: Meta | None) -> Examined:
    """Read a file and hold it against what it replaces.

    Parameters
    ----------
    path : Path
    wanted : Wanted
    before : Meta or None
        What is known of the cached version.

    Raises
    ------
    UserError
        When it is a web page, does not read, holds no rows, has dates out of order, or, where files grow, has fewer
        rows or ends earlier than the cached version.
    """
    pieces = wanted.read(path)
    frames = [(piece.frame, table(piece.table).date) for piece in pieces if piece.frame.height]
    if not frames:
        raise UserError(f"{path.name}: no rows")
    rows = sum(frame.height for frame, _ in frames)
    dates = pl.concat([frame[date].cast(pl.Date).alias("date") for frame, date in frames])
    first, last = dates.min(), dates.max()
    if not isinstance(first, dt.date) or not isinstance(last, dt.date):
        raise UserError(f"{path.name}: rows without a date")
    if wanted.grows:
        _refuse_disorder(path, [(frame, date) for frame, date in frames])
        if before is not None and rows < before.rows:
            raise UserError(f"{path.name}: {rows} rows where the last good copy has {before.rows}")
        if before is not None and last.isoformat() < before.last:
            raise UserError(f"{path.name}: ends on {last}, the last good copy on {before.last}")
    return Examined(pieces, rows, first, last)


def _refuse_disorder(path: Path, frames: list[tuple[pl.DataFrame, str]]) -> None:
    """Raise UserError when the dates of a table neither only rise nor only fall."""
    for frame, date in frames:
        if not (frame[date].is_sorted() or frame[date].is_sorted(descending=True)):
            raise UserError(f"{path.name}: dates out of order")
