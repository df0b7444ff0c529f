"""Fund options on markets of constants: a split by hand, listing, what is missing; on real prices, what was traded."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from alvh.accounting.book import value_cents
from alvh.accounting.settle import final_value, settlement_of
from alvh.conventions.splits import splits_of
from alvh.market import etp_model
from alvh.market.etp_quotes import EtpQuotes, fund_columns, share_close
from alvh.market.market_quotes import MarketQuotes
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.maths.american import american_prices
from alvh.values import Contract, Missing, Quote
from market.plainmarket import plain_history, real_history

pytest.importorskip("QuantLib")

DAY = dt.date.fromisoformat
SPLIT = DAY("2017-08-23")
DECEMBER, SEPTEMBER = DAY("2017-12-15"), DAY("2017-09-15")
OLD, NEW = Contract("VXX4", DECEMBER, 12.0, "C"), Contract("VXX5", DECEMBER, 48.0, "C")
"""The same claim before and after the reverse split of 1:4 of 2017-08-23."""


def history(close=3072.0, **levels):
    """Return a market in which VXX stands still: 3,072 on today's shares, four splits of 1:4 later than 2017-08-22.

    As traded: 3,072 / 256 = 12.00 until 2017-08-22, 3,072 / 64 = 48.00 from 2017-08-23 on.
    """
    return plain_history("2017-08-01", sessions=97, VXX=close, **levels)


def test_the_price_as_traded_jumps_at_the_split_and_the_price_in_terms_of_a_basis_does_not():
    known = history()
    eve = known.index(DAY("2017-08-22"))
    traded = fund_columns(known, "VXX").traded
    assert traded[eve - 1 : eve + 3].tolist() == [12.0, 12.0, 48.0, 48.0]
    assert [share_close(known, "VXX4", i) for i in (eve, eve + 1)] == [12.0, 12.0]
    assert [share_close(known, "VXX5", i) for i in (eve, eve + 1)] == [48.0, 48.0]
    assert ModelledQuotes(known).spot(eve + 1, "VXX") == 48.0


def test_a_position_held_over_the_split_is_worth_the_evening_before_what_it_is_the_morning_after():
    known = history()
    quotes = ModelledQuotes(known)
    eve = known.index(DAY("2017-08-22"))
    assert isinstance(quotes.quote(eve - 5, OLD), Quote)
    life = quotes.life(OLD, eve - 5)
    before, after = life.mark(eve), life.mark(eve + 1)
    # One day of decay of an option with 115 days to go, not a factor of four.
    assert 0.985 * before < after < before
    # 40 old calls are 4,000 old shares at 12, ten new ones 1,000 new shares at 48: 48,000 USD of either.
    new = quotes.life(NEW, eve + 1)
    for i in (eve + 1, eve + 20, eve + 60):
        assert value_cents(OLD, 40, life.mark(i)) == pytest.approx(value_cents(NEW, 10, new.mark(i)), abs=2)


def test_the_mark_is_the_american_price_written_out():
    known = history()
    quotes = ModelledQuotes(known)
    i = known.index(DAY("2017-08-02"))
    # 135 days: rates of the plain market, bond-equivalent 2.2 % at 91 days and 2.4 % at 182, straight between them.
    years = 135.0 / 365.0
    low, high = 2.0 * math.log1p(0.022 / 2.0), 2.0 * math.log1p(0.024 / 2.0)
    rate = low + (high - low) * (135.0 - 91.0) / 91.0
    forward = 12.0 * math.exp((rate - 0.0245) * years)
    quote = quotes.quote(i, OLD)
    life = quotes.life(OLD, i)
    assert life.forward[0] == pytest.approx(forward)
    assert life.discount[0] == pytest.approx(math.exp(-rate * years))
    one = [np.array([x]) for x in (12.0, years, life.vol[0], rate)]
    price = american_prices(one[0], 12.0, one[1], one[2], one[3], 0.0245, True)[0]
    assert quote.mid == pytest.approx(price)
    half = (0.0089 + 0.00663 * price**0.558 * (135.0 / 30.0) ** 0.867) * (16.0 / 12.8) ** 0.4724
    assert quote.half_spread == pytest.approx(half * etp_model.spread_factor("VXX", DAY("2017-08-02").toordinal()))
    assert (quote.origin, quote.as_of) == ("modelled", DAY("2017-08-02"))
    assert life.modelled.all()
    assert len(life.mid) == known.index(DAY("2017-12-14")) - i + 1


def test_settlement_is_intrinsic_on_the_close_in_the_terms_of_the_contract():
    # The share ends at 3,840: 60.00 as traded, 15.00 in the terms of before the split.
    known = plain_history("2017-08-01", sessions=97, VXX=[3072.0] * 90 + [3840.0] * 7)
    old, new = final_value(known, OLD), final_value(known, NEW)
    assert (old.points, new.points, new.how) == (15.0, 60.0, "close")
    # 40 x 100 x (15 - 12) = 12,000 USD; 10 x 100 x (60 - 48) = 12,000 USD.
    for contract, quantity, final in ((OLD, 40, old), (NEW, 10, new)):
        settled = settlement_of("L1", "L1@2017-08-02", quantity, contract, final, DECEMBER)
        assert settled.cash_cents == 1_200_000
    short = settlement_of("L1", "L1@2017-08-02", -10, NEW, new, DECEMBER)
    assert short.cash_cents == -1_200_000
    assert settlement_of("L1", "x", 5, OLD._replace(right="P"), old, DECEMBER).cash_cents == 0


def test_new_strikes_are_in_dollars_of_the_day():
    known = history()
    eve = known.index(DAY("2017-08-22"))
    view = [View(known, ModelledQuotes(known), i) for i in (eve, eve + 1)]
    december = [next(s for s in v.series("VXX") if s.expiry == DECEMBER) for v in view]
    assert [s.root for s in december] == ["VXX4", "VXX5"]
    # Points from 0.75 to 1.8 times the share: 12.4 is nearest 12, 49.6 nearest 50; a strike of 12 is none at 48.
    assert view[0].strike_near(december[0], "C", 12.4) == 12.0
    assert view[1].strike_near(december[1], "C", 49.6) == 50.0
    assert view[1].strike_near(december[1], "C", 12.0) == 36.0
    assert view[1].quote(NEW._replace(strike=12.0)) == Missing(
        "VXX5 2017-12-15 12 C is off the strike grid of 2017-08-23 and of every session before"
    )
    strike = view[1].strike_at_delta(december[1], "C", 0.5)
    assert 44.0 <= strike <= 60.0
    assert view[1].quote(NEW._replace(strike=strike)).delta == pytest.approx(0.5, abs=0.02)


def test_nothing_new_is_listed_on_old_shares_and_what_was_stays_quoted():
    known = history()
    quotes = ModelledQuotes(known)
    after = known.index(DAY("2017-09-29"))
    # Listed on the eve of the split, though nobody asked then.
    assert isinstance(quotes.quote(after, OLD), Quote)
    # June 2018 is first listed after the expiry of October 2017, on new shares only.
    assert isinstance(quotes.quote(after + 30, OLD._replace(expiry=DAY("2018-06-15"))), Missing)
    assert quotes.quote(after, OLD._replace(expiry=SEPTEMBER)) == Missing("VXX4 2017-09-15 12 C has settled")
    assert quotes.quote(after, OLD._replace(right="")) == Missing("VXX4 2017-12-15 is no option on VXX")


def test_a_mark_does_not_hang_on_how_early_it_was_asked_for():
    known = history()
    i = known.index(DAY("2017-10-02"))
    early, late = ModelledQuotes(known), ModelledQuotes(known)
    early.quote(i - 30, OLD)
    assert early.quote(i, OLD) == late.quote(i, OLD)


def test_a_strike_listed_when_the_share_stood_near_it_stays():
    # 48.00 as traded from the split on, then half of it: 24.00.
    known = plain_history("2017-08-24", sessions=60, VXX=[3072.0] * 20 + [1536.0] * 40)
    quotes = EtpQuotes("VXX", known, {})
    later = next(s for s in quotes.series(30) if s.expiry == DECEMBER)
    assert quotes.spot(30) == 24.0
    assert quotes.strike_near(30, later, "C", 48.0) == 48.0
    # 1.8 x 48 = 86.4 is where points end.
    assert quotes.strike_near(30, later, "C", 95.0) == 86.0


def test_market_runs_quote_fund_options_by_the_model_too():
    known = history()
    i = known.index(DAY("2017-08-02"))
    assert MarketQuotes(known).quote(i, OLD) == ModelledQuotes(known).quote(i, OLD)


@pytest.mark.parametrize(
    ("levels", "why"),
    [({"VVIX": [None] * 97}, "no VVIX"), ({"VIX": [None] * 97}, "no VIX"), ({"close": [None] * 97}, "no VXX")],
)
def test_what_is_missing_is_named(levels, why):
    known = history(**levels)
    i = known.index(DAY("2017-08-02"))
    quotes = EtpQuotes("VXX", known, {})
    assert quotes.quote(i, OLD) == Missing(f"VXX4 2017-12-15 12 C cannot be modelled on 2017-08-02: {why}")
    if why == "no VXX":
        assert math.isnan(quotes.spot(i))
        assert math.isnan(quotes.strike_near(i, quotes.series(i)[0], "C", 12.0))


def test_a_hole_carries_the_last_mark_and_is_nothing_to_trade_on():
    known = history(close=[3072.0] * 10 + [None] + [3072.0] * 86)
    quotes = EtpQuotes("VXX", known, {})
    life = quotes.life(OLD, 5)
    assert life.stale.tolist()[4:7] == [False, True, False]
    assert life.mid[5] == life.mid[4]
    assert isinstance(quotes.quote(10, OLD), Missing)


def test_no_quote_moves_when_the_future_is_another():
    one, two = history(), history(close=[3072.0] * 60 + [9999.0] * 37)
    for i in (0, 30, 59):
        a, b = EtpQuotes("VXX", one, {}), EtpQuotes("VXX", two, {})
        assert a.quote(i, OLD) == b.quote(i, OLD)
        assert a.series(i) == b.series(i)


@pytest.mark.shared
def test_real_prices_as_traded(shared, tmp_path_factory):
    known = real_history(shared, tmp_path_factory.getbasetemp(), DAY("2010-01-04"), DAY("2026-07-14"))
    quotes = ModelledQuotes(known)
    for fund, day, traded, error in (
        # Spot in the chains of those days.
        ("VXX", "2016-12-01", 28.95, 0.002),
        ("VXX", "2016-12-30", 25.52, 0.002),
        ("VXX", "2026-07-10", 21.13, 0.001),
        ("UVXY", "2026-07-10", 23.18, 0.001),
        # Closing indicative values in the issuer's press releases; a closing price is near.
        ("VXX", "2017-08-09", 11.55, 0.02),
        ("VXX", "2024-07-09", 10.29, 0.02),
        # etf.com, 2013-05-29.
        ("UVXY", "2013-05-28", 5.80, 0.02),
    ):
        assert quotes.spot(known.index(DAY(day)), fund) == pytest.approx(traded, rel=error)
    # No split shows in the price of one basis: the move over each is a day's move.
    for split in splits_of("VXX")[1:]:
        i = known.index(split.date)
        assert abs(math.log(quotes.spot(i, "VXX") / split.price_factor / quotes.spot(i - 1, "VXX"))) < 0.15
