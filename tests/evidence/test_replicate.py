"""The families of targets: on a market made by hand, and on the shared data with the thresholds of the issue."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from alvh.conventions import sessions, vix_expiry
from alvh.conventions.vol_funds import LEVERAGE_CHANGE, vol_fund
from alvh.evidence.replicate import futures_indices
from alvh.evidence.replicate.vix import shows_the_close
from alvh.evidence.replication import Replication, Row, replicate, targets
from alvh.market.vix_strip import Capture
from alvh.maths.futures_index import bill_return
from alvh.values import Missing


@dataclass
class Tables:
    """A desk on frames."""

    frames: dict[str, pl.DataFrame] = field(default_factory=dict)

    def read(self, table: str, **equal: object) -> pl.DataFrame:
        rows = self.frames[table]
        for column, value in equal.items():
            rows = rows.filter(pl.col(column).cast(pl.String) == str(value))
        return rows

    def backtest(self, *_args: object, **_settings: object) -> None:
        raise AssertionError("no family of this file runs policies")


def made_market(level: float = 20.0, rate_pct: float = 3.0) -> Tables:
    """VX flat at one level in every month, 2017-06 to 2018-12, and a fund of level 100 throughout."""
    axis = sessions(dt.date(2017, 5, 1), dt.date(2018, 12, 31)).astype(object).tolist()
    months = [(2017 + m // 12, m % 12 + 1) for m in range(4, 34)]
    futures = [
        {"date": day, "expiry": vix_expiry(*month), "kind": "monthly", "settle": level}
        for day in axis
        for month in months
        if day <= vix_expiry(*month)
    ]
    funds = axis[40:]
    closes = pl.DataFrame({"date": funds, "close": [100.0] * len(funds)})
    return Tables(
        {
            "vx_futures": pl.DataFrame(futures),
            "rates": pl.DataFrame({"date": axis, "series": ["IRX"] * len(axis), "value": [rate_pct] * len(axis)}),
            "underlyings": pl.concat(
                closes.with_columns(symbol=pl.lit(name), source=pl.lit("by hand")) for name in ("VXX", "UVXY")
            ),
            "benchmarks": pl.DataFrame(
                schema={"date": pl.Date, "symbol": pl.String, "freq": pl.String, "close": pl.Float64}
            ),
            "chains": pl.DataFrame(schema={"quote_date": pl.Date, "symbol": pl.String, "underlying_price": pl.Float64}),
        }
    )


def test_a_flat_curve_leaves_the_bill_less_the_fee() -> None:
    made = futures_indices.ingredients(made_market())
    assert not isinstance(made, Missing)
    returns = futures_indices.daily_returns(made, vol_fund("VXX"), as_filed=True)
    over_weekend = int(np.flatnonzero(made.elapsed[40:] == 3)[0]) + 40
    by_hand = (1.0 + bill_return(0.03, 3.0)) * (1.0 - 0.0089 / 365.0) ** 3 - 1.0
    assert returns[over_weekend] == pytest.approx(by_hand, rel=1e-9)
    rows = targets()["vxx"].run(made_market())
    assert not isinstance(rows, Missing)
    # A 91-day bill at a discount of 3 % yields ln(1 / (1 - 0.03 x 91 / 360)) / 91 a day; the fee is 0.89 %.
    expected = 365.25 * (np.log(1.0 / (1.0 - 0.03 * 91.0 / 360.0)) / 91.0 + np.log(1.0 - 0.0089 / 365.0))
    assert rows[0].error == pytest.approx(1e4 * expected, rel=1e-9)
    assert rows[0].published == pytest.approx(0.0)


def test_leverage_follows_the_calendar() -> None:
    desk = made_market()
    jump = pl.col("date") > LEVERAGE_CHANGE
    futures = desk.frames["vx_futures"]
    desk.frames["vx_futures"] = futures.with_columns(settle=pl.when(jump).then(22.0).otherwise(20.0))
    made = futures_indices.ingredients(desk)
    assert not isinstance(made, Missing)
    at = int(np.searchsorted(made.days, LEVERAGE_CHANGE.toordinal() - futures_indices.EPOCH)) + 1
    assert made.contracts["short"][at] == pytest.approx(0.10)
    bare = futures_indices.daily_returns(made, vol_fund("UVXY"), as_filed=False, cash_share=0.0)
    # The day after the change: 1.5 x 10 %, less a day's fee of 0.95 % / 365.
    assert bare[at] == pytest.approx(1.15 * (1.0 - 0.0095 / 365.0) - 1.0, rel=1e-12)


def test_the_split_table_is_held_against_prices_as_traded() -> None:
    """UVXY split 5:1 on 2018-09-18: an adjusted 100 of May traded at 20."""
    desk = made_market()
    spots = {"quote_date": [dt.date(2018, 5, 1), dt.date(2018, 11, 1)], "symbol": ["UVXY"] * 2}
    desk.frames["chains"] = pl.DataFrame({**spots, "underlying_price": [20.0, 100.0]})
    rows = targets()["uvxy"].run(desk)
    assert not isinstance(rows, Missing)
    assert (rows[-1].n, rows[-1].error) == (2, pytest.approx(0.0, abs=1e-12))
    desk.frames["chains"] = pl.DataFrame({**spots, "underlying_price": [100.0, 100.0]})
    # Had the fund not split, the first one would be off by 80 %: the median of 80 and 0 is 40.
    assert targets()["uvxy"].run(desk)[-1].error == pytest.approx(40.0)


def test_a_fund_without_closes_or_futures_cannot_run() -> None:
    desk = made_market()
    assert "no closes of SVXY" in targets()["svxy"].run(desk).why
    desk.frames["vx_futures"] = desk.frames["vx_futures"].clear()
    assert "no VX settlements" in targets()["vxx"].run(desk).why


@pytest.mark.parametrize(
    ("session", "snapshot", "shows"),
    [
        ("2023-09-14", "2023-09-14 16:31", True),
        ("2022-07-12", "2022-07-12 11:55", False),
        ("2024-01-05", "2024-01-07 10:52", True),  # Sunday morning
        ("2023-08-18", "2023-08-20 22:42", False),  # Sunday night: the global session has begun
        ("2024-02-12", "2024-02-13 06:40", False),
        ("2025-01-06", "2025-01-06 20:48", False),
        ("2019-05-09", None, False),
    ],
)
def test_which_captures_show_the_close(session, snapshot, shows) -> None:
    stamp = None if snapshot is None else dt.datetime.fromisoformat(snapshot)
    assert shows_the_close(Capture(dt.date.fromisoformat(session), stamp, "x", 915, pl.DataFrame())) is shows


# -- the shared data -------------------------------------------------------------------------------------------------


class SharedDesk(Tables):
    """A desk on the shared files, columns as they lie there."""

    def __init__(self, folder: Path) -> None:
        self.frames = {
            name: pl.read_parquet(folder / f"{name}.parquet")
            for name in ("vol_indices", "vx_futures", "underlyings", "rates", "benchmarks")
        }
        self.frames["chains"] = pl.concat(
            (pl.read_parquet(path) for path in sorted((folder / "chains").glob("*_cboe_*.parquet"))),
            how="diagonal_relaxed",
        )


@pytest.fixture(scope="module")
def rebuilt(shared) -> Replication:
    names = ("vix", "vix6m", "vxx", "vxz", "vixy", "vixm", "uvxy", "svxy")
    return replicate(SharedDesk(shared / "data/real"), [targets()[name] for name in names])


def row_of(made: Replication, target: str, begins: str) -> Row:
    return next(row for row in made.rows if row.target == target and row.measure.startswith(begins))


@pytest.mark.shared
def test_every_threshold_of_these_families_is_met_on_the_shared_data(rebuilt) -> None:
    assert rebuilt.not_run == ()
    assert sum(row.passed is True for row in rebuilt.rows) == 10
    assert [(row.target, row.measure, row.error) for row in rebuilt.failed] == []


@pytest.mark.shared
def test_vix_lies_in_the_day_range_on_every_session_of_2019(rebuilt) -> None:
    row = row_of(rebuilt, "vix", "share outside")
    assert (row.n, row.ours, row.error) == (41, 41.0, 0.0)
    assert row_of(rebuilt, "vix", "|error|, median, quote tables").error <= 0.02


@pytest.mark.shared
def test_the_method_matters_as_the_prototype_found(rebuilt) -> None:
    """feasibility.md: rolling a day late costs 116 bp a year, a day early gains 158, no bill costs 134."""
    right = row_of(rebuilt, "vxx", "drift (").error
    assert abs(right) <= 15.0
    assert 100.0 < row_of(rebuilt, "vxx", "drift, were the roll a session early").error < 200.0
    assert -150.0 < row_of(rebuilt, "vxx", "drift, were the roll a session late").error < -70.0
    assert row_of(rebuilt, "vxx", "drift, were no bill earned").error == pytest.approx(-134.0, abs=10.0)


@pytest.mark.shared
def test_the_worst_day_is_the_published_one(rebuilt) -> None:
    """methodology.md section 5: on 5 February 2018 the front months rose by about 97 %."""
    assert row_of(rebuilt, "vxx", "move of the short-term index").ours == pytest.approx(97.0, abs=1.5)


@pytest.mark.shared
def test_the_daily_error_falls_with_the_settlement_time(rebuilt) -> None:
    for name in ("vxx", "vixy", "vixm", "uvxy", "svxy"):
        before = row_of(rebuilt, name, "daily |error|, median, VX settled at 16:15").error
        assert row_of(rebuilt, name, "daily |error|, median, VX settled at 16:00").error < 0.6 * before
