"""Delimited text as columns of strings whose every row knows its line, and typed columns made from them.

A reader describes each canonical column as a `Cell`: which of the vendor's columns, and how to read it. What cannot be
read is refused with file, line and column; nothing is guessed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from alvh.adapters.errors import UserError, in_file, nearest
from alvh.adapters.schema import RIGHT, WORD, table
from alvh.adapters.sources.format import Piece
from alvh.adapters.sources.refuse import LINE, refuse_impossible, refuse_null_keys
from alvh.adapters.sources.text import Batch, batches, decoded

HEADER_WITHIN = 12
"""Lines in which the header must stand; disclaimers and blank lines may come before it."""
NOTHING = ("", "nan", "NaN", "null", "NULL", "None", "N/A", "NA", "-", "--")
"""What vendors write where they have no value."""
BLANK = ' \t\r"'


@dataclass(frozen=True, slots=True)
class Cell:
    """How to read one canonical column from a vendor's column of strings.

    Attributes
    ----------
    column : str
        The vendor's column, as `Sheet.frame` names it.
    parsed : Expr
        Null where the text is not what it should be.
    what : str
        What it should be, for the message.
    final : Expr
        The canonical value made from the parsed one, which it finds under the name of the vendor's column.
    """

    column: str
    parsed: pl.Expr
    what: str
    final: pl.Expr


def number(column: str, *, scale: float = 1.0) -> Cell:
    """Read a number; divided by `scale` where the vendor prints a multiple."""
    value = pl.col(column)
    return Cell(column, value.cast(pl.Float64, strict=False), "a number", value if scale == 1.0 else value / scale)


def traded(column: str, *, scale: float = 1.0) -> Cell:
    """Read a price of which 0 says that there was none."""
    cell = number(column, scale=scale)
    return Cell(column, cell.parsed, cell.what, pl.when(pl.col(column) != 0).then(cell.final))


def vol(column: str) -> Cell:
    """Read an implied volatility (decimal a year) of which 0 and -1 say that there was none."""
    value = pl.col(column)
    return Cell(
        column, value.cast(pl.Float64, strict=False), "a number", pl.when(~value.is_in([0.0, -1.0])).then(value)
    )


def whole(column: str) -> Cell:
    """Read a count; ``17.0`` is one, ``17.5`` is not."""
    value = pl.col(column).cast(pl.Float64, strict=False)
    parsed = pl.when(value == value.floor()).then(value).cast(pl.Int64, strict=False)
    return Cell(column, parsed, "a whole number", pl.col(column))


def day(column: str, *formats: str) -> Cell:
    """Read a date in one of the formats, tried in order; whatever follows a blank (a midnight) is ignored."""
    text = pl.col(column).str.extract(r"^(\S+)")
    parsed = pl.coalesce([text.str.to_date(one, strict=False) for one in formats])
    return Cell(column, parsed, f"a date like {' or '.join(formats)}", pl.col(column))


def side(column: str) -> Cell:
    """Read call or put, however abbreviated."""
    letter = pl.col(column).str.to_uppercase().replace({"CALL": "C", "PUT": "P"})
    return Cell(column, letter.cast(RIGHT, strict=False), "call or put", pl.col(column))


def word(column: str, *, strip: str = "") -> Cell:
    """Read a name, without the characters of `strip` around it."""
    value = pl.col(column)
    return Cell(column, value.str.strip_chars(strip + BLANK), "a name", value.cast(WORD))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A stretch of a file as strings, null where the vendor has nothing.

    Attributes
    ----------
    path : Path
    frame : DataFrame
        The vendor's columns in lower case, the second of a name with ``.2`` behind it, and `LINE`.
    preamble : tuple of str
        The lines before the header.
    header_line : int
    """

    path: Path
    frame: pl.DataFrame
    preamble: tuple[str, ...] = ()
    header_line: int = 1

    def has(self, column: str) -> bool:
        """Whether the file has this column."""
        return column in self.frame.columns

    def one(self, *columns: str) -> str:
        """Return the first of these columns that the file has: names of one thing in several layouts."""
        for column in columns:
            if column in self.frame.columns:
                return column
        missing = nearest(columns[0], [name for name in self.frame.columns if name != LINE])
        raise in_file(self.path, f"the header lacks this column{missing}", line=self.header_line, column=columns[0])

    def typed(self, cells: Mapping[str, Cell]) -> pl.DataFrame:
        """Return the canonical columns of `cells` and `LINE`, row for row; refuse what cannot be read."""
        out: dict[str, pl.Series] = {LINE: self.frame[LINE]}
        for name, cell in cells.items():
            source = self.frame[self.one(cell.column)]
            parsed = self.frame.select(cell.parsed.alias(cell.column))
            wrong = parsed[cell.column].is_null() & source.is_not_null()
            if wrong.any():
                at = wrong.arg_max() or 0
                what = f"{source[at]!r} is not {cell.what}"
                raise in_file(self.path, what, line=self.frame[LINE][at], column=cell.column)
            out[name] = parsed.select(cell.final.alias(name)).to_series()
        return pl.DataFrame(out)

    def piece(
        self, name: str, rows: pl.DataFrame, cells: Mapping[str, Cell], drops: Mapping[str, int] | None = None
    ) -> Piece:
        """Check rows of table `name` for what cannot be true and hand them over with what was dropped from them."""
        columns = {canonical: cell.column for canonical, cell in cells.items()}
        refuse_null_keys(self.path, table(name), rows, columns)
        refuse_impossible(self.path, table(name), rows, columns)
        kept = {reason: count for reason, count in (drops or {}).items() if count}
        return Piece(name, rows.drop(LINE, strict=False), rows.height + sum(kept.values()), kept)


def sheets(path: Path, required: Sequence[str], *, quoted: bool = False) -> Iterator[Sheet]:
    """Yield a delimited file batch by batch.

    Parameters
    ----------
    path : Path
    required : sequence of str
        Columns (lower case) the header must have; the header is the first line that has the first of them.
    quoted : bool
        Whether cells may hold commas inside quotation marks.
    """
    names: list[str] = []
    preamble: tuple[str, ...] = ()
    header_line = 1
    for batch in batches(path):
        lines = _lines(batch)
        if not names:
            at, names = _find_header(path, lines, required)
            header_line, preamble = lines[LINE][at], tuple(lines["text"].head(at))
            lines = lines.slice(at + 1)
        yield Sheet(path, _cells(path, names, lines, quoted=quoted), preamble, header_line)


def sheet_of(path: Path, data: bytes, header: Sequence[str]) -> Sheet:
    """Return bytes that were read elsewhere (a member of an archive) as a sheet with the columns of `header`."""
    return Sheet(path, _cells(path, list(header), _lines(Batch(1, decoded(path, data, 1))), quoted=False))


def header_names(line: str) -> list[str]:
    """Return the columns of a header line: stripped, in lower case, repeated names numbered."""
    names: list[str] = []
    for cell in line.rstrip("\r\n").removeprefix("\ufeff").split(","):
        plain = cell.strip(BLANK).lower()
        count = 1 + sum(1 for name in names if name.split(".")[0] == plain)
        names.append(plain if count == 1 else f"{plain}.{count}")
    return names


def sniffed(head: bytes, *required: str) -> bool:
    """Whether one of the first lines of a file is a header with all these columns (lower case)."""
    text = head.decode("utf-8", errors="replace")
    wanted = set(required)
    return any(wanted <= set(header_names(line)) for line in text.split("\n")[:HEADER_WITHIN])


def _lines(batch: Batch) -> pl.DataFrame:
    """Return the lines of a batch that say anything, with their numbers."""
    lines = batch.text.split("\n")
    numbers = pl.int_range(batch.first_line, batch.first_line + len(lines), dtype=pl.Int64, eager=True)
    frame = pl.DataFrame({LINE: numbers, "text": pl.Series(lines, dtype=pl.String)})
    return frame.filter(pl.col("text").str.contains(r"[^,\s]"))


def _find_header(path: Path, lines: pl.DataFrame, required: Sequence[str]) -> tuple[int, list[str]]:
    """Return the position of the header among the lines, and its columns."""
    best: tuple[int, int, list[str]] = (0, 0, [])
    for at, text in enumerate(lines["text"].head(HEADER_WITHIN)):
        names = header_names(text)
        while names and not names[-1].strip(".0123456789"):
            names.pop()  # trailing commas
        found = len(set(required) & set(names))
        if found == len(required):
            return at, names
        if found > best[0]:
            best = (found, lines[LINE][at], names)
    found, line, names = best
    if not found:
        raise in_file(path, f"no header with the columns {', '.join(required[:6])}", line=1, column=required[0])
    missing = next(name for name in required if name not in names)
    raise in_file(path, f"the header lacks this column{nearest(missing, names)}", line=line, column=missing)


def _cells(path: Path, names: list[str], lines: pl.DataFrame, *, quoted: bool) -> pl.DataFrame:
    """Split lines into columns of stripped strings; refuse lines with too few or too many cells."""
    text = pl.col("text").str.strip_chars_end("\r")
    # A comma too many at the end of every line is a habit of several vendors and says nothing.
    lines = lines.with_columns(text)
    commas = pl.col("text").str.count_matches(",", literal=True)
    bare = commas if not quoted else pl.when(~pl.col("text").str.contains('"', literal=True)).then(commas)
    excess = bare.cast(pl.Int64) - (len(names) - 1)
    trailing = pl.col("text").str.extract(r"(,*)$").str.len_bytes().cast(pl.Int64)
    wrong = lines.filter((excess < 0) | (excess > trailing))
    if wrong.height:
        line, content = wrong.select(LINE, "text").row(0)
        cells = content.count(",") + 1
        column = names[cells] if cells < len(names) else f"cell {cells}"
        raise in_file(path, f"{cells} cells where the header has {len(names)}", line=line, column=column)
    if lines.select((excess > 0).any()).item():
        shorter = pl.col("text").str.head(pl.col("text").str.len_chars().cast(pl.Int64) - excess)
        lines = lines.with_columns(pl.when(excess > 0).then(shorter).otherwise("text").alias("text"))
    if quoted:
        torn = lines.filter(pl.col("text").str.count_matches('"', literal=True) % 2 == 1)
        if torn.height:
            raise in_file(path, "a quotation mark without its partner", line=torn[LINE][0], column=names[0])
    schema = dict.fromkeys(names, pl.String)
    if not lines.height:
        return pl.DataFrame(schema=schema).with_columns(lines[LINE])
    joined = lines["text"].str.join("\n").item().encode()
    try:
        cells_frame = pl.read_csv(
            io.BytesIO(joined),
            has_header=False,
            schema=schema,
            quote_char='"' if quoted else None,
        )
    except pl.exceptions.PolarsError as error:
        raise in_file(path, f"cannot be split into cells: {error}", line=lines[LINE][0]) from error
    if cells_frame.height != lines.height:
        raise UserError(f"{path}: {lines.height} lines but {cells_frame.height} rows; is a quotation mark missing?")
    stripped = pl.all().str.strip_chars(BLANK)
    plain = cells_frame.select(pl.when(~stripped.is_in(NOTHING)).then(stripped).name.keep())
    return plain.with_columns(lines[LINE])
