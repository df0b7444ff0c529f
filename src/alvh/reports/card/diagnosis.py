"""The diagnosis of one close: regime, curve, every reading and from when it exists. No decision."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from alvh.reports.backtest import DISCLAIMER
from alvh.reports.card.facts import Facts
from alvh.reports.card.inputs import InputRow, input_rows, troubles
from alvh.reports.card.readings import CoverageRow, ReadingRow, coverage_rows, reading_rows
from alvh.reports.card.regime import RegimeCard, regime_card


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is known at a close; `coverage` has one row a reading, in the same order."""

    date: dt.date
    regime: RegimeCard
    readings: tuple[ReadingRow, ...]
    coverage: tuple[CoverageRow, ...]
    inputs: tuple[InputRow, ...]
    troubles: tuple[str, ...]
    disclaimer: str = DISCLAIMER


def make_diagnosis(facts: Facts) -> Diagnosis:
    """Put the diagnosis of one close together."""
    inputs = input_rows(facts)
    return Diagnosis(
        facts.date, regime_card(facts), reading_rows(facts), coverage_rows(facts), inputs, troubles(inputs)
    )
