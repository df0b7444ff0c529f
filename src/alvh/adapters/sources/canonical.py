"""The canonical tables themselves, as Parquet or CSV files: our own exports and collections made to the same columns.

A table is recognised by its columns, never by its file name.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path

import polars as pl

from alvh.adapters.errors import nearest
from alvh.adapters.schema import RIGHT, SETTLE, TABLES, UTC, WORD, Table
from alvh.adapters.sources.format import PARQUET, Format, LeftAsideError, Piece
from alvh.adapters.sources.refuse import LINE, UNREADABLE, refuse_impossible, refuse_null_keys, unreadable
from alvh.adapters.sources.sheet import BLANK, Cell, Sheet, day, header_names, number, sheets, side, whole, word

FOMC = {"date", "time_et", "scheduled", "event", "time_basis", "status"}
CPI = {"date", "reference_month", "time_et", "flag"}
SHILLER = {"date", "cape", "earnings"}
WIDE_AT_LEAST = 20
"""Number columns beside `date` that make a table of closes, one column a ticker."""
ASIDE = {
    "mean_normalized_straddle_price": "daily aggregates computed by their author from chains, not quotes",
    "vix_recomputed": "a quality summary computed from the chains, not data",
    "call_bid": "a worked example of the VIX white paper: strikes without dates",
    "tolerance": "expected values of a worked example",
}
"""Columns that tell a file which is no table of ours, and why it is left aside."""
OPTIONAL = ("time_basis", "note", "pcf")
"""Columns that a file may lack: nobody published price over cash flow beside the monthly series we know."""
NO_PRICE = "no price that day (not listed, or not a member's file)"


def _sniff(_path: Path, head: bytes) -> bool:
    if head.startswith(PARQUET):
        return True
    names = set(header_names(head.decode("utf-8", errors="replace").split("\n")[0]))
    return _known(names) or not names.isdisjoint(ASIDE)


def _read(path: Path) -> Iterator[Piece]:
    with path.open("rb") as handle:
        packed = handle.read(len(PARQUET)) == PARQUET
    if not packed:
        for sheet in sheets(path, (), quoted=True):
            yield _from_text(sheet)
        return
    try:
        frame = pl.read_parquet(path)
    except UNREADABLE as error:
        raise unreadable(path, error) from error
    if _wide(frame):
        yield _closes(path, frame)
    else:
        yield _from_frame(path, frame)


def _from_frame(path: Path, frame: pl.DataFrame) -> Piece:
    frame = _completed(frame)
    table = _table_of(path, frame.columns)
    try:
        typed = frame.select(pl.col(name).cast(table.columns[name]) for name in frame.columns)
    except UNREADABLE as error:
        raise unreadable(path, error) from error
    refuse_null_keys(path, table, typed)
    refuse_impossible(path, table, typed)
    return Piece(table.name, typed, typed.height)


def _from_text(sheet: Sheet) -> Piece:
    sheet = Sheet(sheet.path, _completed(sheet.frame), sheet.preamble, sheet.header_line)
    names = [name for name in sheet.frame.columns if name != LINE]
    table = _table_of(sheet.path, names)
    cells = {name: _cell(name, table.columns[name]) for name in names}
    return sheet.piece(table.name, sheet.typed(cells), cells)


def _cell(name: str, dtype: type[pl.DataType] | pl.DataType) -> Cell:
    """Return how to read a column of a canonical CSV by its type in the schema."""
    if dtype in {pl.Datetime("us"), UTC}:
        return _moment(name, dtype)
    if dtype == SETTLE:
        return Cell(name, pl.col(name).cast(SETTLE, strict=False), "AM or PM", pl.col(name))
    if dtype == pl.Boolean:
        return _flag(name)
    if dtype == pl.Date:
        return day(name, "%Y-%m-%d")
    readers = {pl.Float64: number, pl.Float32: number, pl.Int64: whole, RIGHT: side, WORD: word}
    return readers[dtype](name) if dtype in readers else _text(name)


def _text(name: str) -> Cell:
    return Cell(name, pl.col(name).str.strip_chars(BLANK), "a name", pl.col(name))


def _flag(name: str) -> Cell:
    known = {"true": True, "false": False}
    flag = pl.col(name).str.to_lowercase().replace_strict(known, default=None, return_dtype=pl.Boolean)
    return Cell(name, flag, "true or false", pl.col(name))


def _moment(name: str, dtype: type[pl.DataType] | pl.DataType) -> Cell:
    plain = pl.col(name).str.replace("T", " ").str.strip_chars_end("Z")
    moment = pl.coalesce(plain.str.to_datetime(f"%Y-%m-%d %H:%M{rest}", strict=False) for rest in (":%S%.f", ""))
    zoned = moment.dt.replace_time_zone("UTC" if dtype == UTC else None).cast(dtype)
    return Cell(name, zoned, "a time like 2019-05-01 15:45:00", pl.col(name))


def _completed(frame: pl.DataFrame) -> pl.DataFrame:
    """Give tables kept without their kind or series what tells them apart from others of the same table."""
    names = set(frame.columns)
    if names >= FOMC and "kind" not in names:
        return frame.with_columns(kind=pl.lit("FOMC"))
    if names >= CPI:
        note = pl.concat_str("reference_month", "flag", separator="; ", ignore_nulls=True)
        extra = {"kind": "CPI", "scheduled": "true", "event": "release", "status": "held", "time_basis": "convention"}
        empty = {name: pl.lit(None, pl.String) for name in ("target_upper_pct", "sp500_30m_pct", "source")}
        told = {name: pl.lit(value) for name, value in extra.items()}
        return frame.with_columns(note=note, **told, **empty).drop("reference_month", "flag")
    if names >= SHILLER and "series" not in names:
        return frame.with_columns(series=pl.lit("SHILLER"))
    return frame


def _known(names: set[str]) -> bool:
    """Whether a header is that of a table, or of one that `_completed` completes."""
    if names >= CPI:
        return True
    given = {"kind"} if names >= FOMC else {"series"} if names >= SHILLER else set()
    return any(_matches(table, names | given) for table in TABLES.values())


def _table_of(path: Path, columns: list[str]) -> Table:
    for table in TABLES.values():
        if _matches(table, set(columns)):
            return table
    for column, why in ASIDE.items():
        if column in columns:
            raise LeftAsideError(path, column, why)
    column, why = _nearest_table(columns)
    raise LeftAsideError(path, column, why)


def _nearest_table(columns: list[str]) -> tuple[str, str]:
    """Return the column that keeps a file from being a table, and how."""
    shared, table = max(((len(set(columns) & set(one.columns)), one) for one in TABLES.values()), key=itemgetter(0))
    if shared < len(table.columns) // 2:
        shown = ", ".join(name[:40] for name in columns[:8])
        return columns[0], f"columns match no canonical table: {shown}"
    foreign = [name for name in columns if name not in table.columns]
    optional = {*columns, *table.provenance, "pcf"}
    lacking = [name for name in table.columns if name not in optional]
    if lacking:
        instead = nearest(lacking[0], foreign) if foreign else ""
        return lacking[0], f"looks like the table {table.name!r}, but lacks this column{instead}"
    return foreign[0], f"not a column of the table {table.name!r}{nearest(foreign[0], table.columns)}"


def _matches(table: Table, names: set[str]) -> bool:
    """Whether these columns are this table's: its key, nothing foreign, and all that is not about provenance."""
    required = {name for name in table.key if name not in table.nullable}
    optional = {*table.provenance, *OPTIONAL}
    return required <= names <= set(table.columns) and set(table.columns) - names <= optional


def _wide(frame: pl.DataFrame) -> bool:
    numbers = all(dtype.is_float() for dtype in frame.dtypes[1:])
    return frame.columns[:1] == ["date"] and frame.width > WIDE_AT_LEAST and numbers


def _closes(path: Path, frame: pl.DataFrame) -> Piece:
    table = TABLES["constituents"]
    long = frame.unpivot(index="date", variable_name="symbol", value_name="adj_close")
    known = long.drop_nulls("adj_close").with_columns(pl.col("symbol").cast(WORD))
    refuse_null_keys(path, table, known)
    refuse_impossible(path, table, known)
    missing = long.height - known.height
    return Piece(table.name, known, long.height, {NO_PRICE: missing} if missing else {})


FORMAT = Format(
    "canonical",
    "our own tables (chains, vx_futures, vol_indices, underlyings, rates, ...), Parquet or CSV, files or a folder",
    _sniff,
    _read,
)
