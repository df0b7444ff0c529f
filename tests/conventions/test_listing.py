from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.conventions import calendar, expiries
from alvh.conventions.listing import expiry_ordinals, listed_expiries

ROOT = st.sampled_from(["SPX", "SPXW", "XSP", "VIX", "VIXW", "VX", "VXM"])
DAYS = st.dates(dt.date(2006, 3, 1), dt.date(2026, 12, 31)).map(calendar.session_on_or_before)
CHAINS = [
    ("spx_cboe_delayed_2019", "SPXW", 1.00),
    ("spx_cboe_delayed_2019", "SPX", 0.90),
    ("spx_cboe_quotetable", "SPXW", 0.94),
    ("spx_cboe_quotetable", "SPX", 0.94),
    ("spx_optionchainanalytics_20240524", "SPXW", 0.90),
    ("xsp_cboe_quotetable", "XSP", 0.90),
    ("vix_polygon_20240603", "VIX", 1.00),
    ("vix_polygon_20240603", "VIXW", 0.70),
]


def dates(root, day):
    return [row.expiry for row in listed_expiries(root, dt.date.fromisoformat(day))]


def isodates(root, day):
    return [str(expiry) for expiry in dates(root, day)]


@pytest.mark.parametrize(("file", "root", "recall"), CHAINS)
def test_nothing_is_listed_that_a_real_chain_did_not_list(shared, file, root, recall):
    frame = pl.read_parquet(shared / f"data/real/chains/{file}.parquet").filter(
        pl.col("root") == root, pl.col("expiry") > pl.col("quote_date")
    )
    invented, found, listed = [], 0, 0
    for (day,), rows in frame.group_by("quote_date"):
        real = set(rows["expiry"].to_list())
        if len(real) < 3:  # three partial downloads keep one or two monthlies
            continue
        # some downloads stop short: only the part they cover is compared
        ours = {row.expiry for row in listed_expiries(root, day) if day < row.expiry <= max(real)}
        invented += [(day, expiry) for expiry in ours - real]
        found += len(ours & real)
        listed += len(real)
    assert listed > 0
    assert invented == []
    assert found / listed >= recall


def test_six_vix_months_and_three_weeklies_on_the_first_of_june_2016(shared):
    frame = pl.read_parquet(shared / "data/real/chains/vix_datashop_20160601.parquet").filter(pl.col("root") == "VIX")
    real = {expiry for expiry in frame["expiry"].to_list() if expiry > dt.date(2016, 6, 1)}
    monthly, weekly = dates("VIX", "2016-06-01"), dates("VIXW", "2016-06-01")
    assert len(monthly) == 6
    assert len(weekly) == 3
    assert set(monthly) | set(weekly) == real


def test_every_vx_month_said_to_be_listed_settled_that_day(shared):
    frame = pl.read_parquet(shared / "data/real/vx_futures.parquet").filter(
        pl.col("kind") == "monthly", pl.col("settle").is_not_null(), pl.col("date") >= dt.date(2009, 10, 1)
    )
    settled = frame.group_by("date").agg(pl.col("expiry")).rows()
    missing = [
        (day, row.expiry)
        for day, real in settled
        if day not in calendar.CFE_EXTRA_SESSIONS
        for row in listed_expiries("VX", day)
        if row.expiry not in real
    ]
    assert len(settled) > 4_000
    assert missing == []


def test_the_first_weeklies_lived_a_week_and_skipped_the_third_friday():
    # Cboe press release 2005-09-09: opens on 28 October, expires on 4 November.
    assert dates("SPXW", "2005-10-27") == []
    assert isodates("SPXW", "2005-10-28") == ["2005-11-04"]
    assert isodates("SPXW", "2005-11-04") == ["2005-11-11"]
    assert dates("SPXW", "2005-11-11") == []  # the 18th is the third Friday
    assert isodates("SPXW", "2005-11-18") == ["2005-11-25"]


def test_six_fridays_from_2014_and_wednesdays_from_their_launch():
    # After Friday 2015-05-29: no third Friday (06-19, 07-17), no month end; 3 July is a holiday.
    weeklies = [e for e in dates("SPXW", "2015-05-28") if calendar.next_session(e).month == e.month]
    assert [str(e) for e in weeklies] == [
        "2015-06-05",
        "2015-06-12",
        "2015-06-26",
        "2015-07-02",
        "2015-07-10",
        "2015-07-24",
    ]
    assert [e for e in dates("SPXW", "2016-02-22") if e.weekday() == 2] == []
    wednesdays = [str(e) for e in dates("SPXW", "2016-02-23") if e.weekday() == 2 and e.month == 3 and e.day < 20]
    assert wednesdays == ["2016-03-02", "2016-03-09"]


@pytest.mark.parametrize(
    ("weekday", "launch"), [(2, "2016-02-23"), (0, "2016-08-15"), (1, "2022-04-18"), (3, "2022-05-11")]
)
def test_a_weekday_begins_on_its_launch(weekday, launch):
    def soon(day):
        return [
            row.expiry
            for row in listed_expiries("SPXW", day)
            if row.expiry.weekday() == weekday and 1 <= (row.expiry - day).days <= 15
        ]

    first = dt.date.fromisoformat(launch)
    before = soon(calendar.previous_session(first))
    assert all(calendar.next_session(e).month != e.month for e in before)  # month ends only
    assert len(soon(first)) > len(before)


def test_an_am_option_is_gone_on_its_settlement_day():
    assert "2019-06-21" in isodates("SPX", "2019-06-20")
    assert "2019-06-21" not in isodates("SPX", "2019-06-21")
    assert "2019-06-21" in isodates("SPXW", "2019-06-21")
    assert "2019-06-19" not in isodates("VIX", "2019-06-19")


def test_in_2007_the_monthlies_are_three_near_ones_and_the_march_cycle():
    near = isodates("SPX", "2007-03-01")
    assert near[:6] == ["2007-03-16", "2007-04-20", "2007-05-18", "2007-06-15", "2007-09-21", "2007-12-21"]
    assert all(row.assumed for row in listed_expiries("SPX", dt.date(2007, 3, 1)))


@pytest.mark.parametrize("months", [3, 6, 8])
def test_the_user_says_how_many_vix_months_are_taken_as_listed(months):
    for day in (dt.date(2012, 2, 14), dt.date(2012, 2, 15), dt.date(2012, 2, 16)):
        assert len(listed_expiries("VIX", day, months)) == months


@given(ROOT, DAYS)
def test_listed_expiries_are_sorted_sessions_that_still_trade(root, day):
    rows = listed_expiries(root, day)
    ours = [row.expiry for row in rows]
    assert ours == sorted(set(ours))
    assert all(calendar.is_session(e) and expiries.last_trading_session(root, e) >= day for e in ours)
    np.testing.assert_array_equal(expiry_ordinals(root, day), np.array(ours, dtype="datetime64[D]").astype(np.int64))


@given(DAYS, DAYS)
def test_once_listed_an_expiry_stays_until_it_ends(one, other):
    first, later = min(one, other), max(one, other)
    for root in ("SPX", "SPXW", "VIX"):
        still = {
            r.expiry for r in listed_expiries(root, first) if expiries.last_trading_session(root, r.expiry) >= later
        }
        assert still <= {row.expiry for row in listed_expiries(root, later)}


@given(DAYS)
def test_a_condor_of_a_month_always_finds_an_spx_expiry(day):
    tenors = [(row.expiry - day).days for row in listed_expiries("SPX", day)]
    assert any(25 <= dte <= 65 for dte in tenors)


def test_a_fund_has_no_expiries():
    with pytest.raises(ValueError, match="VXX"):
        listed_expiries("VXX", dt.date(2020, 1, 3))
    with pytest.raises(KeyError, match="'SPQ'"):
        listed_expiries("SPQ", dt.date(2020, 1, 3))
