from __future__ import annotations

import datetime as dt

import pytest

from alvh.adapters.errors import UserError
from alvh.adapters.sources import FORMATS
from alvh.adapters.sources.cboe_index_history import NO_VALUE
from alvh.adapters.store import Store
from contracts.source_contract import TextSourceContract


class TestOhlc(TextSourceContract):
    format_name = "cboe_index_history"
    table_name = "vol_indices"
    file_name = "VIX_History.csv"
    lines = (
        "DATE,OPEN,HIGH,LOW,CLOSE",
        "01/02/1990,17.2,17.3,17.1,17.24",
        "01/03/1990,0,0,0,18.19",
        "01/04/1990,0,0,0,0",
    )
    delivered = 2
    number_column = "CLOSE"
    date_column = "DATE"

    def test_zeros_are_not_prices(self, tmp_path, store: Store):
        (file,) = self.offer(store, self.write(tmp_path)).files
        assert file.drops == {NO_VALUE: 1}
        assert store.read("vol_indices", columns=["symbol", "open", "close"]).rows() == [
            ("VIX", 17.2, 17.24),
            ("VIX", None, 18.19),
        ]


class TestOneColumn(TextSourceContract):
    format_name = "cboe_index_history"
    table_name = "vol_indices"
    file_name = "vvix.csv"
    lines = ("DATE,VVIX", "09/01/2006,71.73", "09/05/2006,72.1")
    delivered = 2
    number_column = "VVIX"
    required_column = "DATE"
    date_column = "DATE"

    def damaged(self, folder):
        # With two columns, a line that lost its last two cells is a blank line.
        return [case for case in super().damaged(folder) if "cells" not in case[1]]


class TestTwoDigitYears(TextSourceContract):
    format_name = "cboe_index_history"
    table_name = "vol_indices"
    file_name = "VXN_History.csv"
    lines = ("DATE,OPEN,HIGH,LOW,CLOSE", "09/15/09,26.41,26.48,24.81,24.93", "01/28/26,20.1,20.5,19.9,20.5")
    delivered = 2
    number_column = "CLOSE"
    date_column = "DATE"

    def test_the_years_are_those_of_our_century(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        assert store.read("vol_indices")["date"].to_list() == [dt.date(2009, 9, 15), dt.date(2026, 1, 28)]


@pytest.mark.parametrize(
    ("name", "header", "table", "symbol"),
    [
        ("SPX_History.csv", "DATE,SPX", "underlyings", "SPX"),
        ("BXM_History.csv", "DATE,BXM", "benchmarks", "BXM"),
        ("SKEW_History.csv", "DATE,SKEW", "vol_indices", "SKEW"),
        ("VXV_History.csv", "DATE,OPEN,HIGH,LOW,CLOSE", "vol_indices", "VIX3M"),
    ],
)
def test_each_index_goes_where_it_belongs(name, header, table, symbol, tmp_path):
    path = tmp_path / name
    path.write_text(f"{header}\n01/03/2020" + ",100.5" * (header.count(",")) + "\n")
    (piece,) = FORMATS["cboe_index_history"].read(path)
    assert (piece.table, piece.frame["symbol"].to_list(), piece.frame["close"].to_list()) == (table, [symbol], [100.5])


def test_a_file_that_names_no_index_is_refused(tmp_path):
    path = tmp_path / "download.csv"
    path.write_text("DATE,OPEN,HIGH,LOW,CLOSE\n01/03/2020,1,1,1,1\n")
    with pytest.raises(UserError, match=r"download\.csv, line 1: the file does not say its index"):
        list(FORMATS["cboe_index_history"].read(path))


@pytest.mark.parametrize(
    ("name", "rows", "first"),
    [
        ("VIX", 9234, (dt.date(1990, 1, 2), 17.24)),
        ("VIX9D", 3909, (dt.date(2011, 1, 4), 16.06)),
        ("VVIX", 5066, (dt.date(2006, 3, 6), 71.73)),
        ("VXN", 4111, (dt.date(2009, 9, 15), 24.93)),
    ],
)
def test_first_rows_of_the_real_files(name, rows, first, shared):
    path = shared / "data" / "raw_formats" / "cboe_index" / f"{name}_History.csv"
    (piece,) = FORMATS["cboe_index_history"].read(path)
    assert piece.frame.height == rows
    assert piece.frame.select("date", "close").row(0) == first
    assert piece.frame["symbol"].unique().to_list() == [name]
