"""Logs as tradeblocks takes them: executed trades, aliases, P/L before fees, no closing days."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.records.logs import REPORTING_HEADER, write
from alvh.adapters.errors import UserError
from alvh.adapters.records import Given, read_record
from alvh.adapters.records.tradeblocks import NO_CLOSING_COLUMN

NAV = Given(nav_usd=10_000.0)


def test_a_reporting_log_by_hand(tmp_path: Path) -> None:
    rows = ("IC,2024-01-02,4700,legs,2.5,1,120,2024-01-03", "IC,2024-01-04,4700,legs,2.5,1,-80.50,2024-01-05")
    record = read_record(write(tmp_path, "live.csv", REPORTING_HEADER, *rows), given=NAV)
    assert record.source == "tradeblocks"
    assert record.equity == pytest.approx([10_000.0, 10_120.0, 10_120.0, 10_039.5])


def test_a_p_and_l_before_fees_pays_them(tmp_path: Path) -> None:
    header = "Date Opened,Date Closed,P/L,P/L Basis,Opening comms & fees,Closing comms & fees"
    path = write(tmp_path, "x.csv", header, "2024-01-02,2024-01-03,100,gross_before_fees,3.50,1.25")
    assert [trade.pnl_usd for trade in read_record(path, given=NAV).trades] == [95.25]


def test_a_p_and_l_before_fees_without_fees_is_refused(tmp_path: Path) -> None:
    path = write(
        tmp_path, "x.csv", "Date Opened,Date Closed,P/L,P/L Basis", "2024-01-02,2024-01-03,1,gross_before_fees"
    )
    with pytest.raises(UserError, match=r"column 'opening commissions . fees': empty where a number was expected"):
        read_record(path, given=NAV)


def test_other_names_of_columns_are_known(tmp_path: Path) -> None:
    path = write(
        tmp_path, "x.csv", "Opened On,Closed On,PL,Contracts", "2024-01-02,2024-01-04,5,1", "2024-01-02,2024-01-04,5,0"
    )
    record = read_record(path, given=NAV)
    assert len(record.trades) == 1
    assert record.dropped[0].why == "no contracts"


def test_without_closing_days_that_is_said(tmp_path: Path) -> None:
    record = read_record(write(tmp_path, "x.csv", "Date Opened,P/L", "2024-01-02,5", "2024-01-04,-3"), given=NAV)
    assert record.notes == (NO_CLOSING_COLUMN,)


def test_without_a_start_it_asks_for_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"does not say what the account was worth at the start: give it \(--nav USD\)"):
        read_record(write(tmp_path, "x.csv", "Date Opened,P/L", "2024-01-02,5"))


def test_without_a_closed_trade_it_is_no_record(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no closed trade in it"):
        read_record(write(tmp_path, "x.csv", REPORTING_HEADER, "IC,2024-01-02,4700,legs,2.5,1,120,"), given=NAV)
