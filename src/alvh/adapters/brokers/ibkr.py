"""Interactive Brokers: the activity statement's CSV, and flat CSVs of positions or trades (Flex query, portfolio).

The statement is many tables in one file. Each row begins with its section and ``Header``, ``Data``, ``SubTotal`` or
``Total``:

- ``Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Quantity,Mult,Cost Price,Cost Basis,Close
  Price,Value,Unrealized P/L,Code``, rows ``Summary`` and, where the statement has them, ``Lot`` with the time of
  opening under ``Open``;
- ``Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,C. Price,Proceeds,
  Comm/Fee,Basis,Realized P/L,MTM P/L,Code``, rows ``Order``, their executions ``Trade``, and ``ClosedLot``;
- ``Cash Report,Data,Ending Cash,USD,...`` and ``Statement,Data,Period,"January 1, 2026 - March 31, 2026"``.

Options are written ``SPXW 19DEC25 6400 P`` or as OCC symbols (headers and rows as in public samples on GitHub, such as
github.com/slmyers/portfolio_tracker ``docs/ibkr_csv_module.md`` and the test data of several importers; fields of Flex
queries as in github.com/tfiala/ibkr-flex-statement-rs, README). The cost price holds the commission.
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
from alvh.adapters.errors import in_file

OPEN, TRADES, CASH, STATEMENT, ACCOUNT = "open positions", "trades", "cash report", "statement", "account information"
QUANTITY = ("quantity", "position", "qty")
PRICE = ("cost price", "costbasisprice", "cost basis price", "average price", "avg price", "average cost", "openprice")
MARK = ("close price", "markprice", "mark price", "market price", "last")
HELD = (("symbol", "financial instrument", "contract", "underlying", "underlyingsymbol"), QUANTITY, PRICE)
DONE = (
    ("symbol", "financial instrument", "contract"),
    ("quantity",),
    ("tradeprice", "t. price", "trade price", "price"),
)
WHEN = ("date/time", "tradedate", "trade date", "datetime", "date")
ENDED = frozenset({"ep", "a", "ex", "gea"})
"""Codes of what expired, was assigned or exercised: no trade, but a settlement."""
RENAMED = {"underlyingsymbol": "underlying symbol", "put-call": "put/call"}


def _sections(path: Path, rows: list[tuple[int, list[str]]]) -> Iterator[tuple[str, Line]]:
    """Yield the data rows of a statement with their section, in lower case; a section may change its header."""
    headers: dict[str, list[str]] = {}
    for number, cells in rows:
        section, kind = cells[0].lower().removeprefix("long ").removeprefix("short "), (*cells, "")[1].lower()
        if kind == "header":
            headers[section] = [" ".join(cell.lower().split()) for cell in cells[2:]]
        elif kind == "data" and section in headers:
            yield section, Line(path, number, dict(zip(headers[section], cells[2:], strict=False)))


def _is_statement(rows: list[tuple[int, list[str]]]) -> bool:
    return any(len(cells) > 2 and cells[1].lower() in {"header", "data"} for _, cells in rows[:50])


def _flat(path: Path, rows: list[tuple[int, list[str]]], wanted: tuple[tuple[str, ...], ...]) -> Iterator[Line]:
    for line in lines_under(path, rows, wanted):
        yield Line(path, line.number, {RENAMED.get(name, name): value for name, value in line.cells.items()})


def _positions(path: Path, day: dt.date) -> Positions:
    rows = raw_rows(path)
    made = Positions()
    cash: dict[str, float] = {}
    as_of: dt.date | None = None
    base = "USD"
    lines: list[Line] = []
    if _is_statement(rows):
        for section, line in _sections(path, rows):
            if section == OPEN:
                lines.append(line)
            elif section == CASH and line.text("currency summary").lower() == "ending cash":
                cash[line.text("currency")] = line.number_in("total")
            elif section == STATEMENT and line.text("field name").lower() == "period":
                as_of = read_day(line.text("field value").rpartition(" - ")[2])
            elif section == ACCOUNT and line.text("field name").lower() == "base currency":
                base = line.text("field value")
        if not lines:
            raise in_file(path, "the statement has no section 'Open Positions'")
    else:
        lines = list(_flat(path, rows, HELD))
    # Lots say when each was opened; the summary of the same symbol is then their sum.
    detailed = {line.text("symbol") for line in lines if line.text("datadiscriminator").lower() == "lot"}
    for line in lines:
        kind = line.text("datadiscriminator").lower()
        if kind not in {"", "summary", "lot"} or (kind == "summary" and line.text("symbol") in detailed):
            continue
        _hold(line, as_of or day, made)
    usd = cash.get("USD", cash.get("Base Currency Summary") if base == "USD" else None)
    return Positions(made.rows, usd, as_of, made.others)


def _hold(line: Line, day: dt.date, made: Positions) -> None:
    """Add one row of a position."""
    symbol = line.text("symbol", "financial instrument", "contract", "underlying symbol", "underlying")
    if not symbol or symbol.lower().startswith("total"):
        return
    contract = contract_in(line, day)
    if contract is None or not is_ours(contract):
        made.others.append((symbol, line.number))
        return
    quantity = line.whole_in(*QUANTITY)
    if not quantity:
        return
    opened = line.text("open", "opendatetime", "open date")
    mark = line.number_in(*MARK) if line.has(*MARK) else math.nan
    price = abs(line.number_in(*PRICE))
    made.rows.append(Held(contract, quantity, price, read_day(opened) if opened else None, mark, line=line.number))


def _trades(path: Path, day: dt.date) -> Trades:
    rows = raw_rows(path)
    made = Trades()
    if _is_statement(rows):
        lines = [line for section, line in _sections(path, rows) if section == TRADES]
    else:
        lines = list(_flat(path, rows, (*DONE, WHEN)))
    orders = any(line.text("datadiscriminator").lower() == "order" for line in lines)
    for line in lines:
        kind = line.text("datadiscriminator").lower()
        if kind not in {"", "order"} and not (kind == "trade" and not orders):
            continue
        contract = contract_in(line, read_day(line.text(*WHEN)) or day)
        if contract is None or not is_ours(contract):
            made.leave_out("not in SPX, VIX or volatility-fund contracts")
        elif ENDED & {code.strip().lower() for code in line.text("code").split(";")}:
            made.leave_out("expired, assigned or exercised: valued at its final value")
        else:
            fees = ("comm/fee", "ibcommission", "commission", "fees")
            fee = abs(line.number_in(*fees)) if line.has(*fees) else 0.0
            price, quantity = line.number_in(*DONE[2]), line.whole_in("quantity")
            made.rows.append(Trade(line.date_in(*WHEN), contract, quantity, price, round(fee * 100.0)))
    return made


def _sniff(text: str) -> bool:
    head = text[:65536].lower()
    return any(
        sign in head for sign in ("statement,header", "open positions,header", "trades,header", "ibcommission")
    ) or ("costbasisprice" in head or ("financial instrument" in head and "position" in head))


BROKER = Broker(
    "ibkr", "Interactive Brokers: activity statement CSV, Flex or portfolio CSV", _sniff, _positions, _trades
)
