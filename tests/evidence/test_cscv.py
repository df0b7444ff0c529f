"""Cross-validation of a search: the vector worked by hand, a plain twin, and worlds whose truth is known."""

from __future__ import annotations

import math
import os
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.cscv import GATE, Overfitting, blocks_for, half_sharpes, halves, logits_of, overfitting
from alvh.values import Missing

SOAK = bool(os.environ.get("ALVH_SOAK"))

# Means of four blocks for configurations A, B, C (`methodology.md`, section 9).
BLOCK_MEANS = np.array([[3.0, 1.0, 2.2], [-1.0, 2.0, 0.5], [2.5, 0.4, 1.1], [-2.0, 1.3, 2.4]])


def test_the_vector_with_the_mean_as_measure():
    half = halves(4).astype(float)
    winners, logits = logits_of(half @ BLOCK_MEANS / 2, half[::-1] @ BLOCK_MEANS / 2)
    # 12: A 1, B 1.5, C 1.35: B wins; outside A .25, B .85, C 1.75: the middle, logit 0. And so on.
    assert winners.tolist()[0] == 1
    np.testing.assert_allclose(logits, [0.0, -math.log(3), 0.0, 0.0, -math.log(3), 0.0], atol=1e-12)
    assert np.mean(logits <= 0) == 1.0
    assert np.mean(logits < 0) == pytest.approx(1 / 3)


def test_halves_and_what_they_leave_out():
    assert halves(4).astype(int).tolist()[:2] == [[1, 1, 0, 0], [1, 0, 1, 0]]
    assert len(halves(16)) == 12_870
    np.testing.assert_array_equal(halves(8)[::-1], ~halves(8))


def test_equals_share_the_middle_of_their_ranks():
    # Out-of-sample 5, 5, 1: the winner shares ranks 2 and 3; 2.5 / 4 = 5/8.
    _, logits = logits_of(np.array([[9.0, 0.0, 0.0]]), np.array([[5.0, 5.0, 1.0]]))
    assert logits[0] == pytest.approx(math.log(5 / 3))


def plain(returns: np.ndarray, blocks: int) -> tuple[list[int], list[float], list[float], list[float]]:
    """The definition, one split and one configuration at a time."""
    length = len(returns) // blocks
    kept = returns[len(returns) - blocks * length :]
    rows = [range(b * length, (b + 1) * length) for b in range(blocks)]
    winners, logits, inside, outside = [], [], [], []
    for chosen in combinations(range(blocks), blocks // 2):
        here = [i for b in chosen for i in rows[b]]
        there = [i for b in range(blocks) if b not in chosen for i in rows[b]]
        scores = [(c[here].mean() / c[here].std(ddof=1), c[there].mean() / c[there].std(ddof=1)) for c in kept.T]
        best = max(range(len(scores)), key=lambda k: scores[k][0])
        rank = sum(scores[best][1] >= other for _, other in scores)
        share = rank / (len(scores) + 1)
        winners.append(best)
        logits.append(math.log(share / (1 - share)))
        inside.append(scores[best][0])
        outside.append(scores[best][1])
    return winners, logits, inside, outside


@pytest.mark.parametrize(("sessions", "configurations", "mean"), [(403, 5, 0.0), (333, 8, 0.01), (160, 2, -3.0)])
def test_block_sums_agree_with_the_plain_twin(sessions, configurations, mean):
    returns = np.random.default_rng(sessions).normal(mean, 0.01, (sessions, configurations))
    found = overfitting(returns, holding_sessions=5, blocks=8)
    assert isinstance(found, Overfitting)
    winners, logits, inside, outside = plain(returns, 8)
    assert found.winners.tolist() == winners
    np.testing.assert_allclose(found.logits, logits)
    np.testing.assert_allclose(found.best_inside, inside, rtol=1e-9)
    np.testing.assert_allclose(found.best_outside, outside, rtol=1e-9)
    assert found.pbo == np.mean(np.array(logits) <= 0)
    assert found.loss_probability == np.mean(np.array(outside) < 0)
    slope, intercept = np.polyfit(inside, outside, 1)
    assert (found.slope, found.intercept) == (pytest.approx(slope), pytest.approx(intercept))
    assert found.dropped == sessions % 8


def test_the_kernel_is_its_plain_function():
    # Two blocks of two sessions, 1 3 and 5 7: the first alone 2 / sqrt(2), both 4 / sqrt(20/3).
    sums, squares = np.array([[4.0], [12.0]]), np.array([[10.0], [74.0]])
    half = np.array([[True, False], [True, True]])
    for way in (half_sharpes, half_sharpes.py_func):
        found = way(half, sums, squares, np.zeros(1), np.zeros(1), 2)
        np.testing.assert_allclose(found, [[2 / math.sqrt(2)], [4 / math.sqrt(20 / 3)]])


def controls(seed: int, edge: float, matrices: int) -> np.ndarray:
    """PBO of searches over 200 configurations in 1,000 sessions, 20 of them with an edge a session (deviation 1)."""
    rng = np.random.default_rng(seed)
    out = []
    for _ in range(matrices):
        returns = rng.standard_normal((1000, 200))
        returns[:, :20] += edge
        found = overfitting(returns, holding_sessions=1)
        assert isinstance(found, Overfitting)
        assert len(found.logits) == 12_870
        out.append(found.pbo)
    return np.array(out)


def test_published_control_without_skill():
    # Published: 0.476 +- 0.137 over 60 such searches; the mean of m of them has a standard error of 0.137 / sqrt(m).
    matrices = 60 if SOAK else 12
    found = controls(0, 0.0, matrices)
    assert found.mean() == pytest.approx(0.476, abs=3 * 0.137 / math.sqrt(matrices))
    assert 0.08 < found.std(ddof=1) < 0.21


def test_published_control_with_an_edge():
    # Published: 0.001, with 0.15 a session (2.38 a year) in 20 of 200.
    found = controls(1, 0.15, 12 if SOAK else 3)
    assert found.mean() < 0.01
    assert found.max() <= GATE


def test_the_better_it_looked_the_worse_it_got():
    # What is fixed in sum over the history must be lost outside where it was won inside: slope -1.
    rng = np.random.default_rng(4)
    returns = rng.standard_normal((800, 30)) * 0.01
    returns -= returns.mean(axis=0)
    found = overfitting(returns, holding_sessions=10)
    assert isinstance(found, Overfitting)
    assert found.slope == pytest.approx(-1.0, abs=0.15)
    assert found.loss_probability == 1.0
    assert found.pbo > 0.99
    assert not found.passes


def test_a_configuration_that_never_trades_has_the_ratio_zero():
    rng = np.random.default_rng(8)
    losing = rng.standard_normal((640, 1)) * 0.01
    losing -= losing.mean() + 0.02
    found = overfitting(np.hstack([losing, np.zeros((640, 1))]), holding_sessions=10)
    assert isinstance(found, Overfitting)
    assert set(found.winners.tolist()) == {1}
    assert not found.best_inside.any()
    assert found.pbo == 0.0
    assert math.isnan(found.slope)


def test_a_pause_of_a_half_is_no_ratio_of_rounding():
    returns = np.random.default_rng(9).standard_normal((800, 2)) * 0.01 + 0.003
    returns[:400, 0] = 0.0
    found = overfitting(returns, holding_sessions=10, blocks=8)
    assert isinstance(found, Overfitting)
    assert np.abs(found.best_inside).max() < 1.0
    assert found.winners[0] == 1


@pytest.mark.parametrize(
    ("sessions", "holding", "blocks"), [(5000, 30, 16), (1920, 30, 16), (1919, 30, 14), (960, 30, 8), (959, 30, 0)]
)
def test_as_many_blocks_as_holding_periods_allow(sessions, holding, blocks):
    # 16 blocks of 4 x 30 sessions are 1,920.
    assert blocks_for(sessions, holding) == blocks


def test_what_is_refused():
    noise = np.random.default_rng(0).standard_normal((959, 3))
    assert overfitting(noise[:, :1], holding_sessions=1) == Missing("1 configuration: nothing was chosen among several")
    assert overfitting(noise, holding_sessions=30) == Missing(
        "959 sessions make 7 blocks of 120 (4 holding periods of 30); 8 are needed, an even number from 8 on"
    )
    assert isinstance(overfitting(noise, holding_sessions=1, blocks=9), Missing)
    noise[3, 2] = math.nan
    assert overfitting(noise, holding_sessions=1) == Missing("1 of 3 configurations have sessions without a return")


@given(st.integers(0, 300), st.integers(2, 6), st.floats(0.1, 10.0))
def test_the_answer_does_not_depend_on_scale_or_order(seed, configurations, scale):
    returns = np.random.default_rng(seed).standard_normal((96, configurations))
    found = overfitting(returns, holding_sessions=1, blocks=8)
    other = overfitting(scale * returns[:, ::-1], holding_sessions=1, blocks=8)
    assert isinstance(found, Overfitting)
    assert isinstance(other, Overfitting)
    assert found.pbo == other.pbo
    np.testing.assert_array_equal(found.winners, configurations - 1 - other.winners)
    assert found.pbo_strict <= found.pbo
    if configurations % 2 == 0:
        assert found.pbo_strict == found.pbo
