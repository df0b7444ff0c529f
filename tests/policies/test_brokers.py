from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.conventions import ROOTS
from alvh.policies.brokers import broker_names, load_broker, parse_broker

NAMES = st.sampled_from(["generic", "ibkr", "tastytrade"])
SMALL = """
name = "mine"
unequal_wings = "strict"
[[fees]]
roots = ["SPX", "SPXW"]
open_usd = 0.70
close_usd = 0.50
[[fees]]
roots = ["SPX"]
from_premium_points = 1.00
open_usd = 1.24
close_usd = 1.00
settlement_usd = 0.15
assumed = false
"""


def test_the_shipped_profiles():
    assert broker_names() == ("generic", "ibkr", "tastytrade")
    assert load_broker("generic").unequal_wings == "wider"
    assert load_broker("ibkr").unequal_wings == "strict"


def test_the_defaults_of_the_methodology():
    broker = load_broker("generic")
    for opening in (True, False):
        assert broker.fee_cents("SPX", 12.0, opening) == broker.fee_cents("SPXW", 0.05, opening) == 150
        assert broker.fee_cents("VIX", 0.7, opening) == 125
        assert broker.fee_cents("VX", 20.0, opening) == 225
    assert broker.settlement_fee_cents("SPX", 30.0) == 0


def test_a_condor_at_tastytrade_costs_more_to_open_than_to_close():
    # 1.00 + 0.10 + 0.65 + 0.04 to open, 0.10 + 0.65 + 0.04 to close.
    broker = load_broker("tastytrade")
    assert broker.fee_cents("SPXW", 5.0, opening=True) == 179
    assert broker.fee_cents("SPXW", 5.0, opening=False) == 79


def test_ibkr_charges_by_premium():
    # 0.70 + 0.45 + 0.05 + 0.04 from 1.00; 0.36 instead of 0.45 below; 0.50 from 0.05; 0.25 below that.
    broker = load_broker("ibkr")
    prices = (1.00, 0.95, 0.10, 0.05, 0.0)
    assert [broker.fee_cents("SPX", price, opening=True) for price in prices] == [124, 115, 115, 95, 70]


def test_a_profile_of_ones_own():
    broker = parse_broker(SMALL)
    assert broker.fee_cents("SPX", 0.99, opening=True) == 70
    assert broker.fee_cents("SPX", 1.00, opening=False) == 100
    assert broker.fee_cents("SPXW", 50.0, opening=True) == 70
    assert broker.settlement_fee_cents("SPX", 2.0) == 15
    assert not broker.vx_permission
    assert broker.credit_reduces_margin
    assert [tier.assumed for tier in broker.fees["SPX"]] == [True, False]
    with pytest.raises(KeyError, match="'VIX'"):
        broker.fee_cents("VIX", 1.0, opening=True)
    with pytest.raises(ValueError, match="SPX"):
        broker.fee_cents("SPX", float("nan"), opening=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ('unequal_wings = "strict"', 'unequal_wing = "strict"'),
            r"unknown key 'unequal_wing'; did you mean 'unequal_wings'",
        ),
        (('"strict"', '"strickt"'), r"unequal_wings = 'strickt' is unknown; did you mean 'strict'"),
        (
            ("close_usd = 0.50", "close_us = 0.50"),
            r"\[\[fees\]\] entry 1: unknown key 'close_us'; did you mean 'close_usd'",
        ),
        (("close_usd = 0.50", ""), r"entry 1: 'close_usd' is missing"),
        (('["SPX"]', '["SPXX"]'), r"entry 2: unknown root 'SPXX'; did you mean 'SPX"),
        (('["SPX"]', '"SPX"'), r"entry 2: roots = 'SPX' must be a list"),
        (("open_usd = 0.70", "open_usd = -0.70"), r"open_usd = -0.7 must be a number"),
        (("open_usd = 0.70", "open_usd = true"), r"open_usd = True must be a number"),
        (("open_usd = 0.70", "open_usd = 0.705"), r"open_usd = 0.705 must be whole cents"),
        (("open_usd = 0.70", "open_usd = nan"), r"open_usd = nan must be a number"),
        (("assumed = false", 'assumed = "no"'), r"assumed = 'no' must be true or false"),
        (("from_premium_points = 1.00", ""), r"SPX has two fees from the same premium"),
        (
            ('roots = ["SPX", "SPXW"]', 'roots = ["SPXW"]'),
            r"the fees of SPX begin at a premium of 1, they must begin at 0",
        ),
        (('name = "mine"', "name = 3"), r"a broker needs a name"),
        (('name = "mine"', 'name = "mine'), r"my.toml: not valid TOML"),
        (('name = "mine"', 'name = "mine"\nvx_permission = 1'), r"vx_permission = 1 must be true or false"),
    ],
)
def test_a_mistake_is_one_sentence_with_the_key_and_the_nearest_choice(change, message):
    assert change[0] in SMALL
    with pytest.raises(ValueError, match=message):
        parse_broker(SMALL.replace(change[0], change[1], 1), "my.toml")


def test_a_profile_without_fees_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        parse_broker('name = "x"')
    with pytest.raises(ValueError, match="did you mean 'tastytrade'"):
        load_broker("tastytrad")


@given(NAMES, st.sampled_from(sorted(ROOTS)), st.floats(0.0, 300.0), st.booleans())
def test_every_shipped_profile_prices_every_root(name, root, price, opening):
    broker = load_broker(name)
    fee = broker.fee_cents(root, price, opening)
    assert isinstance(fee, int)
    assert 0 <= fee <= 500
    assert fee <= broker.fee_cents(root, price + 1.0, opening)
    assert broker.settlement_fee_cents(root, price) == 0


@given(NAMES, st.sampled_from(sorted(ROOTS)), st.floats(0.0, 3.0))
def test_scaled_fees_are_the_fees_times_the_multiple(name, root, multiple):
    broker = load_broker(name)
    for price in (0.0, 0.07, 0.5, 5.0):
        for opening in (True, False):
            fee = broker.fee_cents(root, price, opening)
            assert abs(broker.scaled(multiple).fee_cents(root, price, opening) - multiple * fee) <= 0.5
    assert broker.scaled(1.0).fees == broker.fees
    with pytest.raises(ValueError, match="multiple"):
        broker.scaled(-0.5)
