from __future__ import annotations

import datetime as dt

import pytest

from alvh.adapters.sources import FORMATS
from alvh.adapters.store import Store
from contracts.source_contract import TextSourceContract

HEADER = (
    "as_of_date,ticker,contract_type,strike_price,expiration_date,VIX_close,close,imp_vol,delta,gamma,theta,vega,"
    "open,high,low,volume"
)


class TestPolygon(TextSourceContract):
    format_name = "polygon_snapshot"
    file_name = "vix_options.csv"
    lines = (
        HEADER,
        "2024-06-03,O:VIX240618C00013000,call,13.0,2024-06-18,13.1,0.9,0.81,0.52,0,0,0,1,1,0.8,17.0",
        "2024-06-03,O:VIXW240626P00013000,put,13.0,2024-06-26,13.1,,5.0,-0.4,0,0,0,,,,",
    )
    delivered = 2
    number_column = "strike_price"
    date_column = "as_of_date"
    expiry = ("expiration_date", "2024-05-22")

    def test_what_did_not_trade_has_no_volatility(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        rows = store.read("chains", columns=["root", "last", "volume", "implied_vol", "delta", "bid", "settle"])
        assert rows.rows() == [
            ("VIX", 0.9, 17, 0.81, 0.52, None, "AM"),
            ("VIXW", None, None, None, None, None, "AM"),
        ]


def test_first_row_and_agreement_of_the_real_file(shared, agree_with):
    path = shared / "data" / "raw_formats" / "polygon_snapshot_vix_20240603.csv"
    (piece,) = FORMATS["polygon_snapshot"].read(path)
    first = piece.frame.row(0, named=True)
    assert (first["root"], first["expiry"], first["strike"], first["last"]) == (
        "VIX",
        dt.date(2024, 6, 18),
        10.0,
        3.8,
    )
    assert first["implied_vol"] == pytest.approx(1.98154764442)
    agree_with(piece.frame, "vix_polygon_20240603", rows=1100)
