"""The smile: every vector of methodology.md section 6, arbitrage, and the strip against independent quadrature."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq

from alvh.maths import black, curve, smile, ssvi, theta_table

RHO, ETA = -0.6, 1.2
YEARS = 30 / 365

thetas = st.floats(math.log(1e-5), math.log(0.5)).map(math.exp)
rhos = st.floats(-0.9, 0.2)
bends = st.floats(0.4, 1.6)


def anchored(index: float, days: float) -> float:
    return ssvi.theta_for_strip((index / 100) ** 2 * days / 365, RHO, ETA)


def test_the_methodology_vector_theta_and_implied_volatilities() -> None:
    """VIX 20, 30 days, rho -0.6, eta 1.2."""
    theta = anchored(20, 30)
    assert theta == pytest.approx(0.00215372, abs=2e-8)
    vols = [100 * smile.vol(k, theta, RHO, ETA, YEARS) for k in (0.0, -0.20, -0.10, -0.05, 0.05, 0.10)]
    assert vols == pytest.approx([16.188, 36.05, 27.64, 22.40, 12.96, 14.43], abs=0.005)


def test_the_methodology_vector_strikes_for_delta() -> None:
    """F = 5000: 20 and 5 delta puts and calls at the strike's own volatility."""
    theta = anchored(20, 30)

    def delta_at(strike: float, call: bool) -> float:
        return black.delta(5000.0, strike, YEARS, smile.vol(math.log(strike / 5000), theta, RHO, ETA, YEARS), call)

    expected = {(-0.20, False): 4743.5, (-0.05, False): 4322.9, (0.20, True): 5165.6, (0.05, True): 5324.3}
    for (delta, call), strike in expected.items():
        low, high = (5000.0, 5600.0) if call else (3800.0, 5000.0)
        assert brentq(lambda x: delta_at(x, call) - delta, low, high) == pytest.approx(strike, abs=0.06)  # noqa: B023


def test_the_methodology_vector_term_structure_of_theta() -> None:
    """Curve 18/20/22/23.5/24.5 at 9/30/93/184/365 days, and no butterfly arbitrage: g >= 0.25."""
    curve_points = {
        9: (18, 0.000530),
        30: (20, 0.002154),
        93: (22, 0.007905),
        184: (23.5, 0.017468),
        365: (24.5, 0.036645),
    }
    for days, (index, theta) in curve_points.items():
        assert anchored(index, days) == pytest.approx(theta, abs=6e-7)
        worst = min(smile.durrleman(float(k), anchored(index, days), RHO, ETA) for k in np.linspace(-3, 1.5, 901))
        assert worst >= 0.25


@pytest.mark.parametrize(("eta", "least"), [(1.6, 0.246), (2.4, 0.147)])
def test_the_methodology_vector_of_steep_smiles(eta, least) -> None:
    """Minimum of Durrleman's g for rho -0.6 and theta up to 0.1."""
    worst = min(
        smile.durrleman(float(k), float(theta), RHO, eta)
        for theta in np.geomspace(1e-4, 0.1, 40)
        for k in np.linspace(-3, 1.5, 901)
    )
    assert worst == pytest.approx(least, abs=1e-3)


@pytest.mark.parametrize(("index", "forward", "expected"), [(20, 5000.0, 19.985), (40, 4000.0, 39.969)])
def test_the_methodology_vector_of_the_restripped_index(index, forward, expected) -> None:
    """Strikes every 5, prices below 0.075 dropped: the discrete index of the modelled smile stays within 0.05."""
    theta = anchored(index, 30)
    strikes = np.arange(5.0, 4 * forward, 5.0)
    k = np.log(strikes / forward)
    vols = np.array([smile.vol(float(x), theta, RHO, ETA, YEARS) for x in k])
    prices = black.price_many(forward, strikes, YEARS, vols, 1.0, strikes > forward)
    at = int(np.flatnonzero(strikes == forward)[0])
    prices[at] = black.price(forward, forward, YEARS, float(vols[at]), 1.0, True)
    kept = prices >= 0.075
    strip = 2 / YEARS * float(np.sum(5.0 / strikes[kept] ** 2 * prices[kept]))
    assert 100 * math.sqrt(strip) == pytest.approx(expected, abs=6e-4)


@given(thetas, st.floats(theta_table.RHO_LOW, theta_table.RHO_HIGH), st.floats(-3.0, 1.5))
def test_the_smile_of_the_rule_has_no_butterfly_arbitrage(theta, rho, k) -> None:
    assert smile.durrleman(k, theta, rho, smile.ETA) > 0.25


def plain_strip(theta: float, rho: float, eta: float) -> float:
    """The strip by trapezoids in d2-like spacing, from the textbook formulas, in numpy alone."""
    phi = eta / math.sqrt(theta * (1 + theta))
    total = 0.0
    for sign, end in ((-1, 3.0), (1, 1.5)):
        k = sign * math.sqrt(theta) * np.sinh(np.linspace(0, math.asinh(end / math.sqrt(theta)), 40_001))
        w = theta / 2 * (1 + rho * phi * k + np.sqrt((phi * k + rho) ** 2 + 1 - rho**2))
        price = black.price_many(1.0, np.exp(k), 1.0, np.sqrt(w), 1.0, sign > 0)
        total += float(np.trapezoid(price * np.exp(-k), k)) * sign
    return 2 * total


@settings(max_examples=25)
@given(thetas, rhos, bends)
def test_the_strip_equals_independent_quadrature_and_the_solver_undoes_it(theta, rho, eta) -> None:
    total = smile.strip_variance(theta, rho, eta)
    assert total == pytest.approx(plain_strip(theta, rho, eta), rel=3e-7)
    assert smile.theta_for_strip(total, rho, eta) == pytest.approx(theta, rel=1e-10)


@given(thetas, rhos, st.floats(-2.0, 1.0))
def test_kernels_equal_their_plain_twins(theta, rho, k) -> None:
    assert smile.total_variance(k, theta, rho, ETA) == pytest.approx(
        smile.total_variance.py_func(k, theta, rho, ETA), rel=1e-9
    )
    assert smile.durrleman(k, theta, rho, ETA) == pytest.approx(
        smile.durrleman.py_func(k, theta, rho, ETA), rel=1e-7, abs=1e-9
    )


@given(thetas, rhos, st.floats(-2.5, 1.4))
def test_durrleman_is_the_density_up_to_a_positive_factor(theta, rho, k) -> None:
    """g from its own definition, the derivatives by central differences."""
    step = 1e-3 * math.sqrt(theta)

    def w(k: float) -> float:
        return ssvi.total_variance(k, theta, rho, ETA)

    first, second = (w(k + step) - w(k - step)) / (2 * step), (w(k + step) - 2 * w(k) + w(k - step)) / step**2
    g = (1 - k * first / (2 * w(k))) ** 2 - first**2 / 4 * (1 / w(k) + 1 / 4) + second / 2
    assert smile.durrleman(k, theta, rho, ETA) == pytest.approx(g, rel=1e-3, abs=1e-3)


@given(thetas, st.floats(0.001, 1.0), rhos)
def test_at_the_money_variance_is_theta(theta, years, rho) -> None:
    assert smile.total_variance(0.0, theta, rho, ETA) == pytest.approx(theta, rel=1e-12)
    assert smile.vol(0.0, theta, rho, ETA, years) == pytest.approx(math.sqrt(theta / years), rel=1e-12)


def test_a_smile_without_parameters_is_missing() -> None:
    for theta, rho in ((math.nan, -0.5), (0.0, -0.5), (-0.1, -0.5), (0.01, math.nan), (0.01, 1.0), (0.01, -1.0)):
        assert math.isnan(smile.total_variance(0.1, theta, rho, ETA))
        assert math.isnan(smile.durrleman(0.1, theta, rho, ETA))
        assert math.isnan(smile.strip_variance(theta, rho, ETA))
    assert math.isnan(smile.vol(0.1, 0.01, -0.5, ETA, 0.0))
    for total, rho in ((0.0, -0.5), (-1.0, -0.5), (math.nan, -0.5), (8.0, -0.5), (0.01, math.nan)):
        assert math.isnan(smile.theta_for_strip(total, rho, ETA)), total


variances = st.floats(math.log(theta_table.VARIANCE_LOW), math.log(theta_table.VARIANCE_HIGH)).map(math.exp)


@settings(max_examples=400)
@given(variances, st.floats(theta_table.RHO_LOW, theta_table.RHO_HIGH))
def test_the_table_misses_the_strip_by_less_than_five_thousandths_of_an_index_point(total, rho) -> None:
    """Over the whole domain, for an index of up to 200 points: 100 sqrt(W / T) with the T that makes it so."""
    assume(theta_table.VARIANCE_LOW <= total <= theta_table.VARIANCE_HIGH)
    theta = smile.theta_from_table(smile.theta_table(), total, rho)
    index = 200 * math.sqrt(smile.strip_variance(theta, rho, smile.ETA) / total)
    assert abs(index - 200) < 0.005


def test_outside_the_table_is_missing() -> None:
    table = smile.theta_table()
    for total, rho in ((9e-7, -0.5), (4.01, -0.5), (0.01, -0.96), (0.01, 0.21), (math.nan, -0.5), (0.01, math.nan)):
        assert math.isnan(smile.theta_from_table(table, total, rho))
    assert not table.flags.writeable


def test_the_rule_at_its_reference_and_away_from_it() -> None:
    """feasibility.md: rho = -0.497 - 0.378 ln(VVIX/95), level 1 - 0.052 (SKEW-125)/10."""
    assert smile.rho_of(95.0) == -0.497
    assert smile.rho_of(95.0 * math.e) == pytest.approx(-0.875, abs=1e-12)
    assert smile.level_of(125.0) == 1.0
    assert smile.level_of(145.0) == pytest.approx(0.896, abs=1e-12)
    assert math.isnan(smile.rho_of(0.0))
    assert math.isnan(smile.rho_of(math.nan))
    assert math.isnan(smile.level_of(math.nan))


@given(st.lists(st.tuples(st.floats(0.5, 60.0), st.floats(0.0, 0.02)), min_size=2, max_size=6), st.floats(0.0, 1.0))
def test_inside_the_nodes_the_curve_is_scipys_pchip_and_rises(steps, place) -> None:
    x = np.cumsum([dx for dx, _ in steps])
    y = np.cumsum([0.001 + dy for _, dy in steps])
    at = float(min(x[0] + place * (x[-1] - x[0]), x[-1]))
    assert smile.pchip(x, y, at) == pytest.approx(float(PchipInterpolator(x, y)(at)), rel=1e-10)
    later = float(min(at + 0.01 * (x[-1] - x[0]), x[-1]))
    assert smile.pchip(x, y, later) >= smile.pchip(x, y, at) - 1e-15
    assert smile.pchip(x, y, at) == pytest.approx(curve.pchip.py_func(x, y, at), rel=1e-12)


@given(st.lists(st.floats(-1.0, 1.0), min_size=3, max_size=6), st.floats(0.0, 1.0))
def test_nodes_that_turn_are_still_scipys_pchip(values, place) -> None:
    x, y = np.arange(1.0, len(values) + 1), np.array(values)
    at = float(1.0 + place * (len(values) - 1))
    assert smile.pchip(x, y, at) == pytest.approx(float(PchipInterpolator(x, y)(at)), rel=1e-9, abs=1e-12)


def test_outside_the_nodes_forward_variance_is_flat() -> None:
    x, y = np.array([10.0, 30.0, 90.0]), np.array([0.001, 0.004, 0.010])
    assert smile.pchip(x, y, 5.0) == pytest.approx(0.0005, rel=1e-12)
    assert smile.pchip(x, y, 0.0) == 0.0
    assert smile.pchip(x, y, 150.0) == pytest.approx(0.016, rel=1e-12)
    assert smile.pchip(x[:1], y[:1], 40.0) == pytest.approx(0.004, rel=1e-12)
    assert smile.pchip(x[:2], y[:2], 20.0) == pytest.approx(0.0025, rel=1e-12)


def test_a_curve_without_nodes_or_place_is_missing() -> None:
    x, y = np.array([10.0, 30.0]), np.array([0.001, 0.004])
    assert math.isnan(smile.pchip(x, y, math.nan))
    assert math.isnan(smile.pchip(x, y, -1.0))
    assert math.isnan(smile.pchip(np.empty(0), np.empty(0), 10.0))
    assert math.isnan(smile.pchip(x, np.array([0.001, math.nan]), 20.0))
