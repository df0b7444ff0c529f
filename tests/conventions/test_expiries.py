from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.conventions import calendar, expiries
from alvh.conventions.expiries import last_trading_session, settlement_of, spx_monthly_expiry, vix_expiry

YEARS, MONTHS = st.integers(2005, 2034), st.integers(1, 12)
MONTH_CODES = "FGHJKMNQUVXZ"


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2020, 2, 19), (2014, 3, 18), (2019, 3, 19), (2022, 3, 15), (2024, 6, 18), (2025, 3, 18), (2026, 5, 19)],
)
def test_vix_expiries_of_the_methodology(year, month, day):
    assert vix_expiry(year, month) == dt.date(year, month, day)


def test_vix_expiry_of_december_looks_into_the_next_year():
    assert vix_expiry(2025, 12) == dt.date(2025, 12, 17)  # 30 days before Friday 2026-01-16


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        (2008, 3, 20),  # Good Friday on the 21st
        (2014, 4, 17),
        (2019, 4, 18),
        (2022, 4, 14),
        (2025, 4, 17),
        (2026, 6, 18),  # Juneteenth
        (2019, 5, 17),
        (1990, 1, 19),  # dated Saturday the 20th then
    ],
)
def test_spx_monthly_is_the_session_that_settles_it(year, month, day):
    assert spx_monthly_expiry(year, month) == dt.date(year, month, day)


def test_every_listed_monthly_vx_contract_expires_by_the_rule(shared):
    frame = pl.read_parquet(shared / "data/real/vx_futures.parquet").filter(pl.col("kind") == "monthly")
    listed = frame.select("contract", "expiry").unique().rows()
    assert len(listed) >= 270
    wrong = []
    for contract, expiry in listed:
        code = contract.split("/")[1]
        if vix_expiry(int(code[1:]), MONTH_CODES.index(code[0]) + 1) != expiry:
            wrong.append((contract, expiry))
    assert wrong == []


def test_every_listed_weekly_vx_contract_expires_by_the_rule(shared):
    frame = pl.read_parquet(shared / "data/real/vx_futures.parquet").filter(pl.col("kind") == "weekly")
    listed = frame["expiry"].unique().to_list()
    assert len(listed) >= 230
    nearest_wednesdays = {day: day + dt.timedelta((2 - day.weekday()) % 7) for day in listed}
    assert [d for d, wed in nearest_wednesdays.items() if expiries.vix_weekly_expiry(wed) != d] == []


@given(YEARS, MONTHS)
def test_a_vix_expiry_is_a_session_on_a_wednesday_or_the_tuesday_before_a_holiday(year, month):
    day = vix_expiry(year, month)
    assert calendar.is_session(day)
    assert day.weekday() in (1, 2)
    assert (day.year, day.month) == (year, month)
    friday = expiries.third_friday(year + month // 12, month % 12 + 1)
    wednesday = friday - dt.timedelta(30)
    moved = not calendar.is_session(friday) or not calendar.is_session(wednesday)
    assert day == (wednesday - dt.timedelta(1) if moved else wednesday)


@given(YEARS, MONTHS)
def test_a_monthly_is_a_weekly_of_its_wednesday(year, month):
    wednesday = expiries.third_friday(year + month // 12, month % 12 + 1) - dt.timedelta(30)
    assert expiries.vix_weekly_expiry(wednesday) == vix_expiry(year, month)


@given(YEARS, MONTHS)
def test_a_monthly_spx_expiry_is_a_session_on_a_friday_or_the_thursday_before(year, month):
    day, friday = spx_monthly_expiry(year, month), expiries.third_friday(year, month)
    assert calendar.is_session(day)
    assert 15 <= friday.day <= 21
    assert day == (friday if calendar.is_session(friday) else friday - dt.timedelta(1))


@given(YEARS, MONTHS)
def test_what_settles_in_the_morning_last_trades_the_session_before(year, month):
    spx, vix = spx_monthly_expiry(year, month), vix_expiry(year, month)
    assert last_trading_session("SPX", spx) == calendar.previous_session(spx)
    assert last_trading_session("VIX", vix) == last_trading_session("VX", vix) == calendar.previous_session(vix)
    assert expiries.settlement_phase("SPX", spx) == expiries.settlement_phase("VX", vix) == "settle"


def test_weeklys_settled_in_the_morning_before_december_2010():
    assert settlement_of("SPXW", dt.date(2009, 6, 12)) == "AM"
    assert last_trading_session("SPXW", dt.date(2009, 6, 12)) == dt.date(2009, 6, 11)
    assert settlement_of("SPXW", dt.date(2012, 6, 8)) == "PM"
    assert last_trading_session("SPXW", dt.date(2012, 6, 8)) == dt.date(2012, 6, 8)
    assert expiries.settlement_phase("SPXW", dt.date(2012, 6, 8)) == "close"


def test_a_weekly_due_on_a_day_of_mourning_last_traded_the_day_before():
    assert last_trading_session("SPXW", dt.date(2018, 12, 5)) == dt.date(2018, 12, 4)


def test_a_fund_does_not_settle():
    assert settlement_of("VXX", dt.date(2020, 1, 3)) == "none"
    with pytest.raises(ValueError, match="VXX"):
        last_trading_session("VXX", dt.date(2020, 1, 3))
