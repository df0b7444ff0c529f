"""The exchange rate of volatility against numbers worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.diagnosis.indicators import vreer
from alvh.market.history import build_history
from diagnosis.indicators.handmade import by_rank, made
from tiny_market import TinySpec

USUAL = (16.0, 17.0, 18.0, 19.0)


def test_a_curve_as_usual_is_a_hundred() -> None:
    found = vreer.prepare(made({"VIX": [15.0] * 130}, by_rank(lambda _: USUAL)), "vreer")
    assert np.isnan(found[:125]).all()
    assert found[125:] == pytest.approx(100.0)


def test_a_dear_front_by_hand() -> None:
    # On the last day F1 is 20 and the rest as ever: each ratio is 20/16 of its median, so is their weighted mean.
    front = made({"VIX": [15.0] * 135}, by_rank(lambda i: USUAL if i < 134 else (20.0, 17.0, 18.0, 19.0)))
    assert vreer.prepare(front, "vreer")[134] == pytest.approx(125.0)
    # Only F2 falls, to 16: ln VREER = 0.5 ln(17/16).
    second = made({"VIX": [15.0] * 135}, by_rank(lambda i: USUAL if i < 134 else (16.0, 16.0, 18.0, 19.0)))
    assert vreer.prepare(second, "vreer")[134] == pytest.approx(100.0 * math.sqrt(17.0 / 16.0))
    assert vreer.prepare(second, "vreer_change_5d")[134] == pytest.approx(100.0 * math.sqrt(17.0 / 16.0) - 100.0)
    # F3 and F4 weigh 0.3 and 0.2.
    rest = made({"VIX": [15.0] * 135}, by_rank(lambda i: USUAL if i < 134 else (16.0, 17.0, 20.0, 22.0)))
    expected = 100.0 * (18.0 / 20.0) ** 0.3 * (19.0 / 22.0) ** 0.2
    assert vreer.prepare(rest, "vreer")[134] == pytest.approx(expected)


def test_a_partner_that_is_missing_makes_it_missing() -> None:
    short = made({"VIX": [15.0] * 130}, lambda i, month: None if i == 129 and month > 7 else 16.0)
    found = vreer.prepare(short, "vreer")
    # Session 129 is 2019-09-05: F1 is September (month 6), F2 October (7), F3 and F4 are not settled.
    assert math.isfinite(found[128])
    assert math.isnan(found[129])


@given(st.integers(0, 2**20), st.floats(0.2, 5.0))
@settings(max_examples=20)
def test_the_unit_of_the_curve_does_not_matter(seed: int, scale: float) -> None:
    tables = TinySpec(seed=seed, sessions=140).tables()
    settle = tables["vx_futures"]["settle"]
    scaled = {**tables, "vx_futures": tables["vx_futures"].with_columns(settle=settle * scale)}
    one, two = (vreer.prepare(build_history(market), "vreer") for market in (tables, scaled))
    assert np.isfinite(one[130:]).all()
    assert one[130:] == pytest.approx(two[130:])
    assert (one[130:] > 0.0).all()
