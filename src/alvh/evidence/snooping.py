"""Whether the best of many models beats a benchmark by more than the luck of having looked at many.

H. White, "A Reality Check for Data Snooping", Econometrica 68 (2000), and P. R. Hansen, "A Test for Superior Predictive
Ability", Journal of Business and Economic Statistics 23 (2005), on the stationary bootstrap of Politis and Romano
(1994). A model's difference to the benchmark is positive where the model is better; d is its mean over n sessions, d* a
resampled one.

- Reality check: V = sqrt(n) max d, V* = sqrt(n) max (d* - d), p = share of draws with V* > V.
- Superior predictive ability: every model is measured in its own standard errors, w = sqrt(n) times the deviation of
  d*; T = max(0, max sqrt(n) d / w), T* = max(0, max sqrt(n) (d* - g) / w). What is taken off decides how a model worse
  than the benchmark counts: g = d all of them (upper), max(d, 0) none (lower), d unless sqrt(n) d / w is below
  -sqrt(2 ln ln n), then 0 (consistent: the one to quote).

Trades that overlap leave a history few independent stretches, and the published tests then find skill too often. So the
p-values of superior ability are also given *studentised*: each draw is measured in the standard errors of its own
blocks. Those are the ones to act on. Why, how much it changes, and why not `arch.bootstrap.SPA`: `docs/decisions/0014`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from alvh.evidence.margins import mean_block
from alvh.evidence.measure import SESSIONS_PER_YEAR
from alvh.evidence.sharpe_evidence import fewest_sessions
from alvh.maths.bootstrap import Blocks, draw_blocks
from alvh.maths.resample import means_of_draws
from alvh.values import Floats, Missing

FEWEST_BLOCKS = 8
"""A history of fewer mean blocks than this is not drawn again: it holds too few independent stretches. Our choice."""


class RealityCheck(NamedTuple):
    """White's statistic and its p-value."""

    statistic: float
    p: float


class SuperiorAbility(NamedTuple):
    """Hansen's statistic, its three p-values, and the standard errors of the models times sqrt(n)."""

    statistic: float
    p_lower: float
    p_consistent: float
    p_upper: float
    omega: Floats


@dataclass(frozen=True, slots=True)
class Snooping:
    """What both tests say of a set of models.

    Attributes
    ----------
    models : int
    best : int
        Model with the highest mean difference, by its column.
    best_annual : float
        Its mean difference times 252, decimal.
    strongest : int
        Model with the largest mean difference in its own standard errors.
    reality_check : RealityCheck
    published : SuperiorAbility
        As Hansen has it.
    superior_ability : SuperiorAbility
        Studentised: the one to act on.
    mean_block : float
        Of the resampling, sessions.
    draws : int
    """

    models: int
    best: int
    best_annual: float
    strongest: int
    reality_check: RealityCheck
    published: SuperiorAbility
    superior_ability: SuperiorAbility
    mean_block: float
    draws: int


def reality_check(means: Floats, resampled: Floats, n: int) -> RealityCheck:
    """Return White's reality check.

    Parameters
    ----------
    means : array (models,)
        Mean difference of each model to the benchmark.
    resampled : array (draws, models)
        The same of each draw.
    n : int
        Sessions.
    """
    root = math.sqrt(n)
    statistic = root * float(means.max())
    return RealityCheck(statistic, float(np.mean(root * (resampled - means).max(axis=1) > statistic)))


def superior_ability(means: Floats, resampled: Floats, n: int, errors: Floats | None = None) -> SuperiorAbility:
    """Return Hansen's test; a model that never differs from the benchmark is ignored.

    Parameters
    ----------
    means, resampled, n
        As for `reality_check`.
    errors : array (draws, models), optional
        Standard error of each draw's mean. With them each draw is measured in its own; without, all in `omega`, as
        published.

    Returns
    -------
    SuperiorAbility
        Its `omega` is the deviation of the draws about their own mean, as many in the denominator as draws. Where no
        model did better than the benchmark the statistic is 0 and every p-value 1: any draw reaches a floor. (The share
        of draws *above* it would be near nothing where all models are far worse, and read as a proof.)
    """
    root = math.sqrt(n)
    omega = root * resampled.std(axis=0)
    unit = np.where(omega > 0.0, omega, math.inf)
    score = root * means / unit
    statistic = max(0.0, float(score.max()))
    relevant = score >= -math.sqrt(2.0 * math.log(math.log(n)))
    # A draw that is the whole history turned around has no error of its own.
    units = unit if errors is None else np.where(root * errors > 1e-9 * unit, root * errors, unit)
    lower, consistent, upper = (
        float(np.mean(np.maximum(0.0, (root * (resampled - centre) / units).max(axis=1)) > statistic))
        for centre in (np.maximum(means, 0.0), np.where(relevant, means, 0.0), means)
    )
    if statistic == 0.0:
        return SuperiorAbility(0.0, 1.0, 1.0, 1.0, omega)
    return SuperiorAbility(statistic, lower, consistent, upper, omega)


def draws_of(differences: Floats, blocks: Blocks) -> tuple[Floats, Floats]:
    """Return mean and standard error of every model in every draw, both (draws, models)."""
    drawn = np.stack([means_of_draws(np.ascontiguousarray(one), *blocks) for one in differences.T], axis=1)
    return drawn[..., 0], drawn[..., 1]


def snooping(
    returns: Floats, benchmark: Floats, *, holding_sessions: int, seed: int, draws: int = 2000
) -> Snooping | Missing:
    """Test whether the best of some models beats a benchmark.

    Parameters
    ----------
    returns : array (sessions, models)
        Daily returns of every model that was looked at, decimals.
    benchmark : array (sessions,)
        Those of the benchmark on the same sessions: cash, the control, or zeros where returns are in excess already.
        The tests compare means: to compare accounts of different risk, scale them to the same volatility first.
    holding_sessions : int
        Longest time a trade is held; a mean block is never shorter.
    seed : int
    draws : int

    Returns
    -------
    Snooping or Missing
        Missing for no model, a gap, a record shorter than `fewest_sessions` or than `FEWEST_BLOCKS` mean blocks, and
        where no model ever differs from the benchmark.
    """
    n, models = returns.shape
    if models == 0:
        return Missing("no model")
    differences = returns - benchmark[:, None]
    if not np.isfinite(differences).all():
        gaps = int((~np.isfinite(differences)).any(axis=0).sum())
        return Missing(f"{gaps} of {models} models have sessions without a difference to the benchmark")
    if n < (fewest := fewest_sessions(holding_sessions)):
        return Missing(f"{n} sessions; at least {fewest} are needed for trades held {holding_sessions} sessions")
    if not np.any(differences):
        return Missing("no model ever differs from the benchmark")
    block = mean_block(list(differences.T), holding_sessions)
    if n < FEWEST_BLOCKS * block:
        return Missing(f"{n} sessions are fewer than {FEWEST_BLOCKS} mean blocks of {block:.0f}")
    blocks = draw_blocks(seed, draws, n, block)
    means = differences.mean(axis=0)
    resampled, errors = draws_of(differences, blocks)
    ability = superior_ability(means, resampled, n, errors)
    best = int(means.argmax())
    return Snooping(
        models=models,
        best=best,
        best_annual=float(means[best]) * SESSIONS_PER_YEAR,
        strongest=int(np.argmax(means / np.where(ability.omega > 0.0, ability.omega, math.inf))),
        reality_check=reality_check(means, resampled, n),
        published=superior_ability(means, resampled, n),
        superior_ability=ability,
        mean_block=block,
        draws=draws,
    )
