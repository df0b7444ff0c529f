"""Rows about the surfaces of every day: none before 2007, thresholds on what must hold, counts on what is reported."""

import datetime as dt

import pytest

from alvh.evidence.surface_rows import surface_rows
from alvh.market.smile_inputs import smile_inputs
from market.plainmarket import plain_history


def rows_of(**how):
    history = plain_history(**how)
    return {row.measure: row for row in surface_rows("chains", history, smile_inputs(history))}


def test_a_plain_market_passes_and_says_over_how_many_sessions():
    rows = rows_of()
    for measure in ("surfaces with butterfly arbitrage", "surfaces with calendar arbitrage"):
        assert (rows[measure].error, rows[measure].threshold, rows[measure].passed) == (0.0, 0.0, True)
        assert rows[measure].n == 60
    strip = rows["|30-day strip less the scaled target|, largest"]
    assert strip.passed
    assert strip.threshold == 0.05
    assert rows["scaled target less published VIX, median"].error == pytest.approx(0.0, abs=1e-9)


def test_the_gap_to_the_published_index_is_what_skew_takes_off():
    # SKEW 145: the variance is 1 - 0.052 x 2 = 0.896 of the index's, so 16 becomes 16 x 0.94657 = 15.145.
    row = rows_of(SKEW=145.0)["scaled target less published VIX, median"]
    assert row.error == pytest.approx(16.0 * (0.896**0.5 - 1.0), abs=1e-9)
    assert row.threshold is None


def test_a_future_above_the_root_of_forward_variance_is_counted():
    low, high = rows_of(vx=10.0, vx_slope=0.0), rows_of(vx=40.0, vx_slope=0.0)
    measure = "VX month 2 above the root of forward variance"
    assert low[measure].error == 0.0
    assert high[measure].error == 100.0
    assert high[measure].note.startswith(f"{high[measure].n} sessions")


def test_a_session_without_an_input_is_left_out_and_counted():
    rows = rows_of(VVIX=[None] * 10 + [95.0] * 50)
    row = rows["surfaces with butterfly arbitrage"]
    assert row.n == 50
    assert "10 sessions of the window have no smile" in row.note


def test_nothing_is_said_where_there_is_no_smile():
    assert rows_of(VVIX=[None] * 60) == {}
    history = plain_history("2006-01-03", 60)
    assert history.dates[-1] < dt.date(2007, 1, 3)
    assert surface_rows("chains", history, smile_inputs(history)) == []
