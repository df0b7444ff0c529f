"""Records from elsewhere: one file a source of them, found by what stands in this folder."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import polars as pl

from alvh.adapters.brokers.cells import raw_rows
from alvh.adapters.errors import UserError, in_file, nearest
from alvh.adapters.records.format import Given, RecordFormat
from alvh.evidence.records import Record

HEADER_ROWS = 5
"""Titles may stand above a header, but no more of them than this."""


@cache
def record_formats() -> dict[str, RecordFormat]:
    """Return every format by name: each of the ``FORMATS`` of each file of this package."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    found = [one for module in modules for one in getattr(module, "FORMATS", ())]
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}


def read_record(path: Path, name: str = "auto", given: Given = Given()) -> Record:  # noqa: B008 - frozen
    """Read a record; UserError with one sentence for whatever is wrong.

    Parameters
    ----------
    path : Path
    name : str
        A format, or ``auto`` to recognise it by its header.
    given : Given
    """
    if name == "auto":
        return recognised(path).read(path, given)
    try:
        return record_formats()[name].read(path, given)
    except KeyError:
        raise UserError(f"no record format {name!r}{nearest(name, [*record_formats(), 'auto'])}") from None


def recognised(path: Path) -> RecordFormat:
    """Return the one format whose header a file has; UserError naming what is read where it is none."""
    headers = headers_of(path)
    for header in headers:
        for one in record_formats().values():
            if one.sniff(header):
                return one
    known = "; ".join(f"{one.name}: {one.describe}" for one in record_formats().values())
    found = ", ".join(sorted(headers[0]))
    raise in_file(path, f"its header ({found}) is of no record that is read ({known})", line=1)


def headers_of(path: Path) -> list[frozenset[str]]:
    """Return the columns of a Parquet file, or the first rows of a CSV, as headers."""
    if path.suffix == ".parquet":
        return [frozenset(" ".join(name.lower().split()) for name in parquet(path).columns)]
    return [frozenset(" ".join(cell.lower().split()) for cell in cells) for _, cells in raw_rows(path)[:HEADER_ROWS]]


def parquet(path: Path) -> pl.DataFrame:
    """Return a Parquet file as a frame; UserError for what is none."""
    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise in_file(path, f"cannot be read as Parquet: {str(error).splitlines()[0]}") from None


__all__ = ["Given", "RecordFormat", "headers_of", "parquet", "read_record", "recognised", "record_formats"]
