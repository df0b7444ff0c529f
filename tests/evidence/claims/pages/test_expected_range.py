"""Shorts at the expected range on closes made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from alvh.evidence.claims.claim import Estimate, Judged, Material
from alvh.evidence.claims.pages.expected_range import CLAIMS
from alvh.evidence.claims.verdict import REFUTED, SUPPORTED
from claim_tracks import calendar, history, material

DAYS = calendar("2015-01-02", "2020-12-31")
(B2,) = CLAIMS


def desk(share: float) -> Material:
    """Return closes of which `share` of the moves lie beyond the expected range, half of them down."""
    lot = np.random.default_rng(5)
    beyond = lot.random(DAYS.size) < share
    moves = np.where(beyond, 0.05 * np.where(lot.random(DAYS.size) < 0.5, 1.0, -1.0), 0.0)
    closes = 1000.0 * np.cumprod(1.0 + moves)
    # A VIX9D of 30 alone is 1.13 % a day; moves of 5 % raise realised volatility, and are still beyond the range.
    return material(history(DAYS, closes, np.full(DAYS.size, 30.0), np.full(DAYS.size, 30.0)))


@pytest.mark.parametrize(("share", "verdict"), [(0.05, SUPPORTED), (0.60, REFUTED)])
def test_the_closes_decide(share: float, verdict: str) -> None:
    assert Judged(B2, B2.judge(desk(share))).verdict == verdict


def test_one_breach_is_one_short_of_two() -> None:
    each, _, puts, calls, both = (one.found for one in B2.judge(desk(0.10)))
    assert isinstance(each, Estimate)
    assert isinstance(both, Estimate)
    assert isinstance(puts, Estimate)
    assert isinstance(calls, Estimate)
    assert 1.0 - each.value == pytest.approx(0.5 * (1.0 - both.value))
    assert each.value == pytest.approx(0.5 * (puts.value + calls.value))
    assert each.n == 2 * both.n


def test_a_move_exactly_to_the_strike_is_worthless() -> None:
    found = B2.judge(desk(0.0))[4].found
    assert isinstance(found, Estimate)
    assert (found.value, found.low, found.high) == (1.0, 1.0, 1.0)
