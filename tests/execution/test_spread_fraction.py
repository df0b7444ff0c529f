"""What a package pays for crossing the spread, worked by hand on the condor of the white paper's chain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.execution.fills.spread_fraction import DEFAULT, FRACTIONS, PACKAGE_FACTOR, leg_price
from execution.stall import CONDOR, WHITE_PAPER


def credit(fraction: float, legs: int) -> float:
    """Return what the condor brings, each leg priced as one of a package of `legs`."""
    total = 0.0
    for leg in CONDOR:
        bid, ask = WHITE_PAPER[leg.contract]
        total -= leg.ratio * leg_price(0.5 * (bid + ask), 0.5 * (ask - bid), leg.ratio, fraction, legs)
    return total


def test_the_test_vector_of_the_methodology_without_package_improvement():
    # Section 3: mid 10.15, half-spread sum 1.40; lambda 0.5 gives 9.45.
    assert credit(0.0, 1) == pytest.approx(10.15)
    assert credit(0.5, 1) == pytest.approx(9.45)
    assert credit(1.0, 1) == pytest.approx(8.75)


@pytest.mark.parametrize(
    ("fill", "expected"),
    # 10.15 - fraction x 0.75 x 1.40
    [("mid", 10.15), ("q25", 9.8875), ("half", 9.625), ("q75", 9.3625), ("cross", 9.10)],
)
def test_every_fill_of_a_package_of_four(fill, expected):
    assert credit(FRACTIONS[fill], 4) == pytest.approx(expected)


def test_a_call_bought_alone_pays_all_of_its_half_spread_and_a_roll_of_two_85_percent():
    assert leg_price(2.0, 0.10, 3, 1.0, 1) == pytest.approx(2.10)
    assert leg_price(2.0, 0.10, -3, 1.0, 1) == pytest.approx(1.90)
    assert leg_price(2.0, 0.10, 3, 0.5, 2) == pytest.approx(2.0425)
    assert leg_price(2.0, 0.10, -3, 0.5, 2) == pytest.approx(1.9575)


def test_the_default_is_half_and_the_names_ascend():
    assert DEFAULT == "half"
    assert list(FRACTIONS.values()) == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_nobody_pays_to_be_rid_of_an_option():
    assert leg_price(1e-320, 2e-320, -1, 1.0, 1) == 0.0
    assert leg_price(-1e-320, 0.0, 1, 0.0, 1) == 0.0


@given(
    mid=st.floats(0.0, 500.0),
    share=st.floats(0.0, 1.0),
    quantity=st.integers(-50, 50).filter(bool),
    fraction=st.sampled_from(sorted(FRACTIONS.values())),
    legs=st.sampled_from(sorted(PACKAGE_FACTOR)),
)
def test_a_price_lies_between_bid_and_ask_on_the_side_that_pays(mid, share, quantity, fraction, legs):
    half = share * mid
    price = leg_price(mid, half, quantity, fraction, legs)
    assert mid - half - 1e-9 <= price <= mid + half + 1e-9
    assert price >= 0.0
    assert (price - mid) * quantity >= -1e-9


@given(mid=st.floats(0.01, 500.0), half=st.floats(0.0, 5.0), quantity=st.sampled_from([-1, 1]))
def test_paying_more_of_the_spread_never_pays_less(mid, half, quantity):
    paid = [quantity * leg_price(mid, min(half, mid), quantity, f, 4) for f in FRACTIONS.values()]
    assert paid == sorted(paid)
