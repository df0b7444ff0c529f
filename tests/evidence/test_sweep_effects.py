from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.sweep import Combination
from alvh.evidence.sweep_effects import BINS, effects, pair_maps
from evidence.small_sweep import searched


def small(values, measured, measure="sharpe"):
    """Return a sweep of parameters a and b with these values, one policy a combination."""
    combinations = tuple(Combination({"m.a": a, "m.b": b}, k) for k, (a, b) in enumerate(values))
    return searched(
        paths=("m.a", "m.b"),
        combinations=combinations,
        measures=tuple({measure: one} for one in measured),
        measure=measure,
    )


def test_levels_and_explained_by_hand():
    # a: 1 -> 1, 3; 2 -> 5, 7. Means 2 and 6 about 4: between 4 x 4 = 16, in all 9 + 1 + 1 + 9 = 20, within 4. Two
    # levels would have 1 x 4 / (4 - 2) = 2 by chance: (16 - 2) / 20 = 0.7.
    # b: x -> 1, 5; y -> 3, 7. Means 3 and 5: between 4, within 16, by chance 8: below 0.
    found = small([(1, "x"), (1, "y"), (2, "x"), (2, "y")], [1.0, 3.0, 5.0, 7.0])
    one, two = effects(found, str)
    assert (one.path, one.explained) == ("m.a", pytest.approx(0.7))
    assert two.explained == 0.0
    assert one.levels == (("1", 2, 2.0, 3.0, 1.0), ("2", 2, 6.0, 7.0, 5.0))
    assert [level.label for level in two.levels] == ["x", "y"]


def test_where_less_is_better_the_best_is_the_least():
    (one, _) = effects(small([(1, "x"), (1, "y")], [0.1, 0.3], "vol"), str)
    assert (one.levels[0].best, one.levels[0].worst) == (0.1, 0.3)


def test_a_pair_is_averaged_over_the_others_and_an_empty_cell_stays_empty():
    found = small([(1, "x"), (1, "x"), (2, "x"), (2, "y")], [1.0, 3.0, None, 7.0])
    (pair,) = pair_maps(found, str)
    assert (pair.rows, pair.columns) == (("1", "2"), ("x", "y"))
    np.testing.assert_array_equal(pair.mean, [[2.0, math.nan], [math.nan, 7.0]])
    np.testing.assert_array_equal(pair.best, [[3.0, math.nan], [math.nan, 7.0]])


def test_combinations_that_make_one_policy_each_count():
    found = searched(
        paths=("L2", "L2.delta"),
        combinations=tuple(
            Combination({"L2": on, "L2.delta": delta}, column)
            for on, delta, column in ((True, 0.4, 0), (True, 0.5, 1), (False, 0.4, 2), (False, 0.5, 2))
        ),
        measures=({"sharpe": 1.0}, {"sharpe": 2.0}, {"sharpe": 4.0}),
    )
    switch, delta = effects(found, str)
    assert [level.mean for level in switch.levels] == [1.5, 4.0]
    assert [level.mean for level in delta.levels] == [2.5, 3.0]


def test_many_different_values_are_cut_into_stretches():
    values = [(k / 100.0, "x") for k in range(50)]
    (one, _) = effects(small(values, [float(k) for k in range(50)]), str)
    assert [level.combinations for level in one.levels] == [50 // BINS] * BINS
    assert one.levels[0].label == "0.0 to 0.09"
    assert one.levels[-1].mean == 44.5


def test_what_is_drawn_is_cut_too_and_one_combination_a_level_explains_nothing():
    drawn = [(k / 8.0, "x") for k in range(8)]
    (one, two) = effects(small(drawn, [1.0] * 4 + [2.0] * 4), str)
    assert [level.combinations for level in one.levels] == [4, 4]
    assert one.explained == 1.0
    assert two.explained == 0.0
    (few, _) = effects(small(drawn[:3], [1.0, 2.0, 3.0]), str)
    assert len(few.levels) == 3
    assert math.isnan(few.explained)


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from("xyz"), st.floats(-5, 5)), min_size=2, max_size=60))
def test_every_combination_is_in_one_level_and_the_average_is_kept(rows):
    found = small([(a, b) for a, b, _ in rows], [value for *_, value in rows])
    for one in effects(found, str):
        assert sum(level.combinations for level in one.levels) == len(rows)
        whole = sum(level.combinations * level.mean for level in one.levels) / len(rows)
        assert whole == pytest.approx(np.mean([value for *_, value in rows]), abs=1e-9)
        assert math.isnan(one.explained) or -1e-9 <= one.explained <= 1.0 + 1e-9
        assert all(level.worst <= level.mean + 1e-9 and level.mean <= level.best + 1e-9 for level in one.levels)
