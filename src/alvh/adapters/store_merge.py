"""Merging rows into a table by key: what is new, what was there, what contradicts. Frames in, frames out."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from alvh.adapters.schema import Table

LISTED = 20
"""How many contradictions a report lists; it counts all of them."""
FILE = "__file"
"""Column that says which file of an import a new row came from."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two rows with one key and different values.

    Attributes
    ----------
    table : str
    key : dict of str -> object
        The key both rows share.
    kept, refused : dict of str -> object
        The columns that differ, as they stand in the store now and as they stood in the row that lost.
    """

    table: str
    key: dict[str, object]
    kept: dict[str, object]
    refused: dict[str, object]


@dataclass(slots=True)
class MergeReport:
    """What became of the rows of one file or frame.

    Attributes
    ----------
    added : int
        Rows whose key was unknown.
    already : int
        Rows the store (or an earlier row of the same frame) has, with the same values or more of them.
    conflicts : int
        Rows whose key was known and that have a value where the store has another, or none. What the store has stays,
        unless the merge was told to replace; a null says nothing, so it neither contradicts nor erases a value.
    conflicting : list of Conflict
        The first of them.
    """

    added: int = 0
    already: int = 0
    conflicts: int = 0
    conflicting: list[Conflict] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """All rows offered."""
        return self.added + self.already + self.conflicts

    def include(self, other: MergeReport) -> None:
        """Count another report in."""
        self.added += other.added
        self.already += other.already
        self.conflicts += other.conflicts
        self.conflicting = (self.conflicting + other.conflicting)[:LISTED]


def merge_rows(
    table: Table, old: pl.DataFrame | None, new: pl.DataFrame, *, replace: bool = False
) -> tuple[pl.DataFrame, dict[int, MergeReport]]:
    """Merge conforming rows into those of one partition.

    Parameters
    ----------
    table : Table
    old : DataFrame or None
        What the store has, conforming, with unique keys.
    new : DataFrame
        Conforming columns plus `FILE`; keys may repeat.
    replace : bool
        Let the values of the last row of a key win instead of the first row.

    Returns
    -------
    rows : DataFrame
        Sorted by key, keys unique.
    reports : dict of file number -> MergeReport
    """
    known = [] if old is None else [old.with_columns(pl.lit(None, new.schema[FILE]).alias(FILE))]
    rows = pl.concat([*known, new.select(*table.columns, FILE)])
    moving = [name for name in table.key if rows[name].n_unique() > 1]
    if moving:
        # The sort is stable: what the store has comes first, then the files in the order they were given.
        rows = rows.sort(moving, maintain_order=True)
        fresh = rows.select(pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(1)) for name in moving))
        first = fresh.to_series()
    else:
        first = pl.repeat(False, rows.height, eager=True)
    if rows.height:
        # The row before the first is nothing, which a key of nulls would equal.
        first = first.scatter(0, True)
    if first.all():
        return rows.drop(FILE), _counted(rows.select(FILE, added=pl.lit(1), conflict=pl.lit(0)))
    rows = rows.with_columns(
        __first=first,
        __head=pl.when(first).then(pl.int_range(pl.len(), dtype=pl.UInt32)).forward_fill(),
    )
    heads = pl.col("__head")
    differs = pl.any_horizontal(
        pl.col(name).is_not_null() & pl.col(name).ne_missing(pl.col(name).gather(heads)) for name in table.compared
    )
    rows = rows.with_columns(__differs=differs & ~pl.col("__first"))
    kept = rows.filter("__first")
    if replace:
        kept = _last_values(table, rows, kept)
    offered = rows.filter(pl.col(FILE).is_not_null())
    reports = _counted(offered.select(FILE, added=pl.col("__first").cast(int), conflict=pl.col("__differs").cast(int)))
    for conflict, number in _samples(table, rows, kept, replace=replace):
        reports[number].conflicting.append(conflict)
    return kept.select(*table.columns), reports


def _counted(flags: pl.DataFrame) -> dict[int, MergeReport]:
    """Count the flags (`FILE`, added, conflict) of every file's rows."""
    sums = flags.drop_nulls(FILE).group_by(FILE).agg(pl.len(), pl.col("added", "conflict").sum())
    return {
        number: MergeReport(added=added, already=rows - added - conflict, conflicts=conflict)
        for number, rows, added, conflict in sums.iter_rows()
    }


def _last_values(table: Table, rows: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    """Return the first rows of each key with the last known values of that key."""
    touched = rows.filter(pl.col("__differs").any().over("__head"))
    values = [name for name in table.columns if name not in table.key]
    last = touched.group_by("__head").agg(pl.col(name).drop_nulls().last() for name in values)
    return kept.update(last, on="__head", how="left", include_nulls=False)


def _samples(table: Table, rows: pl.DataFrame, kept: pl.DataFrame, *, replace: bool) -> list[tuple[Conflict, int]]:
    """Return the first contradictions, each with the file that brought it."""
    found = []
    differing = rows.filter("__differs").head(LISTED)
    stands = kept.filter(pl.col("__head").is_in(differing["__head"].implode()))
    winners = {row["__head"]: row for row in stands.iter_rows(named=True)}
    for row in differing.iter_rows(named=True):
        # When the newest wins, the row that lost is the one that stood first.
        lost = rows.row(row["__head"], named=True) if replace else row
        won = winners[row["__head"]]
        names = [name for name in table.compared if row[name] is not None and won[name] != lost[name]]
        conflict = Conflict(
            table.name,
            {name: row[name] for name in table.key},
            {name: won[name] for name in names},
            {name: lost[name] for name in names},
        )
        found.append((conflict, row[FILE]))
    return found
