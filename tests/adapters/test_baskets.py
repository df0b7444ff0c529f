"""Tickets as platforms read them: columns, one tag a package, at most four legs."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from alvh.adapters.baskets.ibkr import HEADER, basket
from alvh.adapters.baskets.package import Package
from alvh.adapters.baskets.thinkorswim import order_line, order_lines
from alvh.reports.card.prices import package_prices
from alvh.values import Contract, Leg, Quote

MONTHLY = dt.date(2024, 9, 20)
WEEKLY = dt.date(2024, 9, 27)
VIX_SEP = dt.date(2024, 9, 18)


def package(legs: list[Leg], mids: list[float], *, lots: int = 1, kind: str = "open", half: float = 0.2) -> Package:
    quotes = [Quote(m - half, m + half, dt.date(2024, 8, 5), "market") for m in mids]
    return Package(
        "condor", "condor@2024-08-05", kind, lots, tuple(legs), tuple(quotes), package_prices(legs, quotes, 0.5), 0.5,
        (0.05,) * len(legs), (), "",
    )  # fmt: skip


def condor(expiry: dt.date = MONTHLY, root: str = "SPX", side: int = 1) -> list[Leg]:
    strikes = ((4550.0, "P", -1), (4500.0, "P", 1), (5620.0, "C", -1), (5670.0, "C", 1))
    return [Leg(Contract(root, expiry, k, right), side * n) for k, right, n in strikes]


def test_thinkorswim_reads_a_condor_in_one_line() -> None:
    # Mid 20 - 15 + 20 - 12 = 13.00; four half-spreads of 0.20, x 0.75 for a package, half of them conceded: 12.70.
    made = package(condor(), [20.0, 15.0, 20.0, 12.0], lots=24)
    assert order_line(made) == "SELL -24 IRON CONDOR SPX 100 20 SEP 24 5620/5670/4550/4500 CALL/PUT @12.70 LMT"


def test_a_weekly_and_a_closing_condor() -> None:
    made = package(condor(WEEKLY, "SPXW", -1), [20.0, 15.0, 20.0, 12.0], lots=2, kind="close")
    line = order_line(made)
    assert line.startswith("BUY +2 IRON CONDOR SPX 100 (Weeklys) 27 SEP 24 5620/5670/4550/4500 CALL/PUT @")
    assert line.endswith("@13.30 LMT"), "13.00 and 0.30 conceded"


def test_a_single_call_and_a_roll() -> None:
    call = [Leg(Contract("VIX", VIX_SEP, 28.0, "C"), 3)]
    # 3.90 and 0.05 conceded is half a tick: it goes to our side.
    assert order_line(package(call, [3.9], half=0.1)) == "BUY +3 VIX 100 18 SEP 24 28 CALL @3.90 LMT"
    later = dt.date(2024, 10, 16)
    roll = [Leg(Contract("VIX", VIX_SEP, 28.0, "C"), -4), Leg(Contract("VIX", later, 26.0, "C"), 4)]
    line = order_line(package(roll, [2.0, 3.0], kind="roll", half=0.1))
    assert line.startswith("BUY +4 -1/+1 CUSTOM VIX 100 18 SEP 24/16 OCT 24 28/26 CALL/CALL @")


def test_a_line_a_package() -> None:
    one = package(condor(), [20.0, 15.0, 20.0, 12.0])
    assert order_lines([one, one]).count("\n") == 2
    assert order_lines([]) == ""


def test_the_ibkr_basket_has_a_row_a_leg_under_one_tag() -> None:
    text = basket([package(condor(WEEKLY, "SPXW"), [20.0, 15.0, 20.0, 12.0], lots=24)])
    assert ", " not in text, "TWS cannot read a space after a comma"
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == HEADER
    assert [row["Action"] for row in rows] == ["SELL", "BUY", "SELL", "BUY"]
    assert {row["Quantity"] for row in rows} == {"24"}
    assert {row["BasketTag"] for row in rows} == {"condor open net +12.70"}
    assert {(row["Symbol"], row["TradingClass"], row["SecType"]) for row in rows} == {("SPX", "SPXW", "OPT")}
    assert {row["LastTradingDayOrContractMonth"] for row in rows} == {"20240927"}
    # Each leg alone: sold at 20.00 less 0.5 x 0.75 x 0.20 = 19.925, on a tick of 0.05: 19.95 (half a tick rounds up).
    assert rows[0]["LmtPrice"] in ("19.90", "19.95")


def test_a_morning_settled_series_trades_until_the_day_before() -> None:
    rows = list(csv.DictReader(io.StringIO(basket([package(condor(), [20.0, 15.0, 20.0, 12.0])]))))
    assert rows[0]["LastTradingDayOrContractMonth"] == "20240919"


def test_a_package_has_at_most_four_legs() -> None:
    legs = [*condor(), Leg(Contract("SPX", MONTHLY, 4400.0, "P"), 1)]
    quotes = tuple(Quote(1.0, 1.1, MONTHLY, "market") for _ in legs)
    prices = package_prices(condor(), quotes[:4], 0.5)
    with pytest.raises(ValueError, match="5 legs"):
        Package("condor", "c", "open", 1, tuple(legs), quotes, prices, 0.5, (0.05,) * 5, (), "")


def test_units_count_the_common_part_of_the_legs() -> None:
    legs = [Leg(Contract("VIX", VIX_SEP, 28.0, "C"), -4), Leg(Contract("VIX", VIX_SEP, 26.0, "C"), 6)]
    made = package(legs, [2.0, 3.0], lots=3)
    assert made.units == 6
    # -(-4 x 2 + 6 x 3) / 2 = -5 a unit.
    assert made.prices.mid == pytest.approx(-5.0)
    assert made.concession == pytest.approx(0.5 * 0.85 * (4 * 0.2 + 6 * 0.2) / 2)
