"""The one rule by which every claim is judged: where the interval of our number lies against what is claimed.

No claim says what became of it. It states the range that its figure promises, and brings a number with an interval.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias

Verdict: TypeAlias = Literal["supported", "not supported", "cannot be tested with this data"]

SUPPORTED: Verdict = "supported"
REFUTED: Verdict = "not supported"
OPEN: Verdict = "cannot be tested with this data"


class Promise(NamedTuple):
    """What a figure promises: a closed range, open to the side on which it would be better still.

    `low` and `high` in the unit of the measure (decimals for shares); infinite where there is no bound.
    """

    low: float = -math.inf
    high: float = math.inf


class Ruling(NamedTuple):
    """A verdict and the sentence that says why."""

    verdict: Verdict
    why: str


def at_least(figure: float, within: float = 0.0) -> Promise:
    """Return the promise of a figure that may be exceeded; `within` is what its own rounding leaves open below."""
    return Promise(low=figure - within)


def at_most(figure: float, within: float = 0.0) -> Promise:
    """Return the promise of a figure that may be undercut; `within` is what its own rounding leaves open above."""
    return Promise(high=figure + within)


def between(low: float, high: float, within: float = 0.0) -> Promise:
    """Return the promise of a figure that describes a fact: beyond it on either side it is wrong."""
    return Promise(low - within, high + within)


def rule(promise: Promise, low: float, high: float) -> Ruling:
    """Judge an interval against a promise.

    Parameters
    ----------
    promise : Promise
    low, high : float
        Ends of the interval of our number, in the promise's unit.

    Returns
    -------
    Ruling
        Supported where the whole interval lies within the promise, ends included; not supported where none of it does;
        otherwise the data hold both, and it cannot be tested with them. An end that is no number tests nothing.
    """
    if math.isnan(low) or math.isnan(high):
        return Ruling(OPEN, "there is no interval")
    if low > high:
        raise ValueError(f"an interval from {low} to {high} is upside down")
    if promise.low <= low and high <= promise.high:
        return Ruling(SUPPORTED, "the whole interval lies within the claim")
    if high < promise.low or low > promise.high:
        return Ruling(REFUTED, "the whole interval lies outside the claim")
    return Ruling(OPEN, "the interval holds values within and outside the claim")


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict on a claim of several figures, all of which have to hold.

    One that does not hold is enough to refute it; it is supported where all are; nothing to judge tests nothing.
    """
    found = list(verdicts)
    if REFUTED in found:
        return REFUTED
    return SUPPORTED if found and all(one == SUPPORTED for one in found) else OPEN
