"""Controls of equal cost: hand-worked scales, and what cannot be scaled."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.controls import (
    Control,
    Draws,
    cash_control,
    cost_per_year,
    deleveraged_equal_cost,
    deleveraged_equal_tail,
    equal_cost,
    grown,
    random_spells,
    random_timed,
)
from alvh.evidence.measure import cvar95, daily_returns
from alvh.values import Floats, Missing

NAV = 1_000_000.0
LOT = np.random.default_rng(3)
CONDORS = LOT.normal(0.0003, 0.004, 504)
CASH = np.full(504, 0.00005)
DAYS = np.arange("2020-01-02", "2021-05-20", dtype="datetime64[D]")[:504]


def equity(control: Control) -> Floats:
    assert not isinstance(control.equity_usd, Missing), control.equity_usd
    return control.equity_usd


def test_a_cost_is_the_mean_over_a_year_with_its_sign_turned() -> None:
    # 252 sessions of -0.0001 are 2.52 % a year.
    assert cost_per_year(np.full(10, -0.0001)) == pytest.approx(0.0252)


def test_another_hedge_is_scaled_until_it_costs_the_same() -> None:
    # It cost 1 basis point a day, 2.52 % a year; the judged hedge cost half of that.
    other = np.array([-0.0003, 0.0001] * 252)
    made = equal_cost("puts", "", CONDORS, other, 0.0126, NAV)
    assert made.scale == pytest.approx(0.5)
    assert daily_returns(equity(made), NAV) == pytest.approx(CONDORS + 0.5 * other)
    assert equity(made)[1] == pytest.approx(NAV * (1 + CONDORS[0] - 0.00015) * (1 + CONDORS[1] + 0.00005))


@pytest.mark.parametrize(
    ("other", "cost", "why"),
    [
        (np.full(504, 0.0001), 0.01, "it earned 2.52% a year by itself: no size of it costs 1.00%"),
        (np.full(504, -0.0001), -0.01, "the hedge cost nothing (-1.00% a year): there is no cost to match"),
        (np.full(504, -0.000001), 0.01, "it cost 0.025% a year: 40 times as much would be needed"),
    ],
)
def test_what_cannot_be_scaled_says_why(other: Floats, cost: float, why: str) -> None:
    made = equal_cost("puts", "", CONDORS, other, cost, NAV)
    assert made.equity_usd == Missing(why)
    assert math.isnan(made.scale)


def test_fewer_condors_give_up_what_the_hedge_cost() -> None:
    # Condors earned 3 basis points a day beyond cash on average: a third fewer give up one.
    condors = CASH + np.array([0.0009, -0.0003] * 252)
    made = deleveraged_equal_cost(condors, CASH, 0.0001 * 252, NAV)
    assert made.scale == pytest.approx(2.0 / 3.0)
    given_up = np.mean(condors) - np.mean(daily_returns(equity(made), NAV))
    assert given_up == pytest.approx(0.0001)


def test_condors_that_lose_to_cash_cost_nothing_to_leave() -> None:
    made = deleveraged_equal_cost(CASH - 0.0001, CASH, 0.01, NAV)
    assert isinstance(made.equity_usd, Missing)
    assert "costs nothing" in made.equity_usd.why


def test_fewer_condors_reach_the_tail_of_the_hedge() -> None:
    tail = 0.6 * cvar95(CONDORS)
    made = deleveraged_equal_tail(CONDORS, CASH, tail, NAV)
    assert cvar95(daily_returns(equity(made), NAV)) == pytest.approx(tail, rel=1e-9)
    assert 0.5 < made.scale < 0.7
    kept = deleveraged_equal_tail(CONDORS, CASH, 1.1 * cvar95(CONDORS), NAV)
    assert kept.equity_usd == Missing("the hedge did not make the worst 5 % of days smaller: there is no tail to match")


def test_cash_is_its_interest() -> None:
    assert equity(cash_control(np.array([0.01, 0.02]), 100.0)) == pytest.approx([101.0, 103.02])


def test_random_spells_are_half_of_the_time_and_a_month_long() -> None:
    on = np.concatenate([random_spells(5_000, np.random.default_rng((1, k))) for k in range(40)])
    assert on.mean() == pytest.approx(0.5, abs=0.02)
    spells = 1 + int((np.diff(on.astype(int)) == 1).sum())
    assert on.sum() / spells == pytest.approx(21.0, rel=0.05)


def test_random_hedges_cost_the_same_on_average() -> None:
    always = np.random.default_rng(5).normal(-0.0002, 0.0001, 504)
    cost = 0.02
    made = random_timed(CONDORS, always, cost, DAYS, NAV, seed=1, draws=200)
    assert isinstance(made, Draws)
    assert made.count == 200
    # Log growth falls by about the cost, give or take what chance does.
    base = np.log1p(CONDORS).mean() * 252
    years = ((DAYS[-1] - DAYS[0]).astype(int) + 1) / 365.25
    assert np.log1p(made.cagr).mean() * years / 2.0 == pytest.approx(base - cost, abs=0.004)
    again = random_timed(CONDORS, always, cost, DAYS, NAV, seed=1, draws=200)
    assert isinstance(again, Draws)
    assert np.array_equal(made.cagr, again.cagr)


def test_a_hedge_that_earned_all_the_time_is_no_control() -> None:
    made = random_timed(CONDORS, np.full(504, 0.0001), 0.01, DAYS, NAV, seed=1, draws=3)
    assert made == Missing("held all the time it earned 2.52% a year: no size of it costs anything")


@given(st.floats(0.2, 0.95))
def test_a_smaller_share_never_has_the_deeper_tail(share: float) -> None:
    fewer = CASH + share * (CONDORS - CASH)
    assert cvar95(fewer) >= cvar95(CONDORS)


def test_growth_is_compounded() -> None:
    assert grown(np.array([0.1, -0.5]), 100.0) == pytest.approx([110.0, 55.0])
