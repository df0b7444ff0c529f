"""Tracks and histories worked by hand, for the tests of claims: what a run would have brought, without a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from alvh.accounting.statement import CampaignLine, Statement
from alvh.adapters.schema import UNDERLYINGS, VOL_INDICES, Table
from alvh.conventions import sessions
from alvh.evidence.claims.claim import Material
from alvh.evidence.run_spec import RunSpec
from alvh.evidence.track import Track
from alvh.evidence.with_without import ALL_HEDGES
from alvh.market.history import History, build_history
from alvh.values import Dates, Fill, Floats
from reports.statements import tiny

NAV_USD = 1_000_000.0
DRAWS = 200


def history(days: Dates, spx: Floats, vix: Floats, vix9d: Floats | None = None) -> History:
    """Return a history of the S&P 500 and volatility indices alone, on `days`."""
    dates = days.astype(object).tolist()
    indices = {"VIX": vix} | ({} if vix9d is None else {"VIX9D": vix9d})
    frames = {
        "underlyings": _ohlc(UNDERLYINGS, dates, {"SPX": spx}),
        "vol_indices": _ohlc(VOL_INDICES, dates, indices),
    }
    return build_history(frames, sessions=days)


def _ohlc(table: Table, dates: Sequence[dt.date], closes: Mapping[str, Floats]) -> pl.DataFrame:
    parts = []
    for symbol, values in closes.items():
        columns = {name: values for name in ("open", "high", "low", "close") if name in table.empty().columns}
        known = {"date": dates, "symbol": [symbol] * len(dates), "source": ["made"] * len(dates), **columns}
        empty = table.empty()
        frame = pl.DataFrame({name: known.get(name, [None] * len(dates)) for name in empty.columns})
        parts.append(frame.cast(dict(empty.schema)))
    return pl.concat(parts)


def calendar(first: str, last: str) -> Dates:
    """Return the exchange's sessions between two dates, both counted."""
    return sessions(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def track(
    spec: RunSpec,
    days: Dates,
    pnl_usd: Mapping[str, Floats],
    hedges: Sequence[str] = (),
    *,
    vix: Floats | None = None,
    campaigns: Sequence[CampaignLine] = (),
    fills: Sequence[Fill] = (),
) -> Track:
    """Return what a run would have brought: its equity follows from the daily P&L, and so does that without hedges."""
    total = np.sum(list(pnl_usd.values()), axis=0) if pnl_usd else np.zeros(days.size)
    hedge = np.sum([pnl_usd[name] for name in hedges], axis=0) if hedges else np.zeros(days.size)
    equity = NAV_USD + np.cumsum(total)
    statement: Statement = replace(
        tiny(),
        policy=spec.policy.name,
        sessions=days,
        nav_start_usd=NAV_USD,
        equity_usd=equity,
        layers=tuple(pnl_usd),
        hedge_layers=tuple(hedges),
        layer_pnl_usd=dict(pnl_usd),
        campaigns=tuple(campaigns),
        fills=tuple(fills),
        market={"VIX": np.full(days.size, 15.0) if vix is None else vix},
    )
    return Track(spec.label, statement, {ALL_HEDGES: equity - np.cumsum(hedge)} if hedges else {})


def material(made: History, *tracks: Track) -> Material:
    """Return what claims are judged on, with few draws."""
    return Material({one.label: one for one in tracks}, made, draws=DRAWS, seed=1)


def flat_history(days: Dates) -> History:
    """Return a history in which nothing moves."""
    return history(days, np.full(days.size, 4000.0), np.full(days.size, 15.0))


def campaign(
    layer: str, opened: dt.date, pnl_usd: float, closed: dt.date | None = None, **more: object
) -> CampaignLine:
    """Return a closed campaign of ten lots, sold for 70 USD a lot."""
    line = CampaignLine(
        layer, f"{layer}@{opened}", opened, closed or opened, 10, 700.0, 4300.0, pnl_usd, 0.0, "expired"
    )
    return line._replace(**more)
