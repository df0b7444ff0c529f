from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from alvh.adapters.errors import UserError
from alvh.adapters.schema import CHAINS, TABLES, UNDERLYINGS
from alvh.adapters.sources import FORMATS
from alvh.adapters.sources.canonical import NO_PRICE
from alvh.adapters.sources.importing import import_paths
from alvh.adapters.store import Store
from contracts.source_contract import SourceContract, TextSourceContract


def chains(**changed: object) -> pl.DataFrame:
    """Two rows of the canonical chain table as collectors write them: plain strings, no clock time."""
    columns: dict[str, object] = {
        "quote_date": [dt.date(2019, 5, 1)] * 2,
        "symbol": ["SPX"] * 2,
        "root": ["SPX", "SPXW"],
        "expiry": [dt.date(2019, 5, 17)] * 2,
        "strike": [2900.0] * 2,
        "right": ["C", "P"],
        "bid": [45.1, 22.0],
        "ask": [46.1, float("nan")],
        "last": [None, None],
        "volume": [5, 6],
        "open_interest": [7, 8],
        "implied_vol": [0.12, 0.13],
        "delta": [0.55, -0.4],
        "underlying_price": [2920.5] * 2,
        "settle": ["AM", "PM"],
        "snapshot_ts": [None, None],
        "source": ["someone/somewhere"] * 2,
    }
    return pl.DataFrame(columns | changed)


class TestParquet(SourceContract):
    format_name = "canonical"
    delivered = 2

    def write(self, folder: Path, frame: pl.DataFrame | None = None) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "anything.parquet"
        (chains() if frame is None else frame).write_parquet(path)
        return path

    def rewrite(self, folder: Path) -> Path:
        return self.write(folder, chains().reverse())

    def damaged(self, folder: Path) -> list[tuple[Path, str]]:
        cut = self.write(folder / "cut")
        cut.write_bytes(cut.read_bytes()[:-30])
        # No calendar of Python's reaches that day; a damaged file does.
        far = chains(expiry=pl.Series([18_033, 9_999_999], dtype=pl.Int32).cast(pl.Date))
        early = chains(expiry=[dt.date(2019, 5, 17), dt.date(2019, 4, 18)])
        return [
            (cut, "cannot be read"),
            (
                self.write(folder / "column", chains().drop("strike")),
                "line 1, column 'strike': looks like the table 'chains'",
            ),
            (
                self.write(folder / "foreign", chains(mystery=[1, 2])),
                "column 'mystery': not a column of the table 'chains'",
            ),
            (self.write(folder / "minus", chains(ask=[46.1, -1.0])), "line 2, column 'ask': negative"),
            (self.write(folder / "early", early), "line 2, column 'expiry': expiry before the quote: 2019-04-18"),
            (
                self.write(folder / "year", chains(quote_date=[dt.date(202, 5, 1)] * 2)),
                "line 1, column 'quote_date': impossible date",
            ),
            (self.write(folder / "far", far), "line 2, column 'expiry': impossible date: 9999999 days from 1970"),
            (self.write(folder / "right", chains(right=["C", "X"])), "cannot be read"),
            (self.write(folder / "null", chains(strike=[2900.0, None])), "line 2, column 'strike': empty"),
            (self.write(folder / "zero", chains(strike=[0.0, 2900.0])), "line 1, column 'strike': a strike of zero"),
        ]


class TestCsv(TextSourceContract):
    format_name = "canonical"
    table_name = "underlyings"
    file_name = "prices.csv"
    lines = (
        "date,symbol,open,high,low,close,adj_close,volume,source",
        "2019-05-01,SPX,2950.1,2955.2,2920.3,2923.7,,,someone",
        "2019-05-01,SPY,,,,291.8,280.1,71671900,someone",
    )
    delivered = 2
    number_column = "close"
    date_column = "date"


class TestCsvOfChains(TextSourceContract):
    format_name = "canonical"
    file_name = "chain.csv"
    lines = (
        ",".join(CHAINS.columns),
        "2019-05-01,2019-05-01 15:45:00,x,SPX,SPXW,2019-05-31,C,2900,45.1,46.1,,5,7,0.12,0.55,2920.5,PM",
        "2019-05-01,,x,SPX,,2019-05-31,P,2900,22.0,22.5,21.9,5,7,0.13,-0.4,2920.5,",
    )
    delivered = 2
    number_column = "bid"
    date_column = "quote_date"
    expiry = ("expiry", "2019-04-18")


def test_a_table_goes_out_as_csv_and_comes_back_the_same(tmp_path):
    first, second = Store(tmp_path / "one"), Store(tmp_path / "two")
    first.merge("chains", chains())
    path = tmp_path / "export.csv"
    first.read("chains").write_csv(path)
    import_paths(second, "auto", [path])
    assert second.content_hash("chains") == first.content_hash("chains")


def test_meetings_and_releases_become_events(tmp_path):
    fomc = tmp_path / "fomc.csv"
    fomc.write_text(
        "date,time_et,scheduled,event,target_upper_pct,sp500_30m_pct,time_basis,status,source\n"
        "2019-05-01,14:00,true,statement,2.5,-0.3,observed,held,x\n"
    )
    cpi = tmp_path / "cpi.csv"
    cpi.write_text("date,reference_month,time_et,flag\n2025-12-12,2025-11,08:30,suspect\n2010-02-19,2010-01,08:30,\n")
    store = Store(tmp_path / "store")
    import_paths(store, "auto", [fomc, cpi])
    assert store.read("events", columns=["kind", "date", "time_et", "scheduled", "event", "note"]).rows() == [
        ("CPI", dt.date(2010, 2, 19), "08:30", True, "release", "2010-01"),
        ("CPI", dt.date(2025, 12, 12), "08:30", True, "release", "2025-11; suspect"),
        ("FOMC", dt.date(2019, 5, 1), "14:00", True, "statement", None),
    ]


def test_a_wide_table_of_closes_becomes_long_and_counts_its_gaps(tmp_path):
    tickers = {f"T{n:02d}": [10.0 + n, None if n == 3 else 11.0 + n] for n in range(25)}
    path = tmp_path / "closes.parquet"
    pl.DataFrame({"date": [dt.date(2020, 1, 2), dt.date(2020, 1, 3)], **tickers}).write_parquet(path)
    (piece,) = FORMATS["canonical"].read(path)
    assert (piece.table, piece.rows, piece.drops) == ("constituents", 50, {NO_PRICE: 1})
    assert piece.frame.filter(symbol="T03")["adj_close"].to_list() == [13.0]


def test_in_a_folder_what_is_no_table_is_left_aside_with_the_reason(tmp_path):
    folder = tmp_path / "collection"
    (folder / "deep").mkdir(parents=True)
    chains().write_parquet(folder / "deep" / "chains.parquet")
    (folder / "README.md").write_text("# What this is\n")
    (folder / "near_term.csv").write_text("strike,call_bid,call_ask,put_bid,put_ask\n200,717.6,722.8,0,0.05\n")
    (folder / ".hidden").write_text("nothing")
    store = Store(tmp_path / "store")
    for name in ("canonical", "auto"):
        report = import_paths(store, name, [folder])
        told = {file.path.name: (file.format, file.aside) for file in report.files}
        assert told["README.md"] == (None, "no format recognises it")
        assert told["near_term.csv"] == (None, "a worked example of the VIX white paper: strikes without dates")
        assert told["chains.parquet"][0] == "canonical"
        assert ".hidden" not in told
    with pytest.raises(UserError, match=r"near_term\.csv, line 1, column 'call_bid': a worked example"):
        import_paths(store, "canonical", [folder / "near_term.csv"])


def test_nan_is_missing(tmp_path):
    path = tmp_path / "chains.parquet"
    chains().write_parquet(path)
    store = Store(tmp_path / "store")
    import_paths(store, "canonical", [path])
    assert store.read("chains")["ask"].to_list() == [46.1, None]


def test_every_table_of_the_real_collection_arrives_whole(shared, tmp_path):
    real = shared / "data" / "real"
    store = Store(tmp_path / "store")
    files = [path for path in real.glob("*.parquet") if path.name != "sp500_closes_sample.parquet"]
    report = import_paths(store, "canonical", [*files, real / "cpi_dates.csv", real / "chains" / "derived"])
    assert report.conflicts == report.already == 0
    assert report.added == report.rows
    counts = {summary.name: summary.rows for summary in store.tables()}
    assert counts["events"] == 278 + 59
    assert counts["vx_futures"] == 54_317
    assert counts["vol_indices"] == 70_780
    assert set(counts) == set(TABLES) - {"chains", "constituents", "settlements"}
    prices = store.read("underlyings").sort(UNDERLYINGS.key)
    theirs = UNDERLYINGS.conform(pl.read_parquet(real / "underlyings.parquet")).sort(UNDERLYINGS.key)
    assert prices.equals(theirs)
