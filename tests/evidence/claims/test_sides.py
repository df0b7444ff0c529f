"""Both sides of a pair, worked by hand on three sessions."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from alvh.evidence.claims import runs
from alvh.evidence.claims.sides import Sides, sides
from alvh.values import Missing
from claim_tracks import calendar, track

DAYS = calendar("2020-01-02", "2020-01-06")
ONE = track(
    runs.swing_hedged(),
    DAYS,
    {"condor": np.array([-20_000.0, 0.0, 10_000.0]), "L1": np.array([10_000.0, -9_900.0, 0.0]), "cash": np.ones(3)},
    ["L1"],
    vix=np.array([14.0, 30.0, 25.0]),
)


def test_returns_with_and_without_the_hedge() -> None:
    both = sides(ONE)
    assert isinstance(both, Sides)
    # With: 1,000,000 -> 990,001 -> 980,102; without: 1,000,000 -> 980,001 -> 980,002.
    assert both.hedged[:2] == pytest.approx([-0.009999, -9_899.0 / 990_001.0])
    assert both.bare[:2] == pytest.approx([-0.019999, 1.0 / 980_001.0])
    # The hedge's own P&L over the account at the close before.
    assert both.hedge_return == pytest.approx([0.01, -9_900.0 / 990_001.0, 0.0])
    assert both.condor_usd.tolist() == pytest.approx([-20_000.0, 0.0, 10_000.0])
    assert both.hedge_usd.tolist() == [10_000.0, -9_900.0, 0.0]
    assert math.isnan(both.vix_before[0])
    assert both.vix_before[1:].tolist() == [14.0, 30.0]


def test_only_some_sessions() -> None:
    both = sides(ONE)
    assert isinstance(both, Sides)
    high = both.only(both.vix_before > 25.0)
    assert high.days.tolist() == [dt.date(2020, 1, 6)]
    assert high.condor_usd.tolist() == [10_000.0]
    assert high.modelled_share == both.modelled_share


def test_no_run_no_hedge_or_no_data_is_missing() -> None:
    assert sides(Missing("not run")) == Missing("not run")
    bare = track(runs.swing_hedged(), DAYS, {"condor": np.zeros(3)})
    assert isinstance(sides(bare), Missing)
    assert isinstance(sides(ONE, dt.date(2015, 1, 1), dt.date(2025, 12, 31)), Missing)
