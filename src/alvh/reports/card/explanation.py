"""Why, and why not: every order with its reason, every refusal, every rule's own words, each alternative not taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from alvh.reports.backtest import DISCLAIMER
from alvh.reports.card.action import action
from alvh.reports.card.condor import proposed
from alvh.reports.card.facts import Facts
from alvh.reports.card.hedges import hedge_rows, package_text
from alvh.reports.card.inputs import InputRow, input_rows, troubles
from alvh.reports.card.readings import ReadingRow, reading_rows
from alvh.reports.card.topics import Voice, topics


@dataclass(frozen=True, slots=True)
class Done:
    """One order: who asked, what is traded, and why."""

    layer: str
    kind: str
    what: str
    why: str


@dataclass(frozen=True, slots=True)
class NotDone:
    """One thing that did not happen, and why."""

    layer: str
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision taken apart.

    Attributes
    ----------
    policy : str
    date : datetime.date
    book : str
    headline : str
    done : tuple of Done
    not_done : tuple of NotDone
    voices : tuple of Voice
        Every rule and layer in policy order, also the silent ones.
    used : tuple of ReadingRow
        The readings that the policy's layers and rules say they need.
    inputs : tuple of InputRow
    troubles : tuple of str
    disclaimer : str
    """

    policy: str
    date: dt.date
    book: str
    headline: str
    done: tuple[Done, ...]
    not_done: tuple[NotDone, ...]
    voices: tuple[Voice, ...]
    used: tuple[ReadingRow, ...]
    inputs: tuple[InputRow, ...]
    troubles: tuple[str, ...]
    disclaimer: str = DISCLAIMER


def make_explanation(facts: Facts, *, book: str) -> Explanation:
    """Take a decision apart; `book` is what the book is called."""
    inputs = input_rows(facts)
    told = action(facts, proposed(facts), hedge_rows(facts))
    needed = set(_needed(facts))
    return Explanation(
        policy=facts.policy.name,
        date=facts.date,
        book=book,
        headline=told.headline,
        done=tuple(Done(o.layer, o.kind, package_text(o.legs, o.lots), o.reason) for o in facts.plan.orders),
        not_done=(
            *(NotDone(s.layer, s.why) for s in facts.plan.skips),
            *(NotDone(layer, why) for layer in facts.condor_layers[:1] for why in _quiet(facts, told.condor_because)),
        ),
        voices=tuple(voice for topic in topics(facts, silent=True) for voice in topic.voices),
        used=tuple(row for row in reading_rows(facts) if row.name in needed),
        inputs=inputs,
        troubles=troubles(inputs),
    )


def _quiet(facts: Facts, because: tuple[str, ...]) -> Iterator[str]:
    """Yield why no condor is opened, where no skip says so already."""
    skipped = {s.why for s in facts.plan.skips}
    yield from (why for why in because if why not in skipped)


def _needed(facts: Facts) -> Iterator[str]:
    """Yield the readings that layers and rules cannot do without, and the regime."""
    yield "regime"
    for layer in facts.policy.layers:
        yield from layer.needs
    for rule in facts.policy.rules:
        yield from rule.needs
