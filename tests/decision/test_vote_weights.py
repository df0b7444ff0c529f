"""What a vote leaves of a layer: by hand, and never outside its bounds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.decision.vote_weights import over_history, vote_weight, vote_weights
from alvh.diagnosis.diagnose import indicators
from contracts.members import market

share = st.floats(0.0, 1.0)


def test_by_hand() -> None:
    # 1 + 2.5 (0.05 - 0.2) = 1 - 0.375 = 0.625; no vote at all: 1 - 0.5 = 0.5; a fifth or more: 1.
    assert vote_weight(0.05, 2.5, 0.2, 0.0) == pytest.approx(0.625)
    assert vote_weight(0.0, 2.5, 0.2, 0.0) == pytest.approx(0.5)
    assert vote_weight(0.2, 2.5, 0.2, 0.0) == 1.0
    assert vote_weight(0.9, 2.5, 0.2, 0.0) == 1.0
    # A gain of 5 would leave nothing of a layer without a vote: its floor stands.
    assert vote_weight(0.0, 5.0, 0.2, 0.5) == 0.5
    assert vote_weight(0.0, 5.0, 0.2, 0.0) == pytest.approx(0.0)
    assert math.isnan(vote_weight(math.nan, 2.5, 0.2, 0.5))


@given(share, st.floats(0.0, 10.0), share, share, share)
def test_a_vote_only_trims_and_never_below_the_floor(vote, gain, status_quo, floor, more) -> None:
    weight = vote_weight(vote, gain, status_quo, floor)
    assert floor <= weight <= 1.0
    assert weight <= vote_weight(max(vote, more), gain, status_quo, floor)
    assert vote_weights(np.array([vote]), gain, status_quo, floor)[0] == pytest.approx(weight)


def test_an_indicator_over_a_history_is_the_indicator() -> None:
    history = market()
    expected = indicators()["VIX"][1].prepare(history, "VIX")
    np.testing.assert_array_equal(over_history(history, "VIX"), expected)
    assert over_history(history, "VIX") is over_history(history, "VIX")
