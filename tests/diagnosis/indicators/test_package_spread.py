"""The reference condor's spread against the same condor priced leg by leg with the plain functions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh import conventions
from alvh.diagnosis.indicators import package_spread
from alvh.market import spx_model
from alvh.market.half_spread import spx_half_spread
from alvh.market.history import build_history
from alvh.market.smile_inputs import smile_inputs
from alvh.maths import black
from alvh.maths.smile import ETA, rho_of, theta_table, vol
from tiny_market import TinySpec

# methodology.md section 6: VIX 20, 30 days, theta 0.00215372 with rho -0.6 and eta 1.2; here rho is VVIX 95's.
THETA, YEARS, FORWARD = 0.00215372, 30.0 / 365.0, 5000.0


@pytest.mark.parametrize(("strike", "call"), [(4700.0, False), (5200.0, True)])
def test_a_leg_by_hand(strike: float, call: bool) -> None:
    rho = rho_of(95.0)
    sigma = vol(math.log(strike / FORWARD), THETA, rho, ETA, YEARS)
    mid = black.price(FORWARD, strike, YEARS, sigma, 0.999, call)
    size = abs(black.delta(FORWARD, strike, YEARS, sigma, call))
    # The fitted curve, spelled out: 0.0311 + 0.0427 price^0.4752 (30/30)^0.1331 (20/16)^0.4724, not in the money.
    expected = 0.0311 + 0.0427 * mid**0.4752 * 1.25**0.4724
    assert size < 0.5
    found = package_spread.leg_half_spread(strike, call, FORWARD, 0.999, THETA, rho, YEARS, 20.0)
    assert found == pytest.approx(expected)
    assert found == pytest.approx(spx_half_spread(mid, size, 30.0, 20.0))


def test_the_condor_is_its_four_legs() -> None:
    history = build_history(TinySpec(sessions=40).tables())
    found = package_spread.prepare(history, "package_spread")
    x, i, years = smile_inputs(history), 20, 45.0 / 365.0
    clock = conventions.clock_reading(conventions.close_instant("SPXW", history.dates[i]) + 45.0)
    forward, discount, theta = spx_model.smile_at(
        theta_table(), clock, years, x.clock[i], x.node_clock[i], x.node_variance[i], x.rho[i], x.spot[i],
        x.dividend_yield[i], x.zero_days, x.zero_rates[i],
    )  # fmt: skip
    total = 0.0
    for call, side in ((False, -1.0), (True, 1.0)):
        short = spx_model.strike_of_delta(forward, theta, x.rho[i], years, call, 0.16)
        for strike in (short, short + side * 0.01 * x.spot[i]):
            sigma = vol(math.log(strike / forward), theta, x.rho[i], ETA, years)
            size = abs(black.delta(forward, strike, years, sigma, call))
            assert size <= 0.16 + 1e-6
            mid = black.price(forward, strike, years, sigma, discount, call)
            total += spx_half_spread(mid, size, 45.0, x.vix[i])
    assert found[i] == pytest.approx(total)


def test_the_ratio_is_to_the_median_of_thirty_sessions() -> None:
    history = build_history(TinySpec(sessions=80).tables())
    spread = package_spread.prepare(history, "package_spread")
    ratio = package_spread.prepare(history, "package_spread_ratio")
    assert np.isnan(ratio[:14]).all()
    for i in (14, 29, 30, 79):
        assert ratio[i] == pytest.approx(spread[i] / np.median(spread[max(0, i - 29) : i + 1]))


def test_a_shock_widens_it() -> None:
    history = build_history(TinySpec(sessions=120, shock_at=(100,), shock=1.2).tables())
    ratio = package_spread.prepare(history, "package_spread_ratio")
    assert ratio[100] > 1.25 > np.nanmax(ratio[60:100])


@pytest.mark.parametrize("name", ["VIX", "VVIX", "SPX"])
def test_without_an_input_there_is_none(name: str) -> None:
    gone = list(range(20, 30)) if name == "VVIX" else [29]
    history = build_history(TinySpec(sessions=60).tables(holes={name: gone}))
    spread = package_spread.prepare(history, "package_spread")
    assert math.isnan(spread[29])
    assert math.isfinite(spread[40])


@given(st.integers(0, 2**20))
@settings(max_examples=20)
def test_it_is_at_least_four_half_ticks(seed: int) -> None:
    history = build_history(TinySpec(seed=seed, sessions=40).tables())
    spread = package_spread.prepare(history, "package_spread")
    assert np.isfinite(spread).all()
    assert (spread >= 4 * 0.025).all()
