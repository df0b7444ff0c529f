"""Futures quote at the published settlement: by hand on a market of constants, and where a settlement is missing."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.conventions import vix_expiry
from alvh.market.market_quotes import MarketQuotes
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.market.vx_quotes import HALF_SPREAD, half_spreads
from alvh.values import Contract, Missing, Quote
from market.plainmarket import plain_history

FEBRUARY, MARCH = dt.date(2019, 2, 13), dt.date(2019, 3, 19)
"""The second and third monthlies after 2019-01-02; they settle at 17.5 and 18.0 on every day of the plain market."""
VX = Contract("VX", FEBRUARY)


@pytest.fixture(params=[ModelledQuotes, MarketQuotes])
def quotes(request):
    """Both sources quote futures alike."""
    return request.param(plain_history(VIX=14.0))


def test_a_future_quotes_at_its_settlement_half_a_tick_either_side(quotes):
    # VIX at 14.0 lies below 14.2, where half a tick of 0.05 is all the spread there is.
    quote = quotes.quote(0, VX)
    assert (quote.bid, quote.ask) == pytest.approx((17.475, 17.525))
    assert (quote.mid, quote.origin, quote.delta) == (pytest.approx(17.5), "market", 1.0)
    assert quotes.quote(0, Contract("VX", MARCH)).mid == pytest.approx(18.0)


def test_the_series_are_the_settled_monthlies_by_expiry(quotes):
    view = View(quotes.history, quotes, 0)
    listed = view.series("VX")
    # 2019-01-02 to 2019-02-13: 29 days of January and 13 of February.
    assert (listed[1].root, listed[1].expiry, listed[1].days, listed[1].assumed) == ("VX", FEBRUARY, 42, False)
    assert [s.expiry for s in listed] == sorted(vix_expiry(2019, month) for month in range(1, 9))
    assert view.forward(listed[1]) == pytest.approx(17.5)
    assert view.spot("VX") == 14.0
    assert quotes.observed(0, "VX")


def test_a_future_has_no_strike(quotes):
    view = View(quotes.history, quotes, 0)
    series = view.series("VX")[0]
    assert view.strike_near(series, "", 123.0) == 0.0
    assert math.isnan(view.strike_at_delta(series, "C", 0.5))
    assert quotes.quote(0, VX._replace(strike=20.0, right="C")) == Missing("VX 2019-02-13 20 C is no future")


def test_the_spread_widens_with_the_vix_as_that_of_vix_options():
    # 0.025 x (28.4 / 14.2)^0.4724 = 0.025 x 2^0.4724 = 0.025 x 1.3874 = 0.03469.
    assert half_spreads(np.array([10.0, 14.2, 28.4])) == pytest.approx([0.025, 0.025, 0.03469], abs=1e-5)
    assert np.isnan(half_spreads(np.array([math.nan]))).all()


@given(st.floats(5.0, 90.0), st.floats(5.0, 90.0))
def test_the_spread_is_never_below_half_a_tick_and_never_narrows_as_the_vix_rises(one, two):
    low, high = half_spreads(np.array(sorted((one, two))))
    assert HALF_SPREAD <= low <= high


def test_vxm_is_refused_before_its_first_day_and_then_settles_as_vx():
    quotes = ModelledQuotes(plain_history("2020-08-03", 20, vx=27.0))
    before, first = (quotes.history.index(dt.date(2020, 8, day)) for day in (7, 10))
    small = Contract("VXM", dt.date(2020, 9, 16))
    assert quotes.series(before, "VXM") == ()
    assert quotes.quote(before, small) == Missing("VXM 2020-09-16 is not listed on 2020-08-07")
    assert quotes.quote(first, small) == quotes.quote(first, small._replace(root="VX"))
    # August to December are settled here. That VXM had all of them is a rule nobody verified.
    assert [s.assumed for s in quotes.series(first, "VXM")] == [True] * 5
    assert [s.assumed for s in quotes.series(first, "VX")] == [False] * 5


def test_a_session_without_a_settlement_has_no_quote_and_keeps_the_mark():
    quotes = ModelledQuotes(plain_history(vx=[17.0, 17.2, None, 16.8] + [17.0] * 56))
    assert quotes.quote(2, VX) == Missing("VX 2019-02-13 has no settlement on 2019-01-04")
    life = quotes.life(VX, 0)
    assert life.mid[:4] == pytest.approx([17.5, 17.7, 17.7, 17.3])
    assert life.stale[:4].tolist() == [False, False, True, False]
    assert not life.modelled.any()


def test_without_a_vix_nobody_can_tell_the_spread():
    quotes = ModelledQuotes(plain_history(VIX=[16.0, None] + [16.0] * 58))
    assert quotes.quote(1, VX) == Missing("VX 2019-02-13 has no VIX on 2019-01-03 to tell its spread by")
    assert quotes.life(VX, 0).mid[1] == pytest.approx(17.5)


def test_a_life_ends_the_session_before_final_settlement():
    quotes = ModelledQuotes(plain_history())
    history = quotes.history
    life = quotes.life(VX, 0)
    assert history.dates[len(life.mid) - 1] == dt.date(2019, 2, 12)
    assert isinstance(quotes.quote(history.index(dt.date(2019, 2, 12)), VX), Quote)
    assert quotes.quote(history.index(FEBRUARY), VX) == Missing("VX 2019-02-13 has settled")
    assert quotes.quote(0, Contract("VX", dt.date(2019, 2, 6))) == Missing("VX 2019-02-06 is not listed on 2019-01-02")


def test_what_a_mark_means_is_the_settlement_itself():
    quotes = ModelledQuotes(plain_history())
    life = quotes.life(VX, 3)
    assert quotes.life(VX, 5) is life
    assert quotes.life(VX, 0).first == 0
    forward, years, discount, vol = quotes.meaning(VX, life, 1, 3)
    assert forward == pytest.approx([17.5] * 3)
    assert (np.diff(years) < 0.0).all()
    assert (discount.tolist(), vol.tolist()) == ([1.0] * 3, [0.0] * 3)


def test_no_quote_moves_when_the_future_is_altered():
    one, two = ([17.0] * 30 + [x] * 30 for x in (17.0, 40.0))
    first, second = (ModelledQuotes(plain_history(vx=path)) for path in (one, two))
    for i in range(28):
        assert first.quote(i, VX) == second.quote(i, VX)
        assert first.series(i, "VX") == second.series(i, "VX")
    assert first.quote(29, Contract("VX", MARCH)) == second.quote(29, Contract("VX", MARCH))
    assert first.quote(30, Contract("VX", MARCH)) != second.quote(30, Contract("VX", MARCH))
