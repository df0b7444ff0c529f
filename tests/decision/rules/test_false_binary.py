"""The False Binary: weights move by a third at most, whatever asks for more, and say where they are going."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from alvh.decision.draft import Factor, combined
from alvh.decision.rules.false_binary import FalseBinary, FalseBinaryParams
from decision.desk import Desk, Values
from decision.rules.judged import Line, draft_of, judge

paths = st.integers(1, 60).flatmap(
    lambda n: st.lists(
        hnp.arrays(np.float64, n, elements=st.floats(-2.0, 3.0) | st.just(np.nan)), min_size=1, max_size=4
    )
)


@given(paths, st.sampled_from([1.0 / 3.0, 0.1, 1.0]))
def test_no_weight_leaves_the_unit_interval_or_jumps(values, step) -> None:
    factors = [Factor("x", k, lambda _, v=v: v) for k, v in enumerate(values)]
    weights = combined(Line(len(values[0])), factors, step)
    assert ((weights >= 0.0) & (weights <= 1.0)).all()
    assert (np.abs(np.diff(weights)) <= step + 1e-12).all()


@given(paths, st.integers(1, 59))
def test_a_weight_does_not_know_what_comes(values, cut) -> None:
    n = len(values[0])
    cut = min(cut, n)
    factors = [Factor("x", k, lambda _, v=v: v) for k, v in enumerate(values)]
    other = [Factor("x", k, lambda _, v=v: np.concatenate((v[:cut], 1.0 - v[cut:]))) for k, v in enumerate(values)]
    np.testing.assert_array_equal(combined(Line(n), factors, 0.3)[:cut], combined(Line(n), other, 0.3)[:cut])


def test_by_hand() -> None:
    # 1, 0, 0, 0, 1 with thirds: 1, 2/3, 1/3, 0, 1/3.
    switch = Factor("x", "x", lambda _: np.array([1.0, 0.0, 0.0, 0.0, 1.0]))
    weights = combined(Line(5), [switch], 1.0 / 3.0)
    np.testing.assert_allclose(weights, [1.0, 2.0 / 3.0, 1.0 / 3.0, 0.0, 1.0 / 3.0], atol=1e-12)


def desk(now: float, before: float, target: float) -> Desk:
    third = 1.0 / 3.0
    return Desk(
        prepared={("weight", third, "k"): now, ("weight before", third, "k"): before, ("weight", None, "k"): target}
    )


def test_it_says_where_each_layer_stands_and_that_it_does_not_jump() -> None:
    draft = draft_of(desk=desk(2.0 / 3.0, 1.0, 0.0), hedges=("L1", "L2"))
    draft.weigh("L1", Factor("x", "k", lambda _: np.ones(1)))
    said = judge(FalseBinary("fb", FalseBinaryParams()), Values(), draft)
    assert said == [
        "L1 is weighted 0.67, 1.00 the session before; on its way to 0.00",
        "move L1 to 0.00 at once: rejected, at most 0.33 a session",
        "L2 stands at its full weight of 1: nothing asks for less",
    ]
    assert draft.max_step == pytest.approx(1.0 / 3.0)
    assert draft.remarks[1].rejected


def test_a_weight_that_has_arrived() -> None:
    draft = draft_of(desk=desk(0.5, 0.5, 0.5), hedges=("L1",))
    draft.weigh("L1", Factor("x", "k", lambda _: np.ones(1)))
    said = judge(FalseBinary("fb", FalseBinaryParams()), Values(), draft)
    assert said == ["L1 is weighted 0.50, 0.50 the session before; that is its target"]
    first = draft_of(desk=desk(0.5, float("nan"), 0.5), hedges=("L1",))
    first.weigh("L1", Factor("x", "k", lambda _: np.ones(1)))
    assert judge(FalseBinary("fb", FalseBinaryParams()), Values(), first) == ["L1 is weighted 0.50; that is its target"]
