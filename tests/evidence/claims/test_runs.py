"""The runs of claims are the policies they say they are."""

from __future__ import annotations

import pytest

from alvh.evidence.claims import runs
from alvh.values import Missing


def members(spec) -> tuple[list[str], list[str]]:
    return [layer.name for layer in spec.policy.layers], [rule.name for rule in spec.policy.rules]


def test_tiers_are_fixed_in_size_and_hold_no_hedge() -> None:
    spec = runs.tiers("mid")
    assert members(spec) == (["conservative", "balanced", "aggressive"], [])
    assert (spec.fill, spec.policy.timing) == ("mid", "same_close")
    assert [layer.params.max_lots for layer in spec.policy.layers] == [10, 10, 10]
    assert [layer.params.short for layer in spec.policy.layers] == [0.70, 1.15, 1.60]


def test_draws_of_the_conservative_tier_hold_nothing_else() -> None:
    spec = runs.conservative(2)
    assert members(spec) == (["conservative"], [])
    assert (spec.draw, spec.first, spec.last) == (2, runs.DECADE_FROM, runs.DECADE_TO)


def test_gates_alone_part_the_gated_run_from_the_tiers() -> None:
    assert members(runs.gated()) == (["conservative", "balanced", "aggressive"], ["vix_gates"])


def test_hedged_runs_hold_442_without_a_budget() -> None:
    for spec in (runs.daily_hedged(), runs.swing_hedged()):
        layers, rules = members(spec)
        assert layers[1:] == ["L1", "L2", "L3"]
        assert rules == ["sizing", "whole_contracts"]
        assert [layer.params.contracts for layer in spec.policy.layers[1:]] == [4, 4, 2]


def test_the_stack_without_time_shift_lacks_nothing_else() -> None:
    with_, without = members(runs.stack()), members(runs.stack_unshifted())
    assert without[0] == with_[0]
    assert without[1] == [rule for rule in with_[1] if rule != "time_shift"]


def test_the_gauge_takes_the_first_strikes_and_any_credit() -> None:
    (layer,) = runs.gauge().policy.layers
    assert layer.params.edr_multiple == 1.75
    # A tolerance as wide as the condor: whatever credit the first strikes bring is near enough.
    assert layer.params.credit_tolerance_points == layer.params.wing_points == 5.0
    assert layer.params.min_credit_points == 0.0


def test_static_calls_are_held_until_a_week_before_their_end() -> None:
    hedges = {layer.name: layer for layer in runs.static_calls().policy.layers if layer.hedge}
    assert set(hedges) == {"L2", "L3"}
    assert all(layer.params.roll_dte == 7 for layer in hedges.values())


def test_episodes_differ_in_the_draw_alone() -> None:
    base, drawn = runs.episodes(-1), runs.episodes(3)
    assert (base.draw, drawn.draw) == (-1, 3)
    assert base.policy.digest == drawn.policy.digest
    assert (base.first, base.last) == (drawn.first, drawn.last) == (runs.EPISODES_FROM, runs.EPISODES_TO)


def test_a_policy_that_cannot_be_made_is_an_error() -> None:
    with pytest.raises(TypeError, match="no such layer"):
        runs._made(Missing("no such layer"))
