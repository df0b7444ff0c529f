"""Calls for a share of equity: the index's own step by hand, what each level of the future allows, and the ladder."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alvh.accounting.settle import FinalValue, settlement_of
from alvh.decision.draft import Draft
from alvh.decision.layers.held_index import HeldIndex, HeldIndexParams
from alvh.decision.layers.vix_call_overlay import VixCallOverlay, VixCallOverlayParams, calls_for, share_at
from alvh.market.index_quotes import NEVER
from alvh.market.quotes import Series
from alvh.policies.policy import preset
from alvh.values import Contract, Leg, Order, Quote
from decision.desk import Desk, Values, account, fill, hold

APRIL, MAY, JUNE, JULY = dt.date(2019, 4, 17), dt.date(2019, 5, 22), dt.date(2019, 6, 19), dt.date(2019, 7, 17)
"""Settlements of VIX options: 35, 63 and 91 days after the first."""
TR = Contract("SPXTR", NEVER)
K24 = Contract("VIX", MAY, 24.0, "C")


def even(points: float, on: dt.date = APRIL) -> Quote:
    """Return a quote without a spread."""
    return Quote(points, points, on, "market", 0.3)


def market(on: dt.date = APRIL, *, future: float = 20.0, spread: float = 0.0, **said: object) -> Desk:
    """Return a desk on which a call of each month can be had; 24 is nearest 0.30 delta in all, 20 nearest 0.50."""
    months = [expiry for expiry in (MAY, JUNE, JULY) if expiry > on]
    listed = [Series("VIX", expiry, (expiry - on).days) for expiry in months]
    quotes = {Contract("VIX", e, k, "C"): Quote(0.8 - spread, 0.8 + spread, on, "modelled", 0.3)
              for e in months for k in (20.0, 24.0)}  # fmt: skip
    deltas = {(e, "C", d): k for e in months for d, k in ((0.3, 24.0), (0.5, 20.0))}
    forwards = dict.fromkeys(months, future)
    return Desk(on, series={"VIX": listed}, quotes={**quotes, TR: even(2800.0, on)}, deltas=deltas, forwards=forwards)


def bought(desk: Desk, book=None, **params) -> Draft:
    draft = Draft(desk)
    VixCallOverlay("calls", VixCallOverlayParams(**params)).propose(desk, Values(), book or account(1e9), draft)
    return draft


def test_the_step_of_the_index_by_hand():
    # methodology.md, section 5: weight 1 %, premium 0.80, strike 24, S&P 500 down 5 %, settlement at 35:
    # 0.99 x 0.95 + 0.01 x (35 - 24) / 0.80 = 0.9405 + 0.1375 = 1.0780, a gain of 7.80 %.
    desk, book, draft = market(), account(1e9), Draft(market())
    calls, index = preset("vxth").layers
    calls.propose(desk, Values(), book, draft)
    index.propose(desk, Values(), book, draft)
    for order in draft.orders:
        fill(book, order, desk)
    # 1 % of 10^9 USD buys 10,000,000 / 80 = 125,000 calls; the rest, 990,000,000 / 2,800 = 353,571 units of the index.
    assert [order.legs for order in draft.orders] == [(Leg(K24, 125_000),), (Leg(TR, 353_571),)]
    (campaign,) = book.campaigns("calls")
    book.settle(settlement_of("calls", campaign.name, 125_000, K24, FinalValue(35.0, "vro"), MAY))
    after = Desk(MAY, quotes={TR: even(2800.0 * 0.95, MAY)})
    assert book.equity_cents(after) / 1e11 - 1.0 == pytest.approx(0.0780, abs=1e-6)


@pytest.mark.parametrize(
    ("future", "share"),
    [(14.0, 0.0), (15.0, 0.0), (15.01, 0.01), (30.0, 0.01), (30.5, 0.005), (50.0, 0.005), (51.0, 0.0)],
)
def test_the_level_of_the_future_decides_the_share(future, share):
    draft = bought(market(future=future))
    # A call costs 80 USD.
    assert [order.legs[0].ratio for order in draft.orders] == ([round(share * 1e9 / 80.0)] if share else [])
    assert draft.notes["calls.share"] == share
    assert share_at(future, [15.0, 30.0, 50.0], [0.0, 0.01, 0.005, 0.0]) == share


def test_it_counts_at_the_ask():
    # 0.80 with 0.10 either side: 10,000,000 / 90 = 111,111.1.
    (order,) = bought(market(spread=0.1)).orders
    assert order.legs == (Leg(K24, 111_111),)


def test_a_ladder_spends_a_third_on_each_tenor_in_one_campaign():
    # 1 % of 10^9 USD in three parts of 3,333,333 USD: 41,666 calls of 80 USD each, 35, 63 and 91 days out.
    orders = bought(market(), tenors_days=[30, 60, 90], delta=0.5).orders
    assert [order.legs for order in orders] == [
        (Leg(Contract("VIX", e, 20.0, "C"), 41_666),) for e in (MAY, JUNE, JULY)
    ]
    assert [order.kind for order in orders] == ["open", "adjust", "adjust"]
    assert {order.campaign for order in orders} == {"calls@2019-04-17"}


def test_with_sale_all_that_is_held_goes_first():
    book = account(1e9)
    hold(book, "calls", {Contract("VIX", JUNE, 20.0, "C"): 7, Contract("VIX", JULY, 20.0, "C"): 5},
         {Contract("VIX", JUNE, 20.0, "C"): 0.8, Contract("VIX", JULY, 20.0, "C"): 0.8})  # fmt: skip
    orders = bought(market(MAY), book, leave="sale").orders
    assert [(order.kind, order.legs[0].ratio) for order in orders[:2]] == [("close", -7), ("close", -5)]
    assert orders[2].kind == "open"
    assert orders[2].campaign == "calls@2019-05-22"


def test_with_settlement_nothing_is_bought_beside_what_still_lives():
    book = account(1e9)
    hold(book, "calls", {Contract("VIX", JUNE, 24.0, "C"): 7}, {Contract("VIX", JUNE, 24.0, "C"): 0.8})
    draft = bought(market(MAY), book)
    assert not draft.orders
    assert "not settled" in draft.skips[0].why


def test_at_the_close_before_the_old_calls_are_left_to_settle():
    eve, book = MAY - dt.timedelta(1), account(1e9)
    hold(book, "calls", {K24: 7}, {K24: 0.8})
    (order,) = bought(market(eve), book, rebuy="vix_expiry_eve").orders
    assert order.legs[0].contract.expiry == JUNE
    assert not bought(market(MAY), book, rebuy="vix_expiry_eve").orders


def test_on_no_other_session_anything_is_done():
    draft = bought(market(dt.date(2019, 4, 18)))
    assert not draft.orders
    assert not draft.skips
    assert bought(market(dt.date(2019, 5, 1)), rebuy="monthly").orders
    assert not bought(market(dt.date(2019, 5, 2)), rebuy="monthly").orders


def test_what_is_missing_is_said():
    no_strike = market()
    no_strike.deltas = {}
    assert "no 0.3-delta VIX call" in bought(no_strike).skips[0].why
    no_future = market()
    no_future.forwards = {}
    assert "no VX settlement" in bought(no_future).skips[0].why
    assert "no VIX expiry" in bought(Desk(APRIL)).skips[0].why
    assert "do not pay for one" in bought(market(), account(5_000.0)).skips[0].why


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"levels": [30.0, 15.0], "shares": [0.0, 0.01, 0.0]}, "do not ascend"),
        ({"shares": [0.0, 0.01]}, "3 levels need 4 shares, not 2"),
        ({"shares": [0.0, 1.5, 0.0, 0.0]}, "not all between 0 and 1"),
        ({"tenors_days": [0]}, "a day left"),
    ],
)
def test_impossible_parameters_are_refused(params, said):
    with pytest.raises(ValidationError, match=said):
        VixCallOverlayParams(**params)


@given(st.floats(-1e6, 1e8), st.floats(0.0, 50.0))
def test_what_is_bought_never_costs_more_than_what_may_be_spent(spend, ask):
    assert calls_for(spend, ask) * ask * 100.0 <= max(spend, 0.0) * (1.0 + 1e-9) + ask * 1e-7


def test_the_index_is_paid_after_the_calls():
    desk, draft = market(spread=0.1), Draft(market(spread=0.1))
    draft.orders.append(Order("calls", "calls@x", "open", (Leg(K24, 111_111),), 1, "x"))
    HeldIndex("index", HeldIndexParams()).propose(desk, Values(), account(1e9), draft)
    # 111,111 calls at 0.90 cost 9,999,990 USD: (1,000,000,000 - 9,999,990) / 2,800 = 353,571.4.
    assert draft.orders[-1].legs == (Leg(TR, 353_571),)
