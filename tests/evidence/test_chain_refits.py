"""Refits choose on what they may see only: past chains, or other years."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from alvh.evidence.chain_refits import GRID, MIN_PAST, Bend, Judged, grid_errors, judge, leave_year_out, walk_forward
from alvh.maths.smile import ETA
from evidence.test_chain_errors import capture

ONE = capture()


def at(*days):
    return [dataclasses.replace(ONE, session=dt.date.fromisoformat(day)) for day in days]


def test_the_grid_holds_the_shipped_smile_and_it_fits_its_own_chain_best():
    assert Bend() in GRID
    errors = grid_errors([ONE])
    assert errors.shape == (1, len(GRID))
    assert GRID[int(np.argmin(errors[0]))] == Bend()


def test_medians_and_tails_by_hand():
    made = Judged(np.array([0.5, 1.0, 2.0]), np.array([-0.1, 0.02]))
    # The 90th percentile of three lies 1.8 steps in: 1.0 + 0.8 x (2.0 - 1.0).
    assert (made.median, made.p90) == (1.0, pytest.approx(1.8))
    assert made.credit_mean == pytest.approx(-0.04)
    assert made.credit_size == pytest.approx(0.06)
    assert np.isnan(Judged(np.array([]), np.array([])).median)


def test_each_capture_is_judged_under_its_own_bend():
    made = judge([ONE, ONE], [Bend(), Bend(level=0.1)])
    assert made.rmse[0] < 0.01 < 0.5 < made.rmse[1]
    assert made.credit[0] == pytest.approx(0.0, abs=1e-3)


def test_a_walk_sees_the_past_alone():
    captures = at(*(f"2019-05-{day:02}" for day in range(1, 9)))
    errors = np.ones((8, len(GRID)))
    errors[:, 3] = 0.5
    kept, bends = walk_forward(captures, errors)
    assert [one.session.day for one in kept] == list(range(1 + MIN_PAST, 9))
    assert set(bends) == {GRID[3]}
    # What comes on the day and after it changes nothing: only from the 8th on is the 7th past.
    errors[6:, 4] = -100.0
    again = walk_forward(captures, errors)[1]
    assert again[:2] == bends[:2]
    assert again[2] == GRID[4]


def test_captures_of_the_same_session_do_not_teach_each_other():
    captures = at(*["2019-05-01"] * 8)
    assert walk_forward(captures, np.ones((8, len(GRID))))[0] == []


def test_a_year_is_judged_by_the_other_years_which_weigh_alike():
    captures = at("2019-05-01", "2019-05-02", "2019-05-03", "2022-02-04", "2023-08-18")
    errors = np.ones((5, len(GRID)))
    errors[:3, 1], errors[3, 2], errors[4, 2] = 0.4, 0.5, 0.9
    kept, bends = leave_year_out(captures, errors)
    # 2019 learns of 2022 and 2023: column 2 at 0.7. 2022 learns of 2019 (0.4, however often) and 2023: column 1 at 0.7
    # against column 2 at 0.95. 2023: column 1 at 0.7 against column 2 at 0.75.
    assert bends == [GRID[2]] * 3 + [GRID[1], GRID[1]]
    assert len(kept) == 5
    assert leave_year_out(captures[:3], errors[:3]) == ([], [])


def test_a_bend_is_the_shipped_one_unless_said_otherwise():
    assert Bend() == Bend(0.0, 0.0, ETA)
