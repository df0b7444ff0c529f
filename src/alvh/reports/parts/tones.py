"""Who gets which tone, decided once a report, so that a layer looks the same wherever it appears."""

from __future__ import annotations

from collections.abc import Sequence

from alvh.accounting.statement import Statement
from alvh.reports.blocks import Tone

_KNOWN = {"condor": "condor", "cash": "cash", "L1": "hedge1", "L2": "hedge2", "L3": "hedge3"}


def layer_tones(statements: Sequence[Statement]) -> dict[str, Tone]:
    """Return the tone of every layer of every statement.

    The layers of the shipped policies have theirs by name, in every report; others get the next free ``hedge`` or
    ``other`` tone in order of appearance.
    """
    tones = dict(_KNOWN)
    hedges, others = 3, 0
    for statement in statements:
        for layer in statement.layers:
            if layer in tones:
                continue
            if layer in statement.hedge_layers:
                hedges += 1
                tones[layer] = f"hedge{hedges}"
            else:
                others += 1
                tones[layer] = f"other{others}"
    return tones


def policy_tone(position: int) -> Tone:
    """Return the tone of the policy at a position of the report."""
    return f"policy{position + 1}"
