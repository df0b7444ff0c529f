"""Modelled quotes: equal to a plain twin, only of what was listed, and without arbitrage."""

import datetime as dt
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh import conventions
from alvh.market.history import build_history
from alvh.market.quotes import Series
from alvh.market.reconstruct import ModelledQuotes
from alvh.market.smile_inputs import NODES
from alvh.maths.smile import ETA, durrleman, strip_variance, total_variance
from alvh.values import Contract, Missing, Quote
from market.plainmarket import plain_history, real_history, spx_option, vix_option
from tiny_market import TinySpec

MARKETS = {
    "calm": (TinySpec(seed=3, first=dt.date(2013, 1, 2), sessions=60, shock_at=(), vix_mean=13.0), {}),
    "panic": (
        TinySpec(seed=4, first=dt.date(2008, 8, 1), sessions=60, shock_at=(20, 40), vix_mean=32.0, spx_start=1250.0),
        {"VIX9D": range(60), "SKEW": range(10, 30), "DGS1MO": range(60)},
    ),
    "late": (
        TinySpec(seed=5, first=dt.date(2023, 11, 1), sessions=60, spx_start=4400.0, rate_pct=5.3),
        {"VIX6M": range(20, 60), "DGS1": range(60)},
    ),
}


@pytest.fixture(scope="module")
def sources():
    return {name: ModelledQuotes(build_history(spec.tables(holes=holes))) for name, (spec, holes) in MARKETS.items()}


@pytest.fixture(scope="module")
def plain():
    """60 sessions from 2019-01-02 of constant levels: SPX 3000, VIX 16, VX 17, 17.5 ..."""
    return plain_history()


@pytest.fixture
def quotes(plain):
    return ModelledQuotes(plain)


def at(source, date):
    return source.history.index(dt.date.fromisoformat(date))


MONTHLY = dt.date(2019, 2, 15)


def put(strike=2850.0, root="SPX", expiry=MONTHLY):
    return Contract(root, expiry, strike, "P")


# -- against the plain twin -------------------------------------------------------------------------------------------


@settings(max_examples=150)
@given(
    name=st.sampled_from(sorted(MARKETS)),
    i=st.integers(0, 58),
    pick=st.integers(0, 10_000),
    k=st.floats(-0.35, 0.25),
    right=st.sampled_from("CP"),
    xsp=st.booleans(),
)
def test_an_spx_quote_is_what_the_plain_twin_says(sources, name, i, pick, k, right, xsp):
    source = sources[name]
    listed = source.series(i, "XSP" if xsp else "SPX")
    series = listed[pick % len(listed)]
    spot = source.spot(i, "XSP" if xsp else "SPX")
    strike = source.strike_near(i, series, right, spot * math.exp(k))
    quote = source.quote(i, Contract(series.root, series.expiry, strike, right))
    price, _, delta, forward, discount = spx_option(source.history, i, series.root, series.expiry, strike, right)
    assert isinstance(quote, Quote)
    assert quote.mid == pytest.approx(price, abs=1e-9 * spot)
    assert quote.delta == pytest.approx(delta, abs=1e-9)
    assert source.forward(i, series) == pytest.approx(forward, rel=1e-12)
    assert (quote.as_of, quote.origin) == (source.history.dates[i], "modelled")
    life = source.life(Contract(series.root, series.expiry, strike, right), i)
    assert life.discount[i - life.first] == pytest.approx(discount, rel=1e-13)


@settings(max_examples=25)
@given(
    name=st.sampled_from(sorted(MARKETS)),
    i=st.integers(0, 58),
    month=st.integers(0, 5),
    m=st.floats(0.6, 2.5),
    right=st.sampled_from("CP"),
)
def test_a_vix_quote_is_what_the_plain_twin_says(sources, name, i, month, m, right):
    source = sources[name]
    series = source.series(i, "VIX")[month]
    future = source.forward(i, series)
    strike = source.strike_near(i, series, right, max(m * future, 10.0))
    quote = source.quote(i, Contract("VIX", series.expiry, strike, right))
    price, delta = vix_option(source.history, i, series.expiry, strike, right)
    assert quote.mid == pytest.approx(price, abs=2e-7 * future)
    assert quote.delta == pytest.approx(delta, abs=1e-5)


@settings(max_examples=40)
@given(
    name=st.sampled_from(sorted(MARKETS)),
    i=st.integers(0, 58),
    pick=st.integers(0, 10_000),
    target=st.floats(0.03, 0.6),
    right=st.sampled_from("CP"),
)
def test_the_strike_at_a_delta_is_the_listed_one_next_to_it(sources, name, i, pick, target, right):
    source = sources[name]
    listed = source.series(i, "SPX")
    series = listed[pick % len(listed)]
    strike = source.strike_at_delta(i, series, right, target)
    assert source.on_grid(i, series.root, series.expiry, strike)
    delta = abs(spx_option(source.history, i, series.root, series.expiry, strike, right)[2])
    inwards = -1.0 if right == "C" else 1.0
    step = 100.0
    nearer = abs(spx_option(source.history, i, series.root, series.expiry, strike + inwards * step, right)[2])
    further = abs(spx_option(source.history, i, series.root, series.expiry, strike - inwards * step, right)[2])
    assert further < target < nearer
    assert further < delta < nearer


# -- what is listed ---------------------------------------------------------------------------------------------------


def test_spx_series_are_those_of_the_listing_rules_that_still_trade(quotes):
    i = at(quotes, "2019-02-14")
    today = quotes.history.dates[i]
    series = quotes.series(i, "SPX")
    assert [(s.expiry, s.root) for s in series] == sorted((s.expiry, s.root) for s in series)
    assert all(s.expiry > today and s.days == (s.expiry - today).days for s in series)
    for root in ("SPX", "SPXW"):
        listed = [e.expiry for e in conventions.listed_expiries(root, today) if e.expiry > today]
        assert [s.expiry for s in series if s.root == root] == listed
    # The monthly that settles tomorrow morning trades for the last time; on its day it is gone, and so is the weekly.
    assert ("SPX", MONTHLY) in [(s.root, s.expiry) for s in series]
    assert MONTHLY not in [s.expiry for s in quotes.series(at(quotes, "2019-02-15"), "SPX")]


def test_vix_series_are_the_six_nearest_monthlies(quotes):
    series = quotes.series(at(quotes, "2019-02-12"), "VIX")
    expected = [conventions.vix_expiry(2019, month) for month in range(2, 8)]
    assert [s.expiry for s in series] == expected
    assert {s.root for s in series} == {"VIX"}
    assert quotes.series(at(quotes, "2019-02-13"), "VIX")[0].expiry == conventions.vix_expiry(2019, 3)


def test_no_vix_options_before_there_were_any():
    early = ModelledQuotes(plain_history("2006-02-21", 10))
    assert early.series(at(early, "2006-02-23"), "VIX") == ()
    assert len(early.series(at(early, "2006-02-24"), "VIX")) == 6
    assert not early.observed(0, "VIX")
    assert early.observed(0, "SPX")


def test_series_are_listed_once(quotes):
    assert quotes.series(5, "SPX") is quotes.series(5, "SPX")


def grid(quotes, i, root, expiry, low, high):
    return [k for k in np.arange(low, high, 0.5).tolist() if quotes.on_grid(i, root, expiry, k)]


@settings(max_examples=40)
@given(i=st.integers(0, 25), root=st.sampled_from(["SPX", "SPXW", "XSP", "VIX"]), at_=st.floats(0.0, 1.0))
def test_the_nearest_strike_is_the_nearest_of_the_grid(plain, i, root, at_):
    quotes = ModelledQuotes(plain)
    expiry = {"VIX": dt.date(2019, 3, 19), "XSP": dt.date(2019, 2, 15)}.get(root, dt.date(2019, 2, 22))
    low, high = {"VIX": (4.0, 80.0), "XSP": (200.0, 400.0)}.get(root, (2000.0, 4000.0))
    target = low + at_ * (high - low)
    strike = quotes.strike_near(i, Series(root, expiry, 30), "C", target)
    listed = grid(quotes, i, root, expiry, low - 110.0 if root != "VIX" else 0.5, high + 110.0)
    distance = min(abs(k - target) for k in listed)
    assert abs(strike - target) == pytest.approx(distance, abs=1e-9)
    assert strike == min(k for k in listed if abs(k - target) <= distance + 1e-9)


def test_of_two_equally_near_strikes_the_lower_is_taken(quotes):
    series = Series("SPX", MONTHLY, 44)
    assert quotes.strike_near(0, series, "C", 3002.5) == 3000.0
    assert quotes.strike_near(0, series, "C", 3000.0) == 3000.0
    assert math.isnan(quotes.strike_near(0, series, "C", math.nan))


def test_a_strike_off_the_grid_has_no_quote(quotes):
    refused = quotes.quote(0, put(2851.0))
    assert isinstance(refused, Missing)
    assert refused.why == "SPX 2019-02-15 2851 P is off the strike grid of 2019-01-02 and of every session before"
    assert isinstance(quotes.quote(0, Contract("VIX", dt.date(2019, 2, 13), 9.5, "C")), Missing)
    assert isinstance(quotes.quote(0, Contract("VIX", dt.date(2019, 2, 13), 17.3, "C")), Missing)
    assert isinstance(quotes.quote(0, put(0.0)), Missing)
    assert isinstance(quotes.quote(0, put(-50.0)), Missing)
    assert isinstance(quotes.quote(0, put(math.nan)), Missing)
    assert not quotes.lives


def test_refusing_does_not_depend_on_what_was_asked_before(quotes):
    one = quotes.quote(5, put(2851.0))
    quotes.quote(5, put(2850.0))
    quotes.quote(9, put(2851.0))
    assert quotes.quote(5, put(2851.0)) == one


FALL = [3000.0] * 10 + [2400.0] * 80
"""The index falls by a fifth; ninety sessions are longer than the grid looks back."""


@pytest.fixture(scope="module")
def fallen():
    return plain_history(sessions=90, SPX=FALL)


def listed_then_not(quotes, expiry, early, late):
    """Return a strike of an expiry that is on the grid of an early session and not on that of a late one."""
    for strike in np.arange(3500.0, 2400.0, -5.0).tolist():
        if quotes.on_grid(early, "SPX", expiry, strike) and not quotes.on_grid(late, "SPX", expiry, strike):
            return strike
    raise AssertionError("no such strike")


def test_a_strike_once_listed_stays_quoted_when_the_grid_has_moved_on(fallen):
    june = dt.date(2019, 6, 21)
    quotes = ModelledQuotes(fallen)
    strike = listed_then_not(quotes, june, 5, 89)
    contract = Contract("SPX", june, strike, "C")
    assert isinstance(quotes.quote(89, contract), Quote)
    assert isinstance(ModelledQuotes(fallen).quote(5, contract), Quote)


def test_a_strike_is_not_quoted_before_it_was_first_listed():
    risen = plain_history(sessions=90, SPX=[2400.0] * 45 + [3000.0] * 45, VIX=16.0)
    june = dt.date(2019, 6, 21)
    quotes = ModelledQuotes(risen)
    strike = next(
        k for k in np.arange(3300.0, 2400.0, -5.0).tolist()
        if quotes.on_grid(60, "SPX", june, k) and not quotes.on_grid(10, "SPX", june, k)
    )  # fmt: skip
    contract = Contract("SPX", june, strike, "C")
    assert isinstance(quotes.quote(60, contract), Quote)
    assert isinstance(quotes.quote(10, contract), Missing)
    assert isinstance(quotes.quote(60, contract), Quote)


def test_what_is_held_is_quoted_wherever_its_strike_lies(quotes):
    odd = put(2851.0)
    assert isinstance(quotes.quote(3, odd), Missing)
    life = quotes.life(odd, 3)
    assert isinstance(quotes.quote(3, odd), Quote)
    assert isinstance(quotes.quote(8, odd), Quote)
    assert quotes.quote(8, odd).mid == life.mid[5]
    assert isinstance(quotes.quote(2, odd), Missing)


@pytest.mark.parametrize("date", ["2019-02-15", "2019-02-19", "2019-03-01"])
def test_a_settled_contract_has_no_quote(quotes, date):
    fresh = quotes.quote(at(quotes, date), put())
    assert fresh == Missing("SPX 2019-02-15 2850 P has settled")
    quotes.life(put(), 0)
    assert quotes.quote(at(quotes, date), put()) == fresh


def test_the_evening_before_settlement_is_the_last_quote(quotes):
    for root in ("SPX", "SPXW"):
        assert isinstance(quotes.quote(at(quotes, "2019-02-14"), put(root=root)), Quote)
        assert isinstance(quotes.quote(at(quotes, "2019-02-15"), put(root=root)), Missing)


def test_an_expiry_that_is_not_listed_has_no_quote(quotes):
    refused = quotes.quote(0, put(expiry=dt.date(2019, 2, 12)))
    assert refused == Missing("SPX 2019-02-12 2850 P: no such expiry is listed on 2019-01-02")
    weekly = dt.date(2019, 3, 8)  # six Fridays ahead at the most
    assert isinstance(quotes.quote(0, put(root="SPXW", expiry=weekly)), Missing)
    assert isinstance(quotes.quote(at(quotes, "2019-02-11"), put(root="SPXW", expiry=weekly)), Quote)


@pytest.mark.parametrize("contract", [
    Contract("SPY", dt.date(2019, 2, 15), 300.0, "C"),
    Contract("SPX", MONTHLY),
])  # fmt: skip
def test_what_the_reconstruction_does_not_cover_has_no_quote_and_no_price(quotes, contract):
    assert "covers" in quotes.quote(0, contract).why
    assert np.isnan(quotes.life(contract, 0).mid).all()


# -- what is missing --------------------------------------------------------------------------------------------------


def holed(**levels):
    return ModelledQuotes(plain_history(sessions=30, **levels))


@pytest.mark.parametrize(
    ("levels", "why"),
    [
        ({"SPX": [3000.0, None] + [3000.0] * 28}, "no SPX"),
        ({"VIX": [16.0, None] + [16.0] * 28}, "no VIX"),
        ({"VVIX": [None] * 2 + [95.0] * 28}, "no VVIX"),
        ({"rates": {"SOFR": 2.0}}, "no Treasury rate"),
        ({"VVIX": 900.0}, "the smile has no solution"),
    ],
)
def test_a_missing_input_is_named(levels, why):
    quotes = holed(**levels)
    refused = quotes.quote(1, put())
    assert isinstance(refused, Missing)
    assert refused.why == f"SPX 2019-02-15 2850 P cannot be modelled on 2019-01-03: {why}"


def test_a_missing_settlement_of_the_future_is_named_and_spot_vix_never_stands_in():
    contract = Contract("VIX", dt.date(2019, 2, 13), 20.0, "C")
    quotes = holed(vx=[17.0, None] + [17.0] * 28)
    assert isinstance(quotes.quote(0, contract), Quote)
    assert quotes.quote(1, contract).why == (
        "VIX 2019-02-13 20 C cannot be modelled on 2019-01-03: no VX settlement of 2019-02-13"
    )
    assert isinstance(quotes.quote(2, contract), Quote)
    series = quotes.series(1, "VIX")[1]
    assert math.isnan(quotes.forward(1, series))
    assert math.isnan(quotes.strike_at_delta(1, series, "C", 0.5))
    assert math.isnan(quotes.strike_near(1, series, "C", 20.0))


def test_a_mark_over_a_hole_is_stale_and_nothing_to_trade_on():
    quotes = holed(SPX=[3000.0, 3000.0, None, None] + [3100.0] * 26)
    life = quotes.life(put(), 1)
    assert life.stale[:4].tolist() == [False, True, True, False]
    assert life.mid[1] == life.mid[2] == life.mid[0] != life.mid[3]
    assert np.isnan(life.half_spread[1:3]).all()
    assert np.isfinite(life.half_spread[[0, 3]]).all()
    assert isinstance(quotes.quote(2, put()), Missing)


def test_without_spot_there_is_no_grid_and_no_strike():
    quotes = holed(SPX=[None] * 2 + [3000.0] * 28, VIX=16.0)
    first = quotes.history.dates[0]
    assert str(first) == "2019-01-04"
    quotes = holed(SPX=[3000.0, None] + [3000.0] * 28)
    assert math.isnan(quotes.strike_at_delta(1, Series("SPX", MONTHLY, 43), "P", 0.16))
    assert math.isnan(quotes.spot(1, "SPX"))
    assert math.isnan(quotes.spot(1, "XSP"))


def test_there_is_no_vendor(quotes):
    assert math.isnan(quotes.vendor_delta(0, Series("SPX", MONTHLY, 44), "P", 0.16))


def test_spots(quotes):
    assert (quotes.spot(0, "SPX"), quotes.spot(0, "VIX")) == (3000.0, 16.0)
    assert quotes.spot(0, "XSP") == pytest.approx(300.0)


# -- the life of a contract -------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(name=st.sampled_from(sorted(MARKETS)), i=st.integers(0, 30), later=st.integers(0, 25), k=st.floats(-0.1, 0.1))
def test_a_life_is_each_days_quote(sources, name, i, later, k):
    history = sources[name].history
    source, other = ModelledQuotes(history), ModelledQuotes(history)
    series = next(s for s in source.series(i, "SPX") if s.days >= 40)
    contract = Contract(
        series.root, series.expiry, source.strike_near(i, series, "P", source.spot(i, "SPX") * (1 + k)), "P"
    )
    life = source.life(contract, i)
    j = min(i + later, len(history) - 1)
    assert life.first == i
    assert life.modelled.all()
    assert source.life(contract, j) is life
    if j - i < len(life.mid):
        alone = other.life(contract, j)
        np.testing.assert_array_equal(alone.mid, life.mid[j - i :])
        np.testing.assert_array_equal(alone.vol, life.vol[j - i :])


def test_a_life_asked_from_an_earlier_session_grows_backwards(quotes):
    late = quotes.life(put(), 20)
    early = quotes.life(put(), 4)
    assert early.first == 4
    np.testing.assert_array_equal(early.mid[16:], late.mid)
    assert quotes.lives[put()] is early


def test_the_meaning_of_a_life_is_what_it_was_priced_with(quotes):
    life = quotes.life(put(), 0)
    n = len(life.mid)
    forward, years, discount, vol = quotes.meaning(put(), life, 2, n)
    for name, got in (("forward", forward), ("years", years), ("discount", discount), ("vol", vol)):
        np.testing.assert_array_equal(got[: n - 2], getattr(life, name)[2:])
        assert np.isnan(got[n - 2 :]).all()


def test_deep_in_the_money_calls_in_a_spike_are_certain_and_not_stale():
    vx = [15.0] * 10 + [60.0] * 10 + [15.0] * 40
    quotes = ModelledQuotes(
        plain_history(sessions=60, vx=vx, vx_slope=0.0, VVIX=[90.0] * 10 + [180.0] * 10 + [90.0] * 40)
    )
    contract = Contract("VIX", dt.date(2019, 3, 19), 15.0, "C")
    life = quotes.life(contract, 0)
    spike = slice(10, 20)
    assert not life.stale.any()
    np.testing.assert_allclose(life.mid[spike], life.discount[spike] * 45.0, rtol=1e-12)
    np.testing.assert_array_equal(life.vol[spike], 0.0)
    np.testing.assert_array_equal(life.delta[spike], 1.0)
    assert all(isinstance(quotes.quote(i, contract), Quote) for i in range(10, 20))


def test_vix_options_do_not_see_spot_vix():
    calm, wild = (
        ModelledQuotes(plain_history(sessions=40, VIX=[16.0] * 5 + [vix] * 35, VIX9D=vix)) for vix in (16.0, 45.0)
    )
    for right in ("C", "P"):
        contract = Contract("VIX", dt.date(2019, 2, 13), 20.0, right)
        one, two = calm.life(contract, 0), wild.life(contract, 0)
        for name in ("mid", "forward", "discount", "vol", "delta"):
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
        wider = two.half_spread[5:] > one.half_spread[5:]
        # At the end the option is worth so little that its bid is zero either way.
        assert (wider | (one.half_spread[5:] == one.mid[5:])).all()
        assert wider[:20].all()
    moved = ModelledQuotes(plain_history(sessions=40, vx=18.0))
    series = calm.series(3, "VIX")[1]
    assert moved.forward(3, series) == calm.forward(3, series) + 1.0


# -- no arbitrage, and the index given back, on real days --------------------------------------------------------------


@pytest.fixture(scope="module")
def real(shared, tmp_path_factory):
    history = real_history(shared, tmp_path_factory.mktemp("real"), dt.date(2007, 1, 3), dt.date(2026, 7, 8))
    return ModelledQuotes(history)


def test_the_strip_at_each_node_is_the_scaled_index(real):
    x, history = real.inputs, real.history
    start = history.first_at_or_after(dt.date(2007, 1, 3))
    checked = 0
    for i in range(start, len(history), 23):
        for j, (_, days) in enumerate(NODES):
            target = x.node_variance[i, j]
            if not math.isfinite(target):
                continue
            _, _, theta = smile_on(real, i, x.node_clock[i, j], days / 365)
            index = 100 * math.sqrt(target * 365 / days)
            assert 100 * math.sqrt(strip_variance(theta, x.rho[i], ETA) * 365 / days) == pytest.approx(index, abs=0.05)
            checked += 1
    assert checked > 700


def smile_on(quotes, i, clock, years):
    from alvh.market import spx_model  # noqa: PLC0415
    from alvh.maths.smile import theta_table  # noqa: PLC0415

    x = quotes.inputs
    return spx_model.smile_at(
        theta_table(), clock, years, x.clock[i], x.node_clock[i], x.node_variance[i], x.rho[i], x.spot[i],
        x.dividend_yield[i], x.zero_days, x.zero_rates[i],
    )  # fmt: skip


def test_real_days_have_no_static_arbitrage(real):
    history, x = real.history, real.inputs
    panics = ["2008-10-10", "2008-11-20", "2010-05-20", "2011-08-08", "2018-02-05", "2020-03-16", "2024-08-05"]
    days = [*range(history.first_at_or_after(dt.date(2007, 1, 3)), len(history), 61), *(at(real, d) for d in panics)]
    for i in days:
        thetas = []
        for series in real.series(i, "SPX"):
            life = real._expiries.at(i, series.root, series.expiry)
            theta = life.smile[2, i - life.first]
            thetas.append((series.expiry, series.root, theta))
            reach = 8.0 * math.sqrt(theta)
            assert min(durrleman(k, theta, x.rho[i], ETA) for k in np.linspace(-reach, reach, 41)) >= -1e-12
        ordered = [theta for _, _, theta in sorted(thetas)]
        for near, far in itertools.pairwise(ordered):
            for k in (-0.5, -0.2, -0.05, 0.0, 0.05, 0.2):
                assert total_variance(k, far, x.rho[i], ETA) >= total_variance(k, near, x.rho[i], ETA) - 1e-12


def test_the_listed_months_of_vix_are_those_whose_futures_settled(real):
    history = real.history
    start = history.first_at_or_after(dt.date(2007, 1, 3))
    settled = [
        math.isfinite(real.forward(i, series))
        for i in range(start, len(history), 11)
        for series in real.series(i, "VIX")
    ]
    assert len(settled) > 2500
    assert np.mean(settled) > 0.995


def test_the_dividend_yield_of_real_spy_moves_only_as_dividends_do(real):
    history = real.history
    values = history.dividend_yield[history.first_at_or_after(dt.date(2007, 1, 3)) :]
    # A year of SPY's distributions was 1.2 to 2.8 % of its prices throughout; one replaces another, 0.3 % apart.
    assert values.min() > 0.011
    assert values.max() < 0.029
    assert np.abs(np.diff(values)).max() < 0.0035
    assert not history.dividend_assumed
