"""Histories drawn again and swapped: against plain arithmetic on the drawn sessions, and against published vectors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.measure import cvar95, max_drawdown
from alvh.maths.bootstrap import Blocks, draw_blocks, row_indices
from alvh.maths.resample import (
    CIRCULAR_OVER_STATIONARY,
    ar1_mean_block,
    falls_of_draws,
    falls_of_swaps,
    means_of_draws,
    tails_of_draws,
    tails_of_swaps,
)

N, DRAWS = 333, 40


def histories(seed: int = 3, n: int = N) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    without = 0.0003 + 0.01 * rng.standard_t(4, n)
    return np.maximum(-0.5, without + 0.004 * rng.standard_normal(n)), np.maximum(-0.5, without)


def plain_fall(returns: np.ndarray) -> float:
    days = np.datetime64("2010-01-01") + np.arange(returns.size)
    return max_drawdown(np.cumprod(1.0 + returns), 1.0, days).depth


@pytest.mark.parametrize(
    ("rho", "n", "stationary", "digits"), [(0.7, 200, 11.465, 3), (-0.7, 200, 11.465, 3), (0.1, 200, 2.013, 3)]
)
def test_the_block_of_an_ar1_is_the_published_one(rho: float, n: int, stationary: float, digits: int) -> None:
    assert round(ar1_mean_block(rho, n), digits) == stationary


def test_the_circular_block_is_longer_by_a_constant() -> None:
    # methodology.md, section 9: 11.465 and 13.124 for rho .7, n 200; the ratio 1.1447.
    assert ar1_mean_block(0.7, 200) * CIRCULAR_OVER_STATIONARY == pytest.approx(13.124, abs=5e-4)
    assert pytest.approx(1.1447, abs=5e-5) == CIRCULAR_OVER_STATIONARY


def test_independence_asks_for_no_block_and_a_unit_root_for_all() -> None:
    assert ar1_mean_block(0.0, 200) == 1.0
    assert ar1_mean_block(0.01, 10) == 1.0
    assert math.isinf(ar1_mean_block(1.0, 200))


@given(st.integers(0, 10_000), st.integers(2, 90), st.floats(1.0, 40.0))
def test_draws_are_what_the_drawn_sessions_come_to(seed: int, n: int, mean_block: float) -> None:
    values = histories(seed, n)[0]
    blocks = draw_blocks(seed, 5, n, mean_block)
    rows = values[row_indices(blocks, n)]
    assert means_of_draws(values, *blocks)[:, 0] == pytest.approx(rows.mean(axis=1), abs=1e-14)
    falls = np.expm1(falls_of_draws(np.log1p(values), *blocks))
    assert falls == pytest.approx([plain_fall(row) for row in rows], abs=1e-12)
    if n >= 20:
        tails = tails_of_draws(values, np.argsort(values), 0.05, *blocks)
        assert tails == pytest.approx([cvar95(row) for row in rows], abs=1e-14)


def test_the_standard_error_of_a_draw_is_that_of_its_block_sums() -> None:
    # One draw of the history (1, 2, 3, 6): blocks of rows (1, 2) and (3, 0), sums 2 + 3 = 5 and 6 + 1 = 7, mean 3:
    # sqrt((5 - 6)^2 + (7 - 6)^2) / 4 = sqrt(2) / 4.
    blocks = Blocks(np.array([0, 2]), np.array([0.25, 0.75]), np.array([2, 2]))
    mean, error = means_of_draws(np.array([1.0, 2.0, 3.0, 6.0]), *blocks)[0]
    assert mean == 3.0
    assert error == pytest.approx(math.sqrt(2.0) / 4.0, rel=1e-14)


def test_swaps_are_what_the_swapped_accounts_come_to() -> None:
    one, other = histories()
    blocks = draw_blocks(9, DRAWS, N, 30.0)
    logs = np.log1p(one), np.log1p(other)
    falls = falls_of_swaps(*logs, *blocks)
    pooled = np.concatenate((one, other))
    tails = tails_of_swaps(pooled, np.argsort(pooled), 0.05, *blocks)
    for draw in range(DRAWS):
        at = slice(blocks.first[draw], blocks.first[draw + 1])
        swapped = np.repeat(blocks.position[at] < 0.5, blocks.length[at])
        first, second = np.where(swapped, other, one), np.where(swapped, one, other)
        assert falls[draw] == pytest.approx(plain_fall(first) - plain_fall(second), abs=1e-12)
        assert tails[draw] == pytest.approx(cvar95(first) - cvar95(second), abs=1e-14)


def test_nothing_swapped_is_what_happened_and_all_swapped_its_opposite() -> None:
    one, other = histories()
    blocks = Blocks(np.array([0, 1, 2]), np.array([0.9, 0.1]), np.array([N, N]))
    falls = falls_of_swaps(np.log1p(one), np.log1p(other), *blocks)
    assert falls[0] == pytest.approx(plain_fall(one) - plain_fall(other), abs=1e-12)
    assert falls[1] == -falls[0]
    pooled = np.concatenate((one, other))
    tails = tails_of_swaps(pooled, np.argsort(pooled), 0.05, *blocks)
    assert tails[0] == pytest.approx(cvar95(one) - cvar95(other), abs=1e-14)
    assert tails[1] == pytest.approx(-tails[0], rel=1e-12)


def test_equal_accounts_differ_in_no_swap() -> None:
    one, _ = histories()
    blocks = draw_blocks(9, DRAWS, N, 30.0)
    pooled = np.concatenate((one, one))
    assert not falls_of_swaps(np.log1p(one), np.log1p(one), *blocks).any()
    assert tails_of_swaps(pooled, np.argsort(pooled), 0.05, *blocks) == pytest.approx(np.zeros(DRAWS), abs=1e-16)
