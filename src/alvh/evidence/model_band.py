"""What a result may be where its quotes are modelled: lowest and highest over draws of the model's error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from alvh.accounting.statement import Statement
from alvh.evidence.measure import cagr, hedge_cost_per_year, max_drawdown
from alvh.evidence.pairing import hedge_pnl_usd

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run came to: growth a year, deepest drawdown (negative), hedge cost a year; NaN without a hedge."""

    cagr: float
    max_drawdown: float
    hedge_cost_per_year: float


@dataclass(frozen=True, slots=True)
class Band:
    """Lowest and highest of `draws` runs, each on quotes moved by one draw; not a confidence interval."""

    cagr: Interval
    max_drawdown: Interval
    hedge_cost_per_year: Interval
    draws: int


def outcome(one: Statement) -> Outcome:
    """Return what a band is made of."""
    cost = hedge_cost_per_year(hedge_pnl_usd(one), one.equity_usd, one.sessions) if one.hedge_layers else math.nan
    return Outcome(
        cagr(one.equity_usd, one.nav_start_usd, one.sessions),
        max_drawdown(one.equity_usd, one.nav_start_usd, one.sessions).depth,
        cost,
    )


def band_of(outcomes: Sequence[Outcome]) -> Band:
    """Return the band of at least one outcome; ValueError without any."""
    if not outcomes:
        raise ValueError("a band needs at least one draw")
    return Band(
        _interval([one.cagr for one in outcomes]),
        _interval([one.max_drawdown for one in outcomes]),
        _interval([one.hedge_cost_per_year for one in outcomes]),
        len(outcomes),
    )


def _interval(values: list[float]) -> Interval:
    known = [value for value in values if math.isfinite(value)]
    return (min(known), max(known)) if known else (math.nan, math.nan)


def band_sentence(band: Band) -> str:
    """Return the band in one sentence, for a terminal and a report."""
    cost = ""
    if math.isfinite(band.hedge_cost_per_year[0]):
        cost = f", hedge cost {_span(band.hedge_cost_per_year)} a year"
    return (
        f"Where the quotes are wrong by as much as they were found to be, over {band.draws} draws: growth "
        f"{_span(band.cagr)} a year, deepest drawdown {_span(band.max_drawdown)}{cost} (lowest and highest, not a "
        "confidence interval)."
    )


def _span(interval: Interval) -> str:
    return f"{100.0 * interval[0]:.2f} to {100.0 * interval[1]:.2f} %"
