"""The report in short, for a terminal: the verdict, the policies side by side, layers, regimes, skips, one disclaimer.

Only the sections marked ``brief`` are printed, and of them what is text or a table; a line before the last section says
what the page has beyond that. In a pipe the same lines come out without any colour.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from alvh.accounting.statement import Statement
from alvh.evidence.model_band import Band
from alvh.reports.backtest import backtest_report
from alvh.reports.blocks import (
    Block,
    Column,
    CountedList,
    Disclaimer,
    Estimate,
    Forest,
    Num,
    Report,
    Section,
    Sentence,
    Table,
    Unit,
    Verdict,
)
from alvh.reports.glossary import plain
from alvh.reports.words import DASH, cell, dollars, number
from alvh.values import Missing

PIPE_WIDTH = 120
"""Columns to write when nobody says how wide the reader is."""

_GAP = 3


def print_report(report: Report, console: Console | None = None) -> None:
    """Print the short form of a report to `console`; by default to the standard output, plain where it is a pipe."""
    out = console or Console()
    if console is None and not out.is_terminal:
        out = Console(width=PIPE_WIDTH, color_system=None)
    out.print(Text(report.title, style="bold"))
    out.print(Text(report.subtitle, style="dim"))
    brief = [section for section in report.sections if section.brief]
    for section in brief[:-1]:
        _section(section, out)
    beyond = [section.title.lower() for section in report.sections if not section.brief]
    if beyond:
        out.print(Text(f"Only in the page: {', '.join(beyond)}.", style="dim"))
    for section in brief[-1:]:
        _section(section, out)


def print_statements(
    statements: Sequence[Statement], console: Console | None = None, bands: Mapping[str, Band] | None = None
) -> None:
    """Print the short form of the backtest report of these statements, with the model bands that were run."""
    print_report(backtest_report(statements, bands=bands), console)


def terminal_text(report: Report, *, width: int = PIPE_WIDTH) -> str:
    """Return the short form of a report as plain text."""
    sheet = io.StringIO()
    print_report(report, Console(file=sheet, width=width, color_system=None, force_terminal=False))
    return sheet.getvalue()


def _section(section: Section, out: Console) -> None:
    for block in section.blocks:
        for piece in _pieces(block, out.width):
            out.print(piece)


def _pieces(block: Block, width: int) -> Iterator[Grid | Text]:
    """Yield what a block looks like here; charts, folds and the like are left to the page."""
    if isinstance(block, Verdict):
        yield from _verdict(block)
    elif isinstance(block, Table):
        yield from _table(block, width)
    elif isinstance(block, Forest):
        yield from _table(_forest(block), width)
    elif isinstance(block, CountedList):
        yield from _counts(block)
    elif isinstance(block, Sentence):
        yield Text(plain(block.text), style="dim" if block.quiet else "")
        yield Text("")
    elif isinstance(block, Disclaimer):
        yield Text(plain(block.text), style="italic")


def _verdict(block: Verdict) -> Iterator[Grid | Text]:
    yield Text("")
    yield Text(plain(block.headline), style="bold")
    yield Text("")
    grid = _grid(
        ("", "with the hedge", "without", "") if any(one.without for one in block.figures) else ("", "", "", "")
    )
    for figure in block.figures:
        without = _money(figure.without) if figure.without is not None else ""
        style = "" if figure.good is None else ("green" if figure.good else "yellow")
        change = Text(plain(figure.change), style=style)
        grid.add_row(Text(plain(figure.label)), Text(_money(figure.value)), Text(without), change)
    yield grid
    yield Text("")
    for sentence in block.sentences:
        yield Text(plain(sentence))
    for caveat in block.caveats:
        yield Text(plain(caveat), style="yellow")
    yield Text("")


def _money(value: Num) -> str:
    return dollars(value.value) if value.unit == "usd" else number(value)


def _table(block: Table, width: int) -> Iterator[Grid | Text]:
    """Lay a table out; one that is too wide is cut between columns, its first column repeated, never squeezed."""
    names = [plain(column.name) for column in block.columns]
    rows = [[plain(cell(value)) if isinstance(value, str) else cell(value) for value in row] for row in block.rows]
    sizes = [max(len(text) for text in column) + _GAP for column in zip(names, *rows, strict=True)]
    right = [at > 0 and any(isinstance(row[at], Num) for row in block.rows) for at in range(len(names))]
    yield Text(plain(block.title), style="bold")
    for chosen in _fitting(sizes, width):
        grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1))
        for at in chosen:
            grid.add_column(Text(names[at]), justify="right" if right[at] else "left", overflow="fold")
        for line, row in enumerate(rows):
            last = block.total and line == len(rows) - 1
            grid.add_row(*(Text(row[at]) for at in chosen), style="bold" if last else "")
        yield grid
    yield Text("")


def _forest(block: Forest) -> Table:
    """Return a forest as a table: estimate, interval and verdict in words."""

    def said(one: Estimate | Missing, unit: Unit) -> str:
        if isinstance(one, Missing):
            return f"{DASH} {one.why}"
        text = number(Num(one.value, unit, signed=True))
        if math.isfinite(one.low) and math.isfinite(one.high):
            text += f" [{number(Num(one.low, unit))} .. {number(Num(one.high, unit))}]"
        return f"{text} {one.verdict}"

    rows = tuple((row.name, *map(said, row.cells, block.units)) for row in block.rows)
    return Table(block.title, tuple(Column(name) for name in ("", *block.columns)), rows)


def _fitting(sizes: Sequence[int], width: int) -> Iterator[list[int]]:
    """Split columns into runs that fit the width, each starting with the first column."""
    run, used = [0], sizes[0]
    for at in range(1, len(sizes)):
        if used + sizes[at] > width and len(run) > 1:
            yield run
            run, used = [0], sizes[0]
        run.append(at)
        used += sizes[at]
    yield run


def _counts(block: CountedList) -> Iterator[Grid | Text]:
    yield Text(plain(block.title), style="bold")
    if not block.groups:
        yield Text(block.empty)
    grid = _grid(("", "", ""), justify=("right", "left", "left"))
    for group in block.groups:
        grid.add_row(Text(f"{group.count:,}"), Text(group.tag), Text(group.label))
    if block.groups:
        yield grid
    yield Text("")


def _grid(names: Sequence[str], justify: Sequence[str] = ("left", "right", "right", "left")) -> Grid:
    grid = Grid(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(names), header_style="dim")
    for name, side in zip(names, justify, strict=True):
        grid.add_column(name, justify="right" if side == "right" else "left", overflow="fold")
    return grid
