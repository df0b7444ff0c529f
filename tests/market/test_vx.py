"""The VX curve as a matrix: what belongs in it, which month is F1, and where the end of the data must not matter."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh import conventions
from alvh.market.vx import MIN_FRONT_SESSIONS, VxCurve
from tiny_market import market_specs

NAN = float("nan")
EPOCH = dt.date(1970, 1, 1).toordinal()
FEB, MAR, APR = dt.date(2020, 2, 19), dt.date(2020, 3, 18), dt.date(2020, 4, 15)


def day(text):
    return dt.date.fromisoformat(text)


def number(date):
    return date.toordinal() - EPOCH


def axis(first, last):
    return conventions.sessions(day(first), day(last)).astype(np.int64)


def rows(*settles, kind="monthly"):
    return pl.DataFrame(
        [(date, expiry, kind, value) for date, expiry, value in settles],
        schema={"date": pl.Date, "expiry": pl.Date, "kind": pl.String, "settle": pl.Float64},
        orient="row",
    )


def flat(days, *expiries):
    """Settle every expiry on every session before it at its month's number, and finally at 100 more."""
    out = [
        (dt.date.fromordinal(int(d) + EPOCH), e, float(e.month)) for e in expiries for d in days if int(d) < number(e)
    ]
    return rows(*out, *((e, e, 100.0 + e.month) for e in expiries))


def test_the_expiry_row_is_the_final_value_and_never_on_the_curve():
    days = axis("2020-02-14", "2020-02-20")
    curve = VxCurve.build(days, rows((day("2020-02-18"), FEB, 15.1), (FEB, FEB, 14.63), (FEB, MAR, 16.2)))
    assert curve.expiry_days.tolist() == [number(FEB), number(MAR)]
    np.testing.assert_array_equal(curve.settle[:, 0], [NAN, 15.1, NAN, NAN])
    np.testing.assert_array_equal(curve.settle[:, 1], [NAN, NAN, 16.2, NAN])
    np.testing.assert_array_equal(curve.final, [14.63, NAN])


def test_weeklies_are_no_part_of_the_curve():
    days = axis("2020-02-10", "2020-02-18")
    weekly = rows((day("2020-02-10"), day("2020-02-26"), 99.0), (day("2020-02-10"), FEB, 98.0), kind="weekly")
    curve = VxCurve.build(days, pl.concat([weekly, rows((day("2020-02-10"), FEB, 15.0))]))
    assert curve.expiry_days.tolist() == [number(FEB)]
    assert curve.settle[0, 0] == 15.0


def test_rows_off_the_axis_after_the_expiry_or_without_a_settlement_are_left_out():
    days = axis("2018-12-03", "2018-12-07")  # CFE settled on 2018-12-05, a day of mourning at NYSE
    dec = day("2018-12-19")
    curve = VxCurve.build(
        days, rows((day("2018-12-05"), dec, 20.0), (day("2018-12-06"), dec, None), (day("2018-12-07"), dec, 23.0))
    )
    assert len(days) == 4
    np.testing.assert_array_equal(curve.settle[:, 0], [NAN, NAN, NAN, 23.0])
    late = VxCurve.build(axis("2020-02-18", "2020-02-21"), rows((day("2020-02-21"), FEB, 1.0), (FEB, FEB, 2.0)))
    assert np.isnan(late.settle).all()
    assert late.final.tolist() == [2.0]


@pytest.mark.parametrize("frame", [None, rows()])
def test_no_rows_make_an_empty_curve(frame):
    curve = VxCurve.build(axis("2020-02-10", "2020-02-18"), frame)
    assert curve.settle.shape == (6, 0)
    assert np.isnan(curve.nearby(1)).all()
    assert np.isnan(curve.nearby_days(1)).all()
    assert curve.column_of(number(FEB)) == -1


def test_f1_has_five_sessions_left():
    # Back from Wednesday 2020-02-19: Tue 18, Fri 14 (Monday 17 is Washington's birthday), 13, 12, Tue 11: five.
    days = axis("2020-02-10", "2020-02-20")
    curve = VxCurve.build(days, flat(days, FEB, MAR, APR))
    by_day = {str(np.datetime64(int(d), "D")): f for d, f in zip(days, curve.nearby(1), strict=True)}
    assert MIN_FRONT_SESSIONS == 5
    assert by_day["2020-02-11"] == 2.0
    assert by_day["2020-02-12"] == 3.0
    assert by_day["2020-02-19"] == 3.0
    np.testing.assert_array_equal(curve.nearby(2)[:3], [3.0, 3.0, 4.0])
    assert curve.nearby_days(1)[1] == number(FEB)
    assert curve.nearby_days(1)[2] == number(MAR)


def test_the_front_contract_expires_after_the_session():
    days = axis("2020-02-18", "2020-02-20")
    curve = VxCurve.build(days, flat(days, FEB, MAR))
    assert curve.front.tolist() == [0, 1, 1]


def test_beyond_the_listed_months_there_is_no_future():
    days = axis("2020-02-10", "2020-02-14")
    curve = VxCurve.build(days, flat(days, FEB, MAR))
    np.testing.assert_array_equal(curve.nearby(2), [3.0, 3.0, NAN, NAN, NAN])
    assert np.isnan(curve.nearby(3)).all()
    assert np.isnan(curve.nearby_days(3)).all()


def test_column_of_an_expiry():
    days = axis("2020-02-10", "2020-02-14")
    curve = VxCurve.build(days, flat(days, MAR, FEB))
    assert curve.column_of(number(FEB)) == 0
    assert curve.column_of(number(MAR)) == 1
    assert curve.column_of(number(FEB) + 1) == -1


@pytest.mark.parametrize(
    ("last", "first_month"), [("2020-02-10", 2), ("2020-02-11", 2), ("2020-02-12", 3), ("2020-02-14", 3)]
)
def test_f1_on_the_last_session_of_the_data_is_what_it_would_be_inside_them(last, first_month):
    days = axis("2020-02-03", last)
    assert VxCurve.build(days, flat(days, FEB, MAR)).nearby(1)[-1] == first_month


@settings(max_examples=30)
@given(spec=market_specs(min_sessions=70, max_sessions=120), share=st.floats(0.2, 0.99))
def test_no_month_moves_when_later_data_come(spec, share):
    frame = spec.tables()["vx_futures"]
    days = spec.axis().astype(np.int64)
    n = max(1, int(share * len(days)))
    known = frame.filter(pl.col("date") <= dt.date.fromordinal(int(days[n - 1]) + EPOCH))
    whole, past = VxCurve.build(days, frame), VxCurve.build(days[:n], known)
    for k in range(1, 7):
        np.testing.assert_array_equal(past.nearby(k), whole.nearby(k)[:n])


@settings(max_examples=8)
@given(spec=market_specs(min_sessions=70, max_sessions=120))
def test_the_curve_holds_each_monthly_settlement_once_and_nothing_else(spec):
    frame = spec.tables()["vx_futures"].filter(pl.col("kind") == "monthly")
    curve = VxCurve.build(spec.axis().astype(np.int64), frame)
    live = frame.filter(pl.col("date") < pl.col("expiry"), pl.col("date").is_in(spec.axis().tolist()))
    assert int(np.isfinite(curve.settle).sum()) == live.height
    for date, expiry, settle in live.select("date", "expiry", "settle").iter_rows():
        row = int(np.searchsorted(spec.axis(), np.datetime64(date)))
        assert curve.settle[row, curve.column_of(number(expiry))] == settle


def test_content_names_contracts_and_forgets_what_lies_outside():
    days = axis("2020-02-03", "2020-03-31")
    curve = VxCurve.build(days, flat(days, FEB, MAR, APR))
    shorter = VxCurve.build(days[5:30], flat(days, MAR, APR))
    window = slice(12, 20)  # 2020-02-20 to 2020-03-02: February has settled
    assert curve.content(days[window], 12, 19) == shorter.content(days[window], 7, 14)
    settling = slice(10, 13)
    assert number(FEB) in days[settling]
    other = flat(days, FEB, MAR, APR).with_columns(
        settle=pl.when(pl.col("date") == FEB, pl.col("expiry") == FEB).then(14.63).otherwise(pl.col("settle"))
    )
    moved = VxCurve.build(days, other)
    assert moved.content(days[settling], 10, 12) != curve.content(days[settling], 10, 12)
    assert moved.content(days[window], 12, 19) == curve.content(days[window], 12, 19)
