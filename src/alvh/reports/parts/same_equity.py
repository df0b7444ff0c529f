"""What the hedges added on one and the same equity: which verdicts on identical books a smaller account explains."""

from __future__ import annotations

from collections.abc import Mapping

from alvh.evidence.ablation import Ablation
from alvh.evidence.margins import Margin
from alvh.evidence.verdicts import Effect, Verdict
from alvh.evidence.with_without import ALL_HEDGES
from alvh.reports.parts.pieces import ALL, MEASURES, PLAIN
from alvh.reports.words import listed, percent
from alvh.values import Missing


def same_equity_sentence(ablation: Ablation) -> str:
    """Say what all hedges added on one and the same equity, and which verdicts are others there; empty without any."""
    whole = ablation.same_equity.get(ALL_HEDGES)
    if not isinstance(whole, Margin):
        return ""
    found = [(name, whole.whole[metric]) for metric, name in zip(MEASURES, PLAIN, strict=True)]
    said = [f"{name} {percent(one.estimate)} ({one.verdict})" for name, one in found if isinstance(one, Effect)]
    if not said:
        return ""
    changed = [f"{layer or ALL} on {name} ({verdict})" for layer, name, verdict in turned(ablation)]
    others = f"Other verdicts there: {listed(changed)}." if changed else "No verdict is another there."
    return (
        "On identical condors the account with a hedge comes to another size, in which the same lots weigh otherwise. "
        "By what they gained each session on the equity of that session all hedges together added (below zero: took) "
        f"{listed(said)}. {others}"
    )


def turned(ablation: Ablation) -> list[tuple[str, str, Verdict]]:
    """Return layer, measure and verdict on the same equity wherever it is not the verdict on identical books."""
    books: Mapping[str, Margin | Missing] = {piece.name: piece.ways["identical"] for piece in ablation.pieces} | {
        ALL_HEDGES: ablation.hedge
    }
    out: list[tuple[str, str, Verdict]] = []
    for layer, same in ablation.same_equity.items():
        left = books.get(layer)
        if not isinstance(left, Margin) or not isinstance(same, Margin):
            continue
        for metric, name in zip(MEASURES, PLAIN, strict=True):
            one, other = left.whole[metric], same.whole[metric]
            if isinstance(one, Effect) and isinstance(other, Effect) and one.verdict != other.verdict:
                out.append((layer, name, other.verdict))
    return out
