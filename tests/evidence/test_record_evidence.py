"""What a record allows to say: numbers by hand, refusals, and what the number of trials does."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.conventions import sessions
from alvh.evidence.measure import cagr, sharpe
from alvh.evidence.record_evidence import fewest_periods, holding_periods, mean_block, record_evidence
from alvh.evidence.records import Record, RecordTrade, record_of_returns, record_of_trades
from alvh.evidence.sharpe_tests import deflated_sharpe, independent_sessions, moments
from alvh.values import Missing

AXIS = sessions(dt.date(2015, 1, 2), dt.date(2018, 12, 31))


def daily(mean: float = 0.0005, n: int = 900, seed: int = 1, *, includes_interest: bool = False) -> Record:
    returns = np.random.default_rng(seed).normal(mean, 0.008, n)
    made = record_of_returns("x", "test", AXIS[:n], returns, 10_000.0, includes_interest=includes_interest)
    assert not isinstance(made, Missing)
    return made


def monthly(n: int = 36) -> Record:
    days = np.array([np.datetime64("2015-01-28") + np.timedelta64(30 * k, "D") for k in range(n)])
    returns = np.random.default_rng(2).normal(0.01, 0.02, n)
    made = record_of_returns("x", "test", days, returns, includes_interest=True)
    assert not isinstance(made, Missing)
    return made


def test_the_measures_are_those_of_a_run() -> None:
    record = daily()
    found = record_evidence(record, draws=200)
    assert found.cagr.value == pytest.approx(cagr(record.equity, 10_000.0, record.dates))
    assert found.sharpe.value == pytest.approx(sharpe(record.returns))
    assert found.vol_annual == pytest.approx(float(np.std(record.returns, ddof=1)) * math.sqrt(252.0))
    for one in (found.cagr, found.sharpe, found.max_drawdown, found.cvar95):
        assert isinstance(one.interval, tuple)
        assert one.interval[0] < one.interval[1]
    assert found.cagr.interval[0] < found.cagr.value < found.cagr.interval[1]
    assert found.max_drawdown.interval[1] < 0.0


def test_a_month_is_a_period_of_a_twelfth() -> None:
    record = monthly()
    found = record_evidence(record, draws=200)
    assert found.years == pytest.approx(3.0)
    assert found.cagr.value == pytest.approx(float(np.prod(1.0 + record.returns)) ** (1.0 / 3.0) - 1.0)
    assert found.sharpe.value == pytest.approx(record.returns.mean() / record.returns.std(ddof=1) * math.sqrt(12.0))
    assert found.regimes == Missing("regimes are read each session, and this record is not daily")
    assert found.episodes == ()


def test_trials_raise_what_has_to_be_beaten() -> None:
    record = daily()
    alone, many = (record_evidence(record, trials=n, draws=50).certainty for n in (1, 100))
    assert not isinstance(alone, Missing)
    assert not isinstance(many, Missing)
    # One trial: nothing was selected. A hundred: deflated by the best of them, at independent sessions.
    assert (alone.benchmark_annual, alone.dsr) == (0.0, alone.psr)
    assert many.psr == alone.psr
    n = independent_sessions(record.returns, 1)
    shape = moments(record.returns)
    assert not isinstance(shape, Missing)
    expected = deflated_sharpe(shape.sharpe, 1.0 / (n - 1.0), 100, n, shape.skew, shape.kurtosis)
    assert many.dsr == pytest.approx(expected)
    assert many.dsr < alone.dsr


def test_a_short_record_is_refused() -> None:
    found = record_evidence(daily(n=150), draws=50)
    assert isinstance(found.certainty, Missing)
    assert found.certainty.why == (
        "150 periods; below 504 (two years, or 24 holdings one after the other) a Sharpe ratio says nothing"
    )
    assert isinstance(found.cagr.interval, Missing)
    assert "no interval" in found.cagr.interval.why
    assert math.isfinite(found.cagr.value)


def test_a_losing_record_never_gets_long_enough() -> None:
    certainty = record_evidence(daily(mean=-0.002), draws=50).certainty
    assert not isinstance(certainty, Missing)
    assert certainty.min_track_years == Missing("the ratio is not above 0")
    assert certainty.psr < 0.05


def test_cash_comes_off_only_where_it_was_in() -> None:
    cash = np.full(900, 0.0001)
    with_it, without = (daily(includes_interest=flag) for flag in (True, False))
    assert record_evidence(with_it, cash_returns=cash, draws=50).sharpe.value == pytest.approx(
        sharpe(with_it.returns, cash)
    )
    assert record_evidence(without, cash_returns=cash, draws=50).sharpe.value == pytest.approx(sharpe(without.returns))
    assert not record_evidence(with_it, draws=50).over_cash
    assert record_evidence(without, draws=50).over_cash


def traded(held_days: int, count: int = 60) -> Record:
    rows = []
    for k in range(count):
        opened = AXIS[5 * k].astype(object)
        rows.append(
            RecordTrade(opened, opened + dt.timedelta(held_days), 50.0 if k % 4 else -90.0, 100.0, 1.0, -1.0, "", k)
        )
    made = record_of_trades("x", "test", rows, 10_000.0)
    assert not isinstance(made, Missing)
    return made


def test_a_block_is_never_shorter_than_the_median_holding() -> None:
    long = traded(90)
    assert holding_periods(long) == long.median_holding_sessions > 55
    assert mean_block(long) >= long.median_holding_sessions
    assert mean_block(traded(3)) >= 21.0
    assert fewest_periods(long) == 24 * long.median_holding_sessions
    assert mean_block(monthly()) >= 1.0


def test_regimes_hold_what_was_opened_in_them() -> None:
    record = traded(10)
    regimes = ["steep" if k % 10 < 5 else "inverted" for k in range(record.dates.size)]
    found = record_evidence(record, regimes=regimes, draws=50).regimes
    assert not isinstance(found, Missing)
    assert [one.name for one in found] == ["inverted", "steep"]
    assert sum(one.trades for one in found) == 60
    assert sum(one.pnl_usd for one in found) == pytest.approx(sum(t.pnl_usd for t in record.trades))
    # On closed trades no growth belongs to a regime: the exit may lie in another.
    assert all(math.isnan(one.growth) for one in found)
    marked = record_evidence(daily(n=record.dates.size), regimes=regimes, draws=50).regimes
    assert not isinstance(marked, Missing)
    grown = [1.0 + one.growth for one in marked]
    assert grown[0] * grown[1] == pytest.approx(float(np.prod(1.0 + daily(n=record.dates.size).returns)))


def test_an_episode_is_told_only_where_all_of_it_is_there() -> None:
    names = [one.episode.name for one in record_evidence(daily(n=1000), draws=50).episodes]
    assert names == ["Aug 2015", "Feb 2018"]
    assert record_evidence(daily(n=100), draws=50).episodes == ()


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_more_trials_never_make_a_record_surer(one: int, other: int) -> None:
    few, many = (record_evidence(daily(), trials=n, draws=10).certainty for n in sorted((one, other)))
    assert not isinstance(few, Missing)
    assert not isinstance(many, Missing)
    assert many.dsr <= few.dsr + 1e-12
