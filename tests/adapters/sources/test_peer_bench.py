from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl

from alvh.adapters.store import Store
from contracts.source_contract import SourceContract

DATE, EXPIRY = dt.datetime(2019, 1, 2), dt.datetime(2019, 1, 18)


def chain(**changed: list[object]) -> pl.DataFrame:
    columns = {
        "quote_date": [DATE, DATE],
        "expiration": [EXPIRY, EXPIRY],
        "dte": [16, 16],
        "strike": [2500.0, 2500.0],
        "bid": [50.0, 40.0],
        "ask": [51.0, 41.0],
        "iv": [0.2, 0.21],
        "delta": [0.55, -0.45],
        "gamma": [0.001, 0.001],
        "theta": [-1.0, -1.0],
        "vega": [2.0, 2.0],
        "underlying_price": [2505.0, 2505.0],
        "volume": [5, 6],
        "open_interest": [7, 8],
        "right": ["C", "P"],
    }
    return pl.DataFrame(columns | changed)


class TestPeerBench(SourceContract):
    format_name = "peer_bench"
    delivered = 2

    def write(self, folder: Path, frame: pl.DataFrame | None = None) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "chain.parquet"
        (chain() if frame is None else frame).write_parquet(path)
        return path

    def rewrite(self, folder: Path) -> Path:
        return self.write(folder, chain().reverse())

    def damaged(self, folder: Path) -> list[tuple[Path, str]]:
        cut = self.write(folder / "cut")
        cut.write_bytes(cut.read_bytes()[:-20])
        return [
            (cut, "cannot be read"),
            (self.write(folder / "column", chain().drop("iv")), "line 1, column 'iv'"),
            (self.write(folder / "minus", chain(bid=[50.0, -1.0])), "line 2, column 'bid': negative"),
            (
                self.write(folder / "early", chain(expiration=[EXPIRY, dt.datetime(2018, 12, 21)])),
                "line 2, column 'expir",
            ),
            (
                self.write(folder / "year", chain(quote_date=[dt.datetime(202, 1, 2), DATE])),
                "line 1, column 'quote_date'",
            ),
            (self.write(folder / "right", chain(right=["C", "X"])), "cannot be read"),
        ]

    def test_all_of_it_is_spxw_settled_on_the_close(self, tmp_path: Path, store: Store):
        self.offer(store, self.write(tmp_path))
        rows = store.read("chains", columns=["symbol", "root", "settle", "expiry", "right", "bid"])
        assert rows.rows() == [
            ("SPX", "SPXW", "PM", EXPIRY.date(), "C", 50.0),
            ("SPX", "SPXW", "PM", EXPIRY.date(), "P", 40.0),
        ]
