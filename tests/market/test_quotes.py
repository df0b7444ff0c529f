"""The life of a contract: its last mark, what is carried over a hole, what lies beyond it."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.market.market_quotes import MarketQuotes
from alvh.market.quotes import Life, QuoteSource, carried, last_mark, window
from alvh.market.reconstruct import ModelledQuotes
from alvh.values import Contract

NAN = float("nan")


@pytest.mark.parametrize(
    ("root", "expiry", "last"),
    [
        ("SPX", "2019-06-21", "2019-06-20"),  # SET on Friday morning
        ("SPXW", "2019-06-21", "2019-06-20"),  # cash on Friday's close
        ("SPXW", "2019-04-22", "2019-04-18"),  # Easter Monday: the session before is Thursday
        ("SPXW", "2009-06-05", "2009-06-04"),  # settled in the morning then
        ("XSP", "2023-09-15", "2023-09-14"),
        ("VIX", "2019-06-19", "2019-06-18"),
        ("VIX", "2019-03-19", "2019-03-18"),
    ],
)
def test_the_last_mark_is_the_evening_before_settlement(root, expiry, last):
    contract = Contract(root, dt.date.fromisoformat(expiry), 100.0, "C")
    assert last_mark(contract) == dt.date.fromisoformat(last)


def test_a_mark_is_carried_over_a_hole_and_called_stale():
    out, stale = carried(np.array([NAN, 2.0, NAN, NAN, 3.0, NAN]))
    np.testing.assert_array_equal(out, [NAN, 2.0, 2.0, 2.0, 3.0, 3.0])
    assert stale.tolist() == [False, False, True, True, False, True]


@given(st.lists(st.one_of(st.floats(0.0, 10.0), st.just(NAN), st.just(float("inf"))), max_size=30))
def test_carrying_changes_no_known_mark(mids):
    mid = np.array(mids)
    out, stale = carried(mid)
    last = NAN
    for n, value in enumerate(mid):
        if np.isfinite(value):
            last = value
            assert not stale[n]
        else:
            assert stale[n] == np.isfinite(last)
        np.testing.assert_equal(out[n], last)


def test_a_window_is_padded_with_nothing():
    values = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(window(values, 0, 2), [1.0, 2.0])
    np.testing.assert_array_equal(window(values, 1, 4), [2.0, 3.0, NAN, NAN])
    np.testing.assert_array_equal(window(values, 5, 2), [NAN, NAN])


def test_a_life_is_marked_by_its_session_and_by_its_last_beyond():
    mid, no = np.array([1.0, 2.0]), np.zeros(2, dtype=bool)
    life = Life(Contract("SPX", dt.date(2019, 6, 21), 100.0, "C"), 7, mid, *(mid,) * 6, no, no)
    assert [life.mark(i) for i in (7, 8, 9, 20)] == [1.0, 2.0, 2.0, 2.0]
    assert np.isnan(life.mark(6))


def test_both_sources_speak_the_protocol():
    asked = {name for name in vars(QuoteSource) if not name.startswith("_")} - {"lives"}
    for source in (MarketQuotes, ModelledQuotes):
        assert asked <= set(dir(source))
