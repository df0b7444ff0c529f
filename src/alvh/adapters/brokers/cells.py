"""A broker's CSV as rows with line numbers, and its cells as numbers, money and dates.

Brokers write for spreadsheets: a byte-order mark, titles above the header, ``$1,234.50``, ``(1,234.50)`` or
``-$1,234.50`` for a negative amount, ``--`` for nothing, totals between the rows.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from alvh.adapters.errors import in_file, nearest

MAX_BYTES = 64 << 20
"""A list of positions is small: more than this is another file."""
NOTHING = frozenset({"", "-", "--", "---", "n/a", "na", "nan", "none", "null", "incomplete"})
DATE_FORMATS = (
    "%Y-%m-%d",
    "%Y%m%d",
    "%m/%d/%Y",
    "%m/%d/%y",
    "%Y/%m/%d",
    "%d%b%y",
    "%d %b %Y",
    "%B %d, %Y",
    "%b %d, %Y",
)
"""How brokers write days. Month before day where both are numbers: all three are American."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file under its header: cells by column (lower case), and where it stands."""

    path: Path
    number: int
    cells: dict[str, str]

    def text(self, *columns: str) -> str:
        """Return the first of these columns that has something in it, else nothing."""
        return next((value for name in columns if (value := self.cells.get(name, ""))), "")

    def has(self, *columns: str) -> bool:
        """Whether one of these columns says anything."""
        return self.text(*columns).lower() not in NOTHING

    def number_in(self, *columns: str) -> float:
        """Return a number; UserError where none of the columns holds one."""
        for name in columns:
            text = self.cells.get(name, "")
            if text.lower() not in NOTHING:
                value = amount(text)
                if value is None:
                    raise self.wrong(f"{text!r} is not a number", name)
                return value
        raise self.wrong("empty where a number was expected", columns[0])

    def whole_in(self, *columns: str) -> int:
        """Return a whole number of contracts; UserError where it is none."""
        value = self.number_in(*columns)
        if value != int(value):
            raise self.wrong(f"{value:g} is not a whole number of contracts", columns[0])
        return int(value)

    def date_in(self, *columns: str) -> dt.date:
        """Return a day; UserError where none of the columns holds one."""
        text = self.text(*columns)
        value = day(text)
        if value is None:
            raise self.wrong(f"{text!r} is not a date", next((c for c in columns if c in self.cells), columns[0]))
        return value

    def wrong(self, what: str, column: str | None = None) -> Exception:
        """Return the error that names this line."""
        return in_file(self.path, what, line=self.number, column=column)


def text_of(path: Path) -> str:
    """Return a file as text without a byte-order mark; UserError for what is no text file."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise in_file(path, f"larger than {MAX_BYTES >> 20} MB: this is no list of positions or trades")
        data = path.read_bytes()
    except OSError as error:
        raise in_file(path, f"cannot be read: {error.strerror}") from None
    if not data.strip():
        raise in_file(path, "the file is empty", line=1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise in_file(path, "is not text in UTF-8", line=1 + data.count(b"\n", 0, error.start)) from None
    if "\0" in text:
        raise in_file(path, "binary data where text was expected", line=1)
    return text


def raw_rows(path: Path) -> list[tuple[int, list[str]]]:
    """Return the rows of a CSV file with the line each begins on, blank ones left out."""
    text = text_of(path)
    reader = csv.reader(io.StringIO(text, newline=""))
    rows: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                rows.append((before + 1, stripped))
            before = reader.line_num
    except csv.Error as error:
        raise in_file(path, f"cannot be split into cells: {error}", line=reader.line_num) from None
    return rows


def lines_under(path: Path, rows: Sequence[tuple[int, list[str]]], wanted: Sequence[Sequence[str]]) -> Iterator[Line]:
    """Yield the rows under a header.

    Parameters
    ----------
    path : Path
    rows : sequence of (line, cells)
    wanted : sequence of sequences of str
        Columns (lower case) the header must have, each with its other names. The header is the first row that has a
        name of the first of them and of at least one other; a repeated header is passed over.
    """
    header: list[str] = []
    best: tuple[int, list[str]] = (1, [])
    for number, cells in rows:
        names = [" ".join(cell.lower().split()) for cell in cells]
        found = [any(name in names for name in others) for others in wanted]
        if all(found):
            header = names
            continue
        if header:
            yield Line(path, number, dict(zip(header, cells, strict=False)))
        elif sum(found) > sum(any(n in best[1] for n in others) for others in wanted):
            best = (number, names)
    if not header:
        number, names = best
        missing = next((o for o in wanted if not any(name in names for name in o)), wanted[0])
        near = nearest(missing[0], [n for n in names if n]) if names else ""
        raise in_file(path, f"the header lacks this column{near}", line=number, column=missing[0])


def amount(text: str) -> float | None:
    """Return a number as brokers write it, None where it is none: ``$1,234.50``, ``(12.30)``, ``-$5``, ``5-``."""
    plain = text.replace("$", "").replace(",", "").replace("\u2212", "-").replace("USD", "").strip()
    sign = 1.0
    if plain.startswith("(") and plain.endswith(")"):
        plain, sign = plain[1:-1].strip(), -1.0
    if re.fullmatch(r"[-+]?\s*(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", plain) is None:
        return None
    return sign * float(plain.replace(" ", ""))


def day(text: str) -> dt.date | None:
    """Return a day as brokers write it, None where it is none; a time of day behind it is passed over."""
    plain = " ".join(text.replace("'", "").split())
    shapes = [plain, re.split(r"[ T;,]", plain, maxsplit=1)[0]]
    for shape in shapes:
        for pattern in DATE_FORMATS:
            try:
                return dt.datetime.strptime(shape, pattern).replace(tzinfo=dt.UTC).date()
            except ValueError:
                continue
    return None
