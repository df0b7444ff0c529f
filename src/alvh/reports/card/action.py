"""The first line of the card: act, or skip and because."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from alvh.reports.card.condor import ProposedCondor
from alvh.reports.card.facts import Facts
from alvh.reports.card.hedges import HedgeRow, day_text
from alvh.reports.words import dollars, listed, plural
from alvh.values import Missing

QUIET_DAY = "no entry is due today and nothing that is held asks for anything"


@dataclass(frozen=True, slots=True)
class Action:
    """What to do.

    Attributes
    ----------
    acts : bool
        Whether there is an order to place.
    headline : str
        ``ACT: ...`` or ``SKIP: because ...``.
    sentences : tuple of str
        One an order, in the order they are placed.
    condor_because : tuple of str
        Why no condor is opened, where none is.
    """

    acts: bool
    headline: str
    sentences: tuple[str, ...]
    condor_because: tuple[str, ...]


def action(facts: Facts, condors: Sequence[ProposedCondor | Missing], hedges: Sequence[HedgeRow]) -> Action:
    """Return what the plan asks for, in words."""
    orders = facts.plan.orders
    because = counted([s.why for s in facts.plan.skips if s.layer in facts.condor_layers])
    if not facts.openings() and not because:
        because = (no_entry(facts),)
    closes = [o for o in orders if o.layer in facts.condor_layers and o.kind != "open"]
    sentences = [
        *(f"{o.kind} {o.campaign} ({plural(o.lots, 'lot')}): {o.reason}" for o in closes),
        *(condor_sentence(c) for c in condors if isinstance(c, ProposedCondor)),
        *(f"{row.layer}: {order.text} ({order.reason})" for row in hedges for order in row.orders),
    ]
    if not orders:
        return Action(False, f"SKIP: {'; '.join(because)}", (), because)
    parts = []
    if closes:
        parts.append(f"{listed(sorted({o.kind for o in closes}))} {plural(len(closes), 'condor')}")
    opened = [c for c in condors if isinstance(c, ProposedCondor)]
    parts += [f"sell {plural(c.lots, 'condor')} {c.root} {day_text(c.expiry)} for a credit of {dollars(c.credit_usd)}"
              for c in opened]  # fmt: skip
    acting = [row.layer for row in hedges if row.orders]
    if acting:
        parts.append(f"hedge orders in {listed(acting)}")
    return Action(True, f"ACT: {', '.join(parts)}", tuple(sentences), () if opened else because)


def counted(reasons: Sequence[str]) -> tuple[str, ...]:
    """Return some reasons, each once, with how many condors it holds for."""
    times = Counter(reasons)
    return tuple(why if n == 1 else f"{why} ({n} condors)" for why, n in times.items())


def condor_sentence(condor: ProposedCondor) -> str:
    """Return a condor as a trader reads it out."""
    k = condor.strikes
    return (
        f"sell {plural(condor.lots, 'iron condor')} {condor.root} {day_text(condor.expiry)} "
        f"{k.long_put:g}/{k.short_put:g} put, {k.short_call:g}/{k.long_call:g} call"
    )


def no_entry(facts: Facts) -> str:
    """Say why no condor is due: where a layer has an entry calendar, that."""
    for layer in facts.policy.layers:
        if layer.name in facts.condor_layers:
            entry = getattr(getattr(layer, "params", None), "entry", "")
            if entry and entry != "daily":
                period = {"weekly": "week", "monthly": "month"}.get(entry, entry)
                return f"no condor is due: one is opened on the first session of each {period}"
    return QUIET_DAY
