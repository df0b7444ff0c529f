from __future__ import annotations

import datetime as dt

from alvh.adapters.sources import FORMATS
from alvh.adapters.sources.cboe_index_history import NO_VALUE
from alvh.adapters.store import Store
from contracts.source_contract import TextSourceContract


class TestRates(TextSourceContract):
    format_name = "fred"
    table_name = "rates"
    file_name = "DGS3MO.csv"
    lines = ("observation_date,DGS3MO", "2026-01-02,3.61", "2026-01-01,.", "2026-01-05,-0.02")
    delivered = 2
    number_column = "DGS3MO"
    required_column = "observation_date"
    date_column = "observation_date"

    def damaged(self, folder):
        # Rates may be negative; with two columns, a line that lost its last two cells is a blank line. A header without
        # a date is named by the first of the names a date may have.
        said = [case for case in super().damaged(folder) if "negative" not in case[1] and "cells" not in case[1]]
        return [(path, what.replace("'observation_date", "'(date|observation_date)")) for path, what in said]

    def test_a_dot_is_no_value(self, tmp_path, store: Store):
        (file,) = self.offer(store, self.write(tmp_path)).files
        assert file.drops == {NO_VALUE: 1}
        assert store.read("rates", series="DGS3MO")["value"].to_list() == [3.61, -0.02]


def test_the_close_of_a_cboe_index_is_no_rate(shared):
    (piece,) = FORMATS["fred"].read(shared / "data" / "raw_formats" / "other" / "VXNCLS.csv")
    assert (piece.table, piece.frame.height, piece.drops) == ("vol_indices", 4987, {NO_VALUE: 186})
    assert piece.frame.select("date", "symbol", "close").row(0) == (dt.date(2001, 2, 2), "VXN", 54.89)
