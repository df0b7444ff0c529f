from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.conventions import calendar
from alvh.conventions.listing import listed_expiries
from alvh.conventions.strikes import (
    expiry_family,
    nearest_strike,
    on_grid,
    strike_grid,
    strike_step,
    strikes_assumed,
)

MAY, JULY = dt.date(2019, 5, 28), dt.date(2019, 7, 19)
DAYS = st.dates(dt.date(2007, 1, 3), dt.date(2026, 6, 30)).map(calendar.session_on_or_before)


@st.composite
def contracts(draw):
    """A root, a session, one of its listed expiries and a spot of the era's size."""
    root = draw(st.sampled_from(["SPX", "SPXW", "XSP", "VIX"]))
    session = draw(DAYS)
    rows = [row for row in listed_expiries(root, session) if (row.expiry - session).days <= 250]
    if not rows:
        root, rows = "SPX", list(listed_expiries("SPX", session))
    spot = draw(st.floats({"VIX": 9.0, "XSP": 70.0}.get(root, 700.0), {"VIX": 80.0, "XSP": 700.0}.get(root, 7000.0)))
    return root, session, draw(st.sampled_from(rows)).expiry, spot


def test_the_steps_of_a_monthly_in_2019():
    # The chain of 2019-05-28, July expiry, index 2814: 5 points from -20 % to +12 %, 25 out to -51 %, 100 above +21 %.
    assert strike_step("SPX", 52, 1.00, MAY) == 5.0
    assert strike_step("SPX", 52, 0.80, MAY) == 5.0
    assert strike_step("SPX", 52, 0.60, MAY) == 25.0
    assert strike_step("SPX", 52, 1.40, MAY) == 100.0
    assert strike_step("SPX", 143, 1.00, MAY) == 25.0


def test_weeklies_are_coarser_than_monthlies():
    day = dt.date(2024, 1, 5)
    assert strike_step("SPXW", 28, 0.93, day, family="month") == 5.0
    assert strike_step("SPXW", 28, 0.93, day, family="friday") == 10.0
    assert strike_step("SPXW", 27, 0.93, day, family="weekday") == 50.0


def test_the_vix_ladder_of_june_2016():
    day, near, far = dt.date(2016, 6, 1), dt.date(2016, 6, 15), dt.date(2016, 10, 19)
    assert on_grid("VIX", 14.5, 14.6, near, day)
    assert not on_grid("VIX", 14.5, 14.6, far, day)
    assert not on_grid("VIX", 15.5, 14.6, near, day)
    assert on_grid("VIX", 32.5, 14.6, far, day)
    assert not on_grid("VIX", 33.0, 14.6, far, day)
    assert not on_grid("VIX", 9.0, 14.6, near, day)
    assert strike_step("VIX", 14, 2.0, day, spot=14.6) == 1.0
    assert strike_step("VIX", 14, 4.0, day, spot=14.6) == 5.0
    with pytest.raises(ValueError, match="spot"):
        strike_step("VIX", 14, 2.0, day)


def test_vix_ladder_of_february_2012():
    # "10, 15, 16, ..., 30, 32.5, ..., 50, 55, ..., 100" (Macroption copy).
    grid = strike_grid("VIX", 20.0, dt.date(2012, 4, 18), dt.date(2012, 2, 15), 15.0, 100.0)
    assert grid.tolist() == [*range(15, 31), *np.arange(32.5, 50.1, 2.5), *range(55, 101, 5)]


def test_ten_points_stand_for_tens_and_twenty_fives():
    # -25 % of 2814 on the July 2019 monthly: 2110, 2120, 2125, 2130 in the chain.
    assert strike_grid("SPX", 2814.0, JULY, MAY, 2100.0, 2135.0).tolist() == [2100.0, 2110.0, 2120.0, 2125.0, 2130.0]
    assert nearest_strike("SPX", 2124.0, 2814.0, JULY, MAY) == 2125.0
    assert nearest_strike("SPX", 2116.0, 2814.0, JULY, MAY) == 2120.0


def test_nearest_of_two_is_the_lower():
    assert nearest_strike("SPX", 2802.5, 2814.0, JULY, MAY) == 2800.0
    assert nearest_strike("XSP", 281.5, 281.4, JULY, MAY) == 281.0


def test_families():
    assert expiry_family(dt.date(2019, 4, 18)) == "month"  # Thursday before Good Friday
    assert expiry_family(dt.date(2019, 5, 31)) == "month_end"
    assert expiry_family(dt.date(2024, 3, 28)) == "month_end"  # Thursday, Good Friday ends the month
    assert expiry_family(dt.date(2019, 5, 24)) == "friday"
    assert expiry_family(dt.date(2019, 5, 28)) == "weekday"
    assert expiry_family(dt.date(2023, 4, 6)) == "friday"  # the weekly of Good Friday 2023


def test_what_is_assumed_says_so():
    assert strikes_assumed("SPX", dt.date(2007, 1, 3))
    assert not strikes_assumed("SPX", MAY)
    assert strikes_assumed("SPXW", dt.date(2020, 3, 16))
    assert not strikes_assumed("VIX", dt.date(2016, 6, 1))


@pytest.mark.parametrize(
    ("file", "precision", "recall"),
    [
        ("spx_cboe_delayed_2019", 0.98, 0.87),
        ("spx_cboe_quotetable", 0.96, 0.78),
        ("spx_hod_201801_02", 0.98, 0.80),
        ("xsp_cboe_quotetable", 0.94, 0.65),
        ("vix_datashop_20160601", 1.0, 1.0),
        ("vix_polygon_20240603", 1.0, 0.98),
    ],
)
def test_the_grid_is_that_of_real_chains(shared, file, precision, recall):
    frame = pl.read_parquet(shared / f"data/real/chains/{file}.parquet").filter(
        pl.col("root").is_in(["SPX", "SPXW", "XSP", "VIX", "VIXW"]),
        pl.col("expiry") > pl.col("quote_date"),
        (pl.col("expiry") - pl.col("quote_date")).dt.total_days() <= 200,
    )
    days = frame["quote_date"].unique().sort()[::6]
    both = ours_only = theirs_only = 0
    for (day, root, expiry), rows in frame.filter(pl.col("quote_date").is_in(days.to_list())).group_by(
        "quote_date", "root", "expiry"
    ):
        spot = rows["underlying_price"].median()
        low, high = (10.0, 70.0) if root in ("VIX", "VIXW") else (0.85 * spot, 1.1 * spot)
        real = {strike for strike in rows["strike"].to_list() if low <= strike <= high}
        ours = set(strike_grid(root, spot, expiry, day, low, high).tolist())
        both, ours_only, theirs_only = (
            both + len(real & ours),
            ours_only + len(ours - real),
            theirs_only + len(real - ours),
        )
    assert both > 0
    assert both / (both + ours_only) >= precision
    assert both / (both + theirs_only) >= recall


@given(contracts(), st.floats(0.6, 1.5))
def test_the_nearest_strike_is_listed_and_none_is_nearer(contract, ratio):
    root, session, expiry, spot = contract
    target = max(ratio * spot, 10.0)
    strike = nearest_strike(root, target, spot, expiry, session)
    assert on_grid(root, strike, spot, expiry, session)
    around = strike_grid(root, spot, expiry, session, max(0.5, target - 105.0), target + 105.0)
    assert abs(strike - target) <= np.abs(around - target).min() + 1e-6


@given(contracts())
def test_a_coarser_band_never_hides_in_a_finer_one(contract):
    root, session, expiry, _ = contract
    if root == "VIX":
        return
    steps = [
        strike_step(root, (expiry - session).days, m, session, family=expiry_family(expiry))
        for m in np.linspace(1.0, 2.0, 60)
    ]
    assert steps == sorted(steps)


@pytest.mark.parametrize("bad", [(0.0, 100.0), (100.0, -1.0), (float("nan"), 100.0), (float("inf"), 100.0)])
def test_nonsense_is_refused(bad):
    with pytest.raises(ValueError, match="positive"):
        nearest_strike("SPX", bad[0], bad[1], JULY, MAY)


def test_a_future_has_no_strikes():
    with pytest.raises(ValueError, match="VX"):
        strike_step("VX", 30, 1.0, MAY)
    with pytest.raises(ValueError, match="VX"):
        nearest_strike("VX", 20.0, 20.0, JULY, MAY)
