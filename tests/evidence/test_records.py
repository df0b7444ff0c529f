"""Records by hand: what stands on which session, and how far apart dates lie."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.evidence.records import RecordTrade, record_of_returns, record_of_trades, record_of_values
from alvh.values import Missing

DAY = dt.date(2024, 1, 2)


def trade(opened: int, closed: int, pnl_usd: float, line: int = 2) -> RecordTrade:
    first, last = DAY + dt.timedelta(opened), DAY + dt.timedelta(closed)
    return RecordTrade(first, last, pnl_usd, math.nan, math.nan, math.nan, "", line)


def axis(*days: str):
    return np.array(days, dtype="datetime64[D]")


def test_two_trades_on_the_day_of_their_ends() -> None:
    # Tuesday 2 to Saturday 6 January counts on Monday the 8th.
    made = record_of_trades("x", "test", [trade(0, 1, 100.0), trade(0, 4, -50.0)], 1_000.0)
    assert not isinstance(made, Missing)
    assert list(made.dates.astype(str)) == ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08"]
    assert made.equity == pytest.approx([1_000.0, 1_100.0, 1_100.0, 1_100.0, 1_050.0])
    assert made.flattered
    assert made.median_holding_sessions == 2  # 1 and 3 sessions


def test_a_log_without_trades_or_a_ruined_account_is_no_record() -> None:
    assert record_of_trades("x", "test", [], 1_000.0) == Missing("there is no closed trade in it")
    answer = record_of_trades("x", "test", [trade(0, 1, -1_000.0)], 1_000.0)
    assert answer == Missing("an account of 1,000 USD at the start would be worth nothing on 2024-01-03")


@pytest.mark.parametrize(
    ("days", "per_year", "basis"),
    [
        (("2024-01-02", "2024-01-03", "2024-01-04"), 252.0, "daily marks"),
        (("2024-01-05", "2024-01-12", "2024-01-19"), 52.0, "period returns"),
        (("2024-01-31", "2024-02-29", "2024-03-28"), 12.0, "period returns"),
    ],
)
def test_the_period_is_told_by_the_dates(days: tuple[str, ...], per_year: float, basis: str) -> None:
    made = record_of_returns("x", "test", axis(*days), np.array([0.01, 0.0, -0.01]), includes_interest=True)
    assert not isinstance(made, Missing)
    assert (made.periods_per_year, made.basis, made.daily) == (per_year, basis, per_year == 252.0)
    assert (made.start, made.median_holding_sessions) == (1.0, 0)


def test_values_are_returns_on_the_value_before() -> None:
    made = record_of_values(
        "x",
        "test",
        axis("2024-01-02", "2024-01-03", "2024-01-04"),
        np.array([100.0, 110.0, 99.0]),
        includes_interest=False,
    )
    assert not isinstance(made, Missing)
    assert made.returns == pytest.approx([0.1, -0.1])
    assert (made.nav_start_usd, made.equity[-1]) == (100.0, pytest.approx(99.0))


def test_what_is_no_record_says_why() -> None:
    days = axis("2024-01-02", "2024-01-03", "2024-01-04")
    assert record_of_returns("x", "t", days[:1], np.array([0.1]), includes_interest=True) == Missing(
        "1 return(s) are no record"
    )
    assert record_of_returns("x", "t", days, np.array([0.1, -1.0, 0.1]), includes_interest=True) == Missing(
        "the return of 2024-01-03 loses everything"
    )
    assert record_of_values("x", "t", days[:2], np.array([1.0, 2.0]), includes_interest=True) == Missing(
        "2 values are no record"
    )


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30), st.floats(-50.0, 50.0)), min_size=1, max_size=12))
def test_the_account_ends_at_the_start_plus_every_trade(drawn: list[tuple[int, int, float]]) -> None:
    trades = [trade(first, first + held, pnl, line) for line, (first, held, pnl) in enumerate(drawn, 2)]
    made = record_of_trades("x", "test", trades, 10_000.0)
    assert not isinstance(made, Missing)
    assert made.equity[-1] == pytest.approx(10_000.0 + sum(pnl for _, _, pnl in drawn))
    assert list(made.trades) == sorted(made.trades, key=lambda one: (one.opened, one.closed, one.line))


@given(st.floats(-500.0, 500.0))
def test_a_later_trade_changes_nothing_before_it(pnl: float) -> None:
    before = record_of_trades("x", "test", [trade(0, 1, 100.0)], 10_000.0)
    after = record_of_trades("x", "test", [trade(0, 1, 100.0), trade(0, 20, pnl)], 10_000.0)
    assert not isinstance(before, Missing)
    assert not isinstance(after, Missing)
    assert after.equity[: before.equity.size] == pytest.approx(before.equity)
