"""How sure a Sharpe ratio is: its probability, what the best of many trials reaches by luck, how long a record must be.

Every Sharpe ratio in here is that of a period (for us a session), of returns in excess of cash; `kurtosis` is the raw
fourth standardised moment (3 for a normal distribution), never the excess (`methodology.md`, section 9).

D. H. Bailey and M. Lopez de Prado, "The Sharpe Ratio Efficient Frontier", Journal of Risk 15 (2012): the probabilistic
Sharpe ratio and the minimum track record length. The same, "The Deflated Sharpe Ratio", Journal of Portfolio Management
40 (2014): the expected maximum and the deflated ratio. A. W. Lo, "The Statistics of Sharpe Ratios", Financial Analysts
Journal 58 (2002): what autocorrelation does to it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from alvh.evidence.measure import SESSIONS_PER_YEAR
from alvh.values import Floats, Missing

CONFIDENCE = 0.95
EULER = 0.5772156649015329
"""The Euler-Mascheroni constant, of the expected maximum of normal variables."""

MOST_TRIALS = 10**9
"""Where the search for `trials_allowed` ends."""


class Moments(NamedTuple):
    """What the tests need of a series: sessions, Sharpe ratio a session, skewness and raw kurtosis."""

    n: int
    sharpe: float
    skew: float
    kurtosis: float


def moments(returns: Floats) -> Moments | Missing:
    """Return the moments of returns a session, already in excess of cash.

    The deviation has n - 1 in the denominator, skewness and kurtosis n. Missing for fewer than two sessions, for a
    series that never varies and for one with a gap.
    """
    if returns.size < 2:
        return Missing(f"{returns.size} returns have no deviation")
    if not np.isfinite(returns).all():
        return Missing(f"{int((~np.isfinite(returns)).sum())} of {returns.size} returns are not known")
    centred = returns - returns.mean()
    variance = float(np.mean(centred**2))
    if not variance > (1e-14 * max(1.0, float(np.abs(returns).max()))) ** 2:
        return Missing("the returns never vary")
    n = returns.size
    return Moments(
        n=n,
        sharpe=float(returns.mean()) / math.sqrt(variance * n / (n - 1)),
        skew=float(np.mean(centred**3)) / variance**1.5,
        kurtosis=float(np.mean(centred**4)) / variance**2,
    )


def deviation_term(sharpe: float, skew: float, kurtosis: float) -> float:
    """Return 1 - skew SR + (kurtosis - 1) SR^2 / 4: the variance of an estimated Sharpe ratio, times n - 1."""
    return 1.0 - skew * sharpe + 0.25 * (kurtosis - 1.0) * sharpe * sharpe


def probabilistic_sharpe(sharpe: float, benchmark: float, n: float, skew: float = 0.0, kurtosis: float = 3.0) -> float:
    """Return the probability that the true Sharpe ratio is above a benchmark (Bailey and Lopez de Prado 2012).

    Phi((SR - b) sqrt(n - 1) / sqrt(1 - skew SR + (kurtosis - 1) SR^2 / 4)).

    Parameters
    ----------
    sharpe, benchmark : float
        A period.
    n : float
        Periods; may be a fraction where it stands for independent ones.
    skew, kurtosis : float
        Of the returns; kurtosis raw. A normal distribution by default.

    Returns
    -------
    float
        NaN for a single period or fewer, and for moments that no distribution has.
    """
    term = deviation_term(sharpe, skew, kurtosis)
    if not (n > 1.0 and term > 0.0):
        return math.nan
    return float(ndtr((sharpe - benchmark) * math.sqrt((n - 1.0) / term)))


def expected_max_normal(trials: float) -> float:
    """Return about what the largest of some independent standard normal variables is expected to be.

    (1 - g) Phi^-1(1 - 1/N) + g Phi^-1(1 - 1/(N e)), g the Euler-Mascheroni constant (Bailey and Lopez de Prado 2014);
    0 for a single trial, whose expectation it is.
    """
    if trials <= 1.0:
        return 0.0
    return float((1.0 - EULER) * ndtri(1.0 - 1.0 / trials) + EULER * ndtri(1.0 - 1.0 / (trials * math.e)))


def expected_max_sharpe(variance: float, trials: float) -> float:
    """Return the Sharpe ratio that the best of some trials without skill is expected to show.

    `variance` is that of the trials' Sharpe ratios, a period like them.
    """
    return math.sqrt(variance) * expected_max_normal(trials)


def deflated_sharpe(
    sharpe: float, variance: float, trials: float, n: float, skew: float = 0.0, kurtosis: float = 3.0
) -> float:
    """Return the probability that the true Sharpe ratio is above what the best of the trials reaches by luck."""
    return probabilistic_sharpe(sharpe, expected_max_sharpe(variance, trials), n, skew, kurtosis)


def min_track_record(
    sharpe: float, benchmark: float, skew: float = 0.0, kurtosis: float = 3.0, confidence: float = CONFIDENCE
) -> float:
    """Return how many periods a record needs for its Sharpe ratio to be above a benchmark at a confidence.

    1 + (1 - skew SR + (kurtosis - 1) SR^2 / 4) (z / (SR - b))^2; infinite where the ratio is not above the benchmark.
    """
    if not sharpe > benchmark:
        return math.inf
    errors = float(ndtri(confidence)) / (sharpe - benchmark)
    return 1.0 + deviation_term(sharpe, skew, kurtosis) * errors * errors


def autocorrelations(returns: Floats, lags: int) -> Floats:
    """Return the autocorrelations of a series at lags 1 to `lags` (n in every denominator); 0 past its length."""
    centred = returns - returns.mean()
    total = float(centred @ centred)
    out = np.zeros(lags)
    for lag in range(1, min(lags, returns.size - 1) + 1):
        out[lag - 1] = float(centred[:-lag] @ centred[lag:]) / total
    return out


def annual_factor(correlations: Floats, periods: int = SESSIONS_PER_YEAR) -> float:
    """Return what turns a Sharpe ratio a session into one a year: q / sqrt(q + 2 sum (q - k) rho_k) (Lo 2002, eq. 20).

    The square root of q without autocorrelation. Correlations past those given count as 0. NaN where they are such
    that a year's return would have no variance.
    """
    lag = np.arange(1, correlations.size + 1)
    spread = periods + 2.0 * float(np.sum(np.maximum(periods - lag, 0) * correlations))
    return periods / math.sqrt(spread) if spread > 0.0 else math.nan


def independent_sessions(returns: Floats, holding_sessions: int) -> float:
    """Return how many independent sessions tell as much of the mean as these do.

    n / max(1, 1 + 2 sum_{k=1}^{L} (1 - k / (L + 1)) rho_k): the long-run over the plain variance with Bartlett weights
    (W. K. Newey and K. D. West, Econometrica 55, 1987) over `L` = `holding_sessions`, since trades share no session
    beyond their holding period. Never more than n: what looks like reversal (marks that bounce) earns no certainty.
    The cut at the holding period and the floor are our choice.
    """
    lags = max(1, holding_sessions)
    weights = 1.0 - np.arange(1, lags + 1) / (lags + 1.0)
    return returns.size / max(1.0, 1.0 + 2.0 * float(weights @ autocorrelations(returns, lags)))


def trials_allowed(found: Moments, variance: float, n: float, confidence: float = CONFIDENCE) -> int:
    """Return the most trials of a given spread at which the deflated ratio is still at the confidence; 0 for none.

    `n` are the (independent) sessions. `MOST_TRIALS` where even so many change nothing, as with no spread at all.
    """

    def holds(trials: int) -> bool:
        return deflated_sharpe(found.sharpe, variance, trials, n, found.skew, found.kurtosis) >= confidence

    if not holds(1):
        return 0
    low, high = 1, MOST_TRIALS
    if holds(high):
        return high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
