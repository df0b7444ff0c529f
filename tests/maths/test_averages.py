"""Averages over the past: the vendors' printed vectors, small series worked by hand, and plain twins."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.maths import averages
from alvh.maths.averages import (
    change,
    ema,
    macd,
    rsi,
    trailing_deviation,
    trailing_median,
    trailing_percentile,
    trailing_z,
)

NAN = math.nan

# methodology.md section 10: the RSI example on StockCharts' data and the MACD example on investexcel's.
RSI_CLOSES = np.array([
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328,
    45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521, 45.7137, 46.4515,
    45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314,
])  # fmt: skip
MACD_CLOSES = np.array([
    459.99, 448.85, 446.06, 450.81, 442.80, 448.97, 444.57, 441.40, 430.47, 420.05, 431.14, 425.66, 430.58, 431.72,
    437.87, 428.43, 428.35, 432.50, 443.66, 455.72, 454.49, 452.08, 452.73, 461.91, 463.58, 461.14, 452.08, 442.66,
    428.91, 429.79, 431.99, 427.72, 423.20, 426.21,
])  # fmt: skip

series = st.lists(st.one_of(st.just(NAN), st.floats(-50.0, 50.0)), min_size=1, max_size=60).map(np.array)


def test_rsi_of_the_published_example() -> None:
    found = rsi(RSI_CLOSES, 14)
    assert np.isnan(found[:14]).all()
    assert found[14] == pytest.approx(70.53278948, abs=5e-9)
    assert found[-1] == pytest.approx(37.77295211, abs=5e-9)


def test_macd_of_the_published_example() -> None:
    line, signal, histogram = macd(MACD_CLOSES)
    assert np.isnan(line[:25]).all()
    assert line[25] == pytest.approx(8.2752695, abs=5e-8)
    assert np.isnan(signal[:33]).all()
    assert signal[33] == pytest.approx(3.0375259, abs=5e-8)
    assert histogram[33] == pytest.approx(-5.1080841, abs=5e-8)


def test_ema_by_hand() -> None:
    # Span 3: weight 2/4. Seed (1 + 2 + 6)/3 = 3; then 3 + (5 - 3)/2 = 4; then 4 + (0 - 4)/2 = 2.
    assert ema(np.array([1.0, 2.0, 6.0, 5.0, 0.0]), 3) == pytest.approx([NAN, NAN, 3.0, 4.0, 2.0], nan_ok=True)
    # Seeded by the first value: 1; 1 + (2 - 1)/2 = 1.5; 1.5 + (6 - 1.5)/2 = 3.75.
    assert ema(np.array([1.0, 2.0, 6.0]), 3, "first") == pytest.approx([1.0, 1.5, 3.75])


def test_an_unknown_session_leaves_the_average_as_it_was() -> None:
    # As above with gaps: NaN on them, and the state carried over.
    found = ema(np.array([NAN, 1.0, 2.0, NAN, 6.0, NAN, 5.0]), 3)
    assert found == pytest.approx([NAN, NAN, NAN, NAN, 3.0, NAN, 4.0], nan_ok=True)


def test_rsi_by_hand_with_a_gap() -> None:
    # Changes +2, -1, and over the gap +3. Span 2: gain (2 + 0)/2 = 1, loss (0 + 1)/2 = 0.5, 100/1.5 = 66.67;
    # then gain 1 + (3 - 1)/2 = 2, loss 0.5/2 = 0.25: 200/2.25 = 88.89.
    found = rsi(np.array([10.0, 12.0, 11.0, NAN, 14.0]), 2)
    assert found == pytest.approx([NAN, NAN, 100.0 / 1.5, NAN, 200.0 / 2.25], nan_ok=True)


def test_what_never_moved_has_no_strength_and_no_score() -> None:
    still = np.full(40, 0.1)
    assert np.isnan(rsi(still, 14)).all()
    assert np.isnan(trailing_z(still, 20)).all()
    assert trailing_percentile(still, 20)[-1] == 1.0
    assert trailing_deviation(still, 20)[-1] == pytest.approx(0.0, abs=1e-15)


def test_only_gains_are_a_hundred_and_only_losses_nothing() -> None:
    assert rsi(np.arange(20.0), 14)[-1] == 100.0
    assert rsi(-np.arange(20.0), 14)[-1] == 0.0


def test_percentile_by_hand() -> None:
    # Window 4, two needed. 3 | 1: one of two at or below | 2: two of three | 3: all four | 0: one of {1, 2, 3, 0}.
    found = trailing_percentile(np.array([3.0, 1.0, 2.0, 3.0, 0.0]), 4)
    assert found == pytest.approx([NAN, 0.5, 2 / 3, 1.0, 0.25], nan_ok=True)


def test_score_by_hand_and_its_clip() -> None:
    # {1, 2, 6}: mean 3, squares 4 + 1 + 9 = 14, deviation sqrt(7); (6 - 3)/sqrt(7).
    assert trailing_z(np.array([1.0, 2.0, 6.0]), 3)[2] == pytest.approx(3.0 / math.sqrt(7.0))
    # 99 zeros and a one: mean 0.01, deviation 0.1, score 9.9, which is clipped.
    jump = np.append(np.zeros(99), 1.0)
    assert trailing_z(jump, 100)[-1] == 3.0
    assert trailing_z(jump, 100, clip=20.0)[-1] == pytest.approx(9.9)
    assert trailing_z(-jump, 100)[-1] == -3.0


def test_median_by_hand() -> None:
    # Window 3, two needed: {5, 1} 3 | {5, 1, 4} 4 | {1, 4} 2.5 on the unknown session | {4, 9} 6.5.
    found = trailing_median(np.array([5.0, 1.0, 4.0, NAN, 9.0]), 3)
    assert found == pytest.approx([NAN, 3.0, 4.0, 2.5, 6.5], nan_ok=True)


def test_change_by_hand() -> None:
    assert change(np.array([1.0, 4.0, NAN, 9.0]), 1) == pytest.approx([NAN, 3.0, NAN, NAN], nan_ok=True)
    assert change(np.array([1.0, 4.0]), 5) == pytest.approx([NAN, NAN], nan_ok=True)


def test_a_window_asks_for_half_of_itself_or_what_it_is_told() -> None:
    rising = np.arange(10.0)
    assert np.flatnonzero(np.isfinite(trailing_percentile(rising, 7)))[0] == 3
    assert np.flatnonzero(np.isfinite(trailing_percentile(rising, 7, least=6)))[0] == 5


@pytest.mark.parametrize("call", [
    lambda x: ema(x, 0), lambda x: rsi(x, 0), lambda x: trailing_z(x, 0), lambda x: trailing_median(x, 0),
    lambda x: change(x, 0),
])  # fmt: skip
def test_no_window_is_refused(call) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        call(np.arange(5.0))


@given(series, st.integers(1, 12), st.integers(1, 6))
def test_trailing_windows_are_what_numpy_says_of_them(values, window: int, least: int) -> None:
    share, z = trailing_percentile(values, window, least), trailing_z(values, window, 3.0, least)
    median = trailing_median(values, window, least)
    for i in range(len(values)):
        part = values[max(0, i + 1 - window) : i + 1]
        known = part[np.isfinite(part)]
        enough = len(known) >= least
        assert math.isfinite(median[i]) == enough
        if enough:
            assert median[i] == pytest.approx(np.median(known))
        assert math.isfinite(share[i]) == (enough and math.isfinite(values[i]))
        if math.isfinite(share[i]):
            assert 0.0 < share[i] <= 1.0
            assert share[i] == pytest.approx(np.mean(known <= values[i]))
        if math.isfinite(z[i]):
            assert -3.0 <= z[i] <= 3.0
            spread = np.std(known, ddof=1)
            assert z[i] == pytest.approx(np.clip((values[i] - np.mean(known)) / spread, -3.0, 3.0), abs=1e-6)


@given(series, st.integers(1, 12))
def test_exponential_averages_stay_within_what_was_seen(values, span: int) -> None:
    average, strength = ema(values, span), rsi(values, span)
    assert np.isnan(average[np.isnan(values)]).all()
    for i in np.flatnonzero(np.isfinite(average)):
        known = values[: i + 1][np.isfinite(values[: i + 1])]
        assert known.min() - 1e-9 <= average[i] <= known.max() + 1e-9
    known_strength = strength[np.isfinite(strength)]
    assert ((known_strength >= 0.0) & (known_strength <= 100.0)).all()


@given(series, st.integers(0, 59), st.integers(1, 12))
def test_the_future_alters_nothing(values, cut: int, span: int) -> None:
    other = values.copy()
    other[cut:] = 7.0
    for average in (ema, rsi, trailing_z, trailing_percentile, trailing_median, trailing_deviation, change):
        assert np.array_equal(average(values, span)[:cut], average(other, span)[:cut], equal_nan=True)
    for one, two in zip(macd(values, 2, 4, 3), macd(other, 2, 4, 3), strict=True):
        assert np.array_equal(one[:cut], two[:cut], equal_nan=True)


@given(series, st.integers(1, 12))
def test_compiled_and_plain_agree(values, span: int) -> None:
    compiled, plain = np.empty(len(values)), np.empty(len(values))
    averages.ema_loop(values, span, span, compiled)
    averages.ema_loop.py_func(values, span, span, plain)
    assert np.allclose(compiled, plain, equal_nan=True)
    averages.rsi_loop(values, span, compiled)
    averages.rsi_loop.py_func(values, span, plain)
    assert np.allclose(compiled, plain, equal_nan=True)
    averages.median_loop(values, span, 1, compiled)
    averages.median_loop.py_func(values, span, 1, plain)
    assert np.allclose(compiled, plain, equal_nan=True)
