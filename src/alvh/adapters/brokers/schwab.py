"""Charles Schwab: the positions CSV and the transactions CSV.

Positions: a title ``"Positions for account Individual ...123 as of 12:33 PM ET, 2025/05/04"``, then the header
``"Symbol","Description","Qty (Quantity)","Price",...,"Mkt Val (Market Value)",...,"Cost Basis",...,"Security Type"``
(github.com/vroonhof/opensteuerauszug, ``importers/schwab/formats.md``; older exports say ``Quantity`` and ``Market
Value``), rows ``Cash & Cash Investments`` and ``Account Total`` at the end of each account. Options are written
``SPXW 12/19/2025 6400.00 P``. The cost basis is that of the whole row, its fees included.

Transactions: ``"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"`` with actions such as
``Sell to Open`` and dates such as ``04/24/2026 as of 04/23/2026`` (public samples on GitHub).
"""

from __future__ import annotations

import datetime as dt
import math
import re
from pathlib import Path

from alvh.accounting.compare import Trade
from alvh.accounting.packages import Held
from alvh.adapters.brokers.cells import day as read_day
from alvh.adapters.brokers.cells import lines_under, raw_rows
from alvh.adapters.brokers.format import Broker, Positions, Trades
from alvh.adapters.brokers.symbols import contract_in, is_ours
from alvh.conventions import root_spec

QUANTITY = ("qty (quantity)", "quantity", "qty")
VALUE = ("mkt val (market value)", "market value", "mkt val")
HELD = (("symbol",), QUANTITY, ("cost basis",))
DONE = (("date",), ("action",), ("symbol",), ("quantity",), ("price",))
TITLE = re.compile(r"positions for .*? as of .*?(\d{4}/\d{1,2}/\d{1,2}|\d{1,2}/\d{1,2}/\d{4})", re.IGNORECASE)
CASH = ("cash & cash investments", "futures cash")


def _positions(path: Path, day: dt.date) -> Positions:
    rows = raw_rows(path)
    titles = [found for _, cells in rows if (found := TITLE.search(", ".join(cells)))]
    as_of = read_day(titles[0][1]) if titles else None
    made = Positions()
    cash: float | None = None
    for line in lines_under(path, rows, HELD):
        symbol = line.text("symbol")
        if symbol.lower() in CASH:
            cash = (cash or 0.0) + line.number_in(*VALUE)
            continue
        if _is_total(symbol) or not line.has(*QUANTITY):
            continue
        contract = contract_in(line, as_of or day)
        if contract is None or not is_ours(contract):
            made.others.append((symbol, line.number))
            continue
        quantity = line.whole_in(*QUANTITY)
        if quantity:
            price = abs(line.number_in("cost basis")) / (abs(quantity) * root_spec(contract.root).multiplier)
            mark = line.number_in("price") if line.has("price") else math.nan
            made.rows.append(Held(contract, quantity, price, mark=mark, line=line.number))
    return Positions(made.rows, cash, as_of, made.others)


def _is_total(symbol: str) -> bool:
    """Whether a row adds others up, or is a title."""
    plain = symbol.lower()
    return not plain or plain.endswith("total") or plain.startswith(("positions for", "futures positions"))


def _trades(path: Path, day: dt.date) -> Trades:
    made = Trades()
    for line in lines_under(path, raw_rows(path), DONE):
        action = line.text("action").lower()
        if action not in {"buy", "sell"} and not action.startswith(("buy to", "sell to")):
            made.leave_out(line.text("action") or "no action")
            continue
        contract = contract_in(line, read_day(line.text("date")) or day)
        if contract is None or not is_ours(contract):
            made.leave_out("not in SPX, VIX or volatility-fund contracts")
            continue
        quantity = abs(line.whole_in("quantity")) * (1 if action.startswith("buy") else -1)
        fees = abs(line.number_in("fees & comm")) if line.has("fees & comm") else 0.0
        made.rows.append(Trade(line.date_in("date"), contract, quantity, line.number_in("price"), round(fees * 100.0)))
    return made


def _sniff(text: str) -> bool:
    head = text[:4096].lower()
    return TITLE.search(head) is not None or ("fees & comm" in head and "action" in head)


BROKER = Broker("schwab", "Charles Schwab: positions CSV, transactions CSV", _sniff, _positions, _trades)
