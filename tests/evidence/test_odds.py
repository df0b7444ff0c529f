"""Odds of simulated years, weighted back by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.odds import Odds, odds, weighted_quantile
from alvh.evidence.ruin import SimulatedRun
from alvh.values import Missing

DAYS = np.arange("2026-01-01", "2027-01-01", dtype="datetime64[D]")[:365]


def year(end: float, low: float, log_weight: float = 0.0, seed: int = 0) -> SimulatedRun:
    """Return a year that ends at `end` times 100 after having been at `low` times 100."""
    path = np.full(365, 100.0)
    path[100:200] = 100.0 * low
    path[200:] = 100.0 * end
    return SimulatedRun(seed, DAYS, path, log_weight)


def test_equal_weights_by_hand() -> None:
    runs = [year(1.1, 1.0)] * 30 + [year(0.9, 0.7)] * 10
    made = odds(runs, 100.0)
    assert isinstance(made, Odds)
    assert made.horizon == 365
    # Ten of forty fell by 30 % from the start.
    assert made.lost.value == pytest.approx(0.25)
    assert made.lost.effective == pytest.approx(40.0)
    # A year of 365 days is 365 / 365.25 years long: 1.1 ^ (1 / 0.99932) - 1 = 10.0072 %, and -10.0065 %.
    years = 365 / 365.25
    mean = (30 * (1.1 ** (1 / years) - 1) + 10 * (0.9 ** (1 / years) - 1)) / 40
    assert made.irr.value == pytest.approx(mean)
    assert made.returns == pytest.approx((-0.1, 0.1, 0.1))


def test_what_was_drawn_too_often_counts_for_less() -> None:
    # The crashes were drawn twice as often as they happen: each counts for half.
    runs = [year(1.1, 1.0)] * 30 + [year(0.9, 0.7, math.log(0.5))] * 20
    made = odds(runs, 100.0)
    assert isinstance(made, Odds)
    assert made.lost.value == pytest.approx(0.25)
    assert made.lost.effective < 50.0


def test_too_few_are_not_a_share() -> None:
    made = odds([year(1.0, 1.0)] * 10, 100.0)
    assert made == Missing("10 simulated markets are worth 10.0 once weighted back; 20 are needed")
    assert odds([], 100.0) == Missing("no market was simulated")


def test_quantiles_carry_weights() -> None:
    values, weight = np.array([3.0, 1.0, 2.0]), np.array([0.1, 0.6, 0.3])
    # In order: 1 up to 60 %, 2 up to 90 %, 3 up to 100 %.
    assert [weighted_quantile(values, weight, q) for q in (0.05, 0.6, 0.61, 0.95)] == [1.0, 1.0, 2.0, 3.0]


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0.1, 2.0)), min_size=1, max_size=20), st.floats(0.0, 1.0))
def test_a_quantile_is_one_of_the_values_and_grows(pairs: list[tuple[float, float]], share: float) -> None:
    values, weight = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
    found = weighted_quantile(values, weight, share)
    assert found in values
    assert found <= weighted_quantile(values, weight, 1.0)
