"""A ticket as text: prices, what the fresh quotes changed, what voids it, and that nothing was sent."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from alvh.adapters.baskets.package import Package
from alvh.adapters.render.ticket import print_ticket
from alvh.adapters.ticket import Ticket
from alvh.reports.card.prices import package_prices
from alvh.values import Contract, Leg, Quote

DAY = dt.date(2024, 8, 5)
LEGS = (Leg(Contract("VIX", dt.date(2024, 9, 18), 28.0, "C"), 3),)
QUOTES = (Quote(3.8, 4.0, DAY, "market"),)
PACKAGE = Package(
    "L1", "L1@x", "open", 1, LEGS, QUOTES, package_prices(LEGS, QUOTES, 0.5), 0.5, (0.1,), (), "37 C -> 28"
)
TICKET = Ticket("alvh", DAY, dt.datetime(2024, 8, 6, 15, 30), 10.0, (PACKAGE,), ("L2 open: no quote",), ())


def text(ticket: Ticket, *files: Path) -> str:
    sheet = io.StringIO()
    print_ticket(ticket, files, Console(file=sheet, width=110, color_system=None, highlight=False))
    return sheet.getvalue()


def test_a_good_package_shows_its_line() -> None:
    told = text(TICKET, Path("a.csv"))
    for said in ("buy 3 VIX 18 Sep 2024 28 C", "limit debit 3.90", "no worse than 4.00", "since the plan: 37 C -> 28",
                 "BUY +3 VIX 100 18 SEP 24 28 CALL @3.90 LMT", "L2 open: no quote", "Wrote a.csv", "BasketTag",
                 "Nothing was sent", "10 minutes old"):  # fmt: skip
        assert said in told, said


def test_a_void_one_has_a_reason_and_no_line() -> None:
    for ticket in (
        replace(TICKET, void=("SPX moved",)),
        replace(TICKET, packages=(replace(PACKAGE, void=("too wide",)),)),
    ):
        told = text(ticket)
        assert "SPX moved" in told or "VOID: too wide" in told
        assert "LMT" not in told
        assert "Wrote" not in told


def test_a_plan_without_orders_says_so() -> None:
    assert "nothing to ticket" in text(replace(TICKET, packages=(), dropped=()))
