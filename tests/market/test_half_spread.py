"""Half-spreads: worked values, the tick as floor, monotonicity, missing inputs, and agreement with the real chains."""

from __future__ import annotations

import math

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.market import half_spread

MODELS = [half_spread.spx_half_spread, half_spread.xsp_half_spread, half_spread.vix_half_spread]

prices = st.floats(0.0, 500.0)
deltas = st.floats(0.0, 1.0)
days = st.floats(0.0, 400.0)
vixes = st.floats(9.0, 90.0)


def test_a_value_worked_by_hand() -> None:
    """10 points, 30 days, VIX 16, out of the money: 0.0311 + 0.0427 * 10^0.4752 = 0.0311 + 0.0427 * 2.98676."""
    assert half_spread.spx_half_spread(10.0, 0.2, 30.0, 16.0) == pytest.approx(0.158635, abs=1e-6)
    # Twice the VIX: the second term times 2^0.4724 = 1.38741.
    assert half_spread.spx_half_spread(10.0, 0.2, 30.0, 32.0) == pytest.approx(0.208042, abs=1e-5)
    # Delta 1 adds 1.604.
    assert half_spread.spx_half_spread(10.0, 1.0, 30.0, 16.0) == pytest.approx(1.762635, abs=1e-6)
    # XSP at a tenth of the price: a tenth, times 1.6.
    assert half_spread.xsp_half_spread(1.0, 0.2, 30.0, 16.0) == pytest.approx(0.0253816, abs=1e-6)
    # A VIX call of one point at VIX 14.2.
    assert half_spread.vix_half_spread(1.0, 0.3, 45.0, 14.2) == pytest.approx(0.05, abs=1e-12)


@given(prices, deltas, days, vixes)
def test_never_below_half_a_tick(price, delta, day, vix) -> None:
    tick = 0.025 if price < 3 else 0.05
    assert half_spread.spx_half_spread(price, delta, day, vix) >= tick
    assert half_spread.vix_half_spread(price, delta, day, vix) >= tick
    assert half_spread.xsp_half_spread(price, delta, day, vix) >= 0.005


@pytest.mark.parametrize("model", MODELS)
@given(price=prices, delta=deltas, day=days, vix=vixes, more=st.floats(1.0, 3.0))
def test_dearer_deeper_later_and_wilder_options_never_quote_tighter(model, price, delta, day, vix, more) -> None:
    here = model(price, delta, day, vix)
    for there in (
        model(price * more, delta, day, vix),
        model(price, min(delta * more, 1.0), day, vix),
        model(price, delta, day * more, vix),
        model(price, delta, day, vix * more),
    ):
        assert there >= here - 1e-12


@pytest.mark.parametrize("model", MODELS)
@given(price=prices, delta=deltas, day=days, vix=vixes)
def test_kernels_equal_their_plain_twins(model, price, delta, day, vix) -> None:
    assert model(price, delta, day, vix) == pytest.approx(model.py_func(price, delta, day, vix), rel=1e-12)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("position", range(4))
def test_what_is_missing_stays_missing(model, position) -> None:
    arguments = [5.0, 0.6, 30.0, 16.0]
    arguments[position] = math.nan
    assert math.isnan(model(*arguments))


@pytest.mark.shared
def test_the_middle_of_the_2019_quotes_is_met(shared) -> None:
    """Out of the money, 12-75 days: the median of quoted over modelled lies within a fifth of one (vendor deltas)."""
    chain = pl.read_parquet(shared / "data/real/chains/spx_cboe_delayed_2019.parquet")
    vix = pl.read_parquet(shared / "data/real/vol_indices.parquet").filter(pl.col("symbol") == "VIX")
    quotes = (
        chain.filter(
            (pl.col("bid") > 0) & (pl.col("ask") > pl.col("bid")) & pl.col("delta").abs().is_between(0.05, 0.5)
        )
        .with_columns(days=(pl.col("expiry") - pl.col("quote_date")).dt.total_days())
        .filter(pl.col("days").is_between(12, 75))
        .join(vix.select(pl.col("date").alias("quote_date"), pl.col("close").alias("vix")), on="quote_date")
        .gather_every(10)
        .select(
            half=(pl.col("ask") - pl.col("bid")) / 2,
            mid=(pl.col("ask") + pl.col("bid")) / 2,
            delta=pl.col("delta").abs(),
            days=pl.col("days").cast(pl.Float64),
            vix=pl.col("vix"),
        )
    )
    ratios = pl.Series([h / half_spread.spx_half_spread(*rest) for h, *rest in quotes.iter_rows()])
    assert quotes.height > 3000
    assert 0.8 < ratios.median() < 1.2
