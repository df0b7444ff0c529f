"""Choosing as one goes: small histories worked by hand, worlds with and without skill, and no look ahead."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.splits import combinatorial_splits
from alvh.evidence.walk_forward import (
    CrossValidation,
    WalkForward,
    cross_validation,
    growth_of,
    sharpes_of,
    walk_forward,
)
from alvh.values import Missing


def noise(seed: int, sessions: int, configurations: int, mean: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 0.01, (sessions, configurations))


def test_ratios_and_growth_by_hand():
    # 1 %, -1 %, 3 %: mean 1 %, deviation 2 %. A constant is nothing ventured.
    columns = np.array([[0.01, 0.0], [-0.01, 0.0], [0.03, 0.0]])
    np.testing.assert_allclose(sharpes_of(columns), [0.5, 0.0])
    # +10 % and -50 % over two sessions: 0.55 in two sessions, 126 times over a year.
    np.testing.assert_allclose(growth_of(np.array([[0.1], [-0.5]])), [0.55**126 - 1])
    assert math.isnan(growth_of(np.array([[0.1], [-1.0]]))[0])


def test_the_walk_changes_horses_when_the_past_says_so():
    # A is better for 1,000 sessions, then B. Tests of 126 sessions choose on the 504 before a gap of 21.
    returns = noise(1, 2000, 2)
    returns[:1000, 0] += 0.01
    returns[1000:, 1] += 0.01
    walk = walk_forward(returns, np.zeros(2000), holding_sessions=21, anchored=False)
    assert isinstance(walk, WalkForward)
    # Tests begin at 525, 651, ..., 1911; those up to 1000 + 21 choose on A alone.
    assert walk.chosen[:4].tolist() == [0, 0, 0, 0]
    assert walk.chosen[-4:].tolist() == [1, 1, 1, 1]
    assert walk.sessions.tolist() == list(range(525, 2000))
    start = 525 + 3 * 126
    np.testing.assert_array_equal(walk.returns[: start - 525], returns[525:start, 0])
    assert walk.sharpe_annual == pytest.approx(walk.returns.mean() / walk.returns.std(ddof=1) * math.sqrt(252))
    assert walk.cagr == pytest.approx(np.prod(1 + walk.returns) ** (252 / walk.returns.size) - 1)
    # Anchored, A's early luck is forgotten later.
    anchored = walk_forward(returns, np.zeros(2000), holding_sessions=21, anchored=True)
    assert isinstance(anchored, WalkForward)
    assert (anchored.chosen == 0).sum() > (walk.chosen == 0).sum()


def test_cash_is_taken_off_the_ratio_and_not_off_the_growth():
    returns = noise(2, 1100, 3, 0.0005)
    with_cash = walk_forward(returns + 0.0002, np.full(1100, 0.0002), holding_sessions=21, anchored=True)
    without = walk_forward(returns, holding_sessions=21, anchored=True)
    assert isinstance(with_cash, WalkForward)
    assert isinstance(without, WalkForward)
    assert with_cash.sharpe_annual == pytest.approx(without.sharpe_annual)
    assert with_cash.cagr > without.cagr
    assert with_cash.chosen.tolist() == without.chosen.tolist()


def test_what_noise_promises_is_not_kept_and_skill_is():
    promised, kept, skilled = [], [], []
    for seed in range(12):
        walk = walk_forward(noise(seed, 1600, 40), np.zeros(1600), holding_sessions=21, anchored=False)
        assert isinstance(walk, WalkForward)
        promised.append(walk.inside_annual)
        kept.append(walk.sharpe_annual)
        returns = noise(100 + seed, 1600, 40)
        returns[:, 7] += 0.0018
        walk = walk_forward(returns, np.zeros(1600), holding_sessions=21, anchored=True)
        assert isinstance(walk, WalkForward)
        skilled.append(walk.kept)
    # The best of 40 in 504 sessions: 2.16 errors of sqrt(252 / 504); out-of-sample nothing, +- sqrt(252 / 1075 / 12).
    assert np.mean(promised) == pytest.approx(2.16 * math.sqrt(0.5), abs=0.25)
    assert abs(np.mean(kept)) < 3 * math.sqrt(252 / 1075 / 12)
    assert np.mean(skilled) > 0.7


def test_holding_each_is_judged_on_the_same_sessions():
    returns = noise(3, 1300, 4)
    walk = walk_forward(returns, np.zeros(1300), holding_sessions=21, anchored=True)
    assert isinstance(walk, WalkForward)
    np.testing.assert_allclose(walk.held.sharpes_annual, sharpes_of(returns[525:]) * math.sqrt(252))
    np.testing.assert_allclose(walk.held.cagrs, growth_of(returns[525:]))
    assert walk.held.best == walk.held.sharpes_annual.argmax()
    assert walk.beaten == np.mean(walk.held.sharpes_annual < walk.sharpe_annual)
    # 1,300 - 525 = 775 sessions in tests of 126: seven choices.
    assert walk.about.startswith("chosen 7 times on everything before, held over 775 sessions in all; it beat ")
    assert walk.about.endswith(f"the best of which had {walk.held.sharpes_annual.max():.2f}")


def test_no_promise_keeps_no_share():
    walk = walk_forward(noise(4, 1100, 2, -0.01), np.zeros(1100), holding_sessions=21, anchored=True)
    assert isinstance(walk, WalkForward)
    assert walk.inside_annual < 0.0
    assert math.isnan(walk.kept)


@given(st.integers(0, 100), st.integers(600, 1000), st.booleans())
def test_the_walk_knows_nothing_of_the_future(seed, changed_from, anchored):
    returns = noise(seed, 1100, 3)
    other = returns.copy()
    other[changed_from:] = -other[changed_from:] + 0.003
    one = walk_forward(returns, np.zeros(1100), holding_sessions=21, anchored=anchored)
    two = walk_forward(other, np.zeros(1100), holding_sessions=21, anchored=anchored)
    assert isinstance(one, WalkForward)
    assert isinstance(two, WalkForward)
    known = np.searchsorted(one.sessions, changed_from)
    np.testing.assert_array_equal(one.returns[:known], two.returns[:known])
    # A choice whose past ends before the change is the same: 21 sessions lie between a past and its test.
    begins = 525 + 126 * np.arange(len(one.chosen))
    same = begins - 21 <= changed_from
    np.testing.assert_array_equal(one.chosen[same], two.chosen[same])


def test_paths_are_put_together_from_their_splits():
    returns = noise(5, 1013, 5)
    found = cross_validation(returns, np.zeros(1013), holding_sessions=5, groups=6, tested=2)
    assert isinstance(found, CrossValidation)
    made = combinatorial_splits(1013, groups=6, tests=2, purge=5, embargo=5)
    assert not isinstance(made, Missing)
    best = [int(sharpes_of(returns[split.train]).argmax()) for split in made.splits]
    assert found.chosen.tolist() == best
    assert found.sharpes_annual.shape == (5,)
    for number, path in enumerate(made.paths):
        stitched = np.concatenate([returns[made.groups[g], best[split]] for g, split in enumerate(path)])
        expected = stitched.mean() / stitched.std(ddof=1) * math.sqrt(252)
        assert found.sharpes_annual[number] == pytest.approx(expected)
        assert found.cagrs[number] == pytest.approx(np.prod(1 + stitched) ** (252 / 1013) - 1)
    assert found.losing == np.mean(found.sharpes_annual < 0)
    assert found.median_annual == sorted(found.sharpes_annual)[2]
    assert found.median_cagr == sorted(found.cagrs)[2]
    assert found.about.startswith("15 choices on 4 of 6 parts of the history, 5 sessions left out beside each")


def test_paths_of_noise_often_lose_and_those_of_skill_never():
    losing = []
    for seed in range(10):
        found = cross_validation(noise(seed, 1100, 20), np.zeros(1100), holding_sessions=21)
        assert isinstance(found, CrossValidation)
        assert found.sharpes_annual.shape == (9,)
        losing.append(found.losing)
    assert 0.2 < np.mean(losing) < 0.95
    returns = noise(50, 1100, 20)
    returns[:, 3] += 0.002
    found = cross_validation(returns, np.zeros(1100), holding_sessions=21)
    assert isinstance(found, CrossValidation)
    assert found.losing == 0.0
    assert (found.chosen == 3).mean() > 0.9


@pytest.mark.parametrize("way", ["walk", "paths"])
def test_what_is_refused(way):
    def ask(returns: np.ndarray, cash: np.ndarray, holding: int) -> object:
        if way == "walk":
            return walk_forward(returns, cash, holding_sessions=holding, anchored=True)
        return cross_validation(returns, cash, holding_sessions=holding)

    returns, cash = noise(0, 1100, 2), np.zeros(1100)
    assert ask(returns[:, :1], cash, 21) == Missing("1 configuration: nothing to choose among")
    gap = returns.copy()
    gap[9, 1] = math.nan
    assert ask(gap, cash, 21) == Missing("1 of 2 configurations have sessions without a return")
    assert ask(returns, gap[:, 1], 21) == Missing("what cash earned is not known on every session")
    short = ask(returns[:1000], cash[:1000], 21)
    assert isinstance(short, Missing)
    assert short.why.startswith("1000 sessions: ")
    # Trades of 45 sessions: 24 of them are 1,080, and as much again is needed.
    assert isinstance(ask(returns, cash, 45), Missing)
