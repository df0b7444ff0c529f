"""Holes, gaps and missing ends of the VX curve: every finding counted by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from market.checkframes import DAYS, facts, findings, future, table

# Eight months of expiries after the ten sessions of May 2019.
EXPIRIES = [dt.date(2019, month, 19) for month in (6, 7, 8, 9, 10, 11, 12)] + [dt.date(2020, 1, 22)]


def curve(days=DAYS, months=8, without=()):
    """Build a curve on every day; `without` leaves (day, month) pairs out."""
    rows = [
        future(day, expiry, 15.0 + 0.2 * m + 0.1 * d)
        for d, day in enumerate(days)
        for m, expiry in enumerate(EXPIRIES[:months])
        if (d, m) not in without
    ]
    return table("vx_futures", rows)


def test_a_full_curve_gives_nothing():
    assert findings("vx_futures", curve()) == []


def test_fewer_than_seven_monthlies_are_a_hole():
    assert findings("vx_futures", curve(months=7)) == []
    thin = curve(without=[(3, 6), (3, 7)])  # six months left on the fourth day
    assert findings("vx_futures", thin, only=("vx_curve",)) == [("vx_curve_hole", DAYS[3], "VX", 29, 6.0)]
    # Weeklies do not count, and before the limit's first day nothing is asked.
    weekly = thin.vstack(table("vx_futures", [future(DAYS[3], dt.date(2019, 6, 12), 15.0, kind="weekly")]))
    assert [f[4] for f in findings("vx_futures", weekly, only=("vx_curve",))] == [6.0]
    assert findings("vx_futures", thin, facts(vx_from=DAYS[4]), only=("vx_curve",)) == []


def test_a_null_settle_and_a_final_settlement_are_no_point_of_the_curve():
    eight = curve()
    final = [future(DAYS[0], DAYS[0], 14.0)]
    frame = table(
        "vx_futures", [*final, *(future(DAYS[0], e, None if n < 2 else 15.0) for n, e in enumerate(EXPIRIES))]
    )
    assert findings("vx_futures", frame, only=("vx_curve",)) == [("vx_curve_hole", DAYS[0], "VX", 8, 6.0)]
    assert findings("vx_futures", eight, only=("vx_curve",)) == []


def test_a_gap_inside_a_contracts_life():
    gap = curve(without=[(3, 2), (4, 2), (7, 2)])
    assert findings("vx_futures", gap, only=("vx_gaps",)) == [
        ("vx_contract_gap", DAYS[3], "VX/2019-08-19", 18, 2.0),
        ("vx_contract_gap", DAYS[7], "VX/2019-08-19", 48, 1.0),
    ]
    # A contract listed later has no gap before its first day.
    assert findings("vx_futures", curve(without=[(0, 7), (1, 7)]), only=("vx_gaps",)) == []


def test_a_day_on_which_only_the_futures_exchange_was_open_is_no_finding():
    extra = dt.date(2019, 5, 11)
    days = [*DAYS[:5], extra, *DAYS[5:]]
    assert findings("vx_futures", curve(days), facts(extra_vx_sessions=(extra,))) == []
    assert {f[0] for f in findings("vx_futures", curve(days), facts(extra_vx_sessions=()))} == {"not_a_session"}


def test_a_contract_that_expired_without_a_final_settlement():
    expiry = DAYS[5]
    ends = [future(day, expiry, 14.0 + n) for n, day in enumerate(DAYS[:4])]
    frame = table("vx_futures", [*ends, future(DAYS[9], EXPIRIES[0], 15.0)])
    # Its last row is of the fourth day; two sessions lie after it up to the expiry.
    assert findings("vx_futures", frame, only=("final_settlement",)) == [
        ("no_final_settlement", expiry, f"VX/{expiry}", 3, 2.0)
    ]
    settled = table("vx_futures", [*ends, future(expiry, expiry, 16.0), future(DAYS[9], EXPIRIES[0], 15.0)])
    assert findings("vx_futures", settled, only=("final_settlement",)) == []
    # What expires after the table's last day has not ended yet.
    assert findings("vx_futures", table("vx_futures", ends), only=("final_settlement",)) == []


def test_a_row_after_expiry_and_a_settle_that_stands_still():
    frame = table("vx_futures", [future(DAYS[3], DAYS[1], 15.0)])
    assert findings("vx_futures", frame, only=("after_expiry",)) == [("after_expiry", DAYS[3], f"VX/{DAYS[1]}", 0, 2.0)]
    # 15 on three days and as the final settlement: the run has three, the settlement is none of it.
    still = table("vx_futures", [future(day, DAYS[3], 15.0) for day in DAYS[:4]])
    assert findings("vx_futures", still, only=("stale_values",)) == [("stale_value", DAYS[0], f"VX/{DAYS[3]}", 2, 3.0)]


@pytest.mark.parametrize("settle", [0.0, -1.0])
def test_a_settle_of_nothing(settle):
    frame = table("vx_futures", [future(DAYS[0], EXPIRIES[0], settle)])
    assert findings("vx_futures", frame, only=("bars",)) == [
        ("price_not_positive", DAYS[0], "VX/2019-06-19", 0, settle)
    ]
