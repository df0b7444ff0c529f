"""Futures on the books: no premium, gains paid in cash every day, the rest at final settlement, all of it delta."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.journal import CALL, day, fill, leg
from accounting.tape import NAN, Tape
from alvh.accounting.attribution import TERMS, attribute
from alvh.accounting.book import Book, Interest, Settlement, Variation, is_future, paid_cents, value_cents
from alvh.accounting.ledger import FEES, PNL, POSITIONS, SLIPPAGE, balances, close_books, ledger_equity_cents
from alvh.accounting.settle import FinalValue, settlement_of
from alvh.values import Contract

VX = Contract("VX", dt.date(2020, 3, 18))
VXM = VX._replace(root="VXM")
NEXT = Contract("VX", dt.date(2020, 4, 15))
DATES = [day(n) for n in (2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18)]
NAV = 1_000_000_00


class Close:
    """A close at which some contracts settle."""

    def __init__(self, **marks: float) -> None:
        self.marks = {"VX": VX, "VXM": VXM, "NEXT": NEXT, "CALL": CALL}
        self.at = {self.marks[name]: mark for name, mark in marks.items()}

    def mark(self, contract: Contract) -> float:
        return self.at[contract]


def settled(
    book: Book, contract: Contract, session: dt.date, vro: float, quantity: int, campaign: str = "L1@1"
) -> None:
    marked = book.marked_cents("L1", campaign, contract)
    final = FinalValue(vro, "vro")
    book.settle(settlement_of("L1", campaign, quantity, contract, final, session, marked_cents=marked))


def paid(book: Book) -> list[int]:
    return [entry.cash_cents for entry in book.journal if isinstance(entry, Variation)]


def test_one_future_from_purchase_to_settlement_by_hand():
    book = Book(NAV)
    # Bought at a settlement of 20.00 for 20.025: slippage 0.025 x 1000 = 25.00, fee 2.25. No notional is paid.
    book.apply(fill(day(2), leg(VX, 1, 20.025, mid=20.0, fee_cents=225)))
    assert book.cash_cents == NAV - 25_00 - 2_25
    assert book.equity_cents(Close(VX=20.0)) == book.cash_cents
    # Settled at 21.50: (21.50 - 20.00) x 1000 = +1,500.
    assert book.equity_cents(Close(VX=21.5)) == NAV - 27_25 + 1_500_00
    book.vary(day(3), Close(VX=21.5))
    assert book.cash_cents == book.equity_cents(Close(VX=21.5)) == NAV - 27_25 + 1_500_00
    # Down to 19.00: -2,500. Unchanged: no entry.
    book.vary(day(4), Close(VX=19.0))
    book.vary(day(5), Close(VX=19.0))
    assert paid(book) == [1_500_00, -2_500_00]
    # VRO at 24.80: 5.80 above the last settlement.
    settled(book, VX, day(18), 24.8, 1)
    assert book.journal[-1].cash_cents == 5_800_00
    # 24.80 - 20.00 in all, less costs.
    assert book.cash_cents == NAV + 4_800_00 - 27_25
    assert list(book.campaigns("L1")) == []


def test_a_small_future_is_a_tenth():
    book = Book(NAV)
    book.apply(fill(day(2), leg(VXM, 3, 20.025, mid=20.0)))
    book.vary(day(3), Close(VXM=21.5))
    # 3 x 0.025 x 100 = 7.50 of slippage; 3 x 1.50 x 100 = 450.
    assert book.cash_cents == NAV - 7_50 + 450_00


def test_what_is_sold_is_paid_up_to_the_close_it_is_sold_at():
    book = Book(NAV)
    book.apply(fill(day(2), leg(VX, 2, 20.0)))
    book.vary(day(3), Close(VX=21.0))
    book.apply(fill(day(3), leg(VX, -1, 20.975, mid=21.0), kind="adjust"))
    assert book.cash_cents == NAV + 2_000_00 - 25_00
    book.vary(day(4), Close(VX=22.0))
    assert book.cash_cents == NAV + 3_000_00 - 25_00
    # Filled before the close is settled: the last contract still earns 22.00 to 22.50, once.
    book.apply(fill(day(5), leg(VX, -1, 22.5), kind="close"))
    assert book.equity_cents(Close(VX=22.5)) == NAV + 3_500_00 - 25_00
    book.vary(day(5), Close(VX=22.5))
    book.vary(day(6), Close(VX=99.0))
    assert book.cash_cents == NAV + 3_500_00 - 25_00


def test_a_campaign_counts_its_variation_and_no_premium():
    book = Book(NAV)
    book.apply(fill(day(2), leg(VX, 1, 20.025, mid=20.0), leg(CALL, 1, 1.0)))
    (campaign,) = book.campaigns("L1")
    assert campaign.positions[VX].cost_cents == 25_00
    book.vary(day(3), Close(VX=21.0))
    assert campaign.cash_cents == -25_00 - 100_00 + 1_000_00
    assert book.spent_cents(["L1"], day(1)) == 100_00  # the call alone
    settled(book, VX, day(18), 24.0, 1)
    assert book.spent_cents(["L1"], day(1)) == 100_00


def test_a_future_is_told_from_an_option_and_from_a_share():
    assert is_future(VX)
    assert not is_future(CALL)
    assert not is_future(Contract("SPY", day(2)))
    assert paid_cents(leg(VX, -2, 19.975, mid=20.0)) == 50_00
    assert paid_cents(leg(CALL, -2, 1.0, mid=1.1)) == -200_00


def ledger_of(book: Book, tape: Tape, dates=DATES):
    ledger = close_books(book, tape, dates, 0, ("L1",))
    postings = ledger.postings()
    assert not balances(postings, len(dates)).any()
    assert (ledger_equity_cents(postings, len(dates)) == ledger.equity_cents()).all()
    assert (ledger.pnl_cents().sum(axis=0) == np.diff(ledger.equity_cents(), prepend=NAV)).all()
    return ledger


@pytest.fixture
def month() -> tuple[Book, Tape]:
    """Two futures bought on the first day, one sold on the third; a day without a settlement; VRO on the 18th."""
    marks = [20.0, 21.5, 19.0, NAN, 18.0, 18.0, 19.5, 22.0, 25.0, 30.0, 33.0, 31.0]
    tape = Tape({VX: marks}, modelled={VX: [False] * len(marks)})
    book = Book(NAV)
    book.apply(fill(day(2), leg(VX, 2, 20.025, mid=20.0, fee_cents=450)))
    for date, mark in zip(DATES[1:-1], tape.lives[VX].mid[1:], strict=True):
        if date == day(5):
            book.earn(Interest(date, 123, 0.01))
        book.vary(date, Close(VX=mark))
        if date == day(4):
            book.apply(fill(date, leg(VX, -1, 18.975, mid=19.0, fee_cents=225), kind="adjust"))
    settled(book, VX, day(18), 29.0, 1)
    return book, tape


def test_the_ledger_of_a_future_is_worth_nothing_and_earns_cash(month):
    book, tape = month
    ledger = ledger_of(book, tape)
    assert not ledger.position_cents().any()
    assert ledger.premium_cents.tolist() == [0, 0]
    assert ledger.cash_cents[-1] == book.cash_cents == ledger.equity_cents()[-1]
    # 2 x 1.50 up, 2 x 2.50 down and one sold, nothing on the day without a settlement, then one contract.
    moves = [0, 3_000_00, -5_000_00, 0, -1_000_00, 0, 1_500_00, 2_500_00, 3_000_00, 5_000_00, 3_000_00, -2_000_00]
    assert ledger.days.gained_cents.tolist() == [*moves, -2_000_00]
    costs = np.zeros(13, dtype=np.int64)
    costs[[0, 2]] = 50_00 + 4_50, 25_00 + 2_25
    assert ledger.pnl_cents()[0].tolist() == (ledger.days.gained_cents - costs).tolist()


def test_every_posting_of_a_day_by_hand(month):
    postings = ledger_of(*month).postings()

    def of(session: int, account: int) -> int:
        return int(postings.cents[(postings.session == session) & (postings.account == account)].sum())

    # 4 March: variation -5,000 in cash against P&L; one sold for 0.025 too little, fee 2.25.
    assert (of(2, PNL), of(2, POSITIONS), of(2, SLIPPAGE), of(2, FEES)) == (5_000_00, 0, 25_00, 2_25)
    assert of(2, 0) == -5_000_00 - 27_25


def test_the_move_of_a_future_is_all_delta(month):
    book, tape = month
    ledger = ledger_of(book, tape)
    terms = attribute(ledger, tape)["L1"]
    assert terms["delta"].tolist() == [*(ledger.days.gained_cents[:-1] / 100.0).tolist(), 0.0]
    assert terms["settlement"].tolist() == [0.0] * 12 + [-2_000.0]
    for term in set(TERMS) - {"delta", "settlement", "costs"}:
        assert not terms[term].any()
    assert sum(terms.values()) == pytest.approx(ledger.pnl_cents()[0] / 100.0, abs=1e-9)


POINTS = st.floats(9.0, 90.0).map(lambda x: round(x, 3))
TRADES = st.lists(st.integers(-3, 3), min_size=4, max_size=10)


@given(st.sampled_from([VX, VXM]), st.lists(POINTS, min_size=11, max_size=11), TRADES, st.booleans(), POINTS)
def test_equity_is_what_the_futures_moved_and_every_posting_balances(contract, marks, trades, before, vro):
    """Any trades at any settlements, whether the day is paid before or after its fills: the same cash at each close."""
    tape = Tape({contract: marks}, modelled={contract: [False] * len(marks)})
    book, quantity, moved, opened = Book(NAV), 0, 0, ""
    n = len(marks)
    for k, mark in enumerate(marks):
        close = Close(**{contract.root: mark})
        if k and quantity:
            moved += value_cents(contract, quantity, mark) - value_cents(contract, quantity, marks[k - 1])
        if before:
            book.vary(DATES[k], close)
        traded = trades[k] if k < len(trades) else 0
        if traded:
            opened = opened if quantity else f"L1@{k}"
            kind = "adjust" if quantity else "open"
            book.apply(fill(DATES[k], leg(contract, traded, mark), campaign=opened, kind=kind))
            quantity += traded
        book.vary(DATES[k], close)
        assert book.cash_cents == book.equity_cents(close) == NAV + moved
    if quantity:
        moved += value_cents(contract, quantity, vro) - value_cents(contract, quantity, marks[-1])
        settled(book, contract, DATES[n], vro, quantity, opened)
    assert book.cash_cents == NAV + moved
    assert sum(paid(book)) + sum(e.cash_cents for e in book.journal if isinstance(e, Settlement)) == moved
    ledger = ledger_of(book, tape, DATES[: n + 1])
    assert ledger.equity_cents()[-1] == NAV + moved
    assert not ledger.position_cents().any()
