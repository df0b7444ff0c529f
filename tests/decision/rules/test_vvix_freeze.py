"""The freeze: either sign of a spike, purchases stopped, rolls put off but never past expiry."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.decision.draft import HedgeTarget
from alvh.decision.rules.vvix_freeze import VvixFreeze, VvixFreezeParams, spikes
from alvh.values import Campaign, Contract, Leg, Position
from decision.desk import MONDAY, Values
from decision.rules.judged import draft_of, entry, judge


def rule(**params) -> VvixFreeze:
    return VvixFreeze("freeze", VvixFreezeParams(**params))


def rolling(days: int) -> HedgeTarget:
    old = Contract("VIX", MONDAY + dt.timedelta(days), 15.0, "C")
    new = old._replace(expiry=old.expiry + dt.timedelta(28))
    position = Position(old, 4, MONDAY, 80_000)
    campaign = Campaign("L1", "L1@x", MONDAY, 1, 0, 0, {old: position})
    return HedgeTarget("L1", campaign, position, (Leg(old, 1),), (Leg(new, 1),), True, 0.4, 0, 200.0, 0.5)


@pytest.mark.parametrize(
    ("share", "change", "expected"),
    [(0.95, 0.0, 1.0), (0.9499, 0.0999, 0.0), (0.1, 0.10, 1.0), (math.nan, 0.2, 1.0), (0.99, math.nan, 1.0)],
)
def test_either_sign_is_a_spike(share, change, expected) -> None:
    assert spikes(share, change, 0.95, 0.10) == expected


def test_one_no_and_one_unknown_is_unknown() -> None:
    assert math.isnan(spikes(0.5, math.nan, 0.95, 0.10))
    assert math.isnan(spikes(math.nan, 0.01, 0.95, 0.10))


@given(st.floats(0.0, 1.0), st.floats(-0.5, 1.0), st.floats(0.0, 0.5))
def test_more_of_either_never_thaws(share, change, more) -> None:
    assert spikes(min(share + more, 1.0), change + more, 0.95, 0.1) >= spikes(share, change, 0.95, 0.1)


def test_a_calm_day_freezes_nothing_and_says_so() -> None:
    draft = draft_of(hedges=("L1", "L2"))
    said = judge(rule(), Values(vvix_pct=0.4, vvix_change_1d=0.02), draft)
    assert said == ["VVIX at or above 40% of its year, +2.0% on the day: no spike, nothing is frozen"]
    assert not draft.frozen


def test_a_spike_freezes_layer_1_and_leaves_the_others() -> None:
    draft = draft_of(hedges=("L1", "L2", "L3"))
    said = judge(rule(), Values(vvix_pct=0.97, vvix_change_1d=0.12), draft)
    assert set(draft.frozen) == {"L1"}
    assert said[0] == "sell L1 into the spike: rejected, what is held is kept"
    assert said[1] == "VVIX at or above 97% of its year, +12.0% on the day: a spike; L1 buys nothing"
    assert said[2].endswith("a spike, but L2 and L3 stay as they are")


def test_a_roll_waits_while_days_are_left_and_is_made_when_they_are_not() -> None:
    spike = Values(vvix_pct=0.97, vvix_change_1d=0.12)
    waits = draft_of(hedges=("L1",))
    waits.targets.append(rolling(8))
    assert "L1 is not rolled yet, 8 days to expiry are left" in judge(rule(), spike, waits)[1]
    assert waits.frozen == {"L1": "freeze: VVIX spikes, 8 days to expiry"}
    made = draft_of(hedges=("L1",))
    made.targets.append(rolling(7))
    assert "rolled all the same with 7 days left, and does not grow" in judge(rule(), spike, made)[1]
    assert not made.frozen
    assert set(made.capped) == {"L1"}


@given(st.integers(1, 60), st.integers(1, 30))
def test_no_roll_is_put_off_past_expiry(days, least) -> None:
    draft = draft_of(hedges=("L1",))
    draft.targets.append(rolling(days))
    judge(rule(least_days=least), Values(vvix_pct=1.0, vvix_change_1d=0.5), draft)
    assert ("L1" in draft.frozen) == (days > least)


def test_an_unknown_vvix() -> None:
    draft = draft_of(entry(), hedges=("L1",))
    assert judge(rule(on_unknown="block"), Values(), draft)[0].startswith("unknown: no vvix_pct, no vvix_change_1d")
    assert not draft.orders
