"""The SPX kernels: rates, the curve of variance, a smile without arbitrage, strikes by delta."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator

from alvh.market import spx_model
from alvh.maths import black
from alvh.maths.smile import ETA, durrleman, rho_of, strip_variance, theta_table, total_variance, vol

NAN = float("nan")
DAYS, RATES = np.array([30.0, 91.0, 182.0, 365.0]), np.array([0.02, 0.03, 0.025, 0.04])
TERMS = np.array([9.0, 30.0, 93.0, 184.0, 365.0])


def test_a_rate_is_linear_between_its_nodes_and_flat_outside():
    at = {1.0: 0.02, 30.0: 0.02, 60.5: 0.025, 91.0: 0.03, 136.5: 0.0275, 365.0: 0.04, 900.0: 0.04}
    for days, expected in at.items():
        assert spx_model.zero_rate(days, DAYS, RATES) == pytest.approx(expected, abs=1e-15)


@given(st.lists(st.booleans(), min_size=4, max_size=4), st.floats(0.5, 800.0))
def test_a_missing_tenor_drops_out(known, days):
    rates = np.where(known, RATES, NAN)
    got = spx_model.zero_rate(days, DAYS, rates)
    if not any(known):
        assert math.isnan(got)
    else:
        assert got == pytest.approx(np.interp(days, DAYS[known], RATES[known]), abs=1e-15)


VARIANCES = st.lists(st.floats(1e-5, 0.02), min_size=5, max_size=5).map(np.cumsum)
KNOWN = st.lists(st.booleans(), min_size=5, max_size=5)


@given(variance=VARIANCES, known=KNOWN, now=st.floats(0.0, 5000.0), at=st.floats(0.01, 700.0))
def test_the_curve_is_the_monotone_cubic_with_flat_forwards_outside(variance, known, now, at):
    variance = np.where(known, variance, NAN)
    got = spx_model.expiry_variance(now + at, now, now + TERMS, variance)
    x, y = TERMS[known], variance[known]
    if len(x) == 0:
        assert math.isnan(got)
    elif at <= x[0] or len(x) == 1:
        assert got == pytest.approx(y[0] * at / x[0], rel=1e-9)
    elif at >= x[-1]:
        assert got == pytest.approx(y[-1] + (y[-1] - y[-2]) / (x[-1] - x[-2]) * (at - x[-1]), rel=1e-9)
    else:
        assert got == pytest.approx(float(PchipInterpolator(x, y)(at)), rel=1e-9)


@given(variance=VARIANCES, now=st.floats(0.0, 100.0))
def test_variance_never_falls_along_the_curve(variance, now):
    curve = [spx_model.expiry_variance(now + t, now, now + TERMS, variance) for t in np.linspace(0.1, 700.0, 200)]
    assert (np.diff(curve) >= -1e-15).all()


def one(years=30 / 365, variance=0.2**2 * 30 / 365, rho=-0.5, spot=5000.0, dividend=0.015, rates=RATES):
    """Return forward, discount and theta of an expiry that lies on the node of 30 days."""
    nodes = np.array([NAN, variance, NAN, NAN, NAN])
    return spx_model.smile_at(theta_table(), 30.0, years, 0.0, TERMS, nodes, rho, spot, dividend, DAYS, rates)


def test_the_forward_is_spot_with_its_carry():
    forward, discount, _ = one()
    assert forward == pytest.approx(5000.0 * math.exp((0.02 - 0.015) * 30 / 365), rel=1e-14)
    assert discount == pytest.approx(math.exp(-0.02 * 30 / 365), rel=1e-14)


@given(index=st.floats(8.0, 120.0), vvix=st.floats(60.0, 200.0))
def test_the_strip_of_the_smile_is_the_index(index, vvix):
    variance = (index / 100) ** 2 * 30 / 365
    rho = rho_of(vvix)
    _, _, theta = one(variance=variance, rho=rho)
    assert 100 * math.sqrt(strip_variance(theta, rho, ETA) * 365 / 30) == pytest.approx(index, abs=0.005)


@pytest.mark.parametrize("missing", [{"variance": NAN}, {"rho": NAN}])
def test_without_variance_or_slope_there_is_no_theta(missing):
    forward, _, theta = one(**missing)
    assert math.isfinite(forward)
    assert math.isnan(theta)


@pytest.mark.parametrize("missing", [{"spot": NAN}, {"dividend": NAN}, {"rates": np.full(4, NAN)}])
def test_without_spot_yield_or_rate_there_is_no_forward(missing):
    assert math.isnan(one(**missing)[0])


SMILES = st.tuples(st.floats(0.0005, 0.25), st.floats(60.0, 200.0), st.floats(5.0, 400.0))


def life(strike, call, theta, rho, days, vix=16.0, scale=1.0, forward=5000.0, discount=0.99):
    out = np.empty((4, 1))
    smile = np.array([[forward], [discount], [theta]])
    spx_model.life(0, strike, call, scale, np.array([days / 365]), smile, np.array([rho]), np.array([vix]), out)
    return out[:, 0]


@given(smile=SMILES, k=st.floats(-0.6, 0.4))
def test_call_and_put_keep_parity_and_share_a_volatility(smile, k):
    theta, vvix, days = smile
    strike = 5000.0 * math.exp(k)
    call, put = (life(strike, c, theta, rho_of(vvix), days) for c in (True, False))
    assert call[0] - put[0] == pytest.approx(0.99 * (5000.0 - strike), abs=1e-8)
    assert call[2] == put[2] == pytest.approx(vol(k, theta, rho_of(vvix), ETA, days / 365), rel=1e-12)
    assert call[3] - put[3] == pytest.approx(1.0, abs=1e-12)


@given(smile=SMILES, call=st.booleans())
def test_a_price_is_monotone_and_convex_in_the_strike(smile, call):
    theta, vvix, days = smile
    strikes = 5000.0 * np.exp(np.linspace(-1.0, 0.6, 81) * min(1.0, 8 * math.sqrt(theta)))
    prices = np.array([life(k, call, theta, rho_of(vvix), days)[0] for k in strikes])
    slopes = np.diff(prices) / np.diff(strikes)
    assert (
        ((slopes <= 1e-12) & (slopes >= -0.99 - 1e-12)).all()
        if call
        else ((slopes >= -1e-12) & (slopes <= 0.99 + 1e-12)).all()
    )
    assert (np.diff(slopes) >= -1e-9).all()


@given(theta=st.floats(1e-5, 2.0), vvix=st.floats(50.0, 207.0))
def test_no_smile_of_the_rule_has_a_butterfly(theta, vvix):
    # eta (1 + |rho|) <= 2 up to a VVIX of 207, the highest close ever (2020-03-16) being 207.59.
    rho = rho_of(vvix)
    reach = 10.0 * math.sqrt(theta)
    assert min(durrleman(k, theta, rho, ETA) for k in np.linspace(-reach, reach, 201)) >= -1e-12


@given(theta=st.floats(1e-4, 0.5), more=st.floats(1.0, 3.0), vvix=st.floats(50.0, 207.0))
def test_total_variance_never_falls_from_one_expiry_to_the_next(theta, more, vvix):
    rho = rho_of(vvix)
    for k in np.linspace(-1.5, 1.0, 51):
        assert total_variance(k, theta * more, rho, ETA) >= total_variance(k, theta, rho, ETA) - 1e-14


@settings(max_examples=100)
@given(smile=SMILES, call=st.booleans(), target=st.floats(0.02, 0.95))
def test_the_strike_of_a_delta_has_that_delta(smile, call, target):
    theta, vvix, days = smile
    rho, years = rho_of(vvix), days / 365
    strike = spx_model.strike_of_delta(5000.0, theta, rho, years, call, target)
    sigma = vol(math.log(strike / 5000.0), theta, rho, ETA, years)
    assert abs(black.delta(5000.0, strike, years, sigma, call)) == pytest.approx(target, abs=1e-9)


def test_without_a_smile_no_strike_has_a_delta():
    assert math.isnan(spx_model.strike_of_delta(5000.0, NAN, -0.5, 0.1, True, 0.16))
    assert math.isnan(spx_model.strike_of_delta(NAN, 0.004, -0.5, 0.1, True, 0.16))


@given(smile=SMILES, k=st.floats(-0.6, 0.4), call=st.booleans(), vix=st.floats(9.0, 80.0))
def test_nobody_bids_below_zero(smile, k, call, vix):
    theta, vvix, days = smile
    mid, half, _, _ = life(5000.0 * math.exp(k), call, theta, rho_of(vvix), days, vix)
    assert 0.0 <= half <= mid
    assert half == mid or half >= 0.025


def test_without_vix_there_is_a_price_and_no_spread():
    mid, half, sigma, delta = life(5000.0, True, 0.003, -0.5, 30.0, vix=NAN)
    assert math.isnan(half)
    assert np.isfinite([mid, sigma, delta]).all()


def test_xsp_is_a_tenth_with_a_spread_of_its_own():
    big = life(4800.0, False, 0.003, -0.5, 30.0)
    small = life(480.0, False, 0.003, -0.5, 30.0, scale=0.1, forward=500.0)
    assert small[0] == pytest.approx(big[0] / 10, rel=1e-9)
    assert small[1] > big[1] / 10
    np.testing.assert_allclose(small[2:], big[2:], rtol=1e-9)
