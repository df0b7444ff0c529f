"""The runs of an evidence: every piece off, every piece alone, controls, assumptions; nothing twice, nothing silent."""

from __future__ import annotations

import pytest

from alvh.evidence.run_spec import BASE
from alvh.evidence.study import BARE, DRAWS, FILLS, QUICK_DRAWS, always_on, study
from alvh.policies.policy import Policy, preset, preset_names
from alvh.policies.variant import members
from alvh.values import Missing


def test_every_piece_of_alvh_is_off_once_or_says_why_not() -> None:
    policy = preset("alvh")
    made = study(policy)
    labels = [spec.label for spec in made.specs]
    assert len(labels) == len(set(labels))
    assert labels[:2] == [BASE, BARE]
    for member in members(policy):
        for prefix in ("off:", "on:"):
            label = f"{prefix}{member.name}"
            assert (label in labels) != (label in made.impossible), label


@pytest.mark.parametrize("name", preset_names())
def test_every_shipped_policy_can_be_studied(name: str) -> None:
    made = study(preset(name), quick=True)
    assert made.specs[0].label == BASE
    assert made.specs[0].policy.name == name
    assert all(why for why in made.impossible.values())


def test_assumptions_are_run_on_both_sides() -> None:
    labels = {spec.label for spec in study(preset("alvh")).specs}
    for side in ("", "bare-"):
        assert {f"{side}fill:{fill}" for fill in FILLS} <= labels
        assert {f"{side}draw:{k}" for k in range(DRAWS)} <= labels


def test_quick_saves_draws_and_additions_and_says_so() -> None:
    made = study(preset("alvh"), quick=True)
    labels = [spec.label for spec in made.specs]
    assert made.quick
    assert sum(label.startswith("draw:") for label in labels) == QUICK_DRAWS
    assert [label for label in labels if label.startswith("fill:")] == ["fill:mid", "fill:half", "fill:cross"]
    assert not any(label.startswith("on:") for label in labels)
    # Twenty more runs of the whole method would take longer than all the rest: rules are judged in the full form.
    assert {label for label in labels if label.startswith("off:")} == {
        "off:condor", "off:L1", "off:L2", "off:L3", "off:puts", "off:big_top"
    }  # fmt: skip


def test_quotes_of_the_market_have_no_error_of_the_model() -> None:
    assert not any("draw:" in spec.label for spec in study(preset("alvh"), modelled=False).specs)


def test_hedges_held_all_the_time_have_no_switch_and_no_weights() -> None:
    made = always_on(preset("alvh"))
    assert isinstance(made, Policy)
    assert {rule.name for rule in made.rules} == {"sizing", "whole_contracts"}
    (l1,) = (layer for layer in made.layers if layer.name == "L1")
    assert l1.params.switch == "always"  # type: ignore[attr-defined]
    assert isinstance(always_on(preset("condor-only")), Missing)
