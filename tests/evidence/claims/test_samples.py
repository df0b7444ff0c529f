"""Ratios, drawdowns and spells against plain arithmetic; and what is too small a sample says so."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.claims.claim import Estimate
from alvh.evidence.claims.samples import (
    across,
    cut,
    deepest,
    depth,
    drawdown_cut,
    mean,
    ratio,
    ratio_of_spells,
    spells,
    window,
)
from alvh.values import Missing
from claim_tracks import calendar, flat_history, material

DAYS = calendar("2019-01-02", "2020-12-31")
HERE = material(flat_history(DAYS))


def test_a_ratio_is_the_sum_over_the_sum_and_its_interval_holds_it() -> None:
    wins = (np.random.default_rng(3).random(DAYS.size) < 0.75).astype(np.float64)
    found = ratio(wins, np.ones(DAYS.size), DAYS, HERE, n=DAYS.size, of="trades")
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(wins.sum() / DAYS.size)
    assert found.low < found.value < found.high
    assert (found.first, found.last) == (dt.date(2019, 1, 2), dt.date(2020, 12, 31))
    assert "200 draws" in found.basis


def test_what_is_left_is_taken_from_one() -> None:
    # Losses of 6 with against 10 without: 40 % less.
    found = ratio(np.full(300, 6.0), np.full(300, 10.0), DAYS[:300], HERE, n=300, of="sessions", take_from=1.0)
    assert isinstance(found, Estimate)
    assert (found.value, found.low, found.high) == pytest.approx((0.4, 0.4, 0.4))


def test_too_small_a_sample_has_a_number_and_no_interval() -> None:
    found = ratio(np.ones(100), np.ones(100), DAYS[:100], HERE, n=100, of="trades")
    assert isinstance(found, Estimate)
    assert found.value == 1.0
    assert math.isnan(found.low)
    # Eight blocks of 21 sessions at least.
    assert found.basis == "100 observations are fewer than 168, 8 blocks: too small a sample"


def test_a_few_events_among_many_sessions_are_still_few() -> None:
    # Three events, all of one kind: drawn again they would always be all of one kind.
    events = np.zeros(400)
    events[[10, 150, 300]] = 1.0
    found = ratio(events, events, DAYS[:400], HERE, n=3, of="events")
    assert isinstance(found, Estimate)
    assert found.value == 1.0
    assert math.isnan(found.low)
    assert found.basis == "3 are fewer than 8: too small a sample"


def test_nothing_to_divide_by_is_missing() -> None:
    assert isinstance(ratio(np.zeros(300), np.zeros(300), DAYS[:300], HERE, n=0, of="trades"), Missing)


def test_the_deepest_fall_by_hand() -> None:
    # 1.00, 1.10, 0.88, 0.99: 0.88 / 1.10 is 20 % below the high.
    returns = np.array([0.10, -0.20, 0.125])
    assert -math.expm1(deepest(returns)) == pytest.approx(0.20)
    # A fall on the first day counts from the start.
    assert -math.expm1(deepest(np.array([-0.05, 0.2]))) == pytest.approx(0.05)
    assert math.isnan(deepest(np.array([-1.0])))


def test_depth_and_cut_of_two_accounts() -> None:
    bare = np.zeros(400)
    bare[100], hedged = -0.20, np.zeros(400)
    hedged[100] = -0.10
    one, less = depth(bare, DAYS[:400], HERE), drawdown_cut(hedged, bare, DAYS[:400], HERE)
    assert isinstance(one, Estimate)
    assert isinstance(less, Estimate)
    assert one.value == pytest.approx(0.20)
    # Half of the drawdown is gone, in the history and in every draw that holds the day once.
    assert less.value == pytest.approx(0.5)
    assert less.high == pytest.approx(0.5, abs=0.06)
    assert cut(math.log(0.9), math.log(0.8)) == pytest.approx(0.5)


def test_an_account_that_is_gone_or_never_fell_has_no_cut() -> None:
    fine, gone = np.zeros(400), np.full(400, -1.0)
    assert isinstance(drawdown_cut(gone, fine, DAYS[:400], HERE), Missing)
    assert isinstance(drawdown_cut(fine, fine, DAYS[:400], HERE), Missing)
    assert isinstance(depth(gone, DAYS[:400], HERE), Missing)


def test_a_mean_is_scaled_to_its_period() -> None:
    found = mean(np.full(400, 0.0001), DAYS[:400], HERE, scale=252.0)
    assert isinstance(found, Estimate)
    assert (found.value, found.low, found.high) == pytest.approx((0.0252, 0.0252, 0.0252))
    assert isinstance(mean(np.array([np.nan]), DAYS[:1], HERE), Missing)


def test_draws_of_the_models_error_span_the_interval() -> None:
    found = across([0.22, 0.08, 0.68], DAYS[:60], "sessions")
    assert isinstance(found, Estimate)
    # Sorted 0.08, 0.22, 0.68: a twentieth of a step from either end, 0.08 + 0.05 x 0.14 and 0.68 - 0.05 x 0.46.
    assert (found.value, found.low, found.high) == pytest.approx((0.22, 0.087, 0.657))
    assert "2 draws of the model's error" in found.basis
    assert isinstance(across([0.2], DAYS[:60], "sessions"), Missing)
    assert isinstance(across([0.2, math.nan], DAYS[:60], "sessions"), Missing)


def test_overlapping_trades_are_one_spell() -> None:
    opened = np.array(["2020-01-02", "2020-01-10", "2020-02-03", "2020-03-02"], dtype="datetime64[D]")
    closed = np.array(["2020-01-20", "2020-02-03", "2020-02-20", "2020-03-20"], dtype="datetime64[D]")
    # The second overlaps the first; the third begins on the day the second ends; the fourth stands apart.
    assert spells(opened, closed).tolist() == [0, 0, 1, 2]


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 40)), min_size=1, max_size=30))
def test_spells_count_up_by_at_most_one_and_never_split_an_overlap(trades: list[tuple[int, int]]) -> None:
    trades.sort()
    start = np.datetime64("2020-01-01", "D")
    opened = np.array([start + first for first, _ in trades])
    closed = np.array([start + first + held for first, held in trades])
    found = spells(opened, closed)
    assert found[0] == 0
    assert set(np.diff(found).tolist()) <= {0, 1}
    for k in range(1, len(trades)):
        if opened[k] < closed[:k].max():
            assert found[k] == found[k - 1]


def test_a_ratio_of_spells_needs_eight_of_them() -> None:
    opened = DAYS[: 10 * 20 : 20]
    found = ratio_of_spells(np.ones(10), np.full(10, 4.0), opened, opened + 7, HERE, of="trades", modelled_share=0.5)
    assert isinstance(found, Estimate)
    assert (found.value, found.low, found.high, found.n) == (0.25, 0.25, 0.25, 10)
    few = ratio_of_spells(np.ones(10), np.full(10, 4.0), opened, opened + 90, HERE, of="trades", modelled_share=0.5)
    assert isinstance(few, Estimate)
    assert few.value == 0.25
    assert math.isnan(few.low)


def test_a_window_has_to_be_covered() -> None:
    whole = window(DAYS, None, None)
    assert whole == slice(0, DAYS.size)
    year = window(DAYS, dt.date(2020, 1, 1), dt.date(2020, 12, 31))
    assert isinstance(year, slice)
    assert DAYS[year][0] == np.datetime64("2020-01-02")
    assert year.stop - year.start == 253
    missing = window(DAYS, dt.date(2015, 1, 1), dt.date(2025, 12, 31))
    assert isinstance(missing, Missing)
    assert "505 sessions between 2015-01-01 and 2025-12-31, too few" in missing.why
