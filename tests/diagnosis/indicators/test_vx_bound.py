"""The bound on VX from SPX options, against the vector of the methodology page."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.diagnosis.indicators import vx_bound
from alvh.market.history import build_history
from diagnosis.indicators.handmade import EXPIRIES, made
from tiny_market import TinySpec

NODES = np.array([9.0, 30.0, 93.0, 184.0, 365.0])


def totals(*levels: float):
    return np.array([levels]) ** 2 * NODES


def root_forward(days: float, *levels: float) -> float:
    out = np.empty(1)
    vx_bound.forward_loop(np.array([days]), NODES, totals(*levels), out)
    return out.item()


@pytest.mark.parametrize("days", [30.0, 45.0, 63.0])
def test_the_vector_of_the_methodology_page(days: float) -> None:
    # VIX 20, VIX3M 22: (22^2 x 93 - 20^2 x 30) / 63 = 33012 / 63 = 524; sqrt 22.891. Total variance is linear between
    # the two, so any 30 days inside them have it, the page's 30 to 60 among them.
    assert root_forward(days, math.nan, 20.0, 22.0, math.nan, math.nan) == pytest.approx(22.891, abs=5e-4)


def test_a_window_over_a_node_by_hand() -> None:
    # From day 78 to 108: 15 days at 524 and 15 at (23^2 x 184 - 22^2 x 93) / 91 = 52324 / 91 = 574.989.
    found = root_forward(78.0, math.nan, 20.0, 22.0, 23.0, math.nan)
    assert found == pytest.approx(math.sqrt(0.5 * (524.0 + 52324.0 / 91.0)))


def test_the_nodes_of_the_day_are_the_edges() -> None:
    bare = (math.nan, 20.0, 22.0, math.nan, math.nan)
    assert math.isnan(root_forward(29.0, *bare))
    assert math.isnan(root_forward(64.0, *bare))
    # VIX9D reaches down to 9 days: from day 9 to 39, 21 days at (400 x 30 - 324 x 9) / 21 and 9 at 524.
    assert root_forward(9.0, 18.0, *bare[1:]) == pytest.approx(math.sqrt((12000.0 - 2916.0 + 9.0 * 524.0) / 30.0))
    assert math.isnan(root_forward(8.0, 18.0, *bare[1:]))
    # Without VIX3M the line goes from VIX to VIX6M.
    longer = root_forward(30.0, math.nan, 20.0, math.nan, 23.0, math.nan)
    assert longer == pytest.approx(math.sqrt((23.0**2 * 184.0 - 12000.0) / 154.0))


def test_falling_total_variance_has_no_root() -> None:
    assert math.isnan(root_forward(40.0, math.nan, 60.0, 20.0, math.nan, math.nan))


def test_slack_is_what_the_bound_leaves() -> None:
    # F2 at 22 on every day, VIX 20 and VIX3M 22: 0.891 where its 30 days lie inside 30 to 93 days.
    n = 60
    flat = {"VIX": [20.0] * n, "VIX3M": [22.0] * n}
    history = made(flat, lambda *_: 22.0)
    found = vx_bound.prepare(history, "vx_bound_slack_2")
    inside = 0
    for i, day in enumerate(history.dates):
        left = int(history.vx.nearby_days(2)[i]) - int(history.days[i])
        assert any((expiry - day).days == left for expiry in EXPIRIES)
        if 30 <= left <= 63:
            inside += 1
            assert found[i] == pytest.approx(math.sqrt(524.0) - 22.0)
        else:
            assert math.isnan(found[i])
    assert inside > 40


@given(st.floats(8.0, 80.0), st.floats(9.0, 335.0))
def test_a_flat_curve_bounds_a_future_by_itself(level: float, days: float) -> None:
    assert root_forward(days, *[level] * 5) == pytest.approx(level)


@given(st.integers(0, 2**20))
@settings(max_examples=20)
def test_compiled_and_plain_agree_on_any_market(seed: int) -> None:
    history = build_history(TinySpec(seed=seed, sessions=60).tables())
    found = vx_bound.prepare(history, "vx_bound_slack_1")
    node_totals = vx_bound.node_totals(history)
    days = history.vx.nearby_days(1) - history.days
    for i in (0, 30, 59):
        near = vx_bound.total_at.py_func(days[i], NODES, node_totals[i])
        far = vx_bound.total_at.py_func(days[i] + 30.0, NODES, node_totals[i])
        plain = math.sqrt((far - near) / 30.0) if far >= near else math.nan
        assert found[i] == pytest.approx(plain - history.vx.nearby(1)[i], nan_ok=True)
