"""Every reading there is: unit, place among the last 252 sessions, age; and since when each exists."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from alvh.diagnosis.diagnose import indicators
from alvh.diagnosis.indicators.curve_shape import WINDOW_SESSIONS
from alvh.diagnosis.indicators.regime import label
from alvh.reports.card.facts import Facts, last_known
from alvh.values import Floats, Missing

LEAST_SESSIONS = WINDOW_SESSIONS // 2
"""A percentile over fewer known sessions says nothing."""


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """One reading of one close.

    Attributes
    ----------
    name, unit : str
    group : str
        The file of ``diagnosis/indicators`` it comes from.
    value : float or Missing
    text : str
        What a code or a flag means in words (``steep``, ``yes``); else empty.
    percentile : float or None
        Share of the trailing 252 sessions at or below today's value, 0 to 1; None where fewer than half are known,
        and for codes and flags.
    age_sessions : int or None
        Sessions since it was last known: 0 today, None never.
    """

    name: str
    unit: str
    group: str
    value: float | Missing
    text: str
    percentile: float | None
    age_sessions: int | None


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """From when a reading exists in what was loaded, until when, and on how many of the sessions since it is known."""

    name: str
    since: dt.date | None
    until: dt.date | None
    known: int
    sessions: int


def reading_rows(facts: Facts) -> tuple[ReadingRow, ...]:
    """Return every reading of a close, file by file."""
    return tuple(reading_row(facts, name, indicator.unit, module) for name, (indicator, module) in indicators().items())


def reading_row(facts: Facts, name: str, unit: str, module: object) -> ReadingRow:
    """Return one reading of a close; `module` is the file that computes it."""
    values = facts.past(name)
    last = last_known(values)
    here = len(values) - 1
    value = float(values[-1]) if last == here else Missing(f"no {name} on {facts.date}")
    ranked = not unit.startswith(("code", "flag"))
    return ReadingRow(
        name,
        unit,
        getattr(module, "__name__", "").rpartition(".")[2],
        value,
        "" if isinstance(value, Missing) else in_words(name, unit, value),
        percentile(values) if ranked else None,
        here - last if last >= 0 else None,
    )


def coverage_rows(facts: Facts) -> tuple[CoverageRow, ...]:
    """Return from when every reading exists; a history that begins late says so of all of them."""
    return tuple(coverage_row(facts, name) for name in indicators())


def coverage_row(facts: Facts, name: str) -> CoverageRow:
    """Return from when one reading exists."""
    known = np.flatnonzero(np.isfinite(facts.past(name)))
    if not known.size:
        return CoverageRow(name, None, None, 0, 0)
    first, last = int(known[0]), int(known[-1])
    dates = facts.history.dates
    return CoverageRow(name, dates[first], dates[last], int(known.size), facts.view.i + 1 - first)


def percentile(values: Floats) -> float | None:
    """Return the share of the last 252 sessions at or below the last value; None where too few are known."""
    window = values[-WINDOW_SESSIONS:]
    known = window[np.isfinite(window)]
    if not np.isfinite(values[-1]) or known.size < LEAST_SESSIONS:
        return None
    return float((known <= values[-1]).mean())


def in_words(name: str, unit: str, value: float) -> str:
    """Return what a flag or the regime's code means; empty for every other reading."""
    if unit.startswith("flag"):
        return "yes" if value else "no"
    return label(value) if name == "regime" else ""
