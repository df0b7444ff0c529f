"""Published numbers of the Sharpe tests, pencil work, simulated worlds, and what must hold whatever the numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.measure import sharpe
from alvh.evidence.sharpe_tests import (
    MOST_TRIALS,
    Moments,
    annual_factor,
    autocorrelations,
    deflated_sharpe,
    expected_max_normal,
    expected_max_sharpe,
    independent_sessions,
    min_track_record,
    moments,
    probabilistic_sharpe,
    trials_allowed,
)
from alvh.values import Missing

SHARPES = st.floats(-0.3, 0.3)
# Any distribution: kurtosis is at least skew^2 + 1.
SKEWS = st.floats(-4.0, 4.0)


def test_moments_by_hand():
    # 0, 0, 0, 4: mean 1, centred -1 -1 -1 3; variance over n 12/4 = 3, over n - 1 it is 4, deviation 2.
    # Third moment (-3 + 27) / 4 = 6, fourth (3 + 81) / 4 = 21.
    found = moments(np.array([0.0, 0.0, 0.0, 4.0]))
    assert isinstance(found, Moments)
    assert found.n == 4
    assert found.sharpe == pytest.approx(0.5)
    assert found.skew == pytest.approx(6 / 3**1.5)
    assert found.kurtosis == pytest.approx(21 / 9)


def test_the_ratio_is_that_of_the_other_measures():
    returns = np.random.default_rng(1).normal(0.0003, 0.01, 600)
    found = moments(returns)
    assert isinstance(found, Moments)
    assert found.sharpe * math.sqrt(252) == pytest.approx(sharpe(returns))


@pytest.mark.parametrize(
    ("returns", "why"),
    [
        (np.array([0.1]), "1 returns have no deviation"),
        (np.full(9, 0.003), "the returns never vary"),
        (np.array([0.1, math.nan, 0.2]), "1 of 3 returns are not known"),
    ],
)
def test_moments_that_do_not_exist(returns, why):
    assert moments(returns) == Missing(why)


def test_probabilistic_ratio_of_the_paper():
    # Bailey and Lopez de Prado (2012): 24 months, 0.458 a month; hedge-fund moments, then a normal distribution.
    assert probabilistic_sharpe(0.458, 0.0, 24, -2.448, 10.164) == pytest.approx(0.9134, abs=5e-4)
    assert probabilistic_sharpe(0.458, 0.0, 24) == pytest.approx(0.9817, abs=5e-4)


def deflated_of_the_paper(trials: int, skew: float = -3.0, kurtosis: float = 10.0) -> float:
    """The example of Bailey and Lopez de Prado (2014): annual 2.5 in 5 years of 250 days, annual variance 1/2."""
    return deflated_sharpe(2.5 / math.sqrt(250), 0.5 / 250, trials, 1250, skew, kurtosis)


def test_deflated_ratio_of_the_paper():
    assert expected_max_sharpe(0.5 / 250, 100) == pytest.approx(0.113172, abs=5e-7)
    assert deflated_of_the_paper(100) == pytest.approx(0.9004, abs=5e-5)
    assert deflated_of_the_paper(46) == pytest.approx(0.9505, abs=5e-5)
    # With normal returns the paper allows 88 trials where these moments allow 46.
    assert deflated_of_the_paper(88, 0.0, 3.0) == pytest.approx(0.9505, abs=5e-5)


def test_the_most_trials_of_the_paper():
    sharpe_a_day, variance = 2.5 / math.sqrt(250), 0.5 / 250
    assert trials_allowed(Moments(1250, sharpe_a_day, -3.0, 10.0), variance, 1250) == 46
    assert trials_allowed(Moments(1250, sharpe_a_day, 0.0, 3.0), variance, 1250) == 88
    assert trials_allowed(Moments(1250, 0.01, 0.0, 3.0), variance, 1250) == 0
    assert trials_allowed(Moments(1250, sharpe_a_day, 0.0, 3.0), 0.0, 1250) == MOST_TRIALS


@pytest.mark.parametrize(("trials", "expected"), [(1, 0.0), (40, 2.189), (100, 2.531), (1000, 3.255)])
def test_expected_maximum_published(trials, expected):
    assert expected_max_normal(trials) == pytest.approx(expected, abs=5e-4)


def test_expected_maximum_against_drawn_maxima():
    drawn = np.random.default_rng(7).standard_normal((20_000, 50)).max(axis=1)
    # The standard error of the drawn mean is 0.0033; the approximation is 1 % high at 50.
    assert expected_max_normal(50) == pytest.approx(float(drawn.mean()), abs=0.035)


@pytest.mark.parametrize(
    ("periods", "skew", "kurtosis", "years"),
    [(250, 0.0, 3.0, 2.73), (52, 0.0, 3.0, 2.83), (12, 0.0, 3.0, 3.24), (12, -0.72, 5.78, 4.99)],
)
def test_minimum_track_record_of_the_paper(periods, skew, kurtosis, years):
    # Annual 2 against 1 at 95 %, from daily, weekly and monthly returns.
    needed = min_track_record(2 / math.sqrt(periods), 1 / math.sqrt(periods), skew, kurtosis)
    assert needed / periods == pytest.approx(years, abs=6e-3)
    if periods == 250:
        assert needed == pytest.approx(682.8, abs=0.1)


@given(SHARPES, SHARPES, SKEWS, st.floats(0.0, 20.0))
def test_the_minimum_record_is_where_the_probability_reaches_the_confidence(ratio, benchmark, skew, more):
    kurtosis = skew * skew + 1.0 + more
    needed = min_track_record(ratio, benchmark, skew, kurtosis)
    if ratio <= benchmark:
        assert needed == math.inf
    elif 1.0 + 1e-9 < needed < 1e12:
        assert probabilistic_sharpe(ratio, benchmark, needed, skew, kurtosis) == pytest.approx(0.95, abs=1e-6)


@given(SHARPES, SKEWS, st.floats(0.0, 20.0), st.integers(2, 9000), st.integers(1, 5000))
def test_more_trials_never_raise_the_deflated_ratio(ratio, skew, more, n, trials):
    shape = (skew, skew * skew + 1.0 + more)
    one, deflated = deflated_sharpe(ratio, 0.001, 1, n, *shape), deflated_sharpe(ratio, 0.001, trials, n, *shape)
    assert 0.0 <= deflated <= one + 1e-12 or math.isnan(one)
    assert math.isnan(one) == math.isnan(probabilistic_sharpe(ratio, 0.0, n, *shape))
    if not math.isnan(one):
        assert one == pytest.approx(probabilistic_sharpe(ratio, 0.0, n, *shape))


def test_no_probability_without_a_second_period_or_for_impossible_moments():
    assert math.isnan(probabilistic_sharpe(0.1, 0.0, 1))
    # Skew 4 with kurtosis 1: 1 - 4 x 0.3 + 0 = -0.2.
    assert math.isnan(probabilistic_sharpe(0.3, 0.0, 100, 4.0, 1.0))


def test_autocorrelations_by_hand():
    # 1, -1, 1, -1: mean 0, squares 4; lag 1 -3/4, lag 2 2/4, lag 3 -1/4, nothing further.
    assert autocorrelations(np.array([1.0, -1.0, 1.0, -1.0]), 5).tolist() == [-0.75, 0.5, -0.25, 0.0, 0.0]


@pytest.mark.parametrize("rho", [-0.3, 0.2, 0.6])
def test_annual_factor_of_first_order_autocorrelation(rho):
    # Lo (2002), eq. 22: sqrt(q) / sqrt(1 + 2 rho / (1 - rho) (1 - (1 - rho^q) / (q (1 - rho)))).
    q = 12
    inside = 1 + 2 * rho / (1 - rho) * (1 - (1 - rho**q) / (q * (1 - rho)))
    assert annual_factor(rho ** np.arange(1, q), q) == pytest.approx(math.sqrt(q / inside))


def test_annual_factor_without_autocorrelation_and_without_a_year():
    assert annual_factor(np.zeros(0)) == pytest.approx(math.sqrt(252))
    # q = 2 and rho_1 = -1: 2 - 2 = 0, a year that never varies.
    assert math.isnan(annual_factor(np.array([-1.0]), 2))


def test_independent_sessions_by_hand():
    # 1 1 -1 -1 1 1 -1 -1: squares 8, lag 1: 1 -1 1 -1 1 -1 1 = 1, so 1/8; lag 2: -6/8.
    wave = np.array([1.0, 1, -1, -1, 1, 1, -1, -1])
    # L = 1: 1 + 2 x 1/2 x 1/8 = 1.125.
    assert independent_sessions(wave, 1) == pytest.approx(8 / 1.125)
    # L = 2: 1 + 2 (2/3 x 1/8 + 1/3 x -6/8) = 1 - 1/3: below 1, so nothing is gained.
    assert independent_sessions(wave, 2) == 8.0


def test_independent_sessions_of_overlapping_trades():
    # A return that is the mean of the last 20 draws: about n / 20 sessions are independent; Bartlett weights over
    # twice the overlap find the larger part of that (weights of 1 would find 20).
    draws = np.random.default_rng(3).standard_normal(40_000)
    overlapping = np.convolve(draws, np.full(20, 1 / 20), mode="valid")
    assert 12.0 < overlapping.size / independent_sessions(overlapping, 40) < 20.0
    assert draws.size / independent_sessions(draws, 40) < 1.3


@given(st.integers(0, 500), st.integers(1, 60))
def test_never_more_independent_sessions_than_sessions(seed, holding):
    returns = np.random.default_rng(seed).standard_t(4, 300)
    assert 1.0 <= independent_sessions(returns, holding) <= 300.0


def test_the_probability_means_what_it_says():
    # 4,000 records of 504 sessions without an edge: PSR(0) above 0.95 in 5 % of them (standard error 0.34 points).
    drawn = np.random.default_rng(11).standard_normal((4000, 504))
    ratios = drawn.mean(axis=1) / drawn.std(axis=1, ddof=1)
    share = np.mean([probabilistic_sharpe(float(one), 0.0, 504) > 0.95 for one in ratios])
    assert 0.04 < share < 0.06
