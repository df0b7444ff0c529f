from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.maths.vx_margin import vx_margin_usd


def test_vx_margin_by_hand():
    assert vx_margin_usd("VX", 20.0, 1, 20.0) == pytest.approx((8_750.0, 7_000.0))
    assert vx_margin_usd("VX", 12.0, -2, 12.0) == pytest.approx((13_750.0, 11_000.0))  # the floor of 5,500
    assert vx_margin_usd("VX", 40.0, 1, 45.0) == pytest.approx((35_000.0, 28_000.0))  # doubled above VIX 30
    assert vx_margin_usd("VXM", 20.0, 1, 20.0) == pytest.approx((875.0, 700.0))


def test_initial_to_maintenance_is_the_published_ratio():
    margin = vx_margin_usd("VX", 20.0, 1, 20.0)
    assert margin.initial_usd / margin.maintenance_usd == pytest.approx(690 / 552) == pytest.approx(10_140.63 / 8_112.5)


@given(st.floats(8.0, 90.0), st.floats(8.0, 90.0), st.integers(-50, 50))
def test_vx_margin_is_the_same_long_and_short_and_ten_vxm_are_one_vx(price, vix, quantity):
    margin = vx_margin_usd("VX", price, quantity, vix)
    assert margin == vx_margin_usd("VX", price, -quantity, vix)
    assert margin.initial_usd == pytest.approx(1.25 * margin.maintenance_usd)
    assert vx_margin_usd("VXM", price, 10 * quantity, vix) == pytest.approx(margin)


@pytest.mark.parametrize(
    "call", [lambda: vx_margin_usd("VIX", 20.0, 1, 20.0), lambda: vx_margin_usd("VX", 20.0, 1, math.nan)]
)
def test_nonsense_is_refused(call):
    with pytest.raises(ValueError, match=r"."):
        call()
