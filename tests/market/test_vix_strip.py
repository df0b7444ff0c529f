"""VIX from a chain: both worked examples through the whole path, which expiries, which time, which rate."""

from __future__ import annotations

import csv
import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.conventions import is_session
from alvh.market.vix_strip import captures, fullest, near_and_later, quote_minute, read_vix, treasury_rates
from alvh.values import Missing
from answers.white_paper_2014 import NEAR_TERM, NEXT_TERM

D = dt.date.fromisoformat


def typed(text: str) -> list[list[float]]:
    return [[float(x) for x in row.split()] for row in text.replace("\n", " ").split(";")]


def rows_of(root: str, expiry: str, quotes: list[list[float]]) -> pl.DataFrame:
    sides = [
        {"root": root, "expiry": D(expiry), "right": right, "strike": q[0], "bid": q[at], "ask": q[at + 1]}
        for q in quotes
        for right, at in (("C", 1), ("P", 3))
    ]
    return pl.DataFrame(sides)


def paper_2014() -> pl.DataFrame:
    """09:46 on a Monday: 854 minutes left, 24 whole days and 510 to SPX of the third Friday, 31 and 900 to SPXW."""
    return pl.concat((
        rows_of("SPX", "2014-10-17", typed(NEAR_TERM)),
        rows_of("SPXW", "2014-10-24", typed(NEXT_TERM)),
    ))  # fmt: skip


def rate_2014(days: float) -> float:
    return 0.000305 if days < 30 else 0.000286


def test_the_2014_white_paper_from_dates_to_the_index() -> None:
    found = read_vix(paper_2014(), D("2014-09-22"), 586, rate_2014)
    assert not isinstance(found, Missing)
    assert (found.near.minutes, found.later.minutes) == (35_924, 46_394)
    assert (found.near.strip.forward, found.later.strip.forward) == pytest.approx((1962.89996, 1962.40006), abs=1e-5)
    assert found.near_weight == pytest.approx(0.305062, abs=5e-7)
    assert found.near_weight + found.later_weight == 1.0
    assert found.value == pytest.approx(13.685821, abs=1e-6)


@pytest.mark.shared
def test_the_2009_white_paper_by_the_historical_rule_in_every_intermediate(shared) -> None:
    """08:30 on a Wednesday: 930 minutes left, 8 whole days and 510 to the third Friday, 36 and 510 to the next."""
    folder = shared / "data/real/vix_whitepaper"
    tables = []
    for name, expiry in (("near", "2009-02-20"), ("next", "2009-03-20")):
        with (folder / f"{name}_term_2009.csv").open() as file:
            quotes = [[float(x) for x in row] for row in list(csv.reader(file))[1:]]
        tables.append(rows_of("SPX", expiry, quotes))
    found = read_vix(pl.concat(tables), D("2009-02-11"), 510, lambda _: 0.0038, rule="historical")
    assert not isinstance(found, Missing)
    said = {"VIX": found.value}
    for name, i, term in (("near", 1, found.near), ("next", 2, found.later)):
        one = term.strip
        said |= {
            f"{name}_rate": one.rate,
            f"{name}_minutes": term.minutes,
            f"T{i}": one.years,
            f"{name}_parity_strike": one.parity_strike,
            f"F{i}": one.forward,
            f"K0_{i}": one.centre,
            f"{name}_strikes_used": one.strikes.size,
            f"{name}_lowest_strike": one.strikes[0],
            f"{name}_highest_strike": one.strikes[-1],
            f"{name}_K0_mid": one.quotes[one.strikes == one.centre][0],
            f"{name}_first_contribution": one.contributions[0],
            f"{name}_last_contribution": one.contributions[-1],
            f"{name}_sum_term": one.sum_term,
            f"{name}_forward_term": one.forward_term,
            f"sigma{i}_sq": one.variance,
        }
    with (folder / "expected.csv").open() as file:
        listed = list(csv.DictReader(file))
    assert {row["quantity"] for row in listed} == said.keys()
    for row in listed:
        allowed = max(float(row["tolerance"]), 1e-9) * 1.01
        assert said[row["quantity"]] == pytest.approx(float(row["value_2009"]), abs=allowed), row["quantity"]
    assert said["VIX"] == pytest.approx(61.217999, abs=1e-6)


def test_an_expiry_that_is_needed_and_not_quoted_is_named() -> None:
    near_only = paper_2014().filter(pl.col("root") == "SPX")
    found = read_vix(near_only, D("2014-09-22"), 586, rate_2014)
    assert isinstance(found, Missing)
    assert "no SPXW expiry of 2014-10-24" in found.why


@pytest.mark.parametrize(
    ("session", "minute", "tenor", "expiries"),
    [
        # A Wednesday, 30 days before a Friday: at 15:15 that Friday's 15:00 is within the tenor, at 09:11 beyond it.
        ("2024-05-29", 915, 30, (("SPXW", "2024-06-28"), ("SPXW", "2024-07-05"))),
        ("2024-05-29", 551, 30, (("SPX", "2024-06-21"), ("SPXW", "2024-06-28"))),
        # Good Friday 2022-04-15 hands the monthly to Thursday.
        ("2022-03-23", 551, 30, (("SPX", "2022-04-14"), ("SPXW", "2022-04-22"))),
        ("2019-06-03", 915, 9, (("SPXW", "2019-06-07"), ("SPXW", "2019-06-14"))),
        ("2019-06-03", 915, 93, (("SPX", "2019-08-16"), ("SPX", "2019-09-20"))),
        ("2019-06-03", 915, 184, (("SPX", "2019-11-15"), ("SPX", "2019-12-20"))),
    ],
)
def test_which_expiries(session, minute, tenor, expiries) -> None:
    found = near_and_later(D(session), minute, tenor, "current")
    assert tuple((one.root, str(one.date)) for one in found) == expiries


def test_a_long_tenor_takes_the_other_fridays_that_are_listed() -> None:
    """From 2023-02-07 93 days end on 2023-05-11: the month end 28 April is nearer than the third Friday 21 April."""
    listed = {("SPXW", D("2023-04-28")), ("SPXW", D("2023-06-30"))}

    def dates(rule: str) -> tuple[str, ...]:
        return tuple(str(one.date) for one in near_and_later(D("2023-02-07"), 915, 93, rule, "SPX", listed))

    assert dates("current") == ("2023-04-28", "2023-05-19")
    assert dates("historical") == ("2023-04-21", "2023-05-19")
    # A shorter one names its Friday whether or not it is there.
    near, _ = near_and_later(D("2023-02-07"), 915, 30, "current", "SPX", listed)
    assert (near.root, str(near.date)) == ("SPXW", "2023-03-03")


def test_the_historical_rule_leaves_the_front_month_a_week_before() -> None:
    def first(day: str) -> str:
        return str(near_and_later(D(day), 915, 30, "historical")[0].date)

    # Friday 2013-05-17 at 08:30 is 7 days and 17 hours after Thursday 2013-05-09, 15:15; less than 7 after the 10th.
    assert (first("2013-05-09"), first("2013-05-10")) == ("2013-05-17", "2013-06-21")


def test_vix_options_are_bracketed_by_their_wednesdays() -> None:
    near, later = near_and_later(D("2016-06-01"), 915, 30, "current", "VIX")
    assert (str(near.date), str(later.date)) == ("2016-06-15", "2016-07-20")


@given(st.dates(dt.date(2006, 1, 3), dt.date(2034, 1, 3)), st.integers(510, 915), st.sampled_from([9, 30, 93, 184]))
def test_the_bracket_encloses_the_tenor(day, minute, tenor) -> None:
    near, later = near_and_later(day, minute, tenor, "current")
    assert 0 < near.minutes <= tenor * 1440 < later.minutes
    assert is_session(near.date)
    assert is_session(later.date)


def test_the_time_quotes_stand_for() -> None:
    day = D("2019-06-26")
    assert quote_minute(day, None) == 915
    assert quote_minute(day, dt.datetime(2019, 6, 26, 15, 45)) == 885
    assert quote_minute(day, dt.datetime(2019, 6, 26, 20, 0)) == 915
    assert quote_minute(day, dt.datetime(2019, 6, 27, 9, 0)) == 915
    assert quote_minute(D("2019-07-03"), None) == 735  # 13:00 in New York, and a quarter of an hour


def test_captures_are_told_apart_and_the_fullest_is_found() -> None:
    rows = pl.DataFrame(
        {
            "quote_date": [D("2020-01-02")] * 3,
            "snapshot_ts": [None, dt.datetime(2020, 1, 2, 12), None],
            "source": ["a", "b", "a"],
            "bid": [1.0, 1.0, 1.0],
            "ask": [1.1, 1.1, 1.1],
        }
    )
    found = captures(rows)
    assert [(one.source, one.minute, one.rows.height) for one in found] == [("b", 660, 1), ("a", 915, 2)]
    assert fullest(found).source == "a"


def test_yields_of_the_day_itself_and_later_are_not_seen() -> None:
    rates = pl.DataFrame(
        {
            "date": [D("2020-01-02"), D("2020-01-03"), D("2020-01-06")],
            "series": ["DGS1MO"] * 3,
            "value": [4.0, 9.0, 9.0],
        }
    )
    known = treasury_rates(rates, D("2020-01-03"))
    assert not isinstance(known, Missing)
    assert known(25.0) == pytest.approx(0.0396053, abs=5e-8)
    assert isinstance(treasury_rates(rates, D("2020-01-02")), Missing)
    assert isinstance(treasury_rates(rates, D("2020-03-02")), Missing)
