"""The advance-decline line against counts by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.diagnosis.indicators.breadth import divergence, line_less_average, near_high, prepare
from diagnosis.indicators.columns import standing


def counts(net, **series):
    up = [250.0 + one / 2.0 for one in net]
    return standing({"SP500.advancers": up, "SP500.decliners": [500.0 - one for one in up], **series})


def test_the_line_is_the_net_advances_of_a_year():
    line = prepare(counts([100.0] * 252 + [-20.0, -20.0]), "ad_line")
    assert np.isnan(line[:251]).all()
    assert line[251] == 25200.0
    assert line[252] == 25200.0 - 120.0  # 100 leave, -20 come
    assert line[253] == 25200.0 - 240.0


def test_a_missing_count_leaves_no_line_for_as_long_as_its_window():
    net = [10.0] * 300
    net[260] = math.nan
    history = counts(net)
    assert np.isnan(prepare(history, "ad_line")[260:]).all()
    below = prepare(history, "ad_below_sma21")
    assert np.isnan(below[260:280]).all()
    assert below[280] == 0.0


def test_the_line_against_its_average_by_hand():
    # The line: 0 for twenty sessions, then 42: the mean of 21 closes is 2, so it stands 40 above.
    net = np.array([0.0] * 20 + [42.0, -42.0, -21.0])
    gap = line_less_average(net)
    assert gap[20] == pytest.approx(40.0)
    # Next session the line is back at 0 and the mean still 2; then -21 against (42 + 0 - 21) / 21 = 1.
    assert gap[21] == pytest.approx(-2.0)
    assert gap[22] == pytest.approx(-22.0)
    assert prepare(counts(net.tolist()), "ad_below_sma21")[20:].tolist() == [0.0, 1.0, 1.0]


@given(st.lists(st.integers(-500, 500), min_size=40, max_size=80))
def test_twenty_counts_say_what_the_cumulative_line_says(net):
    values = np.array(net, dtype=np.float64)
    line = np.cumsum(values)
    gap = line_less_average(values)
    for t in range(20, len(values)):
        assert gap[t] == pytest.approx(line[t] - line[t - 20 : t + 1].mean(), abs=1e-8)


def test_near_its_high_is_at_least_992_thousandths_of_sixty_closes():
    close = [1000.0] * 60 + [992.0, 991.9, math.nan]
    near = near_high(np.array(close))
    assert np.isnan(near[:59]).all()
    assert near[59:62].tolist() == [1.0, 1.0, 0.0]
    assert np.isnan(near[62])


def test_divergence_needs_five_sessions_running():
    # The index stands still at its high while more members fall than rise from session 70 on.
    net = [10.0] * 70 + [-60.0] * 10
    history = counts(net, SPX=[2800.0] * 80)
    below = prepare(history, "ad_below_sma21")
    first = int(np.flatnonzero(below == 1.0)[0])
    flag = prepare(history, "ad_divergence")
    assert flag[first + 3] == 0.0
    assert (flag[first + 4 :] == 1.0).all()
    # One session on which the index is away from its high breaks the run.
    close = [2800.0] * 80
    close[first + 5] = 2700.0
    broken = prepare(counts(net, SPX=close), "ad_divergence")
    assert broken[first + 4] == 1.0
    assert (broken[first + 5 :] == 0.0).all()


def test_one_unknown_of_five_leaves_it_unknown():
    yes = np.ones(8)
    hole = np.array([1.0, 1.0, math.nan, 1.0, 1.0, 1.0, 1.0, 1.0])
    assert np.isnan(divergence(yes, hole)[:7]).all()
    assert divergence(yes, hole)[7] == 1.0


@given(st.lists(st.integers(-400, 400), min_size=90, max_size=90), st.integers(60, 89))
def test_what_comes_later_alters_nothing(net, cut):
    close = [2800.0 + 0.1 * one for one in net]
    other = net[:cut] + [-one for one in net[cut:]]
    bent = close[:cut] + [one * 1.1 for one in close[cut:]]
    for name in ("ad_below_sma21", "ad_divergence"):
        known = prepare(counts(net, SPX=close), name)
        altered = prepare(counts(other, SPX=bent), name)
        np.testing.assert_array_equal(known[:cut], altered[:cut])
        assert set(known[np.isfinite(known)]) <= {0.0, 1.0}
