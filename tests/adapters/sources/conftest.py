"""Comparing what an importer read with the chains others collected of the same session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from alvh.adapters.schema import CHAINS

CONTRACT = ("quote_date", "snapshot_ts", "symbol", "root", "expiry", "right", "strike")


@pytest.fixture
def agree_with(shared: Path) -> Callable[..., None]:
    """Return a check that imported rows stand, value for value, in ``chains/NAME.parquet``."""

    def check(frame: pl.DataFrame, name: str, *, rows: int | None = None) -> None:
        ours = CHAINS.conform(frame)
        theirs = CHAINS.conform(pl.read_parquet(shared / "data" / "real" / "chains" / f"{name}.parquet"))
        if rows is not None:
            assert ours.height == rows
        both = ours.join(theirs, on=CONTRACT, how="left", nulls_equal=True, suffix="_theirs", validate="1:1")
        assert both["source_theirs"].null_count() == 0
        for column in CHAINS.compared:
            pairs = both.filter(pl.col(column).ne_missing(pl.col(f"{column}_theirs")))
            # The collection gives BVZ, binary options on VIX, the settlement of shares; we do not know theirs.
            if column == "settle":
                pairs = pairs.filter(pl.col("root") != "BVZ")
            assert pairs.select(*CONTRACT, column, f"{column}_theirs").rows() == []

    return check
