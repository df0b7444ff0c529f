"""The daily identity added up: what moved each campaign, each leg and each regime over a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alvh.accounting.attribution import TERMS, LegTerms, summed
from alvh.accounting.ledger import NONE, Ledger
from alvh.accounting.statement import Statement
from alvh.evidence.regimes import by_regime
from alvh.values import Contract


class TermLine(NamedTuple):
    """What moved one thing over a run, USD, by term; the terms add up to its P&L after costs.

    `layer` is empty for what is of no single one. `name` is a campaign or a regime; `contract` the leg of the campaign,
    None for the whole of it. `terms` holds a figure for each of `TERMS`.
    """

    layer: str
    name: str
    terms: dict[str, float]
    contract: Contract | None = None

    @property
    def pnl_usd(self) -> float:
        """P&L after costs."""
        return sum(self.terms.values())


class Extremes(NamedTuple):
    """The campaigns that lost most, the worst first, and those that gained most, the best first."""

    worst: tuple[TermLine, ...]
    best: tuple[TermLine, ...]


def campaign_terms(statement: Statement) -> tuple[TermLine, ...]:
    """Return what moved each campaign, in the order they were opened; empty where a statement keeps no such terms."""
    totals = statement.campaign_terms_usd
    if not totals:
        return ()
    return tuple(
        TermLine(line.layer, line.campaign, {term: float(values[k]) for term, values in totals.items()})
        for k, line in enumerate(statement.campaigns)
    )


def extremes(lines: Sequence[TermLine], count: int = 10) -> Extremes:
    """Return the `count` lines that lost most and those that gained most; what made nothing is in neither."""
    ordered = sorted(lines, key=lambda line: line.pnl_usd)
    worst = [line for line in ordered if line.pnl_usd < 0.0][:count]
    best = [line for line in reversed(ordered) if line.pnl_usd > 0.0][:count]
    return Extremes(tuple(worst), tuple(best))


def leg_terms(ledger: Ledger, legs: LegTerms) -> tuple[TermLine, ...]:
    """Return what moved each leg (a contract within a campaign), campaign after campaign.

    The legs of a campaign stand as the run first traded their contracts, and add up to it. Interest is on no leg.
    """
    held = np.flatnonzero(legs.campaign != NONE)
    if not held.size:
        return ()
    key = legs.campaign[held] * len(ledger.contracts) + legs.contract[held]
    keys, first, slot = np.unique(key, return_index=True, return_inverse=True)
    totals = summed({term: values[held] for term, values in legs.terms.items()}, slot, keys.size)
    return tuple(
        TermLine(
            ledger.layers[int(legs.layer[held[first[k]]])],
            ledger.campaigns[int(keys[k]) // len(ledger.contracts)],
            {term: float(totals[term][k]) for term in TERMS},
            ledger.contracts[int(keys[k]) % len(ledger.contracts)],
        )
        for k in range(keys.size)
    )


def regime_terms(statement: Statement, layer: str = "") -> tuple[TermLine, ...]:
    """Return what moved the account, or one of its layers, on the sessions of each regime (`by_regime`'s order).

    Regimes add up to the run: each session is of one, read at the close before it.
    """
    chosen = [layer] if layer else [name for name in statement.layers if name in statement.attribution_usd]
    found: dict[str, dict[str, float]] = {}
    for name in chosen:
        for regime, line in by_regime(statement.regimes, statement.attribution_usd[name]).items():
            terms = found.setdefault(regime, dict.fromkeys(TERMS, 0.0))
            for term, usd in line.layers.items():
                terms[term] = terms.get(term, 0.0) + usd
    return tuple(TermLine(layer, regime, terms) for regime, terms in found.items())
