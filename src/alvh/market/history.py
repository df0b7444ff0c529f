"""Everything that was observed, as columns in memory on one axis of sessions.

A `History` is built once from canonical tables and never changed. Readings are computed over all of it at once and
indexed by day; what may be *seen* at an instant is the business of `alvh.market.observe.View`.
"""

from __future__ import annotations

import bisect
import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import polars as pl

from alvh import conventions
from alvh.market.chains import ChainColumns
from alvh.market.slow_tables import align, slow_columns
from alvh.market.vx import VxCurve
from alvh.values import Bools, Dates, Floats, Ints

T = TypeVar("T")

EPOCH = dt.date(1970, 1, 1).toordinal()
"""Proleptic ordinal of day 0 of every array of days."""
TREASURY_DAYS: Mapping[str, float] = {"DGS1MO": 30.0, "DGS3MO": 91.0, "DGS6MO": 182.0, "DGS1": 365.0}
"""Constant-maturity series and their tenor in days."""
RATE_MAX_AGE_DAYS = 10
"""A rate older than this is Missing. Bond holidays and late releases stay well inside it."""
ASSUMED_DIVIDEND_YIELD = 0.019
"""Used, and listed as assumed, where no distributions of SPY give a trailing yield (mean of 2010-2025: 1.9 %)."""
SPY_FEE = 0.000945
"""SPY takes its fee of 9.45 bp a year out of what it distributes; the index yields so much more."""
DISTRIBUTION_MIN = 0.002
"""A smaller step of adjusted over traded close is rounding (0.05 % on real data); a quarter's pays 0.27-0.81 %."""
DISTRIBUTIONS_A_YEAR = 4
YIELD_MAX_AGE_SESSIONS = 504
"""The trailing yield outlives the last SPY close by so much: it moves by a tenth of a per cent a year."""
FRAMES = (
    "vol_indices", "vx_futures", "underlyings", "rates", "events", "breadth", "flows", "fundamentals", "benchmarks"
)  # fmt: skip
"""Canonical tables a history reads; all but the first and third may be absent."""
PUBLISHED_NEXT_DAY = frozenset({"SOFR", "DFF"})
"""Overnight rates dated by the night they are of: the New York Fed publishes them the next morning."""


@dataclass(frozen=True, eq=False)
class History:
    """Columns on one axis of sessions; NaN where nothing was observed.

    Attributes
    ----------
    dates : tuple of datetime.date
        The axis, ascending.
    days : array of int64
        The axis as days since 1970-01-01.
    series : mapping of name -> array
        ``VIX`` (close), ``VIX.open`` ..., ``SPX``, ``SPX.open``, ``SPY.open`` ...; points or USD; and what
        `alvh.market.slow_tables` lays out (``SP500.advancers``, ``SPY.dollar_volume``, ``SP500.pe`` ...).
    rates : mapping of name -> array
        Decimals a year, the latest value published at most `RATE_MAX_AGE_DAYS` before the session.
    rate_age_days : mapping of name -> array
        Age of that value in days.
    vx : VxCurve
        VX settlements by monthly expiry, and final settlement values.
    vx_weekly : VxCurve
        The same of weekly expiries, as far as they were published; no reading is made of them.
    dividend_yield : array
        Trailing yield of the index, continuous, decimals a year.
    dividend_assumed : bool
        Whether `dividend_yield` is `ASSUMED_DIVIDEND_YIELD` throughout, for want of distributions.
    set_value, set_proxy : arrays
        The SPX special opening quotation of each session and which proxy gave it (see `soq_proxy`).
    chains : mapping of symbol -> ChainColumns
    sources : mapping of name -> str
        Where a series came from, for the coverage table; reconstructed inputs say so here.
    """

    dates: tuple[dt.date, ...]
    days: Ints
    series: Mapping[str, Floats]
    rates: Mapping[str, Floats]
    rate_age_days: Mapping[str, Floats]
    vx: VxCurve
    vx_weekly: VxCurve
    dividend_yield: Floats
    dividend_assumed: bool
    set_value: Floats
    set_proxy: tuple[str, ...]
    chains: Mapping[str, ChainColumns]
    events: Mapping[str, tuple[dt.date, ...]]
    sources: Mapping[str, str]
    _memo: dict[Any, Any] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        """Return the number of sessions."""
        return len(self.dates)

    @property
    def sessions(self) -> Dates:
        """The axis as datetime64[D]."""
        return self.days.astype("datetime64[D]")

    def index(self, date: dt.date) -> int:
        """Return the position of a session on the axis; KeyError when it is not one."""
        i = bisect.bisect_left(self.dates, date)
        if i == len(self.dates) or self.dates[i] != date:
            raise KeyError(date)
        return i

    def first_at_or_after(self, date: dt.date) -> int:
        """Return the position of the first session on or after `date` (the length of the axis when there is none)."""
        return bisect.bisect_left(self.dates, date)

    def derive(self, key: Any, compute: Callable[[History], T]) -> T:
        """Return ``compute(self)``, computed once for this history and kept under `key`."""
        if key not in self._memo:
            self._memo[key] = compute(self)
        value: T = self._memo[key]
        return value

    def column(self, name: str) -> Floats:
        """Return a series, all NaN when it was never observed."""
        return self.series[name] if name in self.series else np.full(len(self), np.nan)

    def content_hash(self, first: int, last: int) -> str:
        """Return a short hash of everything observed between two positions, whatever else was loaded around them."""
        digest = hashlib.sha256()
        window = slice(first, last + 1)
        digest.update(self.days[window].tobytes())
        for kind, table in (("series", self.series), ("rates", self.rates), ("age", self.rate_age_days)):
            for name in sorted(table):
                values = np.ascontiguousarray(table[name][window])
                if np.isfinite(values).any():
                    digest.update(f"{kind}:{name}".encode())
                    digest.update(values.tobytes())
        for curve in (self.vx, self.vx_weekly):
            digest.update(curve.content(self.days[window], first, last))
        digest.update(self.dividend_yield[window].tobytes())
        digest.update(self.set_value[window].tobytes())
        for kind in sorted(self.events):
            inside = [day for day in self.events[kind] if self.dates[first] <= day <= self.dates[last]]
            digest.update(f"{kind}:{inside}".encode() if inside else b"")
        for symbol in sorted(self.chains):
            if self.chains[symbol].session_group[first] < self.chains[symbol].session_group[last + 1]:
                digest.update(symbol.encode())
                digest.update(self.chains[symbol].content(first, last))
        return digest.hexdigest()[:16]


def build_history(
    frames: Mapping[str, pl.DataFrame],
    chains: Mapping[str, pl.DataFrame] | None = None,
    *,
    first: dt.date | None = None,
    last: dt.date | None = None,
    sessions: Dates | None = None,
) -> History:
    """Lay canonical tables out as columns.

    Parameters
    ----------
    frames : mapping of table name -> frame
        Canonical tables (`alvh.adapters.schema`), see `FRAMES`.
    chains : mapping of symbol -> frame, optional
        Canonical ``chains`` rows of each symbol.
    first, last : datetime.date, optional
        Window of the axis; by default every session of the exchange from the first SPX close or chain to the last.
    sessions : array of datetime64[D], optional
        The axis itself, where the exchange calendar is not the right one (a synthetic chain).

    Returns
    -------
    History

    Raises
    ------
    ValueError
        When there is neither an SPX close nor a chain, or none in the window.
    """
    series, sources = _series(frames)
    chains = chains or {}
    axis = _axis(series, chains, first, last) if sessions is None else sessions
    days = axis.astype("datetime64[D]").astype(np.int64)
    dates = tuple(axis.astype("datetime64[D]").astype(object))
    columns: dict[str, Floats] = {}
    for name, frame in series.items():
        for column in ("close", "open", "high", "low", "adj_close"):
            if column in frame.columns and frame[column].null_count() < frame.height:
                columns[name if column == "close" else f"{name}.{column}"] = align(days, frame["date"], frame[column])
    columns |= slow_columns(days, frames, series)
    rates, ages = _rates(days, frames.get("rates"))
    labels = (("VX", "vx_futures"), ("rates", "rates"), ("flows", "flows"), ("benchmarks", "benchmarks"))
    for name, table in labels:
        if table in frames and not frames[table].is_empty():
            sources[name] = ", ".join(sorted({str(s) for s in frames[table]["source"].unique().to_list()})[:3])
    dividend_yield, assumed = _dividend_yield(columns, len(days))
    set_value, set_proxy = soq_proxy(columns, len(days))
    return History(
        dates=dates,
        days=days,
        series=columns,
        rates=rates,
        rate_age_days=ages,
        vx=VxCurve.build(days, frames.get("vx_futures")),
        vx_weekly=VxCurve.build(days, frames.get("vx_futures"), "weekly"),
        dividend_yield=dividend_yield,
        dividend_assumed=assumed,
        set_value=set_value,
        set_proxy=set_proxy,
        chains={symbol: ChainColumns.build(days, frame) for symbol, frame in chains.items()},
        events=_events(frames.get("events")),
        sources=sources,
    )


def _axis(
    series: Mapping[str, pl.DataFrame],
    chains: Mapping[str, pl.DataFrame],
    first: dt.date | None,
    last: dt.date | None,
) -> Dates:
    """Return the exchange's sessions between the first and last SPX close or chain, inside the window."""
    observed = [series["SPX"].drop_nulls("close")["date"]] if "SPX" in series else []
    observed += [frame["quote_date"] for frame in chains.values()]
    begin: list[dt.date] = [o.min() for o in observed if len(o)]  # type: ignore[misc]
    end: list[dt.date] = [o.max() for o in observed if len(o)]  # type: ignore[misc]
    if not begin:
        message = "no SPX closes and no chains: nothing to build a history from"
        raise ValueError(message)
    start, stop = max(first or min(begin), min(begin)), min(last or max(end), max(end))
    axis = conventions.sessions(start, stop) if start <= stop else np.zeros(0, dtype="datetime64[D]")
    if not len(axis):
        message = f"no session between {start} and {stop}"
        raise ValueError(message)
    return axis


def _series(frames: Mapping[str, pl.DataFrame]) -> tuple[dict[str, pl.DataFrame], dict[str, str]]:
    """Split the two OHLC tables by symbol."""
    out: dict[str, pl.DataFrame] = {}
    sources: dict[str, str] = {}
    for table in ("vol_indices", "underlyings"):
        frame = frames.get(table)
        if frame is None:
            continue
        for (symbol,), part in frame.with_columns(pl.col("symbol").cast(pl.String)).group_by("symbol"):
            name = str(symbol)
            out[name] = part.sort("date", maintain_order=True)
            sources[name] = ", ".join(sorted({str(s) for s in part["source"].unique().to_list()})[:3])
    return dict(sorted(out.items())), sources


def _rates(days: Ints, frame: pl.DataFrame | None) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Take for each session the latest value published on or before it, with its age; too old is NaN.

    The age counts from the date of the value, not from its publication (`PUBLISHED_NEXT_DAY`).
    """
    rates: dict[str, Floats] = {}
    ages: dict[str, Floats] = {}
    if frame is None:
        return rates, ages
    parts = (
        frame.with_columns(pl.col("series").cast(pl.String), pl.col("value").fill_nan(None))
        .drop_nulls("value")
        .sort("date", maintain_order=True)
    )
    for (name,), part in parts.group_by("series", maintain_order=True):
        at = part["date"].cast(pl.Int32).to_numpy().astype(np.int64)
        values = part["value"].to_numpy() / 100.0
        known_from = at + 1 if name in PUBLISHED_NEXT_DAY else at
        where = np.searchsorted(known_from, days, side="right") - 1
        age = np.where(where >= 0, days - at[np.maximum(where, 0)], np.inf).astype(np.float64)
        known = age <= RATE_MAX_AGE_DAYS
        rates[str(name)] = np.where(known, values[np.maximum(where, 0)], np.nan)
        ages[str(name)] = np.where(known, age, np.nan)
    return dict(sorted(rates.items())), ages


def _dividend_yield(columns: Mapping[str, Floats], n: int) -> tuple[Floats, bool]:
    """Trailing dividend yield of the index: what SPY distributed on its last four ex-dates, and its fee.

    A distribution is a step of ln(adjusted close / close). Both closes are SPY's own: against the index close a year of
    total return would carry the 15 minutes that SPY trades longer (2.5 % on 13 October 2008). Before the fourth ex-date
    the assumed constant stands; a later one would be the future.
    """
    out = np.full(n, ASSUMED_DIVIDEND_YIELD)
    if "SPY.adj_close" not in columns or "SPY" not in columns:
        return out, True
    paid = np.log(columns["SPY.adj_close"] / columns["SPY"])
    known = np.flatnonzero(np.isfinite(paid))
    steps = np.diff(paid[known])
    at = np.flatnonzero(steps > DISTRIBUTION_MIN)
    ex = known[at + 1]
    for k in range(DISTRIBUTIONS_A_YEAR - 1, len(ex)):
        out[ex[k] :] = steps[at[k + 1 - DISTRIBUTIONS_A_YEAR : k + 1]].sum() + SPY_FEE
    if len(known):
        out[known[-1] + YIELD_MAX_AGE_SESSIONS :] = ASSUMED_DIVIDEND_YIELD
    return out, len(ex) < DISTRIBUTIONS_A_YEAR


def soq_proxy(columns: Mapping[str, Floats], n: int) -> tuple[Floats, tuple[str, ...]]:
    """Return a proxy of SET, the opening settlement of AM-settled SPX options, and how each session's was made.

    ``spy_open``: the SPX close before x (SPY open + dividend) / SPY close before; else ``spx_open`` where the printed
    open is not the stale close of the day before; else ``previous_close``; ``none`` where nothing is known.
    SPY goes ex-dividend on the very Friday on which the quarterly series settles, hence the dividend: it is what the
    adjusted close says was paid, when that exceeds `DISTRIBUTION_MIN`.
    """
    nan = np.full(n, np.nan)
    spx, spx_open = columns.get("SPX", nan), columns.get("SPX.open", nan)
    spy, spy_open, adjusted = (columns.get(k, nan) for k in ("SPY", "SPY.open", "SPY.adj_close"))
    before, spy_before, adjusted_before = (np.concatenate(([np.nan], a[:-1])) for a in (spx, spy, adjusted))
    paid = adjusted / adjusted_before * spy_before - spy
    dividend = np.where(paid > DISTRIBUTION_MIN * spy_before, paid, 0.0)
    by_spy = before * (spy_open + dividend) / spy_before
    fresh_open: Bools = np.isfinite(spx_open) & (spx_open != before)
    value = np.where(np.isfinite(by_spy), by_spy, np.where(fresh_open, spx_open, before))
    how = np.where(
        np.isfinite(by_spy),
        "spy_open",
        np.where(fresh_open, "spx_open", np.where(np.isfinite(before), "previous_close", "none")),
    )
    return value, tuple(how.tolist())


def _events(frame: pl.DataFrame | None) -> dict[str, tuple[dt.date, ...]]:
    """Dates of scheduled events by kind."""
    if frame is None:
        return {}
    scheduled = frame.filter(pl.col("scheduled").fill_null(value=True)).sort("date")
    return {str(kind): tuple(part["date"].unique().sort().to_list()) for (kind,), part in scheduled.group_by("kind")}
