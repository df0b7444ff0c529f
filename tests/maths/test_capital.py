"""WACC, CAPM, hurdle, modified IRR, beta and the return on peak margin, worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.maths.capital import capm, hurdle, irr_error, modified_irr, return_on_peak, slope, wacc
from alvh.values import Missing


def test_the_methodology_vector_of_wacc() -> None:
    """methodology.md section 10: Re = 4.3 % + 0.8 x 5 % = 8.3 %, Rd = 5.3 % + 1.5 %; 0.6 x 8.3 + 0.4 x 6.8 = 7.70 %."""
    equity = capm(0.043, 0.8, 0.05)
    assert equity == pytest.approx(0.083, abs=1e-15)
    assert wacc(60_000.0, 40_000.0, equity, 0.053 + 0.015) == pytest.approx(0.0770, abs=1e-15)


def test_a_cash_collateralised_book_costs_its_cost_of_equity() -> None:
    assert wacc(5e6, 0.0, 0.083, 0.068) == 0.083


def test_interest_that_lowers_a_tax_bill_costs_less() -> None:
    # 0.5 x 8 % + 0.5 x 6 % x (1 - 0.25) = 4 % + 2.25 %
    assert wacc(1.0, 1.0, 0.08, 0.06, 0.25) == pytest.approx(0.0625, abs=1e-15)


@pytest.mark.parametrize(("equity", "debt"), [(0.0, 0.0), (-10.0, 5.0), (10.0, -1.0), (math.nan, 1.0)])
def test_without_value_there_is_no_cost(equity: float, debt: float) -> None:
    assert math.isnan(wacc(equity, debt, 0.08, 0.06))


@given(st.floats(1.0, 1e9), st.floats(0.0, 1e9), st.floats(-0.1, 0.5), st.floats(-0.1, 0.5))
def test_wacc_lies_between_its_parts(equity: float, debt: float, re: float, rd: float) -> None:
    assert min(re, rd) - 1e-12 <= wacc(equity, debt, re, rd) <= max(re, rd) + 1e-12


def test_the_hurdle_adds_the_differential_only_where_sofr_is_above_the_bill() -> None:
    assert hurdle(0.077, 0.002, 0.03) == pytest.approx(0.109)
    assert hurdle(0.077, -0.004, 0.03) == pytest.approx(0.107)
    assert math.isnan(hurdle(0.077, math.nan, 0.03))


def test_modified_irr_by_hand() -> None:
    assert modified_irr(100.0, 110.0, 1.0) == pytest.approx(0.10, abs=1e-15)
    # A quarter at 2 %: 1.02^4 = 1.08243216.
    assert modified_irr(100.0, 102.0, 0.25) == pytest.approx(0.08243216, abs=1e-12)
    assert modified_irr(100.0, -5.0, 0.25) == -1.0
    assert math.isnan(modified_irr(0.0, 5.0, 0.25))


def test_the_error_is_the_slope_of_the_rate() -> None:
    step = 1e-4
    up, down = (modified_irr(100.0, 102.0 + x, 0.25) for x in (step, -step))
    assert irr_error(100.0, 102.0, 0.5, 0.25) == pytest.approx((up - down) / (2.0 * step) * 0.5, rel=1e-6)
    assert math.isnan(irr_error(100.0, 0.0, 0.5, 0.25))


@given(st.floats(-0.9, 5.0), st.floats(0.05, 3.0))
def test_the_rate_found_grows_the_outlay_to_the_wealth(rate: float, years: float) -> None:
    assert modified_irr(50.0, 50.0 * (1.0 + rate) ** years, years) == pytest.approx(rate, abs=1e-9)


def test_beta_by_hand() -> None:
    # x - mean: -1, 0, 1; y - mean: -3, 1, 2; (3 + 0 + 2) / 2 = 2.5. The pair with a gap is left out.
    y, x = np.array([-2.0, 2.0, math.nan, 3.0]), np.array([0.0, 1.0, 9.0, 2.0])
    assert slope(y, x, 3) == 2.5
    assert slope(y, x, 4) == Missing("3 sessions of profit and loss, 4 are needed for a beta")
    assert isinstance(slope(y, np.ones(4), 2), Missing)


def test_return_on_peak_margin_by_hand() -> None:
    # 3,000 USD in half a year are 6,000 a year, on 50,000.
    assert return_on_peak(3_000.0, 126, 50_000.0) == pytest.approx(0.12)
    assert math.isnan(return_on_peak(3_000.0, 126, 0.0))
    assert math.isnan(return_on_peak(3_000.0, 0, 1.0))
