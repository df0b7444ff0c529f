"""The gauge on condors whose credits are known."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from alvh.evidence.claims import runs
from alvh.evidence.claims.claim import Estimate, Judged, Material
from alvh.evidence.claims.pages.premium_gauge import CLAIMS, mid_credit_points
from alvh.evidence.claims.verdict import REFUTED, SUPPORTED
from alvh.values import Contract, Fill, LegFill, Missing
from claim_tracks import calendar, campaign, flat_history, material, track

DAYS = calendar("2015-01-02", "2025-12-31")
(B4,) = CLAIMS


def opening(day: dt.date, credit: float) -> Fill:
    """Return ten condors sold for `credit` at mid: spreads of half of it each, filled worse."""
    legs = tuple(
        LegFill(Contract("SPXW", day, strike, right), sign * 10, mid - sign * 0.05, mid, 0, "modelled")
        for strike, right, sign, mid in (
            (980.0, "P", 1, 0.10), (985.0, "P", -1, 0.10 + credit / 2.0),
            (1015.0, "C", -1, 0.10 + credit / 2.0), (1020.0, "C", 1, 0.10),
        )
    )  # fmt: skip
    return Fill(day, "conservative", f"conservative@{day}", "open", 10, legs, "entry")


def desk(skipped: float, skipped_lose: float) -> Material:
    lot = np.random.default_rng(4)
    fills, lines = [], []
    for day in DAYS.astype(object).tolist():
        small = lot.random() < skipped
        loses = lot.random() < (skipped_lose if small else 0.05)
        fills.append(opening(day, 0.25 if small else 0.60))
        lines.append(campaign("conservative", day, -4000.0 if loses else 200.0))
    made = track(runs.gauge(), DAYS, {"conservative": np.zeros(DAYS.size)}, campaigns=lines, fills=fills)
    return material(flat_history(DAYS), made)


def test_the_credit_is_taken_at_mid_and_a_lot() -> None:
    assert mid_credit_points(opening(dt.date(2020, 1, 2), 0.60)) == pytest.approx(0.60)


@pytest.mark.parametrize(
    ("skipped", "lose", "verdicts"),
    [(0.12, 0.7, [SUPPORTED, SUPPORTED]), (0.6, 0.05, [REFUTED, REFUTED]), (0.12, 0.05, [SUPPORTED, REFUTED])],
)
def test_credits_and_losses_decide(skipped: float, lose: float, verdicts: list[str]) -> None:
    judgements = B4.judge(desk(skipped, lose))
    assert [one.ruling.verdict for one in judgements] == verdicts
    assert Judged(B4, judgements).verdict == (SUPPORTED if REFUTED not in verdicts else REFUTED)


def test_nothing_skipped_has_no_losers() -> None:
    share, losers = (one.found for one in B4.judge(desk(0.0, 0.0)))
    assert isinstance(share, Estimate)
    assert share.value == 0.0
    assert isinstance(losers, Missing)


def test_nothing_opened_is_missing() -> None:
    made = track(runs.gauge(), DAYS, {"conservative": np.zeros(DAYS.size)})
    assert all(isinstance(one.found, Missing) for one in B4.judge(material(flat_history(DAYS), made)))
