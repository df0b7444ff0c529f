"""From the store to a history: what a run reads, and one clear sentence where there is nothing to read."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from alvh.adapters.errors import UserError
from alvh.adapters.load import BEGINNING, LEAD_IN, load_history
from alvh.adapters.schema import TABLES
from alvh.adapters.store import Store
from alvh.market.history import build_history
from tiny_market import TinySpec, tiny_market

SPEC = TinySpec(first=dt.date(2016, 6, 1), sessions=900)


@pytest.fixture(scope="module")
def tables():
    return tiny_market(first=SPEC.first, sessions=SPEC.sessions, with_chains=range(880, 900))


@pytest.fixture(scope="module")
def store(tables, tmp_path_factory):
    made = Store(tmp_path_factory.mktemp("load") / "store")
    gold = tables["underlyings"].filter(pl.col("symbol") == "SPY").with_columns(symbol=pl.lit("GLD"))
    sofr = tables["rates"].filter(pl.col("series") == "SOFR").with_columns(series=pl.lit("EFFR"))
    with made.writing() as writing:
        for name, frame in tables.items():
            writing.add(name, frame)
        writing.add("underlyings", gold)
        writing.add("rates", sofr)
    return made


def axis(k):
    return SPEC.axis()[k].item()


def test_a_history_of_everything_is_that_of_the_tables(store, tables):
    loaded = load_history(store)
    built = build_history({name: frame for name, frame in tables.items() if name != "chains"})
    assert loaded.dates == built.dates
    for name in ("VIX", "VIX.open", "VIX9D", "VVIX", "SKEW", "SPX", "SPX.open", "SPY", "SPY.adj_close"):
        np.testing.assert_array_equal(loaded.series[name], built.series[name])
    for name in ("DGS1MO", "DGS3MO", "DGS6MO", "DGS1"):
        np.testing.assert_array_equal(loaded.rates[name], built.rates[name])
    np.testing.assert_array_equal(loaded.vx.settle, built.vx.settle)
    np.testing.assert_array_equal(loaded.dividend_yield, built.dividend_yield)
    assert loaded.events == built.events
    assert not loaded.chains


def test_only_what_the_engine_reads_is_read(store):
    loaded = load_history(store)
    assert not [name for name in loaded.series if name.startswith("GLD")]
    assert "EFFR" not in loaded.rates


def test_a_window_begins_two_years_and_some_before_the_run_and_ends_with_it(store):
    first, last = axis(860), axis(870)
    loaded = load_history(store, first=first, last=last)
    assert loaded.dates[-1] == last
    assert loaded.dates[0] == next(d for d in SPEC.axis().tolist() if d >= first - LEAD_IN)
    # Two years of sessions before the first one: what a trailing yield and a year's beta look back on.
    assert loaded.index(first) > 2 * 252


def test_a_window_changes_nothing_that_was_loaded_with_more(store):
    first, last = axis(860), axis(870)
    narrow, wide = load_history(store, first=first, last=last), load_history(store)
    one, two = narrow.index(first), wide.index(first)
    assert narrow.content_hash(one, len(narrow) - 1) == wide.content_hash(two, wide.index(last))


def test_scheduled_events_are_known_ahead(store, tables):
    last = axis(600)
    loaded = load_history(store, last=last)
    assert loaded.dates[-1] == last
    for kind in ("FOMC", "CPI"):
        assert max(loaded.events[kind]) == tables["events"].filter(pl.col("kind") == kind)["date"].max() > last


def test_chains_are_loaded_where_they_are_asked_for(store, tables):
    loaded = load_history(store, first=axis(870), chains=("SPX", "VIX"))
    assert list(loaded.chains) == ["SPX"]
    chain = loaded.chains["SPX"]
    assert int(chain.group_start[-1]) == tables["chains"].height
    assert [loaded.dates[i] for i in range(len(loaded)) if chain.has_session(i)] == SPEC.axis()[880:].tolist()
    row = tables["chains"].row(1234, named=True)
    i, day = loaded.index(row["quote_date"]), (row["expiry"] - dt.date(1970, 1, 1)).days
    at = chain.row(i, str(row["root"]), day, row["strike"], call=row["right"] == "C")
    assert (chain.bid[at], chain.ask[at], chain.delta[at]) == (row["bid"], row["ask"], row["delta"])
    assert chain.underlying[i] == row["underlying_price"]


def test_chains_are_cut_to_the_window(store):
    loaded = load_history(store, first=axis(885), last=axis(890), chains=("SPX",))
    chain = loaded.chains["SPX"]
    assert [loaded.dates[i] for i in range(len(loaded)) if chain.has_session(i)] == SPEC.axis()[885:891].tolist()


def test_the_days_of_a_chain_may_be_the_axis(store, tables, tmp_path):
    loaded = load_history(store, chains=("SPX",), calendar="chain")
    assert loaded.dates == tuple(SPEC.axis()[880:].tolist())
    # A synthetic chain alone, quoted on a Saturday: no exchange has such a day.
    saturday = dt.date(2018, 12, 1)
    chain = tables["chains"].filter(pl.col("quote_date") == axis(890)).with_columns(quote_date=pl.lit(saturday))
    alone = Store(tmp_path / "alone")
    alone.merge("chains", chain)
    synthetic = load_history(alone, chains=("SPX",), calendar="chain")
    assert synthetic.dates == (saturday,)
    assert synthetic.chains["SPX"].has_session(0)
    assert np.isnan(synthetic.column("SPX")).all()


def test_an_empty_store_is_one_clear_sentence(tmp_path):
    with pytest.raises(UserError, match="holds no SPX closes: import some first") as told:
        load_history(Store(tmp_path / "nothing"))
    assert "\n" not in str(told.value)


def test_a_window_the_store_does_not_reach_is_named(store):
    with pytest.raises(UserError, match=r"no SPX closes from 2031-01-02 on up to 2031-06-01"):
        load_history(store, first=dt.date(2031, 1, 2), last=dt.date(2031, 6, 1))
    with pytest.raises(UserError, match=r"no SPX closes up to 2010-01-04"):
        load_history(store, last=dt.date(2010, 1, 4))


def test_other_closes_are_no_spx_closes(tables, tmp_path):
    made = Store(tmp_path / "spy")
    made.merge("underlyings", tables["underlyings"].filter(pl.col("symbol") == "SPY"))
    with pytest.raises(UserError, match="no SPX closes"):
        load_history(made)


def test_without_a_chain_there_are_no_days_to_take_from_it(store):
    with pytest.raises(UserError, match="no chain of XSP or VIX to take days from"):
        load_history(store, chains=("XSP", "VIX"), calendar="chain")


def test_before_2005_nothing_is_read_unless_asked(tables, tmp_path):
    made = Store(tmp_path / "old")
    ancient = tables["underlyings"].with_columns(pl.col("date") - pl.duration(days=365 * 20))
    made.merge("underlyings", pl.concat([ancient, tables["underlyings"]]))
    assert dt.date(2005, 1, 1) == BEGINNING
    assert load_history(made).dates[0] == SPEC.first
    assert load_history(made, first=dt.date(1998, 6, 1), last=dt.date(1998, 12, 31)).dates[0] == dt.date(1996, 6, 6)


def test_the_slow_tables_are_read_with_what_lies_before_the_window(store, tables):
    first, last = axis(860), axis(870)
    narrow, wide = load_history(store, first=first, last=last), load_history(store)
    for name in ("SP500.advancers", "SPY.dollar_volume", "SP500.pe", "SP500.pcf", "VNQ.dividend_12m"):
        one, two = narrow.column(name)[narrow.index(first) :], wide.column(name)[wide.index(first) :]
        assert np.isfinite(one).all(), name
        np.testing.assert_array_equal(one, two[: len(one)])
    growth = narrow.column("VNQ.dividend_growth")
    assert np.isfinite(growth[narrow.index(first) :]).all()
    assert narrow.events == wide.events
    assert set(tables["rates"]["series"].to_list()) >= {"SOFR", "DGS10"}
    assert {"SOFR", "DGS10"} <= narrow.rates.keys()


def test_a_store_from_before_a_column_was_added_reads_it_as_unknown(tables, tmp_path):
    old = Store(tmp_path / "old")
    with old.writing() as writing:
        for name in ("underlyings", "fundamentals"):
            writing.add(name, tables[name])
    path = old.root / "fundamentals.parquet"
    pl.read_parquet(path).drop("pcf").write_parquet(path)
    loaded = load_history(old)
    assert np.isfinite(loaded.column("SP500.pe")).any()
    assert "SP500.pcf" not in loaded.series
    # And merging into such a file adds the column.
    old.merge("fundamentals", tables["fundamentals"].with_columns(series=pl.lit("OTHER")))
    assert old.read("fundamentals")["pcf"].is_not_null().sum() == tables["fundamentals"].height


def test_the_shared_data_have_breadth_liquidity_and_late_ratios(shared, tmp_path):
    given = Store(tmp_path / "real")
    with given.writing() as writing:
        for name in ("underlyings", "breadth", "flows", "fundamentals", "rates", "benchmarks"):
            rows = pl.read_parquet(shared / "data" / "real" / f"{name}.parquet")
            if name == "fundamentals":
                rows = rows.with_columns(series=pl.lit("SHILLER"))
            writing.add(name, TABLES[name].conform(rows))
    history = load_history(given, first=dt.date(2022, 1, 3))
    covered = {name: np.flatnonzero(np.isfinite(history.column(name))) for name in ("SP500.advancers", "SP500.pe")}
    assert history.dates[covered["SP500.advancers"][-1]] == dt.date(2026, 8, 3)
    # June 2023 is the last month with earnings: half a year from its end is 31 December, a Sunday.
    assert history.dates[covered["SP500.pe"][-1]] == dt.date(2023, 12, 29)
    # Some 30 to 50 thousand million dollars of SPY a day.
    usd = history.column("SPY.dollar_volume")
    assert 2.5e10 < np.nanmedian(usd) < 6e10
    # No public copy has cash flows, fund flows or dividends.
    for name in ("SP500.pcf", "SPY.creations_usd", "VNQ.dividend_12m"):
        assert name not in history.series
    assert np.isfinite(history.column("VNQ.adj_close")).any()
