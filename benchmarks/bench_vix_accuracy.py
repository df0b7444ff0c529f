"""Measure the chain-free VIX options against the one real VIX chain with quotes, and one of last trades.

Run: ``python benchmarks/bench_vix_accuracy.py ../shared/data/real``. Forward: the settle of the same-expiry VX future, as in
the product; VVIX: the day's close times the term curve. Monthly expiries, calls, strikes 0.95 to 2.2 times the forward.
One date cannot judge a model: it shows the size of the error, and how much of it a better VVIX for the term would remove.
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
from scipy.optimize import brentq

from alvh.maths import vix_call
from chain_quotes import chain_quotes

SESSION = dt.date(2016, 6, 1)
AT_CLOSE = dt.datetime(2016, 6, 1, 16, 15)  # noqa: DTZ001 - the file's wall clock


def model_prices(group: pl.DataFrame, forward: float, years: float, vvix_t: float) -> np.ndarray:
    """Return the model's discounted calls of one expiry."""
    a, s = vix_call.displacement(forward, years), vix_call.shape(forward, years, vvix_t)
    discount = float(group["discount"][0])
    return np.array([discount * vix_call.call_price(forward, k, a, s, years) for k in group["strike"]])


def own_vvix(group: pl.DataFrame, forward: float, years: float) -> float:
    """Return the VVIX of the term that makes the model's calls right on average."""
    mids = group["mid"].to_numpy()
    return brentq(lambda v: float(np.mean(model_prices(group, forward, years, v) - mids)), 0.2, 1.5)


def main() -> None:
    """Print one line an expiry."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "data", type=Path, help="the folder that holds chains/, vx_futures.parquet and vol_indices.parquet"
    )
    data = parser.parse_args().data
    quotes = chain_quotes(data, "vix_datashop_20160601").filter(pl.col("call") & (pl.col("snapshot") == AT_CLOSE))
    futures = pl.read_parquet(data / "vx_futures.parquet").filter(
        (pl.col("date") == SESSION) & (pl.col("kind") == "monthly")
    )
    settles = dict(futures.select("expiry", "settle").iter_rows())
    indices = pl.read_parquet(data / "vol_indices.parquet").filter(pl.col("date") == SESSION)
    vvix = indices.filter(pl.col("symbol") == "VVIX")["close"][0] / 100
    print(f"VIX calls of {SESSION} at 16:15, VVIX {100 * vvix:.2f}")
    print(
        "expiry      days   VX     parity  calls  VVIX_T model  market   price error: mean  |max|  inside half-spread"
    )
    inside_all: list[bool] = []
    for (expiry,), group in quotes.group_by("expiry", maintain_order=True):
        if expiry not in settles:
            continue
        forward, years = settles[expiry], float(group["years"][0])
        near = group.filter(pl.col("strike").is_between(0.95 * forward, 2.2 * forward))
        vvix_t = vvix * vix_call.vvix_term(years)
        error = model_prices(near, forward, years, vvix_t) - near["mid"].to_numpy()
        inside = np.abs(error) <= near["half"].to_numpy() + 1e-9
        inside_all += inside.tolist()
        print(
            f"{expiry} {365 * years:5.0f} {forward:6.3f} {near['forward'][0]:7.3f} {near.height:5d}"
            f"   {100 * vvix_t:8.1f} {100 * own_vvix(near, near['forward'][0], years):9.1f}"
            f"   {error.mean():+14.3f} {np.abs(error).max():7.3f} {inside.mean():10.0%}"
        )
    print(f"inside one half-spread: {np.mean(inside_all):.0%} of {len(inside_all)} calls")


if __name__ == "__main__":
    main()
