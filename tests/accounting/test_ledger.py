"""Marks and postings by hand: one week of trades, with a carried mark, a settlement, interest and every cost."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.journal import CALL, LATER, LOWER_PUT, PUT, day, fill, leg
from accounting.tape import NAN, Tape
from alvh.accounting.book import Book, Interest, Settlement, value_cents
from alvh.accounting.ledger import (
    ACCOUNTS,
    CASH,
    FEES,
    INTEREST,
    NONE,
    PNL,
    POSITIONS,
    SLIPPAGE,
    Ledger,
    balances,
    close_books,
    ledger_equity_cents,
    revaluation_cents,
    stale_and_modelled,
)
from alvh.values import Contract

WEEK = [day(n) for n in (2, 3, 4, 5, 6)]
NAV = 1_000_000_00


def books(book: Book, tape: Tape, dates=WEEK, layers=("condor", "L1")) -> Ledger:
    return close_books(book, tape, dates, 0, layers)


def check(ledger: Ledger) -> None:
    """Assert what holds of every ledger."""
    postings, n = ledger.postings(), ledger.sessions
    assert not balances(postings, n).any()
    assert (ledger_equity_cents(postings, n) == ledger.equity_cents()).all()
    assert (ledger.pnl_cents().sum(axis=0) == np.diff(ledger.equity_cents(), prepend=ledger.start_cents)).all()
    assert (np.diff(postings.session) >= 0).all()


@pytest.fixture
def week() -> tuple[Book, Tape]:
    """Two calls bought on Tuesday and one sold on Friday; a put spread sold on Tuesday that settles on Friday."""
    book = Book(NAV)
    expiring = PUT._replace(expiry=day(6))
    wing = LOWER_PUT._replace(expiry=day(6))
    book.apply(fill(day(3), leg(CALL, 2, 1.10, mid=1.00, fee_cents=250)))
    book.apply(
        fill(day(3), leg(expiring, -1, 9.80, mid=10.00, fee_cents=150), leg(wing, 1, 4.10, mid=4.00, fee_cents=150),
             layer="condor", campaign="condor@1")
    )  # fmt: skip
    book.earn(Interest(day(4), 321, 0.012))
    book.apply(fill(day(6), leg(CALL, -1, 2.95, mid=3.00, fee_cents=125), kind="monetise"))
    for contract, quantity, points in ((expiring, -1, 30.0), (wing, 1, 0.0)):
        cash = value_cents(contract, quantity, points)
        fee = 35 if points else 0
        book.settle(Settlement(day(6), "condor", "condor@1", contract, quantity, 2770.0, points, cash, "close", fee))
    tape = Tape({CALL: [0.9, 1.0, NAN, 2.0, 3.0], expiring: [9.0, 10.0, 12.0, 20.0], wing: [4.0, 4.0, 5.0, 6.0]})
    return book, tape


def test_the_week_by_hand(week):
    book, tape = week
    ledger = books(book, tape)
    check(ledger)
    # Tuesday: calls -220 -2.50, spread +980 -410 -3; Wednesday interest; Friday call +295 -1.25, put -3000 -0.35.
    assert ledger.cash_cents.tolist() == [
        NAV,
        NAV - 222_50 + 567_00,
        NAV - 222_50 + 567_00 + 3_21,
        NAV - 222_50 + 567_00 + 3_21,
        NAV - 222_50 + 567_00 + 3_21 + 293_75 - 3_000_35,
    ]
    condor, calls, cash = ledger.position_cents().tolist()
    assert condor == [0, -600_00, -700_00, -1_400_00, 0]
    assert calls == [0, 200_00, 200_00, 400_00, 300_00]  # Wednesday's is carried
    assert cash == [0] * 5
    assert ledger.pnl_cents().tolist() == [
        [0, -33_00, -100_00, -700_00, -1_600_35],
        [0, -22_50, 0, 200_00, 193_75],
        [0, 0, 3_21, 0, 0],
    ]
    assert ledger.slippage_cents.tolist() == [[0, 30_00, 0, 0, 0], [0, 20_00, 0, 0, 5_00], [0] * 5]
    assert ledger.fee_cents.tolist() == [[0, 3_00, 0, 0, 35], [0, 2_50, 0, 0, 1_25], [0] * 5]
    # Cash paid for options bought: two calls at 1.10, and the wing at 4.10.
    assert ledger.premium_cents.tolist() == [410_00, 220_00, 0]


def test_every_posting_of_friday_by_hand(week):
    book, tape = week
    ledger = books(book, tape)
    p = ledger.postings()
    friday = p.session == 4
    total = {
        (ACCOUNTS[a], None if row == NONE else ledger.layers[row]): int(
            p.cents[friday & (p.account == a) & (p.layer == row)].sum()
        )
        for a in range(len(ACCOUNTS))
        for row in set(p.layer[friday & (p.account == a)].tolist())
    }
    assert total == {
        # Traded out at mid -300.00, and the other call gained 100.00 as did this one before it was sold.
        ("positions", "L1"): 400_00 - 400_00 - 300_00 + 200_00,
        ("cash", "L1"): 293_75,
        ("slippage", "L1"): 5_00,
        ("fees", "L1"): 1_25,
        ("pnl", "L1"): -200_00,
        # The spread's -1,400.00 leaves against -3,000.00 of cash: 1,600.00 lost on the last day.
        ("positions", "condor"): 1_400_00,
        ("cash", "condor"): -3_000_35,
        ("fees", "condor"): 35,
        ("pnl", "condor"): 1_600_00,
    }
    assert sum(total.values()) == 0


def test_the_capital_and_the_interest_are_posted(week):
    book, tape = week
    p = books(book, tape).postings()
    first = p.session == 0
    assert p.cents[first].tolist() == [NAV, -NAV]
    interest = p.cents[(p.session == 2) & (p.account == INTEREST)]
    assert interest.tolist() == [-321]


def test_postings_carry_their_layer_campaign_and_contract(week):
    book, tape = week
    ledger = books(book, tape)
    p = ledger.postings()
    rows = (p.account == POSITIONS) | (p.account == PNL)
    names = {
        (ledger.layers[a], ledger.campaigns[b], ledger.contracts[c])
        for a, b, c in zip(p.layer[rows], p.campaign[rows], p.contract[rows], strict=True)
    }
    assert names == {
        ("L1", "L1@1", CALL),
        ("condor", "condor@1", PUT._replace(expiry=day(6))),
        ("condor", "condor@1", LOWER_PUT._replace(expiry=day(6))),
    }
    costs = (p.account == SLIPPAGE) | (p.account == FEES) | (p.account == CASH)
    assert (p.contract[costs] == NONE).all()


def test_carried_and_modelled_marks_are_counted(week):
    book, tape = week
    # Calls: 4 closes, one carried; the put and its wing: 3 closes each. Settled legs have no mark on Friday.
    assert stale_and_modelled(books(book, tape).legs) == (10, 10, 1)


def test_only_modelled_marks_count_as_modelled():
    book = Book(NAV)
    book.apply(fill(day(2), leg(CALL, 1, 1.0)))
    tape = Tape({CALL: [1.0, 1.1, NAN, 1.2, 1.3]}, modelled={CALL: [False, True, False, False, True]})
    assert stale_and_modelled(books(book, tape).legs) == (5, 2, 1)


def test_what_cannot_settle_keeps_its_last_mark_and_counts_as_carried():
    book = Book(NAV)
    book.apply(fill(day(2), leg(CALL, 3, 1.0)))
    ledger = books(book, Tape({CALL: [1.0, 1.5]}))
    check(ledger)
    assert ledger.position_cents()[1].tolist() == [300_00, 450_00, 450_00, 450_00, 450_00]
    assert stale_and_modelled(ledger.legs) == (5, 2, 3)


def test_a_fill_after_the_last_mark_is_marked_at_it():
    # The life began with another campaign and has ended: bought at its last close, on the day it settles.
    book = Book(NAV)
    book.apply(fill(day(5), leg(CALL, 1, 1.6, mid=1.6)))
    book.settle(Settlement(day(5), "L1", "L1@1", CALL, 1, 27.0, 2.0, 200_00, "vro"))
    ledger = books(book, Tape({CALL: [1.0, 1.5]}))
    check(ledger)
    assert ledger.pnl_cents()[1].tolist() == [0, 0, 0, 40_00, 0]


def test_one_contract_in_two_campaigns_is_two_legs():
    book = Book(NAV)
    book.apply(fill(day(2), leg(CALL, 1, 1.0), campaign="a"))
    book.apply(fill(day(3), leg(CALL, 2, 1.0), campaign="b"))
    book.apply(fill(day(4), leg(CALL, -1, 1.0), campaign="a", kind="close"))
    ledger = books(book, Tape({CALL: [1.0] * 5}))
    check(ledger)
    assert [(ledger.campaigns[x.campaign], x.first, x.quantity.tolist()) for x in ledger.legs] == [
        ("a", 0, [1, 1, 0]),
        ("b", 1, [2, 2, 2, 2]),
    ]


def test_the_same_name_in_two_layers_is_two_campaigns():
    book = Book(NAV)
    book.apply(fill(day(2), leg(CALL, 1, 1.0), campaign="x"))
    book.apply(fill(day(2), leg(PUT, -1, 1.0), layer="condor", campaign="x"))
    ledger = books(book, Tape({CALL: [1.0] * 5, PUT: [1.0] * 5}))
    assert ledger.campaigns == ("x", "x")
    assert [x.campaign for x in ledger.legs] == [0, 1]


def test_sold_out_and_bought_again_is_a_new_leg():
    book = Book(NAV)
    book.apply(fill(day(2), leg(CALL, 1, 1.0)))
    book.apply(fill(day(3), leg(CALL, -1, 2.0), kind="close"))
    book.apply(fill(day(5), leg(CALL, 4, 2.0)))
    ledger = books(book, Tape({CALL: [1.0, 2.0, 9.0, 2.0, 2.5]}))
    check(ledger)
    assert [(x.first, x.quantity.tolist()) for x in ledger.legs] == [(0, [1, 0]), (3, [4, 4])]
    assert ledger.pnl_cents()[1].tolist() == [0, 100_00, 0, 0, 200_00]


def test_bought_and_sold_on_one_day_costs_only_the_spread():
    book = Book(NAV)
    book.apply(fill(day(3), leg(CALL, 5, 1.1, mid=1.0), leg(CALL, -5, 0.9, mid=1.0), kind="adjust"))
    ledger = books(book, Tape({CALL: [7.0] * 5}))
    check(ledger)
    assert ledger.pnl_cents()[1].tolist() == [0, -100_00, 0, 0, 0]


def test_a_run_without_a_trade():
    ledger = books(Book(NAV), Tape())
    check(ledger)
    assert ledger.equity_cents().tolist() == [NAV] * 5
    assert stale_and_modelled(ledger.legs) == (0, 0, 0)


def test_closing_a_short_is_no_premium():
    book = Book(NAV)
    book.apply(fill(day(2), leg(PUT, -1, 10.0), layer="condor", campaign="c"))
    book.apply(fill(day(3), leg(PUT, 1, 4.0), layer="condor", campaign="c", kind="close"))
    assert books(book, Tape({PUT: [10.0, 4.0, 1.0, 1.0, 1.0]})).premium_cents.tolist() == [0, 0, 0]


CONTRACTS: tuple[Contract, ...] = (CALL, LATER, PUT, LOWER_PUT)
trade = st.tuples(
    st.integers(0, 7), st.sampled_from(CONTRACTS), st.integers(-20, 20).filter(bool), st.sampled_from("ab"),
    st.floats(-0.2, 0.2), st.integers(0, 500),
)  # fmt: skip


@given(
    trades=st.lists(trade, max_size=30).map(lambda made: sorted(made, key=lambda one: one[0])),
    marks=st.lists(st.lists(st.floats(0.0, 3000.0), min_size=8, max_size=8), min_size=4, max_size=4),
    gaps=st.sets(st.tuples(st.integers(0, 3), st.integers(1, 7)), max_size=8),
)
def test_books_balance_whatever_was_traded(trades, marks, gaps):
    dates = [dt.date(2020, 3, n) for n in (2, 3, 4, 5, 6, 9, 10, 11)]
    tape = Tape(
        {
            c: [NAN if (n, k) in gaps else m for k, m in enumerate(row)]
            for n, (c, row) in enumerate(zip(CONTRACTS, marks, strict=True))
        }
    )
    book = Book(NAV)
    for k, contract, quantity, campaign, spread, fee in trades:
        mid = tape.life(contract, 0).mark(k)
        book.apply(fill(dates[k], leg(contract, quantity, mid + spread, mid, fee), campaign=campaign, kind="adjust"))
    ledger = books(book, tape, dates, ("L1",))
    check(ledger)
    gained = sum(int(revaluation_cents(one).sum()) for one in ledger.legs)
    assert gained == int(ledger.days.gained_cents.sum())
    costs = int(ledger.slippage_cents.sum() + ledger.fee_cents.sum())
    assert int(ledger.equity_cents()[-1]) == NAV + gained - costs
