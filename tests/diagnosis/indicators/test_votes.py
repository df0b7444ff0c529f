"""The vote on scores worked by hand: softmax, nodes that drop out, quorum and status quo."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.diagnosis.indicators import layer1_switch, liquidity, vol_of_vol, vreer
from alvh.diagnosis.indicators import votes as file
from alvh.diagnosis.indicators.votes import dominant, running, votes
from alvh.market.history import build_history
from alvh.maths.averages import change, trailing_z
from tiny_market import TinySpec

NAN = math.nan


def column(*scores: float):
    return np.array(scores, dtype=np.float64)[:, None]


def test_votes_by_hand() -> None:
    # e^0, e^1, e^0, e^-1, e^-2 = 1, 2.718282, 1, 0.367879, 0.135335: together 5.221496.
    found = votes(column(0.0, 1.0, 0.0, -1.0, -2.0), 1.0)[:, 0]
    assert found == pytest.approx([0.191516, 0.520594, 0.191516, 0.070455, 0.025919], abs=1e-6)


def test_heat_evens_the_votes_out_and_cold_sharpens_them() -> None:
    # At T = 2: e^0, e^0.5 = 1.648721: 0.377541 and 0.622459. At T = 0.5: 1 and e^2 = 7.389056: 0.119203 and 0.880797.
    assert votes(column(0.0, 1.0), 2.0)[:, 0] == pytest.approx([0.377541, 0.622459], abs=1e-6)
    assert votes(column(0.0, 1.0), 0.5)[:, 0] == pytest.approx([0.119203, 0.880797], abs=1e-6)
    with pytest.raises(ValueError, match="above zero"):
        votes(column(0.0, 1.0), 0.0)


def test_a_missing_node_drops_out() -> None:
    # 1, 2.718282 and 1 are left: 4.718282.
    found = votes(column(0.0, 1.0, 0.0, NAN, NAN), 1.0)[:, 0]
    assert found == pytest.approx([0.211942, 0.576117, 0.211942, NAN, NAN], abs=1e-6, nan_ok=True)


def test_one_node_alone_is_no_vote() -> None:
    assert np.isnan(votes(column(0.0, NAN, NAN, NAN, NAN), 1.0)).all()
    assert np.isnan(votes(column(NAN, 5000.0), 1.0)).all()
    assert np.isnan(votes(column(NAN, NAN), 1.0)).all()


def test_scores_beyond_the_reach_of_an_exponential() -> None:
    assert votes(column(0.0, 5000.0), 1.0)[:, 0] == pytest.approx([0.0, 1.0])


def test_a_quorum_holds_on_the_second_close() -> None:
    found = running(np.array([0.6, 0.5, 0.4, 0.7, NAN, 0.7, 0.7]), 0.5, 2)
    assert found == pytest.approx([0.0, 1.0, 0.0, 0.0, NAN, 1.0, 1.0], nan_ok=True)
    assert np.isnan(running(np.full(3, NAN), 0.5, 2)).all()


def test_the_status_quo_stays_without_a_quorum() -> None:
    # hold, L1, L2 over eight closes; nobody has half of the votes on the first, L1 on the next two, then nobody again;
    # an unknown close, and then L2 on two closes.
    table = np.array([
        [0.4, 0.3, 0.2, 0.4, NAN, 0.2, 0.1, 0.3],
        [0.3, 0.6, 0.7, 0.3, NAN, 0.2, 0.2, 0.4],
        [0.3, 0.1, 0.1, 0.3, NAN, 0.6, 0.7, 0.3],
    ])  # fmt: skip
    assert dominant(table, 0.5, 2).tolist() == [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0]


def test_nobody_dominates_before_the_first_vote() -> None:
    table = np.array([[NAN, NAN, 0.5, 0.5], [NAN, NAN, 0.5, 0.5]])
    # Half each on two closes: the earlier node, which holds.
    assert dominant(table, 0.5, 2) == pytest.approx([NAN, NAN, 0.0, 0.0], nan_ok=True)
    assert np.isnan(dominant(np.full((2, 3), NAN), 0.5, 2)).all()


def test_the_scores_are_made_of_their_readings() -> None:
    history = build_history(TinySpec(seed=5, sessions=420, shock_at=(200, 330)).tables())

    def z(values):
        return trailing_z(values, 252, 3.0)

    found = {node: file.prepare(history, f"score_{node}") for node in file.NODES[1:]}
    first = z(layer1_switch.prepare(history, "vix_macd_hist")) + z(change(history.vx.nearby(1), 5))
    third = z(history.column("VVIX")) + z(vol_of_vol.prepare(history, "vvix_to_vix"))
    assert np.array_equal(found["L1"], first, equal_nan=True)
    assert np.array_equal(found["L2"], z(vreer.prepare(history, "vreer")), equal_nan=True)
    assert np.array_equal(found["L3"], third, equal_nan=True)
    assert np.array_equal(found["flatten"], z(-liquidity.prepare(history, "lqr")) - 2.0, equal_nan=True)
    for node in file.NODES[1:]:
        known = found[node][np.isfinite(found[node])]
        assert known.size
        assert np.abs(known).max() <= (6.0 if node in ("L1", "L3") else 3.0 if node == "L2" else 5.0)


table = st.lists(
    st.lists(st.one_of(st.just(NAN), st.floats(-6.0, 6.0)), min_size=5, max_size=5), min_size=1, max_size=20
)


@given(table, st.floats(0.1, 5.0))
def test_known_votes_are_shares_of_one(rows, temperature: float) -> None:
    scores = np.array(rows).T.copy()
    found = votes(scores, temperature)
    for i in range(scores.shape[1]):
        known = np.isfinite(scores[:, i])
        if known.sum() < 2:
            assert np.isnan(found[:, i]).all()
            continue
        assert np.array_equal(np.isfinite(found[:, i]), known)
        assert found[known, i].sum() == pytest.approx(1.0)
        assert (found[known, i] >= 0.0).all()
        order = np.argsort(scores[known, i])
        assert (np.diff(found[known, i][order]) >= -1e-15).all()


@given(st.lists(st.one_of(st.just(NAN), st.floats(0.0, 1.0)), min_size=1, max_size=30), st.integers(1, 4))
def test_a_run_is_counted_close_by_close(vote, closes: int) -> None:
    found = running(np.array(vote), 0.5, closes)
    count = 0
    for value, flag in zip(vote, found, strict=True):
        if math.isnan(value):
            assert math.isnan(flag)
            continue
        count = count + 1 if value >= 0.5 else 0
        assert flag == float(count >= closes)


@given(st.integers(0, 2**20))
@settings(max_examples=15)
def test_the_dominant_node_had_its_quorum_on_two_closes(seed: int) -> None:
    history = build_history(TinySpec(seed=seed, sessions=320, shock_at=(260,)).tables())
    cast = np.stack([file.prepare(history, f"vote_{node}") for node in file.NODES])
    found = file.prepare(history, "dominant")
    signal = file.prepare(history, "flatten_signal")
    first = int(np.flatnonzero(np.isfinite(found))[0])
    assert found[first] in (0.0, *range(1, 5))
    for i in range(first + 1, len(found)):
        assert found[i] in range(5)
        if found[i] != found[i - 1]:
            seen = cast[int(found[i]), : i + 1]
            assert (seen[np.isfinite(seen)][-2:] >= 0.5).all()
    assert set(signal[np.isfinite(signal)]) <= {0.0, 1.0}
