"""Break-even fills by hand: where a straight line between two rungs meets zero."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.fill_break_even import break_even, cash_cagr, crossing
from alvh.evidence.measure import cagr
from alvh.values import Missing
from reports.statements import tiny


def test_the_crossing_by_hand() -> None:
    # +3 % at 0.25 and -1 % at 0.5: three quarters of the way, 0.25 + 0.75 x 0.25 = 0.4375.
    assert crossing([0.0, 0.25, 0.5], [0.05, 0.03, -0.01]) == pytest.approx(0.4375)


def test_a_value_of_exactly_zero_is_the_crossing() -> None:
    assert crossing([0.0, 0.5, 1.0], [0.02, 0.0, -0.02]) == pytest.approx(0.5)


def test_the_first_of_several_crossings_counts() -> None:
    assert crossing([0.0, 0.25, 0.5, 1.0], [0.01, -0.01, 0.01, -0.01]) == pytest.approx(0.125)


def test_where_there_is_none_it_says_so() -> None:
    assert crossing([0.0, 1.0], [-0.01, -0.02]) == Missing("negative already at mid")
    assert crossing([0.0, 1.0], [0.02, 0.01]) == Missing("positive even at cross")
    assert crossing([0.0, 0.3], [0.02, 0.01]) == Missing("positive even at 0.30 of the half-spread")
    assert crossing([0.5], [0.02]) == Missing("1 fill(s) were run: two are needed")
    assert crossing([0.0, 1.0], [0.02, math.nan]) == Missing("the account did not survive every fill")


def run(end_usd: float, interest_usd: float = 0.0):
    pnl = np.array([end_usd - 10_000.0, 0.0, 0.0, 0.0])
    cash = np.array([interest_usd, 0.0, 0.0, 0.0])
    return tiny(equity_usd=10_000.0 + np.cumsum(pnl), layer_pnl_usd={"condor": pnl - cash, "cash": cash})


def test_statements_are_ordered_by_what_they_pay() -> None:
    made = break_even({"cross": run(9_900.0), "mid": run(10_100.0), "no fill": run(1.0)})
    assert [one.fill for one in made.rungs] == ["mid", "cross"]
    up, down = (one.cagr for one in made.rungs)
    assert up > 0.0 > down
    assert made.growth == pytest.approx(up / (up - down))


def test_beyond_cash_is_less_than_growth_where_cash_earns() -> None:
    one = run(10_100.0, 40.0)
    # 40 on 10,000 and nothing after: 0.4 % in the four sessions.
    assert cash_cagr(one) == pytest.approx(cagr(np.array([10_040.0] * 4), 10_000.0, one.sessions))
    made = break_even({"mid": one, "cross": run(10_010.0, 40.0)})
    assert made.growth == Missing("positive even at cross")
    first, last = made.rungs
    assert first.excess > 0.0 > last.excess
    assert made.beyond_cash == pytest.approx(first.excess / (first.excess - last.excess))


def test_without_interest_nothing_is_taken_off() -> None:
    assert cash_cagr(tiny(layer_pnl_usd={"condor": np.zeros(4)})) == 0.0


@given(st.lists(st.floats(-0.2, 0.2), min_size=5, max_size=5))
def test_the_crossing_lies_between_a_positive_and_a_negative_rung(values: list[float]) -> None:
    at = [0.0, 0.25, 0.5, 0.75, 1.0]
    found = crossing(at, values)
    if isinstance(found, Missing):
        assert values[0] < 0.0 or min(values) >= 0.0
    else:
        assert np.interp(found, at, values) == pytest.approx(0.0, abs=1e-12)
        assert all(value >= 0.0 for share, value in zip(at, values, strict=True) if share < found - 1e-12)
