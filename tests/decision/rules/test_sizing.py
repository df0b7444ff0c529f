"""How many condors: 2 %, 3 % and 6 % of equity, the hedge's premium included, for SPX and for XSP."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alvh.decision.draft import Draft, HedgeTarget
from alvh.decision.rules.sizing import Sizing, SizingParams, lots_within
from alvh.values import Contract, Leg, Order
from decision.desk import MONDAY, Desk, Values, account, hold

CALL = Contract("VIX", MONDAY, 15.0, "C")
PUT = Contract("SPXW", MONDAY, 2700.0, "P")


def opening(max_loss_usd: float, root: str = "SPXW", layer: str = "condor", lots: int = 10_000) -> Order:
    leg = Leg(Contract(root, MONDAY, 2700.0, "P"), -1)
    return Order(layer, f"{layer}@{MONDAY}", "open", (leg,), lots, "entry", max_loss_usd)


def target(per_condor: float, price_usd: float, layer: str = "L1") -> HedgeTarget:
    return HedgeTarget(layer, None, None, (), (Leg(CALL, 1),), False, per_condor, 0, price_usd, 0.5)


def size(book, *orders: Order, targets: tuple[HedgeTarget, ...] = (), layers=("condor",), **params) -> Draft:
    draft = Draft(
        Desk(quotes={PUT: 0.0}), condors=layers, hedges=("L1", "L2", "L3"), orders=list(orders), targets=list(targets)
    )
    Sizing("sizing", SizingParams(**params)).restrain(draft.view, Values(), book, draft)
    return draft


def lots(draft: Draft) -> list[int]:
    return [order.lots for order in draft.orders]


def test_two_percent_of_five_million_in_whole_lots() -> None:
    # 2 % is 100,000 USD; a lot that can lose 2,450 USD fits 40 times (98,000).
    assert lots(size(account(), opening(2_450.0))) == [40]


def test_the_premium_of_the_hedge_is_part_of_the_risk() -> None:
    # 4 calls at 250, 4 at 300 and 2 at 400 USD for 10 condors are 300 USD for one: 100,000 / 2,750 = 36.4.
    hedge = (target(0.4, 250.0), target(0.4, 300.0, "L2"), target(0.2, 400.0, "L3"))
    draft = size(account(), opening(2_450.0), targets=hedge)
    assert lots(draft) == [36]
    assert draft.notes == {"condor.risk_usd_per_lot": pytest.approx(2_750.0)}


def test_xsp_counts_a_tenth_of_the_hedge() -> None:
    # 245 + 300 / 10 = 275 USD a lot; 2 % of 100,000 is 2,000: 7 lots.
    assert lots(size(account(100_000.0), opening(245.0, "XSP"), targets=(target(0.4, 750.0),))) == [7]


@pytest.mark.parametrize(
    ("equity", "expected"),
    [
        (122_500.0, [1]),  # 2 % is 2,450: exactly one
        (100_000.0, [1]),  # 2 % is 2,000, too little; 3 % is 3,000, enough for one
        (81_667.0, [1]),  # 3 % is 2,450.01
        (81_666.0, []),  # 3 % is 2,449.98
    ],
)
def test_one_lot_is_traded_up_to_three_percent(equity: float, expected: list[int]) -> None:
    draft = size(account(equity), opening(2_450.0))
    assert lots(draft) == expected
    if not expected:
        assert [(s.layer, s.why) for s in draft.skips] == [
            ("condor", "one lot risks 2,450 USD, more than 3 % of equity")
        ]


def test_six_percent_over_all_stacks() -> None:
    book = account()
    # 6 % is 300,000 USD; 276,000 are at risk; 24,000 are left: 9 lots of 2,450.
    hold(book, "condor", {PUT: -1}, {PUT: 0.0}, lots=100, max_loss_usd=276_000.0)
    assert lots(size(book, opening(2_450.0))) == [9]
    hold(book, "condor", {PUT: -1}, {PUT: 0.0}, lots=1, max_loss_usd=22_000.0, name="condor@later")
    draft = size(book, opening(2_450.0))
    assert lots(draft) == []
    assert [s.why for s in draft.skips] == ["one lot risks 2,450 USD, 2,000 are left of 6 % over all stacks"]


def test_what_hedges_have_cost_is_at_risk_too() -> None:
    book = account()
    hold(book, "condor", {PUT: -1}, {PUT: 0.0}, max_loss_usd=250_000.0)
    # 100 calls at 4.00 points: 40,000 USD of premium. 10,000 are left of 300,000.
    hold(book, "L1", {CALL: 100}, {CALL: 4.0})
    draft = Draft(Desk(quotes={CALL: 4.0, PUT: 0.0}), condors=("condor",), hedges=("L1",), orders=[opening(2_450.0)])
    Sizing("sizing", SizingParams()).restrain(draft.view, Values(), book, draft)
    assert lots(draft) == [4]


def test_a_condor_that_is_closed_today_makes_room() -> None:
    book = account()
    name = hold(book, "condor", {PUT: -1}, {PUT: 0.0}, max_loss_usd=300_000.0)
    closing = Order("condor", name, "close", (Leg(PUT, 1),), 1, "due")
    assert lots(size(book, closing, opening(2_450.0))) == [1, 40]
    assert lots(size(book, opening(2_450.0))) == []


def test_two_condor_layers_share_the_room_in_policy_order() -> None:
    book = account()
    hold(book, "condor", {PUT: -1}, {PUT: 0.0}, max_loss_usd=150_000.0)
    draft = size(book, opening(2_450.0), opening(2_000.0, layer="weekly"), layers=("condor", "weekly"))
    # 150,000 are left: the first takes 98,000, the second fits 26 times into 52,000.
    assert lots(draft) == [40, 26]


def test_a_smaller_wish_is_not_raised() -> None:
    assert lots(size(account(), opening(2_450.0, lots=3))) == [3]


def test_closing_and_hedging_orders_are_not_sized() -> None:
    hedge = Order("L1", "L1@x", "open", (Leg(CALL, 7),), 1, "hedge")
    draft = size(account(), hedge)
    assert draft.orders == [hedge]


@pytest.mark.parametrize("risk", [0.0, -5.0, math.nan])
def test_a_risk_that_is_not_known_blocks(risk: float) -> None:
    draft = size(account(), opening(risk))
    assert lots(draft) == []
    assert [s.why for s in draft.skips] == ["the risk of one lot is unknown"]


def test_an_account_that_is_ruined_trades_nothing() -> None:
    assert [s.why for s in size(account(-10.0), opening(100.0)).skips] == ["no equity is left"]


@given(
    st.floats(1.0, 1e6), st.floats(1e3, 1e8), st.floats(-1e5, 1e7), st.tuples(*[st.floats(0.001, 1.0)] * 3).map(sorted)
)
def test_the_caps_hold_whatever_the_numbers(lot: float, equity: float, room: float, shares: list[float]) -> None:
    p = SizingParams(target=shares[0], cap=shares[1], total=shares[2])
    number, why = lots_within(lot, equity, room, p)
    assert number >= 0
    assert (number == 0) == bool(why)
    assert number * lot <= max(room, 0.0) * (1 + 1e-12)
    if number > 1:
        assert number * lot <= p.target * equity * (1 + 1e-12)
    if number == 1:
        assert lot <= p.cap * equity * (1 + 1e-12)
    # One more would break a rule: the number is the largest.
    more = number + 1
    fits_room = more * lot <= room
    fits_target = more * lot <= p.target * equity
    fits_cap = more == 1 and lot <= p.cap * equity
    assert not (fits_room and (fits_target or fits_cap)) or math.isclose(more * lot, p.target * equity)


@pytest.mark.parametrize("params", [{"target": 0.04}, {"cap": 0.07}, {"target": 0.0}, {"total": 1.5}])
def test_caps_that_descend_or_exceed_the_account_are_refused(params) -> None:
    with pytest.raises(ValidationError):
        SizingParams(**params)
