"""Drawdown claims on accounts made by hand: a hedge that pays supports them, one that only costs refutes them."""

from __future__ import annotations

import numpy as np
import pytest

from alvh.evidence.claims import runs
from alvh.evidence.claims.claim import Estimate, Judged, Material
from alvh.evidence.claims.pages.drawdowns import CLAIMS, depths, losses_cut
from alvh.evidence.claims.sides import Sides, sides
from alvh.evidence.claims.verdict import REFUTED, SUPPORTED, at_least
from alvh.values import Floats
from claim_tracks import calendar, flat_history, material, track

DAYS = calendar("2007-01-03", "2026-03-31")
K3, K4, K5, G1 = CLAIMS


def desk(hedge_share: float, drag_usd: float = 0.0) -> Material:
    """Return runs whose condors lose 0.15 % on one session in thirty; the hedge wins so much of it back."""
    lot = np.random.default_rng(2)
    bad = lot.random(DAYS.size) < 1.0 / 30.0
    condor: Floats = np.where(bad, -1_500.0, 52.0)
    hedge: Floats = np.where(bad, hedge_share * 1_500.0, -drag_usd)
    vix = np.where(lot.random(DAYS.size) < 0.3, 30.0, 15.0)
    specs = (runs.swing_hedged(), runs.daily_hedged(), runs.stack())
    pnl = {"condor": condor, "L1": hedge}
    return material(flat_history(DAYS), *(track(spec, DAYS, pnl, ["L1"], vix=vix) for spec in specs))


@pytest.mark.parametrize(
    ("share", "drag", "verdict"), [(0.6, 0.0, SUPPORTED), (0.0, 0.0, REFUTED), (-0.5, 0.0, REFUTED)]
)
def test_the_hedge_decides_what_becomes_of_losses_at_high_vix(share: float, drag: float, verdict: str) -> None:
    assert Judged(G1, G1.judge(desk(share, drag))).verdict == verdict


def test_the_losses_cut_are_the_share_won_back() -> None:
    both = sides(desk(0.4).track(runs.swing_hedged()))
    assert isinstance(both, Sides)
    found = losses_cut(both, desk(0.4), at_least(0.4), "cut").found
    assert isinstance(found, Estimate)
    # 40 % of each loss is won back; the accounts drift apart by a twentieth, and so do their returns.
    assert found.value == pytest.approx(0.4, abs=0.05)


def test_spikes_and_cost_both_have_to_hold() -> None:
    cheap = K3.judge(desk(0.7))
    assert [one.ruling.verdict for one in cheap if one.counts] == [SUPPORTED, SUPPORTED]
    # 150 USD a session of a million are 3.8 % a year, and nothing comes back.
    only_costs = K3.judge(desk(0.0, drag_usd=150.0))
    assert [one.ruling.verdict for one in only_costs if one.counts] == [REFUTED, REFUTED]
    episodes = cheap[0].found
    assert isinstance(episodes, Estimate)
    assert (episodes.n, episodes.of) == (8, "episodes")


def test_levels_are_judged_on_each_side() -> None:
    judgements = K4.judge(desk(0.6))
    without, with_ = judgements[1].found, judgements[2].found
    assert isinstance(without, Estimate)
    assert isinstance(with_, Estimate)
    assert without.value > with_.value > 0.0
    assert "without" in judgements[0].beside
    assert [one.counts for one in K5.judge(desk(0.6))] == [True, True, True, False]


def test_depths_in_words() -> None:
    both = sides(desk(1.0).track(runs.swing_hedged()))
    assert isinstance(both, Sides)
    # All of every loss is won back: with the hedge the account never falls.
    assert depths(both).endswith("0.0% with")
