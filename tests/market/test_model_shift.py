"""A moved reconstruction: by as much as asked, in the direction asked, and not at all where nothing is asked."""

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.market.model_shift import ModelShift
from alvh.market.reconstruct import ModelledQuotes
from alvh.values import Contract
from market.plainmarket import plain_history

PUT = Contract("SPX", dt.date(2019, 2, 15), 2850.0, "P")
VIX_CALL = Contract("VIX", dt.date(2019, 2, 13), 22.0, "C")


@pytest.fixture(scope="module")
def history():
    return plain_history()


def shift_of(history, level=0.0, slope=0.0, vix=(0.0, 0.0)):
    n = len(history)
    return ModelShift(np.full(n, level), np.full(n, slope), np.array([30.0, 90.0]), np.array(vix))


def life_of(history, contract, shift=None):
    return ModelledQuotes(history, shift).life(contract, 5)


def test_nothing_asked_is_nothing_moved(history):
    for contract in (PUT, VIX_CALL):
        plain, moved = life_of(history, contract), life_of(history, contract, shift_of(history))
        for name in ("mid", "half_spread", "vol", "delta"):
            np.testing.assert_array_equal(getattr(plain, name), getattr(moved, name))


def test_total_variance_is_multiplied_and_rho_added(history):
    inputs = ModelledQuotes(history).inputs
    moved = shift_of(history, level=math.log(1.1), slope=-0.05).smile(inputs)
    # A tenth more volatility is 1.1^2 = 1.21 times the variance; VVIX 95 gives rho -0.497.
    np.testing.assert_allclose(moved.node_variance[:, :4] / inputs.node_variance[:, :4], 1.21, rtol=1e-12)
    np.testing.assert_allclose(moved.rho, -0.547, rtol=1e-12)
    # The reconstruction knows the slope only inside the table of theta: -0.95 to 0.2.
    np.testing.assert_allclose(shift_of(history, slope=-0.9).smile(inputs).rho, -0.95)


def test_vvix_moves_by_tenor_linear_between_and_flat_outside(history):
    moved = shift_of(history, vix=(0.1, 0.4)).vvix(np.full(4, 100.0), np.array([10.0, 30.0, 60.0, 200.0]))
    # 60 days lie half-way from 30 to 90: (0.1 + 0.4) / 2.
    np.testing.assert_allclose(np.log(moved / 100.0), [0.1, 0.1, 0.25, 0.4], rtol=1e-12)


def test_a_vix_call_feels_its_own_shift_alone_and_an_spx_put_the_others(history):
    vix, dearer = VIX_CALL, shift_of(history, vix=(0.2, 0.2))
    assert np.all(life_of(history, vix, dearer).mid[:5] > life_of(history, vix).mid[:5])
    np.testing.assert_array_equal(life_of(history, PUT, dearer).mid, life_of(history, PUT).mid)
    higher = shift_of(history, level=0.05)
    assert np.all(life_of(history, PUT, higher).mid[:5] > life_of(history, PUT).mid[:5])
    np.testing.assert_array_equal(life_of(history, vix, higher).mid, life_of(history, vix).mid)


def test_another_axis_is_refused(history):
    short = ModelShift(np.zeros(3), np.zeros(3), np.array([30.0]), np.zeros(1))
    with pytest.raises(ValueError, match="over 3 sessions cannot move 60"):
        ModelledQuotes(history, short)


@settings(max_examples=20, deadline=None)
@given(st.floats(-0.3, 0.3), st.floats(-0.2, 0.2))
def test_the_money_moves_with_the_level(level, slope):
    history = plain_history()
    at_money = Contract("SPX", dt.date(2019, 2, 15), 3000.0, "P")
    plain = life_of(history, at_money, shift_of(history, slope=slope)).vol[0]
    moved = life_of(history, at_money, shift_of(history, level=level, slope=slope)).vol[0]
    # The strip's variance is multiplied exactly; the smile in it keeps its shape to a few hundredths.
    assert math.log(moved / plain) == pytest.approx(level, abs=0.03)
