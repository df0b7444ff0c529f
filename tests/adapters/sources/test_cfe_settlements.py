from __future__ import annotations

import datetime as dt

from alvh.adapters.sources import FORMATS
from alvh.adapters.store import Store
from contracts.source_contract import TextSourceContract


class TestArchive(TextSourceContract):
    format_name = "cfe_settlements"
    table_name = "settlements"
    file_name = "CFE_FinalSettlement_Archive.csv"
    lines = (
        "Symbol,SettlementMonth,SettlementYear,ProductType,SettlementDate,SettlementPrice,ProductDescription",
        "VX,3,2007,Standard,,123.45,VIX Futures",
        "VX,4,2007,Standard,,12.5,VIX Futures",
        "VSW,3,2014,Weekly,3/5/2014,13.28,Short Term Volatility",
        "VSW,3,2014,Weekly,3/12/2014,15.26,Short Term Volatility",
    )
    delivered = 4
    number_column = "SettlementPrice"
    date_column = "SettlementYear"

    def damaged(self, folder):
        return [
            (path, said.replace("'yesterday'", "'yesterday' is not a whole number"))
            for path, said in super().damaged(folder)
        ] + [(self.write(folder / "month", self.cell("SettlementMonth", "13")), "line 2, column 'settlementmonth'")]

    def test_vx_of_march_2007_and_before_was_quoted_tenfold(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        assert store.read("settlements", product="VX")["price"].to_list() == [12.345, 12.5]


def test_first_rows_of_the_real_archive(shared):
    (piece,) = FORMATS["cfe_settlements"].read(shared / "data/raw_formats/other/CFE_FinalSettlement_Archive.csv")
    assert piece.frame.height == 696
    first = piece.frame.row(0, named=True)
    assert (first["product"], first["month"], first["price"], first["date"]) == (
        "BX",
        dt.date(2006, 11, 1),
        787.73,
        None,
    )
    vx = piece.frame.filter(product="VX").row(0, named=True)
    assert (vx["month"], vx["price"]) == (dt.date(2004, 5, 1), 18.355)
