"""Worlds without an effect: that they are such worlds, and how often our verdicts are wrong in them.

The bounded form counts few short worlds and allows for chance; ``ALVH_SOAK=1`` counts 500 of each piece, long and
short, and allows nominal level and two points, as the record 0015 tells with its numbers.
"""

from __future__ import annotations

import os
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from alvh.evidence.margins import CAGR, CVAR, DRAWDOWN, METRICS, PNL
from alvh.evidence.null_worlds import (
    ENTRY_EVERY,
    EXCHANGEABLE,
    HELD_SESSIONS,
    NOTHING,
    OTHER,
    PIECES,
    Law,
    Market,
    Plant,
    condors,
    market,
    world,
)
from alvh.evidence.verdicts import NOMINAL
from evidence import null_campaign as campaign

SOAK = bool(os.environ.get("ALVH_SOAK"))
LAWS = {"tuned on": Law(), "other": OTHER}
ALLOWED = NOMINAL + 0.02
CALM = Law(jumps_per_year=0.0, vol_of_vol=1e-9)


@pytest.mark.parametrize("piece", PIECES)
def test_a_seed_makes_one_world(piece: str) -> None:
    one, again, other = (world(seed, piece, 300, Law()) for seed in (4, 4, 5))
    assert one.returns_with.tobytes() == again.returns_with.tobytes()
    assert one.returns_with.tobytes() != other.returns_with.tobytes()
    assert one.returns_with.shape == one.returns_without.shape == one.vol_session.shape == (300,)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_adds_nothing_on_average(piece: str, law: Law) -> None:
    gains = []
    for seed in range(40):
        made = world(seed, piece, 1260, law)
        gains.append(float((np.log1p(made.returns_with) - np.log1p(made.returns_without)).mean()) * 252.0)
    error = np.std(gains, ddof=1) / np.sqrt(len(gains))
    assert abs(np.mean(gains)) < 3.5 * error
    # It is no trifle either: at least half the deviation a year that the law says, over the root of five years.
    assert np.std(gains) * np.sqrt(5.0) > 0.5 * law.piece_risk


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_exchangeable_pieces_do_to_both_sides_the_same(seed: int) -> None:
    for piece in EXCHANGEABLE[1:]:
        made = world(seed, piece, 400, Law())
        base = np.log1p(condors(market(np.random.default_rng(seed), 400, Law()), Law(), 0))
        both = np.log1p(made.returns_with) + np.log1p(made.returns_without)
        assert both == pytest.approx(2.0 * base, abs=1e-12)


def test_condors_mostly_win_a_little_and_rarely_lose_much() -> None:
    # One condor at a time: what an account of single entries gained over each holding.
    won, worst = Counter(), 0.0
    for seed in range(12):
        path = market(np.random.default_rng(seed), 2520, Law())
        for start in range(0, 2520 - HELD_SESSIONS, 63):
            part = Market(*(column[start : start + HELD_SESSIONS] for column in path))
            # Less the account that begins with the second entry: the first one alone, over its whole holding.
            alone = condors(part, Law(), 0) - condors(part, Law(), ENTRY_EVERY)
            total = float(alone.sum())
            won[total > 0.0] += 1
            worst = min(worst, total)
    assert 0.75 < won[True] / won.total() < 0.95
    assert -Law().risk - 1e-12 <= worst < -0.7 * Law().risk


def test_a_condor_in_a_calm_market_keeps_its_credit() -> None:
    # No move, no volatility left at the end: nothing is owed, and what was gained is the credit, the same each week.
    still = Market(np.zeros(200), np.full(200, 0.01), np.zeros(200))
    gained = condors(still, CALM, 0)
    assert (gained > 0.0).all()
    assert gained[60:65].sum() == pytest.approx(gained[100:105].sum(), rel=1e-9)


def test_what_is_planted_is_there() -> None:
    null, grown, covered = (world(3, "noise", 2520, Law(), plant) for plant in (NOTHING, Plant(0.02), Plant(0, 0.35)))
    added = np.log1p(grown.returns_with) - np.log1p(null.returns_with)
    assert added == pytest.approx(np.full(2520, 0.02 / 252.0), rel=1e-9)
    better = covered.returns_with - null.returns_with
    # Taken over on the worst sessions of the side without, and on no other.
    assert (better >= 0.0).all()
    assert 0.01 < (better > 1e-12).mean() < 0.08
    assert covered.returns_without.tobytes() == null.returns_without.tobytes()


def pooled(worlds: int, sessions: int, law: Law, first_seed: int) -> dict[str, tuple[Counter[str], int]]:
    """Return verdicts by metric over all pieces that are null for it, and how many worlds that were."""
    found: dict[str, Counter[str]] = {}
    for piece in PIECES:
        made = [campaign.verdicts(first_seed + k, piece, sessions, law, draws=299) for k in range(worlds)]
        for metric, count in campaign.counted(made).items():
            if campaign.is_null(piece, metric):
                found.setdefault(metric, Counter()).update(count)
    return {metric: (count, count.total()) for metric, count in found.items()}


@pytest.mark.skipif(SOAK, reason="the whole campaign runs instead")
def test_few_verdicts_are_false_in_null_worlds() -> None:
    found = pooled(60, 2016, OTHER, 70_000)
    assert set(METRICS) < set(found)
    for metric, (count, worlds) in found.items():
        assert worlds == 60 * sum(campaign.is_null(piece, metric) for piece in PIECES)
        # So many only by a chance of one in a thousand were the true rate the nominal level and two points.
        most = binom.ppf(0.999, worlds, ALLOWED)
        assert count["pays"] <= most, (metric, count)
        assert count["does not pay"] <= most, (metric, count)


def test_a_planted_effect_is_seen() -> None:
    made = [campaign.verdicts(seed, "twin", 2016, OTHER, Plant(cover=0.5), draws=299) for seed in range(80_000, 80_010)]
    count = campaign.counted(made)
    assert count[CVAR]["pays"] >= 9
    assert count[CAGR]["pays"] + count[PNL]["pays"] >= 12
    assert sum(count[metric]["does not pay"] for metric in METRICS) == 0


@pytest.mark.skipif(not SOAK, reason="ALVH_SOAK=1 runs the whole campaign")
@pytest.mark.parametrize("sessions", [2016, 5040])
@pytest.mark.parametrize("piece", PIECES)
def test_false_verdicts_stay_within_their_level_and_two_points(piece: str, sessions: int) -> None:
    made = [campaign.verdicts(seed, piece, sessions, OTHER) for seed in range(500_000, 500_500)]
    for metric, count in campaign.counted(made).items():
        if campaign.is_null(piece, metric):
            assert count["pays"] <= ALLOWED * 500, (metric, count)


@pytest.mark.skipif(not SOAK, reason="ALVH_SOAK=1 runs the whole campaign")
def test_the_power_that_is_told_is_there() -> None:
    for piece, plant in campaign.POWER.values():
        made = [campaign.verdicts(seed, piece, 5040, OTHER, plant) for seed in range(900_000, 900_100)]
        wanted = (CVAR, DRAWDOWN) if plant.cover else (CAGR,)
        for metric in wanted:
            count = campaign.counted(made)[metric]
            assert count["pays"] > count["does not pay"], (piece, metric)
