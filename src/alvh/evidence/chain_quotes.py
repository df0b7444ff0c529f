"""Two-sided quotes of real chains with forward, discount, volatility and delta: what every measured error rests on.

The forward is that of put-call parity (the median over the strikes whose call and put are closest), so that an error
measured on these quotes is the smile's and not the carry's. A chain of puts alone has the vendor's cash price, carried.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Final

import numpy as np
import polars as pl

from alvh import conventions
from alvh.conventions import MINUTES_PER_DAY, MINUTES_PER_YEAR
from alvh.market.vix_strip import quote_minute
from alvh.maths import black
from alvh.values import Floats

TREASURY: Final = {"DGS1MO": 30.0, "DGS3MO": 91.0, "DGS6MO": 182.0, "DGS1": 365.0, "DGS2": 730.0}
"""Constant-maturity series and their tenor, days."""
RATE_MAX_AGE_DAYS: Final = 10
PARITY_STRIKES: Final = 11
MIN_PAIRS: Final = 5
"""Strikes quoted on both sides that parity needs."""
MIN_YEARS: Final = 0.5 / 365.0
CAPTURE: Final = ("session", "snapshot", "source")
GROUP: Final = (*CAPTURE, "series", "expiry")
"""One expiry of one capture: it has one forward and one discount factor."""
_EPOCH: Final = dt.date(1970, 1, 1).toordinal()


def forward_of(strikes: Floats, calls: Floats, puts: Floats, discount: float) -> float:
    """Return the parity forward: the median over the eleven strikes whose call and put are closest in price."""
    gap = calls - puts
    near = np.argsort(np.abs(gap), kind="stable")[:PARITY_STRIKES]
    return float(np.median(strikes[near] + gap[near] / discount))


def zero_rates(rates: pl.DataFrame, sessions: list[dt.date]) -> dict[dt.date, tuple[Floats, Floats]]:
    """Return (days, continuous zero rates) of the constant-maturity yields known on each session.

    A yield is bond-equivalent, in percent: two compounding periods a year. Sessions without any are left out.
    """
    yields = rates.with_columns(pl.col("series").cast(pl.String)).filter(pl.col("series").is_in(list(TREASURY)))
    out = {}
    for session in sessions:
        oldest = session - dt.timedelta(RATE_MAX_AGE_DAYS)
        known = yields.filter((pl.col("date") <= session) & (pl.col("date") > oldest)).sort("date")
        last = dict(known.drop_nulls("value").select("series", "value").iter_rows())
        nodes = [name for name in TREASURY if name in last]
        if nodes:
            values = 2.0 * np.log1p(np.array([last[name] for name in nodes]) / 200.0)
            out[session] = (np.array([TREASURY[name] for name in nodes]), values)
    return out


def quoted(
    chains: pl.DataFrame, rates: pl.DataFrame, *, first_days: float, last_days: float, dividend: float = 0.0
) -> pl.DataFrame:
    """Return every two-sided quote of canonical ``chains`` rows between two times to settlement that has a volatility.

    Parameters
    ----------
    chains : DataFrame
        Rows of one symbol.
    rates : DataFrame
        Rows of the canonical table, percent a year.
    first_days, last_days : float
        Bounds on calendar days to settlement.
    dividend : float
        Continuous yield that carries the vendor's cash price where a chain has no calls; decimal a year.

    Returns
    -------
    DataFrame
        ``session, snapshot, source, series`` (root, or how it settles), ``expiry, call, strike, bid, ask, mid, half,
        years, days, forward, discount, vol`` (annual decimal), ``abs_delta, otm``, and ``settle_instant`` in days since
        1970-01-01. Points and decimals.
    """
    rows = (
        chains.filter((pl.col("bid") > 0.0) & (pl.col("ask") > pl.col("bid")))
        .filter((pl.col("expiry") - pl.col("quote_date")).dt.total_days().is_between(first_days - 1, last_days + 1))
        .select(
            session=pl.col("quote_date"),
            snapshot=pl.col("snapshot_ts"),
            source=pl.col("source").cast(pl.String),
            series=_series(chains),
            expiry="expiry",
            call=pl.col("right").cast(pl.String) == "C",
            strike="strike",
            bid="bid",
            ask="ask",
            mid=(pl.col("bid") + pl.col("ask")) / 2.0,
            half=(pl.col("ask") - pl.col("bid")) / 2.0,
            cash=pl.col("underlying_price") if "underlying_price" in chains.columns else pl.lit(None, pl.Float64),
        )
        .unique(subset=[*GROUP, "call", "strike"], keep="first", maintain_order=True)
    )
    curves = zero_rates(rates, sorted(set(rows["session"].to_list())))
    parts = [
        made
        for key, group in rows.group_by(*GROUP, maintain_order=True)
        if (made := _expiry(key, group, curves, dividend)) is not None
        and first_days <= made["days"].item(0) <= last_days
    ]
    if not parts:
        return pl.DataFrame()
    return pl.concat(parts).filter(pl.col("vol").is_not_nan())


def _series(chains: pl.DataFrame) -> pl.Expr:
    """Return how a row settles: its root, else SPX for a morning settlement and SPXW for an afternoon one."""
    root = pl.col("root").cast(pl.String)
    if "settle" not in chains.columns:
        return root.fill_null("SPXW")
    morning = pl.col("settle").cast(pl.String) == "AM"
    return root.fill_null(pl.when(morning.fill_null(value=False)).then(pl.lit("SPX")).otherwise(pl.lit("SPXW")))


def _expiry(
    key: tuple[object, ...], group: pl.DataFrame, curves: dict[dt.date, tuple[Floats, Floats]], dividend: float
) -> pl.DataFrame | None:
    """Return one expiry's quotes with what they imply; None without a rate, time, or a forward."""
    session, snapshot, _, series, expiry = key
    if not (isinstance(session, dt.date) and isinstance(expiry, dt.date)) or session not in curves:
        return None
    stamp = snapshot if isinstance(snapshot, dt.datetime) else None
    ends = settlement(str(series), expiry)
    now = (session.toordinal() - _EPOCH) * MINUTES_PER_DAY + quote_minute(session, stamp)
    years = (round(ends * MINUTES_PER_DAY) - now) / MINUTES_PER_YEAR
    if years <= MIN_YEARS:
        return None
    discount = math.exp(-float(np.interp(365.0 * years, *curves[session])) * years)
    forward = _forward(group, discount, years, dividend)
    if not math.isfinite(forward):
        return None
    strike, call, mid = (group[name].to_numpy() for name in ("strike", "call", "mid"))
    vol = black.implied_vol_many(mid, forward, strike, years, discount, call)
    delta = np.abs(black.delta_many(forward, strike, years, vol, call))
    return group.drop("cash").with_columns(
        years=pl.lit(years),
        days=pl.lit(365.0 * years),
        forward=pl.lit(forward),
        discount=pl.lit(discount),
        settle_instant=pl.lit(ends),
        vol=pl.Series(vol),
        abs_delta=pl.Series(delta),
        otm=pl.Series(np.where(call, strike >= forward, strike < forward)),
    )


def _forward(group: pl.DataFrame, discount: float, years: float, dividend: float) -> float:
    """Return the parity forward, or the carried cash price of a chain of puts alone; NaN without either."""
    calls, puts = group.filter("call"), group.filter(~pl.col("call"))
    if calls.is_empty():
        cash = group["cash"].drop_nulls()
        return float(cash[0]) / discount * math.exp(-dividend * years) if len(cash) else math.nan
    both = calls.select("strike", "mid").join(puts.select("strike", puts="mid"), on="strike").sort("strike")
    if both.height < MIN_PAIRS:
        return math.nan
    return forward_of(both["strike"].to_numpy(), both["mid"].to_numpy(), both["puts"].to_numpy(), discount)


def settlement(series: str, expiry: dt.date) -> float:
    """Return the instant a series settles, days since 1970-01-01, Chicago wall clock; a vendor's own root as its kind.

    SPY ends with the session, as SPXW does; what a vendor calls BVZ or VIXW settles as VIX does.
    """
    known = {"SPX": "SPX", "SPXW": "SPXW", "XSP": "XSP", "SPY": "SPXW"}
    return conventions.settlement_instant(known.get(series, "VIX"), expiry)
