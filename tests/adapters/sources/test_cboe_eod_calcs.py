from __future__ import annotations

import datetime as dt

from alvh.adapters.sources import FORMATS
from alvh.adapters.store import Store
from contracts.source_contract import TextSourceContract

HEADER = (
    '"underlying_symbol","quote_date"    ,"root","expiration"    ,"strike","option_type","open","high","low","close",'
    '"trade_volume","bid_size_1545","bid_1545","ask_size_1545","ask_1545","underlying_bid_1545","underlying_ask_1545",'
    '"active_underlying_price_1545","implied_volatility_1545","delta_1545","gamma_1545","theta_1545","vega_1545",'
    '"rho_1545","open_interest"'
)
KEY = '"^SPX"   ,1/4/2016 0:00:00,"SPXW",1/8/2016 0:00:00'


class TestEodCalcs(TextSourceContract):
    format_name = "cboe_eod_calcs"
    file_name = "UnderlyingOptionsEODCalcs_2016-01.csv"
    lines = (
        HEADER,
        f'{KEY},700.00 ,"c" ,0 ,0 ,0 ,0 ,3 ,1 ,1299.6 ,1 ,1305.3 ,2003.8 ,2004.0 ,0.00 ,0.00 ,0.00 ,0 ,0 ,0 ,0 ,0',
        f'{KEY},1900.00,"p" ,9 ,9 ,8 ,8.5 ,3 ,1 ,9.40 ,1 ,9.80 ,2003.8 ,2004.0 ,2003.5 ,0.24 ,-0.12 ,0 ,0 ,0 ,0 ,350',
    )
    delivered = 2
    number_column = "ask_1545"
    date_column = "quote_date"
    expiry = ("expiration", "1/1/2016 0:00:00")

    def test_padding_quotes_and_midnights_are_stripped(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        call, put = store.read("chains").rows(named=True)
        assert call["snapshot_ts"] == dt.datetime(2016, 1, 4, 15, 45)
        assert (call["root"], call["right"], call["strike"], call["expiry"]) == (
            "SPXW",
            "C",
            700.0,
            dt.date(2016, 1, 8),
        )
        # No active price and no volatility: the middle of the underlying's bid and ask, and null.
        assert (call["underlying_price"], call["implied_vol"], call["last"]) == (2003.9, None, None)
        assert (put["underlying_price"], put["implied_vol"], put["delta"], put["last"]) == (2003.5, 0.24, -0.12, 8.5)


def test_first_row_of_the_real_file(shared):
    path = shared / "data" / "raw_formats" / "cboe_datashop_EODCalcs_padded_spx_201601.csv"
    (piece,) = FORMATS["cboe_eod_calcs"].read(path)
    first = piece.frame.row(0, named=True)
    assert piece.frame.height == 6
    assert (first["quote_date"], first["root"], first["right"]) == (dt.date(2016, 1, 4), "SPXW", "C")
    assert (first["bid"], first["ask"], first["underlying_price"]) == (1299.6, 1305.3, 2003.82)
    assert first["settle"] == "PM"
