"""The dividend-discount return of property funds, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.diagnosis.indicators.reits import gordon, prepare, rolling_correlation
from diagnosis.indicators.columns import standing


def fund(name="VNQ", price=(80.0,), paid=3.2, growth=0.02):
    n = len(price)
    return {name: list(price), f"{name}.dividend_12m": [paid] * n, f"{name}.dividend_growth": [growth] * n}


def test_the_return_by_hand():
    # 3.20 x 1.02 / 80 + 2 % = 4.08 % + 2 % = 6.08 %.
    assert prepare(standing(fund()), "reit_implied_return")[0] == pytest.approx(0.0608)
    # Growth of 9 % counts as 4 %: 3.20 x 1.04 / 80 + 4 % = 8.16 %; a shrinking dividend counts as one that stays.
    assert prepare(standing(fund(growth=0.09)), "reit_implied_return")[0] == pytest.approx(0.0816)
    assert prepare(standing(fund(growth=-0.05)), "reit_implied_return")[0] == pytest.approx(0.04)


def test_the_funds_that_are_known_are_averaged():
    # IYR: 2 / 50 + 0 = 4 %; with VNQ's 6.08 %: 5.04 %.
    both = fund() | fund("IYR", (50.0,), 2.0, 0.0)
    assert prepare(standing(both), "reit_implied_return")[0] == pytest.approx(0.0504)
    hidden = fund() | fund("IYR", (50.0,), 2.0, math.nan)
    assert prepare(standing(hidden), "reit_implied_return")[0] == pytest.approx(0.0608)


def test_adjusted_closes_alone_say_nothing_of_dividends():
    history = standing({"VNQ.adj_close": [80.0] * 300, "VIX": [15.0, 16.0] * 150}, {"DGS10": [0.04] * 300})
    for name in ("reit_implied_return", "reit_spread_z", "reit_vol_corr"):
        assert np.isnan(prepare(history, name)).all()


def test_the_spread_in_standard_deviations_by_hand():
    # No growth and a constant price: r = 4 %. The yield is 3 % for half a year and 2 % for the other half: the spread
    # is 1 % and then 2 %, so today's stands (1/2) / ((1/2) sqrt(252 / 251)) deviations above its mean.
    history = standing(fund(price=[80.0] * 252, growth=0.0), {"DGS10": [0.03] * 126 + [0.02] * 126})
    assert prepare(history, "reit_spread_z")[-1] == pytest.approx(math.sqrt(251.0 / 252.0))


def test_a_fund_that_falls_as_vol_rises_correlates_with_it():
    # The price falls whenever the VIX rises by as much in its own scale: r and VIX rise together.
    vix = np.array([15.0 + (k % 3) for k in range(80)])
    history = standing(fund(price=(3.2 / (0.04 + 0.001 * vix)).tolist(), growth=0.0) | {"VIX": vix.tolist()})
    found = prepare(history, "reit_vol_corr")
    assert np.isnan(found[:63]).all()
    assert found[63:] == pytest.approx(1.0)


def test_a_correlation_by_hand():
    # x - 2 = -1, 0, 1 and y - 2 = -1, 1, 0: (1 + 0 + 0) / (sqrt 2 x sqrt 2) = 0.5.
    found = rolling_correlation(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0]), 3)
    assert found[2] == pytest.approx(0.5)
    assert np.isnan(rolling_correlation(np.ones(5), np.arange(5.0), 3)).all()
    assert np.isnan(rolling_correlation(np.ones(2), np.ones(2), 3)).all()


@given(st.floats(0.5, 20.0), st.floats(10.0, 500.0), st.floats(-0.5, 0.5), st.floats(0.1, 10.0))
def test_it_knows_no_currency_and_lies_above_its_growth(paid, price, growth, scale):
    one, two = (gordon(np.array([paid * s]), np.array([price * s]), np.array([growth]))[0] for s in (1.0, scale))
    assert one == pytest.approx(two)
    assert one > min(max(growth, 0.0), 0.04)


@given(st.lists(st.floats(50.0, 120.0), min_size=90, max_size=90), st.integers(64, 89))
def test_what_comes_later_alters_nothing(price, cut):
    vix = [15.0 + math.sin(k) for k in range(90)]
    bent = price[:cut] + [2.0 * one for one in price[cut:]]
    for name in ("reit_implied_return", "reit_vol_corr"):
        known = prepare(standing(fund(price=price) | {"VIX": vix}), name)
        other = prepare(standing(fund(price=bent) | {"VIX": vix}), name)
        np.testing.assert_array_equal(known[:cut], other[:cut])
        assert name != "reit_vol_corr" or (np.abs(known[np.isfinite(known)]) <= 1.0).all()
