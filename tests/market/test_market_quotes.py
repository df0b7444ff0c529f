"""Quotes from chains: what is quoted is found, what is not is said, and a hole is marked by the model, labelled."""

import datetime as dt
import functools
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import ndtr

from alvh import conventions
from alvh.adapters.schema import CHAINS
from alvh.market.history import build_history
from alvh.market.market_quotes import MarketQuotes, full_chain_share, observed_sessions, unusable
from alvh.market.quotes import Series
from alvh.values import Contract, Missing, Quote
from market.plainmarket import plain_tables, real_history, spx_option, vix_option, zero_rate
from tiny_chains import DIVIDEND_YIELD, RATE
from tiny_market import TinySpec, tiny_market

NAN = float("nan")
SESSIONS = 30
DATES = conventions.sessions(dt.date(2019, 1, 2), dt.date(2019, 3, 15))[:SESSIONS].tolist()
FRIDAY, MONTHLY, VIX_MONTH = dt.date(2019, 2, 8), dt.date(2019, 2, 15), dt.date(2019, 2, 13)
PUT = Contract("SPXW", FRIDAY, 2900.0, "P")


def row(i, bid, ask, root="SPXW", expiry=FRIDAY, strike=2900.0, right="P", symbol="SPX", **other):
    return {
        "quote_date": DATES[i], "source": "plain", "symbol": symbol, "root": root, "expiry": expiry,
        "right": right, "strike": strike, "bid": bid, "ask": ask, **other,
    }  # fmt: skip


def source(*rows, **levels):
    """Return market quotes over the plain market with these rows as its only chains."""
    frame = CHAINS.conform(pl.DataFrame(list(rows), infer_schema_length=None))
    chains = {str(symbol): part for (symbol,), part in frame.group_by("symbol")}
    return MarketQuotes(build_history(plain_tables(sessions=SESSIONS, **levels), chains))


def both(i, strike, call, put, spread=0.2, **where):
    """Quote a call and a put around their mids."""
    return [
        row(i, mid - spread / 2, mid + spread / 2, strike=strike, right=right, **where)
        for right, mid in (("C", call), ("P", put))
    ]


def implied(price, forward, strike, years, discount, right):
    sign = 1.0 if right == "C" else -1.0

    def gap(vol):
        s = vol * math.sqrt(years)
        d1 = math.log(forward / strike) / s + s / 2
        return discount * sign * (forward * ndtr(sign * d1) - strike * ndtr(sign * (d1 - s))) - price

    return brentq(gap, 1e-4, 5.0, xtol=1e-14)


def black(forward, strike, years, vol, discount, right):
    sign = 1.0 if right == "C" else -1.0
    s = vol * math.sqrt(years)
    d1 = math.log(forward / strike) / s + s / 2
    return discount * sign * (forward * ndtr(sign * d1) - strike * ndtr(sign * (d1 - s)))


def years_from(i, expiry=FRIDAY, root="SPXW"):
    return conventions.years_to_settlement(root, expiry, DATES[i])


# -- what is quoted ---------------------------------------------------------------------------------------------------


def test_series_are_what_the_chain_quotes_by_expiry():
    quotes = source(
        row(0, 1, 2, expiry=MONTHLY, right="C"), row(0, 1, 2, root="SPX", expiry=MONTHLY, right="C"),
        row(0, 1, 2, right="C"), row(0, 1, 2, expiry=DATES[0], right="C"), row(0, 1, 2, root=None, right="C"),
        row(0, 1, 2, root="XYZ", right="C"), row(1, 1, 2, right="P"),
    )  # fmt: skip
    assert quotes.series(0, "SPX") == (
        Series("SPXW", FRIDAY, 37), Series("SPX", MONTHLY, 44), Series("SPXW", MONTHLY, 44),
    )  # fmt: skip
    assert quotes.series(1, "SPX") == ()  # puts alone make no series
    assert quotes.series(2, "SPX") == ()
    assert quotes.series(0, "XSP") == ()
    assert quotes.series(0, "SPX") is quotes.series(0, "SPX")
    assert quotes.origin == "market"


def test_vix_series_are_the_monthlies_whatever_the_vendor_calls_the_weeklies():
    weekly = dt.date(2019, 1, 23)
    quotes = source(
        *(row(0, 1, 2, root, expiry, 20.0, "C", "VIX") for root, expiry in
          [("VIX", VIX_MONTH), ("VIX", weekly), ("VIXW", weekly), ("VIXW", VIX_MONTH), ("BVZ", VIX_MONTH)])
    )  # fmt: skip
    assert quotes.series(0, "VIX") == (Series("VIX", VIX_MONTH, 42),)


def test_a_session_is_observed_where_a_tradable_root_is_quoted():
    quotes = source(row(0, 1, 2), row(2, 1, 2, root=None), row(3, 1, 2, root="SPX"))
    assert [quotes.observed(i, "SPX") for i in range(5)] == [True, False, False, True, False]
    assert not quotes.observed(0, "VIX")
    assert observed_sessions(quotes.history, "SPX").tolist() == [True, False, False, True] + [False] * 26


def test_the_cash_level_is_the_close_and_only_without_one_the_vendors():
    quotes = source(
        row(0, 1, 2, underlying_price=2990.0), row(1, 1, 2, underlying_price=2991.0), SPX=[3000.0] + [None] * 29
    )
    assert len(quotes.history) == 2
    assert [quotes.spot(i, "SPX") for i in (0, 1)] == [3000.0, 2991.0]
    assert math.isnan(quotes.spot(1, "XSP"))
    assert quotes.spot(1, "VIX") == 16.0


def test_a_quote_is_the_chains_own():
    quotes = source(row(3, 10.0, 10.4), *both(3, 3000.0, 60.0, 61.5))
    quote = quotes.quote(3, PUT)
    assert (quote.bid, quote.ask, quote.as_of, quote.origin) == (10.0, 10.4, DATES[3], "market")
    rate = zero_rate(quotes.history, 3, years_from(3) * 365)
    discount = math.exp(-rate * years_from(3))
    forward = 3000.0 + (60.0 - 61.5) / discount
    assert quotes.forward(3, Series("SPXW", FRIDAY, 0)) == pytest.approx(forward, abs=1e-9)
    vol = implied(10.2, forward, 2900.0, years_from(3), discount, "P")
    s = vol * math.sqrt(years_from(3))
    assert quote.delta == pytest.approx(-ndtr(-(math.log(forward / 2900.0) / s + s / 2)), abs=1e-9)


def test_without_a_rate_a_quote_has_no_delta():
    quotes = source(row(3, 10.0, 10.4), *both(3, 3000.0, 60.0, 61.5), rates={"SOFR": 2.0})
    quote = quotes.quote(3, PUT)
    assert (quote.bid, quote.ask) == (10.0, 10.4)
    assert math.isnan(quote.delta)
    assert math.isnan(quotes.strike_at_delta(3, Series("SPXW", FRIDAY, 0), "P", 0.16))


def test_a_quote_without_a_bid_is_a_quote():
    assert source(row(0, 0.0, 0.05)).quote(0, PUT).mid == 0.025


@pytest.mark.parametrize(
    ("bid", "ask", "why"),
    [
        (0.0, 0.0, "no ask"), (1.0, 0.0, "no ask"), (2.0, 1.0, "a crossed quote"),
        (None, 1.0, "no bid and ask"), (1.0, None, "no bid and ask"), (-1.0, 1.0, "no bid and ask"),
    ],
)  # fmt: skip
def test_an_unusable_quote_is_missing_with_its_reason(bid, ask, why):
    assert source(row(0, bid, ask)).quote(0, PUT) == Missing(f"SPXW 2019-02-08 2900 P has {why} on 2019-01-02")
    assert unusable(NAN if bid is None else bid, NAN if ask is None else ask) == why


def test_a_locked_quote_can_be_used():
    assert unusable(1.0, 1.0) == ""
    assert isinstance(source(row(0, 1.0, 1.0)).quote(0, PUT), Quote)


def test_what_is_not_quoted_is_missing_with_its_reason():
    quotes = source(row(0, 1.0, 2.0), row(1, 1.0, 2.0))
    unquoted = Missing("SPXW 2019-02-08 2905 P is not quoted on 2019-01-02")
    assert quotes.quote(0, PUT._replace(strike=2905.0)) == unquoted
    assert "is not quoted" in quotes.quote(2, PUT).why
    assert "is not quoted" in quotes.quote(0, PUT._replace(right="C")).why
    assert "is not quoted" in quotes.quote(0, PUT._replace(root="SPX")).why
    assert quotes.quote(0, Contract("VIX", VIX_MONTH, 20.0, "C")) == Missing("no VIX chain in the store")
    assert quotes.quote(0, Contract("SPY", VIX_MONTH)) == Missing("no SPY chain in the store")


def test_a_settled_contract_has_no_quote_even_where_the_vendor_still_prints_one():
    i = DATES.index(FRIDAY)
    quotes = source(row(i, 1.0, 2.0), row(i - 1, 1.0, 2.0))
    assert isinstance(quotes.quote(i - 1, PUT), Quote)
    assert quotes.quote(i, PUT) == Missing("SPXW 2019-02-08 2900 P has settled")


# -- forwards and strikes ---------------------------------------------------------------------------------------------


def test_a_vix_forward_is_the_future_and_parity_only_without_one():
    where = {"root": "VIX", "expiry": VIX_MONTH, "symbol": "VIX"}
    quotes = source(*both(0, 20.0, 1.5, 3.5, **where), *both(1, 20.0, 1.5, 3.5, **where), vx=[17.0] + [None] * 29)
    series = Series("VIX", VIX_MONTH, 42)
    assert quotes.forward(0, series) == 17.5
    years = conventions.years_to_settlement("VIX", VIX_MONTH, DATES[1])
    discount = math.exp(-zero_rate(quotes.history, 1, years * 365) * years)
    assert quotes.forward(1, series) == pytest.approx(20.0 - 2.0 / discount, abs=1e-9)
    assert math.isnan(quotes.forward(2, series))


@pytest.fixture(scope="module")
def tiny():
    tables = tiny_market(sessions=60, shock_at=(35,), with_chains=range(30, 42))
    chains = tables.pop("chains")
    return MarketQuotes(build_history(tables, {"SPX": chains})), chains


def test_the_chains_carry_is_given_back_by_parity(tiny):
    quotes, _ = tiny
    for i in range(30, 42):
        for series in quotes.series(i, "SPX"):
            years = conventions.years_to_settlement(series.root, series.expiry, quotes.history.dates[i])
            carried = quotes.spot(i, "SPX") * math.exp((RATE - DIVIDEND_YIELD) * years)
            # Mids are on ticks of 0.05 and 0.10, and the market's own Treasury rate is not the chain's.
            assert quotes.forward(i, series) == pytest.approx(carried, rel=3e-4)


@settings(max_examples=40)
@given(i=st.integers(30, 41), pick=st.integers(0, 100), right=st.sampled_from("CP"), target=st.floats(0.06, 0.6))
def test_the_strike_by_black_delta_is_next_to_the_one_by_the_chains_own(tiny, i, pick, right, target):
    quotes, chains = tiny
    series = quotes.series(i, "SPX")[pick % len(quotes.series(i, "SPX"))]
    strike = quotes.strike_at_delta(i, series, right, target)
    vendor = quotes.vendor_delta(i, series, right, target)
    rows = chains.filter(
        pl.col("quote_date") == quotes.history.dates[i], pl.col("root") == series.root,
        pl.col("expiry") == series.expiry, pl.col("right") == right,
    ).sort("strike")  # fmt: skip
    strikes, deltas = rows["strike"].to_numpy(), np.abs(rows["delta"].to_numpy())
    assert vendor == strikes[np.argmin(np.abs(deltas - target))]
    # Bids and asks rounded to ticks move an implied volatility a little, and the strike by a place or two.
    assert abs(np.flatnonzero(strikes == strike)[0] - np.flatnonzero(strikes == vendor)[0]) <= 2


def test_the_nearest_strike_is_the_nearest_quoted_and_the_lower_of_two():
    quotes = source(*(row(0, 1, 2, strike=k, right="C") for k in (2900.0, 2910.0, 2950.0)))
    series = Series("SPXW", FRIDAY, 37)
    at = {
        2000.0: 2900.0,
        2904.9: 2900.0,
        2905.0: 2900.0,
        2905.1: 2910.0,
        2930.0: 2910.0,
        2930.1: 2950.0,
        9999.0: 2950.0,
    }
    assert {target: quotes.strike_near(0, series, "C", target) for target in at} == at
    assert math.isnan(quotes.strike_near(0, series, "C", NAN))
    assert math.isnan(quotes.strike_near(0, series, "P", 2900.0))
    assert math.isnan(quotes.strike_near(1, series, "C", 2900.0))
    assert math.isnan(quotes.strike_near(0, Series("VIX", VIX_MONTH, 42), "C", 20.0))


def test_a_vendor_without_deltas_names_no_strike():
    quotes = source(row(0, 1, 2), row(1, 1, 2, delta=-0.2), row(1, 1, 2, strike=2800.0, delta=-0.1))
    series = Series("SPXW", FRIDAY, 37)
    assert math.isnan(quotes.vendor_delta(0, series, "P", 0.16))
    assert quotes.vendor_delta(1, series, "P", 0.16) == 2900.0
    assert quotes.vendor_delta(1, series, "P", 0.14) == 2800.0
    assert math.isnan(quotes.vendor_delta(2, series, "P", 0.14))
    assert math.isnan(quotes.strike_at_delta(2, series, "P", 0.14))


# -- the life of a contract -------------------------------------------------------------------------------------------


def test_a_life_without_holes_is_the_chain_and_nothing_else():
    last = DATES.index(FRIDAY) - 1
    quotes = source(*(row(i, 10.0 - 0.3 * i, 10.5 - 0.3 * i) for i in range(2, last + 1)))
    life = quotes.life(PUT, 2)
    np.testing.assert_allclose(life.mid, [10.25 - 0.3 * i for i in range(2, last + 1)])
    np.testing.assert_allclose(life.half_spread, 0.25)
    assert not life.modelled.any()
    assert not life.stale.any()
    assert np.isnan(life.forward).all()
    assert quotes.life(PUT, 5) is life


def residual_mark(quotes, seen, missing, contract, mid, forward):
    """Mark a missing session by hand: the model's price at its own volatility plus the residual last seen."""
    years, discount = (
        years_from(seen),
        math.exp(-zero_rate(quotes.history, seen, years_from(seen) * 365) * years_from(seen)),
    )
    own = implied(mid, forward, contract.strike, years, discount, contract.right)
    leg = (contract.root, contract.expiry, contract.strike, contract.right)
    shift = own - spx_option(quotes.history, seen, *leg)[1]
    _, vol, _, forward, discount = spx_option(quotes.history, missing, *leg)
    return black(forward, contract.strike, years_from(missing), vol + shift, discount, contract.right), vol + shift


MOVING = {"SPX": [3000.0 + 7.0 * n for n in range(SESSIONS)], "VIX": [16.0 + 0.2 * n for n in range(SESSIONS)]}


def parity_of(quotes, i, call, put, strike=3000.0):
    years = years_from(i)
    return strike + (call - put) * math.exp(zero_rate(quotes.history, i, years * 365) * years)


def test_a_missing_day_is_marked_at_the_last_residual_and_labelled():
    # Seen on sessions 2 and 3, with different residuals; session 4 has no chain; session 5 has one again.
    rows = [row(2, 9.8, 10.2), *both(2, 3000.0, 60.0, 46.0), row(3, 12.8, 13.2), *both(3, 3000.0, 66.0, 45.0)]
    quotes = source(*rows, row(5, 8.8, 9.2), **MOVING)
    life = quotes.life(PUT, 2)
    forward = parity_of(quotes, 3, 66.0, 45.0)
    expected, vol = residual_mark(quotes, 3, 4, PUT, 13.0, forward)
    assert life.mid[:4] == pytest.approx([10.0, 13.0, expected, 9.0], abs=1e-8)
    assert abs(expected - residual_mark(quotes, 2, 4, PUT, 10.0, parity_of(quotes, 2, 60.0, 46.0))[0]) > 1.0
    assert life.modelled[:4].tolist() == [False, False, True, False]
    assert not life.stale.any()
    assert life.vol[2] == pytest.approx(vol, abs=1e-9)
    model = spx_option(quotes.history, 4, *PUT)
    assert life.forward[2] == pytest.approx(model[3], rel=1e-12)
    assert life.discount[2] == pytest.approx(model[4], rel=1e-12)
    assert life.years[2] == pytest.approx(years_from(4), rel=1e-12)
    assert -1.0 < life.delta[2] < 0.0


def test_a_mark_of_the_model_is_nothing_to_trade_on():
    quotes = source(row(2, 9.8, 10.2), row(4, 9.8, 10.2))
    life = quotes.life(PUT, 2)
    assert np.isfinite(life.mid).all()
    assert np.isfinite(life.half_spread[[0, 2]]).all()
    assert np.isnan(life.half_spread[1])
    assert np.isnan(life.half_spread[3:]).all()
    assert isinstance(quotes.quote(3, PUT), Missing)


@pytest.mark.parametrize(("bid", "ask"), [(0.0, 0.0), (12.0, 3.0), (None, 3.0), (5.0, None)])
def test_an_unusable_quote_is_stood_in_for_like_a_missing_one(bid, ask):
    good = [row(2, 9.8, 10.2), *both(2, 3000.0, 60.0, 46.0)]
    spoilt, absent = source(*good, row(3, bid, ask), **MOVING), source(*good, **MOVING)
    one, two = spoilt.life(PUT, 2), absent.life(PUT, 2)
    np.testing.assert_array_equal(one.mid, two.mid)
    assert one.modelled[1]


def test_before_a_residual_is_known_the_model_stands_alone():
    quotes = source(row(4, 9.8, 10.2), **MOVING)
    life = quotes.life(PUT, 2)
    assert life.mid[0] == pytest.approx(spx_option(quotes.history, 2, *PUT)[0], abs=1e-8)
    assert life.modelled[:2].all()
    # On session 4 there is no parity and so no volatility of its own: the model still stands alone after it.
    assert life.mid[3] == pytest.approx(spx_option(quotes.history, 5, *PUT)[0], abs=1e-8)


def test_where_the_model_has_no_answer_either_the_last_mark_is_stale_and_not_modelled():
    levels = [3000.0, 3000.0, 3000.0, None, 3000.0] + [3000.0] * 25
    quotes = source(row(2, 9.8, 10.2), row(4, 7.8, 8.2), SPX=levels)
    life = quotes.life(PUT, 2)
    assert life.mid[:3].tolist() == [10.0, 10.0, 8.0]
    assert life.stale[:3].tolist() == [False, True, False]
    assert life.modelled[:3].tolist() == [False, False, False]
    assert np.isnan(life.half_spread[1])


def test_a_vix_option_is_stood_in_for_on_its_future():
    call = Contract("VIX", VIX_MONTH, 20.0, "C")
    vx = [17.0, 17.0, 25.0, None] + [17.0] * 26
    quotes = source(row(0, 1.4, 1.6, "VIX", VIX_MONTH, 20.0, "C", "VIX"), vx=vx)
    life = quotes.life(call, 0)
    history = quotes.history

    def model(i):
        price, _ = vix_option(history, i, VIX_MONTH, 20.0, "C")
        years = conventions.years_to_settlement("VIX", VIX_MONTH, DATES[i])
        future = history.vx.settle[i, history.vx.column_of((VIX_MONTH - dt.date(1970, 1, 1)).days)]
        discount = math.exp(-zero_rate(history, i, years * 365) * years)
        return implied(price, future, 20.0, years, discount, "C"), future, years, discount

    vol, future, years, discount = model(0)
    shift = implied(1.5, future, 20.0, years, discount, "C") - vol
    vol, future, years, discount = model(2)
    assert future == 25.5
    assert life.mid[2] == pytest.approx(black(future, 20.0, years, vol + shift, discount, "C"), abs=1e-4)
    assert life.stale[3]
    assert life.mid[3] == life.mid[2]
    assert life.modelled[:5].tolist() == [False, True, True, False, True]


def test_a_vix_weekly_has_no_model_and_keeps_its_last_mark():
    weekly = Contract("VIXW", dt.date(2019, 1, 23), 20.0, "C")
    quotes = source(
        row(0, 0.9, 1.1, "VIXW", weekly.expiry, 20.0, "C", "VIX"),
        row(2, 0.6, 0.8, "VIXW", weekly.expiry, 20.0, "C", "VIX"),
    )
    life = quotes.life(weekly, 0)
    np.testing.assert_allclose(life.mid[:4], [1.0, 1.0, 0.7, 0.7])
    assert not life.modelled.any()
    assert life.stale[[1, 3]].all()


def test_the_meaning_of_a_market_mark_is_parity_and_its_own_volatility():
    quotes = source(row(2, 9.8, 10.2), *both(2, 3000.0, 60.0, 46.0), **MOVING)
    life = quotes.life(PUT, 2)
    forward, years, discount, vol = quotes.meaning(PUT, life, 0, 4)
    assert forward[0] == pytest.approx(parity_of(quotes, 2, 60.0, 46.0), abs=1e-9)
    assert years[0] == years_from(2)
    assert vol[0] == pytest.approx(implied(10.0, forward[0], 2900.0, years[0], discount[0], "P"), abs=1e-9)
    for got, name in ((forward, "forward"), (years, "years"), (discount, "discount"), (vol, "vol")):
        np.testing.assert_array_equal(got[1:], getattr(life, name)[1:4])
    beyond = quotes.meaning(PUT, life, len(life.mid) - 1, 3)
    assert np.isnan(beyond[0][1:]).all()


def spoil(frame, share, seed):
    """Knock out, cross or empty a share of the rows."""
    rng = np.random.default_rng(seed)
    how = pl.Series(np.where(rng.random(frame.height) < share, rng.integers(1, 5, frame.height), 0))
    return frame.with_columns(
        bid=pl.when(how == 1).then(pl.col("ask") + 1.0).when(how == 2).then(None).otherwise(pl.col("bid")),
        ask=pl.when(how == 3).then(0.0).otherwise(pl.col("ask")),
    ).filter(how != 4)


@settings(max_examples=12)
@given(seed=st.integers(0, 1000), share=st.floats(0.0, 0.6), pick=st.integers(0, 10_000), right=st.sampled_from("CP"))
def test_marks_are_the_chain_where_it_can_be_used_and_the_model_where_not(tiny, seed, share, pick, right):
    whole, chains = tiny
    frame = spoil(chains, share, seed)
    quotes = MarketQuotes(build_history(market_frames(), {"SPX": frame}))
    series = whole.series(30, "SPX")[pick % len(whole.series(30, "SPX"))]
    strike = whole.strike_near(30, series, right, whole.spot(30, "SPX") * (0.9 + 0.2 * (pick % 17) / 17))
    contract = Contract(series.root, series.expiry, strike, right)
    life = quotes.life(contract, 30)
    mine = {
        date: (bid, ask)
        for date, bid, ask in frame.filter(
            pl.col("root") == series.root, pl.col("expiry") == series.expiry,
            pl.col("strike") == strike, pl.col("right") == right,
        ).select("quote_date", "bid", "ask").iter_rows()
    }  # fmt: skip
    for k in range(len(life.mid)):
        bid, ask = mine.get(quotes.history.dates[30 + k], (None, None))
        usable = bid is not None and ask is not None and ask > 0 and ask >= bid
        assert isinstance(quotes.quote(30 + k, contract), Quote if usable else Missing)
        if usable:
            assert (life.mid[k], life.half_spread[k]) == (0.5 * (bid + ask), 0.5 * (ask - bid))
            assert not life.modelled[k]
            assert not life.stale[k]
        else:
            assert life.modelled[k]
            assert np.isnan(life.half_spread[k])
            assert life.mid[k] >= 0.0


@functools.cache
def market_frames():
    tables = TinySpec(sessions=60, shock_at=(35,)).tables()
    return {name: tables[name] for name in ("underlyings", "vol_indices", "vx_futures", "rates")}


# -- how full a chain is ----------------------------------------------------------------------------------------------


def expiries_on(i, *days, root="SPXW", symbol="SPX"):
    return [row(i, 1, 2, root, DATES[i] + dt.timedelta(d), right="C", symbol=symbol) for d in days]


def test_four_expiries_between_a_week_and_75_days_make_a_full_chain():
    quotes = source(
        *expiries_on(0, 7, 30, 50, 75), *expiries_on(1, 6, 30, 50, 75, 76), *expiries_on(2, 8, 9, 10, 11, 12)
    )
    assert full_chain_share(quotes.history, "SPX", 0, 0) == 1.0
    assert full_chain_share(quotes.history, "SPX", 1, 1) == 0.0
    assert full_chain_share(quotes.history, "SPX", 0, 3) == 0.5
    assert full_chain_share(quotes.history, "VIX", 0, 3) == 0.0
    assert full_chain_share(quotes.history, "SPX", 3, 2) == 0.0


def test_fewer_are_enough_where_no_more_were_listed():
    # Between 7 and 75 days from 2019-01-02 VIX had the monthlies of January and February; March, on day 76, is beyond.
    months = [conventions.vix_expiry(2019, m) for m in (1, 2, 3)]
    assert [(m - DATES[0]).days for m in months] == [14, 42, 76]
    where = {"root": "VIX", "symbol": "VIX", "right": "C", "strike": 20.0}
    full = source(*(row(0, 1, 2, expiry=m, **where) for m in months[:2]))
    short = source(*(row(0, 1, 2, expiry=m, **where) for m in months[1:]))
    assert full_chain_share(full.history, "VIX", 0, 0) == 1.0
    assert full_chain_share(short.history, "VIX", 0, 0) == 0.0


# -- a real chain -----------------------------------------------------------------------------------------------------


def test_a_real_chain_gives_a_forward_by_carry_and_deltas_by_black(shared, tmp_path_factory):
    day = dt.date(2019, 6, 26)
    folder = tmp_path_factory.mktemp("volkit")
    history = real_history(shared, folder, day, day, "spx_volkit_20190626.parquet")
    quotes = MarketQuotes(history)
    i = history.index(day)
    listed = quotes.series(i, "SPX")
    near = [series for series in listed if 7 <= series.days <= 75]
    assert len(near) > 5
    for series in near:
        years = conventions.years_to_settlement(series.root, series.expiry, day)
        carried = quotes.spot(i, "SPX") * math.exp(
            (zero_rate(history, i, years * 365) - history.dividend_yield[i]) * years
        )
        assert quotes.forward(i, series) == pytest.approx(carried, rel=0.003)
        for right in ("P", "C"):
            strike = quotes.strike_at_delta(i, series, right, 0.16)
            quote = quotes.quote(i, Contract(series.root, series.expiry, strike, right))
            assert abs(quote.delta) == pytest.approx(0.16, abs=0.02)
