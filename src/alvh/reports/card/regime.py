"""The regime in one sentence, with the numbers a trader compares it with."""

from __future__ import annotations

import math
from dataclasses import dataclass

from alvh.diagnosis.indicators.regime import label
from alvh.reports.card.facts import Facts
from alvh.values import Missing

CURVE_MONTHS = 8

LOWEST = 1.0 / 252.0 + 1e-9
"""Share of 252 sessions at or below today where today alone is."""


@dataclass(frozen=True, slots=True)
class RegimeCard:
    """Where the curve stands.

    Attributes
    ----------
    name : str
    sentence : str
    curve : tuple of (month, points or Missing)
        F1 to F8.
    sessions : int
        How long the regime has lasted, today included; 0 where it is unknown.
    """

    name: str
    sentence: str
    curve: tuple[tuple[str, float | Missing], ...]
    sessions: int


def regime_card(facts: Facts) -> RegimeCard:
    """Return the regime of a close."""
    value = facts.readings.value
    name = label(value("regime"))
    codes = facts.past("regime")
    lasted = 0
    while math.isfinite(codes[-1]) and lasted < len(codes) and codes[-1 - lasted] == codes[-1]:
        lasted += 1
    curve = []
    for k in range(1, CURVE_MONTHS + 1):
        level = value(f"F{k}")
        curve.append((f"F{k}", level if math.isfinite(level) else Missing(f"no F{k} on {facts.date}")))
    slope, share, speed = value("vx_slope"), value("vx_slope_pct"), value("vx_slope_speed")
    if math.isnan(slope):
        return RegimeCard(name, "the VX curve has no F1 or F2 today", tuple(curve), lasted)
    way = ""
    if math.isfinite(speed):
        way = f", {direction(slope, speed)} by {abs(speed) * 100:.2f} percentage points a session"
    rank = f" ({standing(share)})" if math.isfinite(share) else ""
    said = f"F2/F1 {slope * 100:+.1f} %{rank}{way}; in this regime for {lasted} session{'s' if lasted != 1 else ''}"
    return RegimeCard(name, said, tuple(curve), lasted)


def direction(slope: float, speed: float) -> str:
    """Return where a slope is heading: the same fall flattens a rising curve and deepens an inverted one."""
    if slope < 0.0:
        return "inversion easing" if speed > 0.0 else "inverting further"
    return "steepening" if speed > 0.0 else "flattening"


def standing(share: float) -> str:
    """Say what share of the year lies at or below today."""
    if share <= LOWEST:
        return "the lowest of the year"
    return "the highest of the year" if share >= 1.0 else f"higher than {share:.0%} of the year"
