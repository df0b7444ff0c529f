"""Options on VXX and UVXY: share bases across splits, expiries and strikes, against dates and chains read by eye."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh import conventions
from alvh.conventions.etp_options import (
    basis_days,
    basis_of,
    etp_on_grid,
    etp_root,
    fee_root,
    fund_of,
    price_of_basis,
)
from alvh.conventions.splits import price_factor, splits_of

DAY = dt.date.fromisoformat
ROOTS = [root for root in conventions.ROOTS if fund_of(root)]


@pytest.mark.parametrize(
    ("fund", "session", "root"),
    [
        # VXX split 1:4 on 2010-11-09, 2012-10-05, 2013-11-08, 2016-08-09, 2017-08-23, 2021-04-23, 2023-03-07 and
        # 2024-07-24.
        ("VXX", "2010-05-28", "VXX0"),
        ("VXX", "2010-11-08", "VXX0"),
        ("VXX", "2010-11-09", "VXX1"),
        ("VXX", "2017-08-22", "VXX4"),
        ("VXX", "2017-08-23", "VXX5"),
        ("VXX", "2026-07-14", "VXX8"),
        ("UVXY", "2012-03-07", "UVXY0"),
        ("UVXY", "2012-03-08", "UVXY1"),
        ("UVXY", "2026-07-14", "UVXY13"),
    ],
)
def test_the_root_counts_the_splits_before_the_day(fund: str, session: str, root: str) -> None:
    assert etp_root(fund, DAY(session)) == root
    assert (fund_of(root), basis_of(root)) == (fund, int(root.removeprefix(fund)))


def test_the_price_of_a_basis_by_hand() -> None:
    # Four splits of 1:4 lie after the fourth: 4 x 4 x 4 x 4 = 256, and 7,413.76 / 256 = 28.96 on 2016-12-01.
    assert price_of_basis("VXX4") == 256.0
    assert price_of_basis("VXX8") == 1.0
    # UVXY after its tenth split: 10 (2023), 5 (2024), 5 (2025).
    assert price_of_basis("UVXY10") == 250.0


@given(st.sampled_from(["VXX", "UVXY"]), st.dates(DAY("2010-01-01"), DAY("2026-07-01")))
def test_the_price_of_a_basis_is_what_the_split_table_says(fund: str, session: dt.date) -> None:
    last = splits_of(fund)[-1].date
    if session <= last:
        assert price_of_basis(etp_root(fund, session)) == pytest.approx(price_factor(fund, session, last), rel=1e-12)


@pytest.mark.parametrize("root", ROOTS)
def test_a_basis_begins_where_the_one_before_ends(root: str) -> None:
    first, last = basis_days(root)
    if last < first:
        # UVXY and VXX had no options before their first listing; every later basis has its days.
        assert basis_of(root) == 0
    elif last < dt.date.max:
        following = f"{fund_of(root)}{basis_of(root) + 1}"
        assert basis_days(following)[0] == last + dt.timedelta(1)


def test_what_is_no_option_on_a_fund() -> None:
    assert [fund_of(root) for root in ("VXX", "UVXY", "SPX", "SVXY", "VX", "")] == [None] * 6
    with pytest.raises(ValueError, match="SPX is no option on VXX or UVXY"):
        basis_of("SPX")
    with pytest.raises(ValueError, match="VXX is no option"):
        price_of_basis("VXX")
    assert [fee_root(root) for root in ("VXX7", "UVXY13", "VIX")] == ["VXX0", "UVXY0", "VIX"]


def test_the_expiries_of_a_day_read_off_the_chain_of_december_2016() -> None:
    # Thursday 2016-12-01: weeklies 2, 9, 23, 30 December, 6 January; monthlies December, January, March, June and
    # January 2018. (The chain has the weekly of 13 January and January 2019 too, a week and a month before the rule.)
    listed = [e.expiry.isoformat() for e in conventions.listed_expiries("VXX4", DAY("2016-12-01"))]
    assert listed == [
        "2016-12-02", "2016-12-09", "2016-12-16", "2016-12-23", "2016-12-30", "2017-01-06", "2017-01-20", "2017-03-17",
        "2017-06-16", "2018-01-19",
    ]  # fmt: skip
    # What was listed before the first chain is assumed to have been listed when it was.
    assert not any(e.assumed for e in conventions.listed_expiries("VXX5", DAY("2017-09-01")))
    assert all(e.assumed for e in conventions.listed_expiries("VXX4", DAY("2016-11-15")))


def test_nothing_is_listed_before_the_options_began() -> None:
    assert conventions.listed_expiries("VXX0", DAY("2010-05-27")) == ()
    # June and July, and September of the March cycle; no weeklies yet.
    months = [e.expiry.isoformat() for e in conventions.listed_expiries("VXX0", DAY("2010-05-28"))]
    assert months[:3] == ["2010-06-18", "2010-07-16", "2010-09-17"]
    assert conventions.listed_expiries("UVXY0", DAY("2011-10-28")) == ()


def test_on_the_morning_of_a_split_everything_is_listed_new_and_the_old_is_still_there() -> None:
    eve, morning = DAY("2017-08-22"), DAY("2017-08-23")
    assert conventions.listed_expiries("VXX5", eve) == ()
    new = {e.expiry for e in conventions.listed_expiries("VXX5", morning)}
    old = {e.expiry for e in conventions.listed_expiries("VXX4", morning)}
    assert new == old
    assert len(new) >= 8
    # Later, only on new shares: the April expiry of 2018 is listed in February.
    assert DAY("2018-04-20") in {e.expiry for e in conventions.listed_expiries("VXX5", DAY("2018-02-20"))}
    assert DAY("2018-04-20") not in {e.expiry for e in conventions.listed_expiries("VXX4", DAY("2018-02-20"))}


@pytest.mark.parametrize(
    ("strike", "spot", "expiry", "session", "listed"),
    [
        # A monthly with the share at 29: points from 21.75 to 52.2.
        (22.0, 29.0, "2017-03-17", "2016-12-01", True),
        (21.0, 29.0, "2017-03-17", "2016-12-01", False),
        (22.5, 29.0, "2017-03-17", "2016-12-01", False),
        (52.0, 29.0, "2017-03-17", "2016-12-01", True),
        (53.0, 29.0, "2017-03-17", "2016-12-01", False),
        # A weekly: half points from 26.1 to 37.7; fives to 49.3.
        (26.5, 29.0, "2016-12-09", "2016-12-01", True),
        (26.0, 29.0, "2016-12-09", "2016-12-01", False),
        (45.0, 29.0, "2016-12-09", "2016-12-01", True),
        (44.0, 29.0, "2016-12-09", "2016-12-01", False),
        # Half points in the last two weeks of a monthly.
        (28.5, 29.0, "2016-12-16", "2016-12-02", True),
        (28.5, 29.0, "2016-12-16", "2016-12-01", False),
        # Above 200 only fives.
        (205.0, 190.0, "2017-03-17", "2016-12-01", True),
        (203.0, 190.0, "2017-03-17", "2016-12-01", False),
        (0.0, 29.0, "2017-03-17", "2016-12-01", False),
    ],
)
def test_the_grid_by_hand(strike: float, spot: float, expiry: str, session: str, listed: bool) -> None:
    assert etp_on_grid(strike, spot, DAY(expiry), DAY(session)) is listed
    assert conventions.on_grid("VXX4", strike, spot, DAY(expiry), DAY(session)) is listed


def test_the_grid_before_the_first_chain_is_assumed() -> None:
    assert conventions.strikes_assumed("VXX4", DAY("2016-11-30"))
    assert not conventions.strikes_assumed("VXX4", DAY("2016-12-01"))
    assert conventions.strikes_assumed("UVXY12", DAY("2025-01-02"))
