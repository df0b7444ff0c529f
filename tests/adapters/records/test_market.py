"""What a store knows beside a record: the regime read the close before, and bills at the yield known then."""

from __future__ import annotations

import numpy as np
import pytest

from alvh.adapters.records.market import beside
from alvh.diagnosis.indicators import regime
from alvh.diagnosis.indicators.indices import bill_yield
from alvh.evidence.records import Record, record_of_returns
from alvh.market.history import History, build_history
from alvh.values import Missing
from tiny_market import TinySpec


def history() -> History:
    return build_history(TinySpec(seed=3, sessions=60).tables())


def record(dates) -> Record:
    made = record_of_returns("x", "returns", dates, np.zeros(len(dates)), includes_interest=True)
    assert not isinstance(made, Missing)
    return made


def test_each_day_has_the_regime_of_the_close_before_and_the_bills_since_it() -> None:
    past = history()
    found = beside(record(past.sessions[20:50]), past)
    assert not isinstance(found, Missing)
    codes = regime.prepare(past, "regime")
    assert found.regimes == tuple(regime.label(code) for code in codes[19:49])
    yields, days = bill_yield(past), np.diff(past.sessions[19:50]).astype(int)
    expected = np.where(np.isfinite(yields[19:49]), yields[19:49], 0.0) * days / 365.0
    assert not isinstance(found.cash_returns, Missing)
    assert found.cash_returns == pytest.approx(expected)


def test_days_the_store_does_not_hold_are_unknown() -> None:
    past = history()
    earlier = past.sessions[0] - np.timedelta64(3, "D")
    dates = np.concatenate(([earlier], past.sessions[20:30]))
    found = beside(record(dates), past)
    assert not isinstance(found, Missing)
    assert found.regimes[0] == "unknown"
    # One of eleven is more than a twentieth: what cash earned is not known.
    assert found.cash_returns == Missing("the store has no bill yield for 1 of 11 days")


def test_a_store_of_other_years_says_nothing() -> None:
    dates = np.array(["1999-01-04", "1999-01-05", "1999-01-06"], dtype="datetime64[D]")
    assert beside(record(dates), history()) == Missing("the store holds none of the record's days")


def test_a_record_by_months_is_not_asked_about() -> None:
    dates = np.array(["2017-01-31", "2017-02-28", "2017-03-31"], dtype="datetime64[D]")
    assert beside(record(dates), history()) == Missing("this record is not daily, and the store knows sessions")


def test_what_comes_later_changes_nothing_before_it() -> None:
    spec = TinySpec(seed=3, sessions=60)
    longer, shorter = (build_history(s.tables()) for s in (spec, TinySpec(seed=3, sessions=40)))
    asked = record(longer.sessions[20:39])
    one, other = beside(asked, longer), beside(asked, shorter)
    assert not isinstance(one, Missing)
    assert not isinstance(other, Missing)
    assert one.regimes == other.regimes
    assert np.array_equal(np.asarray(one.cash_returns), np.asarray(other.cash_returns))
