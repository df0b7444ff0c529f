"""Plan against reality, to the cent: each part by hand, and their sum whatever was traded."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.accounting.book import Interest, Settlement
from alvh.accounting.compare import AMOUNTS, UNPLANNED, Comparison, Trade, gain_cents, split, still_held, trades_of
from alvh.values import Contract, Fill, LegFill

MONDAY = dt.date(2025, 11, 3)
EXPIRY = dt.date(2025, 12, 19)
PUT = Contract("SPXW", EXPIRY, 6400.0, "P")
OTHER = Contract("SPXW", EXPIRY, 6395.0, "P")
CALL = Contract("VIX", dt.date(2025, 12, 17), 20.0, "C")
MARKS = {PUT: 30.0, OTHER: 29.0, CALL: 1.5}


def trade(
    contract: Contract, quantity: int, price: float, fee: int = 0, campaign: str = "", day: int = 0, layer: str = ""
) -> Trade:
    return Trade(MONDAY + dt.timedelta(day), contract, quantity, price, fee, layer, campaign)


def parts(found: Comparison) -> tuple[int, int, int, int]:
    total = found.total
    assert total.residual_cents == 0
    return total.fills_cents, total.skips_cents, total.size_cents, total.discretion_cents


def test_the_gain_of_a_trade_by_hand() -> None:
    # Sold 2 at 40.50, worth 30.00 at the end: 2 x 10.50 x 100 = 2,100.00 USD, less 3.00 of fees.
    assert gain_cents(trade(PUT, -2, 40.5, 300), MARKS) == 209_700


def test_a_worse_price_and_higher_fees_are_fills() -> None:
    # 2 sold at 40.10 instead of 40.50: -0.40 x 2 x 100 = -80.00; fees of 4.00 instead of 3.00: -1.00.
    found = split([trade(PUT, -2, 40.5, 300, "a")], [trade(PUT, -2, 40.1, 400, day=1)], MARKS)
    assert parts(found) == (-8_100, 0, 0, 0)
    assert [(row.campaign, row.plan_cents, row.real_cents) for row in found.rows] == [("a", 209_700, 201_600)]


def test_what_was_not_done_is_a_skip() -> None:
    # The plan earned 2,097.00 that reality did not.
    found = split([trade(PUT, -2, 40.5, 300, "a")], [], MARKS)
    assert parts(found) == (0, -209_700, 0, 0)


def test_what_was_not_planned_is_discretion() -> None:
    # 3 calls bought at 2.10 and worth 1.50: -0.60 x 3 x 100 = -180.00, and 2.00 of fees.
    found = split([], [trade(CALL, 3, 2.1, 200)], MARKS)
    assert parts(found) == (0, 0, 0, -18_200)
    assert [row.campaign for row in found.rows] == [UNPLANNED]


def test_fewer_contracts_are_size_and_the_rest_fills() -> None:
    # Plan: 5 at 40.00 earn 5 x 10 x 100 = 5,000.00 less 5.00. Of 3 done at 39.50: 3 x 9.50 x 100 = 2,850.00 less 3.00.
    # Size: the 2 not done, -2/5 of 4,995.00 = -1,998.00. Fills: 2,847.00 - 3/5 of 4,995.00 = -150.00.
    found = split([trade(PUT, -5, 40.0, 500, "a")], [trade(PUT, -3, 39.5, 300)], MARKS)
    assert parts(found) == (-15_000, 0, -199_800, 0)


def test_more_contracts_are_size_at_the_real_price() -> None:
    # Real: 5 at 39.50 earn 4,750.00. 3 of them were planned at 40.00: fills -0.50 x 3 x 100 = -150.00; 2 beyond: 1,900.
    found = split([trade(PUT, -3, 40.0, 0, "a")], [trade(PUT, -5, 39.5)], MARKS)
    assert parts(found) == (-15_000, 0, 190_000, 0)


def test_another_strike_is_a_skip_and_discretion() -> None:
    found = split([trade(PUT, -1, 40.0, 0, "a")], [trade(OTHER, -1, 39.0)], MARKS)
    assert parts(found) == (0, -100_000, 0, 100_000)


def test_another_side_is_no_fill_of_the_plan() -> None:
    # Bought where the plan sells: the sale is skipped (-1,000.00), the purchase is discretion (-1,000.00).
    found = split([trade(PUT, -1, 40.0, 0, "a")], [trade(PUT, 1, 40.0)], MARKS)
    assert parts(found) == (0, -100_000, 0, -100_000)


def test_an_early_exit_is_discretion_and_its_planned_exit_a_skip_unless_it_is_the_same_trade() -> None:
    plan = [trade(PUT, -1, 40.0, 0, "a"), trade(PUT, 1, 20.0, 0, "a", day=20)]
    # Bought back at 50.00 in week 2 instead of 20.00 in week 3: the exit at another price, -30.00 x 100.
    found = split(plan, [trade(PUT, -1, 40.0), trade(PUT, 1, 50.0, day=10)], MARKS)
    assert parts(found) == (-300_000, 0, 0, 0)
    # The plan still holds it at the end: the exit was not planned; bought at 50.00 and worth 30.00.
    found = split(plan[:1], [trade(PUT, -1, 40.0), trade(PUT, 1, 50.0, day=10)], MARKS)
    assert parts(found) == (0, 0, 0, -200_000)


def test_of_two_campaigns_in_one_contract_the_nearest_day_is_meant() -> None:
    plan = [trade(PUT, -1, 40.0, 0, "a"), trade(PUT, -1, 42.0, 0, "b", day=7)]
    found = split(plan, [trade(PUT, -1, 41.0, day=8)], MARKS)
    assert [(row.campaign, row.fills_cents, row.skips_cents) for row in found.rows] == [
        ("a", 0, -100_000),
        ("b", -10_000, 0),
    ]
    named = split(plan, [trade(PUT, -1, 41.0, 0, "a", day=8)], MARKS)
    assert [(row.campaign, row.fills_cents, row.skips_cents) for row in named.rows] == [
        ("a", 10_000, 0),
        ("b", 0, -120_000),
    ]


def test_one_purchase_for_two_campaigns_is_shared_out() -> None:
    plan = [trade(CALL, 2, 2.0, 0, "a"), trade(CALL, 3, 2.2, 0, "b", day=1)]
    # 5 bought at 2.10 and worth 1.50: -300.00; two fifths for a (-120 against -100), three for b (-180 against -210).
    found = split(plan, [trade(CALL, 5, 2.1)], MARKS)
    assert [(row.campaign, row.real_cents, row.fills_cents) for row in found.rows] == [
        ("a", -12_000, -2_000),
        ("b", -18_000, 3_000),
    ]


def test_a_contract_without_a_mark_is_refused() -> None:
    with pytest.raises(KeyError):
        split([trade(PUT, -1, 40.0)], [], {})


prices = st.integers(0, 20_000).map(lambda ticks: ticks / 100.0)
trades = st.lists(
    st.builds(
        trade,
        st.sampled_from([PUT, OTHER, CALL]),
        st.integers(-7, 7).filter(bool),
        prices,
        st.integers(0, 999),
        st.sampled_from(["", "a", "b"]),
        st.integers(0, 30),
    ),
    max_size=12,
)
marks = st.fixed_dictionaries({PUT: prices, OTHER: prices, CALL: prices})


@given(trades, trades, marks)
def test_the_parts_always_add_up_to_the_difference_exactly(
    plan: list[Trade], real: list[Trade], values: dict[Contract, float]
) -> None:
    found = split(plan, real, values)
    for row in (*found.rows, found.total):
        assert row.residual_cents == 0
        assert all(isinstance(getattr(row, name), int) for name in AMOUNTS)
    assert found.total.plan_cents == sum(gain_cents(one, values) for one in plan)
    assert found.total.real_cents == sum(gain_cents(one, values) for one in real)


@given(trades, marks)
def test_a_plan_carried_out_to_the_letter_differs_in_nothing(plan: list[Trade], values: dict[Contract, float]) -> None:
    assert parts(split(plan, plan, values))[1::2] == (0, 0)
    assert split(plan, plan, values).total.difference_cents == 0


@given(trades, marks)
def test_doing_nothing_is_all_skips_and_planning_nothing_all_discretion(
    some: list[Trade], values: dict[Contract, float]
) -> None:
    gained = sum(gain_cents(one, values) for one in some)
    assert parts(split(some, [], values)) == (0, -gained, 0, 0)
    assert parts(split([], some, values)) == (0, 0, 0, gained)


def test_the_journal_of_a_book_as_trades() -> None:
    legs = (LegFill(PUT, -2, 40.5, 40.6, 250, "market"), LegFill(CALL, 1, 2.1, 2.0, 70, "modelled"))
    journal = [
        Fill(MONDAY, "condor", "c", "open", 2, legs, "entry"),
        Interest(MONDAY, 12, 0.04),
        Settlement(EXPIRY, "condor", "c", PUT, -2, 6390.0, 10.0, -200_000, "close", 140),
    ]
    # The settlement fee of 1.40 is counted with the sale: 2.50 + 1.40.
    assert trades_of(journal) == [
        trade(PUT, -2, 40.5, 390, "c", layer="condor"),
        trade(CALL, 1, 2.1, 70, "c", layer="condor"),
    ]


def test_what_is_still_held() -> None:
    assert still_held([trade(PUT, -2, 1.0), trade(CALL, 3, 1.0), trade(PUT, 2, 1.0), trade(CALL, -1, 1.0)]) == {CALL: 2}
