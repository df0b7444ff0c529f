"""View + readings + book -> plan: layers propose in policy order, rules then restrain.

A layer that needs a reading the world did not give answers "unknown" for the day, and the plan says so; a rule then
passes, halves or blocks new condors, as the policy says.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from alvh.decision.draft import Draft, Layer, Rule
from alvh.diagnosis.diagnose import Readings
from alvh.market.observe import View
from alvh.values import Holdings, Plan


def decide(view: View, readings: Readings, book: Holdings, layers: Sequence[Layer], rules: Sequence[Rule]) -> Plan:
    """Return the plan of one close. The same call serves the backtest, the paper account and tonight.

    Parameters
    ----------
    view : View
        What is known; nothing later.
    readings : Readings
        Indicators of that view.
    book : Holdings
        What is held after the fills of that close.
    layers, rules : sequences
        In policy order.
    """
    draft = Draft(
        view,
        condors=tuple(layer.name for layer in layers if not (layer.hedge or getattr(layer, "overlay", False))),
        hedges=tuple(layer.name for layer in layers if layer.hedge),
    )
    for layer in layers:
        if layer.needs and (unknown := missing(layer.needs, readings)):
            draft.skip(layer.name, f"unknown: no {', no '.join(unknown)} on {view.date}")
            continue
        layer.propose(view, readings, book, draft)
    for rule in rules:
        if rule.needs and (unknown := missing(rule.needs, readings)):
            draft.unknown(rule.name, unknown, getattr(rule, "on_unknown", "pass"))
            continue
        rule.restrain(view, readings, book, draft)
    return draft.plan()


def missing(needs: Sequence[str], readings: Readings) -> list[str]:
    """Return which of some readings the world did not give."""
    return [name for name in needs if math.isnan(readings.value(name))]
