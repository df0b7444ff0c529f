"""The store: canonical tables as Parquet files under one folder.

``chains`` is split by symbol and month (``chains/SPX/2019-05.parquet``), every other table is one file. Rows are sorted
by key, so the statistics of a file's row groups let a reader skip what it did not ask for. What is written and when it
becomes visible: `store_files`; what counts as the same row: `store_merge`; what is inside: `store_catalog`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import platformdirs
import polars as pl

from alvh.adapters.errors import UserError
from alvh.adapters.schema import TABLES, Table, table
from alvh.adapters.store_catalog import PAGE, Catalog, Imported, describe
from alvh.adapters.store_files import STAGING, commit, locked, settle
from alvh.adapters.store_merge import FILE, MergeReport, merge_rows

ROWS_A_GROUP = 1 << 16
"""Rows a Parquet row group: small enough to skip sessions by statistics, large enough to decode in one go."""
ROWS_BUFFERED = 3_000_000
"""Rows an import holds in memory before it merges them into staged files."""


@dataclass(frozen=True, slots=True)
class TableSummary:
    """What the store holds of one table: rows, first and last date, symbols or series, bytes on disk."""

    name: str
    rows: int
    first: dt.date
    last: dt.date
    names: tuple[str, ...]
    bytes: int


class Store:
    """A folder of canonical tables.

    Parameters
    ----------
    root : Path
        The folder. It need not exist; the first import makes it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @staticmethod
    def locate(explicit: Path | None = None) -> Path:
        """Return the store's folder: the one named, else ``ALVH_STORE``, else the platform's user-data folder."""
        if explicit is not None:
            return explicit
        named = os.environ.get("ALVH_STORE")
        return Path(named).expanduser() if named else platformdirs.user_data_path("alvh", appauthor=False) / "store"

    def catalog(self) -> Catalog:
        """Return what the store holds, after any commit under way has ended."""
        settle(self.root)
        return Catalog.load(self.root)

    def read(
        self,
        name: str,
        *,
        columns: Collection[str] | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
        **equal: object,
    ) -> pl.DataFrame:
        """Return rows of a table, reading only the files and columns needed.

        Rows come sorted by key; those of ``chains`` symbol after symbol, each sorted by key.

        Parameters
        ----------
        name : str
            A table of `schema.TABLES`.
        columns : collection of str, optional
            The columns wanted, in this order; all of them when left out.
        since, until : datetime.date, optional
            First and last date wanted, both included.
        **equal : value or collection of values
            ``symbol="SPX"``, ``root=["SPX", "SPXW"]``: rows whose column equals the value, or one of the values.

        Returns
        -------
        DataFrame
            Typed as in the schema; no rows when the store has none. ValueError for a table or column that is not there.
        """
        sought = table(name)
        wanted = list(sought.columns) if columns is None else list(columns)
        foreign = [column for column in (*wanted, *equal) if column not in sought.columns]
        if foreign:
            raise ValueError(f"table {name!r} has no columns {foreign}; it has {list(sought.columns)}")
        chosen = {column: _several(value) for column, value in equal.items()}
        parts = {
            path: part
            for path, part in sorted(self.catalog().parts.items())
            if part.table == name
            and (since is None or part.last >= since)
            and (until is None or part.first <= until)
            and (sought.label not in chosen or not chosen[sought.label].isdisjoint(part.names))
        }
        if not parts:
            return sought.empty().select(wanted)
        # A file from before a column was added to its table lacks it: nobody knew, so it is null.
        schema = pl.Schema(sought.columns)
        rows = pl.scan_parquet([self._existing(path) for path in parts], schema=schema, missing_columns="insert")
        # A condition that every file meets as a whole is not asked of its rows: that would cost more than reading them.
        if since is not None and any(part.first < since for part in parts.values()):
            rows = rows.filter(pl.col(sought.date) >= since)
        if until is not None and any(part.last > until for part in parts.values()):
            rows = rows.filter(pl.col(sought.date) < until + dt.timedelta(days=1))
        for column, values in chosen.items():
            if column != sought.label or any(not values.issuperset(part.names) for part in parts.values()):
                rows = rows.filter(
                    pl.col(column).is_in(pl.Series(list(values), dtype=sought.columns[column]).implode())
                )
        return rows.select(wanted).collect()

    def merge(self, name: str, frame: pl.DataFrame, *, replace: bool = False) -> MergeReport:
        """Merge rows into a table by key, in one commit.

        Columns the frame lacks become null. Rows with a known key add nothing; where their values differ, what the
        store has stays and the report lists the conflict, unless `replace` lets the new row win.
        """
        with self.writing(replace=replace) as writing:
            writing.add(name, frame)
        return writing.reports.get(0, {}).get(name, MergeReport())

    @contextmanager
    def writing(self, *, replace: bool = False) -> Iterator[Writing]:
        """Hold the store and collect rows; on leaving, all of it becomes visible at once, or on an error none of it."""
        with locked(self.root):
            writing = Writing(self.root, Catalog.load(self.root), replace=replace)
            yield writing
            writing.finish()

    def tables(self) -> list[TableSummary]:
        """Return a summary of every table that has rows, in the schema's order."""
        catalog = self.catalog()
        found = []
        for name in TABLES:
            parts = [part for part in catalog.parts.values() if part.table == name]
            if parts:
                names = sorted({label for part in parts for label in part.names})
                first, last = min(part.first for part in parts), max(part.last for part in parts)
                rows, size = sum(part.rows for part in parts), sum(part.bytes for part in parts)
                found.append(TableSummary(name, rows, first, last, tuple(names), size))
        return found

    def content_hash(self, name: str) -> str:
        """Return the SHA-256 of a table's rows: the same for the same rows, whatever the order they came in."""
        digest = hashlib.sha256(table(name).name.encode())
        for path, part in sorted(self.catalog().parts.items()):
            if part.table == name:
                digest.update(f"{path} {part.content}\n".encode())
        return digest.hexdigest()

    def imported(self) -> list[Imported]:
        """Return the files imported so far, sorted."""
        return [entry for _, entry in sorted(self.catalog().imports.items())]

    def _existing(self, path: str) -> Path:
        full = self.root / path
        if not full.exists():
            raise UserError(f"{full}: this file of the store is gone; delete the store and import its files again")
        return full


class Writing:
    """Rows on their way into the store: buffered, merged into staged files, made visible by `finish`."""

    def __init__(self, root: Path, catalog: Catalog, *, replace: bool) -> None:
        self.reports: dict[int, dict[str, MergeReport]] = {}
        self.catalog = catalog
        self._root = root
        self._replace = replace
        self._staged: list[str] = []
        self._buffer: dict[str, list[pl.DataFrame]] = {}
        self._buffered = 0
        self._told = False

    def add(self, name: str, frame: pl.DataFrame, *, number: int = 0) -> None:
        """Offer rows to a table on behalf of file `number`; `reports[number][name]` counts them after `finish`."""
        rows = table(name).conform(frame).with_columns(pl.lit(number, pl.UInt32).alias(FILE))
        self.reports.setdefault(number, {}).setdefault(name, MergeReport())
        self._buffer.setdefault(name, []).append(rows)
        self._buffered += rows.height
        if self._buffered >= ROWS_BUFFERED:
            self._flush()

    def record(self, entry: Imported) -> None:
        """Remember a vendor's file as imported."""
        self.catalog.imports[entry.sha256, entry.format, entry.name] = entry
        self._told = True

    def finish(self) -> None:
        """Merge what is left and make everything visible. Nothing is written when nothing changed."""
        self._flush()
        if self._staged or self._told:
            self.catalog.save(self._root / STAGING)
            commit(self._root, [*self._staged, PAGE])

    def _flush(self) -> None:
        buffer, self._buffer, self._buffered = self._buffer, {}, 0
        for name, frames in buffer.items():
            for path, rows in _partitions(table(name), pl.concat(frames)):
                self._merge(table(name), path, rows)

    def _merge(self, into: Table, path: str, new: pl.DataFrame) -> None:
        staged, standing = self._root / STAGING / path, self._root / path
        source = staged if path in self._staged else standing
        old = pl.read_parquet(source) if path in self.catalog.parts else None
        if old is not None and old.columns != list(into.columns):
            old = into.conform(old)
        rows, reports = merge_rows(into, old, new, replace=self._replace)
        for number, report in reports.items():
            self.reports[number][into.name].include(report)
        if not any(report.added or (self._replace and report.conflicts) for report in reports.values()):
            return
        staged.parent.mkdir(parents=True, exist_ok=True)
        written = staged.with_suffix(".new")
        rows.write_parquet(written, compression="zstd", row_group_size=ROWS_A_GROUP, statistics=True)
        written.replace(staged)
        self.catalog.parts[path] = describe(into, rows, staged.stat().st_size)
        if path not in self._staged:
            self._staged.append(path)


def _partitions(of: Table, rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the path of each file of the table that these rows belong to, with its rows."""
    if not of.partition:
        if rows.height:
            yield f"{of.name}.parquet", rows
        return
    split = {
        name: pl.col(name).dt.strftime("%Y-%m") if of.columns[name] == pl.Date else pl.col(name).cast(pl.String)
        for name in of.partition
    }
    marked = rows.with_columns(expression.alias(f"__{name}") for name, expression in split.items())
    marks = [f"__{name}" for name in split]
    for values, part in marked.partition_by(marks, as_dict=True, include_key=False).items():
        yield (
            "/".join([of.name, *(quote(str(value), safe=" ^").replace(".", "%2E") for value in values)]) + ".parquet",
            part,
        )


def _several(value: object) -> set[object]:
    """Return a filter's value or values as a set."""
    return set(value) if isinstance(value, Collection) and not isinstance(value, str) else {value}
