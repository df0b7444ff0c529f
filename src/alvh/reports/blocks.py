"""A report as data: what is said and shown, in order. Renderers draw it; nothing here draws or prints.

Texts may mark a word of the glossary as ``[[drawdown]]`` or ``[[drawdown|falls]]`` (`alvh.reports.glossary`). Numbers
stay numbers with their unit until a renderer writes them (`alvh.reports.words`); a gap is `Missing` with its reason.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from alvh.values import Dates, Floats, Missing

Unit: TypeAlias = Literal["usd", "percent", "share", "points", "ratio", "count"]
"""``percent`` and ``share`` hold decimals and are written in percent, with two and with one place."""

Tone: TypeAlias = str
"""Who is shown, not how: ``condor``, ``cash``, ``hedge1``.., ``other1``.., ``policy1``.., ``total``, ``context``."""


class Num(NamedTuple):
    """A number with its unit; `signed` writes a plus too. NaN is written as a dash."""

    value: float
    unit: Unit
    signed: bool = False


class Tag(NamedTuple):
    """A name with the colour of what it names: a layer, a policy."""

    text: str
    tone: Tone


class Code(NamedTuple):
    """Text to be copied letter by letter: a hash."""

    text: str


Cell: TypeAlias = str | dt.date | Num | Tag | Code | Missing


@dataclass(frozen=True, slots=True)
class Sentence:
    """A paragraph; `quiet` for what explains rather than tells."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure with and without: the number to remember.

    `without` is None where there is nothing to compare. `change` says the difference in words; `good` whether it is one
    that a holder wants (None: neither).
    """

    label: str
    value: Num
    without: Num | None
    change: str
    good: bool | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer on one screen: a headline, a few figures, what they mean, and how far they can be trusted."""

    headline: str
    figures: tuple[Figure, ...]
    sentences: tuple[str, ...]
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `bar` asks for a small bar beside the number; `tone` colours its heading."""

    name: str
    bar: bool = False
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under columns; the first column names the row. `total` sets the last row apart."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One line of a chart: a value a session, NaN where there is none; `secondary` lines are drawn thinner."""

    name: str
    tone: Tone
    values: Floats
    secondary: bool = False


class Window(NamedTuple):
    """A named stretch of time to zoom to."""

    name: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True, eq=False)
class TimeSeries:
    """Lines over sessions. Charts of one `group` share their cursor and zoom.

    `summary` says in one sentence what the chart shows, for those who do not see it; `filled` shades the first line
    down to zero.
    """

    title: str
    sessions: Dates
    series: tuple[Series, ...]
    unit: Unit
    summary: str
    group: str
    filled: bool = False
    windows: tuple[Window, ...] = ()


class BarSeries(NamedTuple):
    """One part of every bar."""

    name: str
    tone: Tone
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """Stacked bars, one a category: parts above zero to the right, below zero to the left, and their sum.

    `sum_name` heads the column of sums; empty where a sum means nothing.
    """

    title: str
    categories: tuple[str, ...]
    series: tuple[BarSeries, ...]
    unit: Unit
    sum_name: str = "Sum"
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """A grid of numbers shaded by sign and size; `totals` is one more column, shaded by itself."""

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Floats
    totals: Floats
    total_name: str
    unit: Unit
    note: str = ""


class Estimate(NamedTuple):
    """A number with its interval and what may be said of it; `low` and `high` are NaN where there is no interval.

    `verdict` is one of ``pays``, ``does not pay`` and ``cannot tell``; `why` what keeps it open, or why there is no
    interval.
    """

    value: float
    low: float
    high: float
    verdict: str
    why: str = ""


class ForestRow(NamedTuple):
    """One thing that is judged, by several measures; `strong` sets the row apart: a sum of others."""

    name: str
    tone: Tone
    cells: tuple[Estimate | Missing, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Forest:
    """Estimates with their intervals about zero, one panel a measure: who is on which side, and how surely.

    `columns` name the measures, `units` write them; `sides` say what lies left and right of zero.
    """

    title: str
    columns: tuple[str, ...]
    units: tuple[Unit, ...]
    rows: tuple[ForestRow, ...]
    sides: tuple[str, str]
    note: str = ""


class Rung(NamedTuple):
    """One step of a ladder: a number a column; `chosen` marks the one that the run used."""

    name: str
    values: tuple[Num, ...]
    chosen: bool


@dataclass(frozen=True, slots=True)
class Ladder:
    """The same run under ever worse assumptions, from the kindest to the harshest."""

    title: str
    columns: tuple[str, ...]
    rungs: tuple[Rung, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one kind: who, what kind, how many, and each of them; `label` and `items` hold no glossary marks."""

    tag: str
    tone: Tone
    label: str
    count: int
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountedList:
    """Groups with their counts; a renderer may fold the items away but never drop one silently."""

    title: str
    groups: tuple[Group, ...]
    empty: str


@dataclass(frozen=True, slots=True)
class Glossary:
    """Words and what they mean here."""

    terms: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Disclaimer:
    """What this is not."""

    text: str


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that are a click away: more of the same, for another policy."""

    title: str
    blocks: tuple[Block, ...]


Block: TypeAlias = (
    Sentence
    | Verdict
    | Table
    | TimeSeries
    | Bars
    | HeatMap
    | Forest
    | Ladder
    | CountedList
    | Glossary
    | Disclaimer
    | Fold
)


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under a heading. `slug` is its address within the page; `brief` sections are shown in the terminal too."""

    title: str
    slug: str
    blocks: tuple[Block, ...]
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A report: what it is about, over what, and its sections in reading order."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]
