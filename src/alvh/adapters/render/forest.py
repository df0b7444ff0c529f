"""Where the dots and whiskers of a forest stand: percent of the width of their panel, zero line included."""

from __future__ import annotations

import math
from typing import NamedTuple

from alvh.reports.blocks import Estimate, Forest, Num
from alvh.reports.words import number
from alvh.values import Missing

CLASSES = {"pays": "pays", "does not pay": "loses", "cannot tell": "open"}
REACH = 3.0
"""One whisker far longer than the rest would press them into a dot: beyond three times the 80th percentile it is cut
at the edge of the panel, and its numbers beside it say where it ends."""


class Mark(NamedTuple):
    """One estimate in its panel, percent: the dot, and the whisker from `left` over `width` (0 without an interval).

    `cut` says whether the whisker goes on beyond the panel.
    """

    dot: float
    left: float
    width: float
    cut: bool
    verdict: str
    text: str
    interval: str
    why: str


class Panel(NamedTuple):
    """One measure: where zero stands, percent, and a mark a row (a reason where there is none)."""

    zero: float
    marks: tuple[Mark | Missing, ...]


def panels(block: Forest) -> list[Panel]:
    """Lay out every panel of a forest, each on its own scale."""
    return [_panel(block, column) for column in range(len(block.columns))]


def _panel(block: Forest, column: int) -> Panel:
    cells = [row.cells[column] for row in block.rows]
    low, high = _range([cell for cell in cells if isinstance(cell, Estimate)])
    span = high - low

    def at(value: float) -> float:
        return round(100.0 * (min(max(value, low), high) - low) / span, 2)

    def mark(cell: Estimate) -> Mark:
        known = math.isfinite(cell.low) and math.isfinite(cell.high)
        left, right = (at(cell.low), at(cell.high)) if known else (at(cell.value), at(cell.value))
        unit = block.units[column]
        text = number(Num(cell.value, unit, signed=True))
        interval = f"{number(Num(cell.low, unit))} to {number(Num(cell.high, unit))}" if known else ""
        cut = known and (cell.low < low or cell.high > high)
        verdict = CLASSES.get(cell.verdict, "open")
        return Mark(at(cell.value), left, round(right - left, 2), cut, verdict, text, interval, cell.why)

    return Panel(at(0.0), tuple(mark(cell) if isinstance(cell, Estimate) else cell for cell in cells))


def _range(cells: list[Estimate]) -> tuple[float, float]:
    """Return the range of a panel: everything, but for whiskers that would hide the others."""
    ends = sorted(
        max(abs(end) for end in (cell.value, cell.low, cell.high) if math.isfinite(end))
        for cell in cells
        if math.isfinite(cell.value)
    )
    if not ends or not ends[-1] > 0.0:
        return -1.0, 1.0
    typical = ends[int(0.8 * (len(ends) - 1))]
    far = min(ends[-1], REACH * typical) if typical > 0.0 else ends[-1]
    values = [end for cell in cells for end in (cell.value, cell.low, cell.high) if math.isfinite(end)]
    low, high = max(min(0.0, *values), -far), min(max(0.0, *values), far)
    room = 0.04 * (high - low)
    return low - room, high + room
