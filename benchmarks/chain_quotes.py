"""Quotes of real chains with forward, discount, volatility and delta: what the fits and the checks share."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from pathlib import Path

import numpy as np
import polars as pl

from alvh.maths import black

MINUTES_A_YEAR = 525_600.0
CLOSE_MINUTE = 16 * 60
"""New York. The capture hour of the quotes is the close of the options unless a snapshot says otherwise."""

TREASURY = {"DGS1MO": 30.0, "DGS3MO": 91.0, "DGS6MO": 182.0, "DGS1": 365.0, "DGS2": 730.0}


def data_folder(description: str | None) -> Path:
    """Return the folder of market data named on the command line, else that of `ALVH_SHARED` or ``../shared``.

    Where it is absent the program ends with the reason, and without an error: there is nothing to measure.
    """
    beside = Path(os.environ.get("ALVH_SHARED") or Path(__file__).resolve().parents[2] / "shared") / "data" / "real"
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("data", nargs="?", type=Path, default=beside, help="folder with chains/ and the daily tables")
    data: Path = parser.parse_args().data
    if not (data / "chains").is_dir():
        print("skipped: no market data here (name its folder, or set ALVH_SHARED)")
        sys.exit(0)
    return data


def zero_rates(rates: pl.DataFrame, session: dt.date, days: np.ndarray) -> np.ndarray:
    """Return continuous zero rates from the constant-maturity yields known on `session`, linear in days."""
    known = rates.filter((pl.col("date") <= session) & (pl.col("date") > session - dt.timedelta(days=10)))
    nodes, values = [], []
    for name, node in TREASURY.items():
        row = known.filter(pl.col("series") == name).sort("date")
        if row.height:
            nodes.append(node)
            values.append(2.0 * np.log1p(row["value"][-1] / 200.0))
    return np.interp(days, nodes, values)


def years_to(expiry: dt.date, settle: str | None, session: dt.date, minute: int) -> float:
    """Return calendar years from `minute` of `session` (New York) to settlement: 9:30 for AM, 16:00 for PM roots."""
    end = 9 * 60 + 30 if settle == "AM" else 16 * 60
    return ((expiry - session).days * 1440 + end - minute) / MINUTES_A_YEAR


def forward_of(strikes: np.ndarray, calls: np.ndarray, puts: np.ndarray, discount: float) -> float:
    """Return the parity forward: the median over the eleven strikes whose call and put are closest in price."""
    gap = calls - puts
    near = np.argsort(np.abs(gap))[:11]
    return float(np.median(strikes[near] + gap[near] / discount))


def expiry_quotes(
    group: pl.DataFrame, session: dt.date, expiry: dt.date, settle: str, minute: int, rates: pl.DataFrame
) -> pl.DataFrame | None:
    """Return one expiry's two-sided quotes with forward, discount, years, vol and |delta|; None without parity."""
    years = years_to(expiry, settle, session, minute)
    if years <= 0.5 / 365:
        return None
    discount = float(np.exp(-zero_rates(rates, session, np.array([years * 365.0]))[0] * years))
    two_sided = group.filter((pl.col("bid") > 0) & (pl.col("ask") > pl.col("bid")))
    both = (
        two_sided.with_columns(mid=(pl.col("bid") + pl.col("ask")) / 2)
        .pivot(on="right", index="strike", values="mid", aggregate_function="first")
        .drop_nulls()
    )
    if both.height < 5 or not {"C", "P"} <= set(both.columns):
        return None
    forward = forward_of(both["strike"].to_numpy(), both["C"].to_numpy(), both["P"].to_numpy(), discount)
    strike, call = two_sided["strike"].to_numpy(), (two_sided["right"] == "C").to_numpy()
    bid, ask = two_sided["bid"].to_numpy(), two_sided["ask"].to_numpy()
    mid = (bid + ask) / 2
    vol = black.implied_vol_many(mid, forward, strike, years, discount, call)
    delta = np.abs(black.delta_many(forward, strike, years, vol, call))
    return pl.DataFrame(
        {"strike": strike, "call": call, "bid": bid, "ask": ask, "mid": mid, "half": (ask - bid) / 2, "vol": vol}
    ).with_columns(
        session=pl.lit(session),
        expiry=pl.lit(expiry),
        settle=pl.lit(settle),
        years=pl.lit(years),
        days=pl.lit(years * 365.0),
        forward=pl.lit(forward),
        discount=pl.lit(discount),
        abs_delta=pl.Series(delta),
        otm=pl.Series(np.where(call, strike >= forward, strike < forward)),
    )


def chain_quotes(data: Path, name: str, minute: int = CLOSE_MINUTE, default_settle: str = "PM") -> pl.DataFrame:
    """Return every two-sided quote of ``chains/<name>.parquet`` that has a volatility, with the session's VIX close."""
    chain = pl.read_parquet(data / "chains" / f"{name}.parquet")
    rates = pl.read_parquet(data / "rates.parquet").with_columns(pl.col("series").cast(pl.String))
    indices = pl.read_parquet(data / "vol_indices.parquet").with_columns(pl.col("symbol").cast(pl.String))
    vix = dict(indices.filter(pl.col("symbol") == "VIX").select("date", "close").iter_rows())
    out = []
    keys = ["quote_date", "snapshot_ts", "root", "expiry"]
    for (session, stamp, root, expiry), group in chain.group_by(keys, maintain_order=True):
        settle = group["settle"][0] or default_settle
        at = minute
        if stamp is not None and stamp.date() == session:
            at = min(stamp.hour * 60 + stamp.minute, 16 * 60 + 15)
        quotes = expiry_quotes(group, session, expiry, settle, at, rates)
        if quotes is not None:
            out.append(
                quotes.with_columns(
                    root=pl.lit(root), snapshot=pl.lit(stamp, dtype=pl.Datetime), vix=pl.lit(vix[session])
                )
            )
    return pl.concat(out).filter(pl.col("vol").is_not_nan())
