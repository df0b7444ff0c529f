"""The bounded spline of Treasury yields and its conversion to a continuous rate."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline

from alvh.maths.treasury import bounded_spline, continuous, natural_curvatures

DAYS = np.array([30.0, 91.0, 182.0, 365.0])


def test_a_straight_line_stays_straight() -> None:
    assert natural_curvatures(DAYS, DAYS * 1e-4) == pytest.approx(np.zeros(4), abs=1e-15)
    assert bounded_spline(DAYS, DAYS * 1e-4, 100.0) == pytest.approx(0.01, abs=1e-12)


def test_outside_the_maturities_the_nearest_yield_holds() -> None:
    yields = np.array([0.01, 0.02, 0.015, 0.03])
    assert (bounded_spline(DAYS, yields, 7.0), bounded_spline(DAYS, yields, 400.0)) == (0.01, 0.03)
    assert bounded_spline(DAYS[:1], yields[:1], 60.0) == 0.01


def test_where_it_does_not_overshoot_it_is_the_natural_spline() -> None:
    yields = np.array([0.010, 0.014, 0.018, 0.026])
    outside = CubicSpline(DAYS, yields, bc_type="natural")
    for at in (31.0, 60.0, 91.0, 120.0, 300.0):
        assert bounded_spline(DAYS, yields, at) == pytest.approx(float(outside(at)), abs=1e-15)


@given(st.lists(st.floats(-0.01, 0.2), min_size=4, max_size=4), st.floats(1.0, 400.0))
def test_never_outside_its_two_neighbours(yields, at) -> None:
    found = bounded_spline(DAYS, np.array(yields), at)
    i = min(max(int(np.searchsorted(DAYS, at, side="right")) - 1, 0), 2)
    assert min(yields[i], yields[i + 1]) <= found <= max(yields[i], yields[i + 1])


def test_continuous() -> None:
    """4 % twice a year is (1.02)^2 = 1.0404 a year, whose logarithm is 0.0396053."""
    assert continuous(0.04) == pytest.approx(0.0396053, abs=5e-8)
    assert math.exp(continuous(0.04)) == pytest.approx(1.0404, rel=1e-12)
