"""What the hedges added on books without their fills: which verdicts a larger or smaller account explains."""

from __future__ import annotations

from collections.abc import Mapping

from alvh.evidence.ablation import Ablation
from alvh.evidence.margins import Margin
from alvh.evidence.verdicts import Effect, Verdict
from alvh.evidence.with_without import ALL_HEDGES
from alvh.reports.parts.pieces import ALL, MEASURES, PLAIN
from alvh.reports.words import listed, percent
from alvh.values import Missing


def books_sentence(ablation: Ablation) -> str:
    """Say what all hedges added on books without their fills, and which verdicts differ there; empty without any."""
    whole = ablation.books.get(ALL_HEDGES)
    if not isinstance(whole, Margin):
        return ""
    found = [(name, whole.whole[metric]) for metric, name in zip(MEASURES, PLAIN, strict=True)]
    said = [f"{name} {percent(one.estimate)} ({one.verdict})" for name, one in found if isinstance(one, Effect)]
    if not said:
        return ""
    changed = [f"{layer or ALL} on {name} ({verdict})" for layer, name, verdict in turned(ablation)]
    others = f"Other verdicts there: {listed(changed)}." if changed else "No verdict is another there."
    return (
        "Each session is judged on the equity it began with. With the fills of all hedges left out of the books "
        "instead (the account is then of another size, in which the same lots weigh otherwise) they added "
        f"{listed(said)}. {others}"
    )


def turned(ablation: Ablation) -> list[tuple[str, str, Verdict]]:
    """Return layer, measure and verdict on the books wherever it is not the verdict on the same equity."""
    same: Mapping[str, Margin | Missing] = {piece.name: piece.ways["identical"] for piece in ablation.pieces} | {
        ALL_HEDGES: ablation.hedge
    }
    out: list[tuple[str, str, Verdict]] = []
    for layer, booked in ablation.books.items():
        left = same.get(layer)
        if not isinstance(left, Margin) or not isinstance(booked, Margin):
            continue
        for metric, name in zip(MEASURES, PLAIN, strict=True):
            one, other = left.whole[metric], booked.whole[metric]
            if isinstance(one, Effect) and isinstance(other, Effect) and one.verdict != other.verdict:
                out.append((layer, name, other.verdict))
    return out
