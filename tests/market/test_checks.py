"""Holes, strange days, stale values, bars and splits in daily series: every finding counted by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from alvh.conventions.splits import SPLITS
from market.checkframes import DAYS, facts, findings, series, table

RISING = [10.0 + n for n in range(10)]


def bars(*rows, symbol="VIX"):
    names = ("open", "high", "low", "close")
    return table(
        "vol_indices",
        [{"date": d, "symbol": symbol, **dict(zip(names, r, strict=True))} for d, r in zip(DAYS, rows, strict=False)],
    )


def test_a_clean_series_gives_nothing():
    assert findings("vol_indices", series("vol_indices", RISING, symbol="VIX")) == []
    assert findings("rates", series("rates", RISING, series="SOFR").with_columns(value=1.0)) == []


def test_a_hole_is_one_finding_that_counts_its_sessions():
    closes = [10, 11, None, None, 14, 15, 16, None, 18, 19]
    assert findings("vol_indices", series("vol_indices", closes, symbol="VIX")) == [
        ("missing_sessions", dt.date(2019, 5, 8), "VIX", 1, 2.0),
        ("missing_sessions", dt.date(2019, 5, 15), "VIX", 4, 1.0),
    ]


def test_days_before_the_first_and_after_the_last_row_are_no_holes():
    closes = [None, None, 12, 13, 14, 15, 16, None, None, None]
    assert findings("vol_indices", series("vol_indices", closes, symbol="VIX")) == []


def test_a_weekly_series_is_not_asked_for_every_session():
    weekly = [dt.date(2019, 5, 6), dt.date(2019, 5, 13), dt.date(2019, 5, 17)]
    rows = [{"date": d, "series": "AAII", "value": 1.0} for d in weekly]
    assert findings("flows", table("flows", rows)) == []


def test_rates_rest_on_columbus_day_veterans_day_and_the_early_king_days():
    friday, columbus, tuesday = (dt.date(2019, 10, day) for day in (11, 14, 15))
    rows = [{"date": d, "series": "DGS1", "value": 1.0} for d in (friday, tuesday)]
    assert findings("rates", table("rates", rows), facts([friday, columbus, tuesday])) == []
    # The same days without a row are a hole in a price.
    prices = table("vol_indices", [{"date": d, "symbol": "VIX", "close": 1.0 + d.day} for d in (friday, tuesday)])
    days = [friday, columbus, tuesday, dt.date(2019, 10, 16), dt.date(2019, 10, 17)]
    more = table("vol_indices", [{"date": d, "symbol": "VIX", "close": 50.0 + d.day} for d in days[3:]])
    assert [f[0] for f in findings("vol_indices", prices.vstack(more), facts(days))] == ["missing_sessions"]
    king, after = dt.date(1990, 1, 15), dt.date(1990, 1, 16)
    rows = [{"date": d, "series": "DGS1", "value": 1.0} for d in (dt.date(1990, 1, 12), after)]
    assert findings("rates", table("rates", rows), facts([dt.date(1990, 1, 12), king, after])) == []
    veterans, monday = dt.date(2018, 11, 11), dt.date(2018, 11, 12)
    assert veterans.weekday() == 6
    rows = [{"date": d, "series": "DGS1", "value": 1.0} for d in (dt.date(2018, 11, 9), dt.date(2018, 11, 13))]
    told = facts([dt.date(2018, 11, 9), monday, dt.date(2018, 11, 13)])
    assert findings("rates", table("rates", rows), told) == []


def test_a_row_on_a_day_that_is_no_session():
    saturday = dt.date(2019, 5, 11)
    rows = [{"date": d, "symbol": "VIX", "close": 10.0 + d.day} for d in [*DAYS[:5], saturday, *DAYS[5:]]]
    assert findings("vol_indices", table("vol_indices", rows)) == [("not_a_session", saturday, "VIX", 5, None)]


def test_three_equal_closes_are_a_run_two_are_not():
    closes = [10, 10, 12, 13, 13, 13, 13, 17, 18, 18]
    assert findings("underlyings", series("underlyings", closes, symbol="SPY")) == [
        ("stale_value", dt.date(2019, 5, 9), "SPY", 6, 4.0)
    ]
    assert len(findings("underlyings", series("underlyings", closes, symbol="SPY"), facts(stale_run=2))) == 3


def test_an_index_that_opens_at_the_previous_close():
    closes = [float(c) for c in RISING]
    opens = [9.5, 10, 11, 11.5, 13, 13.5, 14.5, 15.5, 16.5, 17.5]  # repeats on 7, 8 and 10 May
    rows = [
        {"date": d, "symbol": "SPX", "open": o, "high": 30.0, "low": 1.0, "close": c}
        for d, o, c in zip(DAYS, opens, closes, strict=True)
    ]
    assert findings("underlyings", table("underlyings", rows)) == [
        ("stale_open", dt.date(2019, 5, 7), "SPX", 2, 2.0),
        ("stale_open", dt.date(2019, 5, 10), "SPX", 4, 1.0),
    ]
    # A fund's open may well be yesterday's close.
    assert findings("underlyings", table("underlyings", [{**r, "symbol": "SPY"} for r in rows])) == []


def test_bars_that_contradict_themselves():
    frame = bars(
        (11, 12, 10, 11.5),
        (13, 12, 10, 11.6),  # open above the high
        (11, 12, 10, 9),  # close below the low
        (11, 10, 12, 11.7),  # high below low: the open and the close are outside as well
        (0, 12, 0, 11.8),  # two prices of nothing, one finding
        (None, None, None, 11.9),
    )
    assert [(f[0], f[3], f[4]) for f in findings("vol_indices", frame)] == [
        ("high_below_low", 3, 10.0),
        ("price_not_positive", 4, 0.0),
        ("close_outside_range", 2, 9.0),
        ("close_outside_range", 3, 11.7),
        ("open_outside_range", 1, 13.0),
        ("open_outside_range", 3, 11.0),
    ]


def test_the_last_bit_of_a_price_is_no_contradiction():
    assert findings("vol_indices", bars((10.1, 10.1 * (1 - 1e-12), 9, 10))) == []


def test_duplicates_are_found_after_the_first_of_their_key():
    frame = series("vol_indices", RISING, symbol="VIX")
    doubled = frame.vstack(frame[3:5]).vstack(frame[3:4])
    found = findings("vol_indices", doubled, only=("duplicates",))
    assert found == [
        ("duplicate_key", DAYS[3], "VIX", 10, 3.0),
        ("duplicate_key", DAYS[3], "VIX", 12, 3.0),
        ("duplicate_key", DAYS[4], "VIX", 11, 2.0),
    ]


AROUND = [dt.date(2021, 4, day) for day in (20, 21, 22, 23, 26)]
BEFORE_AND_AFTER = [dt.date(2023, 3, day) for day in (3, 6, 7, 8)]


def closes_of(symbol, pairs):
    return table("underlyings", [{"date": d, "symbol": symbol, "close": c} for d, c in pairs])


def split_findings(frame):
    days = [*AROUND, *BEFORE_AND_AFTER]
    return [(f[0], f[1], f[4]) for f in findings("underlyings", frame, facts(days), only=("splits",))]


def test_a_series_as_traded_shows_every_split():
    # VXX split 1:4 on 2021-04-23 and on 2023-03-07.
    traded = closes_of("VXX", zip([*AROUND, *BEFORE_AND_AFTER], [10, 10.2, 10, 40, 41, 12, 12.1, 48, 47], strict=True))
    assert split_findings(traded) == [
        ("split_unadjusted", dt.date(2021, 4, 23), 4.0),
        ("split_unadjusted", dt.date(2023, 3, 7), pytest.approx(48 / 12.1)),
    ]


def test_an_adjusted_series_gives_nothing_even_when_a_row_is_missing():
    adjusted = [(d, 40.0 + n) for n, d in enumerate(AROUND) if d.day != 23]
    assert split_findings(closes_of("VXX", adjusted)) == []
    # As traded, the first row after the split shows it.
    traded = [(AROUND[2], 10.0), (AROUND[4], 41.0)]
    assert split_findings(closes_of("VXX.IEX", traded)) == [("split_unadjusted", dt.date(2021, 4, 26), 4.1)]


def test_a_series_adjusted_at_one_split_and_not_at_the_other_is_an_error():
    mixed = closes_of("VXX", zip([*AROUND, *BEFORE_AND_AFTER], [40, 41, 42, 40, 41, 12, 12, 48, 47], strict=True))
    assert split_findings(mixed) == [
        ("split_mixed", dt.date(2023, 3, 7), 4.0),
        ("split_unadjusted", dt.date(2023, 3, 7), 4.0),
    ]


def test_a_jump_like_a_split_that_nobody_knows_of():
    jump = closes_of("UVXY", zip(AROUND, [10, 10, 50.5, 51, 50], strict=True))
    assert split_findings(jump) == [("split_unknown", dt.date(2021, 4, 22), 5.05)]
    # A crash that is no split: SVXY lost 83 per cent on 2018-02-06, UVXY gained 66 the day before.
    crash = closes_of("SVXY", zip(AROUND, [100, 100, 17.04, 16, 15], strict=True))
    assert split_findings(crash) == []
    assert split_findings(closes_of("UVXY", zip(AROUND, [100, 100, 166.2, 160, 150], strict=True))) == []
    assert split_findings(closes_of("SPY", zip(AROUND, [100, 100, 200, 200, 200], strict=True))) == []


@pytest.mark.parametrize("split", SPLITS, ids=lambda s: f"{s.symbol}-{s.date}")
def test_every_split_of_the_table_is_seen(split):
    days = [split.date - dt.timedelta(days=1), split.date]
    frame = closes_of(split.symbol, zip(days, [20.0, 20.0 * split.price_factor], strict=True))
    found = findings("underlyings", frame, facts(days), only=("splits",))
    assert [f[0] for f in found] == ["split_unadjusted"]
