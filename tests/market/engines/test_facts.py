"""The facts by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.market.engines.facts import bands, facts_of, longest_below_high, skew_stickiness
from alvh.market.smile_inputs import smile_inputs


def test_facts_by_hand() -> None:
    returns = np.array([0.01, -0.03, 0.01, 0.01])
    made = facts_of(returns, -100.0 * returns, np.array([1.0, 0.0, 1.0, 1.0]))
    assert made.correlation == pytest.approx(-1.0)
    # Mean 0: fourth powers 1, 81, 1, 1 (mean 21) over the square of 1, 9, 1, 1 (mean 3).
    assert made.kurtosis == pytest.approx(21.0 / 9.0)
    assert made.contango == 0.75
    # Up to 0.01, down to -0.02, -0.01, 0: three sessions below the high.
    assert made.longest_drawdown == 3.0


def test_the_longest_time_below_a_high() -> None:
    assert longest_below_high(np.array([1.0, 2.0, 1.5, 2.0, 1.0, 1.0, 1.0, 3.0])) == 3
    assert longest_below_high(np.array([1.0, 2.0, 3.0])) == 0


@given(st.integers(0, 1000))
def test_a_band_holds_its_middle(seed) -> None:
    rng = np.random.default_rng(seed)
    returns = rng.normal(size=80)
    low, high = bands(
        returns, -returns + rng.normal(size=80), (returns > 0.0) * 1.0, seed=seed, draws=40, mean_block=5.0
    )
    assert (np.array(low) <= np.array(high)).all()
    assert -1.0 <= low.correlation <= high.correlation <= 0.0


def test_stickiness_counts_slopes_of_the_smile(tiny) -> None:
    inputs = smile_inputs(tiny)
    made = skew_stickiness(inputs)
    assert np.isfinite(made)
    # The generated SPX falls when VIX rises, and the slope is negative: both signs cancel.
    assert made > 0.0
    assert skew_stickiness(inputs, 100) != made
