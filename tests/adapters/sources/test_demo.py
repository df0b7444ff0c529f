"""The demo market as it comes out of `arch`: what is real is real, what is not says so, and how far off that is."""

import datetime as dt
import importlib.util
import sys
from dataclasses import astuple
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from alvh.adapters.schema import TABLES
from alvh.adapters.sources import demo
from alvh.conventions import sessions
from alvh.market.demo_market import CURVE_RULE, VVIX_RULE
from alvh.market.history import build_history

REAL = ("arch.data.sp500", "arch.data.vix")


@pytest.fixture(scope="module")
def tables():
    return demo.demo_tables()


@pytest.fixture(scope="module")
def real(shared):
    return shared / "data" / "real"


def index(tables, symbol):
    return tables["vol_indices"].filter(pl.col("symbol") == symbol)


def test_tables_are_canonical_and_keys_unique(tables):
    for name, frame in tables.items():
        table = TABLES[name]
        assert frame.schema == pl.Schema(table.columns), name
        assert frame.equals(table.conform(frame).sort(table.key)), name
        assert frame.select(table.key).is_unique().all(), name


def test_every_session_of_the_window_is_there(tables):
    expected = sessions(dt.date(2014, 1, 3), dt.date(2018, 12, 31)).tolist()
    assert len(expected) == 1257
    assert tables["underlyings"]["date"].to_list() == expected
    for symbol in ("VIX", "VIX9D", "VIX3M", "VIX6M", "VVIX"):
        assert index(tables, symbol)["date"].to_list() == expected
    assert tables["vx_futures"]["date"].unique().sort().to_list() == expected
    assert tables["rates"].filter(pl.col("series") == "DGS1MO")["date"].to_list() == expected


def test_february_2018_is_inside(tables):
    # VIX 17.31 -> 37.32 and S&P 500 -4.1 % on 5 February 2018 (methodology, "Named replays").
    vix = dict(index(tables, "VIX").select("date", "close").rows())
    assert (vix[dt.date(2018, 2, 2)], vix[dt.date(2018, 2, 5)]) == (17.31, 37.32)
    spx = dict(tables["underlyings"].select("date", "close").rows())
    assert spx[dt.date(2018, 2, 5)] / spx[dt.date(2018, 2, 2)] - 1 == pytest.approx(-0.041, abs=5e-4)


def test_what_arch_did_not_ship_says_so(tables):
    for name, frame in tables.items():
        sources = frame["source"].unique().to_list()
        assert all(s in REAL or s.startswith(("reconstructed: ", "assumed: ")) for s in sources), name
    assert index(tables, "VIX")["source"].unique().to_list() == ["arch.data.vix"]
    assert tables["underlyings"]["source"].unique().to_list() == ["arch.data.sp500"]
    assert not tables["vx_futures"]["settle_source"].is_in(REAL).any()


def test_what_has_no_honest_rule_is_absent(tables):
    assert set(tables["vol_indices"]["symbol"]) == {"VIX", "VIX9D", "VIX3M", "VIX6M", "VVIX"}
    assert set(tables["underlyings"]["symbol"]) == {"SPX"}
    assert tables["events"].is_empty()
    assert index(tables, "VIX")["open"].null_count() == 1257


def test_sixty_final_settlements(tables):
    final = tables["vx_futures"].filter(pl.col("date") == pl.col("expiry"))
    assert final.height == final["expiry"].n_unique() == 60
    february = final.filter(pl.col("expiry") == dt.date(2018, 2, 14))
    vix = dict(index(tables, "VIX").select("date", "close").rows())
    proxy = (vix[dt.date(2018, 2, 13)] * vix[dt.date(2018, 2, 14)]) ** 0.5
    assert february["settle"].item() == pytest.approx(proxy, abs=0.005)


def test_bill_rate_is_french_times_twelve_and_december_is_carried(tables):
    # French's RF: 0.18 % in November 2018, the last month that `arch` 8 ships.
    rows = tables["rates"].filter(pl.col("series") == "DGS3MO").sort("date")
    december = rows.filter(pl.col("date") >= dt.date(2018, 12, 1))
    november = rows.filter(pl.col("date").is_between(dt.date(2018, 11, 1), dt.date(2018, 11, 30)))
    assert november["value"].to_list() == pytest.approx([12 * 0.18] * november.height)
    assert december["value"].to_list() == pytest.approx([12 * 0.18] * december.height)
    assert november["source"].unique().to_list() == [demo.BILL_SOURCE]
    assert december["source"].unique().to_list() == [demo.CARRIED_SOURCE]


class Shipped:
    """A frame as `arch` hands it over, as far as the adapter looks at it."""

    def __init__(self, stamps, percent):
        self.index = self
        self._stamps, self._percent = stamps, percent

    def to_numpy(self, dtype=None):
        return self._stamps if dtype is None else self._percent

    def __getitem__(self, column):
        assert column == "RF"
        return self


@pytest.mark.parametrize(
    "stamps",
    [
        np.array([201811, 201812], dtype="datetime64[ns]"),
        np.array(["2018-11-30", "2018-12-31"], dtype="datetime64[ns]"),
    ],
)
def test_months_are_read_as_numbers_or_as_dates(monkeypatch, stamps):
    monkeypatch.setattr(demo, "_shipped", lambda _: Shipped(stamps, np.array([0.18, 0.19])))
    months, percent = demo.bill_months()
    assert months.astype(str).tolist() == ["2018-11", "2018-12"]
    assert percent.tolist() == [0.18, 0.19]


def test_a_history_is_built_from_it(tables):
    history = build_history(tables)
    assert len(history) == 1257
    assert np.isfinite(history.vx.settle).sum() == 1257 * 8
    assert np.isfinite(history.rates["DGS1MO"]).all()
    assert history.sources["VVIX"].startswith("reconstructed: ")


def test_arch_closes_are_the_official_ones(tables, real):
    official = pl.read_parquet(real / "vol_indices.parquet").select("date", "symbol", official="close")
    pair = index(tables, "VIX").join(official, on=["date", "symbol"])
    assert pair.height == 1257
    assert (pair["close"] - pair["official"]).abs().max() < 0.005


def test_contracts_and_expiries_are_the_real_ones(tables, real):
    listed = pl.read_parquet(real / "vx_futures.parquet").select("date", "expiry", "contract")
    assert tables["vx_futures"].join(listed, on=["date", "expiry", "contract"], how="anti").is_empty()


def test_errors_are_those_the_page_prints(tables, real):
    # docs/demo-market.md: mean absolute errors on sessions the rules were not fitted to.
    published = pl.read_parquet(real / "vx_futures.parquet").select("date", "expiry", "kind", real="settle")
    pair = (
        tables["vx_futures"]
        .filter(pl.col("date") < pl.col("expiry"))
        .join(published.filter(pl.col("kind") == "monthly"), on=["date", "expiry"])
        .with_columns(number=pl.col("expiry").rank("ordinal").over("date"))
    )
    errors = pair.group_by("number").agg((pl.col("settle") - pl.col("real")).abs().mean()).sort("number")
    assert errors["settle"].to_list() == pytest.approx([0.55, 0.62, 0.57, 0.53, 0.58, 0.63, 0.70, 0.78], abs=0.0051)
    official = pl.read_parquet(real / "vol_indices.parquet").select("date", "symbol", official="close")
    for symbol, error in {"VVIX": 7.07, "VIX9D": 0.98, "VIX3M": 0.61, "VIX6M": 0.71}.items():
        both = index(tables, symbol).join(official, on=["date", "symbol"])
        assert (both["close"] - both["official"]).abs().mean() == pytest.approx(error, abs=0.0051), symbol


def test_the_command_of_the_page_reproduces_the_constants(real):
    path = Path(__file__).resolve().parents[3] / "benchmarks" / "fit_demo_market.py"
    spec = importlib.util.spec_from_file_location("fit_demo_market", path)
    fit = importlib.util.module_from_spec(spec)
    sys.modules["fit_demo_market"] = fit  # dataclasses look their module up
    spec.loader.exec_module(fit)
    sample = fit.read(real)
    curve_rule = fit.fit_curve(sample, fit.fitted(sample))
    assert astuple(curve_rule) == pytest.approx(astuple(CURVE_RULE), rel=1e-3)
    vvix_rule = fit.fit_vvix(sample, fit.fitted(sample), curve_rule.half_life_sessions)
    assert astuple(vvix_rule) == pytest.approx(astuple(VVIX_RULE), rel=2e-3)
