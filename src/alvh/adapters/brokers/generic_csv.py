"""The plain CSV anybody can write, for a broker without a format of its own or to say what a broker's file leaves out.

Positions: ``root, expiry, strike, right, quantity, price`` and, where known, ``opened, mark, layer, campaign``. A row
with the root ``CASH`` has the cash balance in USD under ``quantity``. Trades: the same with ``date`` and, where known,
``fees`` (USD, of the whole row). Quantities are signed, prices in points, days written 2025-12-19, rights C or P, empty
for a future. An OCC symbol under ``symbol`` may stand for root, expiry, strike and right.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from pathlib import Path

from alvh.accounting.compare import Trade
from alvh.accounting.packages import Held
from alvh.adapters.brokers.cells import Line, lines_under, raw_rows
from alvh.adapters.brokers.cells import day as read_day
from alvh.adapters.brokers.format import Broker, Positions, Trades
from alvh.adapters.brokers.symbols import contract_in, is_ours
from alvh.adapters.errors import nearest
from alvh.conventions import ROOTS
from alvh.values import Contract

COLUMNS = (("root", "symbol"), ("quantity",), ("price",))
CASH = "CASH"


def _lines(path: Path, *more: tuple[str, ...]) -> Iterator[Line]:
    return lines_under(path, raw_rows(path), (*COLUMNS, *more))


def _contract(line: Line, day: dt.date) -> Contract:
    """Return the contract of a row; UserError for one that is none of ours."""
    found = contract_in(line, day)
    if found is None or not is_ours(found):
        name = line.text("root", "symbol").upper()
        known = [spec.root for spec in ROOTS.values() if spec.kind != "fund"]
        if name in known:
            raise line.wrong("empty where a day was expected", "expiry")
        raise line.wrong(f"unknown root {name!r}{nearest(name, known)}", "root")
    if found.right and not found.strike > 0.0:
        raise line.wrong(f"{found.strike:g} is no strike", "strike")
    return found


def _positions(path: Path, day: dt.date) -> Positions:
    made = Positions()
    cash = None
    for line in _lines(path):
        if line.text("root", "symbol").upper() == CASH:
            cash = (cash or 0.0) + line.number_in("quantity")
            continue
        contract, quantity, price = _contract(line, day), line.whole_in("quantity"), line.number_in("price")
        if price < 0.0:
            raise line.wrong(f"{price:g} is below 0: the sign belongs to the quantity", "price")
        if quantity:
            made.rows.append(
                Held(
                    contract,
                    quantity,
                    price,
                    line.date_in("opened") if line.has("opened") else None,
                    line.number_in("mark") if line.has("mark") else math.nan,
                    line.text("layer"),
                    line.text("campaign"),
                    line.number,
                )
            )
    return Positions(made.rows, cash)


def _trades(path: Path, day: dt.date) -> Trades:
    made = Trades()
    for line in _lines(path, ("date",)):
        contract, quantity = _contract(line, read_day(line.text("date")) or day), line.whole_in("quantity")
        fee = abs(line.number_in("fees")) if line.has("fees") else 0.0
        layer, campaign = line.text("layer"), line.text("campaign")
        price = line.number_in("price")
        made.rows.append(Trade(line.date_in("date"), contract, quantity, price, round(fee * 100.0), layer, campaign))
    return made


def _sniff(text: str) -> bool:
    names = {name.strip().strip('"').lower() for name in text.lstrip("\ufeff").split("\n", 1)[0].split(",")}
    return {"root", "quantity", "price"} <= names


BROKER = Broker("csv", "the plain CSV of docs/adding/broker.md", _sniff, _positions, _trades)
