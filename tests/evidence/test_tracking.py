"""Tracking figures by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.tracking import Tracking, tracking
from alvh.values import Missing


def test_a_constant_gap() -> None:
    """Ours gains 0.11 % a session, theirs 0.10 %: every daily error is 1 bp, and nothing deviates."""
    days = np.arange(366)
    published = 100.0 * 1.001 ** np.arange(366)
    found = tracking(days, published, np.full(366, 0.0011), 0, 400)
    assert isinstance(found, Tracking)
    assert (found.first_day, found.last_day, found.n) == (0, 365, 365)
    assert (found.median_bp, found.p95_bp) == (pytest.approx(1.0, abs=1e-8), pytest.approx(1.0, abs=1e-8))
    assert found.deviation_pct == pytest.approx(0.0, abs=1e-8)
    # 365 steps of ln(1.0011 / 1.001) over 365 / 365.25 of a year.
    assert found.drift_bp == pytest.approx(1e4 * 365.25 * np.log(1.0011 / 1.001), rel=1e-9)
    assert found.ours_annual == pytest.approx(1.0011**365.25 - 1.0, rel=1e-9)


def test_the_window_is_cut_and_holes_are_said() -> None:
    days, published = np.arange(60), np.full(60, 10.0)
    found = tracking(days, published, np.zeros(60), 5, 40)
    assert isinstance(found, Tracking)
    assert (found.first_day, found.last_day, found.drift_bp) == (5, 40, 0.0)
    assert isinstance(tracking(days, published, np.zeros(60), 5, 10), Missing)
    holed = np.zeros(60)
    holed[30] = np.nan
    assert "1 of our 35 returns" in tracking(days, published, holed, 5, 40).why


@given(st.integers(0, 999), st.floats(0.01, 100.0))
def test_a_series_tracks_itself_in_any_unit(seed, unit) -> None:
    level = unit * np.exp(0.05 * np.random.default_rng(seed).standard_normal(80).cumsum())
    returns = np.concatenate(([np.nan], level[1:] / level[:-1] - 1.0))
    found = tracking(np.arange(80), level, returns, 0, 79)
    assert isinstance(found, Tracking)
    assert max(abs(found.drift_bp), found.p95_bp, found.deviation_pct) < 1e-6
