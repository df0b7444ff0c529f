"""The schedule of `methodology.md`, section 11: its test vectors, its shape and its turnover bound."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.maths.bonding_curve import (
    expected_trades,
    hedge_share,
    hedge_shares,
    loss_rate,
    loss_versus_rebalancing,
    optimal_band,
    steepest,
    trade_to,
)

fronts = st.lists(st.floats(8.0, 90.0), min_size=1, max_size=80)


def test_the_vectors() -> None:
    assert hedge_shares(np.array([18.0, 20.0, 25.0, 30.0, 40.0])).round(4).tolist() == [
        0.8074, 0.7038, 0.5016, 0.3524, 0.1429,
    ]  # fmt: skip
    assert hedge_shares(np.array([9.0, 15.0, 50.0, 80.0])) == pytest.approx([1.0, 1.0, 0.0, 0.0])
    assert [round(hedge_share(v), 4) for v in (9.0, 18.0, 20.0, 40.0, 80.0)] == [1.0, 0.8074, 0.7038, 0.1429, 0.0]
    assert math.isnan(hedge_share(math.nan))
    assert math.isnan(hedge_shares(np.array([math.nan]))[0])
    assert steepest() == pytest.approx(0.0737, abs=5e-5)
    assert loss_versus_rebalancing(100.0, 100.0, 110.0) == pytest.approx(2.382304, abs=5e-7)
    # 5 % a day: 0.0025 / 8 = 3.125 bp a day.
    assert loss_rate(0.05) == pytest.approx(3.125e-4)


def test_the_bound_on_expected_trades() -> None:
    # H = 10: l = 0.737; l^2 x 292.4 / 2^2 = 39.7 trades a year, 79.4 contracts at a band of 2.
    trades = expected_trades(10.0 * steepest(), 292.4, 2.0)
    assert trades == pytest.approx(39.7, abs=0.05)
    assert 2.0 * trades == pytest.approx(79.4, abs=0.1)


def test_the_optimal_band() -> None:
    # 3 x 9 x 2^2 / 4 = 27, whose cube root is 3.
    assert optimal_band(9.0, 4.0, 2.0) == pytest.approx(3.0)


@given(cost=st.floats(0.1, 100.0), penalty=st.floats(0.1, 100.0), slope=st.floats(0.01, 5.0), other=st.floats(0.2, 5.0))
def test_no_other_band_costs_less(cost, penalty, slope, other) -> None:
    # c l^2 / band a unit of variance for trading, lambda band^2 / 6 for straying (uniform inside the band): their sum
    # is least where 3 c l^2 = lambda band^3.
    def total(band: float) -> float:
        return cost * slope**2 / band + penalty * band**2 / 6.0

    best = optimal_band(cost, penalty, slope)
    assert total(best) <= total(best * other) * (1.0 + 1e-12)


@given(st.floats(5.0, 90.0), st.floats(0.0, 20.0))
def test_it_falls_never_faster_than_at_its_lower_end(front, more) -> None:
    one, two = hedge_shares(np.array([front, front + more]))
    assert 0.0 <= two <= one <= 1.0
    assert one - two <= steepest() * more + 1e-12


def follow(fronts: list[float], full: float, band: float) -> tuple[list[float], list[float]]:
    """Hold along the schedule with a band; return the trades after the first day and the front at each trade."""
    targets = full * hedge_shares(np.array(fronts))
    held, trades, at = float(targets[0]), [], [fronts[0]]
    for front, target in zip(fronts[1:], targets[1:], strict=True):
        change = trade_to(float(target), held, band)
        if change:
            held += change
            trades.append(change)
            at.append(front)
    return trades, at


@given(fronts, st.floats(0.5, 40.0), st.floats(0.01, 0.5))
def test_the_turnover_bound(fronts, full, share) -> None:
    band = share * full
    trades, at = follow(fronts, full, band)
    slope = full * steepest()
    assert all(abs(change) >= band for change in trades)
    # Each trade needs the future to have moved by band / l since the last one.
    moves = np.abs(np.diff(at))
    assert (moves >= band / slope - 1e-9).all()
    # So there are at most l^2 (sum of squared moves) / band^2 of them, and turnover is at most l x the path's length.
    assert len(trades) <= slope**2 * float((moves**2).sum()) / band**2 + 1e-6
    assert sum(map(abs, trades)) <= slope * float(np.abs(np.diff(fronts)).sum()) + 1e-6


@given(fronts, st.floats(0.5, 40.0), st.floats(0.0, 0.5), st.booleans())
def test_a_move_in_one_direction_trades_all_of_it_at_most_once(fronts, full, share, up) -> None:
    trades, _ = follow(sorted(fronts, reverse=not up), full, share * full)
    assert sum(map(abs, trades)) <= full * (1.0 + 1e-9)
    assert all(change < 0.0 for change in trades) if up else all(change > 0.0 for change in trades)


def test_inside_the_band_nothing_is_traded() -> None:
    assert trade_to(7.0, 5.1, 2.0) == 0.0
    assert trade_to(7.0, 5.0, 2.0) == 2.0
    assert trade_to(5.0, 5.0, 0.0) == 0.0
