"""Where the parts of stacked bars stand: percent of the width of the plot, zero line included."""

from __future__ import annotations

import math
from typing import NamedTuple

from alvh.reports.blocks import Bars, Num, Tone


class Part(NamedTuple):
    """One part of a bar: where it starts and how long it is, percent of the plot."""

    tone: Tone
    name: str
    left: float
    width: float


class Bar(NamedTuple):
    """One category: its parts, its numbers, and their sum."""

    category: str
    parts: tuple[Part, ...]
    values: tuple[Num, ...]
    total: Num


class Stack(NamedTuple):
    """All bars on one scale; `zero` is where the zero line stands, percent."""

    zero: float
    bars: tuple[Bar, ...]


def stacked(block: Bars) -> Stack:
    """Lay out the bars: parts above zero to the right of the line, below zero to the left, NaN left out."""
    rows = [[series.values[at] for series in block.series] for at in range(len(block.categories))]
    highest = max((sum(value for value in row if value > 0.0) for row in rows), default=0.0)
    lowest = min((sum(value for value in row if value < 0.0) for row in rows), default=0.0)
    span = (highest - lowest) or 1.0
    zero = -lowest / span
    return Stack(
        round(100.0 * zero, 3),
        tuple(_bar(block, at, row, zero, span) for at, row in enumerate(rows)),
    )


def _bar(block: Bars, at: int, row: list[float], zero: float, span: float) -> Bar:
    right, left, parts = zero, zero, []
    for series, value in zip(block.series, row, strict=True):
        width = 0.0 if math.isnan(value) else abs(value) / span
        if value > 0.0:
            start, right = right, right + width
        else:
            left -= width
            start = left
        if width:
            parts.append(Part(series.tone, series.name, round(100.0 * start, 3), round(100.0 * width, 3)))
    return Bar(
        block.categories[at],
        tuple(parts),
        tuple(Num(value, block.unit) for value in row),
        Num(sum(row), block.unit),
    )
