"""The VIX kernels against the methodology's test vector, and what must hold of every price."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.market import vix_model
from alvh.maths import black

NAN = float("nan")
MONTH = 30 / 365


def smile(future=20.0, vvix=95.0, years=MONTH, rate=0.0):
    out = np.empty((4, 1))
    vix_model.expiry(
        0, np.array([years]), np.array([future]), np.array([vvix]), np.array([30.0]), np.array([[rate]]), out
    )
    return out[:, 0]


def quote(strike, call=True, future=20.0, vvix=95.0, years=MONTH, vix=16.0, rate=0.0):
    forward, discount, floor, s = smile(future, vvix, years, rate)
    return vix_model.quote_at(forward, discount, floor, s, years, strike, call, vix)


def test_the_smile_of_the_methodology():
    # methodology.md section 6: F 20, VVIX 95, 30 days: a = 15.412943, s = 4.010888.
    future, discount, floor, s = smile()
    assert (future, discount) == (20.0, 1.0)
    assert floor == pytest.approx(15.412943, abs=1e-6)
    assert s == pytest.approx(4.010888, abs=1e-6)


@pytest.mark.parametrize(
    ("strike", "price", "vol"), [(20, 1.9939, 87.4), (25, 1.0990, 115.6), (30, 0.6978, 134.1), (40, 0.3481, 158.4)]
)
def test_the_prices_of_the_methodology(strike, price, vol):
    mid, _, sigma, _ = quote(float(strike))
    assert mid == pytest.approx(price, abs=5e-5)
    assert 100 * sigma == pytest.approx(vol, abs=0.05)


def test_money_is_discounted_at_the_rate_of_the_term():
    assert quote(25.0, rate=0.05)[0] == pytest.approx(math.exp(-0.05 * MONTH) * quote(25.0)[0], rel=1e-13)
    assert smile(rate=0.05)[1] == pytest.approx(math.exp(-0.05 * MONTH), rel=1e-14)


@pytest.mark.parametrize("missing", [{"future": NAN}, {"vvix": NAN}, {"rate": NAN}])
def test_a_missing_input_makes_no_price(missing):
    mid, half, _, _ = quote(25.0, **missing)
    assert math.isnan(mid)
    assert math.isnan(half)


FUTURES, VVIXES, YEARS = st.floats(10.0, 80.0), st.floats(65.0, 180.0), st.floats(3.0, 260.0).map(lambda d: d / 365)
MONEYNESS = st.floats(0.3, 4.0)


@given(FUTURES, VVIXES, YEARS, MONEYNESS)
def test_parity_holds_to_the_future(future, vvix, years, m):
    call, put = (quote(m * future, c, future, vvix, years, rate=0.03) for c in (True, False))
    gap = math.exp(-0.03 * years) * (future - m * future)
    assert call[0] - put[0] == pytest.approx(gap, abs=1e-9 * future)
    assert call[3] - put[3] == pytest.approx(1.0, abs=1e-9)


@given(FUTURES, VVIXES, YEARS)
def test_calls_fall_and_puts_rise_with_the_strike_and_bend_upwards(future, vvix, years):
    strikes = future * np.linspace(0.4, 3.5, 120)
    for call, sign in ((True, -1.0), (False, 1.0)):
        slopes = sign * np.diff([quote(k, call, future, vvix, years)[0] for k in strikes]) / np.diff(strikes)
        assert ((slopes >= -1e-9) & (slopes <= 1.0 + 1e-9)).all()
        assert (sign * np.diff(slopes) >= -1e-7).all()


@given(FUTURES, VVIXES, YEARS)
def test_the_smile_rises_with_the_strike(future, vvix, years):
    vols = [quote(m * future, True, future, vvix, years)[2] for m in (1.0, 1.25, 1.5, 2.0, 3.0)]
    assert (np.diff(vols) > 0.0).all()


@given(FUTURES, VVIXES, YEARS, MONEYNESS, st.floats(9.0, 80.0), st.floats(9.0, 80.0), st.booleans())
def test_spot_vix_moves_nothing_but_the_spread(future, vvix, years, m, one, other, call):
    a, b = (quote(m * future, call, future, vvix, years, vix) for vix in (one, other))
    assert (a[0], a[2], a[3]) == (b[0], b[2], b[3])


@given(FUTURES, VVIXES, YEARS, st.floats(0.2, 1.0), st.booleans())
def test_at_and_below_the_floor_a_call_is_its_intrinsic_value_for_certain(future, vvix, years, share, call):
    forward, discount, floor, s = smile(future, vvix, years, 0.02)
    strike = share * floor
    mid, half, sigma, delta = vix_model.quote_at(forward, discount, floor, s, years, strike, call, 30.0)
    assert sigma == 0.0
    assert mid == pytest.approx(discount * (future - strike) if call else 0.0, abs=1e-9)
    assert delta == (1.0 if call else 0.0)
    assert math.isfinite(half)


@given(FUTURES, VVIXES, YEARS, st.floats(0.3, 0.999))
def test_every_strike_below_the_future_has_a_volatility(future, vvix, years, m):
    mid, half, sigma, delta = quote(m * future, True, future, vvix, years)
    assert np.isfinite([mid, half, sigma, delta]).all()
    assert mid >= future * (1.0 - m) - 1e-9
    assert black.price(future, m * future, years, sigma, 1.0, True) == pytest.approx(mid, abs=1e-7)


@given(FUTURES, VVIXES, YEARS, st.booleans(), st.floats(0.1, 0.9))
def test_the_strike_of_a_delta_has_that_delta(future, vvix, years, call, target):
    forward, _, floor, s = smile(future, vvix, years)
    strike = vix_model.strike_of_delta(forward, floor, s, years, call, target)
    assert floor < strike < 50.0 * future
    assert abs(quote(strike, call, future, vvix, years)[3]) == pytest.approx(target, abs=1e-6)


def test_the_thirty_delta_call_of_the_methodology_is_near_25():
    # methodology.md section 5, VXTH: F 20 and VVIX 95 give K of about 25 by the strike's own volatility.
    forward, _, floor, s = smile()
    assert vix_model.strike_of_delta(forward, floor, s, MONTH, True, 0.30) == pytest.approx(25.0, abs=0.75)


def test_a_delta_that_no_strike_has_is_nothing():
    # The smile rises so fast that far out the delta falls very slowly.
    forward, _, floor, s = smile(20.0, 180.0, 3 / 365)
    assert math.isnan(vix_model.strike_of_delta(forward, floor, s, 3 / 365, True, 1e-9))
    assert math.isnan(vix_model.strike_of_delta(forward, floor, s, 3 / 365, False, 1.0))


def test_without_a_smile_no_strike_has_a_delta():
    for missing in ((NAN, 15.0, 4.0), (20.0, NAN, 4.0), (20.0, 15.0, NAN)):
        assert math.isnan(vix_model.strike_of_delta(*missing, MONTH, True, 0.5))


@given(FUTURES, VVIXES, YEARS, MONEYNESS, st.floats(9.0, 80.0), st.booleans())
def test_nobody_bids_below_zero(future, vvix, years, m, vix, call):
    mid, half, _, _ = quote(m * future, call, future, vvix, years, vix)
    assert 0.0 <= half <= mid + 1e-15


def test_a_life_is_its_quotes_one_after_the_other():
    years, future = np.array([40.0, 39.0, 38.0]) / 365, np.array([20.0, 25.0, NAN])
    vvix, vix = np.array([9.9, 95.0, 110.0, 100.0]), np.array([9.9, 16.0, 22.0, 20.0])
    rates = np.full((4, 1), 0.02)
    whole, out = np.empty((4, 3)), np.empty((4, 3))
    vix_model.expiry(1, years, future, vvix, np.array([30.0]), rates, whole)
    vix_model.life(1, 25.0, True, years, whole, vix, out)
    for n in range(2):
        expected = quote(25.0, True, future[n], vvix[1 + n], years[n], vix[1 + n], 0.02)
        np.testing.assert_allclose(out[:, n], expected, rtol=1e-13)
    assert np.isnan(out[:, 2]).all()
