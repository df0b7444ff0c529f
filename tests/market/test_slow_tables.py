"""Breadth, flows, fundamentals and property funds as columns: when each number was known, and what it is."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh import conventions
from alvh.adapters.schema import BENCHMARKS, BREADTH, FLOWS, FUNDAMENTALS, UNDERLYINGS
from alvh.market.slow_tables import align, distributions, known_since, slow_columns


def axis(first, last):
    return conventions.sessions(dt.date.fromisoformat(first), dt.date.fromisoformat(last)).astype(np.int64)


def day(text):
    return int(np.datetime64(text, "D").astype(np.int64))


def at(days, column, text):
    return column[np.searchsorted(days, day(text))]


def columns(days, prices=None, **frames):
    return slow_columns(days, frames, prices or {})


# -- breadth ----------------------------------------------------------------------------------------------------------


def breadth_rows(rows, universe="SP500_PIT"):
    return BREADTH.conform(
        pl.DataFrame(
            [
                {"date": dt.date.fromisoformat(d), "universe": universe, "advancers": a, "decliners": b}
                for d, a, b in rows
            ]
        )
    )


def test_breadth_is_that_of_the_members_on_the_date():
    days = axis("2024-01-02", "2024-01-05")
    rows = pl.concat(
        (
            breadth_rows([("2024-01-02", 300, 190), ("2024-01-04", 120, 380)]),
            breadth_rows([("2024-01-03", 4000, 5000)], universe="US_LISTED_2026"),
        )
    )
    found = columns(days, breadth=rows)
    np.testing.assert_array_equal(found["SP500.advancers"], [300, np.nan, 120, np.nan])
    np.testing.assert_array_equal(found["SP500.decliners"], [190, np.nan, 380, np.nan])


def test_another_universe_alone_gives_no_column():
    days = axis("2024-01-02", "2024-01-05")
    assert not columns(days, breadth=breadth_rows([("2024-01-03", 4, 5)], universe="US_LISTED_2026"))
    assert not columns(days)


# -- flows ------------------------------------------------------------------------------------------------------------


def flow_rows(series, rows):
    return FLOWS.conform(
        pl.DataFrame([{"date": dt.date.fromisoformat(d), "series": series, "value": v} for d, v in rows])
    )


def price_rows(symbol, rows):
    made = [
        {"date": dt.date.fromisoformat(d), "symbol": symbol, "close": c, "adj_close": a, "volume": v}
        for d, c, a, v in rows
    ]
    return UNDERLYINGS.conform(pl.DataFrame(made))


def test_creations_are_known_at_the_close_of_the_session_after():
    days = axis("2024-01-04", "2024-01-09")  # Thursday, Friday, Monday, Tuesday
    found = columns(
        days,
        flows=pl.concat(
            (
                flow_rows("SPY_CREATIONS_USD", [("2024-01-05", 2e9)]),
                flow_rows("SPY_REDEMPTIONS_USD", [("2024-01-04", 1e9)]),
            )
        ),
    )
    np.testing.assert_array_equal(found["SPY.creations_usd"], [np.nan, np.nan, 2e9, np.nan])
    np.testing.assert_array_equal(found["SPY.redemptions_usd"], [np.nan, 1e9, np.nan, np.nan])


def test_a_spread_in_basis_points_becomes_a_decimal_on_its_own_day():
    days = axis("2024-01-04", "2024-01-05")
    found = columns(days, flows=flow_rows("IVV_CS_SPREAD", [("2024-01-05", 12.5)]))
    np.testing.assert_allclose(found["IVV.cs_spread"], [np.nan, 0.00125])


def test_dollar_volume_is_close_times_volume_where_the_fund_itself_says_it():
    days = axis("2024-01-04", "2024-01-08")
    published = flow_rows("SPY_DOLLAR_VOLUME", [("2024-01-04", 1.0), ("2024-01-05", 2.0), ("2024-01-08", 3.0)])
    spy = price_rows("SPY", [("2024-01-04", 470.0, 470.0, 100), ("2024-01-05", 469.5, 469.5, 0)])
    # 470 x 100 = 47,000 USD; a volume of nothing is no volume; no row is none either, whatever was published.
    found = columns(days, {"SPY": spy}, flows=published)
    np.testing.assert_array_equal(found["SPY.dollar_volume"], [47000.0, np.nan, np.nan])
    np.testing.assert_array_equal(columns(days, flows=published)["SPY.dollar_volume"], [1.0, 2.0, 3.0])


# -- fundamentals -----------------------------------------------------------------------------------------------------


def month_rows(rows, **more):
    made = [{"date": dt.date.fromisoformat(d), "series": "SHILLER", "pe_ttm": v} for d, v in rows]
    return FUNDAMENTALS.conform(pl.DataFrame(made).with_columns(**{k: pl.lit(v) for k, v in more.items()}))


def test_a_month_is_known_three_months_after_its_end_and_until_the_next():
    days = axis("2023-06-01", "2024-03-28")
    found = columns(days, fundamentals=month_rows([("2023-03-01", 21.0), ("2023-04-01", 22.0)]))
    pe, age = found["SP500.pe"], found["SP500.pe.age_days"]
    # March ends on the 31st; three months later it is 1 July, a Saturday; Monday the 3rd is the first session.
    assert np.isnan(at(days, pe, "2023-06-30"))
    assert at(days, pe, "2023-07-03") == 21.0
    assert at(days, age, "2023-07-03") == 94  # 31 March to 3 July: 30 + 31 + 30 + 3
    assert at(days, pe, "2023-07-31") == 21.0
    assert at(days, pe, "2023-08-01") == 22.0
    # April ended on 30 April; 184 days later it is 31 October.
    assert at(days, pe, "2023-10-31") == 22.0
    assert at(days, age, "2023-10-31") == 184
    assert np.isnan(at(days, pe, "2023-11-01"))
    assert np.isnan(at(days, age, "2023-11-01"))
    assert known_since(dt.date(2023, 3, 15)) == dt.date(2023, 7, 1)
    assert known_since(dt.date(2023, 10, 1)) == dt.date(2024, 2, 1)


def test_a_ratio_that_no_row_has_gives_no_column():
    days = axis("2023-06-01", "2023-09-29")
    assert "SP500.pcf" not in columns(days, fundamentals=month_rows([("2023-03-01", 21.0)]))
    with_cash = columns(days, fundamentals=month_rows([("2023-03-01", 21.0)], pcf=14.0))
    assert at(days, with_cash["SP500.pcf"], "2023-07-03") == 14.0


@given(st.integers(0, 23), st.floats(1.0, 99.0))
def test_a_month_alters_nothing_before_it_is_known(altered, value):
    days = axis("2021-01-04", "2023-12-29")
    months = [f"{2021 + k // 12}-{k % 12 + 1:02d}-01" for k in range(24)]
    rows = [(month, 15.0 + k) for k, month in enumerate(months)]
    known = columns(days, fundamentals=month_rows(rows))["SP500.pe"]
    rows[altered] = (months[altered], value)
    other = columns(days, fundamentals=month_rows(rows))["SP500.pe"]
    first = np.searchsorted(days, day(known_since(dt.date.fromisoformat(months[altered]))))
    np.testing.assert_array_equal(known[:first], other[:first])


# -- funds of property companies --------------------------------------------------------------------------------------

EX = [15 + 63 * k for k in range(26)]


def fund_rows(paid, first="2015-01-02", n=63 * 26):
    """A fund at 100 USD that pays `paid(k)` USD on its k-th ex-date."""
    dates = conventions.sessions(dt.date.fromisoformat(first), dt.date(2024, 12, 31))[:n]
    close = np.full(n, 100.0)
    adjusted = np.full(n, 100.0)
    for k, ex in enumerate(EX):
        if ex < n:
            adjusted[ex:] /= 1.0 - paid(k) / 100.0
    return dates, close, adjusted


def test_a_year_of_dividends_is_the_last_four_and_grows_as_over_five_years():
    # 1.00 USD a quarter; from the 21st ex-date on, 1.10: after the 24th four of 1.10 stand against four of 1.00.
    dates, close, adjusted = fund_rows(lambda k: 1.0 if k < 20 else 1.1)
    days = dates.astype(np.int64)
    total, growth = distributions(days, days, close, adjusted)
    assert np.isnan(total[EX[3] - 1])
    assert total[EX[3]] == pytest.approx(4.0)
    assert total[EX[20]] == pytest.approx(3 * 1.0 + 1.1)
    assert total[EX[23]] == pytest.approx(4.4)
    assert np.isnan(growth[EX[22]])
    assert growth[EX[23]] == pytest.approx(1.1**0.2 - 1.0)  # (4.4 / 4.0)^(1/5) - 1 = 1.9245 %
    # Ex-date 25 looks back on 1.00 x 3 + ... : four of 1.10 against quarters 2 to 5.
    assert growth[EX[24]] == pytest.approx(1.1**0.2 - 1.0)


def test_a_split_and_rounding_are_no_dividends():
    dates, close, adjusted = fund_rows(lambda k: 1.0)
    days = dates.astype(np.int64)
    plain, _ = distributions(days, days, close, adjusted)
    split = close.copy()
    split[700:] /= 2.0  # two for one: the adjusted close goes on, the traded one halves
    total, _ = distributions(days, days, split, adjusted)
    assert total[699] == pytest.approx(plain[699])
    rounded, _ = distributions(days, days, close, adjusted * (1.0 + 5e-4 * (np.arange(len(days)) % 2)))
    np.testing.assert_allclose(rounded, plain, rtol=0.11)


def test_dividends_end_two_quarters_after_the_last():
    dates, close, adjusted = fund_rows(lambda k: 1.0 if k < 8 else 0.0)
    days = dates.astype(np.int64)
    total, _ = distributions(days, days, close, adjusted)
    last = days[EX[7]]
    assert np.isfinite(total[(days >= last) & (days <= last + 200)]).all()
    assert np.isnan(total[days > last + 200]).all()


def test_dividends_need_the_closes_as_traded():
    dates, close, adjusted = fund_rows(lambda k: 1.0)
    days = dates.astype(np.int64)
    published = BENCHMARKS.conform(
        pl.DataFrame({"date": dates, "close": adjusted}).with_columns(
            symbol=pl.lit("VNQ"), freq=pl.lit("D"), kind=pl.lit("etf_adj")
        )
    )
    alone = columns(days, benchmarks=published)
    np.testing.assert_array_equal(alone["VNQ.adj_close"], adjusted)
    assert "VNQ.dividend_12m" not in alone
    traded = UNDERLYINGS.conform(pl.DataFrame({"date": dates, "close": close}).with_columns(symbol=pl.lit("VNQ")))
    both = columns(days, {"VNQ": traded}, benchmarks=published)
    assert both["VNQ.dividend_12m"][-1] == pytest.approx(4.0)


@given(st.integers(100, 63 * 26 - 1), st.floats(0.3, 3.0))
def test_dividends_alter_nothing_before_they_are_paid(cut, scale):
    dates, close, adjusted = fund_rows(lambda k: 1.0 + 0.01 * k)
    days = dates.astype(np.int64)
    known = distributions(days, days, close, adjusted)
    bent = adjusted.copy()
    bent[cut:] *= scale
    other = distributions(days, days, close, bent)
    for one, two in zip(known, other, strict=True):
        np.testing.assert_array_equal(one[:cut], two[:cut])


def test_rows_beside_the_axis_are_left_out():
    days = axis("2024-01-04", "2024-01-08")
    dates = pl.Series([dt.date(2024, 1, 3), dt.date(2024, 1, 6), dt.date(2024, 1, 8)])
    np.testing.assert_array_equal(align(days, dates, pl.Series([1.0, 2.0, 3.0])), [np.nan, np.nan, 3.0])
