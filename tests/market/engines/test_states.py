"""The state by hand: variance through the nodes, the ceiling of VX, and the basis between contracts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.market.engines.states import (
    BASIS_DAYS,
    basis_at,
    ceiling_points,
    days_of,
    fill_basis,
    states,
    total_variance,
    variance_to,
)
from alvh.market.history import build_history
from tiny_market import tiny_market

NODE_DAYS = np.array([30.0, 93.0])


def test_variance_runs_straight_through_the_nodes_and_on() -> None:
    variance = np.array([0.003, 0.0093])
    # Before the first node in proportion: 15 of 30 days. Between them 0.0001 a day from 30 on, and beyond 93 as well.
    assert variance_to(15.0, NODE_DAYS, variance) == pytest.approx(0.0015)
    assert variance_to(50.0, NODE_DAYS, variance) == pytest.approx(0.003 + 20 * 0.0001)
    assert variance_to(123.0, NODE_DAYS, variance) == pytest.approx(0.0093 + 30 * 0.0001)


def test_the_ceiling_of_the_specification() -> None:
    # methodology.md section 7: VIX 20, VIX3M 22 over 93 days: the root of forward variance is 22.891.
    levels = np.log([20.0, 22.0])
    variance = np.array([total_variance(levels[j], NODE_DAYS[j]) for j in range(2)])
    assert ceiling_points(30.0, NODE_DAYS, variance) == pytest.approx(22.891, abs=5e-4)
    # At expiry it is VIX itself.
    assert ceiling_points(0.0, NODE_DAYS, variance) == pytest.approx(20.0)
    assert math.isnan(ceiling_points(30.0, NODE_DAYS, np.array([0.02, 0.01])))


def test_the_basis_is_zero_at_expiry_and_straight_between_terms() -> None:
    terms, basis = np.array([30.0, 60.0]), np.array([-0.03, -0.09])
    for days, expected in ((0.0, 0.0), (10.0, -0.01), (30.0, -0.03), (45.0, -0.06), (200.0, -0.09)):
        assert basis_at(days, terms, basis) == pytest.approx(expected)


def test_a_basis_is_read_between_the_contracts_and_missing_beyond_the_last() -> None:
    # A flat 20: every ceiling is 20. Contracts 10 and 70 days out at a basis of -0.02 and -0.05.
    flat = np.array([[total_variance(math.log(20.0), days) for days in NODE_DAYS]])
    settle = np.array([[20.0 * math.exp(-0.02), 20.0 * math.exp(-0.05)]])
    out = np.full((1, len(BASIS_DAYS)), np.nan)
    fill_basis(settle, np.array([10, 70]), np.array([0]), np.array([0]), NODE_DAYS, flat, out)
    # 7 of 10 days; then 5, 20 and 50 of 60 days from the first to the second.
    expected = [-0.014, -0.02 - 0.03 * 5 / 60, -0.02 - 0.03 * 20 / 60, -0.02 - 0.03 * 50 / 60]
    assert out[0, [0, 1, 2, 4]] == pytest.approx(expected)
    assert np.isnan(out[0, 5:]).all()


@given(st.floats(9.0, 90.0), st.floats(0.8, 1.3), st.floats(0.9, 1.2), st.floats(0.0, 300.0))
def test_what_rises_from_node_to_node_rises_everywhere(vix, second, third, days) -> None:
    nodes = days_of(("VIX", "VIX3M", "VIX6M"))
    levels = np.log(np.array([vix, vix * second, vix * second * third]))
    variance = np.array([total_variance(levels[j], nodes[j]) for j in range(3)])
    assert (np.diff(variance) > 0.0).all()
    assert variance_to(days + 1.0, nodes, variance) > variance_to(days, nodes, variance)
    assert ceiling_points(days, nodes, variance) > 0.0


def test_a_state_is_made_of_today_and_yesterday_alone(tiny) -> None:
    made = states(tiny)
    assert made.names[:6] == ("SPX", "VIX", "VIX3M", "VIX6M", "VVIX", "SKEW")
    assert made.complete[1:].all()
    spx = tiny.column("SPX")
    assert made.column("SPX")[5] == pytest.approx(math.log(spx[5] / spx[4]))
    assert made.column("VIX3M")[5] == pytest.approx(math.log(tiny.column("VIX3M")[5] / tiny.column("VIX")[5]))
    forked = build_history(tiny_market(sessions=900, shock_at=(270, 600), fork=(500, 1)))
    np.testing.assert_array_equal(states(forked).values[:500], made.values[:500])
    assert not np.array_equal(states(forked).values[510], made.values[510])


def test_a_history_without_an_index_has_no_complete_session() -> None:
    tables = tiny_market(sessions=60)
    tables["vol_indices"] = tables["vol_indices"].filter(tables["vol_indices"]["symbol"] != "VIX6M")
    assert not states(build_history(tables)).complete.any()
