"""A store's findings: file and row lead back to the offending row."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from alvh.adapters.check_store import check_store
from alvh.adapters.errors import UserError
from alvh.adapters.schema import TABLES
from alvh.adapters.store import Store

MAY, JUNE = dt.date(2019, 5, 7), dt.date(2019, 6, 4)


def chain(day, quotes):
    fixed = {"quote_date": day, "source": "s", "symbol": "SPX", "root": "SPX", "settle": "AM", "right": "C"}
    rows = [{**fixed, "expiry": dt.date(2019, 9, 20), "strike": k, "bid": b, "ask": a} for k, b, a in quotes]
    columns = TABLES["chains"].columns
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], schema=columns)


def test_file_and_row_lead_to_the_row(tmp_path):
    store = Store(tmp_path / "store")
    store.merge("chains", chain(MAY, [(2800.0, 9.0, 9.5), (2810.0, 8.0, 7.5), (2820.0, 7.0, 7.5)]))
    store.merge("chains", chain(JUNE, [(2800.0, 9.0, 8.0), (2820.0, 7.0, 7.5)]))
    report = check_store(store, only=("quotes",))
    assert [(f.check, f.file, f.row) for f in report.findings] == [
        ("crossed_quote", "chains/SPX/2019-05.parquet", 1),
        ("crossed_quote", "chains/SPX/2019-06.parquet", 0),
    ]
    for finding in report.findings:
        row = pl.read_parquet(store.root / finding.file).row(finding.row, named=True)
        assert row["bid"] - row["ask"] == finding.value
        assert row["quote_date"] == finding.date


def test_the_committed_calendar_and_the_schemas_keys_are_used(tmp_path):
    store = Store(tmp_path / "store")
    # 2019-07-04 is a holiday, the 3rd and the 5th are sessions; the 8th is missing.
    days = [dt.date(2019, 7, day) for day in (1, 2, 3, 5, 9)]
    index = pl.DataFrame({"date": days, "symbol": "VIX", "close": [12.0, 13.0, 14.0, 15.0, 16.0]})
    store.merge("vol_indices", index)
    report = check_store(store)
    assert [(f.check, f.detail, f.file, f.row) for f in report.findings] == [
        ("missing_sessions", "2019-07-08 to 2019-07-08", "vol_indices.parquet", 3)
    ]


def test_nothing_is_written(tmp_path):
    store = Store(tmp_path / "store")
    store.merge("chains", chain(MAY, [(2800.0, 9.0, 8.0)]))
    before = {path: path.read_bytes() for path in sorted(store.root.rglob("*")) if path.is_file()}
    assert check_store(store).severe("error") == 1
    assert {path: path.read_bytes() for path in sorted(store.root.rglob("*")) if path.is_file()} == before


def test_an_empty_store_has_nothing_to_say(tmp_path):
    assert check_store(Store(tmp_path / "none")).to_dicts() == []


def test_a_check_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match="no check 'parities'; did you mean 'parity'"):
        check_store(Store(tmp_path / "none"), only=("parities",))
