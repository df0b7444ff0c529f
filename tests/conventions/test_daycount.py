from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.conventions import calendar, daycount
from alvh.conventions.daycount import clock_at, clock_days, years_to_settlement

ROOT = st.sampled_from(["SPX", "SPXW", "XSP", "VIX", "VX"])
DAYS = st.dates(dt.date(2006, 1, 1), dt.date(2030, 1, 1))


def test_minutes_of_a_morning_and_an_afternoon_settlement():
    # Friday 2019-05-17 close to Friday 2019-06-21: 9 h left today, 34 whole days, then 510 or 900 minutes.
    session, expiry = dt.date(2019, 5, 17), dt.date(2019, 6, 21)
    assert years_to_settlement("SPX", expiry, session) == (540 + 34 * 1440 + 510) / 525_600
    assert years_to_settlement("SPXW", expiry, session) == 35 * 1440 / 525_600


def test_an_expiring_weekly_of_an_early_close_ends_at_noon():
    assert years_to_settlement("SPXW", dt.date(2024, 7, 3), dt.date(2024, 7, 2)) == (540 + 720) / 525_600
    assert years_to_settlement("SPXW", dt.date(2024, 7, 5), dt.date(2024, 7, 3)) == (2 * 1440 + 180) / 525_600


def test_vx_is_marked_at_a_quarter_past_three_until_october_2020():
    assert years_to_settlement("VX", dt.date(2019, 6, 19), dt.date(2019, 6, 18)) == (525 + 510) / 525_600
    assert years_to_settlement("VIX", dt.date(2021, 6, 16), dt.date(2021, 6, 15)) == (540 + 510) / 525_600
    assert daycount.close_instant("VX", dt.date(2020, 10, 23)) % 1 == pytest.approx(915 / 1440, abs=1e-9)
    assert daycount.close_instant("VX", dt.date(2020, 10, 26)) % 1 == pytest.approx(900 / 1440, abs=1e-9)


def test_nothing_is_left_at_settlement():
    assert years_to_settlement("SPXW", dt.date(2019, 5, 31), dt.date(2019, 5, 31)) == 0.0
    assert years_to_settlement("SPX", dt.date(2019, 5, 17), dt.date(2019, 5, 17)) == 0.0
    assert clock_days("SPX", dt.date(2019, 5, 17), dt.date(2019, 5, 20)) == 0.0


def test_a_closed_day_counts_half():
    # Monday 2019-05-20 to Monday 2019-05-27 (Memorial Day): five sessions and two half days.
    monday = daycount.CLOCK_ORIGIN + (dt.date(2019, 5, 20) - calendar.FIRST_DAY).days
    assert clock_at(monday + 7) - clock_at(monday) == 6.0
    assert clock_at(monday + 8) - clock_at(monday) == 6.5
    assert clock_at(monday + 0.25) - clock_at(monday) == pytest.approx(0.25, abs=1e-9)
    assert clock_at(monday + 7.5) - clock_at(monday + 7) == pytest.approx(0.25, abs=1e-9)
    # Friday close to Monday close: 9 h of Friday, two half days, 15 h of Monday.
    assert clock_days("SPXW", dt.date(2019, 5, 20), dt.date(2019, 5, 17)) == pytest.approx(0.375 + 1 + 0.625, abs=1e-9)


@given(ROOT, DAYS, DAYS)
def test_time_is_never_negative_and_the_clock_is_never_faster_than_the_calendar(root, one, other):
    session, expiry = min(one, other), max(one, other)
    years, clock = years_to_settlement(root, expiry, session), clock_days(root, expiry, session)
    assert years >= 0.0
    assert 0.5 * years * 365 - 1e-7 <= clock <= years * 365 + 1e-7


@given(ROOT, DAYS, DAYS)
def test_arrays_are_their_scalars(root, one, other):
    first, expiry = min(one, other), max(one, other)
    days = calendar.sessions(first, min(first + dt.timedelta(120), expiry + dt.timedelta(3)))
    years = daycount.years_to_settlement_array(root, expiry, days)
    clock = daycount.clock_days_array(root, expiry, days)
    assert years.shape == clock.shape == days.shape
    np.testing.assert_array_equal(years, [years_to_settlement(root, expiry, d) for d in days.tolist()])
    np.testing.assert_allclose(clock, [clock_days(root, expiry, d) for d in days.tolist()], rtol=0, atol=1e-9)


def test_a_day_outside_the_calendar_is_refused_and_nan_stays_nan():
    with pytest.raises(ValueError, match="1984"):
        daycount.close_instant("SPX", dt.date(1984, 12, 31))
    with pytest.raises(ValueError, match="outside"):
        clock_at(0.0)
    assert np.isnan(clock_at(np.array([np.nan, 18_000.0]))[0])
