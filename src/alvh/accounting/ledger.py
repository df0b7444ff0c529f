"""Journal -> daily marks and double-entry postings, each position's whole life at once.

Every posting is integer cents and every event's postings sum to zero::

    fill        cash -paid-fee   positions +value at mid   slippage +(paid - value at mid)   fees +fee
    settlement  cash +paid       positions -paid
    revaluation positions +d     pnl -d
    interest    cash +x          interest -x
    start       cash +nav        capital -nav

so that equity (cash + positions) is at every close what the marks say, to the cent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from alvh.accounting.book import Book, Interest, Settlement, value_cents
from alvh.conventions import root_spec
from alvh.market.quotes import Life, QuoteSource
from alvh.values import Bools, Contract, Floats, Ints

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


@dataclass(frozen=True, slots=True, eq=False)
class LegLife:
    """One contract of one campaign from its first fill to its last session, one entry a session.

    `quantity` is held after the session's trades, `traded_cents` what they moved at mid (settlement: minus the cash),
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
        for leg in self.legs:
            out[leg.layer, leg.first : leg.first + len(leg.value_cents)] += leg.value_cents
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
    settled: bool = False


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
    layer_id = {name: k for k, name in enumerate(names)}
    n = len(dates)
    at = {date: k for k, date in enumerate(dates)}
    campaigns: dict[tuple[str, str], int] = {}
    contracts: dict[Contract, int] = {}
    trades: list[tuple[tuple[int, int, int], _Trades]] = []
    running: dict[tuple[int, int, int], _Trades] = {}
    flow, slippage, fees = (np.zeros((len(names), n), dtype=np.int64) for _ in range(3))
    premium = np.zeros(len(names), dtype=np.int64)
    interest = np.zeros(n, dtype=np.int64)

    def trade(layer: str, campaign: str, contract: Contract, k: int, quantity: int, cents: int) -> _Trades:
        key = (
            layer_id[layer],
            campaigns.setdefault((layer, campaign), len(campaigns)),
            contracts.setdefault(contract, len(contracts)),
        )
        made = running.get(key)
        if made is None:
            made = running[key] = _Trades([], [], [])
            trades.append((key, made))
        made.sessions.append(k)
        made.quantities.append(quantity)
        made.mid_cents.append(cents)
        if not sum(made.quantities):
            del running[key]
        return made

    for entry in book.journal:
        k = at[entry.session]
        if isinstance(entry, Interest):
            interest[k] += entry.cash_cents
        elif isinstance(entry, Settlement):
            row = layer_id[entry.layer]
            flow[row, k] += entry.cash_cents
            made = trade(entry.layer, entry.campaign, entry.contract, k, -entry.quantity, -entry.cash_cents)
            made.settled = True
        else:
            row = layer_id[entry.layer]
            for leg in entry.legs:
                paid = value_cents(leg.contract, leg.quantity, leg.price)
                at_mid = value_cents(leg.contract, leg.quantity, leg.mid)
                flow[row, k] -= paid + leg.fee_cents
                slippage[row, k] += paid - at_mid
                fees[row, k] += leg.fee_cents
                if leg.quantity > 0 and leg.contract.right and entry.kind != "close":
                    premium[row] += paid
                trade(entry.layer, entry.campaign, leg.contract, k, leg.quantity, at_mid)
    listed = tuple(contracts)
    legs = tuple(_leg_life(key, made, quotes, listed[key[2]], start, n) for key, made in trades)
    cash = book.start_cents + np.cumsum(flow.sum(axis=0) + interest)
    return Ledger(
        names, tuple(name for _, name in campaigns), listed, legs, n, book.start_cents, cash, flow, slippage,
        fees, premium, interest,
    )


def _leg_life(
    key: tuple[int, int, int], made: _Trades, quotes: QuoteSource, contract: Contract, start: int, n: int
) -> LegLife:
    """Mark one contract of one campaign on every session it was held."""
    first = made.sessions[0]
    held = sum(made.quantities)
    last = n - 1 if held else made.sessions[-1]
    size = last - first + 1
    quantity, traded = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    for k, q, cents in zip(made.sessions, made.quantities, made.mid_cents, strict=True):
        quantity[k - first :] += q
        traded[k - first] += cents
    life = quotes.life(contract, start + first)
    offset = start + first - life.first
    mid = life.mid[offset : offset + size]
    if len(mid) < size:
        # Held beyond its last mark: it could not settle. It keeps the last mark, and the settlement skip says so.
        mid = np.concatenate((mid, np.full(size - len(mid), mid[-1])))
    multiplier = root_spec(contract.root).multiplier
    value = np.rint(np.where(quantity == 0, 0.0, quantity * mid) * multiplier * 100.0).astype(np.int64)
    return LegLife(key[0], key[1], key[2], first, quantity, traded, value, made.settled, life, offset)


def revaluation_cents(leg: LegLife) -> Ints:
    """Return what the marks of a leg gained on each session beyond what was traded."""
    out: Ints = np.diff(leg.value_cents, prepend=0) - leg.traded_cents
    return out


def _postings(ledger: Ledger) -> Postings:
    """Write the ledger out."""
    blocks: list[tuple[Ints, int, int, int, int, Ints]] = []
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
    for leg in ledger.legs:
        gained = revaluation_cents(leg)
        days = np.arange(leg.first, leg.first + len(gained))
        some = np.flatnonzero(leg.traded_cents)
        blocks.append((days[some], POSITIONS, leg.layer, leg.campaign, leg.contract, leg.traded_cents[some]))
        some = np.flatnonzero(gained)
        blocks.append((days[some], POSITIONS, leg.layer, leg.campaign, leg.contract, gained[some]))
        blocks.append((days[some], PNL, leg.layer, leg.campaign, leg.contract, -gained[some]))
    session = np.concatenate([b[0] for b in blocks])
    sizes = [len(b[0]) for b in blocks]
    order = np.argsort(session, kind="stable")
    columns = [np.repeat([b[k] for b in blocks], sizes)[order] for k in (1, 2, 3, 4)]
    cents = np.concatenate([b[5] for b in blocks])[order]
    return Postings(session[order], *columns, cents)


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


def quantity_floats(leg: LegLife) -> Floats:
    """Return the quantity held into each session (after the trades of the one before)."""
    return np.concatenate(([0], leg.quantity[:-1])).astype(np.float64)
