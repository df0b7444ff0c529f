"""From interval to verdict, and many verdicts at once."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from alvh.evidence.verdicts import NOMINAL, Effect, benjamini_hochberg, family, judge


@pytest.mark.parametrize(
    ("low", "high", "p_pays", "p_hurts", "verdict"),
    [
        (0.01, 0.05, 0.001, 1.0, "pays"),
        (-0.05, -0.01, 1.0, 0.001, "does not pay"),
        (-0.01, 0.05, 0.1, 0.9, "cannot tell"),
        (0.01, 0.05, 0.3, 0.7, "cannot tell"),  # the interval alone is not enough
        (-0.05, -0.01, 0.7, 0.3, "cannot tell"),
        (-0.01, 0.05, 0.001, 1.0, "cannot tell"),  # nor is the other test
        (0.0, 0.0, 1.0, 1.0, "cannot tell"),
        (math.nan, math.nan, math.nan, math.nan, "cannot tell"),
        (0.01, 0.05, math.nan, 1.0, "cannot tell"),
    ],
)
def test_a_verdict_needs_the_interval_and_the_other_test(
    low: float, high: float, p_pays: float, p_hurts: float, verdict: str
) -> None:
    assert judge(low, high, p_pays, p_hurts) == verdict
    assert Effect(0.5 * (low + high), low, high, p_pays, p_hurts).verdict == verdict


def test_the_nominal_level_is_one_side_of_ninety_five_per_cent() -> None:
    assert pytest.approx(0.025) == NOMINAL


def test_another_unit_keeps_the_verdict() -> None:
    one = Effect(0.01, 0.002, 0.03, 0.01, 0.99)
    told = one.mapped(lambda x: 252.0 * x)
    assert (told.estimate, told.low, told.high) == pytest.approx((2.52, 0.504, 7.56))
    assert told.verdict == one.verdict == "pays"


def test_adjusted_p_values_by_hand() -> None:
    # m = 4. Sorted .01 .02 .04 .5: .01 x 4/1 = .04, .02 x 4/2 = .04, .04 x 4/3 = .05333, .5.
    assert benjamini_hochberg([0.5, 0.01, 0.04, 0.02]) == pytest.approx((0.5, 0.04, 4 * 0.04 / 3, 0.04))
    # 0.001 x 3 = 0.003; 0.5 x 3/2 = 0.75, lowered to the next one's 0.6.
    assert benjamini_hochberg([0.001, 0.5, 0.6]) == pytest.approx((0.003, 0.6, 0.6))
    assert benjamini_hochberg([]) == ()


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=40))
def test_adjusted_p_values_are_those_of_scipy(values: list[float]) -> None:
    assert benjamini_hochberg(values) == pytest.approx(tuple(false_discovery_control(values)), abs=1e-15)


def test_what_has_no_p_value_is_not_counted() -> None:
    adjusted = benjamini_hochberg([0.02, math.nan, 0.03])
    assert math.isnan(adjusted[1])
    assert (adjusted[0], adjusted[2]) == pytest.approx((0.03, 0.03))


def test_a_family_says_how_many_false_ones_to_expect() -> None:
    sure = Effect(0.02, 0.01, 0.03, 0.0005, 1.0)
    barely = Effect(0.01, 0.001, 0.03, 0.024, 0.98)
    nothing = [Effect(0.0, -0.01, 0.01, 0.5, 0.5)] * 38
    together = family([sure, barely, *nothing])
    # 40 comparisons at 2.5 % make one false "pays" on average; .0005 x 40 = .02 stands at 5 %, .024 x 40 / 2 = .48 not.
    assert (together.count, together.pays) == (40, 2)
    assert together.expected_false_pays == pytest.approx(1.0)
    assert together.adjusted[:2] == pytest.approx((0.02, 0.48))
    assert together.survives == (True, *[False] * 39)


def test_an_empty_family_expects_nothing() -> None:
    assert family([]).expected_false_pays == 0.0
