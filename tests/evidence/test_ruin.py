"""How often a fifth is lost, and what is earned: by hand, weighted back, and over simulated markets."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.conventions import sessions as nyse_sessions
from alvh.evidence.ruin import SimulatedRun, expected_irr, ruin, simulate_policy, weights, wilson
from alvh.execution.execute import Execution
from alvh.market.history import build_history
from alvh.policies.policy import preset
from tiny_market import tiny_market

NAV = 100.0
PATHS = np.array(
    [
        [100.0, 90.0, 120.0, 96.0],  # 20 % below its own high of 120
        [100.0, 90.0, 85.0, 81.0],  # 19 % below its start
        [79.0, 130.0, 130.0, 130.0],  # 21 % below its start at once
        [101.0, 102.0, 103.0, 104.0],
    ]
)


def test_ruin_by_hand() -> None:
    even = np.ones(4)
    made = ruin(PATHS, NAV, even)
    assert (made.value, made.paths, made.effective) == (0.5, 4, pytest.approx(4.0))
    # Within three sessions only the third has fallen so far.
    assert ruin(PATHS, NAV, even, horizon=3).value == 0.25
    assert ruin(PATHS, NAV, even, loss=0.15).value == 0.75
    # The first and third weigh 1 of 8 each.
    assert ruin(PATHS, NAV, np.array([1.0, 3.0, 1.0, 3.0])).value == pytest.approx(0.25)


def test_wilsons_interval() -> None:
    # 0 of 100: the upper end is z^2 / (n + z^2) = 3.8415 / 103.8415.
    assert wilson(0.0, 100.0) == (0.0, pytest.approx(0.0, abs=1e-12), pytest.approx(3.841459 / 103.841459, rel=1e-6))
    # 50 of 100: half +- 1.96 sqrt(0.25 / 100 + 3.8415 / 40000) / 1.038415 = 0.0962 (Brown, Cai and DasGupta 2001).
    assert wilson(0.5, 100.0) == (0.5, pytest.approx(0.4038, abs=1e-4), pytest.approx(0.5962, abs=1e-4))


@given(st.floats(0.0, 1.0), st.floats(1.0, 1e4))
def test_an_interval_holds_its_share_and_stays_within_bounds(share, count) -> None:
    value, low, high = wilson(share, count)
    assert 0.0 <= low <= value + 1e-9
    assert value - 1e-9 <= high <= 1.0


@given(st.lists(st.floats(0.01, 10.0), min_size=4, max_size=4))
def test_a_weight_counts_by_its_share(raw) -> None:
    weight = np.array(raw)
    made, doubled = ruin(PATHS, NAV, weight), ruin(PATHS, NAV, 2.0 * weight)
    assert made.value == pytest.approx((weight[0] + weight[2]) / weight.sum())
    assert doubled.value == pytest.approx(made.value)
    assert doubled.effective == pytest.approx(made.effective)


def test_expected_irr_by_hand() -> None:
    # Two sessions 365 calendar days apart, both counted: 366 / 365.25 years.
    days = np.array(["2025-01-02", "2026-01-02"], dtype="datetime64[D]")
    years = 366.0 / 365.25
    equity = np.array([[100.0, 121.0], [100.0, 81.0], [100.0, -5.0]])
    rates = [1.21 ** (1 / years) - 1, 0.81 ** (1 / years) - 1, -1.0]
    made = expected_irr(equity, NAV, days, np.array([0.5, 0.25, 0.25]))
    mean = 0.5 * rates[0] + 0.25 * (rates[1] + rates[2])
    error = math.sqrt(sum((w * (r - mean)) ** 2 for w, r in zip((0.5, 0.25, 0.25), rates, strict=True)))
    assert made.value == pytest.approx(mean)
    assert (made.low, made.high) == (pytest.approx(mean - 1.959964 * error), pytest.approx(mean + 1.959964 * error))


def test_weights_come_from_logarithms() -> None:
    days = nyse_sessions(np.datetime64("2025-01-02").item(), np.datetime64("2025-01-03").item())
    runs = [SimulatedRun(k, days, np.ones(2), log) for k, log in enumerate((0.0, math.log(3.0)))]
    assert weights(runs) == pytest.approx([0.25, 0.75])


def test_a_policy_runs_over_a_simulated_market_and_the_seed_decides() -> None:
    history = build_history(tiny_market(sessions=700))
    policy = preset("condor-only")
    made = simulate_policy(history, policy, 4, 40, Execution("half"), 1e6)
    again = simulate_policy(history, policy, 4, 40, Execution("half"), 1e6)
    other = simulate_policy(history, policy, 5, 40, Execution("half"), 1e6)
    assert len(made.equity_usd) == len(made.sessions) == 40
    assert made.sessions[0] == np.datetime64("2019-10-15")
    np.testing.assert_array_equal(made.equity_usd, again.equity_usd)
    assert not np.array_equal(made.equity_usd, other.equity_usd)
    assert made.equity_usd.std() > 0.0
    assert (made.equity_usd > 0.5e6).all()
