"""The one rule: hand-worked intervals against promises, and what no interval can change."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.claims.verdict import (
    OPEN,
    REFUTED,
    SUPPORTED,
    Promise,
    at_least,
    at_most,
    between,
    rule,
    together,
)

FIGURES = st.floats(-10.0, 10.0)


@pytest.mark.parametrize(
    ("promise", "low", "high", "verdict"),
    [
        # About 90 % wins, two points of leeway: 88 % or more.
        (at_least(0.90, 0.02), 0.89, 0.93, SUPPORTED),
        (at_least(0.90, 0.02), 0.81, 0.85, REFUTED),
        (at_least(0.90, 0.02), 0.86, 0.91, OPEN),
        # More than was promised keeps the promise.
        (at_least(0.35), 0.60, 0.70, SUPPORTED),
        # At most 2 % a year.
        (at_most(0.02), 0.005, 0.015, SUPPORTED),
        (at_most(0.02), 0.021, 0.040, REFUTED),
        (at_most(0.02), 0.005, 0.023, OPEN),
        # A figure that describes: beyond it on either side it is wrong, and an interval around it tells nothing.
        (between(0.35, 0.45), 0.36, 0.44, SUPPORTED),
        (between(0.35, 0.45), 0.50, 0.60, REFUTED),
        (between(0.35, 0.45), 0.10, 0.20, REFUTED),
        (between(0.35, 0.45), 0.20, 0.60, OPEN),
        # The ends belong to the promise; one that is only touched is still open.
        (between(0.35, 0.45), 0.35, 0.45, SUPPORTED),
        (between(0.35, 0.45), 0.45, 0.50, OPEN),
        (at_least(0.80), 0.70, 0.80, OPEN),
        # No interval, no test.
        (at_least(0.80), math.nan, 0.90, OPEN),
        (at_least(0.80), 0.85, math.nan, OPEN),
    ],
)
def test_hand_worked_intervals(promise: Promise, low: float, high: float, verdict: str) -> None:
    assert rule(promise, low, high).verdict == verdict


def test_an_interval_upside_down_is_an_error() -> None:
    with pytest.raises(ValueError, match="upside down"):
        rule(at_least(0.5), 0.6, 0.4)


def test_rounding_leaves_open_what_rounds_to_the_figure() -> None:
    assert at_least(0.91, 0.005) == Promise(0.905, math.inf)
    assert at_most(0.17, 0.005) == Promise(-math.inf, 0.17 + 0.005)
    assert between(0.28, 0.32, 0.01) == Promise(0.28 - 0.01, 0.32 + 0.01)


@given(figure=FIGURES, ends=st.tuples(FIGURES, FIGURES))
def test_a_promise_and_its_opposite_are_never_both_kept(figure: float, ends: tuple[float, float]) -> None:
    low, high = sorted(ends)
    kept = [rule(promise, low, high).verdict for promise in (at_least(figure), at_most(figure))]
    if low < high:
        assert kept.count(SUPPORTED) <= 1
    assert kept.count(REFUTED) <= 1


@given(promised=st.tuples(FIGURES, FIGURES), ends=st.tuples(FIGURES, FIGURES), wider=st.floats(0.0, 5.0))
def test_a_wider_interval_never_decides_what_a_narrower_left_open(
    promised: tuple[float, float], ends: tuple[float, float], wider: float
) -> None:
    promise = between(*sorted(promised))
    low, high = sorted(ends)
    narrow, wide = rule(promise, low, high).verdict, rule(promise, low - wider, high + wider).verdict
    assert wide in (narrow, OPEN)


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        ([SUPPORTED, SUPPORTED], SUPPORTED),
        ([SUPPORTED, OPEN], OPEN),
        ([OPEN, REFUTED, SUPPORTED], REFUTED),
        ([OPEN], OPEN),
        ([], OPEN),
    ],
)
def test_all_figures_of_a_claim_have_to_hold(verdicts: list[str], verdict: str) -> None:
    assert together(verdicts) == verdict  # type: ignore[arg-type]
