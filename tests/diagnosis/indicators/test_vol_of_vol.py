"""VVIX in its year, its jumps, and the spike made of both."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.diagnosis.indicators import vol_of_vol
from alvh.market.history import build_history
from diagnosis.indicators.handmade import made
from tiny_market import TinySpec

NAN = math.nan


def test_change_ratio_and_share_by_hand() -> None:
    # 130 sessions rising from 80 by a tenth; then 92.05, above 121 of them, so that 122 of 131 are at or below it; then
    # a tenth more of it.
    vvix = [80.0 + 0.1 * i for i in range(130)] + [92.05, 101.255]
    history = made({"VVIX": vvix, "VIX": [16.0] * 132})
    share = vol_of_vol.prepare(history, "vvix_pct")
    assert np.isnan(share[:125]).all()
    assert share[129] == 1.0
    assert share[130] == pytest.approx(122.0 / 131.0)
    change = vol_of_vol.prepare(history, "vvix_change_1d")
    assert math.isnan(change[0])
    assert change[131] == pytest.approx(0.10)
    assert vol_of_vol.prepare(history, "vvix_to_vix")[130] == pytest.approx(92.05 / 16.0)


def test_the_strength_of_the_published_example() -> None:
    # methodology.md section 10 prints 70.53278948 for the first of these closes, whatever they are the closes of.
    closes = [44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931,
              46.0328, 45.6140, 46.2820, 46.2820]  # fmt: skip
    assert vol_of_vol.prepare(made({"VVIX": closes}), "vvix_rsi14")[14] == pytest.approx(70.53278948)


@pytest.mark.parametrize(
    ("share", "change", "expected"),
    [
        (0.94, 0.09, 0.0),
        (0.95, 0.0, 1.0),
        (0.10, 0.10, 1.0),
        (0.99, NAN, 1.0),
        (NAN, 0.20, 1.0),
        (0.50, NAN, NAN),
        (NAN, 0.01, NAN),
        (NAN, NAN, NAN),
    ],
)
def test_a_spike_is_dear_or_sudden(share: float, change: float, expected: float) -> None:
    found = vol_of_vol.spike(np.array([share]), np.array([change]))
    assert found[0] == pytest.approx(expected, nan_ok=True)


def test_a_session_without_vvix_is_unknown_and_so_is_the_change_after_it() -> None:
    vvix = [90.0 + (i % 7) for i in range(140)]
    vvix[135] = NAN
    history = made({"VVIX": vvix, "VIX": [16.0] * 140})
    for name in ("vvix_pct", "vvix_rsi14", "vvix_to_vix", "vvix_spike"):
        assert math.isnan(vol_of_vol.prepare(history, name)[135])
    assert math.isnan(vol_of_vol.prepare(history, "vvix_change_1d")[136])
    assert math.isfinite(vol_of_vol.prepare(history, "vvix_rsi14")[136])


@given(st.integers(0, 2**20))
@settings(max_examples=20)
def test_ranges(seed: int) -> None:
    history = build_history(TinySpec(seed=seed, sessions=150).tables())
    share, spike, strength = (vol_of_vol.prepare(history, name) for name in ("vvix_pct", "vvix_spike", "vvix_rsi14"))
    assert ((share[130:] > 0.0) & (share[130:] <= 1.0)).all()
    assert set(spike[130:]) <= {0.0, 1.0}
    assert ((strength[20:] >= 0.0) & (strength[20:] <= 100.0)).all()
