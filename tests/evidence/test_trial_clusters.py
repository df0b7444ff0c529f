"""Trials that are alike are one trial."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.sharpe_tests import moments
from alvh.evidence.trial_clusters import Clusters, cluster_trials
from alvh.values import Missing


def families(seed: int, sizes: tuple[int, ...], own: float, sessions: int = 600) -> np.ndarray:
    """Trials in families: one common series each, plus noise of their own."""
    rng = np.random.default_rng(seed)
    blocks = [rng.standard_normal((sessions, 1)) + own * rng.standard_normal((sessions, size)) for size in sizes]
    return np.hstack(blocks) * 0.01


def test_families_are_found_in_their_order():
    # Within a family the correlation is 1 / (1 + 0.3^2) = 0.92.
    found = cluster_trials(families(1, (5, 1, 3), 0.3))
    assert isinstance(found, Clusters)
    assert found.labels.tolist() == [0] * 5 + [1] + [2] * 3
    assert found.count == 3


@pytest.mark.parametrize(("noise", "clusters"), [(0.55, 1), (0.85, 4)])
def test_the_threshold_is_half_of_the_variance(noise, clusters):
    # Correlation 1 / (1 + noise^2): 0.77 is one trial, 0.58 is none.
    found = cluster_trials(families(2, (4,), noise, 4000))
    assert isinstance(found, Clusters)
    assert found.count == clusters


def test_the_series_of_a_cluster_by_hand():
    # Twice the deviation is a quarter of the weight: (4 x + 2 x) / 5 with weights 4/5 and 1/5.
    wave = np.array([0.01, -0.01, 0.02, 0.01])
    found = cluster_trials(np.column_stack([wave, 2 * wave]))
    assert isinstance(found, Clusters)
    np.testing.assert_allclose(found.returns[:, 0], 1.2 * wave)
    assert found.sharpes[0] == pytest.approx(moments(wave).sharpe)
    assert found.implied == pytest.approx(1.0)


def test_implied_number_by_hand():
    # Orthogonal waves: average correlation 0, so as many as there are.
    found = cluster_trials(np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]))
    assert isinstance(found, Clusters)
    assert found.implied == pytest.approx(3.0)
    assert found.count == 3


def test_a_trial_that_never_traded_is_no_trial_and_a_gap_is_said():
    returns = families(3, (2, 2), 0.2)
    found = cluster_trials(np.column_stack([np.zeros(len(returns)), returns]))
    assert isinstance(found, Clusters)
    assert found.labels.tolist() == [-1, 0, 0, 1, 1]
    assert cluster_trials(np.zeros((5, 2))) == Missing("none of 2 trials ever traded")
    returns[4, 1] = math.nan
    assert cluster_trials(returns) == Missing("1 of 4 trials have sessions without a return")


@given(st.integers(0, 200), st.integers(1, 7))
def test_an_exact_copy_never_adds_a_trial(seed, trials):
    returns = np.random.default_rng(seed).standard_normal((80, trials))
    once, twice = cluster_trials(returns), cluster_trials(np.hstack([returns, returns]))
    assert isinstance(once, Clusters)
    assert isinstance(twice, Clusters)
    assert twice.labels[:trials].tolist() == twice.labels[trials:].tolist()
    assert 1 <= once.count <= trials
    assert once.returns.shape == (80, once.count)
