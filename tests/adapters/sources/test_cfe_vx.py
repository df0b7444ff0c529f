from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from alvh.adapters.errors import UserError
from alvh.adapters.schema import VX_FUTURES
from alvh.adapters.sources import FORMATS
from alvh.adapters.sources.cfe_vx import UNLISTED, contract_of, expiry_of
from alvh.adapters.store import Store
from contracts.source_contract import TextSourceContract

HEADER = "Trade Date,Futures,Open,High,Low,Close,Settle,Change,Total Volume,EFP,Open Interest"


class TestOldArchive(TextSourceContract):
    format_name = "cfe_vx"
    table_name = "vx_futures"
    file_name = "CFE_K07_VX.csv"
    lines = (
        "CFE data is compiled for the convenience of site visitors, without responsibility for accuracy.",
        HEADER,
        "03/23/2007,K (May 07),136.90,139.00,136.50,138.00,138.70,1.50,561,0,19879,",
        "03/20/2006,K (May 07),0.00,0.00,0.00,0.00,0.00,0.00,0,0,0",
        "03/26/2007,K (May 07),13.80,14.30,13.70,13.80,13.79,-124.91,490,0,20141,",
        "04/02/2007,K (May 07),0.00,14.10,14.60,0.00,14.20,0.1,0,0,20141",
    )
    header = 1
    delivered = 3
    number_column = "Settle"
    date_column = "Trade Date"

    def test_the_tenfold_era_ends_inside_the_file(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        rows = store.read("vx_futures", columns=["date", "open", "close", "settle"])
        assert rows.rows() == [
            (dt.date(2007, 3, 23), 13.69, 13.8, 13.87),
            (dt.date(2007, 3, 26), 13.8, 13.8, 13.79),
            (dt.date(2007, 4, 2), None, None, 14.2),
        ]

    def test_bids_and_offers_of_a_day_without_trades_are_no_prices(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        row = store.read("vx_futures", since=dt.date(2007, 4, 1)).row(0, named=True)
        assert (row["high"], row["low"], row["volume"], row["open_interest"]) == (None, None, 0, 20141)

    def test_zeros_before_the_listing_are_dropped_and_said(self, tmp_path, store: Store):
        (file,) = self.offer(store, self.write(tmp_path)).files
        assert file.drops == {UNLISTED: 1}

    def test_the_name_gives_contract_and_expiry(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        rows = store.read("vx_futures", columns=["expiry", "contract", "kind"]).unique()
        assert rows.rows() == [(dt.date(2007, 5, 16), "VX/K2007", "monthly")]


class TestCurrentFiles(TextSourceContract):
    format_name = "cfe_vx"
    table_name = "vx_futures"
    file_name = "VX_2020-03-25.csv"
    lines = (
        HEADER,
        "2020-02-27,H (Mar 2020),20.1,21.5,19.9,21.0,21.2250,0.2,31,0,40",
        "2020-02-27,H (Mar 2020),20.1,21.5,19.9,21.0,21.2250,0.2,31,0,40",
        "2020-02-28,H (Mar 2020),22.1,24.5,21.9,24.0,0,0,31,0,40",
        "2020-03-25,H (Mar 2020),0.0000,45.0000,0.0000,0.0000,62.2500,1.1500,0,0,148",
    )
    delivered = 3
    number_column = "Settle"
    date_column = "Trade Date"

    def test_a_weekly_is_told_by_its_expiry_not_by_the_month(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        rows = store.read("vx_futures", columns=["contract", "kind", "expiry"]).unique()
        assert rows.rows() == [("VX13/H2020", "weekly", dt.date(2020, 3, 25))]

    def test_a_settle_of_zero_was_not_printed(self, tmp_path, store: Store):
        self.offer(store, self.write(tmp_path))
        rows = store.read("vx_futures", columns=["settle", "settle_source"])
        assert rows.rows() == [(21.225, "cfe_vx"), (None, None), (62.25, "cfe_vx")]

    def test_a_row_printed_twice_counts_once(self, tmp_path, store: Store):
        (file,) = self.offer(store, self.write(tmp_path)).files
        assert (file.tables["vx_futures"].added, file.tables["vx_futures"].already) == (3, 1)

    def test_a_row_after_the_expiry_is_impossible(self, tmp_path, store: Store):
        late = self.write(tmp_path, [*self.lines, self.lines[-1].replace("03-25", "03-26")])
        with pytest.raises(UserError, match=r"line 6, column 'expiry': expiry before the quote"):
            self.offer(store, late)


@pytest.mark.parametrize(
    ("expiry", "contract", "kind"),
    [
        (dt.date(2004, 7, 14), "VX/N2004", "monthly"),  # the old rule
        (dt.date(2020, 3, 18), "VX/H2020", "monthly"),
        (dt.date(2025, 12, 31), "VX53/Z2025", "weekly"),
        (dt.date(2026, 1, 7), "VX01/F2026", "weekly"),
        (dt.date(2026, 8, 26), "VX34/Q2026", "weekly"),
    ],
)
def test_contracts_are_named_as_cboe_names_them(expiry, contract, kind):
    assert contract_of(expiry) == (contract, kind)


def test_a_name_without_a_contract_is_refused():
    with pytest.raises(UserError, match=r"futures\.csv, line 1: the name must give the contract"):
        expiry_of(Path("futures.csv"))
    with pytest.raises(UserError, match="'VX_2020-13-18' is not a date"):
        expiry_of(Path("VX_2020-13-18.csv"))


def test_every_contract_of_the_collection_is_named_alike(shared):
    rows = (
        pl.read_parquet(shared / "data" / "real" / "vx_futures.parquet").select("expiry", "contract", "kind").unique()
    )
    assert [row for row in rows.iter_rows() if contract_of(row[0]) != row[1:]] == []


REAL = ("cfe_vx_new", "cfe_vx_old")


def test_the_real_files_agree_with_the_collected_futures(shared):
    real = pl.read_parquet(shared / "data" / "real" / "vx_futures.parquet")
    files = [path for folder in REAL for path in sorted((shared / "data" / "raw_formats" / folder).glob("*.csv"))]
    assert len(files) == 9
    for path in files:
        (piece,) = FORMATS["cfe_vx"].read(path)
        both = piece.frame.unique().join(real, on=["date", "expiry", "kind", "contract"], how="left", suffix="_real")
        assert both["source_real"].null_count() == 0
        for column in VX_FUTURES.compared:
            if column == "contract":
                continue
            far = (pl.col(column) - pl.col(f"{column}_real")).abs() > 1e-9
            torn = pl.col(column).is_null() != pl.col(f"{column}_real").is_null()
            if path.name == "VX_2013-06-19.csv" and column == "settle":
                # The collection takes these settles from the archive, for this file prints 0.
                torn = torn & (pl.col("date") >= dt.date(2013, 6, 1))
            assert both.filter(far | torn).select("date", column, f"{column}_real").rows() == []


def test_first_and_last_rows_of_the_real_files(shared):
    raw = shared / "data" / "raw_formats"
    (old,) = FORMATS["cfe_vx"].read(raw / "cfe_vx_old" / "CFE_K04_VX.csv")
    assert old.frame.select("date", "open", "high", "low", "close", "settle", "volume", "open_interest").row(0) == (
        dt.date(2004, 3, 26),
        21.24,
        21.25,
        20.27,
        20.27,
        20.32,
        216,
        144,
    )
    assert old.frame.select("date", "open", "settle").row(-1) == (dt.date(2004, 5, 19), None, 18.355)
    (new,) = FORMATS["cfe_vx"].read(raw / "cfe_vx_new" / "VX_2025-04-16.csv")
    assert new.frame.select("date", "expiry", "settle").row(-1) == (dt.date(2025, 4, 16), dt.date(2025, 4, 16), 31.91)
