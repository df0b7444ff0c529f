"""Trades of a record by hand: win rates, what has to win, and overlap."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.record_trades import break_even_rate, most_open, overlapping, trade_block, trade_evidence
from alvh.evidence.records import Record, RecordTrade, record_of_returns, record_of_trades
from alvh.values import Missing

DAY = dt.date(2024, 1, 2)


def record(*trades: tuple[int, int, float]) -> Record:
    rows = [
        RecordTrade(DAY + dt.timedelta(a), DAY + dt.timedelta(b), usd, 200.0, math.nan, -30.0, "", k)
        for k, (a, b, usd) in enumerate(trades, 2)
    ]
    made = record_of_trades("x", "test", rows, 10_000.0)
    assert not isinstance(made, Missing)
    return made


def test_three_trades_by_hand() -> None:
    # Two win 100 and 60, one loses 240: 80 on average against 240, so 240 / 320 = 75 % have to win.
    found = trade_evidence(record((0, 2, 100.0), (1, 3, 60.0), (6, 8, -240.0)), 0, 100)
    assert not isinstance(found, Missing)
    assert (found.closed, found.won) == (3, 2)
    assert found.win_rate == pytest.approx(2 / 3)
    assert found.break_even_rate == pytest.approx(0.75)
    assert found.mean_pnl_usd == pytest.approx(-80.0 / 3.0)
    assert found.premium_kept == pytest.approx(-80.0 / 600.0)
    assert (found.worst_usd, found.worst_open_usd) == (-240.0, -30.0)
    assert (found.held_overnight, found.median_holding_sessions) == (1.0, 2)
    # The first two share 3 and 4 January; the third is alone.
    assert found.most_open == 2
    assert found.overlapping == pytest.approx(2 / 3)
    assert isinstance(found.win_rate_interval, Missing)


def test_below_the_break_even_rate_is_losing_money() -> None:
    assert break_even_rate(100.0, -300.0) == pytest.approx(0.75)
    assert math.isnan(break_even_rate(math.nan, -300.0))
    assert math.isnan(break_even_rate(100.0, math.nan))


@given(st.lists(st.floats(-500.0, 500.0).filter(lambda usd: abs(usd) > 0.01), min_size=2, max_size=30))
def test_more_wins_than_have_to_is_the_same_as_making_money(pnl: list[float]) -> None:
    values = np.array(pnl)
    wins, losses = values[values > 0.0], values[values <= 0.0]
    if wins.size and losses.size:
        needed = break_even_rate(float(wins.mean()), float(losses.mean()))
        assert wins.size / values.size - needed == pytest.approx(
            float(values.mean()) / (wins.mean() - losses.mean()), abs=1e-9
        )


def test_overlap_counts_both_ends() -> None:
    first, last = np.array([1, 3, 9]), np.array([3, 5, 9])
    assert (most_open(first, last), overlapping(first, last)) == (2, pytest.approx(2 / 3))
    assert overlapping(np.array([1, 2]), np.array([1, 2])) == 0.0
    assert most_open(np.array([1, 1, 1]), np.array([1, 1, 1])) == 3


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), min_size=1, max_size=20))
def test_overlap_is_what_counting_one_by_one_finds(spans: list[tuple[int, int]]) -> None:
    first = np.array([a for a, _ in spans])
    last = np.array([a + held for a, held in spans])
    shared = [
        sum(a <= d and c <= b for c, d in zip(first, last, strict=True)) > 1 for a, b in zip(first, last, strict=True)
    ]
    assert overlapping(first, last) == pytest.approx(sum(shared) / len(shared))
    assert most_open(first, last) == max(sum((first <= day) & (day <= last)) for day in range(60))


def test_blocks_hold_what_was_opened_within_a_holding() -> None:
    # 40 trades on 40 days, each held about ten sessions: ten of them lie over each other.
    many = record(*[(k, k + 14, 10.0 if k % 3 else -15.0) for k in range(200)])
    assert trade_block(many) == pytest.approx(200 / many.dates.size * many.median_holding_sessions)
    found = trade_evidence(many, 0, 200)
    assert not isinstance(found, Missing)
    assert isinstance(found.win_rate_interval, tuple)
    low, high = found.win_rate_interval
    assert low < found.win_rate < high
    assert found.verdict in {"pays", "does not pay", "cannot tell"}


def test_overlapping_trades_of_no_skill_are_seldom_called_skill() -> None:
    # Each trade sums ten days of a coin, and a new one begins every second day: five lie over each other. Nominal 2.5 %
    # a side; with 60 worlds more than 5 are unlikely (binomial at 4.5 %: 3 in 100).
    called = 0
    for seed in range(60):
        coin = np.random.default_rng(seed).choice([-10.0, 10.0], 420)
        many = record(*[(2 * k, 2 * k + 10, float(coin[2 * k : 2 * k + 10].sum()) + 0.001) for k in range(200)])
        found = trade_evidence(many, 0, 300)
        assert not isinstance(found, Missing)
        called += found.verdict == "pays"
    assert called <= 5


def test_a_series_has_no_trades() -> None:
    days = np.array(["2024-01-02", "2024-01-03"], dtype="datetime64[D]")
    made = record_of_returns("x", "test", days, np.array([0.1, 0.1]), includes_interest=True)
    assert not isinstance(made, Missing)
    assert trade_evidence(made, 0, 10) == Missing("a series of returns has no trades")
