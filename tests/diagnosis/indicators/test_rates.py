"""SOFR and what stands for it, and when; its distance to the bill on one day count."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.adapters.schema import RATES, TABLES
from alvh.diagnosis.indicators.rates import BILL, FED_FUNDS, SOFR, prepare
from alvh.market.history import build_history
from diagnosis.indicators.columns import standing

BEFORE = dt.date(2019, 3, 1)


def market(rates, first, last):
    """Return a history of SPX and of rates given in percent by date."""
    days = pl.date_range(dt.date.fromisoformat(first), dt.date.fromisoformat(last), eager=True)
    spx = pl.DataFrame({"date": days}).with_columns(symbol=pl.lit("SPX"), close=pl.lit(2800.0), source=pl.lit("hand"))
    rows = [
        {"date": dt.date.fromisoformat(day), "series": series, "value": value, "source": "hand"}
        for series, values in rates.items()
        for day, value in values.items()
    ]
    return build_history({"underlyings": spx, "rates": RATES.conform(pl.DataFrame(rows))})


def read(history, name, day):
    return prepare(history, name)[history.index(dt.date.fromisoformat(day))]


def test_sofr_is_known_the_morning_after():
    sofr = {"2019-03-07": 2.40, "2019-03-08": 2.43, "2019-03-11": 2.45}
    history = market({"SOFR": sofr, "DGS3MO": {"2019-03-04": 2.46}}, "2019-03-04", "2019-03-13")
    assert np.isnan(read(history, "sofr", "2019-03-07"))
    assert read(history, "sofr", "2019-03-08") == pytest.approx(0.0240)
    assert read(history, "sofr", "2019-03-11") == pytest.approx(0.0243)  # Monday knows Friday's
    assert read(history, "sofr", "2019-03-12") == pytest.approx(0.0245)
    assert read(history, "sofr_source", "2019-03-12") == SOFR


def test_the_differential_puts_both_on_a_year_of_365_days():
    # 5.30 % x 365 / 360 = 5.3736 %, less a bill of 5.20 %: 0.1736 %.
    history = standing(rates={"SOFR": [0.0530], "DGS3MO": [0.0520]})
    assert prepare(history, "sofr_bill_spread")[0] == pytest.approx(0.0530 * 365 / 360 - 0.0520)
    assert prepare(history, "sofr_bill_spread")[0] == pytest.approx(0.001736, abs=1e-6)


def test_the_proxies_belong_to_their_dates():
    rates = {
        "DFF": {"2009-12-31": 0.05, "2018-04-02": 1.68, "2018-04-03": 1.69},
        "SOFR": {"2018-04-03": 1.83},
        "DGS3MO": {"2009-12-31": 0.06, "2018-04-02": 1.77},
    }
    old = market(rates, "2009-12-28", "2010-01-06")
    assert read(old, "sofr_source", "2009-12-31") == BILL
    assert read(old, "sofr", "2009-12-31") == pytest.approx(0.0006)
    assert read(old, "sofr_bill_spread", "2009-12-31") == 0.0
    assert read(old, "sofr_source", "2010-01-04") == FED_FUNDS
    assert read(old, "sofr", "2010-01-04") == pytest.approx(0.0005)
    new = market(rates, "2018-04-02", "2018-04-05")
    assert read(new, "sofr_source", "2018-04-03") == FED_FUNDS
    assert read(new, "sofr", "2018-04-03") == pytest.approx(0.0168)
    assert read(new, "sofr_source", "2018-04-04") == SOFR
    assert read(new, "sofr", "2018-04-04") == pytest.approx(0.0183)
    assert read(new, "sofr_bill_spread", "2018-04-03") == pytest.approx(0.0168 * 365 / 360 - 0.0177)


def test_after_it_exists_nothing_stands_for_sofr():
    missing = standing(rates={"DFF": [0.02], "DGS3MO": [0.02]}, first=BEFORE)
    for name in ("sofr", "sofr_source", "sofr_bill_spread"):
        assert np.isnan(prepare(missing, name)[0])


def test_the_ten_year_yield_is_one_series_throughout():
    both = standing(rates={"DGS10": [0.04, math.nan], "TNX": [0.0401, 0.0402]})
    assert prepare(both, "ten_year")[0] == 0.04
    assert np.isnan(prepare(both, "ten_year")[1])
    assert prepare(standing(rates={"TNX": [0.0401]}), "ten_year")[0] == 0.0401


@given(st.lists(st.floats(0.0, 0.08), min_size=12, max_size=12), st.integers(1, 11), st.floats(0.5, 2.0))
def test_what_comes_later_alters_nothing(sofr, cut, factor):
    bills = [0.02] * 12
    bent = sofr[:cut] + [one * factor for one in sofr[cut:]]
    for name in ("sofr", "sofr_bill_spread", "sofr_source"):
        known = prepare(standing(rates={"SOFR": sofr, "DGS3MO": bills}), name)
        other = prepare(standing(rates={"SOFR": bent, "DGS3MO": bills}), name)
        np.testing.assert_array_equal(known[:cut], other[:cut])


def test_the_shared_rates_cover_every_session_since_2005(shared):
    rates = TABLES["rates"].conform(pl.read_parquet(shared / "data" / "real" / "rates.parquet"))
    spx = pl.read_parquet(shared / "data" / "real" / "underlyings.parquet").filter(pl.col("symbol") == "SPX")
    history = build_history({"underlyings": spx, "rates": rates}, first=dt.date(2005, 1, 3), last=dt.date(2026, 7, 31))
    source = prepare(history, "sofr_source")
    assert np.isfinite(source).all()
    assert (np.diff(source) <= 0.0).all()
    assert history.dates[int(np.flatnonzero(source == SOFR)[0])] == dt.date(2018, 4, 4)
    assert history.dates[int(np.flatnonzero(source == FED_FUNDS)[0])] == dt.date(2010, 1, 4)
    assert np.isfinite(prepare(history, "ten_year")).all()
