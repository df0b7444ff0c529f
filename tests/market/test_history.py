"""The axis and what is laid on it: alignment, rates as of a day, dividends, the opening settlement, the data hash."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh import conventions
from alvh.market.history import (
    ASSUMED_DIVIDEND_YIELD,
    RATE_MAX_AGE_DAYS,
    SPY_FEE,
    YIELD_MAX_AGE_SESSIONS,
    build_history,
    soq_proxy,
)
from tiny_market import TinySpec, market_specs, tiny_market

NAN = float("nan")


def closes(symbol, rows, **columns):
    """Return rows of `underlyings` or `vol_indices`: date -> close, and other columns as lists."""
    frame = {
        "date": list(rows),
        "symbol": [symbol] * len(rows),
        "close": list(rows.values()),
        "source": ["t"] * len(rows),
    }
    return pl.DataFrame({**frame, **columns}, schema_overrides={"date": pl.Date, "close": pl.Float64})


def spx_over(first, last, level=1000.0):
    days = conventions.sessions(first, last).tolist()
    return closes("SPX", {day: level + k for k, day in enumerate(days)})


def rate_rows(series, rows):
    return pl.DataFrame(
        {"date": list(rows), "series": [series] * len(rows), "value": list(rows.values()), "source": ["t"] * len(rows)},
        schema_overrides={"date": pl.Date, "value": pl.Float64},
    )


def day(text):
    return dt.date.fromisoformat(text)


# -- the axis ---------------------------------------------------------------------------------------------------------


def test_the_axis_is_the_exchange_calendar_between_the_first_and_last_close():
    # Good Friday 2024-03-29 and the weekend lie inside; no row is needed for a session to be on the axis.
    frame = closes("SPX", {day("2024-03-27"): 5248.49, day("2024-04-02"): 5205.81})
    history = build_history({"underlyings": frame})
    assert [str(d) for d in history.dates] == ["2024-03-27", "2024-03-28", "2024-04-01", "2024-04-02"]
    np.testing.assert_array_equal(history.column("SPX"), [5248.49, NAN, NAN, 5205.81])
    assert history.sessions.tolist() == list(history.dates)
    assert len(history) == 4


def test_a_row_on_a_holiday_is_left_out_and_moves_nothing():
    days = {day("2024-03-28"): 5254.35, day("2024-03-29"): 9999.0, day("2024-04-01"): 5243.77}
    vix = closes("VIX", {day("2024-03-29"): 99.0, day("2024-03-31"): 98.0, day("2024-04-01"): 13.65})
    history = build_history({"underlyings": closes("SPX", days), "vol_indices": vix})
    np.testing.assert_array_equal(history.column("SPX"), [5254.35, 5243.77])
    np.testing.assert_array_equal(history.column("VIX"), [NAN, 13.65])


def test_rows_before_and_after_the_axis_are_left_out():
    spx = spx_over(day("2024-04-01"), day("2024-04-03"))
    vix = closes("VIX", {day("2024-03-28"): 1.0, day("2024-04-02"): 2.0, day("2024-04-04"): 3.0})
    history = build_history({"underlyings": spx, "vol_indices": vix})
    np.testing.assert_array_equal(history.column("VIX"), [NAN, 2.0, NAN])


def test_of_two_rows_of_a_session_the_later_in_the_table_stays():
    rows = pl.concat([spx_over(day("2024-04-01"), day("2024-04-03")), closes("SPX", {day("2024-04-02"): 77.0})])
    assert build_history({"underlyings": rows}).column("SPX")[1] == 77.0


def test_unsorted_rows_are_laid_out_by_date():
    rows = spx_over(day("2024-01-02"), day("2024-03-28"))
    shuffled = rows.sample(fraction=1.0, shuffle=True, seed=3)
    one, two = (build_history({"underlyings": f}) for f in (rows, shuffled))
    np.testing.assert_array_equal(one.column("SPX"), two.column("SPX"))


def test_other_columns_have_their_own_series_and_an_empty_column_has_none():
    rows = spx_over(day("2024-04-01"), day("2024-04-02")).with_columns(
        open=pl.Series([1.5, None], dtype=pl.Float64), high=pl.lit(None, pl.Float64)
    )
    history = build_history({"underlyings": rows})
    np.testing.assert_array_equal(history.series["SPX.open"], [1.5, NAN])
    assert "SPX.high" not in history.series
    assert np.isnan(history.column("SPX.high")).all()
    assert np.isnan(history.column("never heard of")).all()


def test_the_window_cuts_the_axis():
    spx = spx_over(day("2024-01-02"), day("2024-12-31"))
    history = build_history({"underlyings": spx}, first=day("2024-06-01"), last=day("2024-06-09"))
    assert (str(history.dates[0]), str(history.dates[-1])) == ("2024-06-03", "2024-06-07")
    wide = build_history({"underlyings": spx}, first=day("1999-01-01"), last=day("2034-01-01"))
    assert (str(wide.dates[0]), str(wide.dates[-1])) == ("2024-01-02", "2024-12-31")


def test_a_chain_that_goes_on_after_the_last_close_carries_the_axis_on():
    tables = tiny_market(sessions=40, with_chains=range(30, 40))
    short = tables["underlyings"].filter(pl.col("date") <= TinySpec(sessions=40).axis()[34].item())
    history = build_history({"underlyings": short}, {"SPX": tables["chains"]})
    assert history.dates == tuple(TinySpec(sessions=40).axis().tolist())
    assert np.isnan(history.column("SPX")[35:]).all()
    only = build_history({}, {"SPX": tables["chains"]})
    assert only.dates == history.dates[30:]


def test_sessions_of_ones_own_replace_the_exchange_calendar():
    own = np.array(["2024-03-29", "2024-03-30", "2024-04-01"], dtype="datetime64[D]")  # Good Friday, a Saturday
    history = build_history({"underlyings": closes("SPX", {day("2024-03-30"): 5.0})}, sessions=own)
    assert [str(d) for d in history.dates] == ["2024-03-29", "2024-03-30", "2024-04-01"]
    np.testing.assert_array_equal(history.column("SPX"), [NAN, 5.0, NAN])


@pytest.mark.parametrize("frames", [{}, {"underlyings": spx_over(day("2024-04-01"), day("2024-04-02")).head(0)}])
def test_nothing_observed_is_a_clear_error(frames):
    with pytest.raises(ValueError, match="no SPX closes and no chains"):
        build_history(frames)


def test_only_other_symbols_are_no_axis():
    with pytest.raises(ValueError, match="no SPX closes"):
        build_history({"underlyings": closes("SPY", {day("2024-04-01"): 520.0})})


def test_a_window_beyond_the_data_is_a_clear_error():
    spx = spx_over(day("2024-01-02"), day("2024-01-31"))
    with pytest.raises(ValueError, match="no session between"):
        build_history({"underlyings": spx}, first=day("2024-02-01"))


def test_positions_on_the_axis():
    history = build_history({"underlyings": spx_over(day("2024-03-25"), day("2024-04-05"))})
    assert history.index(day("2024-04-01")) == 4
    with pytest.raises(KeyError):
        history.index(day("2024-03-29"))
    with pytest.raises(KeyError):
        history.index(day("2030-01-02"))
    assert history.first_at_or_after(day("2024-03-29")) == 4
    assert history.first_at_or_after(day("2024-04-06")) == len(history)
    assert history.first_at_or_after(day("2000-01-01")) == 0


def test_what_is_derived_is_computed_once():
    history = build_history({"underlyings": spx_over(day("2024-04-01"), day("2024-04-05"))})
    calls = []
    for _ in range(3):
        assert history.derive("key", lambda h: calls.append(len(h)) or "made") == "made"
    assert calls == [5]


def test_events_are_the_scheduled_ones_by_kind():
    events = pl.DataFrame(
        {
            "date": [day("2024-06-12"), day("2024-05-01"), day("2020-03-15"), day("2024-05-15"), day("2024-05-01")],
            "kind": ["FOMC", "FOMC", "FOMC", "CPI", "FOMC"],
            "scheduled": [True, None, False, True, True],
        }
    )
    history = build_history({"underlyings": spx_over(day("2024-04-01"), day("2024-04-05")), "events": events})
    assert history.events == {"FOMC": (day("2024-05-01"), day("2024-06-12")), "CPI": (day("2024-05-15"),)}


# -- rates ------------------------------------------------------------------------------------------------------------


def rates_at(rows, first, last, series="DGS3MO"):
    history = build_history({"underlyings": spx_over(day(first), day(last)), "rates": rate_rows(series, rows)})
    return history.rates[series], history.rate_age_days[series], history


def test_a_rate_is_the_latest_published_in_decimals_with_its_age():
    # Columbus Day 2023-10-09: stocks trade, bonds do not, and Friday's yield is three days old.
    rows = {day("2023-10-05"): 5.40, day("2023-10-06"): 5.62, day("2023-10-10"): 5.59}
    value, age, _ = rates_at(rows, "2023-10-05", "2023-10-11")
    np.testing.assert_allclose(value, [0.0540, 0.0562, 0.0562, 0.0559, 0.0559])
    np.testing.assert_array_equal(age, [0.0, 0.0, 3.0, 0.0, 1.0])


def test_a_rate_lives_ten_days_and_not_eleven():
    value, age, history = rates_at({day("2024-04-01"): 5.0}, "2024-04-01", "2024-04-15")
    assert RATE_MAX_AGE_DAYS == 10
    at = {str(d): k for k, d in enumerate(history.dates)}
    assert (value[at["2024-04-11"]], age[at["2024-04-11"]]) == (0.05, 10.0)
    assert np.isnan(value[at["2024-04-12"]])
    assert np.isnan(age[at["2024-04-12"]])


def test_before_the_first_rate_there_is_none():
    value, age, _ = rates_at({day("2024-04-03"): 5.0}, "2024-04-01", "2024-04-04")
    np.testing.assert_array_equal(value, [NAN, NAN, 0.05, 0.05])
    np.testing.assert_array_equal(age, [NAN, NAN, 0.0, 1.0])


@pytest.mark.parametrize("hole", [None, NAN])
def test_a_published_nothing_is_no_rate(hole):
    value, age, _ = rates_at({day("2024-04-01"): 5.0, day("2024-04-02"): hole}, "2024-04-01", "2024-04-02")
    np.testing.assert_array_equal(value, [0.05, 0.05])
    np.testing.assert_array_equal(age, [0.0, 1.0])


def test_a_rate_of_a_day_without_a_session_counts_from_that_day():
    value, age, _ = rates_at({day("2024-03-28"): 5.0, day("2024-03-30"): 6.0}, "2024-03-28", "2024-04-01")
    np.testing.assert_array_equal(value, [0.05, 0.06])
    np.testing.assert_array_equal(age, [0.0, 2.0])


# -- dividends --------------------------------------------------------------------------------------------------------


def spy_rows(n, ex, paid=0.005, price=300.0):
    """Return columns of `n` sessions: SPY flat at `price`, distributing a share `paid` of it on each of `ex`."""
    grown = np.zeros(n)
    for at in ex:
        grown[at:] += np.log1p(paid)
    return {"SPY": np.full(n, price), "SPY.adj_close": price * np.exp(grown), "SPX": np.full(n, 10.0 * price)}


def yields(columns):
    n = len(columns["SPX"])
    days = conventions.sessions(dt.date(2015, 1, 2), dt.date(2025, 1, 2))[:n].tolist()
    adjusted = columns.get("SPY.adj_close")
    frames = [closes("SPX", dict(zip(days, columns["SPX"], strict=True)), adj_close=columns["SPX"])]
    if adjusted is not None:
        spy = closes("SPY", dict(zip(days, columns["SPY"], strict=True)), adj_close=adjusted)
        frames.append(spy.with_columns(pl.col("close", "adj_close").fill_nan(None)))
    history = build_history({"underlyings": pl.concat(frames)})
    return history.dividend_yield, history.dividend_assumed


def test_the_yield_is_the_last_four_distributions_and_the_fee():
    ex = (10, 70, 130, 190, 250)
    value, assumed = yields(spy_rows(300, ex))
    assert not assumed
    np.testing.assert_array_equal(value[:190], ASSUMED_DIVIDEND_YIELD)
    np.testing.assert_allclose(value[190:], 4.0 * np.log(1.005) + 0.000945, rtol=1e-12)
    assert SPY_FEE == 0.000945


def test_each_ex_date_replaces_the_one_a_year_before():
    columns = spy_rows(300, (10, 70, 130, 190))
    columns["SPY.adj_close"][250:] *= 1.009
    value, _ = yields(columns)
    assert value[249] == pytest.approx(4 * np.log(1.005) + SPY_FEE)
    assert value[250] == pytest.approx(3 * np.log(1.005) + np.log(1.009) + SPY_FEE)


def test_the_close_of_the_index_has_no_say_in_the_yield():
    # SPY trades 15 minutes longer than the index is computed: on 2008-10-13 that was worth 2.5 %.
    quiet, stormy = (spy_rows(300, (10, 70, 130, 190)) for _ in range(2))
    stormy["SPX"] = stormy["SPX"] * np.exp(0.02 * np.random.default_rng(1).standard_normal(300))
    np.testing.assert_array_equal(yields(quiet)[0], yields(stormy)[0])


def test_rounding_of_the_adjusted_close_is_no_distribution():
    columns = spy_rows(300, (10, 70, 130, 190))
    columns["SPY.adj_close"] *= np.exp(0.0004 * np.random.default_rng(2).uniform(-1, 1, 300))
    value, _ = yields(columns)
    assert value[-1] == pytest.approx(4 * np.log(1.005) + SPY_FEE, abs=0.004)
    assert len(np.unique(value)) == 2


def test_an_ex_date_inside_a_gap_of_spy_is_found_after_it():
    columns = spy_rows(300, (10, 70, 130, 190))
    columns["SPY"][189:192] = NAN
    value, _ = yields(columns)
    np.testing.assert_array_equal(value[189:192], ASSUMED_DIVIDEND_YIELD)
    assert value[192] == pytest.approx(4 * np.log(1.005) + SPY_FEE)


def test_the_yield_outlives_spy_for_two_years_and_no_longer():
    columns = spy_rows(900, (10, 70, 130, 190))
    columns["SPY"][300:] = NAN
    value, _ = yields(columns)
    last = 299
    assert value[last + YIELD_MAX_AGE_SESSIONS - 1] == pytest.approx(4 * np.log(1.005) + SPY_FEE)
    assert value[last + YIELD_MAX_AGE_SESSIONS] == ASSUMED_DIVIDEND_YIELD


@pytest.mark.parametrize("ex", [(), (10, 70, 130)])
def test_too_few_distributions_leave_the_assumed_yield_and_say_so(ex):
    value, assumed = yields(spy_rows(300, ex))
    assert assumed
    np.testing.assert_array_equal(value, ASSUMED_DIVIDEND_YIELD)


def test_without_spy_the_yield_is_assumed():
    columns = spy_rows(300, ())
    del columns["SPY.adj_close"]
    value, assumed = yields(columns)
    assert assumed
    np.testing.assert_array_equal(value, ASSUMED_DIVIDEND_YIELD)


# -- the opening settlement -------------------------------------------------------------------------------------------


def proxy(**columns):
    made = {name.replace("_", "."): np.array(values, dtype=float) for name, values in columns.items()}
    made = {{"SPY.adj": "SPY.adj_close"}.get(name, name): values for name, values in made.items()}
    return soq_proxy(made, len(made["SPX"]))


def test_set_moves_with_the_opening_of_spy():
    # 3000 x 303 / 300 = 3030.
    value, how = proxy(SPX=[3000, 2900], SPX_open=[2990, 2950], SPY=[300, 290], SPY_open=[299, 303], SPY_adj=[300, 290])
    assert (value[1], how[1]) == (3030.0, "spy_open")


def test_the_quarterly_dividend_of_spy_is_added_back():
    # Ex 1.50 on the settlement Friday: (301.50 + 1.50) / 300 x 3000 = 3030; the adjusted close grows by 1.005.
    value, how = proxy(
        SPX=[3000, 3010], SPX_open=[3000, 3020], SPY=[300, 300], SPY_open=[300, 301.5], SPY_adj=[100, 100 * 1.005]
    )
    assert how[1] == "spy_open"
    assert value[1] == pytest.approx(3030.0, abs=1e-9)


def test_a_difference_of_rounding_is_no_dividend():
    value, _ = proxy(
        SPX=[3000, 3010], SPX_open=[3000, 3020], SPY=[300, 300], SPY_open=[300, 301.5], SPY_adj=[100, 100 * 1.0005]
    )
    assert value[1] == pytest.approx(3000 * 301.5 / 300, abs=1e-9)


def test_without_spy_a_fresh_index_open_stands_and_a_stale_one_does_not():
    value, how = proxy(SPX=[3000, 3010, 3020], SPX_open=[2990, 3005, 3010])
    assert how == ("spx_open", "spx_open", "previous_close")
    np.testing.assert_array_equal(value, [2990.0, 3005.0, 3010.0])


def test_without_anything_there_is_no_settlement():
    value, how = proxy(SPX=[NAN, NAN, 3000], SPX_open=[NAN, NAN, NAN])
    assert how == ("none", "none", "none")
    assert np.isnan(value).all()


def test_a_hole_in_spy_falls_back_on_that_day_and_the_next():
    value, how = proxy(
        SPX=[3000, 3010, 3020, 3030],
        SPX_open=[NAN, 3001, 3011, 3021],
        SPY=[300, NAN, 302, 303],
        SPY_open=[300, NAN, 301, 302],
        SPY_adj=[300, NAN, 302, 303],
    )
    assert how == ("none", "spx_open", "spx_open", "spy_open")
    assert value[3] == pytest.approx(3020 * 302 / 302)


# -- the data hash ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def market():
    return tiny_market(sessions=120, with_chains=range(60, 70))


def laid(tables, **window):
    frames = {name: frame for name, frame in tables.items() if name != "chains"}
    return build_history(frames, {"SPX": tables["chains"]}, **window)


def hash_of(history, first, last):
    return history.content_hash(history.index(first), history.index(last))


@pytest.fixture(scope="module")
def window():
    axis = TinySpec(sessions=120).axis().tolist()
    return axis[58], axis[80]


@pytest.fixture(scope="module")
def plain(market, window):
    return hash_of(laid(market), *window)


def test_the_hash_is_short_hex_and_repeats(market, window, plain):
    assert len(plain) == 16
    int(plain, 16)
    assert hash_of(laid(market), *window) == plain


def test_the_order_of_rows_does_not_enter_the_hash(market, window, plain):
    shuffled = {name: frame.sample(fraction=1.0, shuffle=True, seed=5) for name, frame in market.items()}
    assert hash_of(laid(shuffled), *window) == plain


def test_what_was_loaded_after_the_window_does_not_enter_the_hash(market, window, plain):
    cut = {
        name: frame.filter(pl.col("quote_date" if name == "chains" else "date") <= window[1])
        for name, frame in market.items()
    }
    assert hash_of(laid(cut, last=window[1]), *window) == plain


def test_what_was_loaded_before_the_window_enters_by_what_it_means_only(market, window):
    # Ten sessions less of lead-in: the same rates, settlements and chains; contracts long expired are gone.
    later = TinySpec(sessions=120).axis()[10].item()
    # A month's ratios are known a quarter late and six years of dividends make a growth rate: those are left alone.
    kept = pl.lit(value=False)
    shorter = {
        name: frame.filter(
            (pl.col("date") >= later) | (pl.col("symbol") == "VNQ" if "symbol" in frame.columns else kept)
        )
        if name not in ("chains", "fundamentals")
        else frame
        for name, frame in market.items()
    }
    assert hash_of(laid(shorter), *window) == hash_of(laid(market), *window)


def changed(table, column, where, value):
    return table.with_columns(pl.when(where).then(value).otherwise(pl.col(column)).alias(column))


@pytest.mark.parametrize(
    ("name", "column", "key"),
    [
        ("underlyings", "close", pl.col("symbol") == "SPX"),
        ("underlyings", "open", pl.col("symbol") == "SPY"),
        ("vol_indices", "close", pl.col("symbol") == "SKEW"),
        ("vx_futures", "settle", pl.col("kind") == "monthly"),
        ("rates", "value", pl.col("series") == "DGS1"),
        ("breadth", "advancers", pl.col("universe") == "SP500_PIT"),
    ],
)
def test_one_number_inside_the_window_changes_the_hash_and_outside_does_not(market, window, plain, name, column, key):
    step = pl.lit(1 if market[name][column].dtype.is_integer() else 0.01)
    inside = changed(market[name], column, key & (pl.col("date") == window[1]), pl.col(column) + step)
    after = changed(market[name], column, key & (pl.col("date") > window[1]), pl.col(column) + step)
    assert hash_of(laid({**market, name: inside}), *window) != plain
    assert hash_of(laid({**market, name: after}), *window) == plain


def test_a_month_enters_the_hash_when_it_is_known(market, window, plain):
    # The window is 28 March to 28 April 2017: November's ratio is known from 1 March on, January's from 1 May.
    inside = changed(market["fundamentals"], "pe_ttm", pl.col("date") == dt.date(2016, 12, 1), pl.col("pe_ttm") + 1.0)
    after = changed(market["fundamentals"], "pe_ttm", pl.col("date") == dt.date(2017, 1, 1), pl.col("pe_ttm") + 1.0)
    assert window == (dt.date(2017, 3, 28), dt.date(2017, 4, 28))
    assert hash_of(laid({**market, "fundamentals": inside}), *window) != plain
    assert hash_of(laid({**market, "fundamentals": after}), *window) == plain


def test_a_final_settlement_inside_the_window_is_in_the_hash(market, window, plain):
    final = (pl.col("date") == pl.col("expiry")) & pl.col("date").is_between(*window)
    assert market["vx_futures"].filter(final).height == 1
    moved = changed(market["vx_futures"], "settle", final, pl.col("settle") + 0.01)
    assert hash_of(laid({**market, "vx_futures": moved}), *window) != plain


def test_two_quotes_that_change_places_change_the_hash(market, window, plain):
    chain = market["chains"].sort("quote_date", "root", "expiry", "right", "strike")
    bid = chain["bid"].to_list()
    k = next(n for n in range(len(bid)) if bid[n] != bid[n + 1])
    bid[k], bid[k + 1] = bid[k + 1], bid[k]
    assert hash_of(laid({**market, "chains": chain.with_columns(bid=pl.Series(bid))}), *window) != plain


def test_a_strike_renamed_changes_the_hash(market, window, plain):
    row = pl.int_range(pl.len()) == 0
    renamed = market["chains"].with_columns(
        strike=pl.when(row).then(pl.col("strike") + 1.0).otherwise(pl.col("strike"))
    )
    assert hash_of(laid({**market, "chains": renamed}), *window) != plain


def test_an_event_inside_the_window_is_in_the_hash(market, window, plain):
    added = pl.concat(
        [market["events"], market["events"].head(1).with_columns(date=pl.lit(window[0]), kind=pl.lit("CPI"))]
    )
    assert hash_of(laid({**market, "events": added}), *window) != plain


# -- only the past ----------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(spec=market_specs(min_sessions=70, max_sessions=130), share=st.floats(0.3, 0.95))
def test_nothing_on_the_axis_looks_ahead(spec, share):
    tables = spec.tables()
    whole = build_history(tables)
    cut = whole.dates[int(share * len(whole))]
    past = build_history({name: frame.filter(pl.col("date") <= cut) for name, frame in tables.items()})
    n = len(past)
    assert past.dates == whole.dates[:n]
    for name in past.series:
        np.testing.assert_array_equal(past.series[name], whole.series[name][:n])
    for name in past.rates:
        np.testing.assert_array_equal(past.rates[name], whole.rates[name][:n])
        np.testing.assert_array_equal(past.rate_age_days[name], whole.rate_age_days[name][:n])
    np.testing.assert_array_equal(past.dividend_yield, whole.dividend_yield[:n])
    np.testing.assert_array_equal(past.set_value, whole.set_value[:n])
    assert past.set_proxy == whole.set_proxy[:n]
