"""Pre-checks: each count on a history made so that the answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alvh.evidence.claims.pre_checks import break_even, bull_crosses, durations, nearest_pair, pre_checks
from alvh.market.history import build_history
from claim_tracks import calendar, history, material
from tiny_market import TinySpec

DAYS = calendar("2015-01-02", "2025-12-31")


def test_break_even_is_one_less_the_credit_over_the_width() -> None:
    # concepts.md, section 4: 86/77/68 % on five points, 93/88.5/84 % on ten.
    for credit, five, ten in ((0.70, 0.86, 0.93), (1.15, 0.77, 0.885), (1.60, 0.68, 0.84)):
        assert break_even(credit, 5.0) == pytest.approx(five)
        assert break_even(credit, 10.0) == pytest.approx(ten)


def test_levels_and_jumps_of_a_known_vix() -> None:
    vix = np.full(DAYS.size, 15.0)
    vix[: DAYS.size // 2] = 21.0
    # One jump from 15 to 19 (27 %) and one from 21 to 30 (43 %): half of the jumps begin at 20 or below.
    vix[10], vix[-10] = 30.0, 19.0
    found = {check.what: check for check in pre_checks(material(history(DAYS, np.full(DAYS.size, 4000.0), vix)))}
    assert found["VIX above 20"].ours == pytest.approx((DAYS.size // 2) / DAYS.size)
    assert found["VIX above 14.9"].ours == 1.0
    jumps = found["one-day VIX jumps above 20 % that began at 20 or below"]
    assert (jumps.ours, jumps.n) == (0.5, 2)


def test_crosses_and_how_long_they_last() -> None:
    histogram = np.array([np.nan, -1.0, 1.0, 2.0, -1.0, 0.0, 3.0, 4.0, 5.0])
    crosses = bull_crosses(histogram)
    assert np.flatnonzero(crosses).tolist() == [2, 6]
    assert durations(histogram, np.flatnonzero(crosses)).tolist() == [2, 3]
    # What follows an unknown value crosses nothing.
    assert not bull_crosses(np.array([np.nan, 1.0])).any()


def test_the_nearest_future_is_kept_to_its_last_day() -> None:
    made = build_history(TinySpec(sessions=120).tables())
    spread, slope = nearest_pair(made.vx, made.days)
    known = np.isfinite(spread)
    assert known.sum() > 100
    for i in np.flatnonzero(known)[::17]:
        listed = [
            settle
            for expiry, settle in zip(made.vx.expiry_days, made.vx.settle[i], strict=True)
            if expiry > made.days[i] and math.isfinite(settle)
        ]
        assert spread[i] == pytest.approx(listed[1] - listed[0])
        assert slope[i] == pytest.approx(listed[1] / listed[0] - 1.0)


def test_a_madewithout_the_window_has_no_number() -> None:
    days = calendar("2026-01-02", "2026-03-31")
    found = pre_checks(material(history(days, np.full(days.size, 4000.0), np.full(days.size, 15.0))))
    named = {check.what: check for check in found}
    assert math.isnan(named["VIX above 20"].ours)
    assert math.isnan(named["F2 - F1 above 3 points"].ours)
    assert named["VIX above 20"].first is None
