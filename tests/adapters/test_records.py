"""Every format of a record: each header belongs to one of them, and what belongs to none is told what is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.records.logs import DAILY_HEADER, OMEGA_HEADER, REPORTING_HEADER, omega_log, write
from alvh.adapters.errors import UserError
from alvh.adapters.records import Given, read_record, recognised, record_formats
from alvh.evidence.records import Record

HEADERS = {
    "option-omega": OMEGA_HEADER,
    "daily-log": DAILY_HEADER,
    "tradeblocks": REPORTING_HEADER,
    "returns": "Date,Return",
}


def test_the_folder_is_looked_through() -> None:
    assert set(record_formats()) == set(HEADERS)


@pytest.mark.parametrize("name", HEADERS)
def test_each_header_belongs_to_exactly_one_format(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, "x.csv", HEADERS[name])
    assert recognised(path).name == name
    columns = frozenset(" ".join(cell.lower().split()) for cell in HEADERS[name].split(","))
    assert [one.name for one in record_formats().values() if one.sniff(columns)] == [name]


def test_titles_may_stand_above_a_header(tmp_path: Path) -> None:
    assert recognised(write(tmp_path, "x.csv", "My strategy", "made 2024-02-01", "Date,Return")).name == "returns"


def test_an_unknown_header_is_told_what_is_read(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"x.csv, line 1: its header \(a, b, c\) is of no record that is read \(daily-log: daily log"
    ):
        recognised(write(tmp_path, "x.csv", "a,b,c", "1,2,3"))


def test_an_unknown_format_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no record format 'option_omega'; did you mean 'option-omega'"):
        read_record(omega_log(tmp_path), "option_omega")


def test_a_file_that_is_no_parquet_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"x.parquet: cannot be read as Parquet"):
        read_record(write(tmp_path, "x.parquet", "no"))


def test_a_named_format_is_held_to_its_columns(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="column 'funds at close': the header lacks this column"):
        read_record(write(tmp_path, "x.csv", REPORTING_HEADER), "option-omega")


CELLS = st.one_of(
    st.sampled_from(
        ["2024-01-02", "2024-01-05", "1/8/24", "1066-10-14", "2999-01-01", "", "-", "nan", "12%", "$1,0.5"]
    ),
    st.floats().map(str),
    st.text(max_size=6).filter(lambda text: not set(text) & {",", '"', "\n", "\r"}),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(HEADERS)), st.lists(st.lists(CELLS, min_size=1, max_size=30), max_size=6))
def test_whatever_stands_in_a_file_it_is_a_record_or_one_sentence(
    tmp_path: Path, name: str, rows: list[list[str]]
) -> None:
    path = tmp_path / "any.csv"
    path.write_text("\n".join([HEADERS[name], *(",".join(row) for row in rows)]), encoding="utf-8")
    made = read_or_sentence(path, name)
    if isinstance(made, str):
        assert str(path) in made
    else:
        assert np.isfinite(made.returns).all()
        assert (made.equity > 0.0).all()


def read_or_sentence(path: Path, name: str) -> Record | str:
    try:
        return read_record(path, name, Given(nav_usd=1e9))
    except UserError as error:
        return str(error)
