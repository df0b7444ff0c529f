"""Paths: the past put together again, seeds, starts, weights, and the facts of methodology.md section 7."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from alvh.market.engines.facts import bands, facts_of
from alvh.market.engines.fitted import EngineError, fit
from alvh.market.engines.history_driven import path_of, simulate, start_at, start_at_mean
from alvh.market.engines.states import LN_VIX, states
from alvh.market.engines.tilting import weights_of


def test_the_past_follows_from_its_own_surprises(tiny) -> None:
    # Started at a row's state and given the rows that came after, a path is what happened, but for the drift that
    # centring the surprises took out of its first session.
    made, known = fit(tiny), states(tiny)
    start = start_at(tiny, tiny.dates[500])
    assert made.dates[499] == tiny.dates[501]
    path = path_of(made, start, np.arange(499, 509))
    np.testing.assert_allclose(path.stretch[0], 1.0, rtol=1e-9)
    np.testing.assert_allclose(path.values[0] + made.centre * made.scales[499], known.values[501], atol=1e-12)
    np.testing.assert_allclose(path.column("VIX"), known.column("VIX")[501:511], atol=0.05)


def test_a_path_follows_from_its_seed_and_a_longer_one_begins_alike(tiny) -> None:
    made, start = fit(tiny), start_at(tiny)
    short, long = simulate(made, start, 40, 5), simulate(made, start, 90, 5)
    np.testing.assert_array_equal(short.values, long.values[:40])
    np.testing.assert_array_equal(short.values, simulate(made, start, 40, 5).values)
    assert not np.array_equal(short.values, simulate(made, start, 40, 6).values)
    assert np.isfinite(long.values).all()


def test_lead_in_of_a_mean_start_is_drawn_without_a_tilt(tiny) -> None:
    made = fit(tiny)
    start = start_at_mean(made, tiny.dates[-1])
    path = simulate(made, start, 30, 2, burn=60)
    assert len(path.values) == 90
    assert simulate(made, start, 30, 2, burn=60, tilt=0.0).log_weight == 0.0
    np.testing.assert_array_equal(path.values[:60], simulate(made, start, 10, 2, burn=60, tilt=0.0).values[:60])


def test_a_start_is_the_state_of_its_day_or_is_refused(tiny) -> None:
    start = start_at(tiny, tiny.dates[700])
    assert start.date == tiny.dates[700]
    assert start.values[LN_VIX] == pytest.approx(math.log(tiny.column("VIX")[700]))
    with pytest.raises(EngineError, match="no state to start from"):
        start_at(tiny, tiny.dates[0])
    with pytest.raises(EngineError, match="no state to start from"):
        start_at(tiny, dt.date(2001, 1, 3))


def test_the_untilted_mean_is_that_of_the_untilted_engine(tiny) -> None:
    made, start = fit(tiny), start_at_mean(fit(tiny), tiny.dates[-1])
    count, horizon = 600, 60

    def highest(tilt: float, offset: int):
        paths = [simulate(made, start, horizon, offset + k, tilt=tilt) for k in range(count)]
        return np.array([path.column("VIX").mean() for path in paths]), weights_of(
            np.array([path.log_weight for path in paths])
        )

    plain, _ = highest(0.0, 0)
    tilted, weight = highest(1.0, 50_000)
    back = float(weight @ tilted)
    error = math.hypot(plain.std() / math.sqrt(count), math.sqrt(float(np.sum((weight * (tilted - back)) ** 2))))
    assert abs(back - plain.mean()) < 3.0 * error


@pytest.mark.shared
def test_the_facts_lie_within_the_bands_of_history(real) -> None:
    made, known = fit(real), states(real)
    there = known.complete.copy()
    there[1:] &= known.complete[:-1]
    vix = real.column("VIX")
    own = (
        known.column("SPX")[there],
        np.diff(vix, prepend=np.nan)[there],
        (known.column("VIX3M") > 0.0)[there].astype(float),
    )
    low, high = bands(*own, seed=1, draws=200, mean_block=15.0)
    drawn = []
    for seed in range(16):
        path = simulate(made, start_at_mean(made, made.dates[-1]), len(own[0]), seed, tilt=0.0)
        level = np.exp(path.column("VIX"))
        drawn.append(facts_of(path.column("SPX")[1:], np.diff(level), (path.column("VIX3M") > 0.0)[1:].astype(float)))
    middle = np.median(np.array(drawn), axis=0)
    assert (np.array(low) <= middle).all(), (low, middle)
    assert (middle <= np.array(high)).all(), (middle, high)


@pytest.mark.shared
def test_the_mean_return_is_that_of_history(real) -> None:
    # The engine moves under the real-world measure: discounted SPX is no martingale there, it earns what it earned.
    made = fit(real)
    paths = [simulate(made, start_at_mean(made, made.dates[-1]), 504, seed, tilt=0.0) for seed in range(200)]
    means = np.array([path.column("SPX").mean() for path in paths])
    assert abs(means.mean() - made.mean[0]) < 2.0 * means.std() / math.sqrt(len(means))
