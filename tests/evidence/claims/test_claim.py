"""A judgement is ruled by its estimate alone; material says what was not run."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alvh.evidence.claims import runs
from alvh.evidence.claims.claim import Claim, Estimate, Judged, Judgement, no_runs
from alvh.evidence.claims.verdict import OPEN, REFUTED, SUPPORTED, at_least
from alvh.values import Missing
from claim_tracks import calendar, flat_history, material

DAYS = calendar("2020-01-02", "2020-03-31")


def estimate(low: float, high: float) -> Estimate:
    return Estimate((low + high) / 2.0, low, high, 100, "trades", None, None, "made up")


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.91, 0.95, SUPPORTED), (0.70, 0.80, REFUTED), (0.85, 0.95, OPEN), (math.nan, math.nan, OPEN)],
)
def test_the_verdict_follows_from_the_interval(low: float, high: float, verdict: str) -> None:
    assert Judgement("x", at_least(0.90), "share", estimate(low, high)).ruling.verdict == verdict


def test_what_is_missing_says_why() -> None:
    ruling = Judgement("x", at_least(0.90), "share", Missing("no chains")).ruling
    assert ruling == (OPEN, "no chains")
    assert Judgement("x", at_least(0.90), "share", estimate(math.nan, math.nan)).ruling.why == "made up"


def test_another_reading_does_not_count() -> None:
    good = Judgement("x", at_least(0.9), "share", estimate(0.91, 0.95))
    bad = Judgement("y", at_least(0.9), "share", estimate(0.1, 0.2), counts=False)
    claim = Claim(1, "k", "K1", "t", "s", "l", no_runs, lambda _material: (good, bad))
    assert Judged(claim, (good, bad)).verdict == SUPPORTED
    assert Judged(claim, (bad,)).verdict == OPEN
    assert no_runs() == ()


def test_material_knows_what_was_not_run_and_reads_an_indicator_once() -> None:
    here = material(flat_history(DAYS))
    missing = here.track(runs.gauge())
    assert isinstance(missing, Missing)
    assert "claim:gauge" in missing.why
    assert here.reading("VIX") is here.reading("VIX")
    assert np.all(here.reading("VIX") == 15.0)
