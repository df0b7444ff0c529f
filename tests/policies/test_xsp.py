"""A policy on XSP: what moves, what becomes a tenth, and what stays."""

from __future__ import annotations

import pytest

from alvh.policies.policy import Policy, parse_policy, preset
from alvh.policies.xsp import on_xsp
from alvh.values import Missing


def params(policy: Policy, name: str):
    return next(m.params for m in (*policy.layers, *policy.rules) if m.name == name)


def moved(policy: Policy) -> Policy:
    made = on_xsp(policy)
    assert not isinstance(made, Missing)
    return made


def test_condors_and_put_spreads_move_and_vix_calls_stay() -> None:
    made = moved(preset("alvh"))
    assert made.name == "alvh on XSP"
    assert made.underlyings == ("VIX", "XSP")
    assert params(made, "condor").underlying == "XSP"
    assert params(made, "puts").underlying == "XSP"
    assert params(made, "L1") == params(preset("alvh"), "L1")
    assert [rule.name for rule in made.rules] == [rule.name for rule in preset("alvh").rules]


def test_nothing_but_the_underlying_changes_where_distances_are_relative() -> None:
    old, new = (params(p, "condor").model_dump() for p in (preset("alvh"), moved(preset("alvh"))))
    assert {key for key in old if old[key] != new[key]} == {"underlying", "credit_tolerance_points"}
    assert new["credit_tolerance_points"] == pytest.approx(0.005)


POINTS = """
name = "points"
[[layers]]
kind = "condor"
shorts = "width_points"
short = 150.0
wing_points = 50.0
min_credit_points = 2.0
[[rules]]
kind = "sizing"
"""


def test_distances_in_points_become_a_tenth() -> None:
    made = params(moved(parse_policy(POINTS)), "condor")
    assert (made.short, made.wing_points, made.min_credit_points) == pytest.approx((15.0, 5.0, 0.2))


def test_an_override_is_kept_and_the_text_says_what_the_policy_does() -> None:
    made = moved(preset("condor-only", {"condor.exit_dte": 7}))
    assert params(made, "condor").exit_dte == 7
    assert parse_policy(made.text).digest == made.digest


def test_a_policy_without_spx_options_cannot_move() -> None:
    text = 'name = "x"\n[[layers]]\nkind = "condor"\nunderlying = "XSP"\n[[rules]]\nkind = "sizing"\n'
    assert on_xsp(parse_policy(text)) == Missing("no layer of x trades options on SPX")
