"""By how much the hedge makes drawdowns smaller, and what it costs: whole windows, spikes and high-VIX sessions."""

from __future__ import annotations

import datetime as dt

import numpy as np

from alvh.evidence.claims import runs
from alvh.evidence.claims.claim import Claim, Estimate, Judgement, Material, Unit
from alvh.evidence.claims.samples import deepest, depth, drawdown_cut, mean, ratio
from alvh.evidence.claims.sides import Sides, sides
from alvh.evidence.claims.verdict import Promise, at_least, at_most, between
from alvh.evidence.episodes import EPISODES, inside
from alvh.evidence.measure import SESSIONS_PER_YEAR
from alvh.evidence.run_spec import RunSpec
from alvh.values import Missing

HALF_POINT = 0.005
"""What a figure in whole per cent leaves open by its rounding."""
HIGH_VIX = 25.0
SWING, DAILY, WHOLE = "45-day condors + 4/4/2", "Conservative + 4/4/2", "the whole method"
LIMITS = (
    "Quotes are modelled. The size of the account decides the level of every drawdown, and no page states it: here 2 % "
    "of equity a stack, 6 % in all. With and without are the same condors, fill for fill. It is one history, with one "
    "2008 and one 2020 in it."
)


def cut_judgement(
    both: Sides | Missing, material: Material, promise: Promise, label: str, *, counts: bool = True
) -> Judgement:
    """Judge by what share the deepest drawdown of a window is smaller with the hedge; both depths stand beside."""
    if isinstance(both, Missing):
        return Judgement(label, promise, "share", both, counts)
    found = drawdown_cut(both.hedged, both.bare, both.days, material, both.modelled_share)
    return Judgement(label, promise, "share", found, counts, depths(both))


def depths(both: Sides) -> str:
    """Return the deepest drawdown without the hedge and with it, in words."""
    without, with_ = (-np.expm1(deepest(returns)) for returns in (both.bare, both.hedged))
    return f"deepest drawdown {without:.1%} without, {with_:.1%} with"


def cost_judgement(
    both: Sides | Missing, material: Material, promise: Promise, label: str, *, counts: bool = True,
    scale: float = SESSIONS_PER_YEAR, unit: Unit = "share",
) -> Judgement:  # fmt: skip
    """Judge what the hedge loses, after costs, as a share of the account, a session times `scale`: the drag."""
    if isinstance(both, Missing):
        return Judgement(label, promise, unit, both, counts)
    found = mean(-both.hedge_return, both.days, material, scale, both.modelled_share)
    return Judgement(label, promise, unit, found, counts)


def in_spikes(both: Sides | Missing, material: Material, promise: Promise, label: str) -> Judgement:
    """Judge the drawdowns within the named episodes, added up: with the hedge against without.

    An episode is one observation; they are drawn again one by one, for they lie years apart.
    """
    if isinstance(both, Missing):
        return Judgement(label, promise, "share", both)
    falls = [
        [-np.expm1(deepest(returns[part])) for returns in (both.hedged, both.bare)]
        for episode in EPISODES
        if (part := inside(episode, both.days)) is not None
    ]
    if not falls:
        return Judgement(label, promise, "share", Missing("none of the named episodes lies in the data"))
    with_, without = np.array(falls).T
    found = ratio(
        with_, without, both.days, material, n=len(falls), of="episodes", modelled_share=both.modelled_share,
        take_from=1.0, block=1.0,
    )  # fmt: skip
    told = f"drawdowns of {without.mean():.1%} without and {with_.mean():.1%} with on average"
    return Judgement(label, promise, "share", found, beside=told)


def losses_cut(
    both: Sides | Missing, material: Material, promise: Promise, label: str, *, counts: bool = True
) -> Judgement:
    """Judge by what share the losses at a high VIX are smaller with the hedge, on the sessions the condors lost on."""
    if isinstance(both, Missing):
        return Judgement(label, promise, "share", both, counts)
    high = both.only(both.vix_before > HIGH_VIX)
    if not high.days.size:
        return Judgement(label, promise, "share", Missing(f"no session began with VIX above {HIGH_VIX:g}"), counts)
    lost = high.bare < 0.0
    with_, without = (np.where(lost, -returns, 0.0) for returns in (high.hedged, high.bare))
    found = ratio(
        with_, without, high.days, material, n=high.days.size, of="sessions", modelled_share=both.modelled_share,
        take_from=1.0,
    )  # fmt: skip
    return Judgement(label, promise, "share", found, counts)


def _k3(material: Material) -> tuple[Judgement, ...]:
    swing, daily, whole = (
        sides(material.track(spec)) for spec in (runs.swing_hedged(), runs.daily_hedged(), runs.stack())
    )
    promised, cost = at_least(0.35, HALF_POINT), at_most(0.02, HALF_POINT)
    return (
        in_spikes(swing, material, promised, f"cut in the named episodes, {SWING}"),
        cost_judgement(swing, material, cost, f"cost a year, {SWING}"),
        cut_judgement(swing, material, promised, f"cut over all years, {SWING}", counts=False),
        cut_judgement(whole, material, promised, f"cut over all years, {WHOLE}", counts=False),
        cost_judgement(whole, material, cost, f"cost a year, {WHOLE}", counts=False),
        cost_judgement(daily, material, cost, f"cost a year, {DAILY}", counts=False),
    )


def _k4(material: Material) -> tuple[Judgement, ...]:
    span = dt.date(2015, 1, 1), dt.date(2025, 12, 31)
    daily, swing = (sides(material.track(spec), *span) for spec in (runs.daily_hedged(), runs.swing_hedged()))
    promised = at_least(0.47, HALF_POINT)
    return (
        cut_judgement(daily, material, promised, f"cut 2015 to 2025, {DAILY}"),
        _depth(daily, material, between(0.28, 0.32, HALF_POINT), f"deepest without the hedge, {DAILY}", hedged=False),
        _depth(daily, material, at_most(0.17, HALF_POINT), f"deepest with the hedge, {DAILY}", hedged=True),
        cut_judgement(swing, material, promised, f"cut 2015 to 2025, {SWING}", counts=False),
    )


def _k5(material: Material) -> tuple[Judgement, ...]:
    span = dt.date(2008, 1, 2), dt.date(2023, 12, 29)
    swing = sides(material.track(runs.swing_hedged()), *span)
    return (
        _depth(swing, material, at_least(0.38), f"deepest without the hedge, 2008 to 2023, {SWING}", hedged=False),
        _depth(swing, material, at_most(0.14), f"deepest with the hedge, 2008 to 2023, {SWING}", hedged=True),
        cost_judgement(swing, material, at_most(0.008, 0.0005), f"cost a year, 2008 to 2023, {SWING}"),
        cut_judgement(swing, material, at_least(1.0 - 0.14 / 0.38), f"cut 2008 to 2023, {SWING}", counts=False),
    )


def _g1(material: Material) -> tuple[Judgement, ...]:
    promised, high = at_least(0.40, HALF_POINT), f"VIX above {HIGH_VIX:g}"
    swing, daily = (sides(material.track(spec)) for spec in (runs.swing_hedged(), runs.daily_hedged()))
    return (
        losses_cut(swing, material, promised, f"losses cut at {high}, {SWING}"),
        losses_cut(daily, material, promised, f"losses cut at {high}, {DAILY}", counts=False),
    )


def _depth(both: Sides | Missing, material: Material, promise: Promise, label: str, *, hedged: bool) -> Judgement:
    if isinstance(both, Missing):
        return Judgement(label, promise, "share", both)
    found: Estimate | Missing = depth(both.hedged if hedged else both.bare, both.days, material, both.modelled_share)
    return Judgement(label, promise, "share", found)


def _three() -> tuple[RunSpec, ...]:
    return runs.swing_hedged(), runs.daily_hedged(), runs.stack()


def _two() -> tuple[RunSpec, ...]:
    return runs.swing_hedged(), runs.daily_hedged()


def _swing() -> tuple[RunSpec, ...]:
    return (runs.swing_hedged(),)


CLAIMS = (
    Claim(
        5, "drawdown-cut", "K3",
        "The hedge cuts drawdowns 35-40 % in volatility spikes for 1-2 % a year.",
        "With 4/4/2 calls always on, on identical 45-day condors: the drawdowns within the eight named episodes since "
        "2008 are at least 35 % smaller together, and the hedge loses at most 2 % of the account a year after costs.",
        LIMITS, _three, _k3,
    ),
    Claim(
        6, "drawdown-cut-conservative", "K4",
        "Conservative drawdowns cut 47 %, 2015 to 2025: 14-17 % instead of 28-32 %.",
        "With 4/4/2 calls on one-day Conservative condors, identical trade for trade, 2015 to 2025: the deepest "
        "drawdown is at least 47 % smaller, 28 to 32 % without and at most 17 % with the hedge.",
        LIMITS + " One-day expiries were weekly before 2016.", _two, _k4,
    ),
    Claim(
        7, "drawdown-levels", "K5",
        "Drawdown below 14 % instead of above 38 % for 0.8 % a year, 2008 to 2023.",
        "With 4/4/2 calls on 45-day condors, the only ones that could be traded from 2008 on: at least 38 % without, "
        "at most 14 % with the hedge, which loses at most 0.8 % of the account a year.",
        LIMITS, _swing, _k5,
    ),
    Claim(
        12, "losses-at-high-vix", "G1",
        "Losses are cut by 40 % at VIX above 25.",
        "Over the sessions that began with VIX above 25 and on which the condors lost, the account with 4/4/2 calls "
        "loses at least 40 % less than without, on identical 45-day condors.",
        LIMITS, _two, _g1,
    ),
)  # fmt: skip
