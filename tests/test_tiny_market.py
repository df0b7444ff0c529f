"""The generator that serves all other tests, tested: deterministic, causal, positive, complete but for its holes."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.adapters.schema import TABLES
from alvh.conventions import last_trading_session, sessions, years_to_settlement
from alvh.market.demo_market import CURVE_RULE, forward_curve, forward_vol_points
from alvh.market.history import build_history
from alvh.maths.black import delta_many, price_many
from tiny_chains import DIVIDEND_YIELD, RATE
from tiny_market import FIRST, SOURCE, TENOR_SPREADS_PCT, TinySpec, market_specs, random_market, tiny_market

INDICES = ("VIX", "VIX9D", "VIX3M", "VIX6M", "VVIX", "SKEW")


@pytest.fixture(scope="module")
def market():
    return tiny_market()


@pytest.fixture(scope="module")
def chained():
    return tiny_market(sessions=60, shock_at=(35,), with_chains=range(30, 42))


def close(tables, symbol):
    table = "underlyings" if symbol in ("SPX", "SPY") else "vol_indices"
    return tables[table].filter(pl.col("symbol") == symbol).sort("date")["close"].to_numpy()


def dates(tables, table, column, name):
    return tables[table].filter(pl.col(column) == name)["date"].to_list()


def until(tables, last):
    """Cut every table after a date."""
    return {name: frame.filter(pl.col("date") <= last) for name, frame in tables.items()}


def same(one, other):
    return one.keys() == other.keys() and all(one[name].equals(other[name]) for name in one)


def check(tables, spec):
    """Assert what holds in every tiny market without holes."""
    axis = spec.axis().tolist()
    assert axis == sessions(spec.first, axis[-1]).tolist()
    assert len(axis) == spec.sessions
    for symbol in INDICES:
        assert dates(tables, "vol_indices", "symbol", symbol) == axis
    for symbol in ("SPX", "SPY"):
        assert dates(tables, "underlyings", "symbol", symbol) == axis
    for series in TENOR_SPREADS_PCT:
        assert dates(tables, "rates", "series", series) == axis
    for table, columns in (("vol_indices", ["close"]), ("underlyings", ["open", "high", "low", "close", "adj_close"])):
        assert tables[table].select((pl.col(columns) > 0).all()).row(0) == (True,) * len(columns)
        priced = tables[table].drop_nulls("open")
        assert (priced["low"] <= priced.select(pl.min_horizontal("open", "close")).to_series()).all()
        assert (priced["high"] >= priced.select(pl.max_horizontal("open", "close")).to_series()).all()
    assert (tables["rates"]["value"] > 0).all()
    check_futures(tables, spec)


def check_futures(tables, spec):
    """Assert eight settlements a session, none above the root of its forward variance, each expiry settled once."""
    futures, axis = tables["vx_futures"], spec.axis()
    live = futures.filter(pl.col("date") < pl.col("expiry"))
    final = futures.filter(pl.col("date") == pl.col("expiry"))
    assert live.height + final.height == futures.height
    assert (futures["settle"] > 0).all()
    assert live.group_by("date").len()["len"].to_list() == [8] * spec.sessions
    due = {day for day in live["expiry"].to_list() if day <= axis[-1].item()}
    assert sorted(final["expiry"].to_list()) == sorted(due)
    curve = forward_curve(close(tables, "VIX"), CURVE_RULE).at(np.searchsorted(axis, live["date"].to_numpy()))
    years = (live["expiry"] - live["date"]).dt.total_days().to_numpy() / 365.0
    assert (live["settle"].to_numpy() <= forward_vol_points(curve, years)).all()


def test_the_default_market_is_sound(market):
    check(market, TinySpec())


@settings(max_examples=25)
@given(market_specs())
def test_every_drawn_market_is_sound(spec):
    check(spec.tables(), spec)


def test_random_markets_differ_and_repeat():
    assert same(random_market(3), random_market(3))
    assert not same(random_market(3), random_market(4))


def test_tables_are_canonical_and_keys_unique(market, chained):
    for name, frame in {**market, "chains": chained["chains"]}.items():
        table = TABLES[name]
        assert frame.schema == pl.Schema(table.columns), name
        assert frame.equals(table.conform(frame).sort(table.key)), name
        assert frame.select(table.key).is_unique().all(), name
        sources = frame["source"].cast(pl.String).unique().to_list() if "source" in table.columns else []
        assert all(source == SOURCE or source.startswith("reconstructed: ") for source in sources)


def test_the_same_seed_gives_the_same_market(market):
    assert same(market, tiny_market())
    assert not same(market, tiny_market(seed=8))


@settings(max_examples=10)
@given(market_specs(60, 90), st.integers(5, 59))
def test_a_longer_market_begins_like_a_shorter_one(spec, cut):
    longer = spec.tables()
    shorter = TinySpec(**{**vars(spec), "sessions": cut}).tables()
    assert same(until(longer, spec.axis()[cut - 1].item()), shorter)


@settings(max_examples=10)
@given(market_specs(60, 90), st.integers(1, 59), st.integers(0, 2**32 - 1))
def test_a_fork_changes_the_future_only(spec, at, seed):
    forked = TinySpec(**{**vars(spec), "fork": (at, seed)})
    before = spec.axis()[at - 1].item()
    assert same(until(spec.tables(), before), until(forked.tables(), before))
    if seed != spec.seed:
        assert not np.array_equal(close(spec.tables(), "SPX"), close(forked.tables(), "SPX"))


def test_the_shock_is_violent_and_decays(market):
    vix, spx = close(market, "VIX"), close(market, "SPX")
    assert vix[270] / vix[269] > 2.0
    assert spx[270] / spx[269] < 0.96
    assert vix[300] < 0.6 * vix[270]


def test_spx_falls_when_vix_rises(market):
    moves = [np.diff(np.log(close(market, symbol))) for symbol in ("SPX", "VIX")]
    assert np.corrcoef(moves)[0, 1] < -0.6


def test_spy_pays_four_dividends_a_year(market):
    # March, June, September and December of 2017 and 2018: eight third Fridays in 500 sessions from January 2017.
    spy = market["underlyings"].filter(pl.col("symbol") == "SPY")
    ahead = (spy["adj_close"] / spy["close"]).to_numpy()
    paid = np.flatnonzero(np.diff(ahead) > 1e-3) + 1
    assert [str(spy["date"][int(at)]) for at in paid] == [
        "2017-03-17", "2017-06-16", "2017-09-15", "2017-12-15",
        "2018-03-16", "2018-06-15", "2018-09-21", "2018-12-21",
    ]  # fmt: skip
    assert build_history(market).dividend_yield[-1] == pytest.approx(4 * 0.0048 + 0.000945, abs=5e-4)


def test_holes_take_out_what_they_name_and_nothing_else(market):
    axis = TinySpec().axis()
    day = axis[20].item()
    holed = tiny_market(holes={"vx": [20], "VIX": [day, -1], "SPY": [3], "DGS1MO": [4]})
    assert day not in holed["vx_futures"]["date"].to_list()
    assert holed["vx_futures"].equals(market["vx_futures"].filter(pl.col("date") != day))
    gone = market["vol_indices"].join(holed["vol_indices"], on=["date", "symbol"], how="anti").sort("date")
    assert gone.select("date", "symbol").rows() == [(day, "VIX"), (axis[-1].item(), "VIX")]
    assert set(dates(market, "underlyings", "symbol", "SPY")) - set(dates(holed, "underlyings", "symbol", "SPY")) == {
        axis[3].item()
    }
    assert holed["rates"].height == market["rates"].height - 1
    assert holed["events"].equals(market["events"])


def test_an_unknown_hole_is_refused():
    with pytest.raises(ValueError, match="'VXX'"):
        tiny_market(sessions=30, holes={"VXX": [1]})


def test_events_are_sessions(market):
    assert set(market["events"]["date"].to_list()) <= set(TinySpec().axis().tolist())
    assert market["events"]["kind"].unique().sort().to_list() == ["CPI", "FOMC"]


def test_chains_stand_on_the_sessions_asked_for(chained):
    axis = TinySpec(sessions=60).axis()
    assert chained["chains"]["quote_date"].unique().sort().to_list() == axis[30:42].tolist()
    assert build_history({k: v for k, v in chained.items() if k != "chains"}, {"SPX": chained["chains"]}).chains


def test_chain_quotes_are_two_sided_and_on_their_ticks(chained):
    rows = chained["chains"]
    assert (rows["ask"] > rows["bid"]).all()
    assert (rows["bid"] >= 0).all()
    assert ((rows["bid"] > 0).sum() / rows.height) > 0.7
    for column in ("bid", "ask"):
        cents = (rows[column] * 100).round().cast(pl.Int64)
        assert (cents % pl.select(pl.when(rows[column] < 3.0).then(5).otherwise(10)).to_series() == 0).all()


def test_chains_list_am_third_fridays_and_pm_fridays(chained):
    series = chained["chains"].select("quote_date", "root", "expiry", "settle").unique()
    am, pm = (series.filter(pl.col("root") == root) for root in ("SPX", "SPXW"))
    assert am["settle"].unique().to_list() == ["AM"]
    assert pm["settle"].unique().to_list() == ["PM"]
    # From mid-February to early March 2017 the third Fridays ahead are 17 March, 21 April and, in the end, 19 May.
    assert {str(day) for day in am["expiry"]} >= {"2017-03-17", "2017-04-21"}
    assert am.filter(pl.col("expiry").dt.day() > 21).is_empty()
    # Good Friday 2017 is 14 April: that week's series expires on Thursday.
    assert dt.date(2017, 4, 13) in pm["expiry"].to_list()
    assert (series["expiry"] > series["quote_date"]).all()
    ahead = (series["expiry"] - series["quote_date"]).dt.total_days()
    assert ahead.filter(ahead.is_between(20, 70)).len() > 12 * 6


def test_a_contract_once_quoted_stays_quoted(chained):
    rows = chained["chains"].with_columns(pl.col("root").cast(pl.String))
    quoted = sorted(rows["quote_date"].unique().to_list())
    lives = rows.group_by("root", "expiry", "strike", "right").agg(pl.col("quote_date").sort())
    for root, expiry, _, _, on in lives.iter_rows():
        last = min(quoted[-1], last_trading_session(root, expiry))
        expected = [day for day in quoted if on[0] <= day <= last and day < expiry]
        assert on == expected


def test_parity_gives_the_forward_back(chained):
    one = chained["chains"].filter(pl.col("root") == "SPXW").sort("quote_date", "expiry")
    session, expiry = one["quote_date"][0], one["expiry"].unique().sort()[5]
    group = one.filter(pl.col("quote_date") == session, pl.col("expiry") == expiry)
    mids = group.with_columns(mid=(pl.col("bid") + pl.col("ask")) / 2).pivot(on="right", index="strike", values="mid")
    spot, years = group["underlying_price"][0], years_to_settlement("SPXW", expiry, session)
    near = mids.filter((pl.col("strike") - spot).abs() < 15.0)
    forwards = near["strike"] + (near["C"] - near["P"]) * np.exp(RATE * years)
    assert near.height >= 5
    assert forwards.to_list() == pytest.approx([spot * np.exp((RATE - DIVIDEND_YIELD) * years)] * near.height, abs=0.15)


def test_the_smile_has_no_butterfly_arbitrage(chained):
    # Black prices at the vendor's volatilities are convex in the strike, and quotes never fall as the strike rises.
    puts = chained["chains"].filter(pl.col("right") == "P", pl.col("root") == "SPX").sort("strike")
    for (session, expiry), rows in puts.group_by("quote_date", "expiry", maintain_order=True):
        years = years_to_settlement("SPX", expiry, session)
        forward = rows["underlying_price"][0] * np.exp((RATE - DIVIDEND_YIELD) * years)
        strikes, vols = rows["strike"].to_numpy(), rows["implied_vol"].to_numpy()
        slopes = np.diff(price_many(forward, strikes, years, vols, 1.0, False)) / np.diff(strikes)
        assert (np.diff(slopes) > -1e-9).all()
        assert slopes[0] >= 0
        assert slopes[-1] <= 1
        assert (np.diff(rows["bid"].to_numpy()) >= 0).all()
        assert (np.diff(rows["ask"].to_numpy()) >= 0).all()


def test_deltas_are_those_of_the_volatilities(chained):
    one = chained["chains"].filter(pl.col("root") == "SPXW").sort("quote_date", "expiry", "right", "strike")[:400]
    years = np.array([years_to_settlement("SPXW", e, d) for e, d in one.select("expiry", "quote_date").iter_rows()])
    forward = one["underlying_price"].to_numpy() * np.exp((RATE - DIVIDEND_YIELD) * years)
    vols, calls = one["implied_vol"].to_numpy(), (one["right"] == "C").to_numpy()
    assert calls.any()
    assert not calls.all()
    deltas = delta_many(forward, one["strike"].to_numpy(), years, vols, calls)
    assert one["delta"].to_numpy() == pytest.approx(deltas, abs=1e-9)


def test_first_session_is_the_next_one_when_the_day_is_none():
    # 1 January 2017 is a Sunday and the 2nd is kept as New Year's Day.
    assert TinySpec(first=dt.date(2017, 1, 1), sessions=5).axis()[0].item() == FIRST
