"""Vendor files into the store: recognise, read, merge, all or nothing. What happened comes back as data."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from alvh.adapters.errors import UserError, in_file, nearest
from alvh.adapters.sources import FORMATS
from alvh.adapters.sources.format import HEAD_BYTES, Format, LeftAsideError, Piece
from alvh.adapters.sources.text import batches, head
from alvh.adapters.store import Store, Writing
from alvh.adapters.store_catalog import Imported
from alvh.adapters.store_merge import Conflict, MergeReport

AUTO = "auto"
SEEN = "this file was imported before"
HASHED_FIRST = 64 << 20
"""Files up to this size are hashed before they are read; a longer one must first show that it is what it says."""

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with the name of the file at hand, bytes done and bytes in all."""


@dataclass(slots=True)
class FileReport:
    """What became of one file.

    Attributes
    ----------
    path : Path
    format : str or None
        None where the file was left aside.
    tables : dict of str -> MergeReport
        Rows added, already there and in conflict, by table.
    rows : int
        Canonical rows read, those dropped included.
    drops : dict of str -> int
        Rows left out, counted by reason.
    aside : str
        Why the file was not read at all: no table of ours, or imported before. Empty for a file that was read.
    """

    path: Path
    format: str | None
    tables: dict[str, MergeReport] = field(default_factory=dict)
    rows: int = 0
    drops: dict[str, int] = field(default_factory=dict)
    aside: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, file by file, and how long it took."""

    files: tuple[FileReport, ...]
    seconds: float

    @property
    def rows(self) -> int:
        """Canonical rows read."""
        return sum(file.rows for file in self.files)

    @property
    def added(self) -> int:
        """Rows new to the store."""
        return sum(merged.added for file in self.files for merged in file.tables.values())

    @property
    def already(self) -> int:
        """Rows the store had."""
        return sum(merged.already for file in self.files for merged in file.tables.values())

    @property
    def conflicts(self) -> int:
        """Rows whose key the store had with other values."""
        return sum(merged.conflicts for file in self.files for merged in file.tables.values())

    @property
    def conflicting(self) -> list[Conflict]:
        """The conflicts listed."""
        return [one for file in self.files for merged in file.tables.values() for one in merged.conflicting]


def import_paths(
    store: Store,
    format_name: str,
    paths: Iterable[Path],
    progress: Progress | None = None,
    *,
    replace: bool = False,
) -> ImportReport:
    """Import files and folders into the store in one commit.

    Parameters
    ----------
    store : Store
    format_name : str
        A name of `FORMATS`, or ``auto`` to recognise each file.
    paths : iterable of Path
        Files, or folders whose files are taken recursively. In a folder, files that are no table are left aside with
        the reason; a file that was named must be readable.
    progress : callable, optional
    replace : bool
        Let new rows win over rows of the store with the same key and other values; also reads files again that were
        imported before.

    Raises
    ------
    UserError
        For anything wrong with a file, naming file, line and column. The store is then as it was.
    """
    if format_name != AUTO and format_name not in FORMATS:
        raise UserError(f"no format {format_name!r}{nearest(format_name, [*FORMATS, AUTO])}")
    begun = time.perf_counter()
    files = list(_files(paths))
    total = sum(path.stat().st_size for path, _ in files)
    done = 0
    told: list[FileReport] = []
    with store.writing(replace=replace) as writing:
        for number, (path, named) in enumerate(files):
            if progress:
                progress(path.name, done, total)
            told.append(_import_one(writing, number, path, format_name, named=named, again=replace))
            done += path.stat().st_size
    if progress:
        progress("", total, total)
    for number, report in enumerate(told):
        report.tables.update(writing.reports.get(number, {}))
    return ImportReport(tuple(told), time.perf_counter() - begun)


def _import_one(writing: Writing, number: int, path: Path, format_name: str, *, named: bool, again: bool) -> FileReport:
    """Read one file into the writing, or say why it is left aside."""
    chosen = _recognise(path, format_name, named=named)
    if chosen is None:
        if named:
            raise _unrecognised(path)
        return FileReport(path, None, aside="no format recognises it")
    small = path.stat().st_size <= HASHED_FIRST
    digest = sha256(path) if small else ""
    if digest and not again and (digest, chosen.name, path.name) in writing.catalog.imports:
        return FileReport(path, chosen.name, aside=SEEN)
    pieces = chosen.read(path)
    try:
        first = next(pieces, None)
    except LeftAsideError as error:
        if named:
            raise
        return FileReport(path, None, aside=error.why)
    if not digest:
        digest = sha256(path)
        if not again and (digest, chosen.name, path.name) in writing.catalog.imports:
            return FileReport(path, chosen.name, aside=SEEN)
    report = FileReport(path, chosen.name)
    offered: dict[str, int] = {}
    rows = 0
    for piece in _from(first, pieces):
        writing.add(piece.table, piece.frame, number=number)
        offered[piece.table] = offered.get(piece.table, 0) + piece.frame.height
        rows += piece.rows
        for reason, count in piece.drops.items():
            report.drops[reason] = report.drops.get(reason, 0) + count
    writing.record(Imported(digest, chosen.name, path.name, offered))
    report.rows += rows
    return report


def _recognise(path: Path, format_name: str, *, named: bool) -> Format | None:
    """Return the format to read a file with; None where none recognises it.

    A file that was named together with a format is given to that format, which can say best what is wrong with it.
    """
    if named and format_name != AUTO:
        return FORMATS[format_name]
    start = head(path)
    candidates = FORMATS.values() if format_name == AUTO else [FORMATS[format_name]]
    return next((one for one in candidates if one.sniff(path, start)), None)


def _unrecognised(path: Path) -> UserError:
    """Say what is wrong with a file that no format recognises: damaged, binary, a web page, or an unknown header."""
    first = next(batches(path, HEAD_BYTES))
    line = next((text for text in first.text.split("\n") if text.strip()), "")
    shown = line.split(",")[0].strip()[:40]
    return in_file(path, f"no format recognises this file; name one of {', '.join(FORMATS)}", line=1, column=shown)


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield every file of the paths, and whether it was named itself."""
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
            yield from ((file, False) for file in inside)
        elif path.is_file():
            yield path, True
        else:
            raise UserError(f"{path}: no such file or folder")


def _from(first: Piece | None, rest: Iterator[Piece]) -> Iterator[Piece]:
    if first is not None:
        yield first
        yield from rest


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
