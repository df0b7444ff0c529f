"""The volatility model of fund options: its nodes, its leverage, no arbitrage, and half-spreads by hand."""

from __future__ import annotations

import datetime as dt
import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.market import etp_model
from alvh.maths.vix_call import call_price, log_contract


def smile(forward: float, years: float, vvix: float, levered: float) -> tuple[float, float]:
    out = np.empty((2, 1))
    etp_model.smile(np.array([forward]), np.array([years]), np.array([vvix]), np.array([levered]), out)
    return float(out[0, 0]), float(out[1, 0])


def test_the_term_of_the_volatility_at_and_between_its_nodes() -> None:
    for days, factor in zip(etp_model.VOL_DAYS, etp_model.VOL_FACTORS, strict=True):
        assert etp_model.vol_term(days / 365.0) == pytest.approx(factor)
    # 12 days: 0.614 + (0.681 - 0.614) ln(12/9) / ln(16/9) = 0.614 + 0.067 x 0.5 = 0.6475.
    assert etp_model.vol_term(12.0 / 365.0) == pytest.approx(0.6475)
    assert etp_model.vol_term(3.0 / 365.0) == 0.614
    assert etp_model.vol_term(2.0) == 0.795
    assert math.isnan(etp_model.vol_term(0.0))


def test_the_floor_by_hand() -> None:
    # A quarter of a year: 0.25^0.647 = e^(-0.647 x 1.38629) = 0.40785; exp(-1.61 x 0.40785) = 0.51860; for a fund that
    # moves twice as much its square, 0.26895.
    assert etp_model.floor_share(0.25, 1.0) == pytest.approx(0.51860, abs=2e-5)
    assert etp_model.floor_share(0.25, 2.0) == pytest.approx(0.26895, abs=2e-5)


@given(st.floats(5.0, 300.0), st.integers(1, 700), st.floats(60.0, 140.0), st.sampled_from([1.0, 1.5, 2.0]))
def test_the_smile_has_the_log_contract_of_vvix_and_is_a_martingale(
    forward: float, days: int, vvix: float, levered: float
) -> None:
    years = days / 365.0
    floor, s = smile(forward, years, vvix, levered)
    target = vvix / 100.0 * etp_model.vol_term(years) * levered
    if math.isnan(s):
        # Only where a fund that cannot fall below its floor cannot have that much variance.
        assert target**2 * years >= -2.0 * math.log(floor / forward) * (1 - 1e-9)
        return
    assert math.sqrt(log_contract(1.0 - floor / forward, s * math.sqrt(years)) / years) == pytest.approx(
        target, rel=1e-5
    )
    assert call_price(forward, floor, floor, s, years) == pytest.approx(forward - floor)


@given(st.integers(5, 400), st.floats(70.0, 140.0))
def test_volatility_rises_with_the_strike_and_calls_fall(days: int, vvix: float) -> None:
    years = days / 365.0
    floor, s = smile(20.0, years, vvix, 1.0)
    strikes = [18.0, 20.0, 24.0, 30.0]
    found = []
    for strike in strikes:
        out = np.empty((2, 1))
        etp_model.vols(strike, True, np.array([20.0]), np.array([years]), np.array([[floor], [s]]), out)
        found.append(out[:, 0].copy())
    vols, deltas = zip(*found, strict=True)
    assert all(a < b for a, b in itertools.pairwise(vols))
    assert all(a >= b for a, b in itertools.pairwise(deltas))
    prices = [call_price(20.0, strike, floor, s, years) for strike in strikes]
    assert all(a >= b for a, b in itertools.pairwise(prices))


def test_leverage_changes_with_the_close_of_27_february_2018() -> None:
    assert etp_model.leverage("UVXY", dt.date(2018, 2, 27)) == 2.0
    assert etp_model.leverage("UVXY", dt.date(2018, 2, 28)) == 1.5
    assert etp_model.leverage("VXX", dt.date(2015, 1, 2)) == 1.0


def test_half_spreads_by_hand() -> None:
    # A price of 1.00, 30 days, VIX at its level of December 2016: 0.0089 + 0.00663 = 0.01553.
    assert etp_model.half_spread(1.0, 30.0, 12.8, 1.0) == pytest.approx(0.01553)
    # VIX at twice that: x 2^0.4724 = 1.38741.
    assert etp_model.half_spread(1.0, 30.0, 25.6, 1.0) == pytest.approx(0.021546, abs=1e-5)
    assert etp_model.half_spread(0.0, 30.0, 1e-3, 1.0) == 0.005
    assert math.isnan(etp_model.half_spread(math.nan, 30.0, 12.8, 1.0))
    assert math.isnan(etp_model.half_spread(1.0, 30.0, math.nan, 1.0))


def test_spreads_widen_between_the_two_dates_that_are_known() -> None:
    first, last = etp_model.WIDENED_FROM, etp_model.WIDENED_TO
    assert etp_model.spread_factor("VXX", first - 1000) == 1.0
    assert etp_model.spread_factor("VXX", last) == pytest.approx(9.7)
    assert etp_model.spread_factor("UVXY", last + 500) == pytest.approx(18.0)
    # Half-way in time it is the square root.
    assert etp_model.spread_factor("VXX", (first + last) // 2) == pytest.approx(math.sqrt(9.7), rel=1e-3)


def test_what_is_missing_is_missing() -> None:
    assert math.isnan(smile(math.nan, 0.1, 90.0, 1.0)[0])
    assert math.isnan(smile(20.0, 0.1, math.nan, 1.0)[1])
