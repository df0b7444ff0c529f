"""Brokers' exports: real headers with invented values, what they say, and what is refused with line and column."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.broker_exports import (
    IBKR,
    IBKR_FLEX,
    IBKR_TRADES,
    PLAIN,
    PLAIN_TRADES,
    SCHWAB,
    SCHWAB_TRADES,
    TASTY,
    TASTY_HISTORY,
)
from alvh.accounting.compare import Trade
from alvh.adapters.brokers import broker_named, brokers, recognised
from alvh.adapters.brokers.cells import amount, day
from alvh.adapters.brokers.format import Positions, Trades
from alvh.adapters.brokers.symbols import contract_of, fund_roots
from alvh.adapters.errors import UserError
from alvh.values import Contract

TODAY = dt.date(2025, 11, 20)
DECEMBER = dt.date(2025, 12, 19)
VIX_DECEMBER = dt.date(2025, 12, 17)
SHORT_PUT = Contract("SPXW", DECEMBER, 6400.0, "P")
LONG_PUT = Contract("SPXW", DECEMBER, 6335.0, "P")
VIX_CALL = Contract("VIX", VIX_DECEMBER, 20.0, "C")
VX = Contract("VX", VIX_DECEMBER)


def written(folder: Path, text: str, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def positions(folder: Path, broker: str, text: str) -> Positions:
    return broker_named(broker).positions(written(folder, text), TODAY)


def trades(folder: Path, broker: str, text: str) -> Trades:
    return broker_named(broker).trades(written(folder, text), TODAY)


def told(found: Positions) -> list[tuple[Contract, int, float, dt.date | None, float | None]]:
    return [(r.contract, r.quantity, r.price, r.opened, None if math.isnan(r.mark) else r.mark) for r in found.rows]


# -- the registry ----------------------------------------------------------------------------------------------------


def test_every_file_with_a_broker_is_found() -> None:
    assert list(brokers()) == ["csv", "ibkr", "schwab", "tastytrade"]
    assert all(broker.name == name and broker.describe for name, broker in brokers().items())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ibkr", IBKR),
        ("ibkr", IBKR_TRADES),
        ("ibkr", IBKR_FLEX),
        ("tastytrade", TASTY),
        ("tastytrade", TASTY_HISTORY),
        ("schwab", SCHWAB),
        ("schwab", SCHWAB_TRADES),
        ("csv", PLAIN),
        ("csv", PLAIN_TRADES),
    ],
)
def test_an_export_is_recognised_by_one_broker_only(tmp_path: Path, name: str, text: str) -> None:
    assert [broker.name for broker in brokers().values() if broker.sniff(text)] == [name]
    assert recognised(written(tmp_path, "\ufeff" + text)).name == name


def test_an_unknown_export_and_an_unknown_broker_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b\n1,2\n")
    with pytest.raises(UserError, match="not recognised as an export of csv, ibkr, schwab, tastytrade"):
        recognised(path)
    with pytest.raises(UserError, match="no broker format 'ibrk'; did you mean 'ibkr'"):
        broker_named("ibrk")


# -- positions -------------------------------------------------------------------------------------------------------


def test_the_activity_statement(tmp_path: Path) -> None:
    found = positions(tmp_path, "ibkr", IBKR)
    assert told(found) == [
        (SHORT_PUT, -2, 40.5, dt.date(2025, 11, 3), 35.0),
        (LONG_PUT, 2, 33.5, None, 30.0),
        (VX, 3, 20.1, None, 19.4),
    ]
    assert [row.line for row in found.rows] == [12, 13, 15]
    assert (found.cash_usd, found.as_of, found.others) == (251_000.25, TODAY, [("AAPL", 9)])


def test_a_balance_in_another_currency_is_no_balance_in_dollars(tmp_path: Path) -> None:
    usd = 'Cash Report,Data,Ending Cash,USD,"251,000.25","251,000.25",0,\n'
    base = "Statement,Data,BrokerName,Interactive Brokers LLC\n"
    account = "Account Information,Header,Field Name,Field Value\nAccount Information,Data,Base Currency,{}\n"
    only_base = IBKR.replace(usd, "")
    for currency, cash in (("USD", 250_000.5), ("EUR", None)):
        text = only_base.replace(base, account.format(currency))
        assert positions(tmp_path, "ibkr", text).cash_usd == cash
    assert positions(tmp_path, "ibkr", only_base).cash_usd == 250_000.5


def test_a_flex_query_of_positions(tmp_path: Path) -> None:
    found = positions(tmp_path, "ibkr", IBKR_FLEX)
    assert told(found) == [(SHORT_PUT, -2, 40.5, dt.date(2025, 11, 3), 35.0), (VIX_CALL, 8, 2.1, None, 1.8)]
    assert (found.cash_usd, found.as_of) == (None, None)


def test_the_positions_tab_of_tastytrade(tmp_path: Path) -> None:
    found = positions(tmp_path, "tastytrade", TASTY)
    assert told(found) == [
        (SHORT_PUT, -2, 40.5, dt.date(2025, 11, 3), 35.0),  # open for 17 days; the middle of 34.80 and 35.20
        (VIX_CALL, 8, 2.1, None, None),
        (VX, 1, 19.5, dt.date(2025, 11, 17), pytest.approx(19.35)),
    ]
    assert (found.cash_usd, found.others) == (None, [("AAPL", 2)])


def test_the_cost_of_a_row_stands_in_for_its_price(tmp_path: Path) -> None:
    header, _, _, call, _ = TASTY.splitlines()
    (row,) = positions(tmp_path, "tastytrade", f"{header}\n{call.replace('-2.10', '')}\n").rows
    assert row.price == pytest.approx(2.1)  # 1,680 USD for 8 contracts of 100


def test_the_positions_of_schwab(tmp_path: Path) -> None:
    found = positions(tmp_path, "schwab", SCHWAB)
    # 8,100 USD over 2 contracts of 100; 1,680 over 8.
    assert told(found) == [(SHORT_PUT, -2, 40.5, None, 35.0), (VIX_CALL, 8, 2.1, None, 1.8)]
    assert (found.cash_usd, found.as_of, found.others) == (123_456.0, TODAY, [])


def test_the_plain_csv(tmp_path: Path) -> None:
    found = positions(tmp_path, "csv", PLAIN)
    assert told(found) == [
        (SHORT_PUT, -2, 40.5, dt.date(2025, 11, 3), 35.0),
        (VIX_CALL, 8, 2.1, None, None),
        (VX, 3, 20.1, None, 19.4),
    ]
    assert [(row.layer, row.campaign, row.line) for row in found.rows] == [("", "c1", 2), ("L1", "", 3), ("", "", 4)]
    assert found.cash_usd == 250_000.75


@pytest.mark.parametrize(
    ("broker", "text"), [("ibkr", IBKR), ("tastytrade", TASTY), ("schwab", SCHWAB), ("csv", PLAIN)]
)
def test_marks_of_a_spreadsheet_say_nothing(tmp_path: Path, broker: str, text: str) -> None:
    plain = positions(tmp_path, broker, text)
    path = tmp_path / "other.csv"
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() + b"\r\n\r\n")
    other = broker_named(broker).positions(path, TODAY)
    assert (told(other), other.cash_usd, other.as_of) == (told(plain), plain.cash_usd, plain.as_of)


# -- trades ----------------------------------------------------------------------------------------------------------


def test_the_trades_of_the_activity_statement(tmp_path: Path) -> None:
    found = trades(tmp_path, "ibkr", IBKR_TRADES)
    assert found.rows == [Trade(dt.date(2025, 11, 3), SHORT_PUT, -2, 40.5, 253)]
    assert found.left_out == {
        "not in SPX, VIX or volatility-fund contracts": 1,
        "expired, assigned or exercised: valued at its final value": 1,
    }


def test_the_history_of_tastytrade(tmp_path: Path) -> None:
    found = trades(tmp_path, "tastytrade", TASTY_HISTORY)
    assert found.rows == [
        Trade(dt.date(2025, 11, 3), SHORT_PUT, -2, 40.5, 343),
        Trade(dt.date(2025, 11, 4), VIX_CALL, 8, 2.1, 96),
    ]
    assert found.left_out == {"Money Movement: Deposit": 1, "not in SPX, VIX or volatility-fund contracts": 1}


def test_the_transactions_of_schwab(tmp_path: Path) -> None:
    found = trades(tmp_path, "schwab", SCHWAB_TRADES)
    assert found.rows == [Trade(dt.date(2025, 11, 3), SHORT_PUT, -2, 40.5, 226)]
    assert found.left_out == {
        "Expired": 1,
        "Qualified Dividend": 1,
        "not in SPX, VIX or volatility-fund contracts": 1,
    }


def test_the_trades_of_the_plain_csv(tmp_path: Path) -> None:
    assert trades(tmp_path, "csv", PLAIN_TRADES).rows == [
        Trade(dt.date(2025, 11, 3), SHORT_PUT, -2, 40.5, 253, "", "c1"),
        Trade(dt.date(2025, 11, 4), VIX_CALL, 8, 2.1, 0),
    ]


# -- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("broker", "text", "where"),
    [
        ("csv", PLAIN.replace("-2,40.5", "-2.5,40.5"), "line 2, column 'quantity': -2.5 is not a whole number"),
        ("csv", PLAIN.replace("40.5", "abc"), "line 2, column 'price': 'abc' is not a number"),
        ("csv", PLAIN.replace("40.5", "-40.5"), "line 2, column 'price': -40.5 is below 0"),
        ("csv", PLAIN.replace("SPXW", "SPXWW"), "line 2, column 'root': unknown root 'SPXWW'; did you mean 'SPXW'"),
        ("csv", PLAIN.replace("2025-12-19", "soon"), "line 2, column 'expiry': 'soon' is not a date"),
        ("csv", PLAIN.replace(",P,", ",X,"), "line 2, column 'right': 'X' is neither C nor P"),
        ("csv", PLAIN.replace("6400", "0"), "line 2, column 'strike': 0 is no strike"),
        (
            "csv",
            PLAIN.replace(",price,", ",prize,"),
            "line 1, column 'price': the header lacks this column; did you mean",
        ),
        ("ibkr", IBKR.replace("40.5,-8100,35", "?,-8100,35"), "line 12, column 'cost price': '?' is not a number"),
        ("ibkr", IBKR_TRADES, "the statement has no section 'Open Positions'"),
        ("tastytrade", TASTY.replace(",-2,12/19", ",two,12/19"), "line 3, column 'quantity': 'two' is not a number"),
        ("schwab", SCHWAB.replace("($8,100.00)", "Incomplete"), "line 4, column 'cost basis': empty where a number"),
        ("csv", "", "line 1: the file is empty"),
        ("csv", "a\0b\n", "line 1: binary data"),
    ],
)
def test_a_faulty_file_is_refused_with_line_and_column(tmp_path: Path, broker: str, text: str, where: str) -> None:
    with pytest.raises(UserError) as raised:
        positions(tmp_path, broker, text)
    assert where in str(raised.value)
    assert str(raised.value).startswith(str(tmp_path / "export.csv"))


def test_a_faulty_trade_is_refused_with_line_and_column(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"line 2, column 'action': 'HOLD' is neither"):
        trades(tmp_path, "tastytrade", TASTY_HISTORY.replace("SELL_TO_OPEN", "HOLD"))
    with pytest.raises(UserError, match=r"line 2, column 'date': '2025-13-03' is not a date"):
        trades(tmp_path, "csv", PLAIN_TRADES.replace("2025-11-03", "2025-13-03"))


def test_a_missing_file_and_foreign_bytes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        broker_named("csv").positions(tmp_path / "gone.csv", TODAY)
    path = tmp_path / "latin.csv"
    path.write_bytes(b"root,quantity,price\n\xff,1,2\n")
    with pytest.raises(UserError, match="line 2: is not text in UTF-8"):
        broker_named("csv").positions(path, TODAY)


# -- cells and symbols -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", 1234.5),
        ("$1,234.50", 1234.5),
        ("-$5", -5.0),
        ("$-5", -5.0),
        ("(12.30)", -12.3),
        ("($8,100.00)", -8100.0),
        (".5", 0.5),
        ("\u22122", -2.0),
        ("1e3", 1000.0),
        ("", None),
        ("abc", None),
        ("1.2.3", None),
        ("inf", None),
        ("nan", None),
    ],
)
def test_amounts_as_brokers_write_them(text: str, value: float | None) -> None:
    assert amount(text) == value


@given(st.decimals(-10_000_000, 10_000_000, places=2))
def test_an_amount_comes_back_however_it_is_written(value: object) -> None:
    number = float(str(value))
    plain = f"{abs(number):,.2f}"
    shapes = (
        [f"({plain})", f"-${plain}", f"$-{plain}", f"-{plain}"] if number < 0 else [plain, f"${plain}", f"+{plain}"]
    )
    assert {amount(shape) for shape in shapes} == {number}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2025-11-03",
            "20251103",
            "11/03/2025",
            "11/3/25",
            "2025/11/03",
            "03NOV25",
            "November 3, 2025",
            "Nov 3, 2025",
        ),
        *("2025-11-03, 10:12:44", "20251103;101244", "2025-11-03T10:12:44-0500", "11/03/2025 as of 11/02/2025"),
    ],
)
def test_days_as_brokers_write_them(text: str) -> None:
    assert day(text) == dt.date(2025, 11, 3)


@pytest.mark.parametrize("text", ["", "-", "soon", "2025-02-30", "13/13/2025"])
def test_what_is_no_day(text: str) -> None:
    assert day(text) is None


@pytest.mark.parametrize(
    ("symbol", "contract"),
    [
        ("SPXW  251219P06400000", SHORT_PUT),
        ("SPXW251219P06400000", SHORT_PUT),
        ("SPXW 19DEC25 6400 P", SHORT_PUT),
        ("SPXW 12/19/2025 6400.00 P", SHORT_PUT),
        ("SPXW Dec19'25 6400 PUT [SPXW  251219P06400000 100]", SHORT_PUT),
        ("SPX 19DEC25 6400 P", Contract("SPX", DECEMBER, 6400.0, "P")),
        # Fridays without a monthly, Wednesdays without one: the weekly class.
        ("SPX 12DEC25 6400 P", Contract("SPXW", dt.date(2025, 12, 12), 6400.0, "P")),
        ("VIX 10DEC25 20 C", Contract("VIXW", dt.date(2025, 12, 10), 20.0, "C")),
        ("VIX   251217C00022500", Contract("VIX", VIX_DECEMBER, 22.5, "C")),
        ("XSP 12/19/25 640 C", Contract("XSP", DECEMBER, 640.0, "C")),
        ("/VXZ5", VX),
        ("VXMZ25", Contract("VXM", VIX_DECEMBER)),
        ("AAPL", None),
        ("CALL S & P 500", None),
        ("SPXW 19XXX25 6400 P", None),
    ],
)
def test_symbols_as_brokers_write_them(symbol: str, contract: Contract | None) -> None:
    assert contract_of(symbol, TODAY) == contract


def test_an_option_on_a_fund_is_on_the_shares_of_its_day() -> None:
    # UVXY was split for the thirteenth time on 2025-11-20; the day before, twelve splits lay behind its shares.
    symbol = "UVXY  251219C00020000"
    before, after = contract_of(symbol, dt.date(2025, 11, 19)), contract_of(symbol, dt.date(2025, 11, 20))
    assert before is not None
    assert after is not None
    assert [fund_roots("UVXY").index(found.root) for found in (before, after)] == [12, 13]
    # With a digit behind it, the broker means one that was adjusted at a split: none of ours.
    assert contract_of("UVXY1 251219C00020000", TODAY) is None


pieces = st.sampled_from(
    [*IBKR.splitlines(), *IBKR_TRADES.splitlines(), *TASTY.splitlines(), *SCHWAB.splitlines(), *PLAIN.splitlines()]
)
cut = st.builds(lambda line, at, more: line[:at] + more, pieces, st.integers(0, 200), st.text(max_size=3))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(pieces | cut, max_size=8), st.sampled_from(["csv", "ibkr", "schwab", "tastytrade"]))
def test_whatever_stands_in_a_file_is_read_or_refused_in_a_sentence(
    tmp_path: Path, lines: list[str], name: str
) -> None:
    path = written(tmp_path, "\n".join(lines))
    broker = broker_named(name)
    said = []
    for read in (broker.positions, broker.trades):
        try:
            read(path, TODAY)
        except UserError as error:
            said.append(str(error))
    assert all(sentence.startswith(str(path)) for sentence in said)
    assert broker.sniff("\n".join(lines)) in {True, False}
