"""How much of the daily P&L the Greeks explain: the distribution of what they leave over."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from alvh.values import Floats

NOT_GREEK = ("settlement", "interest", "costs", "residual")
"""Terms of an attribution that are no sensitivity of a position: they must not make the residual look small."""

TOLERANCE = 0.05
"""|residual| over the day's gross Greek P&L; 95 % of days must stay within it (`decisions.md`, "Output")."""


class ResidualStats(NamedTuple):
    """The residual against the day's gross Greek P&L (sum of the absolute Greek terms of every layer).

    `days` counts sessions with either; `share_within` is the share of them within `TOLERANCE`. The quantiles are of
    |residual| / gross, decimals; infinite where a residual stands against no Greek P&L at all. NaN without days.
    """

    days: int
    share_within: float
    median: float
    p95: float
    largest: float
    total_usd: float
    gross_usd: float


def residual_ratios(attribution_usd: Mapping[str, Mapping[str, Floats]]) -> Floats:
    """|residual| over gross Greek P&L of every session with either of them, in time order.

    The residuals of the layers are added before the absolute value is taken (the account's residual), the Greek terms
    after it (what moved at all).
    """
    residual, gross = _residual_and_gross(attribution_usd)
    active = (residual != 0.0) | (gross != 0.0)
    with np.errstate(divide="ignore"):
        ratios: Floats = np.abs(residual[active]) / gross[active]
    return ratios


def residual_stats(attribution_usd: Mapping[str, Mapping[str, Floats]]) -> ResidualStats:
    """Summarise the residual over the run."""
    residual, gross = _residual_and_gross(attribution_usd)
    ratios = residual_ratios(attribution_usd)
    total_usd, gross_usd = float(residual.sum()), float(gross.sum())
    if ratios.size == 0:
        return ResidualStats(0, math.nan, math.nan, math.nan, math.nan, total_usd, gross_usd)
    # Picking an observation (no interpolation) keeps an infinite ratio from turning its neighbours into NaN.
    median, p95 = (float(np.quantile(ratios, q, method="higher")) for q in (0.5, 0.95))
    within = float(np.mean(ratios <= TOLERANCE))
    return ResidualStats(int(ratios.size), within, median, p95, float(ratios.max()), total_usd, gross_usd)


def term_totals(attribution_usd: Mapping[str, Mapping[str, Floats]]) -> dict[str, dict[str, float]]:
    """Sum of every term over the run: layer -> term -> USD; terms in the order in which they first appear."""
    return {
        layer: {term: float(values.sum()) for term, values in terms.items()} for layer, terms in attribution_usd.items()
    }


def _residual_and_gross(attribution_usd: Mapping[str, Mapping[str, Floats]]) -> tuple[Floats, Floats]:
    residual = np.zeros(1)
    gross = np.zeros(1)
    for terms in attribution_usd.values():
        for term, values in terms.items():
            if term == "residual":
                residual = residual + values
            elif term not in NOT_GREEK:
                gross = gross + np.abs(values)
    longest = max(residual.size, gross.size)
    return np.broadcast_to(residual, longest), np.broadcast_to(gross, longest)
