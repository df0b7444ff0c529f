"""Measures worked by hand on curves short enough to check with a pencil, and what must hold on every curve."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from alvh.evidence.measure import (
    cagr,
    cvar95,
    daily_returns,
    drawdowns,
    hedge_cost_per_year,
    max_drawdown,
    monthly_returns,
    sharpe,
    vol_annual,
    worst_days,
    years_of,
)

SIX = np.arange("2020-01-06", "2020-01-12", dtype="datetime64[D]")
CURVE = np.array([110.0, 99.0, 88.0, 121.0, 110.0, 133.1])
RETURNS = arrays(np.float64, st.integers(20, 90), elements=st.floats(-0.2, 0.2))


def test_returns_are_on_the_close_before_and_start_from_the_starting_value():
    np.testing.assert_allclose(daily_returns(CURVE, 100.0), [0.1, -0.1, -1 / 9, 0.375, -1 / 11, 0.21], rtol=1e-12)


def test_a_return_on_an_empty_account_is_not_a_number():
    returns = daily_returns(np.array([50.0, 0.0, 10.0]), 100.0)
    assert list(returns[:2]) == [-0.5, -1.0]
    assert math.isnan(returns[2])


def test_years_count_both_ends():
    # 2008-01-01 to 2011-12-31 are 1,461 days: four years with one leap day.
    assert years_of(np.array(["2008-01-01", "2011-12-31"], dtype="datetime64[D]")) == pytest.approx(4.0)
    assert math.isnan(years_of(np.array([], dtype="datetime64[D]")))


def test_cagr_of_a_doubling_in_four_years():
    sessions = np.array(["2008-01-01", "2011-12-31"], dtype="datetime64[D]")
    assert cagr(np.array([90.0, 200.0]), 100.0, sessions) == pytest.approx(2**0.25 - 1)
    assert cagr(np.array([90.0, 0.0]), 100.0, sessions) == -1.0
    assert math.isnan(cagr(np.array([90.0, -1.0]), 100.0, sessions))
    assert math.isnan(cagr(np.array([math.nan, 200.0]), 100.0, sessions))
    assert math.isnan(cagr(np.array([]), 100.0, np.array([], dtype="datetime64[D]")))


def test_volatility_by_hand():
    # 1 %, -1 %, 3 %: mean 1 %, squared distances 0 + 4 + 4 (in %^2), over n - 1 = 2: 4, so 2 % a day.
    assert vol_annual(np.array([0.01, -0.01, 0.03])) == pytest.approx(0.02 * math.sqrt(252))
    assert math.isnan(vol_annual(np.array([0.01])))
    assert math.isnan(vol_annual(np.array([0.01, math.nan, 0.02])))


def test_sharpe_by_hand_with_and_without_cash():
    returns = np.array([0.01, -0.01, 0.03])
    assert sharpe(returns) == pytest.approx(0.5 * math.sqrt(252))
    # Cash of 0.5 % a day takes half of the mean and none of the deviation.
    assert sharpe(returns, np.full(3, 0.005)) == pytest.approx(0.25 * math.sqrt(252))


@pytest.mark.parametrize("flat", [np.array([0.01]), np.full(5, 0.001), np.zeros(4), np.array([0.01, math.nan])])
def test_sharpe_of_what_never_varies_is_not_a_number(flat):
    assert math.isnan(sharpe(flat))


def test_drawdowns_by_hand():
    np.testing.assert_allclose(drawdowns(CURVE, 100.0), [0.0, -0.1, -0.2, 0.0, -1 / 11, 0.0], rtol=1e-12, atol=1e-15)
    # The starting value is a high too.
    np.testing.assert_allclose(drawdowns(np.array([80.0, 90.0]), 100.0), [-0.2, -0.1], rtol=1e-12)


def test_the_deepest_drawdown_knows_its_dates():
    worst = max_drawdown(CURVE, 100.0, SIX)
    assert worst.depth == pytest.approx(-0.2)
    assert worst.depth_usd == -22.0
    assert (worst.peak, worst.trough, worst.recovered) == (
        dt.date(2020, 1, 6),
        dt.date(2020, 1, 8),
        dt.date(2020, 1, 9),
    )


def test_a_drawdown_from_the_start_that_never_recovers():
    worst = max_drawdown(np.array([90.0, 60.0, 95.0]), 100.0, SIX[:3])
    assert worst.depth == pytest.approx(-0.4)
    assert (worst.peak, worst.trough, worst.recovered) == (None, dt.date(2020, 1, 7), None)


def test_no_drawdown_and_no_curve():
    assert max_drawdown(np.array([101.0, 102.0]), 100.0, SIX[:2]) == (0.0, 0.0, None, None, None)
    assert math.isnan(max_drawdown(np.array([101.0, math.nan]), 100.0, SIX[:2]).depth)


def test_cvar_by_hand():
    # 40 sessions: the worst 5 % are the two lowest, -9 % and -5 %.
    returns = np.concatenate((np.full(37, 0.001), [-0.05, -0.09, -0.01]))
    assert cvar95(returns) == pytest.approx(-0.07)
    # 30 sessions: 1.5 of them; -9 % whole and half of -5 %: (-9 - 2.5) / 1.5.
    assert cvar95(returns[10:]) == pytest.approx(-0.115 / 1.5)
    assert math.isnan(cvar95(returns[:19]))
    assert math.isnan(cvar95(np.append(returns, math.nan)))


def test_months_and_years_by_hand():
    sessions = np.array(["2019-11-29", "2019-12-30", "2019-12-31", "2020-01-31", "2020-03-02"], dtype="datetime64[D]")
    table = monthly_returns(np.array([110.0, 90.0, 99.0, 198.0, 99.0]), 100.0, sessions)
    assert table.years == (2019, 2020)
    np.testing.assert_allclose(table.months[0, 10:], [0.1, -0.1])
    np.testing.assert_allclose(table.months[1, [0, 2]], [1.0, -0.5])
    assert np.isnan(table.months[0, :10]).all()
    # A month without a session has no return, not a return of zero.
    assert math.isnan(table.months[1, 1])
    np.testing.assert_allclose(table.totals, [-0.01, 0.0], atol=1e-15)


def test_a_year_without_sessions_is_a_gap():
    table = monthly_returns(np.array([100.0, 110.0]), 100.0, np.array(["2018-06-01", "2020-06-01"], "datetime64[D]"))
    assert table.years == (2018, 2019, 2020)
    assert math.isnan(table.totals[1])
    assert table.totals[2] == pytest.approx(0.1)


def test_worst_days_lowest_first_ties_in_time_order():
    pnl = np.array([5.0, -3.0, math.nan, -9.0, -3.0, 1.0])
    assert worst_days(pnl, 3).tolist() == [3, 1, 4]
    assert worst_days(pnl, 99).tolist() == [3, 1, 4, 5, 0]


def test_hedge_cost_by_hand():
    # The hedges lost 300 over two years (731 days, one leap day) on an average account of 1,000: 15 % a year.
    sessions = np.array(["2008-01-01", "2009-06-30", "2009-12-31"], dtype="datetime64[D]")
    cost = hedge_cost_per_year(np.array([-500.0, 300.0, -100.0]), np.array([900.0, 1000.0, 1100.0]), sessions)
    assert cost == pytest.approx(0.3 / (731 / 365.25))
    assert hedge_cost_per_year(np.zeros(3), np.full(3, 1e6), sessions) == 0.0
    assert math.copysign(1.0, hedge_cost_per_year(np.zeros(3), np.full(3, 1e6), sessions)) == 1.0
    assert math.isnan(hedge_cost_per_year(np.zeros(3), np.array([1.0, -1.0, -5.0]), sessions))


@given(RETURNS)
def test_the_tail_is_worse_than_the_mean_and_no_worse_than_the_worst(returns):
    assert returns.min() - 1e-12 <= cvar95(returns) <= returns.mean() + 1e-12


@given(RETURNS)
def test_months_and_years_compound_to_the_whole(returns):
    sessions = np.arange("2019-11-15", np.datetime64("2019-11-15") + returns.size, dtype="datetime64[D]")
    equity = 1e6 * np.cumprod(1.0 + returns)
    table = monthly_returns(equity, 1e6, sessions)
    assert np.nanprod(1.0 + table.months) == pytest.approx(equity[-1] / 1e6, rel=1e-9)
    assert np.nanprod(1.0 + table.totals) == pytest.approx(equity[-1] / 1e6, rel=1e-9)


@given(RETURNS)
def test_the_deepest_drawdown_is_the_deepest_of_all_pairs(returns):
    sessions = np.arange("2019-11-15", np.datetime64("2019-11-15") + returns.size, dtype="datetime64[D]")
    equity = 1e6 * np.cumprod(1.0 + returns)
    path = np.concatenate(([1e6], equity))
    slow = min(low / high - 1.0 for at, high in enumerate(path) for low in path[at:])
    worst = max_drawdown(equity, 1e6, sessions)
    assert worst.depth == pytest.approx(slow, abs=1e-12)
    assert worst.depth_usd <= 0.0
