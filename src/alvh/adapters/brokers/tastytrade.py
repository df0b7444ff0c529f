"""tastytrade: the positions tab's CSV and the transaction history's CSV.

Positions (columns as shown on the screen, in any order): ``Account, Symbol, Type, Quantity, Exp Date, DTE, Strike
Price, Call/Put, Underlying Last Price, P/L Open, P/L Day, Trade Price, Cost, D's Opn, Bid (Sell), Ask (Buy)``; symbols
are OCC, ``Trade Price`` and ``Cost`` are negative for what was paid (seen in public exports on GitHub: AAPL stock of 16
with trade price -60 and cost -960). It holds neither a date nor the cash balance.

History: ``Date, Type, Sub Type, Action, Symbol, Instrument Type, Description, Value, Quantity, Average Price,
Commissions, Fees, Multiplier, Root Symbol, Underlying Symbol, Expiration Date, Strike Price, Call or Put, Order #``
(public samples: github.com/AgileTrossDev/tasty_anaylzer, README, and test data of several importers, such as ``Bought 2
UAL 04/17/26 Call 110.00 @ 0.62`` with value -124.00 and average price -62.00, which is a contract's, not a unit's).
"""

from __future__ import annotations

import datetime as dt
import math
import re
from pathlib import Path

from alvh.accounting.compare import Trade
from alvh.accounting.packages import Held
from alvh.adapters.brokers.cells import Line, lines_under, raw_rows
from alvh.adapters.brokers.cells import day as read_day
from alvh.adapters.brokers.format import Broker, Positions, Trades
from alvh.adapters.brokers.symbols import contract_in, is_ours
from alvh.conventions import root_spec
from alvh.values import Contract

HELD = (("symbol",), ("quantity",), ("trade price", "cost", "average open price"), ("type", "strike price"))
DONE = (("date",), ("action",), ("average price",), ("quantity",), ("symbol",))


def _positions(path: Path, day: dt.date) -> Positions:
    made = Positions()
    for line in lines_under(path, raw_rows(path), HELD):
        symbol = line.text("symbol")
        if not symbol or symbol.lower().startswith("total"):
            continue
        contract = contract_in(line, day)
        if contract is None or not is_ours(contract):
            made.others.append((symbol, line.number))
            continue
        quantity = line.whole_in("quantity")
        if quantity:
            made.rows.append(
                Held(
                    contract,
                    quantity,
                    _price(line, contract, quantity),
                    _opened(line, day),
                    _mark(line),
                    line=line.number,
                )
            )
    return made


def _price(line: Line, contract: Contract, quantity: int) -> float:
    """Return the price of a unit, points."""
    if line.has("trade price", "average open price"):
        return abs(line.number_in("trade price", "average open price"))
    return abs(line.number_in("cost")) / (abs(quantity) * root_spec(contract.root).multiplier)


def _opened(line: Line, day: dt.date) -> dt.date | None:
    """Return the day of opening from the column that counts the days since."""
    days = re.fullmatch(r"(\d+)\s*d?", line.text("d's opn", "days open"))
    return day - dt.timedelta(int(days[1])) if days else None


def _mark(line: Line) -> float:
    """Return the mark, or the middle of bid and ask."""
    if line.has("mark"):
        return line.number_in("mark")
    if line.has("bid (sell)", "bid") and line.has("ask (buy)", "ask"):
        return 0.5 * (line.number_in("bid (sell)", "bid") + line.number_in("ask (buy)", "ask"))
    return math.nan


def _trades(path: Path, day: dt.date) -> Trades:
    made = Trades()
    for line in lines_under(path, raw_rows(path), DONE):
        if line.text("type").lower() not in {"trade", ""}:
            made.leave_out(f"{line.text('type')}: {line.text('sub type', 'description') or 'no trade'}")
            continue
        contract = contract_in(line, read_day(line.text("date")) or day)
        if contract is None or not is_ours(contract):
            made.leave_out("not in SPX, VIX or volatility-fund contracts")
            continue
        action = line.text("action").upper().replace("_", " ")
        side = 1 if action.startswith("BUY") else -1 if action.startswith("SELL") else 0
        if not side:
            raise line.wrong(f"{action!r} is neither a purchase nor a sale", "action")
        quantity = side * abs(line.whole_in("quantity"))
        paid = abs(line.number_in("average price")) / root_spec(contract.root).multiplier
        fees = sum(abs(line.number_in(name)) for name in ("commissions", "fees") if line.has(name))
        made.rows.append(Trade(line.date_in("date"), contract, quantity, round(paid, 6), round(fees * 100.0)))
    return made


def _sniff(text: str) -> bool:
    head = text[:4096].lower()
    return ("call/put" in head and "trade price" in head) or ("call or put" in head and "average price" in head)


BROKER = Broker("tastytrade", "tastytrade: positions CSV, transaction history CSV", _sniff, _positions, _trades)
