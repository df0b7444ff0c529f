"""Markets of constants and of real files, and the reconstruction written out in the plainest Python there is."""

import datetime as dt
import functools
import math
from pathlib import Path

import numpy as np
import polars as pl
from scipy.integrate import quad
from scipy.interpolate import PchipInterpolator
from scipy.optimize import brentq
from scipy.special import ndtr

from alvh import conventions
from alvh.adapters.load import load_history
from alvh.adapters.sources.importing import import_paths
from alvh.adapters.store import Store
from alvh.market.history import build_history
from alvh.maths.smile import theta_from_table, theta_table

EPOCH = dt.date(1970, 1, 1)
CALM = {"SPX": 3000.0, "VIX9D": 14.0, "VIX": 16.0, "VIX3M": 18.0, "VIX6M": 19.0, "VVIX": 95.0, "SKEW": 125.0}
RATES = {"DGS1MO": 2.0, "DGS3MO": 2.2, "DGS6MO": 2.4, "DGS1": 2.6}


def day(text):
    return dt.date.fromisoformat(text)


def plain_tables(first="2019-01-02", sessions=60, *, vx=17.0, vx_slope=0.5, rates=RATES, **levels):
    """Return canonical tables of constant levels; a level may be a list, one entry a session, None for a hole.

    VX futures of the eight monthlies from the first session on settle at ``vx + k * vx_slope``, k counting months.
    """
    days = conventions.sessions(day(first), day(first) + dt.timedelta(2 * sessions + 10))[:sessions].tolist()
    columns = {**CALM, **levels}
    frames = {"underlyings": [], "vol_indices": []}
    for symbol, level in columns.items():
        values = level if isinstance(level, list) else [level] * sessions
        frame = pl.DataFrame(
            {"date": days, "symbol": [symbol] * sessions, "close": values, "source": ["plain"] * sessions},
            schema_overrides={"close": pl.Float64},
        ).drop_nulls("close")
        frames["underlyings" if symbol in ("SPX", "SPY") else "vol_indices"].append(frame)
    months = [conventions.vix_expiry(days[0].year + m // 12, m % 12 + 1) for m in range(12)]
    expiries = [expiry for expiry in months if expiry > days[0]][:8]
    settles = vx if isinstance(vx, list) else [vx] * sessions
    rows = [
        (d, expiry, "monthly", settles[n] + k * vx_slope, "plain")
        for k, expiry in enumerate(expiries)
        for n, d in enumerate(days)
        if d <= expiry and settles[n] is not None
    ]
    schema = {"date": pl.Date, "expiry": pl.Date, "kind": pl.String, "settle": pl.Float64, "source": pl.String}
    yields = [(d, series, value, "plain") for series, value in rates.items() for d in days]
    return {
        **{name: pl.concat(parts) for name, parts in frames.items()},
        "vx_futures": pl.DataFrame(rows, schema=schema, orient="row"),
        "rates": pl.DataFrame(
            yields,
            schema={"date": pl.Date, "series": pl.String, "value": pl.Float64, "source": pl.String},
            orient="row",
        ),
    }


def plain_history(*args, **levels):
    return build_history(plain_tables(*args, **levels))


@functools.cache
def real_history(shared: Path, folder: Path, first: dt.date, last: dt.date, chain: str | None = None):
    """Import what a reconstruction reads of the real tables (and one file of chains) and load it."""
    store = Store(folder / f"store-{first}-{chain}")
    files = ["vol_indices.parquet", "vx_futures.parquet", "underlyings.parquet", "rates.parquet"]
    chains = [f"chains/{chain}"] if chain else []
    import_paths(store, "canonical", [shared / "data" / "real" / name for name in (*files, *chains)])
    return load_history(store, first=first, last=last, chains=("SPX",) if chain else ())


# -- the reconstruction in plain Python -------------------------------------------------------------------------------


@functools.cache
def clock_before(date):
    """Days of the clock from the turn of 2000 to the start of a date, every closed day counting half."""
    if date.year == 2000 and date.month == 1 and date.day == 1:
        return 0.0
    # Leaps of a year keep the recursion flat.
    for back in (dt.timedelta(400), dt.timedelta(20), dt.timedelta(1)):
        if date - back >= dt.date(2000, 1, 1):
            span = [date - dt.timedelta(n) for n in range(1, back.days + 1)]
            return clock_before(date - back) + sum(1.0 if conventions.is_session(d) else 0.5 for d in span)
    raise ValueError(date)


def clock_at(moment):
    """Days of the clock from the turn of 2000 to a moment."""
    since = (moment - dt.datetime.combine(moment.date(), dt.time())) / dt.timedelta(1)
    return clock_before(moment.date()) + since * (1.0 if conventions.is_session(moment.date()) else 0.5)


def clock_days(start, end):
    """Days from `start` to `end`, where a day on which the exchange is closed counts half."""
    return clock_at(end) - clock_at(start)


def close_of(session):
    return dt.datetime.combine(session, dt.time(12 if conventions.early_close(session) else 15))


def settles_at(root, expiry):
    if conventions.settlement_of(root, expiry) == "AM":
        return dt.datetime.combine(expiry, dt.time(8, 30))
    return close_of(expiry)


def zero_rate(history, i, days):
    nodes = [("DGS1MO", 30.0), ("DGS3MO", 91.0), ("DGS6MO", 182.0), ("DGS1", 365.0)]
    known = [(t, 2 * math.log1p(history.rates[n][i] / 2)) for n, t in nodes if n in history.rates]
    known = [(t, r) for t, r in known if math.isfinite(r)]
    return float(np.interp(days, [t for t, _ in known], [r for _, r in known]))


def total_variance(history, i, end):
    """Scaled total variance from the close of `i` to `end`: a monotone cubic on the clock, flat forwards outside."""
    start = close_of(history.dates[i])
    recent = [v for v in history.column("SKEW")[max(0, i - 5) : i + 1] if math.isfinite(v)]
    level = 1.0 - 0.052 * ((recent or [125.0])[-1] - 125.0) / 10.0
    x, y = [], []
    for name, days in (("VIX9D", 9), ("VIX", 30), ("VIX3M", 93), ("VIX6M", 184), ("VIX1Y", 365)):
        index = history.column(name)[i]
        if math.isfinite(index):
            x.append(clock_days(start, start + dt.timedelta(days)))
            y.append(max((index / 100.0) ** 2 * days / 365.0 * level, y[-1] if y else 0.0))
    at = clock_days(start, end)
    if at <= x[0]:
        return y[0] * at / x[0]
    if at >= x[-1]:
        return y[-1] + (y[-1] - y[-2]) / (x[-1] - x[-2]) * (at - x[-1])
    return float(PchipInterpolator(x, y)(at))


def spx_option(history, i, root, expiry, strike, right):
    """Return ``(price, volatility, delta, forward, discount)`` of an SPX or XSP option as the pages say it."""
    end = settles_at(root, expiry)
    years = (end - close_of(history.dates[i])) / dt.timedelta(minutes=1) / 525_600
    rate = zero_rate(history, i, years * 365)
    spot = history.column("SPX")[i] * (0.1 if root == "XSP" else 1.0)
    forward = spot * math.exp((rate - history.dividend_yield[i]) * years)
    rho = -0.497 - 0.378 * math.log(history.column("VVIX")[i] / 95.0)
    theta = theta_from_table(theta_table(), total_variance(history, i, end), rho)
    phi = 1.111 / math.sqrt(theta * (1 + theta))
    k = math.log(strike / forward)
    variance = theta / 2 * (1 + rho * phi * k + math.sqrt((phi * k + rho) ** 2 + 1 - rho**2))
    deviation = math.sqrt(variance)
    d1 = -k / deviation + deviation / 2
    discount, sign = math.exp(-rate * years), 1.0 if right == "C" else -1.0
    price = discount * sign * (forward * ndtr(sign * d1) - strike * ndtr(sign * (d1 - deviation)))
    return price, deviation / math.sqrt(years), sign * ndtr(sign * d1), forward, discount


def vix_option(history, i, expiry, strike, right):
    """Return ``(price, delta)`` of a VIX option: a displaced lognormal on the future, anchored on VVIX."""
    close = dt.datetime.combine(history.dates[i], dt.time(15))
    early = conventions.early_close(history.dates[i])
    late = dt.timedelta(minutes=15) if history.dates[i] < dt.date(2020, 10, 26) else dt.timedelta(0)
    close = (close_of(history.dates[i]) if early else close) + late
    years = (dt.datetime.combine(expiry, dt.time(8, 30)) - close) / dt.timedelta(minutes=1) / 525_600
    future = history.vx.settle[i, history.vx.column_of((expiry - EPOCH).days)]
    floor = future * min(max(1 - 0.8 * math.sqrt(years), 0.45), 0.9)
    days = (30, 45, 60, 90, 120, 150, 180, 220)
    share = (1, 0.942, 0.875, 0.786, 0.719, 0.670, 0.631, 0.590)
    term = math.exp(np.interp(math.log(max(years * 365, 30.0)), np.log(days), np.log(share)))
    target = (history.column("VVIX")[i] / 100 * term) ** 2 * years

    def log_contract(x):
        def at(z):
            value = floor + (future - floor) * math.exp(x * z - x * x / 2)
            return -2 * math.log(value / future) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

        return quad(at, -10, 10, epsabs=1e-12, epsrel=1e-12, limit=200)[0]

    x = brentq(lambda v: log_contract(v) - target, 1e-4, 6.0, xtol=1e-13)
    discount = math.exp(-zero_rate(history, i, years * 365) * years)
    sign = 1.0 if right == "C" else -1.0
    if strike <= floor:
        return discount * max(sign * (future - strike), 0.0), 1.0 if right == "C" else 0.0
    d1 = math.log((future - floor) / (strike - floor)) / x + x / 2
    undiscounted = sign * ((future - floor) * ndtr(sign * d1) - (strike - floor) * ndtr(sign * (d1 - x)))

    def gap(v):
        s = v * math.sqrt(years)
        e1 = math.log(future / strike) / s + s / 2
        return sign * (future * ndtr(sign * e1) - strike * ndtr(sign * (e1 - s))) - undiscounted

    vol = brentq(gap, 1e-3, 20.0, xtol=1e-13)
    s = vol * math.sqrt(years)
    return discount * undiscounted, sign * ndtr(sign * (math.log(future / strike) / s + s / 2))
