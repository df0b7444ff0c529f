"""Black-76: the published vector, scipy's twin, the plain twins of the kernels, and prices that have no volatility."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from alvh.maths import black, implied

forwards = st.floats(10.0, 7000.0)
moneyness = st.floats(-3.0, 3.0)
terms = st.floats(1 / 365, 2.0)
vols = st.floats(0.05, 2.0)
rates = st.floats(-0.01, 0.08)
sides = st.booleans()


def textbook(forward: float, strike: float, years: float, vol: float, discount: float, call: bool) -> float:
    """Black-76 as printed, on scipy's normal distribution."""
    deviation = vol * math.sqrt(years)
    d1 = (math.log(forward / strike) + deviation**2 / 2) / deviation
    sign = 1 if call else -1
    d2 = d1 - deviation
    return float(discount * sign * (forward * norm.cdf(sign * d1) - strike * norm.cdf(sign * d2)))


def test_the_methodology_vector_of_a_vix_option() -> None:
    """methodology.md section 2: F=20, K=25, 95 %, 30 days, 5 %."""
    years, discount = 30 / 365, math.exp(-0.05 * 30 / 365)
    assert black.price(20.0, 25.0, years, 0.95, discount, True) == pytest.approx(0.700715, abs=5e-7)
    assert black.price(20.0, 25.0, years, 0.95, discount, False) == pytest.approx(5.680209, abs=5e-7)
    assert black.greeks(20.0, 25.0, years, 0.95, discount, True)[1] == pytest.approx(0.246249, abs=5e-7)
    assert black.delta(20.0, 25.0, years, 0.95, True) == pytest.approx(0.246249 / discount, abs=5e-7)
    assert black.implied_vol(0.7007150327444, 20.0, 25.0, years, discount, True) == pytest.approx(0.95, abs=1e-12)


def test_a_put_delta_is_negative_and_one_below_the_call() -> None:
    call, put = (black.delta(5000.0, 4800.0, 0.1, 0.2, side) for side in (True, False))
    assert put < 0 < call
    assert call - put == pytest.approx(1.0, abs=1e-15)


@given(forwards, moneyness, terms, vols, rates, sides)
def test_price_and_greeks_equal_their_plain_twins_and_the_textbook(forward, k, years, vol, rate, call) -> None:
    strike = forward * math.exp(k * vol * math.sqrt(years))
    arguments = (forward, strike, years, vol, math.exp(-rate * years), call)
    value = black.price(*arguments)
    assert value == pytest.approx(black.price.py_func(*arguments), rel=1e-10, abs=1e-10 * forward)
    assert value == pytest.approx(textbook(*arguments), rel=1e-9, abs=1e-10 * forward)
    assert black.greeks(*arguments) == pytest.approx(black.greeks.py_func(*arguments), rel=1e-9, abs=1e-9 * forward)


@given(forwards, moneyness, terms, vols, rates)
def test_put_call_parity(forward, k, years, vol, rate) -> None:
    strike, discount = forward * math.exp(k * vol * math.sqrt(years)), math.exp(-rate * years)
    call, put = (black.price(forward, strike, years, vol, discount, side) for side in (True, False))
    assert call - put == pytest.approx(discount * (forward - strike), abs=1e-11 * (forward + strike))


@given(st.floats(-2.5, 2.5), st.floats(0.02, 2.0), st.floats(0.05, 1.5), rates, sides)
def test_greeks_are_the_derivatives_of_the_price(k, years, vol, rate, call) -> None:
    forward = 4000.0
    strike = forward * math.exp(k * vol * math.sqrt(years))

    def price(forward: float = forward, years: float = years, vol: float = vol) -> float:
        return black.price(forward, strike, years, vol, math.exp(-rate * years), call)

    _, delta, gamma, vega, theta, vanna, volga = black.greeks(
        forward, strike, years, vol, math.exp(-rate * years), call
    )
    step = 1e-3 * forward * vol * math.sqrt(years)
    dv, dt = 1e-3 * vol, 1e-4 * years
    assert delta == pytest.approx((price(forward + step) - price(forward - step)) / (2 * step), abs=2e-6)
    curvature = (price(forward + step) - 2 * price() + price(forward - step)) / step**2
    assert gamma == pytest.approx(curvature, abs=1e-4 / (forward * vol * math.sqrt(years)))
    scale = forward * math.sqrt(years)
    assert vega == pytest.approx((price(vol=vol + dv) - price(vol=vol - dv)) / (2 * dv), abs=2e-6 * scale)
    assert theta == pytest.approx(
        (price(years=years - dt) - price(years=years + dt)) / (2 * dt), abs=1e-5 * scale / years
    )
    cross = (
        price(forward + step, vol=vol + dv)
        - price(forward + step, vol=vol - dv)
        - price(forward - step, vol=vol + dv)
        + price(forward - step, vol=vol - dv)
    )
    assert vanna == pytest.approx(cross / (4 * step * dv), abs=1e-4 / vol)
    bend = (price(vol=vol + dv) - 2 * price() + price(vol=vol - dv)) / dv**2
    assert volga == pytest.approx(bend, abs=1e-3 * scale / vol)


@given(forwards, st.floats(-4.0, 4.0), terms, vols, rates, sides)
def test_implied_vol_recovers_the_volatility_of_every_quote_with_time_value(forward, k, years, vol, rate, call):
    strike, discount = forward * math.exp(k * vol * math.sqrt(years)), math.exp(-rate * years)
    value = black.price(forward, strike, years, vol, discount, call)
    _, _, _, vega, *_ = black.greeks(forward, strike, years, vol, discount, call)
    # A double cannot carry the volatility of an option whose time value is lost in the rounding of its price.
    lost = 4e-16 * max(value, forward, strike) / vega if vega > 0 else math.inf
    out_of_the_money = call == (strike >= forward)
    assume(lost < 1e-10 or (out_of_the_money and value > 1e-8))
    assert black.implied_vol(value, forward, strike, years, discount, call) == pytest.approx(vol, abs=1e-9)


@given(st.floats(1e-4, 5.0), st.floats(-8.0, 8.0))
def test_implied_vol_of_extreme_but_possible_prices(deviation, k) -> None:
    strike = math.exp(k * deviation)
    call = strike >= 1.0
    value = black.price(1.0, strike, 1.0, deviation, 1.0, call)
    assume(value < 0.999 * min(1.0, strike))
    assert black.implied_vol(value, 1.0, strike, 1.0, 1.0, call) == pytest.approx(deviation, rel=1e-8)


@given(st.floats(0.01, 3.0), st.floats(-5.0, 0.0))
def test_the_solver_equals_its_plain_twin_and_scipys(deviation, d) -> None:
    x = d * deviation
    otm = black.price(math.exp(x / 2), math.exp(-x / 2), 1.0, deviation, 1.0, True)
    assume(otm > 1e-12)
    found = implied.total_deviation(x, otm)
    assert found == pytest.approx(implied.total_deviation.py_func(x, otm), rel=1e-9)
    plain = brentq(
        lambda s: textbook(math.exp(x / 2), math.exp(-x / 2), 1.0, s, 1.0, True) - otm, 1e-3, 6.0, xtol=1e-13
    )
    assert found == pytest.approx(plain, rel=1e-7)


@given(forwards, st.floats(0.5, 2.0), terms, sides)
def test_a_price_no_volatility_can_produce_has_none(forward, ratio, years, call) -> None:
    strike, discount = forward * ratio, 0.97
    floor = discount * max(forward - strike if call else strike - forward, 0.0)
    bound = discount * (forward if call else strike)
    for value in (floor - 0.01, -1.0, bound, bound * 1.01, math.nan, math.inf, -math.inf):
        assert math.isnan(black.implied_vol(value, forward, strike, years, discount, call)), value


def test_intrinsic_itself_has_no_volatility() -> None:
    assert math.isnan(black.implied_vol(0.0, 100.0, 110.0, 0.1, 1.0, True))
    assert math.isnan(black.implied_vol(10.0, 110.0, 100.0, 0.1, 1.0, True))


@pytest.mark.parametrize("years", [0.0, -0.01])
def test_at_expiry_a_price_is_intrinsic_and_a_volatility_is_missing(years) -> None:
    assert black.price(105.0, 100.0, years, 0.2, 1.0, True) == 5.0
    assert black.price(105.0, 100.0, years, 0.2, 1.0, False) == 0.0
    assert black.greeks(95.0, 100.0, years, 0.2, 1.0, False) == (5.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert math.isnan(black.implied_vol(5.0, 105.0, 100.0, years, 1.0, True))


@pytest.mark.parametrize("position", range(5))
def test_nan_in_is_nan_out(position) -> None:
    arguments = [100.0, 105.0, 0.25, 0.3, 0.99]
    arguments[position] = math.nan
    value = black.price(*arguments, True)
    if position != 2:
        assert math.isnan(value)
        assert math.isnan(black.greeks(*arguments, True)[3])
    assert math.isnan(black.implied_vol(*arguments, True))


def test_missing_time_is_not_expiry() -> None:
    assert math.isnan(black.price(100.0, 90.0, math.nan, 0.2, 1.0, True))
    assert math.isnan(black.delta(100.0, 90.0, math.nan, 0.2, True))


def test_the_array_forms_broadcast_and_agree_with_the_scalars() -> None:
    strikes, days = np.array([[3800.0], [4000.0], [4300.0]]), np.array([7.0, 30.0, 45.0, 90.0])
    years, calls = days / 365, strikes >= 4000
    prices = black.price_many(4000.0, strikes, years, 0.2, 0.99, calls)
    vols_back = black.implied_vol_many(prices, 4000.0, strikes, years, 0.99, calls)
    greeks = black.greeks_many(4000.0, strikes, years, 0.2, 0.99, calls)
    deltas = black.delta_many(4000.0, strikes, years, 0.2, calls)
    assert prices.shape == deltas.shape == (3, 4)
    assert greeks.shape == (3, 4, 7)
    assert vols_back == pytest.approx(np.full((3, 4), 0.2), abs=1e-9)
    assert prices[2, 1] == black.price(4000.0, 4300.0, years[1], 0.2, 0.99, True)
    assert tuple(greeks[0, 3]) == black.greeks(4000.0, 3800.0, years[3], 0.2, 0.99, False)
    assert greeks[..., 1] == pytest.approx(0.99 * deltas, abs=1e-15)
