"""What one piece adds: the same account with and without it, as paired differences that say how sure they are.

Everything is measured on the account's daily returns on the same sessions, and drawn again on the same sessions for
both sides and for every pair: a difference between two pieces is never one of their draws. Positive is always better
for the side "with": more growth, a smaller drawdown, a milder tail. How sure: `docs/decisions/0015`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.special import stdtr

from alvh.accounting.statement import CampaignLine
from alvh.evidence.episodes import EPISODES, Episode, inside
from alvh.evidence.measure import CVAR_TAIL, cvar95, daily_returns, max_drawdown, years_of
from alvh.evidence.regimes import REGIMES
from alvh.evidence.verdicts import NOMINAL, Effect
from alvh.maths.bootstrap import Blocks, draw_blocks
from alvh.maths.resample import falls_of_draws, falls_of_swaps, means_of_draws, tails_of_draws, tails_of_swaps
from alvh.values import Bools, Dates, Floats, Missing

CAGR, DRAWDOWN, CVAR, PNL = "cagr", "max_drawdown", "cvar95", "pnl_usd_per_year"
METRICS = (CAGR, DRAWDOWN, CVAR, PNL)
"""Decimals a year, of the high, a session; USD a year. Each is "with" less "without", losses negative."""

SHORTEST_BLOCK_SESSIONS = 21.0
"""30 calendar days in sessions, 30 x 252 / 365.25 rounded up: `methodology.md`, section 9, gives the bound in days, a
block is counted in sessions."""
FEWEST_BLOCKS = 8
"""A history (an episode, a half) of fewer mean blocks than this has no interval: what a month of overlapping trades
did is one observation, and eight is the smallest number of them of which a coin test can be sure at 2.5 % (2^-8)."""
FEWEST_SPELLS = 8
"""A regime met in fewer separate stretches of one mean block than this has no interval, for the same reason."""
HALVES = (("2007-2014", None, "2015-01-01"), ("2015-2026", "2015-01-01", None))
DRAWS = 2000
PARTS = 12
"""Equal parts a history is cut into for the second test of every verdict, which trusts nothing about dependence within
a part: 20 months of the whole history each, so that a stretch of stress is not told as many observations."""
SWAP_SEED = 20150824
"""The coins are the same for all comparisons, like the draws."""
SAME = "the two accounts never differ"
FEW = "the interval leaves zero out, but only a few stretches of the history carry it"


@dataclass(frozen=True, slots=True)
class Resampling:
    """How histories are drawn again; one for all comparisons of an evidence run, so that all see the same draws.

    Attributes
    ----------
    mean_block : float
        Sessions, see `mean_block`.
    draws, seed : int
    """

    mean_block: float
    draws: int = DRAWS
    seed: int = 0

    def blocks(self, sessions: int) -> Blocks:
        """Return the blocks of every draw of a history of so many sessions."""
        return draw_blocks(self.seed, self.draws, sessions, self.mean_block)


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

    `whole` and each of `halves` have one entry for each of `METRICS`; `regimes` the difference of the mean return a
    session (decimal) in each regime that occurs; `pnl_usd_by_regime` the plain sum of P&L differences there.
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
    cut = {name: _cut(sessions, first, stop) for name, first, stop in HALVES}
    return Margin(
        whole=effects(pair, resampling),
        halves={name: effects(pair.part(window), resampling) for name, window in cut.items() if pair.part(window).n},
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


class Paired(NamedTuple):
    """Two accounts on the same sessions: daily returns of both, and the difference of their daily P&L in USD."""

    returns_with: Floats
    returns_without: Floats
    gained_usd: Floats
    sessions: Dates

    @property
    def n(self) -> int:
        """Sessions."""
        return self.returns_with.size

    @property
    def log_gain(self) -> Floats:
        """Difference of log returns: its mean is nought exactly where the CAGRs are equal."""
        return np.log1p(self.returns_with) - np.log1p(self.returns_without)

    def part(self, window: slice) -> Paired:
        """Return the same for some of the sessions."""
        return Paired(
            self.returns_with[window], self.returns_without[window], self.gained_usd[window], self.sessions[window]
        )


def _paired(with_usd: Floats, without_usd: Floats, start_usd: float, sessions: Dates) -> Paired | None:
    returns = daily_returns(with_usd, start_usd), daily_returns(without_usd, start_usd)
    if not all(np.all(one > -1.0) for one in returns):  # NaN fails too
        return None
    gained = np.diff(with_usd - without_usd, prepend=0.0)
    return Paired(*returns, gained, sessions)


def effects(pair: Paired, resampling: Resampling) -> dict[str, Effect | Missing]:
    """Return the difference in each of `METRICS`, over one window."""
    if pair.n < FEWEST_BLOCKS * resampling.mean_block:
        why = Missing(
            f"{pair.n} sessions are fewer than {FEWEST_BLOCKS} blocks of {resampling.mean_block:.0f}: no interval"
        )
        return dict.fromkeys(METRICS, why)
    blocks = resampling.blocks(pair.n)
    return {
        CAGR: growth_effect(pair, blocks),
        DRAWDOWN: drawdown_effect(pair, blocks),
        CVAR: cvar_effect(pair, blocks),
        PNL: mean_effect(pair.gained_usd, blocks).mapped(lambda mean: mean * pair.n / years_of(pair.sessions)),
    }


def mean_effect(gained: Floats, blocks: Blocks) -> Effect:
    """Return the mean of a paired difference with a studentised interval (bootstrap-t), judged on equal parts too.

    Drawing again alone answers for skewed differences, the t-test on `PARTS` equal parts of the history for dependence
    that outlasts the blocks (Ibragimov and Mueller, "t-Statistic Based Correlation and Heterogeneity Robust Inference",
    Journal of Business and Economic Statistics 28, 2010). Each p-value is the larger of the two.
    """
    mean = float(gained.mean())
    if not np.ptp(gained) > 0.0:
        return Effect(mean, mean, mean, 1.0, 1.0, SAME)
    drawn = means_of_draws(gained, *blocks)
    error = float(drawn[:, 0].std())
    ratios = np.sort((drawn[:, 0] - mean) / drawn[:, 1])
    low, high = mean - error * np.quantile(ratios, [1.0 - NOMINAL, NOMINAL])
    more = _share(ratios >= mean / error)
    less = _share(ratios <= mean / error)
    parts = np.array([part.mean() for part in np.array_split(gained, PARTS)])
    t = float(parts.mean() / (parts.std(ddof=1) / math.sqrt(PARTS)))
    return _effect(
        mean, float(low), float(high), (more, less), (float(stdtr(PARTS - 1, -t)), float(stdtr(PARTS - 1, t)))
    )


def growth_effect(pair: Paired, blocks: Blocks) -> Effect:
    """Return the difference in CAGR: the mean difference of log returns, told as growth beside the side without."""
    per_year = pair.n / years_of(pair.sessions)
    base = float(np.log1p(pair.returns_without).mean()) * per_year
    return mean_effect(pair.log_gain, blocks).mapped(lambda gain: math.exp(base + gain * per_year) - math.exp(base))


def drawdown_effect(pair: Paired, blocks: Blocks) -> Effect:
    """Return by how much the deepest fall is smaller with the piece, decimal of the high.

    The interval is that of the draws (percentile). A history has one deepest fall, so the draws are not asked alone:
    the verdict also needs the difference to be rare among `swaps` of the two accounts.
    """
    log_with, log_without = np.log1p(pair.returns_with), np.log1p(pair.returns_without)
    happened = _deepest(pair.returns_with, pair.sessions) - _deepest(pair.returns_without, pair.sessions)
    if not np.ptp(pair.log_gain) > 0.0:
        return Effect(happened, happened, happened, 1.0, 1.0, SAME)
    drawn = np.expm1(falls_of_draws(log_with, *blocks)) - np.expm1(falls_of_draws(log_without, *blocks))
    return _of_draws(happened, drawn, falls_of_swaps(log_with, log_without, *swaps(pair.n, len(drawn))))


def cvar_effect(pair: Paired, blocks: Blocks) -> Effect:
    """Return by how much the mean of the worst 5 % of sessions is milder with the piece, decimal a session."""
    one, other = pair.returns_with, pair.returns_without
    happened = cvar95(one) - cvar95(other)
    if not np.ptp(pair.log_gain) > 0.0:
        return Effect(happened, happened, happened, 1.0, 1.0, SAME)
    drawn = tails_of_draws(one, np.argsort(one), CVAR_TAIL, *blocks)
    drawn -= tails_of_draws(other, np.argsort(other), CVAR_TAIL, *blocks)
    pooled = np.concatenate((one, other))
    swapped = tails_of_swaps(pooled, np.argsort(pooled), CVAR_TAIL, *swaps(pair.n, len(drawn)))
    return _of_draws(happened, drawn, swapped)


@cache
def swaps(sessions: int, draws: int) -> Blocks:
    """Return coin tosses for `PARTS` equal parts of a history: which of them are swapped in each draw."""
    edges = np.linspace(0, sessions, PARTS + 1).astype(np.int64)
    coins = np.random.default_rng(SWAP_SEED).random((draws, PARTS))
    return Blocks(np.arange(draws + 1) * PARTS, coins.reshape(-1), np.tile(np.diff(edges), draws))


def by_regime(pair: Paired, regimes: Sequence[str], resampling: Resampling) -> dict[str, Effect | Missing]:
    """Return the difference of the mean return a session in each regime that occurs, decimal.

    The whole history is drawn again, so that a regime comes in its own stretches, more or fewer of them: what is judged
    is the ratio of two sums, by its linear part.
    """
    named = np.asarray(regimes, dtype=np.str_)
    out: dict[str, Effect | Missing] = {}
    for name in _occurring(regimes):
        within = named == name
        met = spells(within, resampling.mean_block)
        if met < FEWEST_SPELLS or pair.n < FEWEST_BLOCKS * resampling.mean_block:
            out[name] = Missing(
                f"{int(within.sum())} sessions in {met} separate stretches: fewer than {FEWEST_SPELLS} say nothing sure"
            )
            continue
        gained = pair.returns_with - pair.returns_without
        mean, share = float(gained[within].mean()), float(within.mean())
        linear = np.where(within, (gained - mean) / share, 0.0) + mean
        out[name] = mean_effect(linear, resampling.blocks(pair.n))
    return out


def spells(within: Bools, mean_block: float) -> int:
    """Return in how many stretches of one mean block, laid end to end from its first session on, something occurs."""
    count, next_free = 0, -1.0
    for t in np.flatnonzero(within):
        if t >= next_free:
            count, next_free = count + 1, t + mean_block
    return count


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
    drawdown = _deepest(pair.returns_with, pair.sessions) - _deepest(pair.returns_without, pair.sessions)
    sureness: Effect | Missing
    if pair.n < FEWEST_BLOCKS * resampling.mean_block:
        sureness = Missing(
            f"one event: {pair.n} sessions are fewer than {FEWEST_BLOCKS} blocks of {resampling.mean_block:.0f}"
        )
    else:
        sureness = mean_effect(pair.gained_usd, resampling.blocks(pair.n)).mapped(lambda mean: mean * pair.n)
    return EpisodeEffect(episode, pair.n, float(pair.gained_usd.sum()), drawdown, sureness)


def _of_draws(happened: float, drawn: Floats, swapped: Floats) -> Effect:
    """Return the effect of a statistic with a percentile interval and a coin test."""
    low, high = np.quantile(drawn, [NOMINAL, 1.0 - NOMINAL]).tolist()
    # Draws that undo every swap give the observed difference again, but for rounding.
    dust = 1e-12 * max(1.0, abs(happened))
    coin = _share(swapped >= happened - dust), _share(swapped <= happened + dust)
    return _effect(happened, low, high, (_share(drawn <= 0.0), _share(drawn >= 0.0)), coin)


def _effect(estimate: float, low: float, high: float, drawn: tuple[float, float], other: tuple[float, float]) -> Effect:
    """Return an effect with the larger p-value of two tests on each side, and which of them keeps it open."""
    open_ = (low > 0.0 and other[0] > NOMINAL) or (high < 0.0 and other[1] > NOMINAL)
    return Effect(estimate, low, high, max(drawn[0], other[0]), max(drawn[1], other[1]), FEW if open_ else "")


def _share(hits: Bools) -> float:
    """Return the share of draws at least as extreme, the observed one counted among them: never nought."""
    return (float(np.count_nonzero(hits)) + 1.0) / (hits.size + 1.0)


def _deepest(returns: Floats, sessions: Dates) -> float:
    return max_drawdown(np.exp(np.cumsum(np.log1p(returns))), 1.0, sessions).depth


def _occurring(regimes: Sequence[str]) -> list[str]:
    return [name for name in REGIMES if name in set(regimes)]


def _cut(sessions: Dates, first: str | None, stop: str | None) -> slice:
    """Return the positions from `first` on and before `stop`; None leaves the end open."""
    edges = [None if day is None else int(np.searchsorted(sessions, np.datetime64(day, "D"))) for day in (first, stop)]
    return slice(*edges)
