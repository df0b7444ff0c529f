"""What the rules said tonight, by subject: votes and weights, capital, market health, gates, and all the others.

Nothing is looked for by name of a number: a rule's sentences are shown under the rule, whatever it says, and every
number of the plan goes under the rule or layer that its name begins with. So a new rule is on the card by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from alvh.reports.card.facts import Facts
from alvh.values import Remark

SUBJECTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Votes and weights": ("vote", "false_binary", "rsi_tilt", "amm", "bonding_curve", "steward"),
        "Capital": ("capital", "sizing", "hedge_budget", "whole_contracts", "wacc", "leakage"),
        "Market health": ("market_health", "liquidity", "reit", "ddm"),
        "Gates": ("vix_gates", "vvix_freeze", "fomc", "entry_deferral", "mev"),
    }
)
"""Subject -> kinds of rules, or how their names begin."""
OTHER = "Rules"
MARKET = "Layers"


@dataclass(frozen=True, slots=True)
class Voice:
    """One rule or layer: what it said tonight, what it refused, and its numbers.

    `silent` says that it had nothing to say; `kind` is the file it comes from.
    """

    source: str
    kind: str
    said: tuple[str, ...]
    rejected: tuple[str, ...]
    numbers: Mapping[str, float]

    @property
    def silent(self) -> bool:
        """Whether it said nothing and left no number."""
        return not (self.said or self.rejected or self.numbers)


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject and everybody who spoke on it."""

    title: str
    voices: tuple[Voice, ...]


def topics(facts: Facts, *, silent: bool = False) -> tuple[Topic, ...]:
    """Return every subject with all its voices, in policy order; layers that are silent only with `silent`."""
    kinds = {rule.name: type(rule).__module__.rpartition(".")[2] for rule in facts.policy.rules}
    layers = {layer.name: type(layer).__module__.rpartition(".")[2] for layer in facts.policy.layers}
    found: dict[str, list[Voice]] = {title: [] for title in (*SUBJECTS, OTHER, MARKET)}
    for name, kind in kinds.items():
        found[subject(kind)].append(_voice(facts, name, kind, (*kinds, *layers)))
    for name, kind in layers.items():
        voice = _voice(facts, name, kind, (*kinds, *layers))
        if silent or not voice.silent:
            found[MARKET].append(voice)
    known = {*kinds, *layers}
    for source in dict.fromkeys(owner_of(r) for r in facts.plan.remarks):
        if source not in known:
            found[OTHER].append(_voice(facts, source, "", (*kinds, *layers)))
    return tuple(Topic(title, tuple(voices)) for title, voices in found.items() if voices)


def subject(kind: str) -> str:
    """Return the subject of a kind of rule."""
    return next((title for title, known in SUBJECTS.items() if kind.startswith(known)), OTHER)


def owner_of(remark: Remark) -> str:
    """Return the rule that speaks: a rule with several judgements names each after itself in brackets."""
    return remark.source.partition(" (")[0]


def _voice(facts: Facts, name: str, kind: str, names: tuple[str, ...]) -> Voice:
    mine = [remark for remark in facts.plan.remarks if owner_of(remark) == name]
    numbers = {key: value for key, value in facts.plan.notes.items() if _owner_of_number(key, names) == name}
    return Voice(
        name,
        kind,
        tuple(sentence(remark, name) for remark in mine if not remark.rejected),
        tuple(sentence(remark, name) for remark in mine if remark.rejected),
        numbers,
    )


def _owner_of_number(key: str, names: tuple[str, ...]) -> str:
    """Return the rule or layer a number belongs to: the longest name that its own begins with."""
    fitting = [name for name in names if key.startswith(f"{name}.")]
    return max(fitting, key=len, default=key.partition(".")[0])


def sentence(remark: Remark, name: str) -> str:
    """Return what was said, with what it speaks of in front where the sentence does not name it."""
    said, about = str(remark), remark.about
    part = remark.source.partition(" (")[2].removesuffix(")")
    front = ", ".join(word for word in (part, about) if word and word not in said and word != name)
    return f"{front}: {said}" if front else said
