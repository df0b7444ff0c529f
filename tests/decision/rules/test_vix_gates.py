"""The VIX gates: 15 and 20, the tiers, and the form that is only shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.decision.rules.vix_gates import VixGates, VixGatesParams, gate_at, tier_of
from decision.desk import Values
from decision.rules.judged import draft_of, entry, judge

ORDER = ("all tiers", "no aggressive tier", "hold")
LAYERS = ("conservative", "balanced", "aggressive")


def rule(**params) -> VixGates:
    return VixGates("gates", VixGatesParams(**params))


@pytest.mark.parametrize(
    ("vix", "gate"),
    [(14.99, ORDER[0]), (15.0, ORDER[1]), (20.0, ORDER[1]), (20.01, ORDER[2])],
)
def test_gates_by_hand(vix, gate) -> None:
    assert gate_at(vix, 15.0, 20.0) == gate


@given(st.floats(5.0, 90.0), st.floats(0.0, 20.0))
def test_a_higher_vix_never_opens_a_gate(vix, more) -> None:
    assert ORDER.index(gate_at(vix + more, 15.0, 20.0)) >= ORDER.index(gate_at(vix, 15.0, 20.0))


@pytest.mark.parametrize(("vix", "left"), [(12.0, LAYERS), (17.0, ("conservative", "balanced")), (25.0, ())])
def test_what_is_left_of_three_tiers(vix, left) -> None:
    draft = draft_of(*(entry(layer) for layer in LAYERS))
    judge(rule(), Values(VIX=vix), draft)
    assert tuple(o.layer for o in draft.orders) == left
    assert {s.layer for s in draft.skips} == set(LAYERS) - set(left)


def test_a_tier_is_given_by_the_policy_or_by_the_name() -> None:
    assert tier_of("Aggressive 1DTE", {}) == "aggressive"
    assert tier_of("Aggressive 1DTE", {"Aggressive 1DTE": "balanced"}) == "balanced"
    assert tier_of("condor", {}) == ""


def test_shown_it_stops_nothing() -> None:
    draft = draft_of(entry("aggressive"))
    said = judge(rule(applied=False), Values(VIX=45.0), draft)
    assert len(draft.orders) == 1
    assert said == ["VIX 45.00 against 15 and 20: hold (shown, not applied)"]


def test_the_refusal_names_the_level() -> None:
    draft = draft_of(entry("aggressive"))
    judge(rule(), Values(VIX=17.5), draft)
    assert draft.skips[0].why == "gates: VIX 17.50: no aggressive tier"
    assert str(draft.remarks[1]) == "enter aggressive at a VIX of 17.50: rejected, no aggressive tier"


def test_by_default_an_unknown_vix_blocks() -> None:
    assert rule().on_unknown == "block"


def test_the_tier_of_what_is_opened_is_noted_for_the_profile() -> None:
    draft = draft_of(*(entry(layer) for layer in (*LAYERS, "condor")))
    judge(rule(tiers={"condor": "balanced"}), Values(VIX=17.0), draft)
    # The aggressive entry is refused and nothing of it is held: the book has no such tier.
    assert {key: value for key, value in draft.notes.items() if key.endswith(".tier")} == {
        "conservative.tier": 0.0,
        "balanced.tier": 1.0,
        "condor.tier": 1.0,
    }
    draft = draft_of(entry("aggressive"))
    judge(rule(), Values(VIX=12.0), draft)
    assert draft.notes["aggressive.tier"] == 2.0
