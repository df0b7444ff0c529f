"""Draws of a model's error: of the size that was measured, the same again for the same seed, and none of the future."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.market.model_error import MEASURED, Drift, ModelError, draw

ONE_TERM = ((30.0,), (0.1,))


def test_the_same_seed_and_number_give_the_same_shift_and_others_another():
    one, again, other = draw(MEASURED, 100, 3), draw(MEASURED, 100, 3), draw(MEASURED, 100, 4)
    np.testing.assert_array_equal(one.level, again.level)
    np.testing.assert_array_equal(one.vix_level, again.vix_level)
    assert not np.allclose(one.level, other.level)
    assert not np.allclose(one.level, draw(MEASURED, 100, 3, seed=1).level)
    assert one.vix_days.tolist() == list(MEASURED.vix_days)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 200), st.integers(0, 100), st.integers(0, 50))
def test_a_longer_axis_only_adds_to_the_end(sessions, more, number):
    short, long = draw(MEASURED, sessions, number), draw(MEASURED, sessions + more, number)
    np.testing.assert_array_equal(long.level[:sessions], short.level)
    np.testing.assert_array_equal(long.slope[:sessions], short.slope)
    np.testing.assert_array_equal(long.vix_level, short.vix_level)


def test_deviations_and_memory_are_those_asked_for():
    error = ModelError(Drift(0.0, 0.03, 0.8), Drift(0.02, 0.0, 0.0), *ONE_TERM)
    paths = np.array([draw(error, 2000, number).level for number in range(40)])
    # 80,000 values of which one in nine is fresh: (1 + 0.8) / (1 - 0.8) = 9, so a deviation is known to about 1 %.
    assert paths.std() == pytest.approx(0.03, rel=0.05)
    assert np.corrcoef(paths[:, :-1].ravel(), paths[:, 1:].ravel())[0, 1] == pytest.approx(0.8, abs=0.02)
    slopes = [draw(error, 5, number).slope for number in range(400)]
    assert all(np.ptp(one) == 0.0 for one in slopes)
    # 400 draws: a deviation is known to 1 / sqrt(800) = 3.5 %.
    assert np.std([one[0] for one in slopes]) == pytest.approx(0.02, rel=0.12)


def test_vix_calls_move_together_in_proportion_to_their_deviation():
    moved = [draw(MEASURED, 1, number).vix_level / np.array(MEASURED.vix_sd) for number in range(5)]
    assert all(np.ptp(one) == pytest.approx(0.0, abs=1e-12) for one in moved)
    assert len({round(float(one[0]), 9) for one in moved}) == 5


def test_what_was_measured_of_vix_calls_is_what_docs_quotes_says_of_the_one_date():
    # docs/quotes.md, VVIX_T of the curve and the one that fits: 72.9 / 77.3, 64.7 / 73.8, 58.0 / 68.2, 54.1 / 64.2,
    # 51.0 / 61.1; at 14 days 78.9 / 75.5 is a logarithm of -0.044, and the floor of 5 % stands.
    off = [math.log(77.3 / 72.9), math.log(73.8 / 64.7), math.log(68.2 / 58.0), math.log(64.2 / 54.1)]
    off += [math.log(61.1 / 51.0)]
    assert MEASURED.vix_sd == (0.05, *(round(one, 2) for one in off))
