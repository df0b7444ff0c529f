"""SPX option chains of the tiny market: a simple arbitrage-free smile, Black prices, bids and asks on their ticks."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from scipy.special import ndtr

from alvh.conventions import (
    previous_session,
    session_on_or_before,
    settlement_of,
    spx_monthly_expiry,
    years_to_settlement,
)
from alvh.market.demo_market import CURVE_RULE, forward_curve
from alvh.values import Dates, Floats, Ints

LAST_DTE = 75
RATE, DIVIDEND_YIELD = 0.012, 0.019
"""Continuous, flat: the chains' own carry, which parity gives back."""
ETA, RHO = 1.1, -0.6
"""SSVI of Gatheral and Jacquier with power-law phi; ``eta (1 + |rho|) <= 2`` rules out butterfly arbitrage."""
ATM_SHARE = 0.66
"""At-the-money total variance as a share of the index variance: 0.00215372 / 0.00328767 for VIX 20 at 30 days."""


def spx_chains(days: Dates, spots: Floats, vix: Floats, at: Ints, *, source: str) -> pl.DataFrame:
    """Return chains of SPX (AM, third Fridays) and SPXW (PM, every Friday) up to `LAST_DTE` days.

    Strikes are the same on every session, every 5 points around the spots and every 25 beyond, so that a contract once
    quoted stays quoted until the day before its expiry.

    Parameters
    ----------
    days, spots : arrays (k,)
        Sessions and SPX closes of the chains.
    vix : array (sessions,)
        VIX closes of the whole market; the chains' term structure is the demo market's.
    at : array (k,)
        Positions of `days` in the market.
    source : str

    Returns
    -------
    polars.DataFrame
        Canonical ``chains`` rows, unsorted.
    """
    curve = forward_curve(vix, CURVE_RULE)
    strikes = _strikes(spots)
    groups, numbers = [], []
    for day, spot, row in zip(days, spots, at, strict=True):
        session = day.item()
        here = curve.at(np.array([row]))
        for root, expiry in _series(session):
            years = years_to_settlement(root, expiry, session)
            theta = ATM_SHARE * float(here.mean_variance(0.0, years)[0]) * years
            groups.append((session, root, expiry, settlement_of(root, expiry), float(spot)))
            numbers.append(_group(years, float(spot), theta, strikes))
    return _frame(groups, np.concatenate(numbers), len(strikes)).with_columns(
        symbol=pl.lit("SPX"), source=pl.lit(source)
    )


def _series(session: dt.date) -> list[tuple[str, dt.date]]:
    """Name the series listed at the close of a session, the one expiring that day left out."""
    out = []
    friday = session + dt.timedelta((4 - session.weekday()) % 7)
    while (friday - session).days <= LAST_DTE:
        expiry = session_on_or_before(friday)
        if expiry > session:
            out.append(("SPXW", expiry))
            if expiry == spx_monthly_expiry(expiry.year, expiry.month) and previous_session(expiry) >= session:
                out.append(("SPX", expiry))
        friday += dt.timedelta(7)
    return out


def _strikes(spots: Floats) -> Floats:
    low, high = float(spots.min()), float(spots.max())
    near = np.arange(5.0 * np.floor(0.90 * low / 5.0), 1.07 * high, 5.0)
    far = np.arange(25.0 * np.floor(0.70 * low / 25.0), 1.20 * high, 25.0)
    return np.union1d(near, far)


def _group(years: float, spot: float, theta: float, strikes: Floats) -> Floats:
    """Quote one series: calls, then puts, by strike; columns strike, bid, ask, implied volatility, delta."""
    forward, discount = spot * np.exp((RATE - DIVIDEND_YIELD) * years), np.exp(-RATE * years)
    deviation = np.sqrt(_total_variance(np.log(strikes / forward), theta))
    d1 = np.log(forward / strikes) / deviation + 0.5 * deviation
    call = discount * (forward * ndtr(d1) - strikes * ndtr(d1 - deviation))
    put = discount * (strikes * ndtr(deviation - d1) - forward * ndtr(-d1))
    vega_point = 0.01 * discount * forward * np.exp(-0.5 * d1**2) / np.sqrt(2.0 * np.pi) * np.sqrt(years)
    sides = []
    for value, delta in ((call, ndtr(d1)), (put, -ndtr(-d1))):
        half = 0.03 + 0.10 * vega_point + 0.005 * value
        bid, ask = _on_tick(np.maximum(value - half, 0.0), up=False), _on_tick(value + half, up=True)
        sides.append(np.column_stack((strikes, bid, ask, deviation / np.sqrt(years), delta)))
    return np.concatenate(sides)


def _frame(groups: list[tuple[dt.date, str, dt.date, str, float]], numbers: Floats, strikes: int) -> pl.DataFrame:
    """Lay the series' names beside their quotes."""
    names = ("quote_date", "root", "expiry", "settle", "underlying_price")
    by_group = pl.DataFrame(groups, schema=names, orient="row")
    index = np.arange(len(groups) * 2 * strikes)
    quotes = pl.DataFrame(numbers, schema=["strike", "bid", "ask", "implied_vol", "delta"])
    calls = pl.Series("call", index // strikes % 2 == 0)
    return pl.concat((by_group[index // (2 * strikes)], quotes), how="horizontal").with_columns(
        snapshot_ts=pl.col("quote_date").dt.combine(dt.time(16)),
        right=pl.when(calls).then(pl.lit("C")).otherwise(pl.lit("P")),
        last=((pl.col("bid") + pl.col("ask")) / 2.0).round(2),
        volume=pl.lit(100),
        open_interest=pl.lit(1000),
    )


def _total_variance(k: Floats, theta: float) -> Floats:
    phi = ETA / np.sqrt(theta * (1.0 + theta))
    return 0.5 * theta * (1.0 + RHO * phi * k + np.sqrt((phi * k + RHO) ** 2 + 1.0 - RHO**2))


def _on_tick(price: Floats, *, up: bool) -> Floats:
    """Move to the tick below or above: 0.05 below 3 points, 0.10 from there on."""
    tick = np.where(price < 3.0, 0.05, 0.10)
    steps = np.ceil(price / tick - 1e-9) if up else np.floor(price / tick + 1e-9)
    return (steps * tick).round(2)
