from __future__ import annotations

import datetime as dt

from alvh.adapters.sources import FORMATS
from contracts.source_contract import TextSourceContract

HEADER = (
    "symbol,exchange,company_name,date,stock_price_close,option_symbol,expiration_date,strike,call_put,style,ask,bid,"
    "mean_price,settlement,iv,volume,open_interest,stock_price_for_iv,isinterpolated,delta,vega,gamma,theta,rho"
)


class TestRawIv(TextSourceContract):
    format_name = "ivolatility_rawiv"
    file_name = "rawiv_spy.csv"
    lines = (
        HEADER,
        "SPY,ARCA,SPDR,08/07/2014,191,SPY   140808C00190000,08/08/2014,190,C,A,1.9,1.8,1.85,0,-1,7,9,191,*,0.7,0,0,0,0",
        "SPY,ARCA,SPDR,08/07/2014,191,SPY   140808P00190000,08/08/2014,190,P,A,0.8,0.7,0.7,0,0.1,8,1,191,,-0.3,0,0,0,0",
    )
    delivered = 2
    number_column = "ask"
    date_column = "date"
    expiry = ("expiration_date", "07/25/2014")


def test_later_samples_rename_columns_and_quote_names_with_commas(tmp_path):
    path = tmp_path / "later.csv"
    header = HEADER.replace("expiration_date", "option_expiration").replace("call_put", "call/put") + ",forward_price"
    line = (
        'FB,NASDAQ,"FACEBOOK, INC",08/07/2014,73.1,FB    140808C00073000,08/08/2014,73,C,A,1.1,1,1.05,0,0.3,7,9,73,'
        "*,0.5,0,0,0,0,73.1"
    )
    path.write_text(f"{header}\n{line}\n")
    (piece,) = FORMATS["ivolatility_rawiv"].read(path)
    assert piece.frame.select("symbol", "root", "right", "bid", "ask").row(0) == ("FB", "FB", "C", 1.0, 1.1)


def test_first_row_of_the_real_file(shared):
    path = shared / "data" / "raw_formats" / "ivolatility_rawiv_aapl_sample.csv"
    (piece,) = FORMATS["ivolatility_rawiv"].read(path)
    first = piece.frame.row(0, named=True)
    assert piece.frame.height == 1822
    assert (first["root"], first["expiry"], first["strike"]) == ("AAPL", dt.date(2014, 8, 8), 55.0)
    assert (first["bid"], first["ask"], first["implied_vol"], first["underlying_price"]) == (
        38.4,
        40.45,
        0.577382,
        94.48,
    )
    assert (first["volume"], first["open_interest"], first["settle"]) == (0, 0, None)
