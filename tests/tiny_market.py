"""A small market from a seed, for every test that needs prices: made here, looked up nowhere.

A mean-reverting VIX, an S&P 500 that falls when VIX rises, violent shocks and their decay, on real NYSE sessions; VX
futures, the other volatility indices and VVIX by the rules of the demo market. The same seed gives the same tables, a
longer market begins exactly like a shorter one, and a fork changes nothing before it. `market_specs` draws markets for
Hypothesis: it draws the specification, which prints in a line, and not the tables.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from hypothesis import strategies as st

from alvh.adapters.schema import (
    BREADTH,
    CHAINS,
    EVENTS,
    FUNDAMENTALS,
    RATES,
    UNDERLYINGS,
    VOL_INDICES,
    VX_FUTURES,
    Table,
)
from alvh.conventions import sessions as nyse_sessions
from alvh.conventions import spx_monthly_expiry
from alvh.market.demo_market import vol_index_rows, vx_rows
from alvh.values import Dates, Floats
from tiny_chains import spx_chains
from tiny_health import breadth_rows, ratio_rows, reit_rows, release_rows

FIRST = dt.date(2017, 1, 3)
SOURCE = "generated: tests/tiny_market.py"
NOISES = 10
"""Random numbers of one session; drawn row by row, so that more sessions leave the earlier ones as they were."""
QUARTERLY_DIVIDEND = 0.0048
FOMC_EVERY_SESSIONS = 32
TENOR_SPREADS_PCT = {"DGS1MO": 0.0, "DGS3MO": 0.08, "DGS6MO": 0.17, "DGS1": 0.28, "DGS10": 1.4, "SOFR": -0.04}


@dataclass(frozen=True)
class TinySpec:
    """Everything that decides a tiny market.

    Attributes
    ----------
    seed : int
    first : datetime.date
        First session, or the next one after it.
    sessions : int
    shock_at : tuple of int
        Positions of the sessions that shock; positions beyond the end do nothing.
    shock : float
        Jump of ln VIX at a shock; 0.95 takes 14 to 36.
    vix_mean : float
        The points ln VIX reverts to.
    vix_vol : float
        Daily volatility of ln VIX.
    spx_start, drift_annual, beta : float
        First close, drift, and share of the daily move that mirrors VIX (its correlation, 0 to 1).
    rate_pct : float
        First one-month yield, percent.
    fork : (int, int) or None
        Position and seed: from there on the random numbers are another seed's. Nothing before it changes.
    """

    seed: int = 7
    first: dt.date = FIRST
    sessions: int = 500
    shock_at: tuple[int, ...] = (270,)
    shock: float = 0.95
    vix_mean: float = 14.0
    vix_vol: float = 0.06
    spx_start: float = 2250.0
    drift_annual: float = 0.07
    beta: float = 0.75
    rate_pct: float = 0.9
    fork: tuple[int, int] | None = None

    def tables(
        self, *, holes: Mapping[str, Sequence[int | dt.date]] | None = None, with_chains: range | None = None
    ) -> dict[str, pl.DataFrame]:
        """Build the tables of this market; see `tiny_market`."""
        days = self.axis()
        noise = self.noise()
        vix = self._vix(noise)
        spx = self._spx(noise, vix["close"])
        tables = {
            "vol_indices": _conform(VOL_INDICES, _vol_indices(days, noise, vix)),
            "vx_futures": _conform(VX_FUTURES, vx_rows(days, vix["close"])),
            "underlyings": pl.concat(
                _conform(UNDERLYINGS, rows)
                for rows in (_underlyings(days, noise, spx), reit_rows(days, spx["close"], SOURCE))
            ).sort(UNDERLYINGS.key),
            "rates": _conform(RATES, _rates(days, noise, self.rate_pct)),
            "events": _conform(EVENTS, pl.concat((_events(days), release_rows(days, SOURCE)))),
            "breadth": _conform(BREADTH, breadth_rows(days, noise, spx["close"])),
            "fundamentals": _conform(FUNDAMENTALS, ratio_rows(days, noise)),
        }
        if with_chains is not None:
            at = np.array(with_chains)
            chains = spx_chains(days[at], spx["close"][at], vix["close"], at, source=SOURCE)
            tables["chains"] = _conform(CHAINS, chains)
        return _knock(tables, holes or {}, days)

    def axis(self) -> Dates:
        """Return the sessions, datetime64[D]."""
        last = self.first + dt.timedelta(days=self.sessions * 3 // 2 + 30)
        return nyse_sessions(self.first, last)[: self.sessions]

    def noise(self) -> Floats:
        """Return the random numbers, shape (sessions, `NOISES`), standard normal."""
        out = np.random.default_rng(self.seed).standard_normal((self.sessions, NOISES))
        if self.fork is not None and self.fork[0] < self.sessions:
            at, seed = self.fork
            out[at:] = np.random.default_rng(seed).standard_normal((self.sessions - at, NOISES))
        return out

    def _jumps(self) -> Floats:
        jumps = np.zeros(self.sessions)
        jumps[[at for at in self.shock_at if 0 <= at < self.sessions]] = self.shock
        return jumps

    def _vix(self, noise: Floats) -> dict[str, Floats]:
        """VIX: ln VIX reverts by 3 % a session, what a shock added by 10 %."""
        jumps, calm, shocked = self._jumps(), 0.0, 0.0
        log_close = np.empty(self.sessions)
        for i in range(self.sessions):
            calm = 0.97 * calm + self.vix_vol * noise[i, 0]
            shocked = 0.90 * shocked + jumps[i]
            log_close[i] = np.log(self.vix_mean) + calm + shocked
        close = np.exp(log_close).clip(8.5, 95.0).round(2)
        before = np.concatenate((close[:1], close[:-1]))
        opened = np.sqrt(before * close) * np.exp(0.01 * noise[:, 1])
        return _ohlc(opened, close, 0.02 * np.abs(noise[:, 2]), 0.02 * np.abs(noise[:, 3]))

    def _spx(self, noise: Floats, vix: Floats) -> dict[str, Floats]:
        """SPX: daily moves of three quarters of yesterday's VIX, against VIX; a shock costs 5 % on top."""
        daily = 0.75 * np.concatenate((vix[:1], vix[:-1])) / 100.0 / np.sqrt(252.0)
        own = np.sqrt(1.0 - self.beta**2) * noise[:, 4] - self.beta * noise[:, 0]
        moves = self.drift_annual / 252.0 + daily * own - 0.055 * self._jumps()
        moves[0] = 0.0
        close = (self.spx_start * np.exp(np.cumsum(moves))).round(2)
        before = np.concatenate((close[:1], close[:-1]))
        opened = before * np.exp(0.35 * moves + 0.15 * daily * noise[:, 5])
        return _ohlc(opened, close, 0.3 * daily * np.abs(noise[:, 6]), 0.3 * daily * np.abs(noise[:, 7]))


def tiny_market(
    seed: int = 7,
    first: dt.date = FIRST,
    sessions: int = 500,
    shock_at: tuple[int, ...] = (270,),
    *,
    holes: Mapping[str, Sequence[int | dt.date]] | None = None,
    with_chains: range | None = None,
    **shape: float | tuple[int, int] | None,
) -> dict[str, pl.DataFrame]:
    """Return a small generated market as canonical tables.

    Parameters
    ----------
    seed, first, sessions, shock_at
        See `TinySpec`.
    holes : mapping of name -> positions or dates, optional
        Rows to knock out after everything else was computed: ``vx``, ``chains``, or a symbol or series (``VIX``,
        ``SPY``, ``DGS1MO`` ...). Positions count sessions; negative ones from the end.
    with_chains : range, optional
        Positions of the sessions that get an SPX chain (table ``chains``); see `tiny_chains.spx_chains`.
    **shape
        The other fields of `TinySpec`.

    Returns
    -------
    dict of table name -> frame
        ``vol_indices`` (VIX with OHLC, VIX9D, VIX3M, VIX6M, VVIX, SKEW), ``vx_futures``, ``underlyings`` (SPX, SPY,
        VNQ), ``rates`` (percent), ``events`` (FOMC, CPI), ``breadth``, ``fundamentals`` (P/E, P/CF), and ``chains``
        where asked for.
    """
    spec = TinySpec(seed, first, sessions, shock_at, **shape)  # type: ignore[arg-type]
    return spec.tables(holes=holes, with_chains=with_chains)


def random_market(seed: int, sessions: int = 120) -> dict[str, pl.DataFrame]:
    """Return a market whose every shape parameter is drawn from `seed`, calm or wild."""
    rng = np.random.default_rng(seed)
    spec = TinySpec(
        seed=seed,
        first=dt.date(2007 + int(rng.integers(0, 18)), int(rng.integers(1, 13)), 1),
        sessions=sessions,
        shock_at=tuple(int(at) for at in rng.integers(0, sessions, int(rng.integers(0, 4)))),
        shock=float(rng.uniform(-0.4, 1.4)),
        vix_mean=float(rng.uniform(10.0, 45.0)),
        vix_vol=float(rng.uniform(0.01, 0.12)),
        spx_start=float(rng.uniform(700.0, 7000.0)),
        drift_annual=float(rng.uniform(-0.5, 0.4)),
        beta=float(rng.uniform(0.0, 0.95)),
        rate_pct=float(rng.uniform(0.02, 6.0)),
    )
    return spec.tables()


def market_specs(min_sessions: int = 60, max_sessions: int = 160) -> st.SearchStrategy[TinySpec]:
    """Return a Hypothesis strategy of market specifications; ``spec.tables()`` builds one."""
    return st.integers(min_sessions, max_sessions).flatmap(
        lambda n: st.builds(
            TinySpec,
            seed=st.integers(0, 2**32 - 1),
            first=st.dates(dt.date(2007, 1, 3), dt.date(2024, 6, 28)),
            sessions=st.just(n),
            shock_at=st.lists(st.integers(0, n - 1), max_size=3, unique=True).map(lambda at: tuple(sorted(at))),
            shock=st.floats(-0.4, 1.4),
            vix_mean=st.floats(10.0, 45.0),
            vix_vol=st.floats(0.01, 0.12),
            spx_start=st.floats(700.0, 7000.0),
            drift_annual=st.floats(-0.5, 0.4),
            beta=st.floats(0.0, 0.95),
            rate_pct=st.floats(0.02, 6.0),
        )
    )


def _conform(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    return table.conform(frame).sort(table.key)


def _ohlc(opened: Floats, close: Floats, above: Floats, below: Floats) -> dict[str, Floats]:
    """Round to cents and let high and low enclose open and close."""
    opened, close = opened.round(2), close.round(2)
    high = (np.maximum(opened, close) * np.exp(above)).round(2)
    low = (np.minimum(opened, close) * np.exp(-below)).round(2)
    return {"open": opened, "high": high, "low": low, "close": close}


def _vol_indices(days: Dates, noise: Floats, vix: dict[str, Floats]) -> pl.DataFrame:
    by_rule = vol_index_rows(days, vix["close"], SOURCE)
    opened = pl.DataFrame({"date": days, **vix}).with_columns(symbol=pl.lit("VIX")).drop("close")
    skew = (124.0 + 5.0 * noise[:, 8]).round(2)
    tail = pl.DataFrame({"date": days, "close": skew}).with_columns(symbol=pl.lit("SKEW"), source=pl.lit(SOURCE))
    return pl.concat((by_rule.join(opened, on=["date", "symbol"], how="left"), tail), how="diagonal")


def _underlyings(days: Dates, noise: Floats, spx: dict[str, Floats]) -> pl.DataFrame:
    """SPX, and SPY at a tenth of it, which collects a dividend and pays it on a quarter's last third Friday.

    The adjusted close starts level with the close and then runs ahead of it by the dividends, so that more sessions
    do not restate earlier ones.
    """
    volume = (1e8 * np.exp(0.2 * noise[:, 9])).astype(np.int64)
    index = pl.DataFrame({"date": days, **spx, "adj_close": spx["close"], "volume": volume})
    years = range(days[0].item().year - 1, days[-1].item().year + 1)
    ex_dates = np.array([spx_monthly_expiry(y, m) for y in years for m in (3, 6, 9, 12)], dtype="datetime64[D]")
    since = (days - ex_dates[np.searchsorted(ex_dates, days, side="right") - 1]).astype(np.float64)
    collected = 1.0 + QUARTERLY_DIVIDEND * np.minimum(since / 91.0, 1.0)
    paid = np.concatenate(([0.0], (since[1:] < since[:-1]) * QUARTERLY_DIVIDEND))
    fund = {name: (values / 10.0 * collected).round(2) for name, values in spx.items()}
    adjusted = (fund["close"] * np.cumprod(1.0 + paid)).round(6)
    spy = pl.DataFrame({"date": days, **fund, "adj_close": adjusted, "volume": volume})
    return pl.concat((index.with_columns(symbol=pl.lit("SPX")), spy.with_columns(symbol=pl.lit("SPY")))).with_columns(
        source=pl.lit(SOURCE)
    )


def _rates(days: Dates, noise: Floats, start_pct: float) -> pl.DataFrame:
    level = np.maximum(np.abs(start_pct + np.cumsum(0.01 * noise[:, 9])), 0.05)
    return pl.concat(
        pl.DataFrame({"date": days, "value": (level + spread).round(2)}).with_columns(
            series=pl.lit(series), source=pl.lit(SOURCE)
        )
        for series, spread in TENOR_SPREADS_PCT.items()
    )


def _events(days: Dates) -> pl.DataFrame:
    """FOMC statements about eight times a year, at 14:00 on scheduled days."""
    at = days[FOMC_EVERY_SESSIONS // 2 :: FOMC_EVERY_SESSIONS]
    return pl.DataFrame({"date": at}).with_columns(
        kind=pl.lit("FOMC"),
        time_et=pl.lit("14:00"),
        scheduled=pl.lit(value=True),
        event=pl.lit("statement"),
        status=pl.lit("held"),
        source=pl.lit(SOURCE),
    )


def _knock(
    tables: dict[str, pl.DataFrame], holes: Mapping[str, Sequence[int | dt.date]], days: Dates
) -> dict[str, pl.DataFrame]:
    """Take the rows of a table, symbol or series out on the sessions named."""
    out = dict(tables)
    for name, where in holes.items():
        gone = [day if isinstance(day, dt.date) else days[day].item() for day in where]
        table, label = _home(out, name)
        column = "quote_date" if table == "chains" else "date"
        hit = pl.col(column).is_in(gone)
        out[table] = out[table].filter(~(hit if label is None else hit & (pl.col(label) == name)))
    return out


def _home(tables: Mapping[str, pl.DataFrame], name: str) -> tuple[str, str | None]:
    """Return the table a hole's name belongs to, and the column that holds the name."""
    whole = {"vx": "vx_futures", "chains": "chains"}
    if name in whole and whole[name] in tables:
        return whole[name], None
    for table, label in (("vol_indices", "symbol"), ("underlyings", "symbol"), ("rates", "series")):
        if name in tables[table][label]:
            return table, label
    raise ValueError(f"no table, symbol or series {name!r} to knock a hole into")
