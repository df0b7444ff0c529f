"""Any series: decimals, percent, values, CSV and Parquet, and what is refused."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import polars as pl
import pytest

from adapters.records.logs import write
from alvh.adapters.errors import UserError
from alvh.adapters.records import Given, read_record

DAYS = ("2024-01-02", "2024-01-03", "2024-01-04")


def series(folder: Path, header: str, *cells: str) -> Path:
    return write(folder, "mine.csv", header, *(f"{day},{cell}" for day, cell in zip(DAYS, cells, strict=True)))


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("Date,Return", ("0.01", "-0.02", "0.005")),
        ("date,daily return", ("1%", "-2.00 %", "0.5%")),
        ("Date,Return %", ("1", "-2", "0.5")),
    ],
)
def test_decimals_and_percent_are_the_same_returns(tmp_path: Path, header: str, cells: tuple[str, ...]) -> None:
    record = read_record(series(tmp_path, header, *cells))
    assert record.returns == pytest.approx([0.01, -0.02, 0.005])
    assert (record.basis, record.periods_per_year, record.includes_interest) == ("daily marks", 252.0, True)
    assert math.isnan(record.nav_start_usd)


def test_values_start_at_the_first(tmp_path: Path) -> None:
    record = read_record(series(tmp_path, "Date,Equity", '"$100,000"', "101000", '"99,990"'))
    assert record.nav_start_usd == 100_000.0
    assert record.returns == pytest.approx([0.01, -0.01])


def test_parquet_is_read_like_csv(tmp_path: Path) -> None:
    path = tmp_path / "mine.parquet"
    days = [dt.date(2024, 1, 31), dt.date(2024, 2, 29), dt.date(2024, 3, 28)]
    pl.DataFrame({"Date": days, "Return": [0.01, -0.02, 0.005]}).write_parquet(path)
    record = read_record(path, given=Given(nav_usd=5_000.0))
    assert (record.basis, record.periods_per_year) == ("period returns", 12.0)
    assert record.equity[-1] == pytest.approx(5_000 * 1.01 * 0.98 * 1.005)


def test_order_in_the_file_does_not_matter(tmp_path: Path) -> None:
    path = write(tmp_path, "m.csv", "date,return", "2024-01-04,0.03", "2024-01-02,0.01", "2024-01-03,0.02")
    assert read_record(path).returns == pytest.approx([0.01, 0.02, 0.03])


@pytest.mark.parametrize(
    ("header", "cells", "said"),
    [
        ("Date,Return", ("0.01", "2.5", "0"), "line 3, column 'return': 2.5 would be 250 %: write a decimal"),
        ("Date,Return", ("0.01", "x", "0"), "line 3, column 'return': 'x' is not a number"),
        ("Date,Return", ("0.01", "-1", "0"), "the return of 2024-01-03 loses everything"),
        ("Date,Equity", ("100", "-1", "5"), "the value on 2024-01-03 is not above zero"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, header: str, cells: tuple[str, ...], said: str) -> None:
    with pytest.raises(UserError) as error:
        read_record(series(tmp_path, header, *cells))
    assert said in str(error.value)


def test_a_day_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "m.csv", "date,return", "2024-01-02,0.01", "2024-01-02,0.01")
    with pytest.raises(UserError, match="line 3, column 'date': 2024-01-02 stands on line 2 already"):
        read_record(path)


def test_yearly_returns_are_no_record(tmp_path: Path) -> None:
    path = write(tmp_path, "m.csv", "date,return", "2020-12-31,0.01", "2021-12-31,0.01", "2022-12-30,0.01")
    with pytest.raises(UserError, match="364 days apart in the median"):
        read_record(path)
