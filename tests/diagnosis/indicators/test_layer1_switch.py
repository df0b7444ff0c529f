"""The threshold from its parts, and the switch close by close."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.diagnosis.indicators import layer1_switch
from alvh.diagnosis.indicators.layer1_switch import armed, next_state, switch
from alvh.market.history import build_history
from diagnosis.indicators.handmade import by_rank, made
from tiny_market import TinySpec

NAN = math.nan
ON, OFF = 1.0, 0.0


def states(closes, off_closes: int = 3) -> list[float]:
    """Run the switch over closes of (F1, theta, EMA26, histogram)."""
    front, theta, average, histogram = np.array(closes, dtype=np.float64).T.copy()
    return armed(front, theta, average, histogram, off_closes).tolist()


UP = (21.0, 20.0, 18.0, 0.5)
BETWEEN = (19.0, 20.0, 18.0, 0.5)
BELOW = (17.0, 20.0, 18.0, 0.5)
TURNED = (21.0, 20.0, 18.0, -0.1)
UNKNOWN = (21.0, NAN, 18.0, 0.5)


def test_it_arms_above_the_threshold_with_the_histogram_up() -> None:
    assert states([BETWEEN, UP, BETWEEN]) == [OFF, ON, ON]
    assert states([TURNED]) == [OFF]
    # At the threshold is not above it, and a histogram of zero is not up.
    assert states([(20.0, 20.0, 18.0, 0.5), (21.0, 20.0, 18.0, 0.0)]) == [OFF, OFF]


def test_it_disarms_on_the_third_close_in_a_row() -> None:
    assert states([UP, BELOW, TURNED, BELOW, BELOW]) == [ON, ON, ON, OFF, OFF]
    assert states([UP, BELOW, BELOW, BETWEEN, BELOW, BELOW, BELOW]) == [ON, ON, ON, ON, ON, ON, OFF]
    assert states([UP, BELOW], off_closes=1) == [ON, OFF]


def test_it_arms_again_as_it_did_before() -> None:
    assert states([UP, BELOW, BELOW, BELOW, UP, BELOW, BELOW, UP]) == [ON, ON, ON, OFF, ON, ON, ON, ON]


def test_unknown_sessions_keep_the_state_and_are_not_counted() -> None:
    assert states([UNKNOWN, UP, UNKNOWN])[1:] == [ON, ON]
    assert math.isnan(states([UNKNOWN])[0])
    assert states([UP, BELOW, BELOW, UNKNOWN, BELOW]) == [ON, ON, ON, ON, OFF]


def test_no_closes_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        states([UP], off_closes=0)


def test_threshold_from_its_parts() -> None:
    history = build_history(TinySpec(seed=3, sessions=160).tables())
    vix = history.column("VIX")
    # A plain twin: the three averages by their recursion, from the mean of their first values.
    fast, slow = twin(vix, 12), twin(vix, 26)
    signal = twin(fast - slow, 9)
    histogram = fast - slow - signal
    last = slow[-1] + signal[-1] + np.std(histogram[-60:], ddof=1)
    assert layer1_switch.prepare(history, "l1_threshold")[-1] == pytest.approx(last)
    assert layer1_switch.prepare(history, "vix_ema26")[-1] == pytest.approx(slow[-1])
    assert layer1_switch.prepare(history, "vix_macd")[-1] == pytest.approx(fast[-1] - slow[-1])
    assert layer1_switch.prepare(history, "vix_macd_signal")[-1] == pytest.approx(signal[-1])
    assert layer1_switch.prepare(history, "vix_macd_hist")[-1] == pytest.approx(histogram[-1])


def twin(values, span: int):
    out = np.full(len(values), NAN)
    start = int(np.flatnonzero(np.isfinite(values))[0])
    out[start + span - 1] = np.mean(values[start : start + span])
    for i in range(start + span, len(values)):
        out[i] = out[i - 1] + 2.0 / (span + 1.0) * (values[i] - out[i - 1])
    return out


def test_a_jump_of_the_curve_arms_it_and_its_decay_disarms_it() -> None:
    # VIX 15 (a little up and down) and F1 14.6; both 30 for ten sessions from 100 on; then 12 and 13.
    vix = [15.0 + 0.1 * (i % 2) for i in range(100)] + [30.0] * 10 + [12.0] * 30
    history = made({"VIX": vix}, by_rank(lambda i: (14.6 if i < 100 else 30.0 if i < 110 else 13.0,)))
    found = layer1_switch.prepare(history, "l1_armed")
    # 26 closes seed EMA26, 9 more the signal, 30 values of the histogram its deviation: from session 62 on.
    assert np.isnan(found[:62]).all()
    assert (found[62:100] == OFF).all()
    assert (found[100:110] == ON).all()
    # F1 below EMA26 at sessions 110, 111 and 112.
    assert found[110:114].tolist() == [ON, ON, OFF, OFF]


def test_another_k_and_other_closes() -> None:
    history = build_history(TinySpec(seed=5, sessions=420, shock_at=(200, 330)).tables())
    usual = switch(history, 1.0, 3)
    assert np.array_equal(usual, layer1_switch.prepare(history, "l1_armed"), equal_nan=True)
    assert switch(history, 1.0, 3) is usual
    strict, nervous = switch(history, 3.0, 3), switch(history, 1.0, 1)
    known = np.isfinite(usual)
    # Nothing else being equal, a higher threshold and a shorter patience are armed less often.
    assert strict[known].sum() < usual[known].sum()
    assert nervous[known].sum() < usual[known].sum()


close = st.tuples(st.floats(5.0, 60.0), st.floats(5.0, 60.0), st.floats(5.0, 60.0), st.floats(-3.0, 3.0))


@given(st.lists(st.one_of(close, st.just(UNKNOWN)), min_size=1, max_size=40), st.integers(1, 4))
def test_armed_is_a_flag_that_moves_for_a_reason(closes, off_closes: int) -> None:
    found = states(closes, off_closes)
    for i, state in enumerate(found):
        front, theta, average, histogram = closes[i]
        known = not math.isnan(theta)
        before = found[i - 1] if i else NAN
        assert state in (ON, OFF) or not any(not math.isnan(c[1]) for c in closes[: i + 1])
        if state == ON and before != ON:
            assert known
            assert front > theta
            assert histogram > 0.0
        if state == OFF and before == ON:
            assert known
            assert front < average or histogram < 0.0


@given(close, st.sampled_from([NAN, OFF, ON]), st.integers(0, 2))
def test_compiled_and_plain_agree(at, state: float, against: int) -> None:
    assert next_state(state, against, *at, 3) == next_state.py_func(state, against, *at, 3)
