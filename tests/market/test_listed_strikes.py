"""Strikes once listed stay, and a nervous market lists further out: hand-worked, and against the white-paper chains."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh import conventions
from alvh.market.history import build_history
from alvh.market.listed_strikes import LISTED_SESSIONS, level_for, recent_range
from tiny_market import tiny_market


def test_a_strike_where_the_index_stood_counts_as_at_the_money():
    """The index fell from 1,099 to 920: a strike of 1,090 lies inside the range, so it is looked up at itself."""
    assert level_for(1090.0, 920.0, 1099.0, 15.0) == 1090.0


def test_beyond_the_range_the_distance_counts_from_its_end():
    """1,200 is 9.2 % above the quarter's high of 1,099, not 30 % above today's 920."""
    level = level_for(1200.0, 920.0, 1099.0, 15.0)
    assert 1200.0 / level - 1.0 == pytest.approx(1200.0 / 1099.0 - 1.0)


def test_the_distance_counts_in_units_of_the_vix():
    """At VIX 34, twice the ordinary 17, a strike 8 % away counts as 4 % away."""
    level = level_for(1080.0, 1000.0, 1000.0, 34.0)
    assert 1080.0 / level - 1.0 == pytest.approx(0.04)


def test_a_missing_vix_leaves_the_distance_as_it_is():
    assert level_for(1080.0, 1000.0, 1000.0, math.nan) == pytest.approx(1000.0)


@given(
    target=st.floats(100.0, 9000.0),
    low=st.floats(500.0, 5000.0),
    rise=st.floats(1.0, 2.0),
    vix=st.floats(9.0, 90.0),
)
def test_a_strike_is_never_looked_up_farther_than_it_is(target, low, rise, vix):
    """Neither history nor fear makes a grid coarser than today's distance alone would."""
    high = low * rise
    for spot in (low, high):
        assert abs(target / level_for(target, low, high, vix) - 1.0) <= abs(target / spot - 1.0) + 1e-9


def test_the_range_is_that_of_the_last_quarter_and_of_nothing_later():
    tables = tiny_market(sessions=200)
    history = build_history(tables)
    low, high = recent_range(history)
    spot = history.column("SPX")
    for i in (0, 10, LISTED_SESSIONS, 150):
        window = spot[max(0, i - LISTED_SESSIONS + 1) : i + 1]
        assert (low[i], high[i]) == (np.nanmin(window), np.nanmax(window))
    fork = build_history(tiny_market(sessions=200, fork=(120, 99)))
    assert np.array_equal(recent_range(fork)[0][:120], low[:120])


@pytest.mark.parametrize(
    ("file", "date", "expiry", "spot", "low", "high", "vix"),
    [
        # The VIX white papers' chains: 2 January 2009, and mid-2014 with the index at 1,963 (taken as 23 June).
        # Range of the 63 sessions before, and the VIX, from the exchange's closes of those days.
        ("next_term_2009.csv", dt.date(2009, 1, 2), dt.date(2009, 2, 20), 920.0, 752.44, 1099.23, 39.19),
        ("near_term_2014.csv", dt.date(2014, 6, 23), dt.date(2014, 7, 18), 1963.0, 1815.69, 1962.87, 10.98),
    ],
)
def test_what_the_rule_lists_near_the_money_was_listed(shared, file, date, expiry, spot, low, high, vix):
    """Every strike the grid reaches from -10 % to +20 % around the white paper's index was in its chain."""
    listed = set(pl.read_csv(shared / "data" / "real" / "vix_whitepaper" / file)["strike"].to_list())
    reach = (0.90, 1.20) if vix > 30.0 else (0.90, 1.045)
    found = []
    for target in np.arange(spot * reach[0], spot * reach[1], 2.5):
        level = level_for(float(target), low, high, vix)
        found.append(conventions.nearest_strike("SPX", float(target), level, expiry, date))
    missing = sorted({k for k in found if float(k) not in {float(x) for x in listed}})
    assert missing == []
