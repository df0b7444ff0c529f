"""How sure a difference between two accounts on the same sessions is: one function a metric.

Positive is better for the side "with": more growth, a smaller drawdown, a milder tail. Each verdict rests on two tests
with different weaknesses and needs both (`docs/decisions/0015`): the history drawn again in blocks, and the history cut
into `PARTS` equal parts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.special import stdtr

from alvh.evidence.measure import CVAR_TAIL, cvar95, max_drawdown, years_of
from alvh.evidence.verdicts import NOMINAL, Effect
from alvh.maths.bootstrap import Blocks, draw_blocks
from alvh.maths.resample import falls_of_draws, falls_of_swaps, means_of_draws, tails_of_draws, tails_of_swaps
from alvh.values import Bools, Dates, Floats, Missing

CAGR, DRAWDOWN, CVAR, PNL = "cagr", "max_drawdown", "cvar95", "pnl_usd_per_year"
METRICS = (CAGR, DRAWDOWN, CVAR, PNL)
"""Decimals a year, of the high, a session; USD a year. Each is "with" less "without", losses negative."""

PARTS = 12
"""Equal parts a history is cut into for the second test of every verdict, which trusts nothing about dependence within
a part: 20 months of the whole history each, so that a stretch of stress is not told as many observations."""
FEWEST_BLOCKS = PARTS
"""A history (an episode, a half) of fewer mean blocks than this has no interval: a part would be shorter than a block,
and what a month of overlapping trades did is one observation."""
DRAWS = 2000
REGIME_PARTS = 8
"""The same for one regime, which is met in fewer stretches; they are never cut."""
BAD_MONTHS, MONTH_SESSIONS = 2.0, 21
"""How many more of its worst months a piece that "pays" in a regime must survive, of its best one that does not."""
CALIBRATION = 2.0
"""P-values of means count so many times, and their intervals are so much wider in probability: where a handful of rare
losses or gains decides a mean, both tests reject about twice as often as they say (`docs/decisions/0015`)."""
SWAP_SEED = 20150824
"""The coins are the same for all comparisons, like the draws."""
TAILS = (1.0 - NOMINAL / CALIBRATION, NOMINAL / CALIBRATION)
SPREADLESS = 1e-9
"""A draw whose standard error is this small beside that of the mean is rounding dust."""
SAME = "the two accounts never differ"
FEW = "the interval leaves zero out, but too few stretches of the history carry it"


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
    Journal of Business and Economic Statistics 28, 2010). Each p-value is the larger of the two, `CALIBRATION` fold.
    """
    mean = float(gained.mean())
    if not np.ptp(gained) > 0.0:
        return Effect(mean, mean, mean, 1.0, 1.0, SAME)
    low, high, drawn = studentised(gained, blocks)
    return _effect(mean, low, high, _calibrated(drawn), _calibrated(_both_sides(parts_t(gained), PARTS)))


def studentised(gained: Floats, blocks: Blocks) -> tuple[float, float, tuple[float, float]]:
    """Return low and high of the bootstrap-t interval of a mean, and its p-values of "pays" and "does not pay"."""
    mean = float(gained.mean())
    drawn = means_of_draws(gained, *blocks)
    error = float(drawn[:, 0].std())
    # A draw in which nothing varied (one block, or none of the few sessions on which the accounts differ) has no ratio:
    # it counts against either verdict, and where many are such there is none.
    mute = ~(drawn[:, 1] > SPREADLESS * max(error, abs(mean)))
    ratios = (drawn[:, 0] - mean) / np.where(mute, np.inf, drawn[:, 1])
    low, high = (mean - error * np.quantile(ratios[~mute] if not mute.all() else ratios, TAILS)).tolist()
    return low, high, (_share(mute | (ratios * error >= mean)), _share(mute | (ratios * error <= mean)))


def parts_t(values: Floats) -> float:
    """Return the t-statistic of the means of `PARTS` equal parts; 0 where the parts do not differ."""
    parts = np.array([part.mean() for part in np.array_split(values, PARTS)])
    spread = float(parts.std(ddof=1))
    return float(parts.mean()) / (spread / math.sqrt(PARTS)) if spread > 0.0 else 0.0


def regime_effect(gained: Floats, within: Bools, blocks: Blocks, mean_block: float) -> Effect:
    """Return the mean of a paired difference over the sessions of one regime.

    The whole history is drawn again, so that the regime comes in its own stretches, more or fewer of them; judged is
    the ratio of two sums, by its linear part. The second test takes whole stretches as its parts (`stretches_t`), and a
    verdict must survive `BAD_MONTHS` more months like the worst (the best) of the whole history: a regime may by luck
    lack the very event by which a piece loses or wins.
    """
    inside = gained[within]
    mean, share = float(inside.mean()), float(within.mean())
    if not np.ptp(inside) > 0.0:
        return Effect(mean, mean, mean, 1.0, 1.0, SAME)
    low, high, drawn = studentised(np.where(within, (gained - mean) / share, 0.0) + mean, blocks)
    t, parts = stretches_t(gained, within, mean_block)
    other = _spared(float(inside.sum()), gained, _both_sides(t, parts))
    return _effect(mean, low, high, _calibrated(drawn), _calibrated(other))


def stretches_t(gained: Floats, within: Bools, mean_block: float) -> tuple[float, int]:
    """Return the t-statistic of a regime's mean, and on how many parts it stands: at most `REGIME_PARTS`.

    A part is made of whole stretches; a stretch ends where the regime stays away for more than one mean block. 0 where
    there are fewer than two parts or they do not differ.
    """
    at = np.flatnonzero(within)
    begins = np.flatnonzero(np.concatenate(([True], np.diff(at) > mean_block)))
    sizes = np.diff(np.append(begins, at.size))
    # A stretch belongs to the part in which its middle lies.
    part_of = (REGIME_PARTS * (begins + 0.5 * sizes) / at.size).astype(np.int64)
    own = np.repeat(np.minimum(part_of, REGIME_PARTS - 1), sizes)
    inside = gained[at]
    left = np.bincount(own, weights=inside - inside.mean(), minlength=REGIME_PARTS)
    parts = int(np.unique(own).size)
    error = math.sqrt(parts / (parts - 1) * float(left @ left)) if parts > 1 else 0.0
    return (float(inside.sum()) / error if error > 0.0 else 0.0), parts


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
    happened = deepest(pair.returns_with, pair.sessions) - deepest(pair.returns_without, pair.sessions)
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


def _both_sides(t: float, parts: int) -> tuple[float, float]:
    """Return the p-values of "pays" and "does not pay" of a t-statistic on so many parts; 1 on a single one."""
    if parts < 2:
        return 1.0, 1.0
    return float(stdtr(parts - 1, -t)), float(stdtr(parts - 1, t))


def _calibrated(p_values: tuple[float, float]) -> tuple[float, float]:
    return min(1.0, CALIBRATION * p_values[0]), min(1.0, CALIBRATION * p_values[1])


def _spared(total: float, gained: Floats, p_values: tuple[float, float]) -> tuple[float, float]:
    """Return the p-values, 1 on a side that `BAD_MONTHS` more of the worst (the best) months would turn around."""
    months = np.convolve(gained, np.ones(min(MONTH_SESSIONS, gained.size)), "valid")
    worse, better = total + BAD_MONTHS * float(months.min()), total + BAD_MONTHS * float(months.max())
    return (p_values[0] if worse > 0.0 else 1.0), (p_values[1] if better < 0.0 else 1.0)


def _share(hits: Bools) -> float:
    """Return the share of draws at least as extreme, the observed one counted among them: never nought."""
    return (float(np.count_nonzero(hits)) + 1.0) / (hits.size + 1.0)


def deepest(returns: Floats, sessions: Dates) -> float:
    """Return the deepest fall of an account with these daily returns, decimal of the high, never positive."""
    return max_drawdown(np.exp(np.cumsum(np.log1p(returns))), 1.0, sessions).depth
