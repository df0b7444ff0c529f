"""The layer of VIX futures: how many it buys, what cash carries, when it rolls, leaves at an extreme and comes back."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alvh.accounting.book import Book
from alvh.decision.draft import Draft
from alvh.decision.layers.vx_futures import VxFutures, VxFuturesParams, affordable, free_usd
from alvh.decision.rules.whole_contracts import WholeContracts, WholeContractsParams
from alvh.market.quotes import Series
from alvh.values import Contract, Order
from decision.desk import MONDAY, Desk, Values, account, hold

APRIL, MAY, AUGUST = dt.date(2019, 4, 17), dt.date(2019, 5, 22), dt.date(2019, 8, 21)
"""9, 44 and 135 days from Monday 2019-04-08."""
SMALL, BIG = Contract("VXM", MAY), Contract("VX", MAY)
CONDOR = Contract("SPXW", dt.date(2019, 5, 24), 2700.0, "P")
CALL = Contract("VIX", MAY, 15.0, "C")
CALM = Values(F1=15.0, VIX=14.0)
PRICES = {
    Contract(root, e): p for root in ("VX", "VXM") for e, p in ((APRIL, 15.0), (MAY, 16.0), (AUGUST, 17.0))
} | {CONDOR: 12.0, CALL: 2.0}  # fmt: skip


def desk(*roots: str, quotes: dict[Contract, float] | None = None, **rest) -> Desk:
    """A desk with futures of April at 15, May at 16 and August at 17, of the given roots (both by default)."""
    listed = {r: [Series(r, e, (e - MONDAY).days) for e in (APRIL, MAY, AUGUST)] for r in roots or ("VX", "VXM")}
    return Desk(series=listed, quotes=PRICES if quotes is None else quotes, **rest)


def condors(book: Book, lots: int, max_loss_usd: float = 0.0) -> None:
    hold(book, "condor", {CONDOR: -1}, {CONDOR: 12.0}, lots=lots, max_loss_usd=max_loss_usd)


def layer(name: str = "L1", **params) -> VxFutures:
    return VxFutures(name, VxFuturesParams(**params))


def decide(view: Desk, book: Book, *layers: VxFutures, readings: Values = CALM, handed: int = 0) -> Draft:
    draft = Draft(view, condors=("condor",), hedges=("L1", "L2", "L3"))
    if handed:
        draft.recycle_cents["L1"] = handed
    for one in layers:
        one.propose(view, readings, book, draft)
    WholeContracts("whole", WholeContractsParams()).restrain(view, readings, book, draft)
    return draft


def legs(order: Order) -> list[tuple[Contract, int]]:
    return [(leg.contract, leg.ratio * order.lots) for leg in order.legs]


def orders(draft: Draft) -> list[list[tuple[Contract, int]]]:
    return [legs(order) for order in draft.orders]


# -- how many --------------------------------------------------------------------------------------------------------


def test_two_small_futures_for_ten_condors_have_the_exposure_of_four_half_delta_calls() -> None:
    book = account()
    condors(book, 30)
    draft = decide(desk(), book, layer())
    # 2 / 10 x 30 = 6 VXM of 100 USD a point = 4 / 10 x 30 calls x 0.50 x 100 USD.
    assert orders(draft) == [[(SMALL, 6)]]
    (order,) = draft.orders
    assert (order.kind, order.campaign, order.reason) == ("open", "L1@2019-04-08", "44 days out: target 6.0, held 0")
    assert draft.targets[0].price_usd == 0.0


def test_one_big_future_counts_as_ten() -> None:
    book = account()
    condors(book, 100)
    # 2 / 10 x 100 = 20 VXM = 2 VX.
    draft = decide(desk(), book, layer(root="VX"))
    assert orders(draft) == [[(BIG, 2)]]
    assert (draft.targets[0].per_condor, draft.targets[0].exposure) == (pytest.approx(0.02), 10.0)


def test_its_exposure_is_the_beta_of_its_month() -> None:
    book = account()
    condors(book, 10)
    draft = decide(desk(), book, layer(), readings=Values(F1=15.0, VIX=14.0, vx_beta_1=0.8))
    assert draft.targets[0].exposure == pytest.approx(0.8)
    assert decide(desk(), book, layer()).targets[0].exposure == 1.0


def test_the_small_one_is_taken_from_the_day_it_is_listed() -> None:
    assert layer().pick(desk()) == SMALL
    assert layer().pick(desk("VX")) == BIG
    assert layer(root="VX").pick(desk()) == BIG
    nothing = layer(root="VXM").pick(desk("VX"))
    assert not nothing
    assert nothing.why == "no VXM monthly 25-63 days out is listed"
    assert layer(dte_min=100, dte_max=110).pick(desk()).why == "no VXM or VX monthly 100-110 days out is listed"


def test_the_window_decides_the_month() -> None:
    assert layer(dte_min=90, dte_max=140, roll_dte=75).pick(desk()) == Contract("VXM", AUGUST)
    assert layer(dte_min=25, dte_max=140, choose="longest").pick(desk()) == Contract("VXM", AUGUST)
    assert layer(dte_min=25, dte_max=140, choose="target", dte_target=50).pick(desk()) == SMALL


def test_the_switch_is_a_weight() -> None:
    book = account()
    condors(book, 30)
    key = ("weight", None, ("l1_armed", 1.0, 3))
    for armed, bought in ((1.0, [[(SMALL, 6)]]), (0.0, [])):
        assert orders(decide(desk(prepared={key: armed}), book, layer(switch="macd"))) == bought


# -- holding, rolling, leaving ---------------------------------------------------------------------------------------


def test_near_settlement_all_is_rolled_in_one_package() -> None:
    book = account()
    condors(book, 30)
    hold(book, "L1", {Contract("VX", APRIL): 1}, {Contract("VX", APRIL): 15.0}, opened=dt.date(2019, 3, 11))
    (order,) = decide(desk(), book, layer()).orders
    # 9 days are left, 21 is the limit; the small future has been listed since.
    assert (order.kind, order.campaign) == ("roll", "L1@2019-03-11")
    assert legs(order) == [(Contract("VX", APRIL), -1), (SMALL, 6)]
    assert order.reason == "roll at 9 days, into VXM 2019-05-22, 44 days out"


def test_on_target_it_is_left_alone_and_fewer_condors_sell_unless_it_keeps() -> None:
    book = account()
    condors(book, 30)
    hold(book, "L1", {SMALL: 6}, {SMALL: 16.0})
    assert orders(decide(desk(), book, layer())) == []
    smaller = account()
    condors(smaller, 10)
    hold(smaller, "L1", {SMALL: 6}, {SMALL: 16.0})
    assert orders(decide(desk(), smaller, layer())) == [[(SMALL, -4)]]
    assert orders(decide(desk(), smaller, layer(keep=True))) == []


def test_at_an_extreme_all_is_sold_and_bought_again_when_it_would_have_been_rolled() -> None:
    book = account()
    condors(book, 30)
    hold(book, "L1", {SMALL: 6}, {SMALL: 16.0})
    wild = Values(F1=50.0, VIX=60.0)
    (order,) = decide(desk(), book, layer(exit_front_level=50.0), readings=wild).orders
    assert (order.kind, legs(order), order.reason) == ("monetise", [(SMALL, -6)], "F1 at 50.0 has reached 50")
    # 21 days before 2019-05-22.
    assert order.refill_from == dt.date(2019, 5, 1)
    empty = decide(desk(), account(), layer(exit_front_level=50.0), readings=wild)
    assert [skip.why for skip in empty.skips] == ["empty: F1 at 50.0 is where all would be sold again"]
    (campaign,) = book.campaigns("L1")
    campaign.positions.clear()
    campaign.refill_from = order.refill_from
    waiting = decide(desk(), book, layer(exit_front_level=50.0))
    assert [skip.why for skip in waiting.skips] == ["all sold at an extreme; refills from 2019-05-01"]
    assert orders(waiting) == []


def test_without_a_quote_it_says_so_and_keeps_what_it_has() -> None:
    book = account()
    condors(book, 30)
    dark = desk(quotes={CONDOR: 12.0})
    assert [s.why for s in decide(dark, book, layer()).skips] == [f"empty: {SMALL} is not quoted on {MONDAY}"]
    hold(book, "L1", {SMALL: 6}, {SMALL: 16.0})
    held = decide(desk(quotes={CONDOR: 12.0}, marks={SMALL: 16.0}), book, layer())
    assert [s.why for s in held.skips] == [f"held as it is: {SMALL} is not quoted on {MONDAY}"]
    assert orders(held) == []


def test_gains_handed_on_buy_nothing_that_has_no_premium() -> None:
    book = account()
    condors(book, 30)
    draft = decide(desk(), book, layer(), handed=500_000)
    assert [s.why for s in draft.skips] == ["gains of 5,000 USD handed on stay in cash: a future costs no premium"]
    assert orders(draft) == [[(SMALL, 6)]]


# -- what cash carries -----------------------------------------------------------------------------------------------


def test_no_more_is_bought_than_free_cash_carries_at_initial_margin() -> None:
    # 30,000 plus the 36,000 that 30 condors brought, which their mark takes away again; they can lose 10,000.
    book = account(30_000.0)
    condors(book, 30, max_loss_usd=10_000.0)
    # A VXM at 16.00: max(5,500, 0.35 x 16,000) x 1.25 / 10 = 700; 20,000 / 700 = 28.57.
    draft = decide(desk(), book, layer(contracts=100.0))
    assert orders(draft) == [[(SMALL, 28)]]
    assert [s.why for s in draft.skips] == ["272 not bought: free cash carries the initial margin of 28"]


def test_in_stress_the_margin_doubles_and_nothing_is_added_or_sold_for_want_of_it() -> None:
    book = account(30_000.0)
    condors(book, 30, max_loss_usd=10_000.0)
    hold(book, "L1", {SMALL: 20}, {SMALL: 16.0})
    # VIX above 30: 1,400 each, 20,000 carry 14. What is held stays.
    draft = decide(desk(), book, layer(contracts=100.0), readings=Values(F1=15.0, VIX=31.0))
    assert orders(draft) == []
    assert [s.why for s in draft.skips] == ["280 not bought: free cash carries the initial margin of 14"]


def test_free_cash_by_hand() -> None:
    book = account(1_000_000.0)
    condors(book, 10, max_loss_usd=100_000.0)
    hold(book, "L1", {SMALL: 6}, {SMALL: 16.0})
    hold(book, "L2", {CALL: 10}, {CALL: 2.0})
    hold(book, "L3", {BIG: 2}, {BIG: 16.0})
    draft = Draft(desk(), condors=("condor",), hedges=("L1", "L2", "L3"))
    # 1,000,000 - 100,000 at risk - 10 calls of 200 - 2 VX of 7,000; the layer's own futures are what it asks for.
    assert free_usd(desk(), book, draft, "L1", 14.0) == pytest.approx(1_000_000 - 100_000 - 2_000 - 14_000)


@given(st.floats(-1e6, 1e7), st.floats(100.0, 1e5))
def test_what_cash_carries_is_carried_and_one_more_is_not(free: float, margin: float) -> None:
    n = affordable(free, margin)
    assert n >= 0
    assert n * margin <= max(free, 0.0) * (1.0 + 1e-12)
    assert (n + 1) * margin > free * (1.0 - 1e-12)


@given(st.integers(1, 400), st.floats(0.1, 200.0), st.floats(10_000.0, 2e6), st.floats(9.0, 80.0))
def test_a_first_purchase_never_needs_more_margin_than_there_is(lots, contracts, nav, vix) -> None:
    book = account(nav)
    condors(book, lots)
    draft = decide(desk(), book, layer(contracts=contracts), readings=Values(F1=15.0, VIX=vix))
    bought = sum(quantity for order in draft.orders for _, quantity in legs(order))
    assert bought * (1_400.0 if vix > 30.0 else 700.0) <= nav + 0.01


# -- parameters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"dte_min": 70}, "dte_min = 70 is above dte_max = 63"),
        ({"roll_dte": 25}, "it would roll for ever"),
        ({"keep": True, "switch": "macd"}, "never pauses"),
    ],
)
def test_parameters_that_contradict_each_other_are_refused(params, said) -> None:
    with pytest.raises(ValidationError, match=said):
        VxFuturesParams(**params)
