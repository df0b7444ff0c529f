from __future__ import annotations

import datetime as dt

from alvh.adapters.sources import FORMATS
from contracts.source_contract import TextSourceContract

HEADER = (
    "underlying,underlying_last,exchange,optionroot,type,expiration,quotedate,strike,last,net,bid,ask,volume,"
    "openinterest,impliedvol,delta,gamma"
)


class TestDelayedScrape(TextSourceContract):
    format_name = "cboe_delayed_scrape"
    file_name = "SPX_20190301.csv"
    lines = (
        HEADER,
        "SPX,2800.5,CBOE,SPXW190313C01700000,call,03/13/2019,03/01/2019,1700.0,0.0,0.0,1099,1122,0,1,24.6,0.98,0.0",
        "SPX,2800.5,CBOE,SPX190315P02500000,put,03/15/2019,03/01/2019,2500.0,1.1,0.0,1.0,1.2,4,1,0.0,-0.02,0.0",
    )
    delivered = 2
    number_column = "bid"
    date_column = "quotedate"
    expiry = ("expiration", "02/15/2019")


def test_first_row_of_the_real_file(shared):
    path = shared / "data" / "raw_formats" / "cboe_delayed_scrape_spx_20190301.csv"
    (piece,) = FORMATS["cboe_delayed_scrape"].read(path)
    first = piece.frame.row(0, named=True)
    assert piece.frame.height == 25
    assert (first["root"], first["expiry"], first["strike"]) == ("SPXW", dt.date(2019, 3, 13), 1700.0)
    assert (first["bid"], first["ask"], first["last"], first["implied_vol"]) == (1099.0, 1122.9, None, 24.6156)
    assert (first["underlying_price"], first["delta"], first["settle"]) == (2810.92, 0.9898, "PM")
    assert "snapshot_ts" not in piece.frame.columns
