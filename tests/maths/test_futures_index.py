"""Rolling VX indices: the worked examples of the methodology, the roll of one period by hand, no look ahead."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.maths.futures_index import (
    MID_TERM,
    SHORT_TERM,
    bill_return,
    contract_return,
    fee_factor,
    fund_return,
    roll_position,
    roll_returns,
    roll_weights,
)


def test_the_worked_example_of_the_methodology() -> None:
    """methodology.md section 5: 15 -> 15.3, 16.5 -> 16.7, dr/dt = 0.5, y = 5 %, one day."""
    moved = contract_return(np.array([0.5, 0.5]), np.array([15.0, 16.5]), np.array([15.3, 16.7]))
    assert moved == pytest.approx(0.0158730, abs=5e-8)  # 32.0 / 31.5 - 1
    assert bill_return(0.05, 1.0) == pytest.approx(0.00013978, abs=5e-9)
    index = moved + bill_return(0.05, 1.0)
    assert (1.0 + index) * fee_factor(0.0089, 1.0) - 1.0 == pytest.approx(0.0159880, abs=1e-7)
    assert fund_return(moved, bill_return(0.05, 1.0), 1.5, 0.0095, 1.0) == pytest.approx(0.023923, abs=1e-6)


def test_the_position_through_one_roll_period() -> None:
    """Settlements at rows 2, 6 and 10: dt = 4. Rows 1..5 hold 4, 3, 2, 1 quarters, and row 5 begins the next roll."""
    rows = np.array([2, 6, 10])
    assert roll_position(1, 0, rows) == (1, 1.0)
    assert [roll_position(row, 1, rows) for row in (2, 3, 4)] == [(1, 0.75), (1, 0.5), (1, 0.25)]
    assert roll_position(5, 1, rows) == (2, 1.0)


def test_weights_of_both_indices() -> None:
    assert roll_weights(SHORT_TERM, 0.25).tolist() == [0.25, 0.75]
    assert roll_weights(MID_TERM, 0.25).tolist() == [0.25, 1.0, 1.0, 0.75]


def market(seed: int, sessions: int = 60, expiries: int = 12) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    rows = np.arange(expiries) * 10 - 5
    front = np.searchsorted(rows, np.arange(sessions), side="right")
    return 15.0 * np.exp(0.03 * rng.standard_normal((sessions, expiries)).cumsum(axis=0)), front, rows


def test_returns_by_hand() -> None:
    settle, front, rows = market(1)
    found = roll_returns(settle, front, rows, SHORT_TERM)
    # Row 7: settlements at rows 5 and 15, so after row 6 eight of ten sessions are left and column 2 is month 1.
    by_hand = (0.8 * settle[7, 2] + 0.2 * settle[7, 3]) / (0.8 * settle[6, 2] + 0.2 * settle[6, 3]) - 1.0
    assert found[7] == pytest.approx(by_hand, rel=1e-12)
    assert np.isnan(found[0])


@given(st.integers(0, 1000), st.integers(5, 50), st.sampled_from([SHORT_TERM, MID_TERM]))
def test_a_flat_market_returns_nothing_and_the_future_moves_nothing(seed, cut, months) -> None:
    settle, front, rows = market(seed)
    known = roll_returns(settle, front, rows, months)
    changed = settle.copy()
    changed[cut:] *= 1.7
    assert np.array_equal(roll_returns(changed, front, rows, months)[:cut], known[:cut], equal_nan=True)
    flat = roll_returns(np.full_like(settle, 20.0), front, rows, months)
    assert np.nanmax(np.abs(flat)) < 1e-14
    doubled = roll_returns(2.0 * settle, front, rows, months)
    assert np.allclose(doubled, known, rtol=1e-9, atol=1e-12, equal_nan=True)


def test_a_missing_settlement_is_missing_only_where_it_is_held() -> None:
    settle, front, rows = market(3)
    settle[20, 4] = np.nan
    found = roll_returns(settle, front, rows, SHORT_TERM)
    assert np.flatnonzero(np.isnan(found)).tolist() == [0, 20, 21]
    settle[20, 4] = 15.0
    settle[20, 9] = np.nan
    assert np.flatnonzero(np.isnan(roll_returns(settle, front, rows, SHORT_TERM))).tolist() == [0]
