"""The pool: x y = k by hand, k never falls, and it sells what is dear."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.maths.constant_product import Pool

cash, units, marks = st.floats(1.0, 1e6), st.floats(0.1, 1e3), st.floats(0.01, 1e5)


def test_by_hand() -> None:
    # 2000 USD and 10 units: k = 20 000, its price 200. At 400 it holds sqrt(50) = 7.07, at 50 sqrt(400) = 20.
    pool = Pool(2_000.0, 10.0)
    assert pool.wanted(400.0, 0.15) == pytest.approx(math.sqrt(50.0))
    assert pool.wanted(50.0, 0.15) == pytest.approx(20.0)
    # From 170 to 230 it does not trade.
    assert [pool.wanted(mark, 0.15) for mark in (170.0, 200.0, 230.0)] == [10.0] * 3
    assert pool.wanted(231.0, 0.15) < 10.0 < pool.wanted(169.0, 0.15)
    assert math.isnan(pool.wanted(math.nan, 0.15))
    assert pool.wanted(0.0, 0.15) == 10.0
    # Sold at the mark of 800 from 10 to 5: 4000 come in, where the curve asks for 2000: k = 6000 x 5 = 30 000.
    sold = pool.traded(pool.wanted(800.0, 0.15), 800.0)
    assert sold == (pytest.approx(6_000.0), pytest.approx(5.0))
    assert sold.product == pytest.approx(30_000.0)


def test_a_pool_without_cash_wants_nothing() -> None:
    assert Pool(-100.0, 10.0).product == 0.0
    assert Pool(-100.0, 10.0).wanted(50.0, 0.15) == 0.0


@given(cash, units, marks, st.floats(0.0, 0.9))
def test_what_it_trades_never_lowers_k_and_goes_against_the_price(cash, units, mark, band) -> None:
    pool = Pool(cash, units)
    wanted = pool.wanted(mark, band)
    after = pool.traded(wanted, mark)
    assert after.product >= pool.product * (1.0 - 1e-9)
    assert (wanted - units) * (mark - cash / units) <= 1e-9 * units * max(mark, cash / units)
    # Value is kept: it deals at the mark.
    assert after.cash + after.units * mark == pytest.approx(cash + units * mark)
