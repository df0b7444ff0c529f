from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from alvh.adapters.sources import FORMATS
from alvh.adapters.sources.importing import import_paths
from alvh.adapters.store import Store
from contracts.source_contract import TextSourceContract

HEADER_20 = (
    "underlying,underlying_last, exchange,optionroot,optionext,type,expiration,quotedate,strike,last,bid,ask,volume,"
    "openinterest,impliedvol,delta,gamma,theta,vega,optionalias"
)
HEADER_22 = (
    "UnderlyingSymbol,UnderlyingPrice,Flags,OptionSymbol,Type,Expiration,DataDate,Strike,Last,Bid,Ask,Volume,"
    "OpenInterest,T1OpenInterest,IVMean,IVBid,IVAsk,Delta,Gamma,Theta,Vega,AKA"
)


class TestTwentyColumns(TextSourceContract):
    format_name = "historicaloptiondata"
    file_name = "L3_options_20161201.csv"
    lines = (
        HEADER_20,
        "VXX,28.5,W,VXX161209C00020000,,call,12/09/2016,12/01/2016,20,7.5,8.6,8.8,3,41,0.01,0,0,0,0,",
        "VXX,28.5,W,VXX161216P00030000,,put,12/17/2016,12/01/2016,30,0,2.1,2.2,0,7,0,-0.61,0,0,0,",
        "VXX,28.5,W,VXX170120P00030000,,put,01/21/2017,12/01/2016,30,4,4.1,4.3,0,7,-1,-0.55,0,0,0,",
    )
    delivered = 3
    number_column = "bid"
    date_column = "quotedate"
    expiry = ("expiration", "11/25/2016")

    def test_saturdays_become_the_session_the_option_ends_on(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        rows = store.read("chains")
        # 2016-12-17 and 2017-01-21 are the Saturdays after the third Fridays.
        assert rows["expiry"].to_list() == [dt.date(2016, 12, 9), dt.date(2016, 12, 16), dt.date(2017, 1, 20)]

    def test_zero_and_minus_one_are_not_values(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        rows = store.read("chains")
        assert rows["last"].to_list() == [7.5, None, 4.0]
        assert rows["implied_vol"].to_list() == [0.01, None, None]
        assert rows["root"].to_list() == ["VXX"] * 3
        assert rows["settle"].to_list() == ["PM"] * 3


class TestTwentyTwoColumns(TextSourceContract):
    format_name = "historicaloptiondata"
    file_name = "options_20160105.csv"
    lines = (
        HEADER_22,
        "A,40.5,*,A160115C00020000,call,01/15/2016,01/05/2016,20,0,20.3,21.35,0,0,0,2.7,0,3.5,0.96,0,0,0,A160115C00020000",
        "A,40.5,*,A160115P00020000,put,01/15/2016,01/05/2016,20,0.1,0,0.35,4,9,9,2.5,0,2.9,-0.02,0,0,0,A160115P00020000",
    )
    delivered = 2
    number_column = "Ask"
    date_column = "DataDate"
    expiry = ("Expiration", "12/18/2015")


def test_saturdays_before_2015_stay_as_they_were_listed(tmp_path):
    path = tmp_path / "spx.csv"
    path.write_text(
        f"{HEADER_20}\nSPX,350,*,SPX900120C00300000,,call,01/20/1990,01/02/1990,300,0,50,50,0,8,0,0,0,0,0,\n"
    )
    (piece,) = FORMATS["historicaloptiondata"].read(path)
    assert piece.frame["expiry"].to_list() == [dt.date(1990, 1, 20)]


def test_symbols_of_before_2010_hide_the_root(tmp_path):
    path = tmp_path / "old.csv"
    rows = [
        f"{one},900,*,SXYAT,,call,01/17/2009,01/02/2009,900,0,50,51,0,8,0.4,0.5,0,0,0,".replace("AT", f"A{letter}")
        for one, letter in (("SPX", "T"), ("SPY", "U"))
    ]
    path.write_text("\n".join([HEADER_20, *rows]) + "\n")
    (piece,) = FORMATS["historicaloptiondata"].read(path)
    # SPX has two roots, so which one cannot be known; SPY has one.
    assert piece.frame["root"].to_list() == [None, "SPY"]
    assert piece.frame["settle"].to_list() == [None, "PM"]


def test_first_rows_of_the_real_files(shared, tmp_path):
    raw = shared / "data" / "raw_formats"
    store = Store(tmp_path / "store")
    names = ("hod_20col_optopsy_spx_1990", "hod_20col_optopsy_vxx_20161201", "deltaneutral_22col_optopsy_a_20160105")
    report = import_paths(store, "auto", [raw / f"{name}.csv" for name in names])
    assert [file.tables["chains"].added for file in report.files] == [56, 160, 208]
    spx = store.read("chains", symbol="SPX").row(0, named=True)
    assert (spx["quote_date"], spx["expiry"], spx["right"], spx["strike"]) == (
        dt.date(1990, 1, 2),
        dt.date(1990, 1, 20),
        "C",
        225.0,
    )
    assert (spx["bid"], spx["ask"], spx["last"], spx["open_interest"], spx["implied_vol"]) == (
        135.5,
        135.5,
        None,
        820,
        None,
    )
    assert (spx["root"], spx["settle"], spx["underlying_price"]) == ("SPX", "AM", 359.69)
    vxx = store.read("chains", symbol="VXX").row(0, named=True)
    assert (vxx["expiry"], vxx["strike"], vxx["bid"], vxx["ask"], vxx["last"]) == (
        dt.date(2016, 12, 2),
        20.0,
        8.75,
        8.95,
        7.96,
    )
    share = store.read("chains", symbol="A").row(0, named=True)
    assert (share["strike"], share["bid"], share["ask"], share["implied_vol"], share["delta"]) == (
        20.0,
        20.3,
        21.35,
        2.7379,
        0.9666,
    )
    assert share["settle"] is None


@pytest.mark.parametrize(
    ("name", "real"),
    [("hod_20col_optopsy_spx_1990", "spx_hod_1990"), ("hod_20col_optopsy_vxx_20161201", "vxx_hod_201612")],
)
def test_the_rows_are_those_of_the_shared_chains(name, real, shared, agree_with):
    raw = list(FORMATS["historicaloptiondata"].read(shared / "data" / "raw_formats" / f"{name}.csv"))
    agree_with(pl.concat(piece.frame for piece in raw), real)
