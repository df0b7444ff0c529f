"""The runs that claims are tested on: few, and shared between claims.

Pages state a figure without the trades behind it, so each run is the nearest policy that the pages describe: their own
one-day tiers, the 4/4/2 calls on them, and the 45-day condors that most other pages speak of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from alvh.evidence.run_spec import RunSpec
from alvh.policies.policy import Policy, preset
from alvh.policies.variant import chosen, without
from alvh.values import Missing

TIERS = ("conservative", "balanced", "aggressive")
HEDGES = ("L1", "L2", "L3")

EPISODES_FROM, EPISODES_TO = dt.date(2020, 1, 2), dt.date(2022, 12, 30)
"""Two of the years that pages speak of by name, 2020 and 2022."""
DECADE_FROM, DECADE_TO = dt.date(2015, 1, 2), dt.date(2025, 12, 31)
MODEL_DRAWS = 40
"""Draws of three years; fewer, and one of them decides the ends of the range."""
WIN_DRAWS = 4
"""Draws of a whole decade of one-day condors; a draw costs seconds there."""
WIDTH_POINTS = 5.0
LOTS = 10
"""Condors at every entry where only their odds are asked for: an account that shrinks must not end the sample."""


@cache
def tiers(fill: str) -> RunSpec:
    """Return the three one-day tiers alone, without gates or hedge, at one fill."""
    policy = _kept("glossary", TIERS, "one-day tiers", _fixed(TIERS))
    return RunSpec(f"claim:tiers:{fill}", policy, fill=fill)


@cache
def conservative(draw: int) -> RunSpec:
    """Return the Conservative tier alone over the decade of its claim, on one draw of the model's error."""
    only = ("conservative",)
    policy = _kept("glossary", only, "Conservative", _fixed(only))
    return RunSpec(f"claim:conservative:{draw}", policy, first=DECADE_FROM, last=DECADE_TO, draw=draw)


@cache
def gated() -> RunSpec:
    """Return the same tiers under the VIX gates."""
    policy = _kept("glossary", {*TIERS, "vix_gates"}, "one-day tiers, VIX gates", _fixed(TIERS))
    return RunSpec("claim:gated", policy)


@cache
def daily_hedged() -> RunSpec:
    """Return the Conservative tier with 4/4/2 calls that are never paused, and no budget for them."""
    kept = {"conservative", *HEDGES, "sizing", "whole_contracts"}
    return RunSpec("claim:daily-hedged", _kept("glossary", kept, "Conservative + 4/4/2"))


@cache
def swing_hedged() -> RunSpec:
    """Return the 45-day condors with 4/4/2 calls, always on."""
    return RunSpec("claim:442", preset("442-contracts"))


@cache
def episodes(draw: int) -> RunSpec:
    """Return the same over 2020 to 2022, on the model as it is (-1) or on one draw of its error."""
    return RunSpec(
        f"claim:442:episodes:{draw}", preset("442-contracts"), first=EPISODES_FROM, last=EPISODES_TO, draw=draw
    )


@cache
def stack() -> RunSpec:
    """Return the whole method."""
    return RunSpec("claim:alvh", preset("alvh"))


@cache
def stack_unshifted() -> RunSpec:
    """Return the whole method without Time-Shift."""
    return RunSpec("claim:alvh-unshifted", _made(without(preset("alvh"), "time_shift")))


@cache
def gauge() -> RunSpec:
    """Return five-wide condors at the Conservative tier's own distance, whatever they bring.

    The search for a credit begins at 1.75 expected daily ranges; a tolerance as wide as the condor ends it there.
    """
    set_so = {"conservative.credit_tolerance_points": WIDTH_POINTS, "conservative.min_credit_points": 0.0}
    only = ("conservative",)
    return RunSpec("claim:gauge", _kept("glossary", only, "1.75 EDR, any credit", set_so | _fixed(only)))


@cache
def static_calls() -> RunSpec:
    """Return VIX calls that are bought and left alone until a week before they expire."""
    held = {"L2.roll_dte": 7, "L3.roll_dte": 7}
    members = {"condor", "L2", "L3", "sizing", "whole_contracts"}
    return RunSpec("claim:static", _kept("442-contracts", members, "static VIX calls", held))


def _fixed(layers: Collection[str]) -> dict[str, Any]:
    return {f"{layer}.max_lots": LOTS for layer in layers}


def _kept(name: str, members: Collection[str], called: str, overrides: Mapping[str, Any] | None = None) -> Policy:
    return _made(chosen(preset(name, overrides), members, called))


def _made(policy: Policy | Missing) -> Policy:
    """Return a policy that is made of shipped members and has to exist."""
    if isinstance(policy, Missing):
        raise TypeError(policy.why)
    return policy
