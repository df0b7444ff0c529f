"""Texts and numbers as HTML: a proper minus, unbreakable units, and glossary words as links with a hover."""

from __future__ import annotations

import datetime as dt
import math
import re

from markupsafe import Markup, escape

from alvh.reports.blocks import Cell, Code, Figure, Num, Table
from alvh.reports.glossary import spans
from alvh.reports.words import cell, dollars
from alvh.values import Missing

# A minus before a figure or a dollar sign, unless it joins two words or figures (dates, ranges, names).
_MINUS = re.compile(r"(?<![\w)–-])-(?=[$\d∞.])")
_UNIT = re.compile(r"(?<=\d) (?=%)")


def typeset(text: str) -> str:
    """Set a true minus before negative figures and keep a percent sign with its number."""
    return _UNIT.sub("\N{NO-BREAK SPACE}", _MINUS.sub("\N{MINUS SIGN}", text))


def rich(text: str) -> Markup:
    """Escape a text and turn its glossary marks into links to the glossary."""
    return Markup("").join(
        Markup('<a class="term" href="#{0}" aria-describedby="{0}">{1}</a>').format(slug(span.term), typeset(span.text))
        if span.term
        else escape(typeset(span.text))
        for span in spans(text)
    )


def slug(term: str) -> str:
    """Return the id of a term's definition on the page."""
    return "g-" + re.sub(r"[^a-z0-9]+", "-", term.lower()).strip("-")


def cell_html(value: Cell) -> Markup:
    """Write a cell; what is missing carries its reason for those who point at it or listen."""
    if isinstance(value, Missing):
        return Markup('<span class="gap" title="{0}" aria-label="missing: {0}">{1}</span>').format(
            value.why, cell(value)
        )
    if isinstance(value, Code):
        return escape(value.text)
    if isinstance(value, dt.date):
        return Markup("<time>{}</time>").format(value.isoformat())
    return rich(value) if isinstance(value, str) else Markup(escape(typeset(cell(value))))  # noqa: S704 - escaped


def money(value: Num) -> str:
    """Write a number that stands alone, with its currency."""
    return typeset(dollars(value.value) if value.unit == "usd" else cell(value))


def right_columns(table: Table) -> list[bool]:
    """Whether each column is set to the right: those that hold a number, and never the first, which names the row."""
    return [at > 0 and any(isinstance(row[at], Num) for row in table.rows) for at, _ in enumerate(table.columns)]


def bar_widths(table: Table, column: int) -> list[float]:
    """Return the length of every row's bar, -100..100, against the largest of the rows that are not the sum."""
    cells = [row[column] for row in table.rows]
    sizes = [value.value if isinstance(value, Num) and math.isfinite(value.value) else 0.0 for value in cells]
    rows = sizes[:-1] if table.total else sizes
    longest = max((abs(size) for size in rows), default=0.0)
    return [round(100.0 * max(-1.0, min(1.0, size / longest)), 2) if longest else 0.0 for size in sizes]


def figure_widths(figure: Figure) -> tuple[float, float] | None:
    """Return the lengths, 0..100, of the two bars that compare a figure with and without; None without a comparison."""
    if figure.without is None:
        return None
    one, other = abs(figure.value.value), abs(figure.without.value)
    longest = max(one, other)
    if not longest > 0.0:
        return None
    return round(100.0 * one / longest, 1), round(100.0 * other / longest, 1)
