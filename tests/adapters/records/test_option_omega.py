"""Option Omega's trade log: the start, what each column means, and a daily log beside it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from adapters.records.logs import OMEGA_HEADER, daily_log, omega_log, omega_row, write
from alvh.adapters.errors import UserError
from alvh.adapters.records import Given, read_record
from alvh.evidence.records import CLOSED_TRADES_WARNING, Dropped


def test_a_log_is_booked_on_its_exits_by_hand(tmp_path: Path) -> None:
    record = read_record(omega_log(tmp_path))
    # The first to close had 100,300 after a gain of 300.
    assert (record.source, record.basis, record.nav_start_usd) == ("option-omega", "closed trades", 100_000.0)
    # Sessions from 2 to 17 January 2024; the 15th is a holiday.
    assert len(record.dates) == 11
    booked = dict(zip(record.dates.astype(str), np.diff(record.equity, prepend=100_000.0), strict=True))
    found = {day: usd for day, usd in booked.items() if abs(usd) > 1e-6}
    assert found == {
        "2024-01-05": pytest.approx(300.0), "2024-01-12": pytest.approx(-50.0), "2024-01-17": pytest.approx(-700.0),
    }  # fmt: skip
    assert record.notes == (CLOSED_TRADES_WARNING,)
    assert not record.includes_interest


def test_columns_mean_what_the_export_means_by_them(tmp_path: Path) -> None:
    first, _, last = read_record(omega_log(tmp_path)).trades
    assert (first.opened, first.closed, first.pnl_usd) == (dt.date(2024, 1, 2), dt.date(2024, 1, 5), 300.0)
    # 250 USD a contract, two of them; margin is of the whole trade; -140 % of 500 at the worst.
    assert (first.premium_usd, first.margin_usd, first.strategy) == (500.0, 3_000.0, "Put spread")
    assert last.worst_usd == pytest.approx(-700.0)
    assert [first.holding_sessions, last.holding_sessions] == [3, 4]


def test_what_is_still_open_is_left_out_and_listed(tmp_path: Path) -> None:
    record = read_record(omega_log(tmp_path, omega_row("2024-01-11", "", 0.0, 0.0), "Total,,,,,,,,,,,-450"))
    assert record.dropped == (Dropped("still open: no closing date", (5,)), Dropped("a total, no trade", (6,)))
    assert len(record.trades) == 3


def test_with_a_daily_log_it_is_marked_daily(tmp_path: Path) -> None:
    record = read_record(omega_log(tmp_path), given=Given(daily_log=daily_log(tmp_path)))
    assert (record.basis, len(record.trades), record.notes) == ("daily marks", 3, ())
    assert record.nav_start_usd == 100_000.0
    assert record.equity[-2:] == pytest.approx([99_100.0, 99_550.0])


def test_trades_that_end_on_their_day_are_not_flattered(tmp_path: Path) -> None:
    rows = [
        omega_row("2024-01-02", "2024-01-02", 100.0, 100_100.0),
        omega_row("2024-01-03", "2024-01-03", 1.0, 100_101),
    ]
    record = read_record(write(tmp_path, "x.csv", OMEGA_HEADER, *rows))
    assert not record.flattered
    assert record.notes == ()


def test_funds_that_do_not_follow_from_the_trades_are_said(tmp_path: Path) -> None:
    record = read_record(omega_log(tmp_path, omega_row("2024-01-18", "2024-01-19", 10.0, 80_000.0)))
    assert record.notes[0].startswith(
        "The funds at the last close are 80,000 USD, the start and all P&L come to 99,560"
    )


def test_the_start_can_be_given(tmp_path: Path) -> None:
    assert read_record(omega_log(tmp_path), given=Given(nav_usd=50_000.0)).nav_start_usd == 50_000.0


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (omega_row("2024-01-02", "2024-01-01", 1.0, 1.0), "line 5, column 'date closed': closed on 2024-01-01, before"),
        (omega_row("soon", "2024-01-09", 1.0, 1.0), "line 5, column 'date opened': 'soon' is not a date"),
        (omega_row("2024-01-02", "2024-01-09", 1.0, 1.0).replace(",1.0,20", ",much,20"), "'much' is not a number"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(UserError) as error:
        read_record(omega_log(tmp_path, row))
    assert said in str(error.value)
    assert "spreads.csv" in str(error.value)


def test_an_account_that_is_ruined_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"an account of 400 USD at the start would be worth nothing on 2024-01-17"):
        read_record(omega_log(tmp_path), given=Given(nav_usd=400.0))
