"""What one piece adds: the same account with and without it, as paired differences that say how sure they are.

Everything is measured on the account's daily returns on the same sessions, and drawn again on the same sessions for
both sides and for every pair: a difference between two pieces is never one of their draws. Positive is always better
for the side "with": more growth, a smaller drawdown, a milder tail. How sure: `docs/decisions/0015`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from alvh.accounting.statement import CampaignLine
from alvh.evidence.effects import (
    CAGR,
    CVAR,
    DRAWDOWN,
    FEWEST_BLOCKS,
    METRICS,
    PNL,
    Paired,
    Resampling,
    deepest,
    effects,
    mean_effect,
    regime_effect,
)
from alvh.evidence.episodes import EPISODES, Episode, inside
from alvh.evidence.measure import daily_returns
from alvh.evidence.regimes import REGIMES
from alvh.evidence.verdicts import Effect
from alvh.values import Bools, Dates, Floats, Missing

__all__ = [
    "CAGR", "CVAR", "DRAWDOWN", "FEWEST_BLOCKS", "METRICS", "PNL", "EpisodeEffect", "Margin", "Resampling",
    "by_regime", "holding_sessions", "margin", "mean_block",
]  # fmt: skip

SHORTEST_BLOCK_SESSIONS = 21.0
"""30 calendar days in sessions, 30 x 252 / 365.25 rounded up: `methodology.md`, section 9, gives the bound in days, a
block is counted in sessions."""
FEWEST_SPELLS = 8
"""A regime met in fewer stretches, apart by more than a mean block, has no interval, for the same reason as
`FEWEST_BLOCKS`."""
HALVES = ((None, "2015-01-01"), ("2015-01-01", None))
"""From and before: the cut of `alvh.evidence.data_years`."""


class EpisodeEffect(NamedTuple):
    """What a piece did in one episode.

    `pnl_usd` is the difference in P&L (USD), `drawdown` in the deepest fall within the episode, from its first close
    (decimal, positive = made smaller): facts. `sureness` is what an interval says of the P&L, or why there is none.
    """

    episode: Episode
    sessions: int
    pnl_usd: float
    drawdown: float
    sureness: Effect | Missing


@dataclass(frozen=True, slots=True)
class Margin:
    """What a piece adds: over the whole history, by half, by regime and by episode.

    `whole` and each of `halves` have one entry for each of `METRICS`; `regimes` the difference of the mean log return
    a session (decimal) in each regime that occurs; `pnl_usd_by_regime` the plain sum of P&L differences there.
    """

    whole: Mapping[str, Effect | Missing]
    halves: Mapping[str, Mapping[str, Effect | Missing]]
    regimes: Mapping[str, Effect | Missing]
    pnl_usd_by_regime: Mapping[str, float]
    episodes: tuple[EpisodeEffect, ...]
    mean_block: float


def mean_block(differences: Sequence[Floats], holding_sessions: float) -> float:
    """Return the mean block for a set of comparisons, sessions: the longest that any of them asks for.

    Parameters
    ----------
    differences : sequence of array (sessions,)
        Daily return "with" less "without" of each comparison; those that never differ ask for nothing.
    holding_sessions : float
        How long the trades that overlap are held (`holding_sessions`).

    Returns
    -------
    float
        The largest of the optimal stationary blocks of the differences (`arch.bootstrap.optimal_block_length`), the
        holding period and `SHORTEST_BLOCK_SESSIONS`.
    """
    from arch.bootstrap import optimal_block_length  # noqa: PLC0415 - a second to import, and only evidence needs it

    asked = [float(optimal_block_length(d)["stationary"].iloc[0]) for d in differences if np.ptp(d) > 0.0]
    return max(SHORTEST_BLOCK_SESSIONS, holding_sessions, *(one for one in asked if math.isfinite(one)))


def margin(
    with_equity_usd: Floats,
    without_equity_usd: Floats,
    nav_start_usd: float,
    sessions: Dates,
    regimes: Sequence[str],
    resampling: Resampling,
) -> Margin | Missing:
    """Compare an account with a piece and the same account without it.

    Parameters
    ----------
    with_equity_usd, without_equity_usd : array (sessions,)
        At each close.
    nav_start_usd : float
        Value of both before the first session.
    sessions : array of datetime64[D]
    regimes : sequence of str
        Regime each session began in (`Statement.regimes`).
    resampling : Resampling

    Returns
    -------
    Margin or Missing
        Missing where one of the accounts was wiped out or has a gap: there is no return to draw again.
    """
    pair = _paired(with_equity_usd, without_equity_usd, nav_start_usd, sessions)
    if pair is None:
        return Missing("one of the two accounts was wiped out or has a gap: no daily return to draw again")
    cut = {_years(sessions[window]): window for window in (_cut(sessions, *ends) for ends in HALVES)}
    return Margin(
        whole=effects(pair, resampling),
        halves={name: effects(pair.part(window), resampling) for name, window in cut.items() if name},
        regimes=by_regime(pair, regimes, resampling),
        pnl_usd_by_regime={
            name: float(pair.gained_usd[np.asarray(regimes) == name].sum()) for name in _occurring(regimes)
        },
        episodes=tuple(
            _in_episode(pair.part(window), episode, resampling)
            for episode in EPISODES
            if (window := inside(episode, sessions)) is not None
        ),
        mean_block=resampling.mean_block,
    )


def _paired(with_usd: Floats, without_usd: Floats, start_usd: float, sessions: Dates) -> Paired | None:
    returns = daily_returns(with_usd, start_usd), daily_returns(without_usd, start_usd)
    if not all(np.all(one > -1.0) for one in returns):  # NaN fails too
        return None
    gained = np.diff(with_usd - without_usd, prepend=0.0)
    return Paired(*returns, gained, sessions)


def by_regime(pair: Paired, regimes: Sequence[str], resampling: Resampling) -> dict[str, Effect | Missing]:
    """Return the difference of the mean log return a session in each regime that occurs, decimal."""
    named = np.asarray(regimes, dtype=np.str_)
    out: dict[str, Effect | Missing] = {}
    for name in _occurring(regimes):
        within = named == name
        met = spells(within, resampling.mean_block)
        if pair.n < FEWEST_BLOCKS * resampling.mean_block:
            blocks = f"{FEWEST_BLOCKS} blocks of {resampling.mean_block:.0f}"
            out[name] = Missing(f"{pair.n:,} sessions are fewer than {blocks}: no interval")
            continue
        if met < FEWEST_SPELLS:
            needed = f"{met} of the {FEWEST_SPELLS} separate stretches that an interval needs"
            out[name] = Missing(f"{int(within.sum()):,} sessions in {needed}")
            continue
        out[name] = regime_effect(pair.log_gain, within, resampling.blocks(pair.n), resampling.mean_block)
    return out


def spells(within: Bools, mean_block: float) -> int:
    """Return in how many stretches something occurs that lie apart by more than one mean block."""
    at = np.flatnonzero(within)
    return int(at.size > 0) + int(np.count_nonzero(np.diff(at) > mean_block))


def holding_sessions(campaigns: Sequence[CampaignLine], sessions: Dates) -> float:
    """Return how long trades that overlap are held, in sessions: the longest of the layers' median holding periods.

    Trades still open count up to the last session. 0 without trades.
    """
    held: dict[str, list[int]] = {}
    for line in campaigns:
        ends = [np.datetime64(line.opened, "D"), np.datetime64(line.closed, "D") if line.closed else sessions[-1]]
        first, last = np.searchsorted(sessions, ends).tolist()
        held.setdefault(line.layer, []).append(last - first)
    return max((float(np.median(one)) for one in held.values()), default=0.0)


def _in_episode(pair: Paired, episode: Episode, resampling: Resampling) -> EpisodeEffect:
    """Return what happened in an episode; an interval only where it holds enough blocks."""
    drawdown = deepest(pair.returns_with, pair.sessions) - deepest(pair.returns_without, pair.sessions)
    sureness: Effect | Missing
    if pair.n < FEWEST_BLOCKS * resampling.mean_block:
        sureness = Missing(
            f"one event: {pair.n} sessions are fewer than {FEWEST_BLOCKS} blocks of {resampling.mean_block:.0f}"
        )
    else:
        sureness = mean_effect(pair.gained_usd, resampling.blocks(pair.n)).mapped(lambda mean: mean * pair.n)
    return EpisodeEffect(episode, pair.n, float(pair.gained_usd.sum()), drawdown, sureness)


def _occurring(regimes: Sequence[str]) -> list[str]:
    return [name for name in REGIMES if name in set(regimes)]


def _years(sessions: Dates) -> str:
    """Name sessions by their years: ``2007-2014``, ``2007``; empty without any."""
    years = sessions.astype("datetime64[Y]").astype(np.int64) + 1970
    return "-".join(str(year) for year in np.unique(years[[0, -1]])) if years.size else ""


def _cut(sessions: Dates, first: str | None, stop: str | None) -> slice:
    """Return the positions from `first` on and before `stop`; None leaves the end open."""
    edges = [None if day is None else int(np.searchsorted(sessions, np.datetime64(day, "D"))) for day in (first, stop)]
    return slice(*edges)
