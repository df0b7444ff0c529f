"""Gains as a tax return counts them: realised, first in first out, short-term or long-term by how long held."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from alvh.accounting.statement import Statement
from alvh.conventions import root_spec
from alvh.conventions.us_tax import LONG_TERM_DAYS
from alvh.values import Contract, LegFill

CENT = 0.005


class Realised(NamedTuple):
    """A gain or loss that was realised on a date, USD after slippage and fees."""

    date: dt.date
    usd: float
    long_term: bool


class _Lot(NamedTuple):
    """Contracts opened at one price: signed quantity, USD a contract (fees included), and since when."""

    quantity: int
    usd: float
    opened: dt.date


def realised_gains(statement: Statement, layers: Sequence[str]) -> list[Realised]:
    """Return what some layers realised, in the order it happened.

    Lots of one contract in one campaign are matched first in, first out. What a contract settled for at its expiry is
    not in a statement's fills: the campaign's P&L less what its fills realised counts, short-term, when the campaign
    ends. Nothing counts for what is still held.
    """
    out: list[Realised] = []
    open_lots: dict[tuple[str, str, Contract], deque[_Lot]] = {}
    counted: dict[tuple[str, str], float] = {}
    for fill in statement.fills:
        if fill.layer not in layers:
            continue
        key = fill.layer, fill.campaign
        for leg in fill.legs:
            made = _traded(open_lots.setdefault((*key, leg.contract), deque()), leg, fill.session)
            counted[key] = counted.get(key, 0.0) + sum(one.usd for one in made)
            out += made
    for line in statement.campaigns:
        if line.layer in layers and line.closed is not None:
            rest = line.pnl_usd - counted.get((line.layer, line.campaign), 0.0)
            if abs(rest) > CENT:
                out.append(Realised(line.closed, rest, long_term=False))
    return sorted(out, key=lambda one: one.date)


def _traded(lots: deque[_Lot], leg: LegFill, day: dt.date) -> list[Realised]:
    """Close lots of the other side, first in first out, and open one with what is left of the trade."""
    multiplier = root_spec(leg.contract.root).multiplier
    side = 1 if leg.quantity > 0 else -1
    # A purchase costs its fee on top, a sale brings its fee less.
    usd = leg.price * multiplier + side * leg.fee_cents / 100.0 / max(1, abs(leg.quantity))
    left, made = abs(leg.quantity), []
    while left and lots and lots[0].quantity * side < 0:
        first = lots.popleft()
        closed = min(left, abs(first.quantity))
        held_long = first.quantity > 0
        gain = closed * (usd - first.usd) * (1.0 if held_long else -1.0)
        made.append(Realised(day, gain, long_term=held_long and (day - first.opened).days > LONG_TERM_DAYS))
        if rest := abs(first.quantity) - closed:
            lots.appendleft(first._replace(quantity=-side * rest))
        left -= closed
    if left:
        lots.append(_Lot(side * left, usd, day))
    return made
