"""Every shipped indicator on numbers worked by hand, and the VX curve against a count of the calendar."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.conventions import sessions, vix_expiry
from alvh.diagnosis.indicators import indices, regime, vx_beta, vx_curve
from alvh.market.history import History, build_history
from tiny_market import TinySpec

FIRST, LAST = dt.date(2019, 3, 1), dt.date(2019, 8, 30)
DAYS = sessions(FIRST, LAST).astype(object).tolist()
EXPIRIES = [vix_expiry(2019, month) for month in range(3, 13)]


def frames(settle, vix=None) -> dict[str, pl.DataFrame]:
    """Return an axis, VIX closes, and VX settlements given by ``settle(day, expiry)``."""
    spx = pl.DataFrame({"date": DAYS, "symbol": "SPX", "close": 2800.0, "source": "hand"})
    levels = [15.0 if vix is None else vix(day) for day in DAYS]
    index = pl.DataFrame({"date": DAYS, "symbol": "VIX", "close": levels, "source": "hand"})
    rows = [
        {"date": day, "expiry": expiry, "kind": "monthly", "settle": settle(day, expiry), "source": "hand"}
        for day in DAYS
        for expiry in EXPIRIES
        if day <= expiry and settle(day, expiry) is not None
    ]
    futures = pl.DataFrame(rows, schema_overrides={"settle": pl.Float64})
    return {"underlyings": spx, "vol_indices": index, "vx_futures": futures}


def by_month(day: dt.date, expiry: dt.date) -> float:
    """March 10, April 11, May 12 ... points, every day alike."""
    return 7.0 + expiry.month


@pytest.fixture(scope="module")
def flat() -> History:
    return build_history(frames(by_month))


def on(history: History, values, day: dt.date) -> float:
    return float(values[history.index(day)])


# -- the curve -------------------------------------------------------------------------------------------------------


def test_f1_has_at_least_five_trading_days_left(flat: History) -> None:
    # April expires on Wednesday 2019-04-17. Good Friday comes after it, so that Wednesday 04-10 has exactly five
    # sessions to go (11, 12, 15, 16, 17) and Thursday 04-11 has four.
    f1 = vx_curve.prepare(flat, "F1")
    assert on(flat, f1, dt.date(2019, 4, 10)) == 11.0
    assert on(flat, f1, dt.date(2019, 4, 11)) == 12.0
    assert on(flat, f1, dt.date(2019, 4, 17)) == 12.0


def test_every_day_of_f1_by_counting_sessions(flat: History) -> None:
    found = vx_curve.prepare(flat, "F1")
    calendar = sessions(FIRST, dt.date(2019, 12, 31)).astype(object).tolist()
    for i, day in enumerate(DAYS):
        enough = [e for e in EXPIRIES if sum(day < d <= e for d in calendar) >= 5]
        assert found[i] == 7.0 + min(enough).month


def test_f8_is_seven_months_after_f1_and_nan_where_nothing_is_listed(flat: History) -> None:
    f8 = vx_curve.prepare(flat, "F8")
    assert on(flat, f8, dt.date(2019, 4, 10)) == 18.0
    # In August F1 is September or August: F8 would be a month of 2020, of which there is no row.
    assert math.isnan(on(flat, f8, LAST))


def test_spread_and_slope(flat: History) -> None:
    day = dt.date(2019, 4, 10)
    assert on(flat, vx_curve.prepare(flat, "vx_spread"), day) == pytest.approx(1.0)
    assert on(flat, vx_curve.prepare(flat, "vx_slope"), day) == pytest.approx(12.0 / 11.0 - 1.0)


def test_a_settlement_that_is_missing_is_missing() -> None:
    gap = dt.date(2019, 4, 10)
    holed = build_history(frames(lambda d, e: None if d == gap and e.month == 5 else by_month(d, e)))
    assert on(holed, vx_curve.prepare(holed, "F1"), gap) == 11.0
    assert math.isnan(on(holed, vx_curve.prepare(holed, "F2"), gap))
    assert math.isnan(on(holed, vx_curve.prepare(holed, "vx_slope"), gap))
    assert math.isnan(on(holed, regime.prepare(holed, "regime"), gap))


def test_the_settlement_on_the_expiry_itself_is_no_part_of_the_curve() -> None:
    final = vix_expiry(2019, 4)
    odd = build_history(frames(lambda d, e: 99.0 if d == e == final else by_month(d, e)))
    for name in ("F1", "F2", "vx_30d"):
        assert not np.any(vx_curve.prepare(odd, name) == 99.0)


def test_constant_maturity_between_two_expiries_by_hand(flat: History) -> None:
    # On 2019-04-10 thirty days end on 05-10, between 04-17 (11 points) and 05-22 (12 points): 23 of 35 days.
    found = on(flat, vx_curve.prepare(flat, "vx_30d"), dt.date(2019, 4, 10))
    assert found == pytest.approx(11.0 + 23.0 / 35.0)


def test_constant_maturity_on_an_expiry_is_that_settlement(flat: History) -> None:
    day = vix_expiry(2019, 5) - dt.timedelta(30)
    assert day in DAYS
    assert on(flat, vx_curve.prepare(flat, "vx_30d"), day) == pytest.approx(12.0)


def test_constant_maturity_outside_the_curve_is_missing() -> None:
    near = build_history(frames(lambda d, e: by_month(d, e) if (e - d).days <= 70 else None))
    assert math.isnan(on(near, vx_curve.prepare(near, "vx_150d"), dt.date(2019, 4, 10)))
    # The front expiry still counts in its last days, when it is no F1 any more: 04-16 + 30 d = 05-16.
    found = on(near, vx_curve.prepare(near, "vx_30d"), dt.date(2019, 4, 16))
    assert found == pytest.approx(11.0 + 29.0 / 35.0)


@given(st.integers(0, 2**20))
def test_constant_maturities_stay_between_their_neighbours(seed: int) -> None:
    history = build_history(TinySpec(seed=seed, sessions=40).tables())
    settle = history.vx.settle
    for days in vx_curve.CONSTANT_DAYS:
        found = vx_curve.prepare(history, f"vx_{days}d")
        known = np.isfinite(found)
        assert np.all(found[known] <= np.nanmax(settle[known], axis=1) + 1e-9)
        assert np.all(found[known] >= np.nanmin(settle[known], axis=1) - 1e-9)


# -- the regime ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slope", "name"),
    [(-0.001, "inverted"), (0.0, "flat"), (0.0299, "flat"), (0.031, "normal"), (0.0999, "normal"), (0.101, "steep"),
     (0.1499, "steep"), (0.151, "extreme"), (0.40, "extreme")],
)  # fmt: skip
def test_the_regimes_of_concepts_md(slope: float, name: str) -> None:
    # Every contract is 1 + slope times the one before it, from 20 points in March.
    made = build_history(frames(lambda _, e: 20.0 * (1.0 + slope) ** (e.month - 3)))
    codes = regime.prepare(made, "regime")
    assert {regime.label(code) for code in codes} == {name}


def test_an_unknown_regime_is_called_so() -> None:
    assert regime.label(math.nan) == "unknown"


# -- the betas -------------------------------------------------------------------------------------------------------


def test_a_future_that_moves_by_half_of_the_vix_has_a_beta_of_half() -> None:
    rng = np.random.default_rng(1)
    level = dict(zip(DAYS, 15.0 + np.cumsum(rng.normal(0.0, 1.0, len(DAYS))), strict=True))
    # The level of each contract is its own, the move is half of the VIX's: on a change of contract nothing is counted.
    moving = build_history(frames(lambda d, e: 0.5 * level[d] + 3.0 * e.month, vix=lambda d: level[d]))
    beta = vx_beta.prepare(moving, "vx_beta_1")
    assert np.isnan(beta[: vx_beta.MIN_SESSIONS]).all()
    assert beta[vx_beta.MIN_SESSIONS :] == pytest.approx(0.5)
    assert vx_beta.prepare(moving, "vx_beta_2")[-1] == pytest.approx(0.5)


@given(st.integers(0, 2**20), st.integers(5, 40))
def test_the_rolling_slope_is_least_squares(seed: int, window: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=80), rng.normal(size=80)
    y[rng.random(80) < 0.1] = np.nan
    x[rng.random(80) < 0.1] = np.nan
    found = vx_beta.rolling_slope(x, y, window, 4)
    for i in range(80):
        xs, ys = (v[max(0, i - window + 1) : i + 1] for v in (x, y))
        both = np.isfinite(xs) & np.isfinite(ys)
        if both.sum() < 4:
            assert math.isnan(found[i])
        else:
            assert found[i] == pytest.approx(np.polyfit(xs[both], ys[both], 1)[0], rel=1e-6, abs=1e-9)


def test_a_vix_that_never_moves_gives_no_beta() -> None:
    still = build_history(frames(by_month))
    assert np.isnan(vx_beta.prepare(still, "vx_beta_1")).all()


# -- levels and the bill ---------------------------------------------------------------------------------------------


def test_levels_are_the_published_ones() -> None:
    tables = TinySpec(sessions=60).tables()
    history = build_history(tables)
    for name in ("VIX", "VVIX", "VIX9D", "SKEW"):
        expected = tables["vol_indices"].filter(pl.col("symbol") == name).sort("date")["close"].to_numpy()
        assert np.array_equal(indices.prepare(history, name), expected)


def test_the_bill_is_the_latest_published_three_month_yield() -> None:
    tables = TinySpec(sessions=60).tables(holes={"DGS3MO": [30, 31]})
    history = build_history(tables)
    published = tables["rates"].filter(pl.col("series") == "DGS3MO").sort("date")["value"].to_numpy() / 100.0
    bill = indices.prepare(history, "bill_3m")
    assert bill[29] == bill[30] == bill[31] == pytest.approx(published[29])
    assert bill[32] == pytest.approx(published[30])


def test_a_discount_is_turned_into_a_yield() -> None:
    # A 91-day bill at a discount of 4.80 % costs 100 - 4.80 x 91 / 360 = 98.786667; it yields
    # (100 - 98.786667) / 98.786667 x 365 / 91 = 4.92644 % a year.
    spx = pl.DataFrame({"date": DAYS, "symbol": "SPX", "close": 2800.0, "source": "hand"})
    rates = pl.DataFrame({"date": DAYS, "series": "IRX", "value": 4.80, "source": "hand"})
    history = build_history({"underlyings": spx, "rates": rates})
    assert indices.prepare(history, "bill_3m")[5] == pytest.approx(0.0492644, abs=5e-8)
