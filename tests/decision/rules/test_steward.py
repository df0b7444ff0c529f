"""Coverage and profile by hand; nothing is restrained."""

from __future__ import annotations

import datetime as dt

import pytest

from alvh.decision.draft import Draft
from alvh.decision.rules.steward import Steward, StewardParams, is_steward
from alvh.values import Contract
from decision.desk import MONDAY, Values, account, hold
from decision.lived_desk import lived_desk, row
from decision.test_threats import LC, LEGS, LP, SC, SOLD, SP

CALL = Contract("VIX", MONDAY + dt.timedelta(37), 15.0, "C")
FUTURE = Contract("VX", MONDAY + dt.timedelta(37))


def report(calls: int = 10, beta: float = 0.5, readings=None, notes=None, max_loss_usd: float = 50_000.0, **params):
    book = account()
    hold(book, "condor", LEGS, SOLD, lots=2, max_loss_usd=max_loss_usd)
    lives = {SP: [row(vega=300.0)], LP: [row(vega=250.0)], SC: [row(vega=200.0)], LC: [row(vega=150.0)]}
    if calls:
        hold(book, "L1", {CALL: calls}, {CALL: 2.0})
        lives[CALL] = [row(delta=0.5)]
    marks = {**SOLD, CALL: 2.0, FUTURE: 15.0}
    draft = Draft(lived_desk(lives, quotes=marks), condors=("condor",), hedges=("L1",), notes=dict(notes or {}))
    rule = Steward("steward", StewardParams(**params))
    rule.restrain(draft.view, readings or Values(vx_beta_1=beta), book, draft)
    assert not draft.orders
    assert not draft.skips
    return draft


def test_coverage_by_hand() -> None:
    draft = report()
    # Condors: -300 + 250 - 200 + 150 = -100 points per 1.00 of vol, two lots x 100 USD: -200 USD a vol point.
    # Hedge: 10 calls x 100 USD x delta 0.5 x beta 0.5 = 250 USD a point of VIX.
    assert draft.notes["steward.coverage"] == pytest.approx(1.25)
    # 50,000 of loss and 2,000 paid for the hedge, of 5,001,000 - 2,000 in cash and marks of -1,000 + 2,000.
    assert draft.notes["steward.risk"] == pytest.approx(52_000.0 / 5_000_000.0)
    assert draft.notes["steward.is_steward"] == 1.0
    assert str(draft.remarks[-1]).startswith("Steward: hedges cover 1.25 of 200 USD a vol point")


def test_without_a_hedge_it_is_a_promoter() -> None:
    draft = report(calls=0)
    assert draft.notes["steward.coverage"] == 0.0
    assert str(draft.remarks[-1]).startswith("Promoter")


def test_a_large_stack_or_an_aggressive_tier_makes_a_promoter() -> None:
    assert report(max_loss_usd=150_000.0).notes["steward.is_steward"] == 0.0
    assert report(notes={"condor.tier": 2.0}).notes["steward.is_steward"] == 0.0
    assert report(notes={"condor.tier": 1.0}).notes["steward.is_steward"] == 1.0


def test_an_unknown_beta_leaves_the_hedge_out_and_says_so() -> None:
    draft = report(readings=Values())
    assert draft.notes["steward.coverage"] == 0.0
    assert "10 hedge contracts without a delta are left out" in str(draft.remarks[-1])


def test_bounds_are_inclusive() -> None:
    assert is_steward(0.40, 0.02, 0.40, 0.02, aggressive=False)
    assert not is_steward(0.399, 0.02, 0.40, 0.02, aggressive=False)
    assert not is_steward(float("nan"), 0.01, 0.40, 0.02, aggressive=False)


def test_no_condor_is_nothing_to_cover() -> None:
    draft = Draft(lived_desk(), condors=("condor",))
    Steward("steward", StewardParams()).restrain(draft.view, Values(), account(), draft)
    assert str(draft.remarks[-1]) == "no condor is open: nothing to cover"


def test_a_mark_without_a_volatility_is_unknown() -> None:
    book = account()
    hold(book, "condor", LEGS, SOLD, lots=2)
    draft = Draft(lived_desk({SP: [row(vega=300.0)]}, quotes=SOLD), condors=("condor",))
    Steward("steward", StewardParams()).restrain(draft.view, Values(), book, draft)
    assert str(draft.remarks[-1]).startswith("unknown")
    assert not draft.notes
