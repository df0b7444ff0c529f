from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.policies import grid
from alvh.policies.grid import candidates, checked, configurations, made, possible
from alvh.policies.policy import Policy, preset
from alvh.policies.sweep_file import SweepError, parse_sweep
from alvh.values import Missing

BASE = preset("alvh")


def sweep(parameters: str, head: str = ""):
    return parse_sweep(f'policy = "alvh"\n{head}[parameters]\n{parameters}')


def test_a_grid_is_every_combination_the_last_parameter_moving_fastest():
    found = configurations(sweep('"condor.short" = [0.1, 0.2]\nL2 = [true, false]'))
    assert found == (
        {"condor.short": 0.1, "L2": True},
        {"condor.short": 0.1, "L2": False},
        {"condor.short": 0.2, "L2": True},
        {"condor.short": 0.2, "L2": False},
    )


def test_a_grid_beyond_reason_is_refused(monkeypatch):
    monkeypatch.setattr(grid, "MOST", 5)
    with pytest.raises(SweepError, match="a grid of 6 policies; the most is 5"):
        configurations(sweep('"condor.short" = [0.1, 0.2]\n"condor.dte_target" = [40, 45, 50]'))


@pytest.mark.parametrize("method", ["random", "sobol"])
@settings(max_examples=10)
@given(n=st.integers(1, 40), seed=st.integers(0, 99))
def test_as_many_are_drawn_as_asked_for_and_always_the_same(method, n, seed):
    drawn = sweep('"condor.short" = {low = 0.1, high = 0.2}', f'method = "{method}"\nn = {n}\nseed = {seed}\n')
    found = configurations(drawn)
    assert len(found) == n
    assert found == configurations(drawn)
    assert all(0.1 <= one["condor.short"] <= 0.2 for one in found)


def test_sobol_points_fill_the_range_evenly():
    # 16 points of a scrambled Sobol sequence: one in each sixteenth of every axis (Owen 1998), random ones are not.
    drawn = sweep('"condor.short" = {low = 0.0, high = 0.16}', 'method = "sobol"\nn = 16\n')
    assert sorted(int(one["condor.short"] * 100) for one in configurations(drawn)) == list(range(16))


def test_parameters_are_replaced_and_members_switched_off():
    policy = made(BASE, {"condor.short": 0.12, "L1": False, "L1.delta": 0.3, "L2": True, "fomc": False})
    assert isinstance(policy, Policy)
    assert policy.layers[0].params.short == 0.12
    assert [layer.name for layer in policy.layers] == ["condor", "L2", "L3", "puts", "big_top"]
    assert "fomc" not in [rule.name for rule in policy.rules]
    assert made(BASE, {"L2": True}).digest == BASE.digest


def test_combinations_that_make_one_policy_are_run_once():
    found = candidates(BASE, configurations(sweep('L1 = [true, false]\n"L1.delta" = [0.4, 0.5]')))
    assert [one.same_as for one in found] == [0, 1, 2, 2], "the delta of what is switched off makes no difference"


def test_a_combination_that_the_policy_refuses_says_why():
    drawn = sweep('"condor.dte_min" = [30, 55]\n"condor.dte_max" = [50, 60]')
    checked(drawn, BASE, configurations(drawn))
    found = candidates(BASE, configurations(drawn))
    possible(drawn, found)
    assert [isinstance(one.policy, Missing) for one in found] == [False, False, True, False]
    assert found[2].config == {"condor.dte_min": 55, "condor.dte_max": 50}
    assert found[2].policy.why.endswith("condor: dte_min = 55 is above dte_max = 50")


def test_a_value_of_a_grid_that_no_combination_allows_is_a_mistake():
    drawn = sweep('"condor.profit_take" = [0.5, 0.6]\n"condor.short" = [0.16, 0.9]')
    checked(drawn, BASE, configurations(drawn))
    with pytest.raises(SweepError) as refused:
        possible(drawn, candidates(BASE, configurations(drawn)))
    assert str(refused.value).startswith("line 4: condor.short = 0.9 cannot be in any combination; the first: ")
    assert "short = 0.9 is no delta of a short" in str(refused.value)


@pytest.mark.parametrize(
    ("parameter", "said"),
    [
        (
            '"condr.short" = [0.1]',
            "line 3: condr.short: alvh has no layer or rule called 'condr'; did you mean 'condor'?",
        ),
        ('"condor.shrt" = [0.1]', "line 3: condor has no parameter 'shrt'; did you mean 'short'?"),
        ('"condor.kind" = ["x"]', "line 3: condor.kind: the kind of a layer or rule is not a parameter"),
        (
            '"condor.dte_target" = [45, 30.5]',
            "line 3: condor.dte_target = 30.5 cannot be: input should be a valid integer",
        ),
        (
            '"condor.entry" = ["weakly"]',
            "'weakly' cannot be: input should be 'daily', 'weekly' or 'monthly'",
        ),
        ("L9 = [true, false]", "line 3: L9: alvh has no layer or rule called 'L9'; did you mean 'L3'?"),
        ("L2 = [0.5]", "line 3: L2 = 0.5 cannot be: a layer or rule is switched with true and false"),
        ('"roll.vols" = ["spot"]', "alvh has no layer or rule called 'roll'"),
    ],
)
def test_what_can_never_be_is_refused_before_anything_runs(parameter, said):
    drawn = sweep(parameter)
    with pytest.raises(SweepError) as refused:
        checked(drawn, BASE, configurations(drawn))
    assert said in str(refused.value)


def test_the_roll_window_is_a_parameter_of_a_policy_that_decides_in_it():
    drawn = sweep('"roll.open_weight" = [0.5, 0.65]')
    base = preset("bxm")
    checked(drawn, base, configurations(drawn))
    assert [one.policy.roll.open_weight for one in candidates(base, configurations(drawn))] == [0.5, 0.65]
    wrong = sweep('"roll.open_weight" = [2.0]')
    with pytest.raises(
        SweepError, match=r"roll\.open_weight = 2\.0 cannot be: input should be less than or equal to 1"
    ):
        checked(wrong, base, configurations(wrong))
