"""Win rates on campaigns made by hand: the same claim is supported, refuted or open as the trades say."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from alvh.evidence.claims import runs
from alvh.evidence.claims.claim import Estimate, Judged, Material
from alvh.evidence.claims.pages.win_rates import CLAIMS, break_even, distance
from alvh.evidence.claims.verdict import OPEN, REFUTED, SUPPORTED
from alvh.values import Contract, Fill, LegFill, Missing
from claim_tracks import calendar, campaign, history, material, track

DAYS = calendar("2014-12-01", "2026-03-31")
HISTORY = history(DAYS, np.full(DAYS.size, 1000.0), np.full(DAYS.size, 15.0), np.full(DAYS.size, 20.0))
K1, G2, K2, K15 = CLAIMS


def trades(wins: float, layers: tuple[str, ...] = runs.TIERS) -> list:
    lot = np.random.default_rng(11)
    opened = DAYS.astype(object).tolist()[:-1]
    return [campaign(layer, day, 500.0 if lot.random() < wins else -4000.0) for day in opened for layer in layers]


def desk(wins: float) -> Material:
    made = trades(wins)
    pnl = {"conservative": np.zeros(DAYS.size)}
    specs = (*K1.needs(), runs.gated())
    return material(HISTORY, *(track(spec, DAYS, pnl, campaigns=made) for spec in specs))


@pytest.mark.parametrize(("wins", "verdict"), [(0.97, SUPPORTED), (0.75, REFUTED), (0.88, OPEN)])
def test_the_trades_decide(wins: float, verdict: str) -> None:
    assert Judged(K1, K1.judge(desk(wins))).verdict == verdict


def test_each_tier_has_its_own_promise() -> None:
    # 87 % is below 90, above 85 and above 80: one figure of three fails, and so does the claim.
    judgements = G2.judge(desk(0.87))
    assert [one.ruling.verdict for one in judgements if one.counts] == [REFUTED, SUPPORTED, SUPPORTED]
    assert Judged(G2, judgements).verdict == REFUTED


def test_gated_and_pooled_claims_read_their_own_runs() -> None:
    here = desk(0.97)
    assert Judged(K2, K2.judge(here)).verdict == SUPPORTED
    pooled = K15.judge(here)[0].found
    assert isinstance(pooled, Estimate)
    # Three tiers on every session of 2018 to 2024: 1,761 sessions.
    assert pooled.n == 3 * 1761


def test_a_window_the_run_does_not_cover_is_missing() -> None:
    short = calendar("2020-01-02", "2020-12-31")
    made = [campaign("conservative", day, 500.0) for day in short.astype(object).tolist()[:-1]]
    here = material(HISTORY, track(runs.tiers("half"), short, {"conservative": np.zeros(short.size)}, campaigns=made))
    found = K1.judge(here)[0].found
    assert isinstance(found, Missing)
    assert "too few" in found.why


def test_open_campaigns_and_those_outside_the_window_are_left_out() -> None:
    made = trades(1.0)
    made += [campaign("conservative", dt.date(2020, 5, 4), -9.0)._replace(closed=None)]
    made += [campaign("conservative", dt.date(2014, 12, 5), -9.0)]
    here = material(HISTORY, track(runs.tiers("half"), DAYS, {"conservative": np.zeros(DAYS.size)}, campaigns=made))
    found = K1.judge(here)[0].found
    assert isinstance(found, Estimate)
    assert found.value == 1.0


def test_draws_of_the_model_stand_beside_and_span_the_range() -> None:
    whole, worse = desk(0.97), desk(0.80)
    mixed = dict(whole.tracks) | {"claim:conservative:1": worse.tracks["claim:conservative:1"]}
    found = next(one for one in K1.judge(Material(mixed, HISTORY)) if "draws" in one.label)
    assert not found.counts
    assert isinstance(found.found, Estimate)
    assert found.found.low == pytest.approx(0.80, abs=0.03)
    assert found.found.high == found.found.value == pytest.approx(0.97, abs=0.02)
    del mixed["claim:conservative:2"]
    absent = next(one for one in K1.judge(Material(mixed, HISTORY)) if "draws" in one.label)
    assert isinstance(absent.found, Missing)


def test_break_even_by_hand() -> None:
    day = dt.date(2020, 1, 2)
    # 70 USD a lot of a width of 500: 1 - 70/500 = 86 %. Wins of 60, losses of 240 a lot: 240 / 300 = 80 %.
    lines = [campaign("c", day, 600.0), campaign("c", day, 600.0), campaign("c", day, -2400.0)]
    assert break_even(lines) == "break-even 86.0% at full losses, 80.0% at ours; -40 USD a condor"
    assert break_even(lines[:2]) == "break-even 86.0% at full losses; +60 USD a condor"


def test_distance_by_hand() -> None:
    here = material(HISTORY)
    # The expected range is 0.6 x 20 / sqrt(252) = 0.7559 % of 1,000: shorts at 985 and 1,015 are 1.98 of them out.
    legs = tuple(
        LegFill(Contract("SPXW", dt.date(2020, 1, 3), strike, right), sign, 1.0, 1.0, 0, "modelled")
        for strike, right, sign in ((980.0, "P", 10), (985.0, "P", -10), (1015.0, "C", -10), (1020.0, "C", 10))
    )
    fill = Fill(dt.date(2020, 1, 2), "conservative", "c", "open", 10, legs, "entry")
    span = dt.date(2020, 1, 1), dt.date(2020, 12, 31)
    assert distance([fill], ("conservative",), span, here) == "shorts 1.98 expected ranges out"
    assert distance([fill], ("balanced",), span, here) == "shorts at an unknown distance"
