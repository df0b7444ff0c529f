"""Returns and statistics by hand, what a store lacks, and the published overlays on the shared data."""

from __future__ import annotations

import datetime as dt
import math
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from alvh.adapters.replicating import StoreDesk
from alvh.adapters.sources.importing import import_paths
from alvh.adapters.store import Store
from alvh.evidence.replicate import overlays
from alvh.evidence.replication import Row, targets
from alvh.values import Missing

TABLES = ("vol_indices", "vx_futures", "underlyings", "rates")


def statement(equity: dict[str, float]) -> SimpleNamespace:
    return SimpleNamespace(
        sessions=np.array(list(equity), dtype="datetime64[D]"), equity_usd=np.array(list(equity.values()))
    )


def test_a_return_runs_from_close_to_close_and_a_date_without_a_session_is_the_one_before():
    made = statement({"2019-12-31": 100.0, "2020-02-28": 110.0, "2020-03-31": 150.0})
    assert overlays.equity_return(made, dt.date(2019, 12, 31), dt.date(2020, 3, 31)) == pytest.approx(50.0)
    # The first of March 2020 is a Sunday: 150 / 110.
    assert overlays.equity_return(made, dt.date(2020, 3, 1), dt.date(2020, 3, 31)) == pytest.approx(36.363636)
    assert math.isnan(overlays.equity_return(made, dt.date(2019, 12, 30), dt.date(2020, 3, 31)))
    assert math.isnan(overlays.equity_return(made, dt.date(2019, 12, 31), dt.date(2020, 4, 1)))


def test_growth_is_of_days_and_volatility_of_months():
    made = statement({"2020-12-31": 100.0, "2021-01-15": 50.0, "2021-01-29": 110.0, "2021-02-26": 110.0,
                      "2021-03-31": 121.0})  # fmt: skip
    found = overlays.growth(made, dt.date(2020, 12, 31), dt.date(2021, 3, 31))
    # Months of 10, 0 and 10 %: mean 6.667, deviations 3.333, -6.667, 3.333, squares 66.67 over 2: sd 5.7735, times the
    # root of 12 20.0. 90 days from 100 to 121: 1.21^(365.25 / 90) = e^(0.190620 x 4.058333) = e^0.773600 = 2.16756.
    assert found.vol == pytest.approx(20.0)
    assert found.cagr == pytest.approx(116.756, abs=1e-2)
    assert found.sharpe == pytest.approx(found.cagr / 20.0)
    assert found.months == 3
    assert isinstance(overlays.growth(made, dt.date(2020, 12, 30), dt.date(2021, 3, 31)), Missing)
    assert isinstance(overlays.growth(made, dt.date(2021, 3, 1), dt.date(2021, 3, 31)), Missing)


@pytest.mark.parametrize("name", ["vxth", "ladder-30-60-90"])
def test_a_store_without_inputs_says_which(name):
    empty = SimpleNamespace(read=lambda *_args, **_equal: pl.DataFrame())
    assert targets()[name].run(empty) == Missing("no SPX in the store")


@pytest.fixture(scope="module")
def desk(shared, tmp_path_factory) -> StoreDesk:
    store = Store(tmp_path_factory.mktemp("overlays"))
    import_paths(store, "canonical", [shared / "data" / "real" / f"{name}.parquet" for name in TABLES])
    return StoreDesk(store)


@pytest.mark.shared
def test_vxth_by_quarter(desk):
    rows = {row.measure: row for row in targets()["vxth"].run(desk)}
    assert [row.passed for row in rows.values() if row.threshold is not None].count(True) >= 3
    for quarter in ("3Q11", "2Q22", "1Q24"):
        assert rows[f"return of {quarter}, %"].passed
    assert all(row.source.startswith("http") for row in rows.values())
    # Without calls it is the S&P 500 total return: -21.9 in 4Q08, -16.1 in 2Q22 (Cboe's page, beside VXTH).
    assert rows["return of 4Q08, % (no calls)"].ours == pytest.approx(-21.9, abs=0.1)
    assert rows["return of 2Q22, % (no calls)"].ours == pytest.approx(-16.1, abs=0.1)
    # The trade of the morning lies between the close before and the close after: so does the published return.
    after, before = (rows[f"return of 4Q08, %{v}"].ours for v in ("", " (bought at the close before)"))
    assert after < 0.2 < before


@pytest.mark.shared
def test_the_ladder_of_the_study(desk):
    rows: dict[str, Row] = {
        row.measure: row for row in targets()["ladder-30-60-90"].run(desk) if row.first == overlays.FIRST
    }
    assert rows["growth a year, %"].passed
    assert rows["Sharpe ratio"].passed
    # Without calls it is the price index: what is left is the window.
    assert rows["growth a year, % (no calls)"].error == pytest.approx(0.0, abs=0.3)
