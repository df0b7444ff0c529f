"""The two rules of the demo market: worked by hand, bounded by what no curve may do, and blind to the future."""

import datetime as dt
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.conventions import sessions
from alvh.market.demo_market import (
    CURVE_RULE,
    CURVE_SOURCE,
    FINAL_SOURCE,
    LISTED_MONTHS,
    NODE_DAYS,
    VVIX_RULE,
    VVIX_SOURCE,
    CurveRule,
    forward_curve,
    forward_vol_points,
    node_points,
    slow_average,
    vol_index_rows,
    vro_proxy_points,
    vvix_points,
    vx_expiries,
    vx_points,
    vx_rows,
)

MONTH = 30.0 / 365.0
ROUND = CurveRule(
    level_variance=0.04,
    elasticity=0.0,
    half_life_sessions=60.0,
    reversion_per_year=2.0,
    jump_speed_up=0.0,
    vix_vol_annual=1.0,
    fast_half_life_sessions=5.0,
)
"""Reverts to 20 % at speed 2, with a volatility of VIX of 100 %."""
paths = st.lists(st.floats(8.0, 95.0), min_size=1, max_size=40).map(np.array)


def test_a_flat_curve_loses_only_the_convexity():
    # v = 0.04 everywhere. At T = 1/4: (1 - exp(-4 T)) / 4 = (1 - 1/e) / 4 = 0.158030; exp(-0.079015) = 0.924026.
    curve = forward_curve(np.array([20.0]), ROUND)
    assert forward_vol_points(curve, 0.25) == pytest.approx([20.0])
    assert vx_points(curve, 0.25, ROUND) == pytest.approx([18.48052], abs=1e-5)


def test_a_high_vix_reverts():
    # The mean of exp(-2 t) over 30 days is 0.9221327, so v0 = 0.04 + (0.09 - 0.04) / 0.9221327 = 0.0942221.
    curve = forward_curve(np.array([30.0]), ROUND)
    assert curve.instant == pytest.approx([0.0942221], abs=1e-7)
    # From a quarter on: 0.04 + 0.0542221 exp(-1/2) 0.9221327 = 0.0703265, whose root is 26.51915.
    assert forward_vol_points(curve, 0.25) == pytest.approx([26.51915], abs=1e-5)
    assert vx_points(curve, 0.25, ROUND) == pytest.approx([24.50438], abs=1e-5)
    assert node_points(curve, 93) == pytest.approx([28.71976], abs=1e-5)


def test_a_jump_speeds_reversion_up():
    quick = CurveRule(0.04, 0.0, 60.0, 2.0, 3.0, 1.0, 5.0)
    curve = forward_curve(np.array([20.0, 40.0]), quick)
    # ln VIX stands ln 2 x (1 - alpha) above its fast average, alpha = 1 - 2^(-1/5) = 0.1294494.
    assert curve.reversion_per_year == pytest.approx([2.0, 2.0 * (1.0 + 3.0 * 0.6931472 * 0.8705506)], rel=1e-6)


def test_the_level_follows_the_slow_average():
    follows = CurveRule(0.04, 1.0, 60.0, 2.0, 0.0, 1.0, 5.0)
    assert forward_curve(np.full(3, 30.0), follows).level == pytest.approx(np.full(3, 0.09))


def test_slow_average_by_hand():
    assert slow_average(np.array([1.0, 3.0, np.nan, 5.0]), 1.0) == pytest.approx([1.0, 2.0, np.nan, 3.5], nan_ok=True)


@given(paths)
def test_thirty_days_of_the_curve_are_vix(vix):
    assert node_points(forward_curve(vix, CURVE_RULE), 30.0) == pytest.approx(vix, rel=1e-12)


@given(paths, st.floats(0.0, 2.0), st.floats(0.01, 1.0), st.floats(0.01, 1.0))
def test_variance_adds_up(vix, start, first, second):
    curve = forward_curve(vix, CURVE_RULE)
    middle, end = start + first, start + first + second
    parts = first * curve.mean_variance(start, middle) + second * curve.mean_variance(middle, end)
    assert parts == pytest.approx((end - start) * curve.mean_variance(start, end), rel=1e-9)


@given(paths, st.floats(0.0, 1.0))
def test_no_curve_breaks_the_rules_of_variance(vix, years):
    curve = forward_curve(vix, CURVE_RULE)
    assert (curve.instant > 0).all()
    assert (curve.level > 0).all()
    assert (vx_points(curve, years, CURVE_RULE) <= forward_vol_points(curve, years) * (1 + 1e-12)).all()
    totals = [node_points(curve, days) ** 2 * days for days in (9, 30, 93, 184)]
    assert all((near < far).all() for near, far in pairwise(totals))


def test_after_a_collapse_the_level_gives_way_and_not_the_sign():
    curve = forward_curve(np.array([80.0, 80.0, 9.0]), CURVE_RULE)
    assert curve.instant[-1] == pytest.approx(0.25 * 0.09**2)
    assert curve.level[-1] < curve.level[-2]


@given(paths, st.floats(8.0, 95.0))
def test_the_future_changes_nothing(vix, next_close):
    more = np.append(vix, next_close)
    now, later = forward_curve(vix, CURVE_RULE), forward_curve(more, CURVE_RULE)
    np.testing.assert_array_equal(later.instant[:-1], now.instant)
    np.testing.assert_array_equal(later.level[:-1], now.level)
    np.testing.assert_array_equal(vvix_points(more, VVIX_RULE)[:-1], vvix_points(vix, VVIX_RULE))


def test_vvix_by_hand():
    # ln VVIX = 4.405 + 0.04188 ln 20 = 4.530461 while VIX stands still at 20.
    assert vvix_points(np.full(3, 20.0), VVIX_RULE) == pytest.approx(np.full(3, 92.80136), abs=1e-4)
    # From 10 to 20: + 0.2717 ln 2 x 2^(-1/5) + 0.2412 ln 2 x 2^(-1/68.13) = 4.859905.
    assert vvix_points(np.array([10.0, 20.0]), VVIX_RULE)[-1] == pytest.approx(129.0120, abs=1e-3)


def test_vro_proxy_lies_between_the_closes_around_it():
    np.testing.assert_allclose(vro_proxy_points(np.array([12.0, 27.0, np.nan])), [np.nan, 18.0, np.nan])


def test_expiries_of_2018():
    # As in CFE's files of 2018; eight lie after the end of the window.
    found = vx_expiries(dt.date(2018, 1, 2), dt.date(2018, 2, 28))
    assert [str(day) for day in found] == [
        "2018-01-17", "2018-02-14", "2018-03-21", "2018-04-18", "2018-05-16",
        "2018-06-20", "2018-07-18", "2018-08-22", "2018-09-19", "2018-10-17",
    ]  # fmt: skip


def test_every_session_quotes_the_eight_nearest_and_settles_what_expires():
    days = sessions(dt.date(2018, 1, 2), dt.date(2018, 6, 29))
    rows = vx_rows(days, np.full(len(days), 15.0))
    live = rows.filter(pl.col("date") < pl.col("expiry"))
    assert live.group_by("date").len()["len"].to_list() == [LISTED_MONTHS] * len(days)
    assert live["source"].unique().to_list() == [CURVE_SOURCE]
    final = rows.filter(pl.col("date") == pl.col("expiry")).sort("date")
    assert final["contract"].to_list() == ["VX/F2018", "VX/G2018", "VX/H2018", "VX/J2018", "VX/K2018", "VX/M2018"]
    assert final["source"].unique().to_list() == [FINAL_SOURCE]
    assert final["settle"].to_list() == [15.0] * 6
    assert rows.filter(pl.col("date") > pl.col("expiry")).is_empty()


def test_a_session_without_vix_has_no_rows_and_leaves_the_others_alone():
    days = sessions(dt.date(2018, 2, 5), dt.date(2018, 2, 16))
    vix = np.linspace(15.0, 25.0, len(days))
    vix[7] = np.nan  # 14 February 2018, an expiry
    with_hole, without = vx_rows(days, vix), vx_rows(np.delete(days, 7), np.delete(vix, 7))
    assert days[7].item() == dt.date(2018, 2, 14)
    assert with_hole.equals(without)
    indices = vol_index_rows(days, vix, "test")
    assert dt.date(2018, 2, 14) not in indices["date"].to_list()
    assert indices.null_count().to_numpy().sum() == 0


def test_reconstructed_indices_say_so_and_skew_is_absent():
    days = sessions(dt.date(2018, 2, 5), dt.date(2018, 2, 16))
    rows = vol_index_rows(days, np.full(len(days), 20.0), "a real place")
    sources = dict(rows.select("symbol", "source").unique().rows())
    assert sources == {"VIX": "a real place", "VVIX": VVIX_SOURCE, **dict.fromkeys(NODE_DAYS, CURVE_SOURCE)}


def test_an_expiry_on_the_first_session_has_no_close_before_it():
    days = sessions(dt.date(2018, 2, 14), dt.date(2018, 2, 16))
    rows = vx_rows(days, np.full(3, 20.0))
    assert rows.filter(pl.col("date") == pl.col("expiry")).is_empty()
    assert rows["expiry"].min() == dt.date(2018, 3, 21)
