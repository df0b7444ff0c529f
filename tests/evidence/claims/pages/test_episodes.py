"""Episodes on accounts made by hand: what the hedge earned against what the condors lost, over draws."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from alvh.evidence.claims import runs
from alvh.evidence.claims.claim import Estimate, Judged, Material
from alvh.evidence.claims.pages.episodes import CLAIMS
from alvh.evidence.claims.verdict import OPEN, REFUTED, SUPPORTED
from alvh.evidence.track import Track
from alvh.values import Missing
from claim_tracks import calendar, flat_history, material, track

DAYS = calendar("2020-01-02", "2022-12-30")
K6, K7, K8, K9 = CLAIMS


def desk(shares: list[float], loss_usd: float = 200_000.0) -> Material:
    """Return the episode's runs: the condors lose once in March 2020 and once in June 2022, the hedge wins a share."""
    falls = [int(np.searchsorted(DAYS, np.datetime64(day))) for day in ("2020-03-16", "2022-06-13")]
    vix = np.full(DAYS.size, 30.0)
    made = []
    for draw in range(-1, runs.MODEL_DRAWS):
        condor, hedge = np.zeros(DAYS.size), np.zeros(DAYS.size)
        share = shares[(draw + 1) % len(shares)]
        for fall in falls:
            condor[fall], hedge[fall] = -loss_usd, share * loss_usd
        made.append(track(runs.episodes(draw), DAYS, {"condor": condor, "L1": hedge}, ["L1"], vix=vix))
    return material(flat_history(DAYS), *made)


@pytest.mark.parametrize(
    ("shares", "verdict"), [([0.75, 0.80], SUPPORTED), ([0.10, 0.30], REFUTED), ([0.30, 0.80], OPEN)]
)
def test_the_offset_is_the_share_won_back(shares: list[float], verdict: str) -> None:
    judgements = K6.judge(desk(shares))
    found = judgements[0].found
    assert isinstance(found, Estimate)
    assert (found.value, found.low, found.high) == pytest.approx((shares[0], min(shares), max(shares)))
    assert Judged(K6, judgements).verdict == verdict
    assert "condors -200,000 USD" in judgements[0].beside


def test_a_small_position_is_not_a_hedge_that_held_it() -> None:
    # 20 % without and 8 % with: held by the hedge. 10 % without: it never was in danger.
    assert Judged(K7, K7.judge(desk([0.60]))).verdict == SUPPORTED
    small = K7.judge(desk([0.60], loss_usd=100_000.0))
    assert [one.ruling.verdict for one in small] == [SUPPORTED, REFUTED]
    assert Judged(K7, small).verdict == REFUTED


def test_cuts_are_those_of_the_deepest_drawdown() -> None:
    # 2020: 20 % without, 10 % with: half. 2022: 200 of 800 without, 100 of 900 with: 1 - (1/9) / (1/4) = 5/9.
    for claim, half in ((K9, 0.5), (K8, 5.0 / 9.0)):
        found = claim.judge(desk([0.50]))[0].found
        assert isinstance(found, Estimate)
        assert found.value == pytest.approx(half)
        assert Judged(claim, claim.judge(desk([0.50]))).verdict == SUPPORTED
        assert Judged(claim, claim.judge(desk([0.0]))).verdict == REFUTED


def test_only_sessions_of_a_high_vix_are_laid_end_to_end() -> None:
    here = desk([0.50])
    calm = {
        label: Track(
            label,
            replace(one.statement, market={"VIX": np.where(np.datetime64("2022-06-01") > DAYS, 30.0, 20.0)}),
            one.without,
        )
        for label, one in here.tracks.items()
    }
    judgement = K8.judge(Material(calm, here.history))[0]
    # The fall of June 2022 came at a VIX of 20: over the 103 sessions before it nothing was lost to be cut.
    assert isinstance(judgement.found, Missing)
    assert "condors +0 USD" in judgement.beside
    never = {label: Track(label, replace(one.statement, market={"VIX": np.full(DAYS.size, 12.0)}), one.without)
             for label, one in here.tracks.items()}  # fmt: skip
    assert K8.judge(Material(never, here.history))[0].found == Missing("no such session in the episode")


def test_without_a_loss_there_is_no_offset() -> None:
    found = K6.judge(desk([0.5], loss_usd=0.0))[0].found
    assert isinstance(found, Missing)
    assert "give no number" in found.why


def test_every_draw_has_to_be_there() -> None:
    whole = desk([0.5])
    fewer = {label: one for label, one in whole.tracks.items() if not label.endswith(":3")}
    found = K6.judge(Material(fewer, whole.history))[0].found
    assert isinstance(found, Missing)
    assert "claim:442:episodes:3" in found.why
    assert {spec.label for spec in K6.needs()} == set(whole.tracks)
    assert dt.date(2020, 1, 2) == runs.EPISODES_FROM
