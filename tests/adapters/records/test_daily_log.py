"""The daily log: net liquidity as marks, withdrawals that are no losses."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.records.logs import DAILY_HEADER, daily_log, omega_log, write
from alvh.adapters.errors import UserError
from alvh.adapters.records import Given, read_record
from alvh.adapters.records.daily_log import WITHDRAWN_NOTE


def test_alone_it_is_a_record_of_its_own(tmp_path: Path) -> None:
    record = read_record(daily_log(tmp_path))
    assert (record.source, record.basis, record.trades) == ("daily-log", "daily marks", ())
    # 99,900 after a loss of 100: 100,000 before the first day.
    assert record.nav_start_usd == 100_000.0
    assert record.returns[:2] == pytest.approx([-0.001, 200 / 99_900])


def test_what_was_withdrawn_is_no_loss(tmp_path: Path) -> None:
    rows = (
        "2024-01-02,100000,100000,0,1,500,0,0", "2024-01-03,91000,91000,10000,1,1000,0,0",
        "2024-01-04,91910,91910,0,1,910,0,0",
    )  # fmt: skip
    record = read_record(write(tmp_path, "d.csv", DAILY_HEADER, *rows))
    # 500 / 99,500, 1,000 / 100,000, 910 / 91,000.
    assert record.returns == pytest.approx([500 / 99_500, 0.01, 0.01])
    assert record.notes == (WITHDRAWN_NOTE,)


def test_date_and_net_liquidity_are_enough(tmp_path: Path) -> None:
    record = read_record(
        write(tmp_path, "d.csv", "Date,Net Liquidity", "2024-01-02,100", "2024-01-03,101", "2024-01-04,99")
    )
    assert record.nav_start_usd == 100.0
    assert record.returns == pytest.approx([0.01, 99 / 101 - 1.0])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (("2024-01-02,100,,,,1", "2024-01-02,101,,,,1"), "line 3, column 'date': 2024-01-02 stands on line 2 already"),
        (("2024-01-02,-5,,,,1",), "line 2, column 'net liquidity': an account of -5.00 has no return after it"),
        (("2024-01-02,100,,7,,", "2024-01-03,90,,7,,"), "column 'p/l': money was withdrawn"),
        ((), "there is no day under its header"),
        (("2024-01-02,100,,0,,1",), "1 return(s) are no record"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, rows: tuple[str, ...], said: str) -> None:
    with pytest.raises(UserError) as error:
        read_record(write(tmp_path, "d.csv", DAILY_HEADER, *rows))
    assert said in str(error.value)


def test_a_daily_log_beside_a_daily_log_is_refused(tmp_path: Path) -> None:
    path = daily_log(tmp_path)
    with pytest.raises(UserError, match="is a daily log itself"):
        read_record(path, given=Given(daily_log=path))
    assert read_record(omega_log(tmp_path), given=Given(daily_log=path)).basis == "daily marks"
