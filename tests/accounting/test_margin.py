from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.accounting.margin import (
    condor_margin_usd,
    long_option_margin_usd,
    short_option_margin_usd,
)

WIDTHS = st.floats(0.0, 500.0)
LOTS = st.integers(0, 200)


def test_the_condor_of_the_methodology():
    # Widths 50/100, credit 12.00: 10,000 gross, 8,800 net; strict variant 15,000.
    assert condor_margin_usd(50, 100, 12.0, 100, 1, net_of_credit=False) == 10_000
    assert condor_margin_usd(50, 100, 12.0, 100, 1) == 8_800
    assert condor_margin_usd(50, 100, 12.0, 100, 1, "strict", net_of_credit=False) == 15_000


def test_equal_wings_are_one_side_even_for_a_strict_broker():
    assert condor_margin_usd(50, 50, 10.0, 100, 3, "strict") == 3 * 4_000
    assert condor_margin_usd(50, 0, 10.0, 100, 1) == 4_000  # a put spread alone


def test_the_short_vix_call_of_the_methodology():
    # VIX 20, short 25 call at 0.70: 70 + max(400 - 500, 200) = 270.
    assert short_option_margin_usd("VIX", "C", 25.0, 20.0, 0.70, 1) == pytest.approx(270.0, abs=1e-9)


def test_short_options_by_hand():
    # At the money the rate holds: 150 + 20 % of 2,000.
    assert short_option_margin_usd("VIX", "C", 20.0, 20.0, 1.50, 2) == pytest.approx(2 * 550.0)
    # A put's floor is 10 % of its strike: 5 + max(400 - 800, 120).
    assert short_option_margin_usd("VIX", "P", 12.0, 20.0, 0.05, 1) == pytest.approx(125.0)
    # SPX 15 %: 1,000 + max(75,000 - 20,000, 50,000).
    assert short_option_margin_usd("SPX", "C", 5_200.0, 5_000.0, 10.0, 1) == pytest.approx(56_000.0)
    assert short_option_margin_usd("XSP", "C", 520.0, 500.0, 1.0, 1) == pytest.approx(5_600.0)


def test_long_options_are_paid_in_full():
    assert long_option_margin_usd(1.35, 100, 4) == pytest.approx(540.0)


@given(WIDTHS, WIDTHS, st.floats(-20.0, 200.0), LOTS)
def test_a_condor_is_margined_between_its_wider_side_and_both(put, call, credit, lots):
    gross = condor_margin_usd(put, call, credit, 100, lots, net_of_credit=False)
    strict = condor_margin_usd(put, call, credit, 100, lots, "strict", net_of_credit=False)
    net = condor_margin_usd(put, call, credit, 100, lots)
    for side in (condor_margin_usd(put, 0.0, credit, 100, lots), condor_margin_usd(0.0, call, credit, 100, lots)):
        assert net >= side >= 0.0
    assert net <= gross <= strict <= 100 * lots * (put + call) + 1e-6
    assert strict == gross if put == call else True


@given(WIDTHS, WIDTHS, st.floats(0.0, 200.0), LOTS, st.sampled_from(["wider", "strict"]))
def test_swapping_the_sides_changes_nothing_and_lots_add_up(put, call, credit, lots, rule):
    one = condor_margin_usd(put, call, credit, 100, 1, rule)
    assert condor_margin_usd(call, put, credit, 100, 1, rule) == one
    assert condor_margin_usd(put, call, credit, 100, lots, rule) == pytest.approx(lots * one)


@given(
    st.sampled_from(["VIX", "SPX", "XSP"]),
    st.sampled_from(["C", "P"]),
    st.floats(5.0, 7_000.0),
    st.floats(0.3, 3.0),
    st.floats(0.0, 100.0),
)
def test_a_short_option_ties_up_more_than_its_premium_and_less_the_further_out(root, right, spot, ratio, price):
    strike = spot * ratio
    margin = short_option_margin_usd(root, right, strike, spot, price, 1)
    assert margin > price * 100
    further = strike * 1.1 if right == "C" else strike / 1.1
    assert short_option_margin_usd(root, right, further, spot, price, 1) <= margin + 1e-6


@pytest.mark.parametrize(
    "call",
    [
        lambda: condor_margin_usd(-1, 50, 1.0, 100, 1),
        lambda: condor_margin_usd(math.nan, 50, 1.0, 100, 1),
        lambda: condor_margin_usd(50, 50, 1.0, 100, -1),
        lambda: condor_margin_usd(50, 50, 1.0, 100, 1, "widest"),
        lambda: short_option_margin_usd("VX", "C", 20.0, 20.0, 1.0, 1),
        lambda: short_option_margin_usd("VIX", "", 20.0, 20.0, 1.0, 1),
        lambda: short_option_margin_usd("VIX", "C", 20.0, 20.0, math.nan, 1),
        lambda: long_option_margin_usd(1.0, 100, -1),
        lambda: long_option_margin_usd(math.nan, 100, 1),
    ],
)
def test_nonsense_is_refused(call):
    with pytest.raises(ValueError, match=r"."):
        call()
