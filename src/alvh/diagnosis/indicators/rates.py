"""Rates beside the bill: SOFR and what stands for it before it existed, its distance to the bill, the ten-year yield.

`concepts.md`, "CAPM hurdle; Treasury-SOFR differential". The proxies are those of `decisions.md`: before SOFR was
published (April 2018) the effective fed funds rate, before 2010 the three-month bill; `sofr_source` says which.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from alvh.diagnosis.indicators.indices import bill_yield
from alvh.diagnosis.once import once
from alvh.market.history import EPOCH, History
from alvh.values import Floats, Indicator

INDICATORS = (
    Indicator("sofr", "decimal a year"),
    Indicator("sofr_source", "code"),
    Indicator("sofr_bill_spread", "decimal a year"),
    Indicator("ten_year", "decimal a year"),
)
SOFR, FED_FUNDS, BILL = 0.0, 1.0, 2.0
FIRST_SOFR = dt.date(2018, 4, 4)
"""First session on whose close the series SOFR (from 3 April 2018, published the next morning) was known."""
FIRST_FED_FUNDS = dt.date(2010, 1, 1)
"""Before it the bill stands for SOFR."""
MONEY_MARKET_YEAR, BOND_YEAR = 360.0, 365.0


def prepare(history: History, name: str) -> Floats:
    """Return one reading at each close; NaN where the rate that belongs to the date is missing or older than ten days.

    ``sofr``
        The latest SOFR published (that of the night before), as quoted: simple, actual/360; or its proxy.
    ``sofr_source``
        0 SOFR, 1 effective fed funds (DFF), 2 the three-month bill, bond-equivalent.
    ``sofr_bill_spread``
        SOFR x 365/360 less the bond-equivalent yield of the three-month bill: both on a year of 365 days. Exactly 0
        where the bill itself stands for SOFR: then nothing was measured, as the source says.
    ``ten_year``
        Ten-year constant-maturity yield (DGS10), or the quoted one (TNX) where a store has no DGS10 at all.
    """
    if name == "ten_year":
        return rate(history, "DGS10" if "DGS10" in history.rates else "TNX")
    if name == "sofr_source":
        return source(history)
    which = once(history, prepare, "sofr_source")
    bill = bill_yield(history)
    sofr = np.where(which == SOFR, rate(history, "SOFR"), np.where(which == FED_FUNDS, rate(history, "DFF"), bill))
    if name == "sofr":
        return np.where(np.isfinite(which), sofr, np.nan)
    spread = sofr * BOND_YEAR / MONEY_MARKET_YEAR - bill
    return np.where(which == BILL, 0.0 * bill, np.where(np.isfinite(which), spread, np.nan))


def source(history: History) -> Floats:
    """Return which rate stands for SOFR: itself wherever it is known, a proxy only on dates before it was published."""
    days = history.days + EPOCH
    sofr, funds, bill = rate(history, "SOFR"), rate(history, "DFF"), bill_yield(history)
    before = np.where(days < FIRST_FED_FUNDS.toordinal(), BILL, FED_FUNDS)
    known = np.isfinite(np.where(before == BILL, bill, funds)) & (days < FIRST_SOFR.toordinal())
    return np.where(np.isfinite(sofr), SOFR, np.where(known, before, np.nan))


def rate(history: History, name: str) -> Floats:
    """Return a rate, decimal a year; all NaN where the store has no such series."""
    return history.rates[name] if name in history.rates else np.full(len(history), np.nan)
