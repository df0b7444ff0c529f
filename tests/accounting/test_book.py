"""Positions as a fold over the journal, worked by hand: cost of part sales, what was monetised and recycled, cash."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.journal import CALL, LATER, LOWER_PUT, PUT, day, fill, leg
from alvh.accounting.book import Book, Interest, Settlement, value_cents
from alvh.values import Campaign, Contract, Position


def held(book: Book, layer: str = "L1") -> list[tuple[Contract, int, int]]:
    """Return what a layer holds, with its cost in cents."""
    return [(p.contract, p.quantity, p.cost_cents) for c in book.campaigns(layer) for p in c.positions.values()]


def only(book: Book, layer: str = "L1") -> tuple[Campaign, Position]:
    """Return the one campaign of a layer and its one position."""
    (campaign,) = book.campaigns(layer)
    (position,) = campaign.positions.values()
    return campaign, position


def settlement(contract: Contract, quantity: int, points: float, campaign: str = "L1@1", fee: int = 0) -> Settlement:
    """Return the settlement of a position on its expiry."""
    cash = value_cents(contract, quantity, points)
    return Settlement(contract.expiry, "L1", campaign, contract, quantity, 0.0, points, cash, "vro", fee)


def test_a_purchase_costs_its_price_and_its_fee_but_the_position_costs_the_price_alone():
    book = Book(100_000_00)
    book.apply(fill(day(2), leg(CALL, 4, 1.25, fee_cents=500)))
    campaign, position = only(book)
    assert book.cash_cents == 100_000_00 - 4 * 125_00 - 500
    assert (position.quantity, position.cost_cents, position.opened) == (4, 500_00, day(2))
    assert (campaign.credit_cents, campaign.opened, campaign.lots) == (-500_00, day(2), 1)


def test_a_part_sold_takes_its_share_of_the_cost_with_it_at_whatever_price():
    book = Book(0)
    book.apply(fill(day(2), leg(CALL, 4, 1.25)))
    book.apply(fill(day(3), leg(CALL, -1, 9.00), kind="monetise"))
    assert held(book) == [(CALL, 3, 375_00)]
    book.apply(fill(day(4), leg(CALL, 2, 2.00), kind="adjust"))
    assert held(book) == [(CALL, 5, 775_00)]
    book.apply(fill(day(5), leg(CALL, -3, 0.10), kind="adjust"))
    # 775.00 x 2/5
    assert held(book) == [(CALL, 2, 310_00)]
    assert only(book)[1].opened == day(2)
    assert book.cash_cents == -500_00 + 900_00 - 400_00 + 30_00


def test_a_short_position_has_a_negative_cost_and_buying_part_back_takes_its_share():
    book = Book(0)
    book.apply(fill(day(2), leg(PUT, -4, 10.0)))
    assert held(book) == [(PUT, -4, -4_000_00)]
    book.apply(fill(day(3), leg(PUT, 1, 3.0), kind="adjust"))
    assert held(book) == [(PUT, -3, -3_000_00)]
    book.apply(fill(day(4), leg(PUT, -1, 12.0), kind="adjust"))
    assert held(book) == [(PUT, -4, -4_200_00)]


def test_through_zero_nothing_of_the_old_cost_remains():
    book = Book(0)
    book.apply(fill(day(2), leg(CALL, 2, 5.0)))
    book.apply(fill(day(3), leg(CALL, -5, 1.0), kind="adjust"))
    _, position = only(book)
    assert (position.quantity, position.cost_cents, position.opened) == (-3, -300_00, day(3))


def test_what_was_sold_at_a_gain_and_what_gains_bought_is_counted_since_the_purchase():
    book = Book(0)
    book.apply(fill(day(2), leg(CALL, 10, 1.0)))
    book.apply(fill(day(3), leg(CALL, -4, 3.0), kind="monetise"))
    book.apply(fill(day(4), leg(CALL, 3, 2.0), kind="recycle"))
    book.apply(fill(day(5), leg(CALL, 2, 2.0), kind="adjust"))
    _, position = only(book)
    assert (position.quantity, position.monetised, position.recycled) == (11, 4, 3)
    book.apply(fill(day(6), leg(CALL, -11, 2.0), leg(LATER, 8, 2.5), kind="roll"))
    _, position = only(book)
    assert (position.contract, position.quantity, position.monetised, position.recycled) == (LATER, 8, 0, 0)


def test_a_position_that_gains_alone_bought_is_recycled_whole():
    book = Book(0)
    book.apply(fill(day(2), leg(CALL, 3, 1.0), kind="recycle"))
    assert only(book)[1].recycled == 3


def test_a_roll_keeps_the_campaign_and_its_opening_credit():
    book = Book(0)
    book.apply(fill(day(2), leg(CALL, 5, 1.0)))
    book.apply(fill(day(9), leg(CALL, -5, 0.5), leg(LATER, 5, 1.4), kind="roll"))
    campaign, _ = only(book)
    assert (campaign.name, campaign.opened, campaign.credit_cents) == ("L1@1", day(2), -500_00)


def test_a_campaign_that_holds_nothing_is_gone_unless_it_waits_to_refill():
    book = Book(0)
    book.apply(fill(day(2), leg(CALL, 5, 1.0)))
    book.apply(fill(day(3), leg(CALL, -5, 6.0), kind="monetise", refill_from=day(20)))
    (waiting,) = book.campaigns("L1")
    assert (waiting.positions, waiting.refill_from) == ({}, day(20))
    book.apply(fill(day(23), leg(LATER, 5, 1.0)))
    campaign, position = only(book)
    assert (campaign.refill_from, position.opened, position.cost_cents) == (None, day(23), 500_00)
    book.apply(fill(day(24), leg(LATER, -5, 1.0), kind="adjust"))
    assert list(book.campaigns("L1")) == []
    assert book.holds("L1", "L1@1") is None


def test_campaigns_are_listed_in_the_order_they_were_opened():
    book = Book(0)
    for n in (4, 2, 9):
        book.apply(fill(day(n), leg(PUT, -1, 1.0), layer="condor", campaign=f"condor@{n}"))
    assert [c.name for c in book.campaigns("condor")] == ["condor@4", "condor@2", "condor@9"]


def test_settlement_brings_its_cash_less_its_fee_and_happens_once():
    book = Book(0)
    book.apply(fill(day(2), leg(CALL, 4, 1.0)))
    book.settle(settlement(CALL, 4, 7.5, fee=260))
    assert book.cash_cents == -400_00 + 3_000_00 - 260
    assert list(book.campaigns("L1")) == []
    with pytest.raises(KeyError):
        book.settle(settlement(CALL, 4, 7.5))


def test_settling_another_quantity_than_is_held_is_a_programmers_error():
    book = Book(0)
    book.apply(fill(day(2), leg(CALL, 4, 1.0)))
    with pytest.raises(ValueError, match="4 held, 3 settled"):
        book.settle(settlement(CALL, 3, 7.5))


def test_what_is_due_is_due_until_it_is_settled():
    book = Book(0)
    book.apply(fill(day(2), leg(CALL, 4, 1.0)))
    book.apply(fill(day(2), leg(LATER, 4, 1.0), layer="L2", campaign="L2@1"))
    assert book.due(CALL.expiry - dt.timedelta(1)) == []
    for later in (0, 0, 1, 2):
        assert [p.contract for _, p in book.due(CALL.expiry + dt.timedelta(later))] == [CALL]
    book.settle(settlement(CALL, 4, 0.0))
    assert book.due(CALL.expiry + dt.timedelta(3)) == []
    assert [p.contract for _, p in book.due(LATER.expiry)] == [LATER]


def test_an_expiry_bought_while_another_is_overdue_is_not_forgotten():
    book = Book(0)
    book.apply(fill(day(2), leg(LATER, 1, 1.0)))
    assert book.due(CALL.expiry) == []
    book.apply(fill(day(3), leg(CALL, 1, 1.0), campaign="L1@2"))
    assert [p.contract for _, p in book.due(CALL.expiry)] == [CALL]


def test_premiums_and_credits_are_summed_over_the_days_after_a_date():
    book = Book(0)
    book.apply(fill(day(2), leg(CALL, 4, 1.0, fee_cents=999)))
    book.apply(fill(day(5), leg(CALL, -2, 3.0), kind="monetise"))
    book.apply(fill(day(5), leg(PUT, -1, 10.0), leg(LOWER_PUT, 1, 8.0), layer="condor", campaign="c"))
    book.settle(settlement(CALL, 2, 0.5))
    assert book.spent_cents(("L1",), day(1)) == 400_00 - 600_00 - 100_00
    assert book.spent_cents(("L1",), day(2)) == -600_00 - 100_00
    assert book.spent_cents(("L1",), CALL.expiry) == 0
    assert book.spent_cents(("L1", "L2", "condor"), day(4)) == -700_00 - 200_00
    assert book.credits_cents("condor", day(4)) == 200_00
    assert book.credits_cents("condor", day(5)) == 0
    assert book.credits_cents("nothing", day(1)) == 0


def test_only_the_opening_brings_a_credit():
    book = Book(0)
    book.apply(fill(day(2), leg(PUT, -1, 10.0), layer="condor", campaign="c"))
    book.apply(fill(day(3), leg(PUT, 1, 4.0), layer="condor", campaign="c", kind="close"))
    assert book.credits_cents("condor", day(1)) == 1_000_00
    assert book.spent_cents(("condor",), day(1)) == -600_00


class _Marks:
    """A view that knows one mark."""

    def mark(self, contract: Contract) -> float:
        return {CALL: 2.005, PUT: 7.0}[contract]


def test_equity_is_cash_and_marks():
    book = Book(10_000_00)
    book.apply(fill(day(2), leg(CALL, 3, 1.0)))
    book.apply(fill(day(2), leg(PUT, -1, 10.0), layer="condor", campaign="c"))
    book.earn(Interest(day(3), 123, 0.01))
    cash = 10_000_00 - 300_00 + 1_000_00 + 123
    assert book.cash_cents == cash
    assert book.equity_cents(_Marks()) == cash + 601_50 - 700_00


def test_cents_are_rounded_half_to_even():
    assert value_cents(CALL, 1, 0.00125) == 12  # 12.5 cents
    assert value_cents(CALL, 1, 0.00375) == 38  # 37.5 cents
    assert value_cents(CALL, -1, 0.00375) == -38
    assert value_cents(Contract("VX", CALL.expiry), 2, 20.125) == 40_250_00


trades = st.lists(st.tuples(st.sampled_from([CALL, LATER]), st.integers(-9, 9).filter(bool)), max_size=25)


@given(trades)
def test_positions_are_what_the_journal_adds_up_to(made):
    book, cash = Book(0), 0
    for n, (contract, quantity) in enumerate(made):
        price = 1.0 + 0.25 * n
        book.apply(fill(day(2), leg(contract, quantity, price), kind="adjust"))
        cash -= value_cents(contract, quantity, price)
    for contract in (CALL, LATER):
        total = sum(q for c, q in made if c == contract)
        assert {c: q for c, q, _ in held(book)}.get(contract, 0) == total
    assert book.cash_cents == cash
    # The cost has the sign of what is held: nobody was ever paid to take on a long option.
    assert all(cost * quantity > 0 for _, quantity, cost in held(book))


class Unpriced:
    """A view in which nothing is worth anything."""

    def mark(self, contract: Contract) -> float:
        return 0.0


def test_a_close_notes_the_largest_losses_open_beside_the_equity():
    book = Book(100_000_00)
    book.at_close(day(1), Unpriced())
    book.apply(replace(fill(day(2), leg(PUT, -1, 2.0), leg(LOWER_PUT, 1, 1.0), campaign="one"), max_loss_cents=400_00))
    book.apply(replace(fill(day(2), leg(PUT, -2, 2.0), leg(LOWER_PUT, 2, 1.0), campaign="two"), max_loss_cents=800_00))
    book.at_close(day(2), Unpriced())
    book.apply(fill(day(3), leg(PUT, 1, 0.0), leg(LOWER_PUT, -1, 0.0), campaign="one", kind="close"))
    book.at_close(day(3), Unpriced())
    assert book.margin_path() == [0, 1_200_00, 800_00]
    assert list(book.equity_path()[0]) == [day(1), day(2), day(3)]
