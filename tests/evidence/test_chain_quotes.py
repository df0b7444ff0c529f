"""Quotes of a chain that was priced by hand: parity finds its forward, and inversion its volatility."""

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.evidence.chain_quotes import GROUP, forward_of, quoted, settlement, zero_rates
from alvh.maths import black

SESSION, EXPIRY = dt.date(2019, 5, 1), dt.date(2019, 5, 31)
FORWARD, VOL = 2910.0, 0.15
# Friday 2019-05-31, SPXW: from 15:15 Chicago on 1 May to 15:00 on the 31st are 30 days less a quarter of an hour.
YEARS = (30 * 1440 - 15) / 525_600
# A yield of 2 % with two periods a year: 2 ln(1.01).
DISCOUNT = math.exp(-2.0 * math.log(1.01) * YEARS)
RATES = pl.DataFrame({"date": [dt.date(2019, 4, 30)], "series": ["DGS1MO"], "value": [2.0]})


def chain(strikes=tuple(range(2700, 3150, 25)), rights="CP", half=0.05, root="SPXW", vol=VOL):
    rows = []
    for right in rights:
        for strike in strikes:
            mid = black.price(FORWARD, float(strike), YEARS, vol, DISCOUNT, right == "C")
            rows.append((SESSION, None, "by hand", root, EXPIRY, right, float(strike), mid - half, mid + half, 2900.0))
    names = ("quote_date", "snapshot_ts", "source", "root", "expiry", "right", "strike", "bid", "ask")
    schema = dict.fromkeys((*names, "underlying_price")) | {"snapshot_ts": pl.Datetime}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_the_forward_is_the_median_of_those_nearest_the_money():
    # Calls less puts at 95, 100, 105 with no discount: 7, 2, -3, so each says 102.
    calls, puts = np.array([8.0, 4.0, 1.0]), np.array([1.0, 2.0, 4.0])
    assert forward_of(np.array([95.0, 100.0, 105.0]), calls, puts, 1.0) == 102.0


def test_what_was_priced_is_found_again():
    found = quoted(chain(), RATES, first_days=12, last_days=75)
    assert found.height == 36
    assert found["years"][0] == pytest.approx(YEARS, rel=1e-12)
    assert found["discount"][0] == pytest.approx(DISCOUNT, rel=1e-12)
    assert found["forward"][0] == pytest.approx(FORWARD, rel=1e-9)
    np.testing.assert_allclose(found["vol"].to_numpy(), VOL, rtol=1e-5)
    assert found.filter("otm").height == 18
    at = found.filter((pl.col("strike") == 2925.0) & pl.col("call"))
    assert at["abs_delta"][0] == pytest.approx(black.delta(FORWARD, 2925.0, YEARS, VOL, True), abs=1e-4)


def test_one_sided_and_repeated_rows_and_other_terms_are_left_out():
    rows = chain()
    silent = rows.with_columns(bid=pl.when(pl.col("strike") == 2700.0).then(0.0).otherwise(pl.col("bid")))
    assert quoted(silent, RATES, first_days=12, last_days=75).height == 34
    assert quoted(pl.concat([rows, rows]), RATES, first_days=12, last_days=75).height == 36
    assert quoted(rows, RATES, first_days=31, last_days=75).is_empty()
    assert quoted(rows, RATES.clear(), first_days=12, last_days=75).is_empty()
    assert quoted(chain(strikes=(2875, 2900, 2925, 2950)), RATES, first_days=12, last_days=75).is_empty()


def test_puts_alone_stand_on_the_carried_cash_price():
    found = quoted(chain(rights="P"), RATES, first_days=12, last_days=75, dividend=0.02)
    assert found["forward"][0] == pytest.approx(2900.0 / DISCOUNT * math.exp(-0.02 * YEARS), rel=1e-12)


def test_a_row_without_a_root_settles_as_it_says():
    rows = chain().with_columns(root=pl.lit(None, pl.String), settle=pl.lit("PM"))
    assert quoted(rows, RATES, first_days=12, last_days=75)["series"].unique().to_list() == ["SPXW"]
    assert set(GROUP) <= set(quoted(rows, RATES, first_days=12, last_days=75).columns)
    # 15:00 Chicago on the day itself, and 08:30 for a VIX option by whatever name.
    day = (EXPIRY - dt.date(1970, 1, 1)).days
    assert settlement("SPY", EXPIRY) == pytest.approx(day + 15 / 24)
    assert settlement("BVZ", dt.date(2019, 5, 22)) == pytest.approx(day - 9 + 8.5 / 24)


def test_only_yields_known_by_then_and_not_too_old():
    late = RATES.with_columns(date=pl.lit(dt.date(2019, 5, 2)))
    assert zero_rates(late, [SESSION]) == {}
    assert zero_rates(RATES, [dt.date(2019, 5, 10)]) == {}
    days, values = zero_rates(RATES, [SESSION])[SESSION]
    assert (days.tolist(), values.tolist()) == ([30.0], [pytest.approx(2.0 * math.log(1.01))])


@settings(max_examples=20, deadline=None)
@given(st.floats(0.08, 0.6))
def test_any_volatility_is_found_again(vol):
    found = quoted(chain(half=0.001, vol=vol), RATES, first_days=12, last_days=75).filter("otm")
    np.testing.assert_allclose(found["vol"].to_numpy(), vol, rtol=1e-4)
