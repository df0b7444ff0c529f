"""From an interval and its p-values to "pays", "does not pay" or "cannot tell", alone and in a family.

One nominal level for everything: the interval is a two-sided 95 % one, so that "pays" is a one-sided verdict at 2.5 %:
of a hundred pieces that change nothing, at most about two and a half are called "pays" by chance, and as many "does not
pay". How near reality comes is measured on null worlds (`alvh.evidence.null_worlds`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

Verdict: TypeAlias = Literal["pays", "does not pay", "cannot tell"]

LEVEL = 0.95
"""Level of every interval, two-sided."""
NOMINAL = (1.0 - LEVEL) / 2.0
"""Nominal one-sided level of "pays" and of "does not pay": 2.5 %."""
FALSE_DISCOVERY_RATE = 0.05
"""Share of false ones that a family of "pays" may hold in expectation (Benjamini and Hochberg 1995)."""


@dataclass(frozen=True, slots=True)
class Effect:
    """A measured difference and what may be said of it. Positive is better for whoever added the piece.

    Attributes
    ----------
    estimate : float
        The difference as it happened, in the unit of its metric.
    low, high : float
        Two-sided interval at `LEVEL`.
    p_pays, p_hurts : float
        One-sided p-values: how often a piece that changes nothing looks at least as good (as bad).
    why : str
        What keeps the verdict open although the interval leaves zero out; empty otherwise.
    """

    estimate: float
    low: float
    high: float
    p_pays: float
    p_hurts: float
    why: str = ""

    def mapped(self, told: Callable[[float], float]) -> Effect:
        """Return the same in another unit: `told` must rise and keep nought where it is."""
        return replace(self, estimate=told(self.estimate), low=told(self.low), high=told(self.high))

    @property
    def verdict(self) -> Verdict:
        """What may be said: see `judge`."""
        return judge(self.low, self.high, self.p_pays, self.p_hurts)


def judge(low: float, high: float, p_pays: float, p_hurts: float) -> Verdict:
    """Return the verdict: the interval must leave zero out and the p-value of that side must be within `NOMINAL`.

    NaN anywhere on a side keeps that side open.
    """
    if low > 0.0 and p_pays <= NOMINAL:
        return "pays"
    if high < 0.0 and p_hurts <= NOMINAL:
        return "does not pay"
    return "cannot tell"


@dataclass(frozen=True, slots=True)
class Family:
    """What many comparisons at once allow.

    Attributes
    ----------
    count : int
        Comparisons with a p-value.
    pays : int
        How many are called "pays" one by one.
    expected_false_pays : float
        How many "pays" there would be on average if no piece changed anything: count x `NOMINAL`.
    adjusted : tuple of float
        Benjamini-Hochberg p-values of "pays" in the order given; NaN where there was none.
    survives : tuple of bool
        Whether "pays" stands at `FALSE_DISCOVERY_RATE` over the family.
    """

    count: int
    pays: int
    expected_false_pays: float
    adjusted: tuple[float, ...]
    survives: tuple[bool, ...]


def family(effects: Sequence[Effect]) -> Family:
    """Judge comparisons together that were made together: every piece, on one metric or on all."""
    adjusted = benjamini_hochberg([one.p_pays for one in effects])
    paying = [one.verdict == "pays" for one in effects]
    count = sum(not math.isnan(p) for p in adjusted)
    survives = tuple(pays and p <= FALSE_DISCOVERY_RATE for pays, p in zip(paying, adjusted, strict=True))
    return Family(count, sum(paying), count * NOMINAL, adjusted, survives)


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return adjusted p-values: the k-th smallest of m becomes the least p_(j) m / j over j >= k, at most 1.

    Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", Journal of the Royal Statistical Society B 57
    (1995); valid for comparisons that are independent or positively dependent (Benjamini and Yekutieli 2001), as pieces
    judged on one history are. NaN stays NaN and does not count.
    """
    known = sorted((p, at) for at, p in enumerate(p_values) if not math.isnan(p))
    out = [math.nan] * len(p_values)
    least = 1.0
    for rank in range(len(known), 0, -1):
        p, at = known[rank - 1]
        least = min(least, p * len(known) / rank)
        out[at] = least
    return tuple(out)
