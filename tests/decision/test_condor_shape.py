"""The shape of a condor by hand: widths, largest loss, break-evens, symmetry, odds and expectation."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.decision.condor_shape import (
    Strikes,
    Vols,
    annual_vol_of_range,
    between,
    breakevens,
    chance_above,
    describe,
    symmetry,
)
from alvh.maths.black import price

STRIKES = Strikes(90.0, 95.0, 105.0, 110.0)
FLAT = Vols(0.2, 0.2, 0.2, 0.2)
N = NormalDist().cdf


def shape(cash: float = 2.0, strikes: Strikes = STRIKES, vols: Vols = FLAT, real: float | None = None):
    return describe(strikes, vols, spot=100.0, forward=100.0, years=0.25, vol_atm=0.2, cash_points=cash, real_vol=real)


def test_widths_largest_loss_and_breakevens() -> None:
    made = shape()
    # 5 wide on both sides, 2 received: 3 can be lost; 95 - 2 and 105 + 2.
    assert (made.put_width, made.call_width, made.max_loss_points) == (5.0, 5.0, 3.0)
    assert (made.breakeven_put, made.breakeven_call) == (93.0, 107.0)


def test_the_wider_side_is_what_can_be_lost() -> None:
    assert shape(strikes=Strikes(85.0, 95.0, 105.0, 110.0)).max_loss_points == 8.0


def test_symmetry_by_hand() -> None:
    # 0.2 x sqrt(0.25) = 0.1; ln 1.07 = 0.0676586, ln 0.93 = -0.0725707: (0.0676586 - 0.0725707) / 0.1 = -0.0491.
    assert shape().symmetry == pytest.approx(-0.049121, abs=1e-5)
    # Break-evens e^+-x from spot are symmetric.
    assert symmetry(100.0 * math.exp(-0.05), 100.0 * math.exp(0.05), 100.0, 0.1) == pytest.approx(0.0, abs=1e-12)


def test_odds_by_hand() -> None:
    # Above 93: d2 = ln(100/93)/0.1 - 0.05 = 0.675707; above 107: ln(100/107)/0.1 - 0.05 = -0.726586.
    assert shape().pop == pytest.approx(N(0.675707) - N(-0.726586), abs=1e-6)


def test_each_breakeven_takes_the_volatility_of_its_own_strike() -> None:
    # 93 lies three fifths of the way from 90 to 95: 0.30 + 0.6 x (0.20 - 0.30) = 0.24; deviation 0.12.
    skewed = shape(vols=Vols(0.30, 0.20, 0.18, 0.16))
    low = N(math.log(100.0 / 93.0) / 0.12 - 0.06)
    # 107 lies two fifths of the way from 105 to 110: 0.18 - 0.4 x 0.02 = 0.172; deviation 0.086.
    high = N(math.log(100.0 / 107.0) / 0.086 - 0.043)
    assert skewed.pop == pytest.approx(low - high, abs=1e-9)


def test_a_campaign_without_cash_left_cannot_end_above_zero() -> None:
    assert shape(cash=-1.0).pop == 0.0
    assert math.isnan(shape(cash=-1.0).symmetry)
    assert shape(cash=-1.0).max_loss_points == 6.0


def test_a_side_that_the_cash_covers_cannot_lose() -> None:
    assert breakevens(Strikes(93.0, 95.0, 105.0, 110.0), 2.0) == pytest.approx((math.nan, 107.0), nan_ok=True)
    covered = shape(strikes=Strikes(93.0, 95.0, 105.0, 110.0))
    assert covered.pop == pytest.approx(1.0 - N(-0.726586), abs=1e-6)
    assert shape(cash=6.0).pop == 1.0


def test_expectation_under_no_volatility_keeps_everything() -> None:
    assert shape(real=0.0).expected_points == pytest.approx(2.0)


def test_the_market_expects_what_it_charges() -> None:
    # Sold at its own volatilities (undiscounted) a condor is expected to bring nothing.
    credit = (
        price(100.0, 95.0, 0.25, 0.2, 1.0, False) - price(100.0, 90.0, 0.25, 0.2, 1.0, False)
        + price(100.0, 105.0, 0.25, 0.2, 1.0, True) - price(100.0, 110.0, 0.25, 0.2, 1.0, True)
    )  # fmt: skip
    assert shape(cash=credit).expected_points == pytest.approx(0.0, abs=1e-12)
    # Under a realised volatility below the implied one, the seller earns.
    assert shape(cash=credit, real=0.15).expected_points > 0.2


def test_a_range_of_one_percent_a_day_is_sixteen_a_year() -> None:
    # sqrt(252) = 15.8745.
    assert annual_vol_of_range(1.0) == pytest.approx(0.158745, abs=1e-6)


def test_interpolation_is_flat_outside() -> None:
    assert between(80.0, 90.0, 100.0, 0.3, 0.2) == 0.3
    assert between(110.0, 90.0, 100.0, 0.3, 0.2) == 0.2
    assert between(95.0, 90.0, 90.0, 0.3, 0.2) == 0.3


def test_nothing_is_known_of_what_is_missing() -> None:
    assert math.isnan(chance_above(math.nan, 100.0, 0.25, 0.2))
    assert math.isnan(shape(vols=Vols(math.nan, math.nan, 0.2, 0.2)).pop)
    assert math.isnan(shape(real=math.nan).expected_points)
    assert math.isnan(shape(cash=math.nan).pop)


@given(
    cash=st.floats(-3.0, 8.0),
    widths=st.tuples(st.floats(0.5, 20.0), st.floats(0.5, 20.0)),
    vols=st.tuples(*(st.floats(0.02, 1.5),) * 4),
    real=st.floats(0.0, 1.5),
)
def test_odds_are_odds_and_the_expectation_lies_between_the_extremes(cash, widths, vols, real) -> None:
    strikes = Strikes(95.0 - widths[0], 95.0, 105.0, 105.0 + widths[1])
    made = shape(cash, strikes, Vols(*vols), real)
    assert 0.0 <= made.pop <= 1.0
    assert -made.max_loss_points - 1e-9 <= made.expected_points <= cash + 1e-9
