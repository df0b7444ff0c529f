"""Any series of returns or values: a column of dates and one of numbers, CSV or Parquet.

Returns are decimals (0.0125) unless a cell or the column's name says percent; values are of the whole account, the
first one its start. Daily, weekly or monthly is told by how far apart the dates lie.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from alvh.adapters.brokers.cells import Line, amount, lines_under, raw_rows
from alvh.adapters.errors import in_file, nearest
from alvh.adapters.records.format import Given, RecordFormat
from alvh.evidence.records import Record, record_of_returns, record_of_values
from alvh.values import Missing

DATES = ("date", "day", "month", "week", "period", "timestamp")
RETURNS = ("return", "returns", "ret", "daily return", "daily_return", "monthly return", "pnl_pct", "performance")
PERCENT = ("return %", "returns %", "return (%)", "daily return %", "p/l %", "return_pct", "return pct", "pct")
VALUES = (
    "equity", "nav", "value", "balance", "net liquidation value", "net liq", "portfolio value", "account value",
    "equity_usd",
)  # fmt: skip
LARGEST_DECIMAL = 1.0
VALUES_NOTE = "Values are taken as they stand: money paid in counts as a gain, money taken out as a loss."


def _read(path: Path, given: Given) -> Record:
    if given.daily_log is not None:
        raise in_file(path, "is a series already: a daily log belongs to a log of trades")
    column, lines = _lines(path)
    seen: dict[dt.date, int] = {}
    rows: list[tuple[dt.date, float]] = []
    for line in lines:
        day = line.date_in(*DATES)
        if day in seen:
            raise line.wrong(f"{day} stands on line {seen[day]} already", next(n for n in DATES if n in line.cells))
        seen[day] = line.number
        rows.append((day, _number(line, column)))
    rows.sort()
    dates, numbers = np.array([day for day, _ in rows], dtype="datetime64[D]"), np.array([n for _, n in rows])
    if column in VALUES:
        made = record_of_values(path.stem, "returns", dates, numbers, includes_interest=True, notes=[VALUES_NOTE])
    else:
        nav = given.nav_usd if given.nav_usd is not None else float("nan")
        made = record_of_returns(path.stem, "returns", dates, numbers, nav, includes_interest=True)
    if isinstance(made, Missing):
        raise in_file(path, made.why)
    return made


def _lines(path: Path) -> tuple[str, Iterator[Line]]:
    """Return the column that is read, and the rows of the file."""
    from alvh.adapters.records import headers_of, parquet  # noqa: PLC0415 - the package imports this file

    wanted = (*RETURNS, *PERCENT, *VALUES)
    headers = [one for one in headers_of(path) if one & set(DATES)]
    column = next((name for name in wanted if any(name in one for one in headers)), "")
    if not column:
        found = headers[0] if headers else headers_of(path)[0]
        raise in_file(path, f"no column of returns or values{nearest(wanted[0], found)}", line=1, column=wanted[0])
    if path.suffix != ".parquet":
        return column, lines_under(path, raw_rows(path), (DATES, (column,)))
    frame = parquet(path)
    names = [" ".join(name.lower().split()) for name in frame.columns]
    rows = (["" if cell is None else str(cell) for cell in row] for row in frame.iter_rows())
    return column, (Line(path, k, dict(zip(names, row, strict=True))) for k, row in enumerate(rows, 1))


def _number(line: Line, column: str) -> float:
    """Return a cell as a decimal return or a value; UserError for what is neither."""
    text = line.text(column)
    value = amount(text.rstrip().removesuffix("%"))
    if value is None:
        raise line.wrong(f"{text!r} is not a number", column)
    if column in VALUES:
        return value
    if text.rstrip().endswith("%") or column in PERCENT:
        return value / 100.0
    if abs(value) > LARGEST_DECIMAL:
        said = f"{value:g} would be {100.0 * value:g} %: write a decimal, or call the column 'return %'"
        raise line.wrong(said, column)
    return value


def _sniff(columns: frozenset[str]) -> bool:
    known = {*RETURNS, *PERCENT, *VALUES}
    return bool(columns & set(DATES)) and bool(columns & known) and "net liquidity" not in columns


FORMATS = (RecordFormat("returns", "a series, CSV or Parquet: a date and a return or a value", _sniff, _read),)
