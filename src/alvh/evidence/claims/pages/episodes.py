"""What the hedge did in 2020 and 2022: facts of one episode each, as far as the model knows its quotes."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable

from alvh.evidence.claims import runs
from alvh.evidence.claims.claim import Claim, Judgement, Material
from alvh.evidence.claims.pages.drawdowns import HALF_POINT, HIGH_VIX
from alvh.evidence.claims.samples import across, cut, deepest
from alvh.evidence.claims.sides import Sides, sides
from alvh.evidence.claims.verdict import Promise, at_least, at_most
from alvh.evidence.run_spec import RunSpec
from alvh.values import Missing

LIMITS = (
    "One episode is one observation: what is uncertain is our quotes, so the interval is that of draws of the "
    "model's error, not a sample's. The account starts in January 2020 with 2 % of equity a stack, 6 % in all; a "
    "drawdown's level is the size's."
)
_BEFORE_ALL = -1


def offset(both: Sides) -> float:
    """Return the hedge's P&L as a share of what the condors lost, after costs; NaN where they lost nothing."""
    lost = -float(both.condor_usd.sum())
    return float(both.hedge_usd.sum()) / lost if lost > 0.0 else math.nan


def drawdown_with(both: Sides) -> float:
    """Return the deepest drawdown with the hedge, a positive decimal."""
    return -math.expm1(deepest(both.hedged))


def drawdown_without(both: Sides) -> float:
    """Return the deepest drawdown without the hedge, a positive decimal."""
    return -math.expm1(deepest(both.bare))


def smaller(both: Sides) -> float:
    """Return by what share the deepest drawdown is smaller with the hedge."""
    return cut(deepest(both.hedged), deepest(both.bare))


def at_high_vix(both: Sides) -> Sides:
    """Return the sessions that began with a high VIX, laid end to end."""
    return both.only(both.vix_before > HIGH_VIX)


def whole(both: Sides) -> Sides:
    """Return every session."""
    return both


def judged(
    material: Material,
    measure: Callable[[Sides], float],
    first: dt.date,
    last: dt.date,
    promise: Promise,
    label: str,
    chosen: Callable[[Sides], Sides] = whole,
) -> Judgement:
    """Judge a measure of an episode, or of some of its sessions, by its range over the draws of the model's error."""
    values: list[float] = []
    known: Sides | None = None
    for draw in range(_BEFORE_ALL, runs.MODEL_DRAWS):
        both = sides(material.track(runs.episodes(draw)), first, last)
        if isinstance(both, Missing):
            return Judgement(label, promise, "share", both)
        part = chosen(both)
        if not part.days.size:
            return Judgement(label, promise, "share", Missing("no such session in the episode"))
        known = known or part
        values.append(measure(part))
    if known is None:
        return Judgement(label, promise, "share", Missing("no draw was asked for"))
    found = across(values, known.days, "sessions", known.modelled_share)
    return Judgement(label, promise, "share", found, beside=_sizes(known))


def _sizes(both: Sides) -> str:
    """Return what both sides came to in the model as it is, in words."""
    start = both.hedge_usd.sum(), both.condor_usd.sum()
    worst = drawdown_without(both), drawdown_with(both)
    return (
        f"condors {start[1]:+,.0f} USD, hedge {start[0]:+,.0f} USD; deepest drawdown {worst[0]:.1%} without, "
        f"{worst[1]:.1%} with"
    )


def _k6(material: Material) -> tuple[Judgement, ...]:
    span = dt.date(2020, 2, 3), dt.date(2020, 4, 30)
    return (judged(material, offset, *span, at_least(0.68, HALF_POINT), "offset, February to April 2020"),)


def _k7(material: Material) -> tuple[Judgement, ...]:
    span = dt.date(2020, 1, 2), dt.date(2020, 12, 31)
    return (
        judged(material, drawdown_with, *span, at_most(0.12, HALF_POINT), "deepest in 2020 with the hedge"),
        judged(material, drawdown_without, *span, at_least(0.12), "deepest in 2020 without it: more than that"),
    )


def _k8(material: Material) -> tuple[Judgement, ...]:
    span = dt.date(2022, 1, 3), dt.date(2022, 12, 30)
    label = f"cut in 2022 at VIX above {HIGH_VIX:g}"
    return (judged(material, smaller, *span, at_least(0.37, HALF_POINT), label, at_high_vix),)


def _k9(material: Material) -> tuple[Judgement, ...]:
    span = dt.date(2020, 3, 2), dt.date(2020, 12, 31)
    return (judged(material, smaller, *span, at_least(0.22, HALF_POINT), "cut March to December 2020"),)


def _draws() -> tuple[RunSpec, ...]:
    return tuple(runs.episodes(draw) for draw in range(_BEFORE_ALL, runs.MODEL_DRAWS))


_PAIR = "4/4/2 calls always on, on identical 45-day condors"
CLAIMS = (
    Claim(
        8, "offset-2020", "K6",
        "The hedge offsets 68-82 % of the condors' losses, February to April 2020.",
        f"{_PAIR}: what the hedge earned in those months is at least 68 % of what the condors lost, after costs.",
        LIMITS, _draws, _k6,
    ),
    Claim(
        9, "drawdown-2020", "K7",
        "The hedge holds the drawdown to 10-12 % in 2020.",
        f"{_PAIR}: the deepest drawdown of 2020 is at most 12 %, and more than that without the hedge, so that it is "
        "the hedge that held it and not a small position.",
        LIMITS, _draws, _k7,
    ),
    Claim(
        10, "high-vix-2022", "K8",
        "Drawdowns are cut by 37 % on high-VIX days of 2022.",
        f"{_PAIR}: over the sessions of 2022 that began with VIX above 25, laid end to end, the deepest drawdown is at "
        "least 37 % smaller. The page gives no level for high; 25 is the one its glossary uses.",
        LIMITS, _draws, _k8,
    ),
    Claim(
        11, "retail-replication", "K9",
        "Retail replications found drawdowns cut 22-31 %, March to December 2020.",
        f"{_PAIR}: the deepest drawdown of those months is at least 22 % smaller with the hedge. This is one more "
        "replication, not a check of somebody else's.",
        LIMITS, _draws, _k9,
    ),
)  # fmt: skip
