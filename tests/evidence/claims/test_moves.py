"""Moves stand at the close before them, beside what was expected then."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alvh.evidence.claims.moves import next_moves
from claim_tracks import calendar, history, material

DAYS = calendar("2020-01-02", "2020-03-31")


def test_a_move_stands_beside_the_range_that_was_expected_of_it() -> None:
    closes = np.full(DAYS.size, 1000.0)
    closes[40:] = 990.0
    here = material(history(DAYS, closes, np.full(DAYS.size, 15.0), np.full(DAYS.size, 20.0)))
    moves, expected, known = next_moves(here)
    # Seen from the close of session 39: -1 %. Before the fall realised volatility is nought: 0.6 x 20 / sqrt(252).
    assert moves[39] == pytest.approx(-1.0)
    assert expected[39] == pytest.approx(0.6 * 20.0 / math.sqrt(252.0))
    assert known[39]
    assert not known[-1]
    assert math.isnan(moves[-1])


def test_without_vix9d_nothing_is_expected() -> None:
    here = material(history(DAYS, np.full(DAYS.size, 1000.0), np.full(DAYS.size, 15.0)))
    assert not next_moves(here)[2].any()
