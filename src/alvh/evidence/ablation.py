"""Does each piece pay? Every layer and rule off, alone, and against what the same money could have bought.

Three comparisons, each a paired difference on the same sessions, all on the same bootstrap draws
(`alvh.evidence.margins`):

- identical: the run's daily returns less what a hedge layer gained on the equity of each session, every other fill as
  it was: the piece and nothing else;
- off: the policy run again without the piece: the piece and everything that then happens otherwise;
- on: the bare condors run with the piece alone: what it is worth without company.

"Pays" is said for each measure by itself; a piece that changes no session is said to have done nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.controls import (
    Control,
    Draws,
    beside_condors,
    cash_control,
    cost_per_year,
    deleveraged_equal_cost,
    deleveraged_equal_tail,
    equal_cost,
    layer_returns,
    random_timed,
)
from alvh.evidence.margins import CAGR, CVAR, DRAWDOWN, Margin, Resampling, holding_sessions, margin, mean_block
from alvh.evidence.measure import cagr, cvar95, daily_returns, max_drawdown
from alvh.evidence.pairing import cash_returns
from alvh.evidence.run_spec import BASE
from alvh.evidence.study import ALWAYS, BARE, CONTROL, OFF, ON, PUTS, VXTH
from alvh.evidence.track import Track
from alvh.evidence.verdicts import Effect, Family, family
from alvh.evidence.with_without import ALL_HEDGES, paired_returns
from alvh.policies.policy import Policy
from alvh.policies.variant import is_condor, members
from alvh.values import Floats, Missing

Way: TypeAlias = Literal["identical", "off", "on"]
Sort: TypeAlias = Literal["condor", "hedge", "overlay", "rule"]
WAYS: tuple[Way, ...] = ("identical", "off", "on")
RANDOM_DRAWS, QUICK_RANDOM_DRAWS = 400, 100
CONTROLS = "controls"
NOTHING = "it changed no session of this window"


@dataclass(frozen=True, slots=True)
class Piece:
    """One layer or rule and what it adds, each way it could be told.

    Attributes
    ----------
    name : str
    sort : {"condor", "hedge", "overlay", "rule"}
    ways : mapping of way -> Margin or Missing
        Missing where the comparison means nothing, where the run failed, or where the piece did nothing.
    """

    name: str
    sort: Sort
    ways: Mapping[Way, Margin | Missing]


@dataclass(frozen=True, slots=True, eq=False)
class Alternative:
    """A control beside the hedge: what the account came to with it, and the hedge less the control.

    `margin` is positive where the judged hedge did better, made as the controls are (`Ablation.beside_usd`).
    """

    control: Control
    cagr: float
    drawdown: float
    cvar95: float
    margin: Margin | Missing


@dataclass(frozen=True, slots=True, eq=False)
class RandomTiming:
    """The hedge against hedges of the same average cost held at random times.

    `at_least_as_good` is the share of draws that grew as much, fell no deeper, and had a tail no worse than the judged
    hedge beside the same condors (`Ablation.beside_usd`), by measure: a small share says that the timing was better
    than chance.
    """

    draws: Draws
    at_least_as_good: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Ablation:
    """Every piece, every control, and how sure all of it can be together.

    Attributes
    ----------
    pieces : tuple of Piece
        In policy order.
    hedge : Margin or Missing
        All hedge layers together, on identical decisions.
    books : mapping of layer -> Margin or Missing
        Each hedge layer, and all under `ALL_HEDGES`, with their fills left out of the books instead: the lots of the
        condors stay while the account changes with what the hedge has gained or lost so far, so that they weigh
        otherwise in it.
    families : mapping of way -> Family
        The comparisons of one way on the three headline measures, judged together.
    alternatives : tuple of Alternative
    random : RandomTiming or Missing
    beside_usd : array or Missing
        The condors' daily returns and the hedge's added up, as every control is made: what controls are compared with.
    cost_per_year : float
        What the hedge cost as a share of equity a year; what the controls were made to cost.
    resampling : mapping of way -> Resampling
        One for each way, and one for the controls: comparisons of one kind are drawn on the same histories, and one
        difference that lasts for months does not lengthen the blocks of those that do not.
    """

    pieces: tuple[Piece, ...]
    hedge: Margin | Missing
    books: Mapping[str, Margin | Missing]
    families: Mapping[Way, Family]
    alternatives: tuple[Alternative, ...]
    random: RandomTiming | Missing
    beside_usd: Floats | Missing
    cost_per_year: float
    resampling: Mapping[str, Resampling]


def ablate(
    policy: Policy,
    tracks: Mapping[str, Track],
    impossible: Mapping[str, str],
    *,
    draws: int,
    random_draws: int = RANDOM_DRAWS,
    seed: int = 0,
) -> Ablation:
    """Compare a policy with itself without each of its pieces, and its hedge with what else it could have bought.

    Parameters
    ----------
    policy : Policy
    tracks : mapping of label -> Track
        Those of `alvh.evidence.study.study` that have a result; the policy's own under `BASE`.
    impossible : mapping of label -> str
        Why the others have none.
    draws, random_draws, seed : int
        Bootstrap histories of every interval, random hedges, and the seed of both.
    """
    base = tracks[BASE]
    pairs = {(member.name, way): _pair(member.name, way, tracks) for member in members(policy) for way in WAYS}
    judged = base.statement
    resampling: dict[str, Resampling] = {
        way: _resampling([pairs[member.name, way] for member in members(policy)], judged, draws, seed) for way in WAYS
    }

    def compared(name: str, way: Way) -> Margin | Missing:
        pair = pairs[name, way]
        if pair is None:
            return Missing(_why(name, way, impossible, policy))
        return compare_equity(*pair, judged, resampling[way])

    pieces = tuple(
        Piece(member.name, _sort(member, policy), {way: compared(member.name, way) for way in WAYS})
        for member in members(policy)
    )
    families = {way: family(_headline(piece.ways[way] for piece in pieces)) for way in WAYS}
    without = base.without.get(ALL_HEDGES)
    if without is None:
        none = Missing(f"{policy.name} has no hedge layer")
        return Ablation(pieces, none, {}, families, (), none, none, 0.0, resampling)
    hedge = compare_equity(judged.equity_usd, without, judged, resampling["identical"])
    books = {
        name: compare_equity(judged.equity_usd, usd, judged, resampling["identical"])
        for name, usd in base.books.items()
    }
    gained = layer_returns(judged, judged.hedge_layers)
    cost = cost_per_year(gained)
    start = judged.nav_start_usd
    beside = beside_condors(daily_returns(without, start), gained, start)
    made = tuple(_controls(judged, without, beside, cost, tracks, impossible))
    against = [(beside, one.equity_usd) for one in made if not isinstance(one.equity_usd, Missing)]
    resampling[CONTROLS] = _resampling(against, judged, draws, seed)
    alternatives = tuple(_alternative(one, judged, beside, resampling[CONTROLS]) for one in made)
    random = _random(judged, without, beside, cost, tracks, impossible, random_draws, seed)
    return Ablation(pieces, hedge, books, families, alternatives, random, beside, cost, resampling)


def _resampling(pairs: Iterable[tuple[Floats, Floats] | None], judged: Statement, draws: int, seed: int) -> Resampling:
    """Return how the comparisons of one kind are drawn again: one block for all of them, the longest any asks for."""
    found = [paired_returns(*pair, judged.nav_start_usd) for pair in pairs if pair is not None]
    return Resampling(mean_block([d for d in found if np.isfinite(d).all()], holding(judged)), draws, seed)


def compare_equity(
    with_usd: Floats, without_usd: Floats, judged: Statement, resampling: Resampling
) -> Margin | Missing:
    """Compare two accounts on the sessions of a statement; Missing where they are the same."""
    if np.array_equal(with_usd, without_usd):
        return Missing(NOTHING)
    return margin(with_usd, without_usd, judged.nav_start_usd, judged.sessions, judged.regimes, resampling)


def holding(one: Statement) -> int:
    """Return how long the overlapping trades of a run are held, sessions: the condors, not the hedges beside them.

    Hedge sleeves live for years as one campaign and are rolled; they would make one block of a whole history.
    """
    lines = [line for line in one.campaigns if line.layer not in one.hedge_layers]
    return max(1, math.ceil(holding_sessions(lines, one.sessions)))


def _pair(name: str, way: Way, tracks: Mapping[str, Track]) -> tuple[Floats, Floats] | None:
    """Return equity with and without a piece, or None where a run is missing."""
    base = tracks[BASE]
    if way == "identical":
        without = base.without.get(name)
        return None if without is None else (base.statement.equity_usd, without)
    label, other = (f"{OFF}{name}", BASE) if way == "off" else (f"{ON}{name}", BARE)
    if label not in tracks or other not in tracks:
        return None
    one, two = tracks[label].statement.equity_usd, tracks[other].statement.equity_usd
    if one.shape != two.shape:
        return None
    return (two, one) if way == "off" else (one, two)


def _why(name: str, way: Way, impossible: Mapping[str, str], policy: Policy) -> str:
    """Say why a comparison has no runs."""
    if way == "identical":
        hedges = policy.hedge_layers
        return "no hedge layer: its fills cannot be told apart from decisions" if name not in hedges else "not run"
    return impossible.get(f"{OFF if way == 'off' else ON}{name}", "not run")


def _sort(member: object, policy: Policy) -> Sort:
    if member in policy.rules:
        return "rule"
    layer = next(one for one in policy.layers if one is member)
    if layer.hedge:
        return "hedge"
    return "condor" if is_condor(layer) else "overlay"


def _headline(margins: Iterable[Margin | Missing]) -> list[Effect]:
    """Return the effects on growth, drawdown and tail that have an interval."""
    return [
        effect
        for one in margins
        if isinstance(one, Margin)
        for metric in (CAGR, DRAWDOWN, CVAR)
        if isinstance(effect := one.whole[metric], Effect)
    ]


def _controls(
    judged: Statement,
    without: Floats,
    beside: Floats,
    cost: float,
    tracks: Mapping[str, Track],
    impossible: Mapping[str, str],
) -> Iterable[Control]:
    """Yield what else the money could have bought."""
    start = judged.nav_start_usd
    condors = daily_returns(without, start)
    cash = cash_returns(judged)
    tail = cvar95(daily_returns(beside, start))
    for name, about in (
        (PUTS, "45-day 25/10-delta SPX put spreads, scaled to the same cost"),
        (VXTH, "the monthly VIX calls of the VXTH rule, scaled to the same cost"),
    ):
        track = tracks.get(f"{CONTROL}{name}")
        if track is None or track.statement.equity_usd.shape != without.shape:
            yield Control(name, about, Missing(impossible.get(f"{CONTROL}{name}", "its run has no result")))
            continue
        other = layer_returns(track.statement, (f"control_{'puts' if name == PUTS else 'calls'}",))
        yield equal_cost(name, about, condors, other, cost, start)
    if cash is not None:
        yield deleveraged_equal_cost(condors, cash, cost, start)
        yield deleveraged_equal_tail(condors, cash, tail, start)
        yield cash_control(cash, start)


def _alternative(control: Control, judged: Statement, beside: Floats, resampling: Resampling) -> Alternative:
    made = control.equity_usd
    if isinstance(made, Missing):
        return Alternative(control, np.nan, np.nan, np.nan, made)
    start, sessions = judged.nav_start_usd, judged.sessions
    return Alternative(
        control,
        cagr(made, start, sessions),
        max_drawdown(made, start, sessions).depth,
        cvar95(daily_returns(made, start)),
        compare_equity(beside, made, judged, resampling),
    )


def _random(
    judged: Statement,
    without: Floats,
    beside: Floats,
    cost: float,
    tracks: Mapping[str, Track],
    impossible: Mapping[str, str],
    draws: int,
    seed: int,
) -> RandomTiming | Missing:
    """Return the hedge against chance."""
    label = f"{CONTROL}{ALWAYS}"
    track = tracks.get(label)
    if track is None or track.statement.equity_usd.shape != without.shape:
        return Missing(impossible.get(label, "its run has no result"))
    start = judged.nav_start_usd
    always = layer_returns(track.statement, track.statement.hedge_layers)
    made = random_timed(daily_returns(without, start), always, cost, judged.sessions, start, seed=seed, draws=draws)
    if isinstance(made, Missing):
        return made
    own = (
        cagr(beside, start, judged.sessions),
        max_drawdown(beside, start, judged.sessions).depth,
        cvar95(daily_returns(beside, start)),
    )
    drawn = {CAGR: made.cagr, DRAWDOWN: made.drawdown, CVAR: made.cvar95}
    shares = {name: float(np.mean(drawn[name] >= value)) for name, value in zip(drawn, own, strict=True)}
    return RandomTiming(made, shares)
