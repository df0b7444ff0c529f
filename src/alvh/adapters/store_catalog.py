"""What the store holds: its files, and the files that were imported into it. One JSON page, written last."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import polars as pl

from alvh.adapters.errors import UserError
from alvh.adapters.schema import Table

PAGE = "catalog.json"
LAYOUT = 1
"""Number of the layout on disk. A store of another layout is refused, never guessed at."""


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file of a table.

    Attributes
    ----------
    table : str
    rows : int
    first, last : datetime.date
        Dates of its rows.
    names : tuple of str
        Symbols or series in it, sorted (`Table.label`).
    bytes : int
    content : str
        SHA-256 of its values, whatever the file's encoding.
    """

    table: str
    rows: int
    first: dt.date
    last: dt.date
    names: tuple[str, ...]
    bytes: int
    content: str


@dataclass(frozen=True, slots=True)
class Imported:
    """A vendor's file that was imported: what it was called, and how many rows it offered to each table."""

    sha256: str
    format: str
    name: str
    rows: dict[str, int]


@dataclass(slots=True)
class Catalog:
    """The files of a store by relative path, and the imports by (SHA-256, format, file name)."""

    parts: dict[str, Part] = field(default_factory=dict)
    imports: dict[tuple[str, str, str], Imported] = field(default_factory=dict)

    @classmethod
    def load(cls, root: Path) -> Catalog:
        """Read the catalog of a store; a folder without one is an empty store."""
        page = root / PAGE
        if not page.exists():
            return cls()
        try:
            told = json.loads(page.read_text(encoding="utf-8"))
        except ValueError as error:
            raise UserError(f"{page}: the store's catalog is damaged ({error}); import into a new folder") from error
        if told.get("layout") != LAYOUT:
            raise UserError(f"{page}: store layout {told.get('layout')!r}, this version reads {LAYOUT}; import anew")
        parts = {
            path: Part(
                **{
                    **part,
                    "first": dt.date.fromisoformat(part["first"]),
                    "last": dt.date.fromisoformat(part["last"]),
                    "names": tuple(part["names"]),
                }
            )
            for path, part in told["parts"].items()
        }
        imports = [Imported(**entry) for entry in told["imports"]]
        return cls(parts, {(entry.sha256, entry.format, entry.name): entry for entry in imports})

    def save(self, folder: Path) -> None:
        """Write the page into `folder`, the same bytes for the same content."""
        told = {
            "layout": LAYOUT,
            "parts": {path: asdict(part) for path, part in sorted(self.parts.items())},
            "imports": [asdict(entry) for _, entry in sorted(self.imports.items())],
        }
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(told, indent=1, default=dt.date.isoformat, ensure_ascii=False)
        (folder / PAGE).write_text(text + "\n", encoding="utf-8")


def describe(table: Table, rows: pl.DataFrame, size: int) -> Part:
    """Return the catalog's line for a file with these rows."""
    dates = rows[table.date].cast(pl.Date)
    first, last = dates.min(), dates.max()
    if not isinstance(first, dt.date) or not isinstance(last, dt.date):
        raise TypeError(f"table {table.name!r}: a file without dated rows")
    names = rows[table.label].cast(pl.String).unique().drop_nulls().sort().to_list()
    return Part(table.name, rows.height, first, last, tuple(names), size, content(rows))


def content(rows: pl.DataFrame) -> str:
    """Return the SHA-256 of a frame's values, column by column, whatever the machine and the file's encoding."""
    digest = hashlib.sha256()
    for column in rows.iter_columns():
        digest.update(f"{column.name} {column.len()} {column.dtype.base_type().__name__}\n".encode())
        digest.update(column.is_null().cast(pl.UInt8).to_numpy().tobytes())
        values = column
        if column.dtype.base_type() in {pl.String, pl.Categorical, pl.Enum}:
            words = column.cast(pl.String)
            vocabulary = words.unique().drop_nulls().sort()
            digest.update("\0".join(vocabulary).encode())
            values = words.cast(pl.Enum(vocabulary)).to_physical().cast(pl.UInt32)
        digest.update(_bytes(values))
    return digest.hexdigest()


def _bytes(values: pl.Series) -> bytes:
    """Return the physical values of a column, nulls as zeros."""
    physical = values.to_physical()
    if physical.dtype == pl.Boolean:
        physical = physical.cast(pl.UInt8)
    return physical.fill_null(0).to_numpy().tobytes()
