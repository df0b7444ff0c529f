from __future__ import annotations

import datetime as dt

import pytest

from alvh.adapters.errors import UserError
from alvh.adapters.sources import FORMATS
from contracts.source_contract import TextSourceContract


class TestDailyAdjusted(TextSourceContract):
    format_name = "alphavantage_daily"
    table_name = "underlyings"
    file_name = "UVXY_daily_adjusted.csv"
    lines = (
        "date,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient",
        "2012-10-04,72.0,72.9,70.1,71.0,35.5,615976,0.0,1.0",
        "2012-10-05,36.1,36.4,35.0,35.4,35.4,1231952,0.0,2.0",
    )
    delivered = 2
    number_column = "adjusted_close"
    date_column = "date"


def test_the_symbol_must_open_the_name(tmp_path):
    path = tmp_path / "daily.csv"
    path.write_text("\n".join(TestDailyAdjusted.lines))
    with pytest.raises(UserError, match="does not say its symbol"):
        list(FORMATS["alphavantage_daily"].read(path))


def test_prices_as_traded_stand_beside_the_adjusted_series(shared):
    path = shared / "data" / "raw_formats" / "other" / "SVXY_alphavantage_daily_adjusted.csv"
    (piece,) = FORMATS["alphavantage_daily"].read(path)
    assert piece.frame.select("date", "symbol", "open", "close", "adj_close", "volume").row(0) == (
        dt.date(2011, 10, 4),
        "SVXY.TRADED",
        19.745,
        21.05,
        21.05,
        20300,
    )
    assert piece.frame.height == 2558
