"""The drag of a hedge that loses the same every session, in the units of three pages."""

from __future__ import annotations

import numpy as np
import pytest

from alvh.evidence.claims import runs
from alvh.evidence.claims.claim import Estimate, Judged, Material
from alvh.evidence.claims.pages.drag import CLAIMS
from alvh.evidence.claims.verdict import REFUTED, SUPPORTED
from claim_tracks import NAV_USD, calendar, flat_history, material, track

DAYS = calendar("2015-01-02", "2020-12-31")
(DRAG,) = CLAIMS


def desk(daily_share: float) -> Material:
    # The condors earn what the hedge loses, so that the account stays at a million.
    lost = np.full(DAYS.size, daily_share * NAV_USD)
    vix = np.where(np.arange(DAYS.size) % 2 == 0, 12.0, 18.0)
    specs = (runs.swing_hedged(), runs.daily_hedged(), runs.stack())
    made = (track(spec, DAYS, {"condor": lost, "L1": -lost}, ["L1"], vix=vix) for spec in specs)
    return material(flat_history(DAYS), *made)


def test_a_basis_point_a_session_in_three_units() -> None:
    week, month, year, *_ = (one.found for one in DRAG.judge(desk(0.0001)))
    assert isinstance(week, Estimate)
    assert isinstance(month, Estimate)
    assert isinstance(year, Estimate)
    # 1 bp a session: 5 bp a week, 0.21 % a month, 2.52 % a year.
    assert week.value == pytest.approx(5.0)
    assert month.value == pytest.approx(0.0021)
    assert year.value == pytest.approx(0.0252)
    # K10 asks about calm sessions: every other one begins with VIX at 12.
    assert week.n == pytest.approx(DAYS.size / 2, abs=1)


@pytest.mark.parametrize(("daily", "verdict"), [(0.0001, SUPPORTED), (0.0010, REFUTED)])
def test_all_three_have_to_hold(daily: float, verdict: str) -> None:
    assert Judged(DRAG, DRAG.judge(desk(daily))).verdict == verdict


def test_one_page_can_fail_alone() -> None:
    # 2 bp a session: 10 bp a week is above 8, 0.42 % a month is below 1.2, 5 % a year is above 3.4.
    counted = [one.ruling.verdict for one in DRAG.judge(desk(0.0002)) if one.counts]
    assert counted == [REFUTED, SUPPORTED, REFUTED]
