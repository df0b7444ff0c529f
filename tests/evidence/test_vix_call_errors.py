"""VIX calls priced by the model itself are met; dearer ones are found too cheap by as much as they were raised."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from alvh.evidence.vix_call_errors import call_errors, last_trades
from alvh.maths import black
from alvh.maths.vix_call import black_vol, call_price, displacement, shape, vvix_term
from market.plainmarket import plain_history

HISTORY = plain_history()
SESSION = HISTORY.dates[5]
EXPIRY = dt.date(2019, 3, 19)


def quotes(raised=1.0, snapshot=None):
    """Calls on a VX future of 18 (the third month of the plain market) with VVIX 95."""
    days = (EXPIRY - SESSION).days
    years = days / 365.0
    a, s = displacement(18.0, years), shape(18.0, years, 0.95 * vvix_term(years))
    rows = []
    for strike in np.arange(15.0, 30.0, 0.5).tolist():
        mid = raised * call_price(18.0, strike, a, s, years)
        sigma = black_vol(18.0, strike, a, s, years)
        delta = black.delta(18.0, strike, years, sigma, True)
        rows.append((SESSION, snapshot, "made", "VIX", EXPIRY, True, strike, mid, 0.05, years, 1.0, delta))
    names = ("session", "snapshot", "source", "series", "expiry", "call", "strike", "mid", "half", "years", "discount",
             "abs_delta")  # fmt: skip
    return pl.DataFrame(rows, schema=dict.fromkeys(names) | {"snapshot": pl.Datetime}, orient="row")


def test_its_own_prices_are_met():
    future = HISTORY.vx.settle[5]
    assert 18.0 in future[np.isfinite(future)]
    found = call_errors(quotes(), HISTORY)
    assert [one.delta for one in found] == [0.30, 0.50]
    assert [one.share for one in found] == pytest.approx([0.0, 0.0], abs=1e-9)


def test_a_quarter_dearer_is_a_fifth_too_cheap():
    # Model over market: 1 / 1.25 - 1.
    found = call_errors(quotes(raised=1.25), HISTORY)
    assert [one.share for one in found] == pytest.approx([-0.2, -0.2], rel=1e-9)
    assert all(one.half_spreads < 0.0 for one in found)
    assert found[0].days == pytest.approx((EXPIRY - SESSION).days)


def test_the_last_capture_of_a_session_counts():
    early = quotes(raised=2.0, snapshot=dt.datetime(2019, 1, 9, 15, 45))
    late = quotes(snapshot=dt.datetime(2019, 1, 9, 16, 15))
    found = call_errors(pl.concat([early, late]), HISTORY)
    assert [one.share for one in found] == pytest.approx([0.0, 0.0], abs=1e-9)


def test_a_session_off_the_axis_or_without_a_future_says_nothing():
    assert call_errors(quotes().with_columns(session=pl.lit(dt.date(2001, 1, 2))), HISTORY) == []
    assert call_errors(quotes().with_columns(expiry=pl.lit(dt.date(2019, 3, 20))), HISTORY) == []


def test_last_trades_stand_in_only_where_a_session_has_no_quote():
    rows = pl.DataFrame(
        {
            "quote_date": [SESSION, SESSION, dt.date(2019, 2, 1)],
            "bid": [None, None, 1.0],
            "last": [2.0, 3.0, 4.0],
            "volume": [5, 0, 7],
        },
        schema_overrides={"bid": pl.Float64},
    )
    made = last_trades(rows)
    # The second never traded that day, the third session has quotes.
    assert made.select("quote_date", "bid", "ask").rows() == [(SESSION, pytest.approx(1.99), pytest.approx(2.01))]
