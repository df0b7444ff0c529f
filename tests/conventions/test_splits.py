"""The split table against prices as traded, quoted by pages that are not ours."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from alvh.conventions.splits import SPLITS, price_factor, splits_of

TODAY = dt.date(2026, 8, 3)


def test_rows_are_in_order_and_sourced():
    keys = [(split.symbol, split.date) for split in SPLITS]
    assert len(set(keys)) == len(keys)
    for symbol in ("VXX", "UVXY", "SVXY"):
        dates = [split.date for split in splits_of(symbol)]
        assert dates == sorted(dates)
    assert all(split.source and split.price_factor != 1 for split in SPLITS)
    assert len(splits_of("VXX")) == 8
    assert len(splits_of("UVXY")) == 13
    assert len(splits_of("SVXY")) == 5
    assert splits_of("SPY") == ()


def test_factor_by_hand():
    # 1:4 on 2024-07-24 is the only split of VXX between the two days.
    assert price_factor("VXX", dt.date(2024, 7, 23), TODAY) == 4.0
    assert price_factor("VXX", dt.date(2024, 7, 24), TODAY) == 1.0
    # SVXY: 2:1, 2:1, 2:1, then 1:4, then 2:1 -> 1/8 x 4 x 1/2
    assert price_factor("SVXY", dt.date(2011, 10, 4), TODAY) == 0.25
    assert price_factor("VXX", dt.date(2009, 1, 30), TODAY) == 4**8
    # 6 x 10 x 10 x 4 x 5 x 5 x 5 x 4 x 5 x 10 x 10 x 5 x 5
    assert price_factor("UVXY", dt.date(2011, 10, 4), TODAY) == 15_000_000_000
    assert price_factor("SPY", dt.date(1993, 1, 29), TODAY) == 1.0


def test_basis_before_session_is_a_programmers_error():
    with pytest.raises(ValueError, match="before the session"):
        price_factor("VXX", TODAY, dt.date(2020, 1, 2))


# Prices as traded, from press releases and pages named in the module's docstring.
AS_TRADED = [
    ("VXX", dt.date(2012, 10, 4), 8.65, 0.001),
    ("VXX", dt.date(2013, 10, 25), 12.85, 0.01),
    ("VXX", dt.date(2017, 8, 9), 11.55, 0.02),
    ("VXX", dt.date(2024, 7, 9), 10.2926, 0.01),
    ("VXX", dt.date(2016, 12, 1), 28.95, 0.001),
    ("VXX", dt.date(2026, 7, 10), 21.13, 0.001),
    ("UVXY", dt.date(2013, 5, 28), 5.80, 0.01),
    ("UVXY", dt.date(2026, 7, 10), 23.18, 0.001),
    ("SVXY", dt.date(2011, 10, 4), 42.10, 0.001),
]


@pytest.mark.shared
@pytest.mark.parametrize(("symbol", "day", "price", "tolerance"), AS_TRADED)
def test_adjusted_closes_give_back_the_price_as_traded(shared, symbol, day, price, tolerance):
    table = pl.read_parquet(shared / "data/real/underlyings.parquet")
    close = table.filter((pl.col("symbol") == symbol) & (pl.col("date") == day))["close"].item()
    assert close / price_factor(symbol, day, TODAY) == pytest.approx(price, rel=tolerance)


@pytest.mark.shared
def test_vendor_split_column_agrees(shared):
    vendor = pl.read_csv(
        shared / "data/raw_formats/other/SVXY_alphavantage_daily_adjusted.csv", try_parse_dates=True
    ).filter(pl.col("split_coefficient") != 1)
    ours = [(s.date, s.new_shares / s.old_shares) for s in splits_of("SVXY") if s.date.year < 2022]
    assert ours == list(zip(vendor["date"], vendor["split_coefficient"], strict=True))
