"""What the reconstruction reads of each session, by hand."""

import datetime as dt
import math

import numpy as np
import pytest

from alvh.market.history import build_history
from alvh.market.smile_inputs import MAX_AGE_SESSIONS, NODES, smile_inputs
from market.plainmarket import clock_days, close_of, plain_history, plain_tables

NODE = {name: j for j, (name, _) in enumerate(NODES)}


def inputs(**levels):
    return smile_inputs(plain_history(sessions=12, **levels))


def test_a_node_is_the_square_of_its_index_times_its_term():
    x = inputs(VIX=20.0)
    # SKEW 125 leaves the level: 0.2^2 x 30 / 365.
    assert x.node_variance[3, NODE["VIX"]] == pytest.approx(0.0032876712328767125, rel=1e-14)
    assert x.node_variance[3, NODE["VIX3M"]] == pytest.approx(0.18**2 * 93 / 365, rel=1e-14)
    assert not x.raised.any()


def test_skew_moves_the_level():
    # 1 - 0.052 (135 - 125) / 10 = 0.948.
    assert inputs(SKEW=135.0).node_variance[0, NODE["VIX"]] == pytest.approx(0.948 * 0.16**2 * 30 / 365, rel=1e-14)


def test_vvix_sets_the_slope():
    assert inputs(VVIX=95.0).rho[0] == pytest.approx(-0.497)
    assert inputs(VVIX=95.0 * math.e).rho[0] == pytest.approx(-0.875)
    assert inputs(VVIX=95.0 / math.e).rho[0] == pytest.approx(-0.119)


def test_a_node_ends_on_the_clock_where_closed_days_count_half():
    history = plain_history("2019-01-02", 12)
    x = smile_inputs(history)
    for i in (0, 2, 7):
        close = close_of(history.dates[i])
        for name, days in NODES:
            expected = clock_days(close, close + dt.timedelta(days))
            assert x.node_clock[i, NODE[name]] - x.clock[i] == pytest.approx(expected, abs=1e-8)
    # By hand: nine days from Friday 2019-01-04: 9 hours of it, four closed halves, five sessions, 15 hours of Sunday.
    friday = history.index(dt.date(2019, 1, 4))
    by_hand = 9 / 24 + 0.5 + 0.5 + 5 + 0.5 + 0.5 * 15 / 24
    assert x.node_clock[friday, NODE["VIX9D"]] - x.clock[friday] == pytest.approx(by_hand, abs=1e-8)


def test_an_index_that_does_not_exist_is_no_node():
    x = inputs(VIX9D=[None] * 5 + [14.0] * 7)
    assert np.isnan(x.node_variance[:5, NODE["VIX9D"]]).all()
    assert np.isfinite(x.node_variance[5:, NODE["VIX9D"]]).all()
    assert np.isnan(x.node_variance[:, NODE["VIX1Y"]]).all()


def test_a_node_below_the_one_before_is_raised_and_counted():
    # 70^2 x 9 > 36^2 x 30: variance would fall from the ninth day to the thirtieth.
    x = inputs(VIX9D=[70.0] + [14.0] * 11, VIX=[36.0] + [16.0] * 11, VIX3M=[30.0] + [18.0] * 11)
    assert x.raised.tolist() == [True] + [False] * 11
    short, month, quarter = x.node_variance[0, :3]
    assert short == month == pytest.approx(0.49 * 9 / 365)
    assert quarter == pytest.approx(0.09 * 93 / 365)


def test_a_missing_node_between_does_not_break_the_order():
    x = inputs(VIX9D=70.0, VIX=[None] * 12, VIX3M=20.0)
    assert x.node_variance[0, NODE["VIX3M"]] == x.node_variance[0, NODE["VIX9D"]]
    assert np.isnan(x.node_variance[0, NODE["VIX"]])
    assert x.raised.all()


def test_skew_may_be_a_week_old_and_is_assumed_after_that():
    x = inputs(SKEW=[135.0] + [None] * 11)
    assert MAX_AGE_SESSIONS == 5
    level = x.node_variance[:, NODE["VIX"]] / (0.16**2 * 30 / 365)
    np.testing.assert_allclose(level[:6], 0.948)
    np.testing.assert_allclose(level[6:], 1.0)
    assert x.skew_assumed.tolist() == [False] * 6 + [True] * 6


def test_vvix_may_be_a_week_old_and_is_missing_after_that():
    x = inputs(VVIX=[None, 95.0] + [None] * 10)
    assert np.isnan(x.rho[0])
    np.testing.assert_allclose(x.rho[1:7], -0.497)
    assert np.isnan(x.rho[7:]).all()
    assert np.isnan(x.vvix[7:]).all()


def test_the_levels_themselves_are_never_carried():
    x = inputs(VIX=[16.0, None] + [16.0] * 10, SPX=[3000.0, None] + [3000.0] * 10)
    assert np.isnan([x.vix[1], x.spot[1], x.node_variance[1, NODE["VIX"]]]).all()


def test_yields_compound_twice_a_year():
    x = inputs()
    assert x.zero_days.tolist() == [30.0, 91.0, 182.0, 365.0]
    np.testing.assert_allclose(x.zero_rates[0], [2 * math.log(1 + r / 200) for r in (2.0, 2.2, 2.4, 2.6)])


def test_only_the_tenors_that_are_known_are_there():
    x = inputs(rates={"DGS6MO": 3.0, "SOFR": 9.0, "IRX": 9.0})
    assert x.zero_days.tolist() == [182.0]
    assert x.zero_rates.shape == (12, 1)
    without = plain_tables(sessions=12)
    del without["rates"]
    assert smile_inputs(build_history(without)).zero_rates.shape == (12, 0)
