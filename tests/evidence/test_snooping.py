"""Reality check and superior ability: the vector worked by hand, arch beside it, and worlds without skill."""

from __future__ import annotations

import math
import os

import numpy as np
import pytest
from arch.bootstrap import SPA
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.snooping import Snooping, draws_of, reality_check, snooping, superior_ability
from alvh.maths.bootstrap import draw_blocks, row_indices
from alvh.values import Missing

SOAK = bool(os.environ.get("ALVH_SOAK"))

# Two models over six sessions, and eight resamples of the sessions (`methodology.md`, section 9).
MODELS = np.array([[0.02, -0.01, 0.03, 0.0, 0.01, -0.02], [0.0, 0.01, -0.02, 0.01, 0.0, 0.02]]).T
RESAMPLES = ["012345", "123450", "010145", "232323", "454501", "125034", "505050", "234234"]
DRAWN = np.array([MODELS[[int(row) for row in text]].mean(axis=0) for text in RESAMPLES])
MEANS = MODELS.mean(axis=0)


def test_reality_check_of_the_vector():
    # Means .005 and .00333; sqrt(6) x .005.
    found = reality_check(MEANS, DRAWN, 6)
    assert found.statistic == pytest.approx(0.0122474, abs=5e-8)
    assert found.p == 0.375
    # A fourth draw reaches exactly the statistic: with "at least" p is one half.
    reached = math.sqrt(6) * (DRAWN - MEANS).max(axis=1)
    assert np.mean(reached >= found.statistic - 1e-12) == 0.5


def test_superior_ability_of_the_vector():
    found = superior_ability(MEANS, DRAWN, 6)
    np.testing.assert_allclose(found.omega, [0.013655, 0.012076], atol=5e-7)
    assert found.statistic == pytest.approx(0.896922, abs=5e-7)
    assert found.p_consistent == 0.5


def test_what_is_taken_off_a_bad_model():
    # n = 20: threshold -sqrt(2 ln ln 20) = -1.481. Model B: mean -1, deviation of the draws .1 x sqrt(20) = .447, score
    # -10: irrelevant, so its draws around -1 stay below zero; taken off its mean they would reach .1 x sqrt(20) / .447.
    means = np.array([0.05, -1.0])
    drawn = np.array([[0.15, -0.9], [-0.05, -1.1], [0.15, -1.1], [-0.05, -0.9]])
    found = superior_ability(means, drawn, 20)
    # T = .05 x sqrt(20) / .447 = .5; A alone reaches 1 in two of four draws, B in two of four others.
    assert found.statistic == pytest.approx(0.5)
    assert (found.p_lower, found.p_consistent, found.p_upper) == (0.5, 0.5, 0.75)


def test_a_mildly_bad_model_still_counts():
    # Model B scores -.1 / .1 = -1, above -1.481: its mean is taken off, and it reaches 1 in two draws; lower leaves it.
    means = np.array([0.05, -0.1])
    drawn = np.array([[0.15, 0.0], [-0.05, -0.2], [0.15, -0.2], [-0.05, 0.0]])
    found = superior_ability(means, drawn, 20)
    assert (found.p_lower, found.p_consistent, found.p_upper) == (0.5, 0.75, 0.75)


def test_each_draw_may_be_measured_in_its_own_errors():
    # T = .05 x sqrt(20) / (.1 x sqrt(20)) = .5. Draws .1 and -.1 from the mean; in errors of .4, .1, 0 (none: .1) and
    # .1 they reach .25, -1, 1 and -1.
    means, drawn = np.array([0.05]), np.array([[0.15], [-0.05], [0.15], [-0.05]])
    errors = np.array([[0.4], [0.1], [0.0], [0.1]])
    assert superior_ability(means, drawn, 20, errors).p_upper == 0.25
    assert superior_ability(means, drawn, 20).p_upper == 0.5


def test_means_of_draws_are_those_of_their_rows():
    values = np.random.default_rng(2).standard_normal((70, 3))
    blocks = draw_blocks(5, 40, 70, 9.0)
    means, errors = draws_of(values, blocks)
    np.testing.assert_allclose(means, values[row_indices(blocks, 70)].mean(axis=1), atol=1e-12)
    assert errors.shape == (40, 3)


def test_arch_agrees_where_it_computes_the_same():
    # White's p-value is arch's upper one. Draws differ: three standard errors of a difference of two shares of 4,000.
    differences = np.random.default_rng(3).standard_normal((600, 6))
    other = SPA(np.zeros(600), -differences, block_size=10, reps=4000, seed=1)
    other.compute()
    drawn, _ = draws_of(differences, draw_blocks(1, 4000, 600, 10.0))
    ours = reality_check(differences.mean(axis=0), drawn, 600)
    assert 0.05 < ours.p < 0.95
    assert ours.p == pytest.approx(float(other.pvalues["upper"]), abs=3 * math.sqrt(2 * 0.25 / 4000))


@given(st.integers(0, 200), st.integers(1, 6), st.floats(0.01, 100.0))
def test_invariants_of_both_tests(seed, models, scale):
    rng = np.random.default_rng(seed)
    means = rng.standard_normal(models)
    drawn = means + rng.standard_normal((60, models))
    errors = rng.uniform(0.1, 2.0, (60, models)) if seed % 2 else None
    found, white = superior_ability(means, drawn, 50, errors), reality_check(means, drawn, 50)
    assert 0.0 <= found.p_lower <= found.p_consistent <= found.p_upper <= 1.0
    # In their own standard errors models may be of any size; the reality check must be scaled as a whole.
    sizes = np.full(models, 1.0)
    sizes[0] = scale
    own = None if errors is None else errors * sizes
    assert superior_ability(means * sizes, drawn * sizes, 50, own)[:4] == pytest.approx(found[:4])
    assert reality_check(means * scale, drawn * scale, 50).p == white.p


def test_noise_of_one_model_does_not_hide_another():
    # What studentising is for: a steady model with a real edge beside one fifty times as noisy.
    rng = np.random.default_rng(6)
    returns = np.column_stack([0.1 + 0.5 * rng.standard_normal(1000), 25.0 * rng.standard_normal(1000)])
    found = snooping(returns, np.zeros(1000), holding_sessions=5, seed=0, draws=500)
    assert isinstance(found, Snooping)
    assert found.strongest == 0
    assert found.superior_ability.p_consistent < 0.01
    assert found.published.p_consistent < 0.01
    assert found.reality_check.p > 10 * found.superior_ability.p_consistent + 0.02


def test_no_skill_is_found_where_there_is_none():
    # The worst overlap there is: every return the mean of 21 draws, ten models, four years, no edge. Nominal 5 %;
    # allowed is 7 % and three standard errors of a share. Measured over 300 worlds: 6.7 % (published form: 17 %).
    worlds = 300 if SOAK else 40
    rng = np.random.default_rng(5)
    found = []
    for world in range(worlds):
        sums = np.cumsum(np.vstack([np.zeros((1, 10)), rng.standard_normal((1020, 10))]), axis=0)
        one = snooping((sums[21:] - sums[:-21]) / 21, np.zeros(1000), holding_sessions=21, seed=world, draws=300)
        assert isinstance(one, Snooping)
        assert one.mean_block >= 21.0
        found.append(one.superior_ability.p_consistent)
    assert np.mean(np.array(found) < 0.05) <= 0.07 + 3 * math.sqrt(0.07 * 0.93 / worlds)
    assert 0.25 < np.mean(found) < 0.75


def test_the_best_of_a_set_and_what_is_refused():
    rng = np.random.default_rng(7)
    returns = 0.01 * rng.standard_normal((700, 3)) + np.array([0.0, 0.002, 0.0])
    benchmark = np.full(700, 0.0001)
    found = snooping(returns, benchmark, holding_sessions=21, seed=3, draws=400)
    assert isinstance(found, Snooping)
    assert (found.models, found.best, found.draws) == (3, 1, 400)
    assert found.best_annual == pytest.approx(252 * (returns[:, 1].mean() - 0.0001))
    assert found.superior_ability.p_upper < 0.05
    assert snooping(returns, benchmark, holding_sessions=21, seed=3, draws=400).reality_check == found.reality_check
    assert snooping(returns[:, :0], benchmark, holding_sessions=21, seed=3) == Missing("no model")
    assert snooping(returns[:503], benchmark[:503], holding_sessions=21, seed=3) == Missing(
        "503 sessions; at least 504 are needed for trades held 21 sessions"
    )
    assert snooping(np.zeros((700, 2)), np.zeros(700), holding_sessions=21, seed=3) == Missing(
        "no model ever differs from the benchmark"
    )
    returns[5, 0] = math.nan
    assert snooping(returns, benchmark, holding_sessions=21, seed=3) == Missing(
        "1 of 3 models have sessions without a difference to the benchmark"
    )


def test_a_model_that_is_the_benchmark_changes_nothing():
    rng = np.random.default_rng(9)
    returns = 0.01 * rng.standard_normal((600, 2)) + 0.001
    alone = snooping(returns, np.zeros(600), holding_sessions=5, seed=2, draws=200)
    beside = snooping(np.column_stack([returns, np.zeros(600)]), np.zeros(600), holding_sessions=5, seed=2, draws=200)
    assert isinstance(alone, Snooping)
    assert isinstance(beside, Snooping)
    assert beside.superior_ability[:4] == pytest.approx(alone.superior_ability[:4])


def test_too_few_blocks(monkeypatch):
    # Blocks of 80 sessions: 8 of them are 640.
    monkeypatch.setattr("alvh.evidence.snooping.mean_block", lambda *_: 80.0)
    returns = np.random.default_rng(1).standard_normal((640, 2))
    assert isinstance(snooping(returns, np.zeros(640), holding_sessions=21, seed=0, draws=9), Snooping)
    assert snooping(returns[:639], np.zeros(639), holding_sessions=21, seed=0) == Missing(
        "639 sessions are fewer than 8 mean blocks of 80"
    )


def test_models_that_are_all_worse_prove_nothing() -> None:
    # Far below the benchmark no draw comes near it, and the share of draws above the floor is nought: p must be 1.
    differences = np.random.default_rng(4).normal(-0.001, 0.001, (1_500, 6))
    found = snooping(differences, np.zeros(1_500), holding_sessions=5, seed=1, draws=200)
    assert isinstance(found, Snooping)
    assert found.best_annual < 0.0
    for one in (found.superior_ability, found.published):
        assert one.statistic == 0.0
        assert (one.p_lower, one.p_consistent, one.p_upper) == (1.0, 1.0, 1.0)
