"""Policies with members left out: what goes, what stays, and what cannot."""

from __future__ import annotations

import pytest

from alvh.policies.policy import Policy, parse_policy, preset, preset_names
from alvh.policies.variant import added, bare, chosen, is_condor, joined, kind, without
from alvh.values import Missing


def names(policy: Policy | Missing) -> list[str]:
    assert isinstance(policy, Policy), policy
    return [member.name for member in (*policy.layers, *policy.rules)]


@pytest.mark.parametrize("name", preset_names())
def test_a_policy_with_everything_kept_says_what_it_said(name: str) -> None:
    policy = preset(name)
    same = chosen(policy, names(policy), name)
    assert isinstance(same, Policy)
    assert same.digest == policy.digest
    # It prints as a policy: what is run can be read, kept and run again.
    assert parse_policy(same.text).digest == policy.digest


def test_overrides_survive() -> None:
    policy = preset("alvh", {"L1.contracts": 7})
    made = without(policy, "puts")
    assert isinstance(made, Policy)
    (l1,) = (layer for layer in made.layers if layer.name == "L1")
    assert l1.params.contracts == 7  # type: ignore[attr-defined]


def test_what_names_a_layer_that_has_gone_goes_with_it() -> None:
    made = without(preset("alvh"), "L2")
    assert "L2" not in names(made)
    # L1 hands its gains to L2, and the tilt weighs L2 alone.
    (l1,) = (layer for layer in made.layers if layer.name == "L1")  # type: ignore[union-attr]
    assert l1.params.recycle_to in {"", None}
    assert "rsi_tilt" not in names(made)


def test_what_others_need_cannot_be_left_out() -> None:
    made = without(preset("alvh"), "whole_contracts")
    assert isinstance(made, Missing)
    assert made.why == 'L1 needs a [[rules]] entry with kind = "whole_contracts"'


def test_an_unknown_member_is_an_answer() -> None:
    assert isinstance(without(preset("alvh"), "L9"), Missing)
    assert isinstance(added(preset("alvh"), "L9"), Missing)


def test_the_bare_condors_of_alvh_are_the_control() -> None:
    made, control = bare(preset("alvh")), preset("condor-only")
    assert names(made) == names(control) == ["condor", "sizing"]
    for mine, theirs in zip((*made.layers, *made.rules), (*control.layers, *control.rules), strict=True):  # type: ignore[union-attr]
        assert mine.params == theirs.params  # type: ignore[attr-defined]


def test_an_addition_brings_what_it_needs_and_nothing_else() -> None:
    assert names(added(preset("alvh"), "L1")) == ["condor", "L1", "sizing", "whole_contracts"]
    assert names(added(preset("alvh"), "capital")) == ["condor", "sizing", "capital"]


@pytest.mark.parametrize(
    ("member", "why"),
    [
        ("vote", "vote acts on hedges, and bare condors have none"),
        ("whole_contracts", "whole_contracts acts on hedges, and bare condors have none"),
        ("sizing", "sizing is part of the bare condors already"),
    ],
)
def test_what_adds_nothing_says_why(member: str, why: str) -> None:
    made = added(preset("alvh"), member)
    assert isinstance(made, Missing)
    assert made.why == why


def test_a_policy_without_condors_has_no_bare_form() -> None:
    # Index policies hold options and an index; the hedge layer alone opens no condor either.
    hedge = chosen(preset("alvh"), ["L3", "sizing", "whole_contracts"], "hedge")
    assert isinstance(hedge, Policy)
    assert isinstance(bare(hedge), Missing)


def test_kinds_and_condors_of_alvh() -> None:
    policy = preset("alvh")
    assert [layer.name for layer in policy.layers if is_condor(layer)] == ["condor"]
    assert [kind(layer) for layer in policy.layers][:2] == ["condor", "vix_calls"]


def test_what_is_joined_stands_last_and_is_checked() -> None:
    condors = bare(preset("alvh"))
    assert isinstance(condors, Policy)
    puts = joined(
        condors, "puts", layers=[{"kind": "spx_put_spreads", "name": "puts"}], rules=[{"kind": "whole_contracts"}]
    )
    assert names(puts) == ["condor", "puts", "sizing", "whole_contracts"]
    alone = joined(condors, "puts", layers=[{"kind": "spx_put_spreads", "name": "puts"}])
    assert isinstance(alone, Missing)
