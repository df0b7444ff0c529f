from __future__ import annotations

import datetime as dt

import pytest

from alvh.adapters.errors import UserError
from alvh.adapters.sources import FORMATS
from alvh.adapters.store import Store
from contracts.source_contract import TextSourceContract

BARS = "open,high,low,close,volume,open_interest,implied_volatility,delta,gamma,vega,theta,rho"


class TestBySymbol(TextSourceContract):
    format_name = "lean_universe"
    file_name = "20151222.csv"
    lines = (
        f"#symbol_id,symbol_value,{BARS}",
        "SPX 31,SPX,2030,2040,2020,2038.5,0,,,,,,,",
        "SPX W|SPX 31,SPX   160219C00400000,1599.4,1633.6,1599.4,1633.05,0,,1.2263,0.9998,0,0,0,0",
        "SPX W|SPX 31,SPXW  160219P02000000,31.4,33.6,29.4,33.05,7,12,0,-0.4,0,0,0,0",
    )
    delivered = 2
    number_column = "close"
    date_column = "symbol_value"

    def damaged(self, folder):
        return [case for case in super().damaged(folder) if "finite" not in case[1] and "negative" not in case[1]] + [
            (self.write(folder / "negative", self.cell("close", "-1.5", 1)), "line 3, column 'close': negative"),
            (self.write(folder / "symbol", self.cell("symbol_value", "SPX 1602", 1)), "line 3, column 'symbol_value'"),
        ]

    def test_the_underlyings_row_gives_the_cash_price(self, tmp_path, store: Store):
        (file,) = self.offer(store, self.write(tmp_path)).files
        assert list(file.drops.values()) == [1]
        rows = store.read("chains", columns=["quote_date", "root", "last", "underlying_price", "settle", "implied_vol"])
        date = dt.date(2015, 12, 22)
        assert rows.rows() == [
            (date, "SPX", 1633.05, 2038.5, "AM", 1.2263),
            (date, "SPXW", 33.05, 2038.5, "PM", None),
        ]


class TestByColumns(TextSourceContract):
    format_name = "lean_universe"
    file_name = "spxw/20230623.csv"
    lines = (
        f"#expiry,strike,right,{BARS}",
        "20230630,4350.0,C,40,41,39,40.5,100,5,0.11,0.52,0,0,0,0",
        "20230630,4350.0,P,40,41,39,38.5,100,,0.12,-0.48,0,0,0,0",
    )
    delivered = 2
    number_column = "close"
    date_column = "#expiry"
    expiry = ("#expiry", "20230616")

    def damaged(self, folder):
        # The session stands in the name; the expiry in the rows can only be before it.
        return [
            (path, said.replace("column .*(date|", "column .*(date|expiry|")) for path, said in super().damaged(folder)
        ]

    def test_the_folder_is_the_root(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        assert store.read("chains", columns=["symbol", "root", "right", "last"]).rows() == [
            ("SPX", "SPXW", "C", 40.5),
            ("SPX", "SPXW", "P", 38.5),
        ]


def test_a_name_without_a_date_is_refused(tmp_path):
    path = tmp_path / "universe_20151399.csv"
    path.write_text("\n".join(TestBySymbol.lines))
    with pytest.raises(
        UserError, match=r"universe_20151399\.csv, line 1: the name of a LEAN universe file is its date"
    ):
        list(FORMATS["lean_universe"].read(path))


def test_first_row_of_the_real_file(shared):
    path = shared / "data/raw_formats/quantconnect/indexoption/usa/universes/spx/20151222.csv"
    (piece,) = FORMATS["lean_universe"].read(path)
    first = piece.frame.row(0, named=True)
    assert piece.frame.height == 233
    assert (first["quote_date"], first["expiry"], first["strike"]) == (
        dt.date(2015, 12, 22),
        dt.date(2017, 6, 16),
        300.0,
    )
    assert (first["last"], first["implied_vol"], first["delta"]) == (1679.5, 0.564571, 0.9991909)
    assert (first["root"], first["open_interest"], first["underlying_price"]) == ("SPX", None, None)
