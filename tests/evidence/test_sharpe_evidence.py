"""What is said of a record, what is refused, and why."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.sharpe_evidence import Deflated, SharpeEvidence, fewest_sessions, sharpe_evidence
from alvh.evidence.sharpe_tests import deflated_sharpe, min_track_record, probabilistic_sharpe
from alvh.values import Missing

RECORD = np.random.default_rng(5).normal(0.0006, 0.01, 2520)
TRIALS = np.array([0.01, 0.02, 0.03, 0.06])


def test_the_shortest_record_is_two_years_or_24_holding_periods():
    assert fewest_sessions(21) == 504
    assert fewest_sessions(45) == 24 * 45


def test_a_short_record_is_refused_whole():
    found = sharpe_evidence(RECORD[:503], TRIALS, holding_sessions=21)
    why = Missing(
        "503 sessions; below 504 (two years, or 24 holding periods of 21 sessions) a Sharpe ratio says nothing"
    )
    assert found == SharpeEvidence(why, why, why, why, why, why, why, why, (), why, why, why)


def test_a_gap_is_not_bridged():
    gap = RECORD.copy()
    gap[7] = math.nan
    found = sharpe_evidence(gap, TRIALS, holding_sessions=21)
    assert found.psr == Missing("1 of 2520 returns are not known")
    assert found.counted == found.psr


def test_every_number_is_that_of_its_formula():
    found = sharpe_evidence(RECORD, TRIALS, holding_sessions=5)
    m, n = found.moments, found.independent
    assert not isinstance(m, Missing)
    assert found.sharpe_annual == pytest.approx(m.sharpe * math.sqrt(252))
    assert found.psr == probabilistic_sharpe(m.sharpe, 0.0, 2520, m.skew, m.kurtosis)
    assert found.psr_independent == probabilistic_sharpe(m.sharpe, 0.0, n, m.skew, m.kurtosis)
    # Variance of 1, 2, 3, 6 (per cent): mean 3, squares 4 + 1 + 0 + 9 = 14, over 3.
    variance = 14 / 3 * 1e-4
    assert isinstance(found.counted, Deflated)
    assert found.counted.trials == 4
    assert found.counted.dsr == pytest.approx(deflated_sharpe(m.sharpe, variance, 4, 2520, m.skew, m.kurtosis))
    assert [one.trials for one in found.bracket] == [2, 4, 40]
    assert found.bracket[1] == found.counted
    assert found.min_track_years == pytest.approx(min_track_record(m.sharpe, 0.0, m.skew, m.kurtosis) / 252)
    assert found.min_track_years_independent == pytest.approx(found.min_track_years * 2520 / n)
    assert found.clustered == Missing(
        "the trials' daily returns are not known, so which of them are alike is not known"
    )


def test_a_single_trial_is_not_deflated():
    found = sharpe_evidence(RECORD, TRIALS[:1], holding_sessions=21, cluster_sharpes=TRIALS[:1])
    assert isinstance(found.counted, Missing)
    assert found.counted.why.startswith("one trial: nothing was selected")
    assert f"{found.psr:.3f}" in found.counted.why
    assert isinstance(found.clustered, Missing)
    assert found.clustered.why.startswith("all trials are alike")
    assert found.bracket == ()


def test_a_trial_without_a_ratio_counts_as_a_trial():
    found = sharpe_evidence(RECORD, np.append(TRIALS, [math.nan, math.nan]), holding_sessions=21)
    assert isinstance(found.counted, Deflated)
    assert found.counted.trials == 6
    unknown = sharpe_evidence(RECORD, np.array([0.02, math.nan]), holding_sessions=21)
    assert unknown.counted == Missing("the Sharpe ratio is known of 1 of 2 trials: their spread is not known")


def test_clusters_that_agree_still_scatter_by_the_sampling_error():
    found = sharpe_evidence(RECORD, TRIALS, holding_sessions=21, cluster_sharpes=np.array([0.02, 0.02]))
    m, n = found.moments, found.independent
    assert not isinstance(m, Missing)
    assert not isinstance(n, Missing)
    assert isinstance(found.clustered, Deflated)
    expected = deflated_sharpe(m.sharpe, 1 / (n - 1), 2, n, m.skew, m.kurtosis)
    assert found.clustered.dsr_independent == pytest.approx(expected)


def test_a_losing_record_needs_no_length():
    found = sharpe_evidence(-RECORD, TRIALS, holding_sessions=21)
    assert found.min_track_years == Missing("the ratio is not above 0")
    assert found.trials_allowed == 0


@given(st.integers(0, 300), st.integers(1, 40))
def test_autocorrelation_never_raises_certainty(seed, holding):
    rng = np.random.default_rng(seed)
    returns = np.convolve(rng.standard_t(4, 1060) * 0.01, np.ones(holding), mode="valid")[:1020] + 0.0004 * holding
    found = sharpe_evidence(returns, TRIALS, holding_sessions=holding)
    assert not isinstance(found.moments, Missing)
    # Fewer independent sessions move the probability towards one half.
    assert abs(found.psr_independent - 0.5) <= abs(found.psr - 0.5) + 1e-12
    assert isinstance(found.counted, Deflated)
    assert abs(found.counted.dsr_independent - 0.5) <= abs(found.counted.dsr - 0.5) + 1e-12
