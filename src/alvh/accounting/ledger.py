"""Journal -> daily marks and double-entry postings, each position's whole life at once.

Every posting is integer cents and every event's postings sum to zero::

    fill        cash -paid-fee   positions +value at mid   slippage +(paid - value at mid)   fees +fee
    settlement  cash +paid-fee   positions -paid           fees +fee
    revaluation positions +d     pnl -d
    variation   cash +d          positions -d
    interest    cash +x          interest -x
    start       cash +nav        capital -nav

A future is filled at no value, and its revaluation leaves as variation, so that its position stays at 0. Thus
equity (cash + positions) is at every close what the marks say, to the cent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from alvh.accounting.book import Book, Entry, Interest, Settlement, Variation, is_future, paid_cents, value_cents
from alvh.conventions import root_spec
from alvh.market.quotes import Life, QuoteSource
from alvh.values import Bools, Contract, Fill, Floats, Ints

CASH, POSITIONS, PNL, SLIPPAGE, FEES, INTEREST, CAPITAL = range(7)
ACCOUNTS = ("cash", "positions", "pnl", "slippage", "fees", "interest", "capital")
NONE = -1


class Postings(NamedTuple):
    """Columns of the ledger, one row a posting. Ids index the names of the `Ledger`; `NONE` where there is none."""

    session: Ints
    account: Ints
    layer: Ints
    campaign: Ints
    contract: Ints
    cents: Ints


class LegDays(NamedTuple):
    """Every leg on every session it was held or traded: one row a leg-day, leg after leg.

    `session` counts from the run's first; `quantity` is held after the session's trades; `traded_cents` is what they
    moved at mid (a settlement or variation: minus its cash); `gained_cents` is what the mark gained beyond that;
    `cost_cents` are slippage and fees of the session (positive = paid), so that gains less costs are the leg's P&L.
    """

    session: Ints
    layer: Ints
    campaign: Ints
    contract: Ints
    quantity: Ints
    traded_cents: Ints
    value_cents: Ints
    gained_cents: Ints
    cost_cents: Ints


@dataclass(frozen=True, slots=True, eq=False)
class LegLife:
    """One contract of one campaign from its first fill to its last session, one entry a session.

    `quantity` is held after the session's trades, `traded_cents` what they moved at mid (settlement and variation:
    minus the cash),
    `value_cents` the mark. `settled` says that the last entry is a final settlement. `life` and `offset` lead to the
    quotes behind the marks.
    """

    layer: int
    campaign: int
    contract: int
    first: int
    quantity: Ints
    traded_cents: Ints
    value_cents: Ints
    settled: bool
    life: Life
    offset: int


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Everything that was held and booked over a run's sessions, by name tables and columns.

    Attributes
    ----------
    layers, campaigns, contracts : tuples
        Name tables that ids index; the last layer is ``cash``.
    legs : tuple of LegLife
    days : LegDays
        The same as columns; the arrays of `legs` are slices of them.
    cash_cents : array (sessions,)
        Cash at each close.
    flow_cents, slippage_cents, fee_cents : arrays (layers, sessions)
        Cash received after costs, and the two costs, by layer.
    premium_cents : array (layers,)
        Cash paid to buy options over the run, before fees.
    """

    layers: tuple[str, ...]
    campaigns: tuple[str, ...]
    contracts: tuple[Contract, ...]
    legs: tuple[LegLife, ...]
    days: LegDays
    sessions: int
    start_cents: int
    cash_cents: Ints
    flow_cents: Ints
    slippage_cents: Ints
    fee_cents: Ints
    premium_cents: Ints
    interest_cents: Ints

    def position_cents(self) -> Ints:
        """Return the marks of each layer at each close, (layers, sessions)."""
        out = np.zeros((len(self.layers), self.sessions), dtype=np.int64)
        np.add.at(out, (self.days.layer, self.days.session), self.days.value_cents)
        return out

    def equity_cents(self) -> Ints:
        """Return cash plus marks at each close."""
        total: Ints = self.cash_cents + self.position_cents().sum(axis=0)
        return total

    def pnl_cents(self) -> Ints:
        """Return the P&L after costs of each layer on each session, (layers, sessions); ``cash`` earns the interest."""
        marks = self.position_cents()
        change = np.diff(marks, axis=1, prepend=0)
        out: Ints = change + self.flow_cents
        out[-1] += self.interest_cents
        return out

    def postings(self) -> Postings:
        """Return the double-entry ledger, sorted by session."""
        return _postings(self)


@dataclass(slots=True)
class _Trades:
    """Trades of one contract of one campaign while the journal is read."""

    sessions: list[int]
    quantities: list[int]
    mid_cents: list[int]
    cost_cents: list[int]
    quantity: int = 0
    settled: bool = False


class _Journal:
    """The journal read into columns: cash and costs by layer and session, and the trades of every leg."""

    def __init__(self, layers: tuple[str, ...], dates: Sequence[dt.date]) -> None:
        self._layer_id = {name: k for k, name in enumerate(layers)}
        self._at = {date: k for k, date in enumerate(dates)}
        self._running: dict[tuple[int, int, int], _Trades] = {}
        self.campaigns: dict[tuple[str, str], int] = {}
        self.contracts: dict[Contract, int] = {}
        self.trades: list[tuple[tuple[int, int, int], _Trades]] = []
        shape = (len(layers), len(dates))
        self.flow, self.slippage, self.fees = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        self.premium = np.zeros(len(layers), dtype=np.int64)
        self.interest = np.zeros(len(dates), dtype=np.int64)

    def read(self, entry: Entry) -> None:
        """Add one entry."""
        k = self._at[entry.session]
        if isinstance(entry, Interest):
            self.interest[k] += entry.cash_cents
        elif isinstance(entry, Settlement):
            row = self._layer_id[entry.layer]
            self.flow[row, k] += entry.cash_cents - entry.fee_cents
            self.fees[row, k] += entry.fee_cents
            made = self._trade(entry, entry.contract, k, -entry.quantity, -entry.cash_cents, entry.fee_cents)
            made.settled = True
        elif isinstance(entry, Variation):
            self.flow[self._layer_id[entry.layer], k] += entry.cash_cents
            self._trade(entry, entry.contract, k, 0, -entry.cash_cents, 0)
        else:
            self._read_fill(entry, k)

    def _read_fill(self, fill: Fill, k: int) -> None:
        """Add one fill, leg by leg."""
        row = self._layer_id[fill.layer]
        for leg in fill.legs:
            paid = paid_cents(leg)
            at_mid = 0 if is_future(leg.contract) else value_cents(leg.contract, leg.quantity, leg.mid)
            self.flow[row, k] -= paid + leg.fee_cents
            self.slippage[row, k] += paid - at_mid
            self.fees[row, k] += leg.fee_cents
            if leg.quantity > 0 and leg.contract.right and fill.kind != "close":
                self.premium[row] += paid
            self._trade(fill, leg.contract, k, leg.quantity, at_mid, paid - at_mid + leg.fee_cents)

    def _trade(
        self, entry: Fill | Settlement | Variation, contract: Contract, k: int, quantity: int, cents: int, cost: int
    ) -> _Trades:
        """Add one trade to the leg it belongs to; a leg ends when nothing is left of it."""
        key = (
            self._layer_id[entry.layer],
            self.campaigns.setdefault((entry.layer, entry.campaign), len(self.campaigns)),
            self.contracts.setdefault(contract, len(self.contracts)),
        )
        made = self._running.get(key)
        if made is None:
            made = self._running[key] = _Trades([], [], [], [])
            self.trades.append((key, made))
        made.sessions.append(k)
        made.quantities.append(quantity)
        made.mid_cents.append(cents)
        made.cost_cents.append(cost)
        made.quantity += quantity
        if not made.quantity:
            del self._running[key]
        return made


def close_books(book: Book, quotes: QuoteSource, dates: Sequence[dt.date], start: int, layers: Sequence[str]) -> Ledger:
    """Make the ledger of a run from its journal.

    Parameters
    ----------
    book : Book
    quotes : QuoteSource
        Holds the lives of everything that was held.
    dates : sequence of datetime.date
        The run's sessions.
    start : int
        Axis position of the first of them.
    layers : sequence of str
        In policy order; ``cash`` is added.
    """
    names = (*layers, "cash")
    journal = _Journal(names, dates)
    for entry in book.journal:
        journal.read(entry)
    contracts = tuple(journal.contracts)
    legs, days = _leg_days(journal.trades, contracts, quotes, start, len(dates))
    cash = book.start_cents + np.cumsum(journal.flow.sum(axis=0) + journal.interest)
    return Ledger(
        layers=names,
        campaigns=tuple(name for _, name in journal.campaigns),
        contracts=contracts,
        legs=legs,
        days=days,
        sessions=len(dates),
        start_cents=book.start_cents,
        cash_cents=cash,
        flow_cents=journal.flow,
        slippage_cents=journal.slippage,
        fee_cents=journal.fees,
        premium_cents=journal.premium,
        interest_cents=journal.interest,
    )


def _leg_days(
    trades: Sequence[tuple[tuple[int, int, int], _Trades]],
    contracts: Sequence[Contract],
    quotes: QuoteSource,
    start: int,
    n: int,
) -> tuple[tuple[LegLife, ...], LegDays]:
    """Mark every leg on every session it was held, all of them in one pass over columns."""
    first = np.array([made.sessions[0] for _, made in trades], dtype=np.int64)
    last = np.array([n - 1 if made.quantity else made.sessions[-1] for _, made in trades], dtype=np.int64)
    size = last - first + 1
    begin = np.concatenate(([0], np.cumsum(size))).astype(np.int64)
    rows = [at - made.sessions[0] + b for (_, made), b in zip(trades, begin, strict=False) for at in made.sessions]
    quantity, traded, cost = (np.zeros(begin[-1], dtype=np.int64) for _ in range(3))
    np.add.at(quantity, rows, [q for _, made in trades for q in made.quantities])
    np.add.at(traded, rows, [cents for _, made in trades for cents in made.mid_cents])
    np.add.at(cost, rows, [cents for _, made in trades for cents in made.cost_cents])
    quantity = np.cumsum(quantity)
    # What is still held at the end of one leg must not run on into the next.
    quantity -= np.repeat(np.concatenate(([0], quantity[begin[1:-1] - 1])) if len(size) else size, size)
    lives = [quotes.life(contracts[key[2]], start + made.sessions[0]) for key, made in trades]
    offsets = [start + int(f) - life.first for f, life in zip(first, lives, strict=True)]
    marks = [_marks(life, offset, int(s)) for life, offset, s in zip(lives, offsets, size, strict=True)]
    mid = np.concatenate(marks) if marks else np.zeros(0)
    ids = np.array([key for key, _ in trades], dtype=np.int64).reshape(-1, 3).repeat(size, axis=0)
    multiplier = np.array([worth_usd(contracts[key[2]]) for key, _ in trades], dtype=np.int64).repeat(size)
    value = np.rint(np.where(quantity == 0, 0.0, quantity * mid) * multiplier * 100.0).astype(np.int64)
    before = np.concatenate(([0], value[:-1]))
    before[begin[:-1]] = 0
    session = np.arange(begin[-1]) - (begin[:-1] - first).repeat(size)
    days = LegDays(session, ids[:, 0], ids[:, 1], ids[:, 2], quantity, traded, value, value - before - traded, cost)
    legs = tuple(
        LegLife(key[0], key[1], key[2], int(f), quantity[a:b], traded[a:b], value[a:b], made.settled, life, offset)
        for (key, made), f, a, b, life, offset in zip(
            trades, first, begin[:-1].tolist(), begin[1:].tolist(), lives, offsets, strict=True
        )
    )
    return legs, days


def worth_usd(contract: Contract) -> int:
    """Return what a point of a position's mark is worth on the books, USD: 0 for a future, whose gains are cash."""
    return 0 if is_future(contract) else root_spec(contract.root).multiplier


def _marks(life: Life, offset: int, size: int) -> Floats:
    """Return `size` marks of a life; what could not settle keeps its last mark, and its skip says so."""
    mid = life.mid[offset : offset + size]
    return mid if len(mid) == size else np.concatenate((mid, np.full(size - len(mid), life.mid[-1])))


def revaluation_cents(leg: LegLife) -> Ints:
    """Return what the marks of a leg gained on each session beyond what was traded."""
    out: Ints = np.diff(leg.value_cents, prepend=0) - leg.traded_cents
    return out


def _postings(ledger: Ledger) -> Postings:
    """Write the ledger out."""
    blocks: list[tuple[Ints, int, int | Ints, int | Ints, int | Ints, Ints]] = []
    zero = np.zeros(1, dtype=np.int64)
    blocks.append((zero, CASH, NONE, NONE, NONE, zero + ledger.start_cents))
    blocks.append((zero, CAPITAL, NONE, NONE, NONE, zero - ledger.start_cents))
    days = np.arange(ledger.sessions)
    cash_layer = len(ledger.layers) - 1
    for row in range(cash_layer):
        for account, cents in (
            (CASH, ledger.flow_cents[row]),
            (SLIPPAGE, ledger.slippage_cents[row]),
            (FEES, ledger.fee_cents[row]),
        ):
            some = np.flatnonzero(cents)
            blocks.append((days[some], account, row, NONE, NONE, cents[some]))
    some = np.flatnonzero(ledger.interest_cents)
    blocks.append((some, CASH, cash_layer, NONE, NONE, ledger.interest_cents[some]))
    blocks.append((some, INTEREST, cash_layer, NONE, NONE, -ledger.interest_cents[some]))
    rows = ledger.days
    for account, cents in ((POSITIONS, rows.traded_cents), (POSITIONS, rows.gained_cents), (PNL, -rows.gained_cents)):
        some = np.flatnonzero(cents)
        where = (rows.layer[some], rows.campaign[some], rows.contract[some])
        blocks.append((rows.session[some], account, *where, cents[some]))
    session = np.concatenate([b[0] for b in blocks])
    order = np.argsort(session, kind="stable")
    accounts, layer, campaign, contract = (
        np.concatenate([np.broadcast_to(b[k], len(b[0])) for b in blocks])[order] for k in (1, 2, 3, 4)
    )
    cents = np.concatenate([b[5] for b in blocks])[order]
    return Postings(session[order], accounts, layer, campaign, contract, cents)


def balances(postings: Postings, sessions: int) -> Ints:
    """Return the sum of postings of each session: zero everywhere, or the books do not balance."""
    out = np.zeros(sessions, dtype=np.int64)
    np.add.at(out, postings.session, postings.cents)
    return out


def ledger_equity_cents(postings: Postings, sessions: int) -> Ints:
    """Return equity at each close from the postings alone: everything on cash and positions so far."""
    assets: Bools = (postings.account == CASH) | (postings.account == POSITIONS)
    out = np.zeros(sessions, dtype=np.int64)
    np.add.at(out, postings.session[assets], postings.cents[assets])
    total: Ints = np.cumsum(out)
    return total


def stale_and_modelled(legs: Sequence[LegLife]) -> tuple[int, int, int]:
    """Return the numbers of leg-marks, of modelled ones and of stale ones."""
    total = modelled = stale = 0
    for leg in legs:
        held = leg.quantity != 0
        window = slice(leg.offset, leg.offset + len(held))
        marked = held[: len(leg.life.mid[window])]
        total += int(held.sum())
        modelled += int(leg.life.modelled[window][marked].sum())
        stale += int(leg.life.stale[window][marked].sum()) + int(held[len(marked) :].sum())
    return total, modelled, stale
