"""Percentiles and speed of the VX curve, and the cost of rolling along it, on numbers worked by hand."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.diagnosis.indicators import curve_shape
from alvh.market.history import build_history
from diagnosis.indicators.handmade import AXIS, by_rank, made
from tiny_market import TinySpec


def test_drag_of_the_methodology_page() -> None:
    # 15 and 16.5, 20 sessions, half weights: -1.5 / (20 x 15.75) = -0.476 %.
    found = curve_shape.drag(np.array([15.0]), np.array([16.5]), np.array([10.0]), np.array([20.0]))
    assert found[0] == pytest.approx(-0.00476190, abs=5e-9)


def test_drag_counts_the_sessions_of_the_cycle() -> None:
    # From the expiry of Tuesday 2019-03-19 (counted) to that of 2019-04-17 (not): 4 + 5 + 5 + 5 + 2 = 21 sessions.
    # After Wednesday 04-10 there are 04-11, 12, 15, 16: four. Of 16 and 18 points that makes
    # -2 / (21 (4/21 x 16 + 17/21 x 18)) = -2 / 370.
    history = made({"VIX": [15.0] * 60}, lambda _, month: 14.0 + 2.0 * month)
    found = curve_shape.prepare(history, "vx_roll_drag")
    assert found[history.index(dt.date(2019, 4, 10))] == pytest.approx(-2.0 / 370.0)
    # On the expiry itself the next two count: May and June, 24 sessions from 04-17 to 05-22 (Good Friday is none), 23
    # of them left: -2 / (24 (23/24 x 18 + 1/24 x 20)) = -2 / (23 x 18 + 20).
    assert found[history.index(dt.date(2019, 4, 17))] == pytest.approx(-2.0 / (23.0 * 18.0 + 20.0))
    # On the last session before it the whole position stands in the second: -2 / (21 x 18).
    assert found[history.index(dt.date(2019, 4, 16))] == pytest.approx(-2.0 / (21.0 * 18.0))


def test_drag_needs_the_month_that_follows() -> None:
    gap = made({"VIX": [15.0] * 60}, lambda _, month: None if month == 2 else 14.0 + 2.0 * month)
    found = curve_shape.prepare(gap, "vx_roll_drag")
    # May (month 2) was never listed: April has no neighbour; in March (month 0) and after April there is one.
    assert math.isfinite(found[gap.index(dt.date(2019, 3, 15))])
    assert math.isnan(found[gap.index(dt.date(2019, 4, 10))])
    assert math.isfinite(found[gap.index(dt.date(2019, 4, 18))])


def test_speed_and_change_over_five_sessions() -> None:
    # F1 20 all along; F2 21 to session 9, then 22: slope 5 %, then 10 %; spread 1, then 2 points.
    history = made({"VIX": [20.0] * 20}, by_rank(lambda i: (20.0, 21.0 if i < 10 else 22.0, 23.0)))
    speed = curve_shape.prepare(history, "vx_slope_speed")
    widening = curve_shape.prepare(history, "vx_spread_change_5d")
    assert np.isnan(speed[:5]).all()
    assert speed[[5, 9, 10, 14, 15]] == pytest.approx([0.0, 0.0, 0.01, 0.01, 0.0])
    assert widening[[9, 10, 14, 15]] == pytest.approx([0.0, 1.0, 1.0, 0.0])


def test_percentiles_by_hand() -> None:
    # A slope that rises for 130 sessions is the highest so far on each; then one below all of them: 1 of 131.
    levels = [20.0 + 0.01 * i for i in range(130)] + [20.0]
    history = made({"VIX": [20.0] * 131}, by_rank(lambda i: (20.0, levels[i] + (0.0 if i == 130 else 0.001))))
    for name in ("vx_slope_pct", "vx_spread_pct"):
        found = curve_shape.prepare(history, name)
        assert np.isnan(found[:125]).all()
        assert found[125:130] == pytest.approx(1.0)
        assert found[130] == pytest.approx(1.0 / 131.0)


def test_the_axis_of_the_hand_is_the_exchange_s() -> None:
    assert dt.date(2019, 4, 19) not in AXIS


@given(st.integers(0, 2**20))
@settings(max_examples=20)
def test_percentiles_are_shares_and_contango_costs(seed: int) -> None:
    history = build_history(TinySpec(seed=seed, sessions=150).tables())
    for name in ("vx_slope_pct", "vx_spread_pct"):
        found = curve_shape.prepare(history, name)
        known = found[np.isfinite(found)]
        assert known.size
        assert ((known > 0.0) & (known <= 1.0)).all()
    drag = curve_shape.prepare(history, "vx_roll_drag")
    vx = history.vx
    rows = np.arange(len(history))
    contango = vx.settle[rows, vx.front + 1] > vx.settle[rows, vx.front]
    assert np.isfinite(drag).all()
    assert (np.sign(drag) == np.where(contango, -1.0, np.sign(drag))).all()
