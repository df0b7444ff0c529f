"""States by hand, and that weights bring a tilted draw back to the history's own frequencies."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.market.engines.tilting import (
    CALM,
    CRASH,
    DESIGN,
    SLOW_BEAR,
    after,
    draw_rows,
    effective_size,
    label,
    long_run_shares,
    observed_chain,
    tilted_chain,
    weights_of,
)

LABELS = np.array([CALM] * 60 + [SLOW_BEAR] * 25 + [CRASH] * 15)


def test_stress_begins_and_ends_where_it_is_said_to() -> None:
    # High 100: 89.9 is 10.1 % below (a bear), 94 is 6 % below (it lasts), 95 is 5 % below (over).
    # VIX 31 above VIX3M is a crash, 31 on an upright curve by itself is not; at 30 it is over.
    spx = np.array([100.0, 91.0, 89.9, 94.0, 95.0, 100.0, 100.0, 100.0, 100.0])
    vix = np.array([15.0, 20.0, 20.0, 20.0, 20.0, 31.0, 31.0, 31.0, 30.0])
    vix3m = np.array([17.0, 21.0, 21.0, 21.0, 21.0, 33.0, 28.0, 33.0, 28.0])
    assert label(spx, vix, vix3m).tolist() == [0, 0, 1, 1, 0, 0, 2, 2, 0]


def test_a_missing_close_leaves_the_state_as_it_was() -> None:
    nan = math.nan
    spx, vix = np.array([100.0, 88.0, nan, 88.0]), np.array([20.0, 35.0, nan, 35.0])
    assert label(spx, vix, np.array([21.0, 30.0, nan, 30.0])).tolist() == [0, 2, 2, 2]


def test_transitions_are_counted_with_a_third_of_a_session_each() -> None:
    # calm -> calm twice, calm -> crash once, crash -> calm once.
    chain = observed_chain(np.array([0, 0, 0, 2, 0]))
    assert chain[0] == pytest.approx([(2 + 1 / 3) / 4, (1 / 3) / 4, (1 + 1 / 3) / 4])
    assert chain[2] == pytest.approx([(1 + 1 / 3) / 2, (1 / 3) / 2, (1 / 3) / 2])
    np.testing.assert_allclose(chain.sum(axis=1), 1.0)


def test_the_design_is_a_chain_of_the_stated_persistence() -> None:
    np.testing.assert_allclose(np.array(DESIGN).sum(axis=1), 1.0)
    assert np.diag(np.array(DESIGN)).tolist() == [0.99, 0.985, 0.93]
    share = long_run_shares(np.array(DESIGN))
    np.testing.assert_allclose(share @ np.array(DESIGN), share)
    np.testing.assert_allclose(tilted_chain(observed_chain(LABELS), 1.0), np.array(DESIGN))
    np.testing.assert_allclose(tilted_chain(observed_chain(LABELS), 0.0), observed_chain(LABELS))


def test_a_weight_is_the_product_of_two_chains_over_the_seams() -> None:
    observed = observed_chain(LABELS)
    drawn = draw_rows(LABELS, observed, np.array(DESIGN), state=CALM, horizon=80, seed=3)
    begins = np.concatenate(([0], np.flatnonzero(np.diff(drawn.rows) % len(LABELS) != 1) + 1))
    # No two blocks of this seed happen to join, so the seams can be read off the rows.
    assert len(begins) == len(drawn.states)
    expected = 0.0
    for block in range(1, len(begins)):
        length, was, now = int(begins[block] - begins[block - 1]), drawn.states[block - 1], drawn.states[block]
        powers = [np.linalg.matrix_power(chain, length)[was, now] for chain in (observed, np.array(DESIGN))]
        expected += math.log(powers[0] / powers[1])
    assert drawn.log_weight == pytest.approx(expected)
    assert [LABELS[drawn.rows[at]] for at in begins] == list(drawn.states)


@given(st.integers(0, 2**31), st.integers(1, 120), st.sampled_from([CALM, SLOW_BEAR, CRASH]))
def test_a_draw_follows_from_its_seed_and_a_longer_one_begins_alike(seed, horizon, state) -> None:
    observed = observed_chain(LABELS)
    short, long = (
        draw_rows(LABELS, observed, np.array(DESIGN), state=state, horizon=n, seed=seed) for n in (horizon, 2 * horizon)
    )
    np.testing.assert_array_equal(short.rows, long.rows[:horizon])
    assert long.states[: len(short.states)] == short.states
    assert ((short.rows >= 0) & (short.rows < len(LABELS))).all()
    assert LABELS[short.rows[0]] == state
    untilted = draw_rows(LABELS, observed, observed, state=state, horizon=horizon, seed=seed)
    assert untilted.log_weight == 0.0


def test_weighted_shares_of_stress_are_those_of_the_untilted_draw() -> None:
    observed = observed_chain(LABELS)

    def shares(tilted, count: int, offset: int):
        made = [
            draw_rows(LABELS, observed, tilted, state=CALM, horizon=60, seed=offset + k, mean_block=10.0)
            for k in range(count)
        ]
        stress = np.array([np.mean(LABELS[drawn.rows] != CALM) for drawn in made])
        return stress, weights_of(np.array([drawn.log_weight for drawn in made]))

    plain, equal = shares(observed, 1500, 0)
    tilted, weight = shares(tilted_chain(observed, 0.5), 1500, 10_000)
    np.testing.assert_allclose(equal, 1.0 / 1500)
    mean, error = plain.mean(), plain.std() / math.sqrt(1500)
    back = float(weight @ tilted)
    back_error = math.sqrt(float(np.sum((weight * (tilted - back)) ** 2)))
    assert abs(back - mean) < 3.0 * math.hypot(error, back_error)
    # And the tilt was worth weighing back: the raw mean is elsewhere.
    assert abs(tilted.mean() - mean) > 3.0 * error
    assert 100.0 < effective_size(weight) < 1500.0


def test_a_state_that_never_was_is_never_reached() -> None:
    calm = np.zeros(50, dtype=np.int64)
    drawn = draw_rows(calm, observed_chain(calm), np.array(DESIGN), state=CALM, horizon=500, seed=1)
    assert set(drawn.states) == {CALM}
    assert drawn.log_weight == 0.0
    with pytest.raises(ValueError, match="no session of the history is a crash"):
        draw_rows(calm, observed_chain(calm), np.array(DESIGN), state=CRASH, horizon=5, seed=1)
    # From a calm, a day later: 0.99 of 0.995 once a crash is out of the question.
    there = np.array([True, True, False])
    assert after(np.array(DESIGN), CALM, 1, there) == pytest.approx([0.99 / 0.995, 0.005 / 0.995, 0.0])


def test_effective_size_by_hand() -> None:
    assert effective_size(np.array([1.0, 1.0, 1.0, 1.0])) == pytest.approx(4.0)
    # (3 + 1)^2 / (9 + 1)
    assert effective_size(np.array([3.0, 1.0])) == pytest.approx(1.6)
    assert weights_of(np.array([-1000.0, -1000.0 + math.log(3.0)])) == pytest.approx([0.25, 0.75])
