"""VIX options without a chain: the vectors of methodology.md section 6, the term curve, and the model's identities."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from alvh.maths import black, vix_call

MONTH = 30 / 365

terms = st.floats(2 / 365, 1.5)
levels = st.floats(0.3, 2.5)


def test_the_methodology_vector() -> None:
    """F=20, VVIX=95, 30 days: floor, shape, undiscounted calls, implied volatilities, and what a flat 95 % says."""
    a = vix_call.displacement(20.0, MONTH)
    s = vix_call.shape(20.0, MONTH, 0.95)
    assert a == pytest.approx(15.412943, abs=5e-7)
    assert s == pytest.approx(4.010888, abs=5e-7)
    strikes = (20.0, 25.0, 30.0, 40.0)
    calls = [vix_call.call_price(20.0, strike, a, s, MONTH) for strike in strikes]
    assert calls == pytest.approx([1.9939, 1.0990, 0.6978, 0.3481], abs=5.1e-5)
    vols = [100 * vix_call.black_vol(20.0, strike, a, s, MONTH) for strike in strikes]
    assert vols == pytest.approx([87.4, 115.6, 134.1, 158.4], abs=0.05)
    flat = [black.price(20.0, strike, MONTH, 0.95, 1.0, True) for strike in strikes]
    assert flat == pytest.approx([2.1664, 0.7036, 0.1993, 0.0133], abs=5.1e-5)


def test_the_term_curve_of_vvix() -> None:
    """feasibility.md: 1, .942, .875, .786, .719, .670, .631, .590 at 30/45/60/90/120/150/180/220 days."""
    days = (30, 45, 60, 90, 120, 150, 180, 220)
    expected = (1.0, 0.942, 0.875, 0.786, 0.719, 0.670, 0.631, 0.590)
    assert [vix_call.vvix_term(d / 365) for d in days] == pytest.approx(expected, abs=1e-12)
    assert vix_call.vvix_term(5 / 365) == 1.0
    assert vix_call.vvix_term(260 / 365) == pytest.approx(0.590 * (260 / 220) ** -0.335, abs=2e-4)
    assert math.isnan(vix_call.vvix_term(0.0))
    assert math.isnan(vix_call.vvix_term(math.nan))


@given(st.floats(1 / 365, 1.0), st.floats(1.001, 1.5))
def test_a_longer_term_has_a_lower_volatility_but_more_variance(years, ratio) -> None:
    near, far = vix_call.vvix_term(years), vix_call.vvix_term(years * ratio)
    assert far <= near
    assert far**2 * years * ratio > near**2 * years


@pytest.mark.parametrize(("days", "share"), [(2, 0.9), (30, 1 - 0.8 * math.sqrt(MONTH)), (220, 0.45)])
def test_the_floor_is_clipped(days, share) -> None:
    assert vix_call.displacement(20.0, days / 365) == pytest.approx(20 * share, rel=1e-12)


def plain_log_contract(b: float, x: float) -> float:
    z = np.linspace(-12, 12, 200_001)
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return float(np.trapezoid(-2 * np.log(1 - b + b * np.exp(x * z - x**2 / 2)) * density, z))


@given(st.floats(0.1, 0.55), st.floats(0.05, 8.0))
def test_the_log_contract_equals_plain_quadrature_and_its_slope_its_difference(b, x) -> None:
    assert vix_call.log_contract(b, x) == pytest.approx(plain_log_contract(b, x), rel=3e-8)
    _, slope = vix_call.log_contract_and_slope(b, x)
    difference = (plain_log_contract(b, x + 1e-4) - plain_log_contract(b, x - 1e-4)) / 2e-4
    assert slope == pytest.approx(difference, rel=1e-5, abs=1e-8)
    assert vix_call.log_contract_and_slope.py_func(b, x) == pytest.approx(
        (vix_call.log_contract(b, x), slope), rel=1e-7
    )


@given(st.floats(9.0, 80.0), terms, levels)
def test_the_shape_reproduces_the_variance_it_was_asked_for(forward, years, level) -> None:
    bound = -2 * math.log(vix_call.displacement(forward, years) / forward)
    s = vix_call.shape(forward, years, level)
    assume(level**2 * years < 0.98 * bound)
    share = 1 - vix_call.displacement(forward, years) / forward
    assert vix_call.log_contract(share, s * math.sqrt(years)) == pytest.approx(level**2 * years, rel=1e-7)


def test_a_variance_no_future_above_its_floor_can_have_has_no_shape() -> None:
    bound = -2 * math.log(vix_call.displacement(20.0, MONTH) / 20.0)
    for level in (math.sqrt(bound / MONTH) * 1.0001, 10.0, 0.0, -1.0, math.nan):
        assert math.isnan(vix_call.shape(20.0, MONTH, level)), level
    assert math.isnan(vix_call.shape(math.nan, MONTH, 0.95))
    assert math.isnan(vix_call.shape(-20.0, MONTH, 0.95))
    assert math.isnan(vix_call.shape(20.0, 0.0, 0.95))
    assert math.isnan(vix_call.shape(20.0, math.nan, 0.95))


@given(st.floats(9.0, 80.0), terms, st.floats(0.4, 1.6), st.floats(0.3, 3.0))
def test_parity_martingale_and_a_smile_that_rises(forward, years, level, ratio) -> None:
    a, s = vix_call.displacement(forward, years), vix_call.shape(forward, years, level)
    assume(not math.isnan(s))
    strike = forward * ratio
    call = vix_call.call_price(forward, strike, a, s, years)
    put = vix_call.put_price(forward, strike, a, s, years)
    assert call - put == pytest.approx(forward - strike, abs=1e-9 * forward)
    assert max(forward - strike, 0.0) - 1e-9 <= call <= forward
    lower = vix_call.black_vol(forward, forward, a, s, years)
    higher = vix_call.black_vol(forward, 1.3 * forward, a, s, years)
    # In a displaced lognormal with a positive floor the volatility rises with the strike.
    assert lower < higher


def test_below_the_floor_a_put_is_worthless_and_has_no_volatility() -> None:
    a, s = vix_call.displacement(20.0, MONTH), vix_call.shape(20.0, MONTH, 0.95)
    assert vix_call.put_price(20.0, a, a, s, MONTH) == 0.0
    assert vix_call.call_price(20.0, 12.0, a, s, MONTH) == 8.0
    assert math.isnan(vix_call.black_vol(20.0, 12.0, a, s, MONTH))
    assert math.isnan(vix_call.call_price(20.0, 12.0, a, math.nan, MONTH))
    assert math.isnan(vix_call.put_price(20.0, 12.0, a, math.nan, MONTH))
    assert math.isnan(vix_call.call_price(20.0, 25.0, a, math.nan, MONTH))


@given(st.floats(9.0, 80.0), terms, st.floats(0.4, 1.2))
def test_kernels_equal_their_plain_twins(forward, years, level) -> None:
    assert vix_call.vvix_term(years) == pytest.approx(vix_call.vvix_term.py_func(years), rel=1e-12)
    s, plain = vix_call.shape(forward, years, level), vix_call.shape.py_func(forward, years, level)
    assert s == pytest.approx(plain, rel=1e-7, nan_ok=True)
