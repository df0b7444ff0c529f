"""A simulated market is a history like any other: arbitrage, settlements, the past in front, nothing imagined."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh import conventions
from alvh.adapters.sources.demo import demo_tables
from alvh.evidence.arbitrage_free import surfaces
from alvh.market.engines.facts import skew_stickiness
from alvh.market.engines.fitted import EngineError, fit
from alvh.market.engines.history_driven import simulate, start_at, start_at_mean
from alvh.market.engines.simulated import (
    LEAST_FORWARD,
    Simulated,
    node_variance,
    simulated_history,
)
from alvh.market.engines.states import NODES, ceiling_points, days_of, states
from alvh.market.history import History, build_history
from alvh.market.reconstruct import ModelledQuotes
from alvh.market.smile_inputs import smile_inputs
from alvh.maths.smile import level_of
from alvh.values import Contract, Missing


def market_of(history: History, seed: int, horizon: int = 120, **how) -> Simulated:
    made, start = fit(history), start_at(history)
    return simulated_history(history, made, simulate(made, start, horizon, seed, **how), start)


def check_surfaces(made: Simulated) -> None:
    """No butterfly, no calendar arbitrage, and the strip of the smile is the state's VIX at the smile's level."""
    history, inputs = made.history, smile_inputs(made.history)
    found = surfaces(inputs, np.array([conventions.close_instant("SPXW", day) for day in history.dates]))
    assert found.there[made.first :].all()
    assert (found.butterflies, found.calendars) == (0, 0)
    assert np.abs(found.strip - found.target).max() < 0.05
    skew = history.column("SKEW")[made.first :]
    level = np.sqrt([level_of(x) if math.isfinite(x) else 1.0 for x in skew])
    np.testing.assert_allclose(found.target[made.first :], history.column("VIX")[made.first :] * level, rtol=1e-9)


def check_ceiling(made: Simulated) -> None:
    """No VX settlement is above the root of its forward variance, and each listed month has one."""
    history = made.history
    for i in range(made.first, len(history)):
        levels = np.array([history.column(name)[i] for name in NODES])
        variance = (levels / 100.0) ** 2 * days_of(NODES) / 365.0
        listed = np.flatnonzero(np.isfinite(history.vx.settle[i]))
        assert listed.tolist() == list(range(history.vx.front[i], history.vx.front[i] + 9))
        for j in listed.tolist():
            left = float(history.vx.expiry_days[j] - history.days[i])
            assert history.vx.settle[i, j] <= ceiling_points(left, days_of(NODES), variance) * (1.0 + 1e-12)


def settlement_gaps(history: History, first: int) -> np.ndarray:
    """Return ln(final settlement / last daily settlement) of every contract that expired from `first` on."""
    gaps = []
    for j, expiry in enumerate(history.vx.expiry_days.tolist()):
        t = int(np.searchsorted(history.days, expiry))
        if first < t < len(history):
            gaps.append(math.log(history.vx.final[j] / history.vx.settle[t - 1, j]))
    gaps = np.array(gaps)
    return gaps[np.isfinite(gaps)]


@given(st.integers(0, 2**31))
@settings(max_examples=8)
def test_no_simulated_market_has_an_arbitrage(tiny, seed) -> None:
    made = market_of(tiny, seed)
    check_surfaces(made)
    check_ceiling(made)


def test_the_past_stands_in_front_as_it_was_and_nothing_is_imagined(tiny) -> None:
    made = market_of(tiny, 3)
    history, first = made.history, made.first
    assert history.dates[first - 1] == tiny.dates[-1]
    assert history.dates[first] == conventions.next_session(tiny.dates[-1])
    assert len(history) == first + 120
    for name in ("SPX", "VIX", "VIX9D", "SPY"):
        np.testing.assert_array_equal(history.column(name)[:first], tiny.column(name)[-first:])
    for name in ("VIX9D", "SPY", "SPY.open", "SP500.advancers"):
        assert np.isnan(history.column(name)[first:]).all()
    for name in ("SPX", "SPX.open", "SPX.high", "SPX.low", "VIX", "VIX3M", "VIX6M", "VVIX", "SKEW", "VIX.open"):
        assert np.isfinite(history.column(name)[first:]).all()
    assert (history.column("SPX.high") >= np.maximum(history.column("SPX"), history.column("SPX.open")))[first:].all()
    assert (history.column("SPX.low") <= np.minimum(history.column("SPX"), history.column("SPX.open")))[first:].all()
    assert all(day <= tiny.dates[-1] for days in history.events.values() for day in days)
    assert history.chains == {}
    # Rates and the dividend yield stand where they stood.
    for name, values in history.rates.items():
        assert (values[first:] == tiny.rates[name][-1]).all()
    assert (history.dividend_yield[first:] == tiny.dividend_yield[-1]).all()
    np.testing.assert_array_equal(history.set_value[first:], history.column("SPX.open")[first:])
    real = [history.vx.column_of(int(day)) for day in tiny.vx.expiry_days[-12:-8]]
    np.testing.assert_array_equal(history.vx.final[real], tiny.vx.final[-12:-8])


def test_the_market_after_a_past_date_knows_nothing_of_what_came(tiny) -> None:
    made = fit(tiny)
    start = start_at(tiny, tiny.dates[650])
    market = simulated_history(tiny, made, simulate(made, start, 30, 1), start)
    moved = dataclasses.replace(
        tiny,
        series={name: np.where(np.arange(len(tiny)) > 650, 2.0 * v, v) for name, v in tiny.series.items()},
        _memo={},
    )
    again = simulated_history(moved, made, simulate(made, start, 30, 1), start)
    assert market.history.content_hash(0, len(market.history) - 1) == again.history.content_hash(
        0, len(again.history) - 1
    )


def test_options_and_futures_are_quoted_and_settle(tiny) -> None:
    made = market_of(tiny, 11)
    history, first = made.history, made.first
    quotes = ModelledQuotes(history)
    series = next(s for s in quotes.series(first + 5, "SPX") if s.days >= 30)
    strike = quotes.strike_at_delta(first + 5, series, "P", 0.16)
    quoted = quotes.quote(first + 5, Contract(series.root, series.expiry, strike, "P"))
    assert not isinstance(quoted, Missing)
    assert 0.0 < quoted.bid < quoted.ask
    gaps = settlement_gaps(history, first)
    assert len(gaps) >= 4
    # VX runs into its final settlement: what is left overnight is a night's move of VIX.
    assert np.abs(gaps).max() < 0.5
    expiry = int(history.vx.expiry_days[history.vx.front[first]])
    morning = int(np.searchsorted(history.days, expiry))
    assert history.vx.final[history.vx.column_of(expiry)] == history.column("VIX.open")[morning]


def test_a_market_from_the_long_run_mean_has_a_simulated_past(tiny) -> None:
    made = fit(tiny)
    start = start_at_mean(made, tiny.dates[-1])
    market = simulated_history(tiny, made, simulate(made, start, 40, 2, burn=80), start, lead=0, burn=80)
    assert (market.first, len(market.history)) == (80, 120)
    assert np.isfinite(market.history.column("VIX")).all()
    check_ceiling(market)


def test_a_longer_index_is_raised_as_far_as_it_must_be() -> None:
    # VIX 80 and VIX3M 40: (80 %)^2 x 30/365 = 0.0526, (40 %)^2 x 93/365 = 0.0408: variance would fall. It is raised to
    # 0.2 of VIX's rate over the 63 days between; VIX6M is high enough as it is.
    names = ("SPX", *NODES, "VVIX")
    values = np.array([[0.0, math.log(80.0), math.log(0.5), math.log(1.5), math.log(150.0)]])
    variance, raised = node_variance(names, NODES, values)
    assert raised == 1
    rate = 0.64 / 365.0
    assert variance[0] == pytest.approx([30.0 * rate, 30.0 * rate + LEAST_FORWARD * 63.0 * rate, 0.36 * 184 / 365])
    values[0, 2] = math.log(0.9)
    assert node_variance(names, NODES, values)[1] == 0


def test_a_path_beyond_the_calendar_is_refused(tiny) -> None:
    made, start = fit(tiny), start_at(tiny)
    with pytest.raises(EngineError, match="end beyond the exchange calendar"):
        simulated_history(tiny, made, simulate(made, start, 6000, 1), start)


def test_the_demo_market_has_no_skew_and_no_vix_opening_and_neither_has_what_is_made_of_it() -> None:
    demo = build_history(demo_tables())
    made = market_of(demo, 1)
    history, first = made.history, made.first
    assert np.isnan(history.column("SKEW")).all()
    assert np.isnan(history.column("VIX.open")[first:]).all()
    check_surfaces(made)
    check_ceiling(made)
    # A month then settles at the geometric mean of the closes around its opening.
    expiry = int(history.vx.expiry_days[history.vx.front[first]])
    morning = int(np.searchsorted(history.days, expiry))
    vix = history.column("VIX")
    expected = math.sqrt(vix[morning - 1] * vix[morning])
    assert history.vx.final[history.vx.column_of(expiry)] == pytest.approx(expected)


@pytest.mark.shared
def test_the_must_pass_list_on_the_real_engine(real) -> None:
    own = states(real)
    gaps = settlement_gaps(real, int(np.flatnonzero(own.complete)[0]))
    low, high = np.quantile(gaps, [0.05, 0.95])
    stickiness, found = [], []
    for seed in range(6):
        made = market_of(real, seed, 504)
        check_surfaces(made)
        found.append(settlement_gaps(made.history, made.first))
        stickiness.append(skew_stickiness(smile_inputs(made.history), made.first))
    check_ceiling(made)
    assert 0.9 <= np.mean(stickiness) <= 2.0
    # VX -> VRO: nine nights in ten are no wilder than nine in ten of history's.
    inside = np.concatenate(found)
    assert np.mean((inside >= low) & (inside <= high)) > 0.85
    assert abs(np.mean(inside)) < 0.02
