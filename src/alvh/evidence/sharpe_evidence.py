"""What a daily record and the trials behind it allow to say of its Sharpe ratio, every number or why there is none.

The published formulas take sessions as independent. Trades that overlap make daily returns autocorrelated, so each
answer comes twice: as published, and at the number of independent sessions that the autocorrelation leaves
(`independent_sessions`). The second is the one to act on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from alvh.evidence.measure import SESSIONS_PER_YEAR
from alvh.evidence.sharpe_tests import (
    CONFIDENCE,
    Moments,
    annual_factor,
    autocorrelations,
    deflated_sharpe,
    expected_max_sharpe,
    independent_sessions,
    min_track_record,
    moments,
    probabilistic_sharpe,
    trials_allowed,
)
from alvh.values import Floats, Missing

FEWEST_SESSIONS = 2 * SESSIONS_PER_YEAR
FEWEST_HOLDINGS = 24
"""Nothing is said of a record shorter than two years or than 24 holding periods one after the other: the shortest
record that Bailey and Lopez de Prado (2012) work through is 24 months. At two years the standard error of an annual
Sharpe ratio is still 0.7. Our choice."""


class Deflated(NamedTuple):
    """A Sharpe ratio against the best of some trials without skill.

    `benchmark_annual` is what that best one is expected to reach; `dsr` the probability that the true ratio is above
    it, as published; `dsr_independent` the same at the independent number of sessions.
    """

    trials: int
    benchmark_annual: float
    dsr: float
    dsr_independent: float


@dataclass(frozen=True, slots=True)
class SharpeEvidence:
    """What may be said of one record. Probabilities are decimals.

    Attributes
    ----------
    moments : Moments or Missing
    sharpe_annual : float or Missing
        Times the square root of 252.
    sharpe_annual_autocorrelated : float or Missing
        By Lo (2002): what the ratio of yearly returns would be, with the autocorrelation within the holding period.
    independent : float or Missing
        Independent sessions in the record.
    psr, psr_independent : float or Missing
        Probability that the true ratio is above 0.
    counted, clustered : Deflated or Missing
        Against the best of all trials counted, and of the clusters of trials that differ.
    bracket : tuple of Deflated
        At half the count, the count and ten times the count: what is not in the counter was tried too.
    trials_allowed : int or Missing
        The most trials, as spread as those counted, at which `dsr_independent` is still at the confidence.
    min_track_years, min_track_years_independent : float or Missing
        Length of a record at which this ratio would be above 0 at the confidence.
    """

    moments: Moments | Missing
    sharpe_annual: float | Missing
    sharpe_annual_autocorrelated: float | Missing
    independent: float | Missing
    psr: float | Missing
    psr_independent: float | Missing
    counted: Deflated | Missing
    clustered: Deflated | Missing
    bracket: tuple[Deflated, ...]
    trials_allowed: int | Missing
    min_track_years: float | Missing
    min_track_years_independent: float | Missing


def fewest_sessions(holding_sessions: int) -> int:
    """Return the shortest record about which something is said (`FEWEST_SESSIONS`, `FEWEST_HOLDINGS`)."""
    return max(FEWEST_SESSIONS, FEWEST_HOLDINGS * holding_sessions)


def sharpe_evidence(
    excess_returns: Floats,
    trial_sharpes: Floats,
    *,
    holding_sessions: int,
    cluster_sharpes: Floats | None = None,
    confidence: float = CONFIDENCE,
) -> SharpeEvidence:
    """Say what a record and the number of trials behind it allow to say.

    Parameters
    ----------
    excess_returns : array (sessions,)
        Daily, in excess of cash, decimals.
    trial_sharpes : array (trials,)
        Sharpe ratio a session of every trial counted, this one among them. Unknown ones (NaN) count as trials, and the
        spread is taken from the others.
    holding_sessions : int
        Longest time a trade is held.
    cluster_sharpes : array (clusters,), optional
        One ratio for each cluster of trials that are alike (`alvh.evidence.trial_clusters`), where their returns are
        known.
    confidence : float

    Returns
    -------
    SharpeEvidence
        Every number, or Missing with the reason.
    """
    fewest = fewest_sessions(holding_sessions)
    if excess_returns.size < fewest:
        return _nothing(
            Missing(
                f"{excess_returns.size} sessions; below {fewest} (two years, or {FEWEST_HOLDINGS} holding periods of "
                f"{holding_sessions} sessions) a Sharpe ratio says nothing"
            )
        )
    found = moments(excess_returns)
    if isinstance(found, Missing):
        return _nothing(found)
    n_independent = independent_sessions(excess_returns, holding_sessions)
    stretch = found.n / n_independent
    shape = (found.skew, found.kurtosis)
    per_year = math.sqrt(SESSIONS_PER_YEAR)
    lo = annual_factor(autocorrelations(excess_returns, holding_sessions))
    periods = min_track_record(found.sharpe, 0.0, *shape, confidence)
    track = periods / SESSIONS_PER_YEAR if math.isfinite(periods) else Missing("the ratio is not above 0")
    psr = probabilistic_sharpe(found.sharpe, 0.0, found.n, *shape)
    known = trial_sharpes[np.isfinite(trial_sharpes)]
    spread = _spread(known, trial_sharpes.size, psr)
    counted, bracket, allowed = _against(found, spread, trial_sharpes.size, n_independent, confidence)
    return SharpeEvidence(
        moments=found,
        sharpe_annual=found.sharpe * per_year,
        sharpe_annual_autocorrelated=found.sharpe * lo
        if math.isfinite(lo)
        else Missing("the autocorrelation leaves a year's return no variance"),
        independent=n_independent,
        psr=psr,
        psr_independent=probabilistic_sharpe(found.sharpe, 0.0, n_independent, *shape),
        counted=counted,
        clustered=_clustered(found, cluster_sharpes, n_independent, psr),
        bracket=bracket,
        trials_allowed=allowed,
        min_track_years=track,
        min_track_years_independent=track if isinstance(track, Missing) else track * stretch,
    )


def _against(
    found: Moments, spread: float | Missing, trials: int, n: float, confidence: float
) -> tuple[Deflated | Missing, tuple[Deflated, ...], int | Missing]:
    """Return the ratio against the best of all trials, at other counts of them, and how many it would stand."""
    if isinstance(spread, Missing):
        return spread, (), spread
    counts = sorted({max(1, trials // 2), trials, 10 * trials})
    bracket = tuple(_deflate(found, spread, count, n) for count in counts)
    return _deflate(found, spread, trials, n), bracket, trials_allowed(found, spread, n, confidence)


def _spread(known: Floats, trials: int, psr: float) -> float | Missing:
    """Return the variance of trial Sharpe ratios."""
    if trials <= 1:
        return Missing(f"one trial: nothing was selected, so the deflated ratio is the probabilistic one, {psr:.3f}")
    if known.size < 2:
        return Missing(f"the Sharpe ratio is known of {known.size} of {trials} trials: their spread is not known")
    return float(np.var(known, ddof=1))


def _clustered(found: Moments, sharpes: Floats | None, n: float, psr: float) -> Deflated | Missing:
    """Deflate by clusters of trials.

    Independent trials scatter at least by the sampling error of one Sharpe ratio, variance 1 / (n - 1) for `n`
    independent sessions: a handful of clusters that happen to agree is not taken for less. Our choice.
    """
    if sharpes is None:
        return Missing("the trials' daily returns are not known, so which of them are alike is not known")
    if sharpes.size == 1:
        return Missing(
            f"all trials are alike: one independent trial, so the deflated ratio is the probabilistic one, {psr:.3f}"
        )
    spread = _spread(sharpes[np.isfinite(sharpes)], sharpes.size, psr)
    if isinstance(spread, Missing):
        return spread
    return _deflate(found, max(spread, 1.0 / (n - 1.0)), sharpes.size, n)


def _deflate(found: Moments, variance: float, trials: int, n_independent: float) -> Deflated:
    shape = (found.skew, found.kurtosis)
    return Deflated(
        trials=trials,
        benchmark_annual=expected_max_sharpe(variance, trials) * math.sqrt(SESSIONS_PER_YEAR),
        dsr=deflated_sharpe(found.sharpe, variance, trials, found.n, *shape),
        dsr_independent=deflated_sharpe(found.sharpe, variance, trials, n_independent, *shape),
    )


def _nothing(why: Missing) -> SharpeEvidence:
    return SharpeEvidence(why, why, why, why, why, why, why, why, (), why, why, why)
