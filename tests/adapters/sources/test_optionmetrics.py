from __future__ import annotations

import datetime as dt

import pytest

from alvh.adapters.errors import UserError
from alvh.adapters.sources import FORMATS
from alvh.adapters.sources.chain_rows import INDISTINCT
from alvh.adapters.store import Store
from contracts.source_contract import TextSourceContract

HEADER = "date,exdate,cp_flag,strike_price,best_bid,best_offer,exercise_style"


class TestOptions(TextSourceContract):
    format_name = "optionmetrics"
    file_name = "spx_options.csv"
    lines = (
        HEADER,
        "20201201,20201218,C,3600000,81.5,83.2,E",
        "20201201,20201218,P,3600000,44.1,44.9,E",
        "20201201,20210115,C,3600000,120.1,121,E",
        "20201201,20210115,C,3600000,119.1,120,E",
        "20201201,20210115,P,3600000,90.1,91,E",
    )
    delivered = 2
    number_column = "best_bid"
    date_column = "date"
    expiry = ("exdate", "20201120")

    def test_the_root_is_not_guessed(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        rows = store.read("chains")
        assert rows["symbol"].to_list() == ["SPX", "SPX"]
        assert rows["root"].to_list() == rows["settle"].to_list() == [None, None]
        assert rows["strike"].to_list() == [3600.0, 3600.0]

    def test_an_expiry_listed_twice_is_dropped_and_said(self, tmp_path, store: Store):
        (file,) = self.offer(store, self.write(tmp_path)).files
        assert file.drops == {INDISTINCT: 3}


class TestZeroRates(TextSourceContract):
    format_name = "optionmetrics"
    table_name = "rates"
    file_name = "zero_rates_20201201.csv"
    lines = ("date,days,rate", "20201201,7,0.10228", "20201201,13,-0.02", "20201202,7,0.1")
    delivered = 3
    number_column = "rate"
    required_column = "days"
    date_column = "date"

    def damaged(self, folder):
        # Rates may be negative: nobody is surprised any more.
        return [case for case in super().damaged(folder) if "negative" not in case[1]]

    def test_each_tenor_is_a_series(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        assert store.read("rates", series="OM_ZERO_7D")["value"].to_list() == [0.10228, 0.1]


def test_an_underlying_that_nobody_names_is_refused(tmp_path):
    path = tmp_path / "extract.csv"
    path.write_text(f"{HEADER}\n20201201,20201218,C,3600000,81.5,83.2,E\n")
    with pytest.raises(UserError, match=r"extract\.csv, line 1: the file does not say its underlying"):
        list(FORMATS["optionmetrics"].read(path))


def test_one_rooted_underlyings_get_their_root(tmp_path):
    path = tmp_path / "SPY_extract.csv"
    path.write_text(f"{HEADER}\n20201201,20201218,C,360000,8.5,8.6,A\n")
    (piece,) = FORMATS["optionmetrics"].read(path)
    assert piece.frame.select("root", "settle", "strike").row(0) == ("SPY", "PM", 360.0)


def test_first_rows_and_agreement_of_the_real_files(shared, agree_with):
    raw = shared / "data" / "raw_formats"
    (options,) = FORMATS["optionmetrics"].read(raw / "optionmetrics_extract_spx_20201201.csv")
    first = options.frame.row(0, named=True)
    assert (first["quote_date"], first["expiry"], first["strike"]) == (
        dt.date(2020, 12, 1),
        dt.date(2020, 12, 18),
        100.0,
    )
    assert (first["bid"], first["ask"]) == (3547.6, 3570.5)
    agree_with(options.frame, "spx_optionmetrics_20201201", rows=2072)
    (rates,) = FORMATS["optionmetrics"].read(raw / "optionmetrics_zero_rates_20201201.csv")
    assert rates.frame.height == 45
    assert rates.frame.select("series", "value").row(0) == ("OM_ZERO_7D", 0.10228)
