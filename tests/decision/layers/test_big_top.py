"""The announcement spread: its conditions, its size by loss and by vega, its way out."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alvh.accounting.book import Book
from alvh.decision.draft import Draft
from alvh.decision.greeks import greeks_of
from alvh.decision.layers.big_top import (
    BigTop,
    BigTopParams,
    exit_reason,
    forbidden,
    hedge_vega_usd,
    lots_allowed,
    trim_to_cover,
)
from alvh.market.quotes import Series
from alvh.values import Contract, Leg, Order
from decision.desk import MONDAY, Desk, Values, account, fill, hold

EXPIRY, LATER = MONDAY + dt.timedelta(9), MONDAY + dt.timedelta(37)
SHORT, LONG = Contract("VIX", EXPIRY, 18.0, "C"), Contract("VIX", EXPIRY, 24.0, "C")
HEDGE = Contract("VIX", LATER, 16.0, "C")
EVE = Values(sessions_to_fomc=1.0, vx_slope=0.05, VIX9D=16.0, VIX=15.0)


def desk(date: dt.date = MONDAY, short: float = 0.90) -> Desk:
    return Desk(
        date,
        series={"VIX": [Series("VIX", e, (e - date).days) for e in (EXPIRY, LATER) if e > date]},
        quotes={SHORT: short, LONG: 0.30, HEDGE: 2.0},
        deltas={(EXPIRY, "C", 0.30): 18.0, (EXPIRY, "C", 0.10): 24.0},
        forwards={EXPIRY: 16.0, LATER: 16.5},
    )


def hedged(calls: int = 400) -> Book:
    book = account()
    hold(book, "L1", {HEDGE: 1}, {HEDGE: 2.0}, lots=calls, opened=MONDAY - dt.timedelta(7))
    return book


def propose(view: Desk, book: Book, readings: Values = EVE, **params: object) -> Draft:
    draft = Draft(view, condors=("condor",), hedges=("L1",))
    BigTop("big_top", BigTopParams(**params)).propose(view, readings, book, draft)
    return draft


def test_an_entry_by_hand() -> None:
    (order,) = propose(desk(), hedged()).orders
    # Credit 0.90 - 0.30 = 0.60, width 6: it can lose 540 USD, 550 with both half-spreads of 0.05. 0.25 % of 5,000,000
    # is 12,500: 22 spreads. Filled for less than 22 x 600 - 12,500 = 700 USD they could lose more than that.
    assert order.legs == (Leg(SHORT, -1), Leg(LONG, 1))
    assert (order.kind, order.lots, order.same_close, order.limit_usd) == ("open", 22, True, 700.0)
    assert order.max_loss_usd_per_lot == pytest.approx(540.0)
    assert order.premium_usd_per_lot == pytest.approx(60.0)


def test_the_vega_of_the_hedge_stays_above_zero() -> None:
    view, book = desk(), hedged(3)
    spread = greeks_of(view, SHORT).vega_usd - greeks_of(view, LONG).vega_usd
    draft = propose(view, book)
    left = hedge_vega_usd(view, book, draft) - draft.orders[0].lots * spread
    assert 0.0 < left <= spread
    assert "no room" in propose(view, account()).skips[0].why


def test_no_spread_outlives_the_hedge_that_is_sold_the_same_day() -> None:
    view, book = desk(), hedged(400)
    sold = Order("L1", book.campaigns("L1")[0].name, "adjust", (Leg(HEDGE, -400),), 1, "no condor is open")
    draft = propose(view, book)
    draft.orders.append(sold)
    trim_to_cover(view, book, draft)
    assert draft.orders == [sold]
    assert "once today's hedge orders are filled" in draft.skips[0].why


@given(held=st.integers(1, 60), kept=st.integers(0, 60))
def test_the_vega_stays_above_zero_before_and_after_the_orders_of_the_hedge(held: int, kept: int) -> None:
    view, book = desk(), hedged(held)
    draft = propose(view, book)
    draft.orders.append(
        Order("L1", book.campaigns("L1")[0].name, "adjust", (Leg(HEDGE, kept - held or 1),), 1, "another target")
    )
    trim_to_cover(view, book, draft)
    spread = greeks_of(view, SHORT).vega_usd - greeks_of(view, LONG).vega_usd
    now = hedge_vega_usd(view, book, draft)
    lots = sum(order.lots for order in draft.orders if order.layer == "big_top")
    assert lots == 0 or (now - lots * spread > 0.0 and now * min(kept / held, 1.0) - lots * spread > 0.0)


@pytest.mark.parametrize(
    ("slope", "vix9d", "vix", "said"),
    [
        (0.05, 16.0, 15.0, ""),
        (0.05, 15.0, 15.0, ""),
        (0.0, 16.0, 15.0, "does not slope up"),
        (-0.1, 16.0, 15.0, "does not slope up"),
        (0.05, 14.9, 15.0, "no announcement premium"),
        (float("nan"), 16.0, 15.0, "unknown"),
        (0.05, float("nan"), 15.0, "unknown"),
    ],
)
def test_the_conditions(slope: float, vix9d: float, vix: float, said: str) -> None:
    assert said in forbidden(slope, vix9d, vix)
    assert bool(forbidden(slope, vix9d, vix)) == bool(said)


def test_on_other_days_it_does_nothing_and_says_so() -> None:
    draft = propose(desk(), hedged(), Values(sessions_to_fomc=4.0, vx_slope=0.05, VIX9D=16.0, VIX=15.0))
    assert draft.orders == []
    assert str(draft.remarks[0]) == "nothing to do: the next scheduled decision is 4 sessions away"
    assert "no calendar" in str(propose(desk(), hedged(), Values()).remarks[0])


@pytest.mark.parametrize(
    ("profit", "held", "said"),
    [
        (10.0, 0, ""),
        (30.0, 0, "profit take at 50%"),
        (-60.0, 0, "stop at 1 x"),
        (5.0, 1, "1 session after"),
        (5.0, 2, "2"),
    ],
)
def test_the_way_out(profit: float, held: int, said: str) -> None:
    found = exit_reason(60.0, profit, held, 0.5, 1.0, 1)
    assert found.startswith(said) or said in found
    assert bool(found) == bool(said)


def test_it_is_bought_back_on_the_next_close() -> None:
    book = hedged()
    (order,) = propose(desk(), book).orders
    fill(book, order, desk())
    tuesday = MONDAY + dt.timedelta(1)
    decision_day = Values(sessions_to_fomc=0.0, vx_slope=0.05, VIX9D=14.0, VIX=15.0)
    (back,) = propose(desk(tuesday, short=0.5), book, decision_day).orders
    assert (back.kind, back.lots, back.same_close) == ("close", 22, True)
    assert back.legs == (Leg(SHORT, 1), Leg(LONG, -1))
    fill(book, back, desk(tuesday, short=0.5))
    assert not book.campaigns("big_top")


@given(budget=st.floats(0.0, 1e6), loss=st.floats(1.0, 1e4), hedge=st.floats(-1e4, 1e6), spread=st.floats(0.01, 1e3))
def test_neither_the_loss_nor_the_vega_is_ever_exceeded(
    budget: float, loss: float, hedge: float, spread: float
) -> None:
    lots, why = lots_allowed(budget, loss, hedge, spread)
    assert lots * loss <= budget * (1.0 + 1e-12)
    assert lots == 0 or hedge - lots * spread > -1e-9 * hedge
    assert (lots == 0) == bool(why)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValidationError, match="not below short_delta"):
        BigTopParams(long_delta=0.3)
    with pytest.raises(ValidationError, match="is above"):
        BigTopParams(dte_min=13)
