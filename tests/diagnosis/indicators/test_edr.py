"""The expected daily range against the numbers of the concepts page."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.diagnosis.indicators import edr
from alvh.market.history import build_history
from diagnosis.indicators.handmade import made
from tiny_market import TinySpec


@pytest.mark.parametrize(("vol", "expected"), [(14.9, 0.94), (16.0, 1.01), (17.95, 1.13)])
def test_the_ranges_of_the_concepts_page(vol: float, expected: float) -> None:
    # "0.94 % is about VIX 14.9; 16 is about 1.01 %"; and VIX / sqrt(252) gives 1.13 at 17.95.
    level = np.array([vol])
    assert edr.expected_range(level, level)[0] == pytest.approx(expected, abs=0.005)


def test_the_blend_by_hand() -> None:
    # 0.6 x 20 + 0.4 x 10 = 16; 16 / sqrt(252) = 1.00791; twice that for m = 2.
    assert edr.expected_range(np.array([20.0]), np.array([10.0]))[0] == pytest.approx(1.00791, abs=5e-6)
    assert edr.expected_range(np.array([20.0]), np.array([10.0]), 2.0)[0] == pytest.approx(2.01582, abs=1e-5)


def test_realised_volatility_by_hand() -> None:
    # Up and down by 1 % in turn: ten returns of +0.01, ten of -0.01 around 0; sample deviation 0.01 sqrt(20/19).
    logs = np.cumsum([0.0] + [0.01, -0.01] * 15)
    found = edr.prepare(made({"SPX": 2800.0 * np.exp(logs)}), "hv20")
    assert np.isnan(found[:10]).all()
    assert found[20] == pytest.approx(100.0 * 0.01 * math.sqrt(20.0 / 19.0) * math.sqrt(252.0))
    # The first session with ten returns has half of its window: five up, five down.
    assert found[10] == pytest.approx(100.0 * 0.01 * math.sqrt(10.0 / 9.0) * math.sqrt(252.0))


def test_a_missing_close_costs_two_returns() -> None:
    spx = 2800.0 * np.exp(np.cumsum([0.0] + [0.01, -0.01] * 15))
    spx[25] = math.nan
    found = edr.prepare(made({"SPX": spx, "VIX": np.full(31, 15.0)}), "hv20")
    assert np.isnan(found[25:27]).all()
    assert math.isfinite(found[27])


def test_nothing_stands_in_for_a_vix9d_that_does_not_exist() -> None:
    spx = 2800.0 * np.exp(np.cumsum([0.0] + [0.01, -0.01] * 15))
    vix9d = np.full(31, 14.9)
    vix9d[:28] = math.nan
    found = edr.prepare(made({"SPX": spx, "VIX": np.full(31, 15.0), "VIX9D": vix9d}), "edr")
    assert np.isnan(found[:28]).all()
    assert np.isfinite(found[28:]).all()


@given(st.integers(0, 2**20))
@settings(max_examples=20)
def test_it_lies_between_its_two_parts(seed: int) -> None:
    history = build_history(TinySpec(seed=seed, sessions=80).tables())
    implied = history.column("VIX9D") / math.sqrt(252.0)
    realised = edr.prepare(history, "hv20") / math.sqrt(252.0)
    found = edr.prepare(history, "edr")
    known = np.isfinite(found)
    assert known[20:].all()
    assert (found[known] >= np.minimum(implied, realised)[known] - 1e-12).all()
    assert (found[known] <= np.maximum(implied, realised)[known] + 1e-12).all()
