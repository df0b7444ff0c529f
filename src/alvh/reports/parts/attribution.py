"""What moved the P&L: the Greek terms by layer, campaign and regime, and how much they leave unexplained."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.attribution_tables import TermLine, campaign_terms, extremes, regime_terms
from alvh.evidence.residual import TOLERANCE, residual_ratios, residual_stats, term_totals
from alvh.reports.blocks import Bars, BarSeries, Cell, Column, Num, Sentence, Table, Tag, Tone
from alvh.reports.words import dollars, percent, plural

_EDGES = (0.0, 0.01, 0.02, 0.05, 0.10, 0.25, np.inf)
_LAST = ("costs", "residual")
EXTREMES = 10
"""Campaigns shown of those that lost most, and as many of those that gained most."""


def attribution_table(statement: Statement, tones: Mapping[str, Tone]) -> Table:
    """Return terms down, layers across; costs and the residual stand last, then the sum, which is the P&L."""
    totals = term_totals(statement.attribution_usd)
    terms = _ordered(totals.values())
    layers = [layer for layer in statement.layers if layer in totals]
    rows: list[tuple[Cell, ...]] = [
        (_word(term), *(Num(totals[layer].get(term, 0.0), "usd") for layer in layers),
         Num(sum(totals[layer].get(term, 0.0) for layer in layers), "usd"))
        for term in terms
    ]  # fmt: skip
    sums = [sum(totals[layer].values()) for layer in layers]
    return Table(
        f"[[attribution|Attribution]] of {statement.policy}, USD",
        (
            Column("Term"),
            *(Column(layer, tone=tones[layer]) for layer in layers),
            Column("All layers", bar=True),
        ),
        (*rows, ("[[P&L]]", *(Num(total, "usd") for total in sums), Num(sum(sums), "usd"))),
        total=True,
    )


def campaign_attribution(statement: Statement, tones: Mapping[str, Tone]) -> tuple[Table, ...]:
    """Return what moved the campaigns that lost most and those that gained most; none where no terms were kept."""
    found = extremes(campaign_terms(statement), EXTREMES)
    sides = ("lost most", found.worst), ("gained most", found.best)
    return tuple(
        _lines(
            f"[[campaign|Campaigns]] that {word}, by what moved them, {statement.policy}, USD",
            "Campaign",
            [(Tag(line.name, tones[line.layer]), line) for line in lines],
        )
        for word, lines in sides
        if lines
    )


def regime_attribution(statement: Statement) -> Table:
    """Return what moved the account on the sessions of each regime, and the sum over all of them."""
    lines = regime_terms(statement)
    named: list[tuple[Cell, TermLine]] = [(line.name, line) for line in lines]
    terms = _ordered([line.terms for line in lines])
    whole = TermLine("", "", {term: sum(line.terms.get(term, 0.0) for line in lines) for term in terms})
    return _lines(
        f"[[attribution|Attribution]] by [[regime]], {statement.policy}, USD",
        "VX curve",
        [*named, ("all sessions", whole)],
        total=True,
    )


def _lines(title: str, first: str, named: Sequence[tuple[Cell, TermLine]], *, total: bool = False) -> Table:
    """Return one row a line: its terms, costs and the residual last, then their sum, which is the P&L."""
    terms = [term for term in _ordered([line.terms for _, line in named])
             if any(line.terms.get(term, 0.0) for _, line in named)]  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, *(Num(line.terms.get(term, 0.0), "usd") for term in terms), Num(line.pnl_usd, "usd"))
        for name, line in named
    )
    columns = (Column(first), *(Column(_word(term)) for term in terms), Column("[[P&L]]", bar=True))
    return Table(title, columns, rows, total=total)


def _ordered(found: Iterable[Mapping[str, float]]) -> list[str]:
    """Return the terms that occur as they first appear, costs and the residual last."""
    seen = list(dict.fromkeys(term for terms in found for term in terms))
    return [term for term in seen if term not in _LAST] + [term for term in _LAST if term in seen]


def _word(term: str) -> str:
    return term.replace("_", " ")


def residual_bars(statement: Statement) -> Bars | None:
    """Return how large the residual is against the day's gross Greek P&L: a share of days per bucket."""
    ratios = residual_ratios(statement.attribution_usd)
    if not ratios.size:
        return None
    names, shares = [], []
    for low, high in itertools.pairwise(_EDGES):
        inside = (ratios > low) & (ratios <= high) if low else ratios <= high
        names.append(f"over {low:.0%}" if np.isinf(high) else f"{low:.0%} to {high:.0%}")
        shares.append(float(inside.mean()))
    return Bars(
        f"[[residual|Residual]] over the day's gross Greek P&L, {statement.policy}",
        tuple(name.replace("%", " %") for name in names),
        (BarSeries("share of days", "context", tuple(shares)),),
        "share",
        sum_name="",
    )


def residual_sentence(statement: Statement) -> Sentence:
    """Say how good the attribution is."""
    stats = residual_stats(statement.attribution_usd)
    if not stats.days:
        return Sentence("No position was held, so there is nothing to attribute.", quiet=True)
    return Sentence(
        f"On {percent(stats.share_within, 1)} of {plural(stats.days, 'day')} with a position the [[residual]] is at "
        f"most {percent(TOLERANCE, 0)} of the day's gross Greek P&L; its median is {percent(stats.median)}, its 95th "
        f"percentile {percent(stats.p95)}, its largest {percent(stats.largest, 1)}. Added up over the run it is "
        f"{dollars(stats.total_usd)}.",
        quiet=True,
    )
