from __future__ import annotations

import datetime as dt

import polars as pl

from alvh.adapters.sources import FORMATS
from alvh.adapters.store import Store
from contracts.source_contract import TextSourceContract

HEADER = (
    "underlying_symbol,quote_date,root,expiration,strike,option_type,open,high,low,close,trade_volume,bid_size_1545,"
    "bid_1545,ask_size_1545,ask_1545,underlying_bid_1545,underlying_ask_1545,bid_size_eod,bid_eod,ask_size_eod,ask_eod,"
    "underlying_bid_eod,underlying_ask_eod,vwap,open_interest,delivery_code"
)


class TestEodQuotes(TextSourceContract):
    format_name = "cboe_eod_quotes"
    file_name = "UnderlyingOptionsEODQuotes_2016-06-01.csv"
    lines = (
        HEADER,
        "^VIX,2016-06-01,VIX,2016-06-15,15.000,C,1.2,1.3,1.1,1.25,900,5,1.20,6,1.30,14.5,14.6,7,1.15,8,1.35,14.7,14.7,0,50,",
        "SPY,2016-06-01,SPY,2016-06-17,210.000,P,0,0,0,0,0,0,2.00,0,2.05,0,0,0,2.01,0,2.04,209.8,210.0,0,7,",
    )
    delivered = 4
    number_column = "ask_1545"
    date_column = "quote_date"
    expiry = ("expiration", "2016-05-20")

    def test_the_two_quotes_of_a_line_are_two_snapshots(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        vix = store.read("chains", symbol="VIX")
        assert vix["snapshot_ts"].to_list() == [dt.datetime(2016, 6, 1, 15, 45), dt.datetime(2016, 6, 1, 16, 15)]
        assert vix["bid"].to_list() == [1.20, 1.15]
        assert vix["ask"].to_list() == [1.30, 1.35]
        assert vix["underlying_price"].to_list() == [14.55, 14.7]
        assert vix["settle"].to_list() == ["AM", "AM"]

    def test_shares_close_at_four_and_a_price_of_zero_is_none(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        spy = store.read("chains", symbol="SPY")
        assert spy["snapshot_ts"].to_list() == [dt.datetime(2016, 6, 1, 15, 45), dt.datetime(2016, 6, 1, 16, 0)]
        assert spy["underlying_price"].to_list() == [None, 209.9]
        assert spy["last"].to_list() == [None, None]


def test_files_with_calculations_carry_them_in_the_first_snapshot(tmp_path):
    path = tmp_path / "with_calcs.csv"
    header = HEADER + ",implied_volatility_1545,delta_1545,active_underlying_price_1545"
    quotes = "20,0,21,2930,2931,0,22,0,23,2923,2924"
    line = f"^SPX,2019-05-01,SPXW,2019-05-31,2900,P,0,0,0,0,0,0,{quotes},0,7,,0.14,-0.31,2930.8"
    path.write_text(f"{header}\n{line}\n")
    early, late = FORMATS["cboe_eod_quotes"].read(path)
    assert early.frame.select("implied_vol", "delta", "underlying_price").row(0) == (0.14, -0.31, 2930.8)
    assert "implied_vol" not in late.frame.columns
    assert late.frame["underlying_price"].to_list() == [2923.5]


def test_first_row_and_agreement_of_the_real_file(shared, agree_with):
    path = shared / "data" / "raw_formats" / "cboe_datashop_UnderlyingOptionsEODQuotes_vix_20160601.csv"
    early, late = FORMATS["cboe_eod_quotes"].read(path)
    first = early.frame.row(0, named=True)
    assert (first["symbol"], first["root"], first["expiry"]) == ("VIX", "VIX", dt.date(2016, 6, 1))
    assert (first["strike"], first["right"], first["bid"], first["ask"]) == (10.0, "C", 0.0, 0.0)
    assert (first["underlying_price"], first["open_interest"], first["last"]) == (14.575, 6, None)
    assert late.frame.row(-1, named=True)["bid"] == 50.0
    agree_with(pl.concat([early.frame, late.frame]), "vix_datashop_20160601", rows=1764)
