"""The quality check of a whole store: its tables, each row with its file and place, handed to `alvh.market.check`."""

from __future__ import annotations

import polars as pl

from alvh.adapters.errors import UserError, nearest
from alvh.adapters.schema import TABLES
from alvh.adapters.store import Store
from alvh.conventions.calendar import FIRST_DAY, LAST_DAY, sessions
from alvh.market.check import CHECKS, COLUMNS, CheckReport, Facts, check
from alvh.market.checks.finding import FILE, ROW


def check_store(
    store: Store, *, limit: int = 50, only: tuple[str, ...] = (), facts: Facts | None = None
) -> CheckReport:
    """Check everything the store holds. Nothing is written.

    Parameters
    ----------
    store : Store
    limit : int
        Findings listed of each kind; all are counted.
    only : tuple of str
        Names of `alvh.market.check.CHECKS`; all when empty.
    facts : Facts, optional
        Calendar, keys and limits; the committed calendar and the schema's keys when left out.

    Returns
    -------
    CheckReport
        `Finding.file` is the path relative to the store, `Finding.row` the row in it, from 0.

    Raises
    ------
    UserError
        For a check that is not there.
    """
    for name in only:
        if name not in CHECKS:
            raise UserError(f"no check {name!r}{nearest(name, CHECKS)}")
    told = facts or Facts(sessions(FIRST_DAY, LAST_DAY), {name: table.key for name, table in TABLES.items()})
    return check(placed_tables(store), told, limit=limit, only=only)


def placed_tables(store: Store) -> dict[str, pl.DataFrame]:
    """Return the tables that are checked, with the columns that are needed, each row with `FILE` and `ROW`."""
    parts = store.catalog().parts
    tables: dict[str, pl.DataFrame] = {}
    for name, columns in COLUMNS.items():
        frames = [
            pl.read_parquet(store.root / path, columns=list(columns) if columns else None)
            .with_row_index(ROW)
            .with_columns(pl.col(ROW).cast(pl.Int64), pl.lit(path, pl.Categorical).alias(FILE))
            for path, part in sorted(parts.items())
            if part.table == name
        ]
        if frames:
            tables[name] = pl.concat(frames)
    return tables
