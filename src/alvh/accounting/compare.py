"""Plan against reality: the difference of two P&Ls, split to the cent into fills, skips, size and discretion.

Every trade is worth what it gained by the end: ``quantity x (final mark - price) x multiplier - fees``. A trade of the
plan and trades of the account are the same where contract and side are; of several, those nearest in time. Then

- fills: both traded it, at other prices and fees;
- skips: planned and not done at all;
- size: both traded it, in other quantities: what the difference in quantity gained or lost;
- discretion: done and not planned.

The parts add up to the difference exactly, because each cent of either side is given to one of them. Interest is on
neither side. What was held before the window is not in it: closing it counts as discretion from the day it is closed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from alvh.accounting.book import Entry, Settlement, value_cents
from alvh.values import Contract, Fill

UNPLANNED = "not planned"
"""Campaign of what was done without a plan, where the file names none."""


class Trade(NamedTuple):
    """One contract traded: signed quantity, price in points, fees in cents (never negative)."""

    session: dt.date
    contract: Contract
    quantity: int
    price: float
    fee_cents: int = 0
    layer: str = ""
    campaign: str = ""


@dataclass(slots=True)
class Row:
    """What one campaign made in the plan and in reality, and why they differ; integer cents."""

    layer: str
    campaign: str
    plan_cents: int = 0
    real_cents: int = 0
    fills_cents: int = 0
    skips_cents: int = 0
    size_cents: int = 0
    discretion_cents: int = 0

    @property
    def difference_cents(self) -> int:
        """Reality less plan."""
        return self.real_cents - self.plan_cents

    @property
    def residual_cents(self) -> int:
        """What the four parts leave unexplained: 0."""
        return self.difference_cents - (self.fills_cents + self.skips_cents + self.size_cents + self.discretion_cents)

    def add(self, other: Row) -> None:
        """Add the cents of another row."""
        for name in AMOUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))


AMOUNTS = ("plan_cents", "real_cents", "fills_cents", "skips_cents", "size_cents", "discretion_cents")


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rows by campaign in the order they began, and their total."""

    rows: tuple[Row, ...]
    total: Row


@dataclass(slots=True)
class _Planned:
    """A trade of the plan and what was done of it."""

    trade: Trade
    done: int = 0
    done_cents: int = 0
    beyond_cents: int = 0

    @property
    def open(self) -> int:
        """Contracts that nothing was done of yet."""
        return abs(self.trade.quantity) - self.done


def split(plan: Sequence[Trade], real: Sequence[Trade], marks: Mapping[Contract, float]) -> Comparison:
    """Split the difference between what was planned and what was done.

    Parameters
    ----------
    plan, real : sequences of Trade
    marks : mapping of Contract -> float
        Final mark or settlement value of every contract, points.

    Returns
    -------
    Comparison
        Of every row, and so of the total, the residual is 0.

    Raises
    ------
    KeyError
        For a contract without a mark.
    """
    planned = [_Planned(trade) for trade in sorted(plan, key=_when)]
    rows: dict[tuple[str, str], Row] = {}
    for item in planned:
        _row(rows, item.trade).plan_cents += gain_cents(item.trade, marks)
    for trade in sorted(real, key=_when):
        _assign(trade, gain_cents(trade, marks), planned, rows)
    for item in planned:
        _explain(item, gain_cents(item.trade, marks), _row(rows, item.trade))
    total = Row("", "total")
    for row in rows.values():
        total.add(row)
    return Comparison(tuple(rows.values()), total)


def gain_cents(trade: Trade, marks: Mapping[Contract, float]) -> int:
    """Return what a trade gained by the end, after its fees, in whole cents."""
    contract, quantity = trade.contract, trade.quantity
    worth = value_cents(contract, quantity, marks[contract])
    return worth - value_cents(contract, quantity, trade.price) - trade.fee_cents


def _assign(trade: Trade, cents: int, planned: Sequence[_Planned], rows: dict[tuple[str, str], Row]) -> None:
    """Give the contracts of a real trade, and their cents, to the trades of the plan that they carried out."""
    same = [p for p in planned if p.trade.contract == trade.contract and p.trade.quantity * trade.quantity > 0]
    if trade.campaign and any(p.trade.campaign == trade.campaign for p in same):
        same = [p for p in same if p.trade.campaign == trade.campaign]
    if not same:
        row = _row(rows, trade._replace(campaign=trade.campaign or UNPLANNED))
        row.real_cents += cents
        row.discretion_cents += cents
        return
    same.sort(key=lambda p: abs((p.trade.session - trade.session).days))
    size = left = abs(trade.quantity)
    for item in same:
        take = min(left, item.open)
        if take:
            part = _share(cents, size, left) - _share(cents, size, left - take)
            item.done += take
            item.done_cents += part
            left -= take
    same[0].beyond_cents += _share(cents, size, left)


def _explain(item: _Planned, plan_cents: int, row: Row) -> None:
    """Book what was done of one trade of the plan: each cent of either side to one part."""
    wanted = abs(item.trade.quantity)
    row.real_cents += item.done_cents + item.beyond_cents
    row.size_cents += item.beyond_cents
    if not item.done:
        row.skips_cents -= plan_cents
        return
    undone = _share(plan_cents, wanted, wanted - item.done)
    row.size_cents -= undone
    row.fills_cents += item.done_cents - (plan_cents - undone)


def _share(cents: int, whole: int, part: int) -> int:
    """Return the cents that belong to `part` of `whole` contracts; all of them for the whole, none for nothing."""
    return round(cents * part / whole) if 0 < part < whole else (cents if part else 0)


def _row(rows: dict[tuple[str, str], Row], trade: Trade) -> Row:
    key = (trade.layer, trade.campaign)
    return rows.setdefault(key, Row(*key))


def _when(trade: Trade) -> tuple[dt.date, Contract]:
    return trade.session, trade.contract


def trades_of(journal: Iterable[Entry]) -> list[Trade]:
    """Return the trades of a book's journal, leg by leg.

    A settlement is no trade: what is left at the end is worth its final value. Its fee is counted with the last trade
    of the contract. Nor is a future's daily variation: over its life it adds up to final value less price.
    """
    out: list[Trade] = []
    last: dict[tuple[str, str, Contract], int] = {}
    for entry in journal:
        if isinstance(entry, Fill):
            for leg in entry.legs:
                last[entry.layer, entry.campaign, leg.contract] = len(out)
                out.append(
                    Trade(
                        entry.session, leg.contract, leg.quantity, leg.price, leg.fee_cents, entry.layer, entry.campaign
                    )
                )
        elif isinstance(entry, Settlement):
            at = last[entry.layer, entry.campaign, entry.contract]
            out[at] = out[at]._replace(fee_cents=out[at].fee_cents + entry.fee_cents)
    return out


def still_held(trades: Iterable[Trade]) -> dict[Contract, int]:
    """Return the net quantity of each contract after some trades, those at zero left out."""
    net: dict[Contract, int] = {}
    for trade in trades:
        net[trade.contract] = net.get(trade.contract, 0) + trade.quantity
    return {contract: quantity for contract, quantity in net.items() if quantity}
