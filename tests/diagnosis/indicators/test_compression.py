"""The ramp between three and four points, and the scale-free flag beside it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.diagnosis.indicators import compression, curve_shape
from alvh.market.history import build_history
from diagnosis.indicators.handmade import by_rank, made
from tiny_market import TinySpec


@pytest.mark.parametrize(
    ("spread", "widening", "expected"),
    [(2.9, 0.0, 0.0), (3.0, 0.0, 0.0), (3.4, 0.0, 0.4), (4.0, 0.0, 1.0), (7.0, 0.0, 1.0), (-2.0, 3.5, 0.5)],
)
def test_the_ramp(spread: float, widening: float, expected: float) -> None:
    found = compression.severity(np.array([spread]), np.array([widening]))
    assert found[0] == pytest.approx(expected)


def test_a_side_that_is_unknown_leaves_it_unknown() -> None:
    assert math.isnan(compression.severity(np.array([3.5]), np.array([math.nan]))[0])


def test_the_curve_gives_the_ramp_its_points() -> None:
    # F2 - F1 is 3.25 points from session 10 on, and 0.05 before: widening by 3.2 over five sessions.
    history = made({"VIX": [20.0] * 20}, by_rank(lambda i: (20.0, 20.05 if i < 10 else 23.25, 24.0)))
    found = compression.prepare(history, "contango_compression")
    assert np.isnan(found[:5]).all()
    assert found[[9, 10, 15]] == pytest.approx([0.0, 0.25, 0.25])


def test_the_flag_by_hand() -> None:
    # Slopes 0.1 %, 0.2 % ... 13.0 %, each the steepest so far; then 9.75 %: 97 + 1 of 131 are at or below it, 0.748;
    # then 9.95 %: 99 + 2 of 132, 0.765.
    slopes = [0.001 * (i + 1) for i in range(130)] + [0.0975, 0.0995]
    history = made({"VIX": [20.0] * 132}, by_rank(lambda i: (20.0, 20.0 * (1.0 + slopes[i]))))
    found = compression.prepare(history, "contango_compression_pct")
    assert np.isnan(found[:125]).all()
    assert found[125:].tolist() == [1.0] * 5 + [0.0, 1.0]


@given(st.integers(0, 2**20))
@settings(max_examples=20)
def test_severity_is_a_share_and_the_flag_a_flag(seed: int) -> None:
    history = build_history(TinySpec(seed=seed, sessions=150, vix_mean=30.0).tables())
    severity = compression.prepare(history, "contango_compression")
    flag = compression.prepare(history, "contango_compression_pct")
    share = curve_shape.prepare(history, "vx_slope_pct")
    known = np.isfinite(severity)
    assert ((severity[known] >= 0.0) & (severity[known] <= 1.0)).all()
    assert np.array_equal(flag[np.isfinite(flag)], (share[np.isfinite(share)] >= 0.75).astype(float))
