"""Regressions, robust errors, false discoveries and unsynchronised paths, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.lead_lag import (
    granger,
    hayashi_yoshida,
    lagged,
    least_squares,
    newey_west,
    out_of_sample_gain,
    shifted_share,
)
from alvh.values import Missing


def test_lags_stand_beside_what_they_precede():
    found = lagged(np.array([1.0, 2.0, 3.0, 4.0]), 2)
    np.testing.assert_array_equal(found[2:], [[2.0, 1.0], [3.0, 2.0]])
    assert np.isnan(found[0]).all()


def test_a_regression_and_its_robust_error_by_hand():
    # y = 1, 2, 3 on a constant: mean 2, residuals -1, 0, 1.
    design = np.ones((3, 1))
    coefficients, residuals = least_squares(design, np.array([1.0, 2.0, 3.0]))
    assert coefficients[0] == pytest.approx(2.0)
    # No lags: (1/3) (1 + 0 + 1) (1/3) = 2/9. One lag: G1 = e2 e1 + e3 e2 = 0, nothing changes.
    assert newey_west(design, residuals, 0)[0, 0] == pytest.approx(2.0 / 9.0)
    assert newey_west(design, residuals, 1)[0, 0] == pytest.approx(2.0 / 9.0)
    # Two lags: G2 = e3 e1 = -1 with weight 1 - 2/3: 2 + (1/3)(-2) = 4/3, over 9.
    assert newey_west(design, residuals, 2)[0, 0] == pytest.approx(4.0 / 27.0)


def noise(seed, n=400):
    return np.random.default_rng(seed).standard_normal(n)


def test_a_planted_lead_is_found_and_not_its_reverse():
    x, e = noise(1), noise(2)
    y = e + 0.8 * np.concatenate(([0.0], x[:-1]))
    leads, follows = granger(x, y, 2), granger(y, x, 2)
    assert leads.p_value < 1e-12
    assert follows.p_value > 0.05
    assert leads.n == 398
    gain, n = out_of_sample_gain(x, y, 2)
    assert n == 199
    assert 0.25 < gain < 0.55  # 0.64 of a variance of 1.64 is 0.39
    assert out_of_sample_gain(y, x, 2)[0] < 0.02


def test_a_common_cause_is_taken_out_by_its_control():
    # z moves x on the next session and y on the one after: x seems to lead y until z is known.
    z = noise(3)
    x = np.concatenate(([0.0], z[:-1])) + 0.3 * noise(4)
    y = np.concatenate(([0.0, 0.0], z[:-2])) + 0.3 * noise(5)
    assert granger(x, y, 2).p_value < 1e-12
    assert granger(x, y, 2, [z]).p_value > 0.01


def test_noise_is_rejected_about_as_often_as_it_should_be():
    small = sum(granger(noise(2 * k, 300), noise(2 * k + 1, 300), 1).p_value < 0.05 for k in range(200, 400))
    assert 2 <= small <= 24  # 10 expected of 200, deviation 3.1


def test_too_few_observations_are_missing():
    assert isinstance(granger(noise(1, 45), noise(2, 45), 2), Missing)
    assert isinstance(out_of_sample_gain(noise(1, 80), noise(2, 80), 2), Missing)
    hole = noise(1)
    hole[:350] = np.nan
    assert isinstance(granger(hole, noise(2), 2), Missing)


def test_unsynchronised_paths_by_hand():
    # x at 0, 2, 4 moves +1, -1; y at 1, 3, 5 moves +2, +1. (0,2] overlaps (1,3]: 1 x 2. (2,4] overlaps (1,3] and
    # (3,5]: -1 x 3. Sum -1 over sqrt(2 x 5).
    times_x, x = np.array([0.0, 2.0, 4.0]), np.array([0.0, 1.0, 0.0])
    times_y, y = np.array([1.0, 3.0, 5.0]), np.array([0.0, 2.0, 3.0])
    assert hayashi_yoshida(times_x, x, times_y, y) == pytest.approx(-1.0 / np.sqrt(10.0))
    # x moved on by 2: (2,4] holds +1 and meets both of y, (4,6] holds -1 and meets the last: 3 - 1 = 2.
    assert hayashi_yoshida(times_x, x, times_y, y, 2.0) == pytest.approx(2.0 / np.sqrt(10.0))
    # Moved beyond y there is nothing to compare.
    assert hayashi_yoshida(times_x, x, times_y, y, 50.0) == 0.0
    assert np.isnan(hayashi_yoshida(times_x, np.zeros(3), times_y, y))


@given(st.integers(0, 2**31))
def test_one_path_at_the_same_times_correlates_with_itself(seed):
    path = np.cumsum(noise(seed, 50))
    times = np.cumsum(np.abs(noise(seed + 1, 50)) + 0.01)
    assert hayashi_yoshida(times, path, times, path) == pytest.approx(1.0)
    other = np.cumsum(noise(seed + 2, 30))
    late = np.cumsum(np.abs(noise(seed + 3, 30)) + 0.01)
    one, two = hayashi_yoshida(times, path, late, other), hayashi_yoshida(late, other, times, path)
    assert one == pytest.approx(two)


def test_the_peak_of_a_path_that_leads_lies_at_its_lag():
    path = np.cumsum(noise(9, 2000))
    times = np.arange(2000.0)
    lags = np.arange(-10.0, 11.0)
    strength = [abs(hayashi_yoshida(times, path, times + 4.0, path, lag)) for lag in lags]
    assert lags[int(np.argmax(strength))] == 4.0


def test_the_share_of_shifted_worlds_by_hand():
    x = np.arange(100.0)
    rng = np.random.default_rng(0)
    seen = []

    def first_entry(moved):
        seen.append(moved[0])
        return moved[0]

    # A shift by s puts entry 100 - s first: 30 to 69 of them, each at least 30 from where it was.
    assert shifted_share(x, x, 100.0, first_entry, 19, rng) == 1.0 / 20.0
    assert shifted_share(x, x, 0.0, first_entry, 19, rng) == 1.0
    assert min(seen) > 30
    assert max(seen) <= 70
    # What lies outside the stretch they share stays where it is; too short a stretch says nothing.
    y = x.copy()
    y[:10] = np.nan
    assert shifted_share(x, y, 0.5, lambda moved: moved[0], 9, rng) == 1.0 / 10.0
    assert shifted_share(x[:50], x[:50], 1e9, first_entry, 9, rng) == 1.0
