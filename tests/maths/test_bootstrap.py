"""Blocks of a history: contiguous, of the right length, on average the history itself, and the same for a seed."""

from __future__ import annotations

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap, optimal_block_length
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.maths.bootstrap import Blocks, block_sum, draw_blocks, row_indices, running_sums


def test_two_paths_worked_by_hand() -> None:
    # Path 1: from 0.5 x 4 = row 2, three sessions: 2, 3 and, wrapped, 0. Path 2: row 0 once, then from row 3: 3, 0.
    blocks = Blocks(np.array([0, 1, 3]), np.array([0.5, 0.1, 0.75]), np.array([3, 1, 2]))
    assert row_indices(blocks, 4).tolist() == [[2, 3, 0], [0, 3, 0]]
    sums = running_sums(np.array([[1.0], [10.0], [100.0], [1000.0]]))
    assert sums[:, 0].tolist() == [0.0, 1.0, 11.0, 111.0, 1111.0]
    assert block_sum(sums, 0, 2, 3) == 1101.0
    assert block_sum(sums, 0, 0, 1) + block_sum(sums, 0, 3, 2) == 1002.0
    # Longer than the history: twice around and one row more.
    assert block_sum(sums, 0, 1, 9) == 2232.0


@given(st.integers(0, 99), st.integers(1, 60), st.integers(1, 130))
def test_a_block_is_the_sum_of_its_rows_compiled_or_not(seed: int, rows: int, length: int) -> None:
    values = np.random.default_rng(seed).standard_normal((rows, 2))
    start = seed % rows
    by_rows = values[(start + np.arange(length)) % rows, 1].sum()
    sums = running_sums(values)
    assert block_sum(sums, 1, start, length) == pytest.approx(by_rows, abs=1e-9)
    assert block_sum.py_func(sums, 1, start, length) == block_sum(sums, 1, start, length)


@settings(max_examples=40)
@given(st.integers(0, 9), st.integers(1, 50), st.integers(1, 80), st.floats(1.0, 30.0), st.integers(1, 300))
def test_rows_follow_each_other_within_a_block(seed: int, paths: int, horizon: int, mean: float, rows: int) -> None:
    blocks = draw_blocks(seed, paths, horizon, mean)
    indices = row_indices(blocks, rows)
    assert indices.shape == (paths, horizon)
    assert blocks.length.min() >= 1
    flat, start = indices.reshape(-1), 0
    for position, length in zip(blocks.position, blocks.length, strict=True):
        assert flat[start] == int(position * rows)
        assert ((np.diff(flat[start : start + length]) - 1) % rows == 0).all()
        start += length


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    one = draw_blocks(7, 20, 63, 15.0)
    draw_blocks.cache_clear()
    two = draw_blocks(7, 20, 63, 15.0)
    assert [x.tobytes() for x in one] == [x.tobytes() for x in two]
    assert one.position.tobytes() != draw_blocks(8, 20, 63, 15.0).position.tobytes()


def test_blocks_have_their_mean_length() -> None:
    # In 2000 paths of 1000 sessions a block ends at the horizon once a path: 15 (1 - 1/15 x ...) is 14.8 within 0.2.
    assert draw_blocks(1, 2000, 1000, 15.0).length.mean() == pytest.approx(14.8, abs=0.2)


def test_mean_and_variance_are_the_historys() -> None:
    history = np.random.default_rng(3).standard_normal(400) * 0.01 + 0.0004
    drawn = history[row_indices(draw_blocks(5, 4000, 63, 15.0), 400)]
    assert drawn.mean() == pytest.approx(history.mean(), abs=4.0 * history.std() / np.sqrt(4000 * 63 / 15))
    assert drawn.std() == pytest.approx(history.std(), rel=0.02)


def test_the_error_of_a_mean_is_that_of_an_independent_library() -> None:
    noise = np.random.default_rng(11).standard_normal(500)
    history = np.zeros(500)
    for t in range(1, 500):
        history[t] = 0.5 * history[t - 1] + noise[t]
    ours = history[row_indices(draw_blocks(2, 4000, 500, 15.0), 500)].mean(axis=1).std()
    theirs = StationaryBootstrap(15, history, seed=4).apply(np.mean, 2000).std()
    assert ours == pytest.approx(theirs, rel=0.06)
    # A block of 15 is no shorter than what such a series asks for.
    assert optimal_block_length(history)["stationary"].iloc[0] < 15.0


@pytest.mark.parametrize("wrong", [(0, 63, 15.0), (10, 0, 15.0), (10, 63, 0.5)])
def test_there_is_nothing_to_draw_from_nothing(wrong: tuple[int, int, float]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        draw_blocks(1, *wrong)
