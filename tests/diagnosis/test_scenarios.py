"""Scenarios: moves within one contract, a walk worked by hand, compiled and plain alike, and nothing of the future."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from alvh.diagnosis.scenarios import (
    MOVES,
    SPX_COLUMN,
    VVIX_COLUMN,
    at_todays_scale,
    complete,
    fill_vx_moves,
    joint_moves,
    path_moves,
    rescale,
    walk,
)
from alvh.market.history import build_history
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.maths.bootstrap import Blocks, draw_blocks, row_indices, running_sums
from tiny_market import TinySpec

SPEC = TinySpec(seed=5, sessions=220, shock_at=(120,))


def test_a_vx_move_is_read_between_two_contracts() -> None:
    # Contracts 20, 50 and 110 days out yesterday moved by 10 %, 4 % and 1 % (in logarithms).
    before = np.array([15.0, 16.0, 17.0])
    settle = np.array([before, before * np.exp([0.10, 0.04, 0.01])])
    out = np.full((2, 7), np.nan)
    fill_vx_moves(settle, np.array([20, 50, 110]), np.array([0, 1]), out)
    # 30: 0.10 - 10/30 x 0.06 = 0.08. 60: 0.04 - 10/60 x 0.03 = 0.035. 90: 0.04 - 40/60 x 0.03 = 0.02. Then the last.
    assert out[1, 1:6] == pytest.approx([0.08, 0.035, 0.02, 0.01, 0.01])
    plain = np.full((2, 7), np.nan)
    fill_vx_moves.py_func(settle, np.array([20, 50, 110]), np.array([0, 1]), plain)
    assert plain.tobytes() == out.tobytes()


def test_a_contract_without_two_settlements_moves_nothing() -> None:
    settle = np.array([[15.0, math.nan], [math.nan, 16.0]])
    out = np.full((2, 7), np.nan)
    fill_vx_moves(settle, np.array([20, 50]), np.array([0, 1]), out)
    assert np.isnan(out).all()


def test_two_paths_worked_by_hand() -> None:
    # Rows: SPX +1 %, -2 %; VX at 30 days +3 %, +5 %, at 60 days +1 %, +2 %; VVIX +4 %, -1 %.
    rows = np.zeros((2, 7))
    rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 6] = (0.01, -0.02), (0.03, 0.05), (0.01, 0.02), (0.04, -0.01)
    blocks = Blocks(np.array([0, 1, 3]), np.array([0.0, 0.5, 0.5]), np.array([2, 1, 1]))
    # Path 1 is rows 0, 1; path 2 rows 1, 1. SPX after one and two sessions, VVIX after two, a far gone VX contract.
    columns, until = np.array([SPX_COLUMN, SPX_COLUMN, VVIX_COLUMN, 1]), np.array([1, 2, 2, 2])
    made = path_moves(rows, blocks, columns, np.array([0.0, 0.0, 0.0, 10.0]), until)
    assert made[0] == pytest.approx([0.01, -0.01, 0.03, 0.08])
    assert made[1] == pytest.approx([-0.02, -0.04, -0.02, 0.10])
    # A contract 45 days and the middle of a block of two (365 / 252 days) from expiry: half-way between 30 and 60.
    middle = path_moves(rows, blocks, np.array([1]), np.array([45.0 + 365.0 / 252.0]), np.array([2]))
    assert middle[0, 0] == pytest.approx(0.5 * (0.08 + 0.03))


def test_the_walk_is_the_sum_over_its_rows_compiled_or_not() -> None:
    rows = np.random.default_rng(2).standard_normal((90, 7)) * 0.02
    blocks = draw_blocks(3, 50, 63, 15.0)
    columns, until = np.array([SPX_COLUMN, SPX_COLUMN, VVIX_COLUMN, 1, 1]), np.array([0, 17, 63, 40, 63])
    days = np.array([0.0, 0.0, 0.0, 58.0, 170.0])
    made = path_moves(rows, blocks, columns, days, until)
    at = row_indices(blocks, 90)
    assert made[:, 0].tolist() == [0.0] * 50
    assert made[:, 1] == pytest.approx(rows[at[:, :17], 0].sum(axis=1), abs=1e-12)
    assert made[:, 2] == pytest.approx(rows[at, 6].sum(axis=1), abs=1e-12)
    plain = np.empty_like(made)
    walk.py_func(running_sums(rows), *blocks, columns, days, until, plain)
    assert plain == pytest.approx(made, abs=1e-12)


def test_the_future_is_in_no_row() -> None:
    one = build_history(SPEC.tables())
    two = build_history(replace(SPEC, fork=(150, 9)).tables())
    views = [View(h, ModelledQuotes(h), 149) for h in (one, two)]
    known = [view.known(MOVES, joint_moves) for view in views]
    assert known[0].tobytes() == known[1].tobytes()
    assert joint_moves(one)[160].tobytes() != joint_moves(two)[160].tobytes()
    with pytest.raises(ValueError, match="read-only"):
        known[0][0, 0] = 1.0


def test_rows_with_a_gap_are_left_out() -> None:
    moves = joint_moves(build_history(SPEC.tables()))
    assert np.isnan(moves[0]).all()
    rows = complete(moves)
    assert 0 < len(rows) < len(moves)
    assert np.isfinite(rows).all()


# -- today's scale -----------------------------------------------------------------------------------------------------


def test_moves_are_brought_to_todays_volatility_by_hand() -> None:
    # Two rows, both begin the variance: (0.01^2 + 0.03^2) / 2 = 0.0005. With a decay of 0.5 it is 0.5 x 0.0005 + 0.5 x
    # 0.0001 = 0.0003 before the second row, and 0.5 x 0.0003 + 0.5 x 0.0009 = 0.0006 today.
    found = at_todays_scale(np.array([[0.01], [-0.03]]), 0.5)
    assert found[:, 0] == pytest.approx([0.01 * math.sqrt(6.0 / 5.0), -0.03 * math.sqrt(6.0 / 3.0)])


def test_moves_of_one_size_stay_as_they_are_and_none_stays_none() -> None:
    rows = np.array([[0.02, 0.0], [-0.02, 0.0]] * 100)
    assert at_todays_scale(rows, 0.97) == pytest.approx(rows)


def test_after_a_calm_the_past_is_smaller_and_after_a_storm_larger() -> None:
    rng = np.random.default_rng(7)
    storm, calm = rng.normal(0.0, 0.03, (400, 1)), rng.normal(0.0, 0.005, (400, 1))
    for rows, level in ((np.vstack((storm, calm)), 0.005), (np.vstack((calm, storm)), 0.03)):
        assert at_todays_scale(rows, 0.97).std() == pytest.approx(level, rel=0.25)


def test_the_kernel_that_rescales_is_its_plain_twin() -> None:
    rows = np.random.default_rng(3).normal(0.0, 0.01, (150, 3))
    plain = np.empty_like(rows)
    rescale.py_func(rows, 0.94, plain)
    assert at_todays_scale(rows, 0.94) == pytest.approx(plain, abs=1e-15)
