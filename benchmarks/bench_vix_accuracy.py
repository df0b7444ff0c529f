"""Measure the chain-free VIX options against the one real VIX chain that has quotes, of 1 June 2016.

Run: ``python benchmarks/bench_vix_accuracy.py ../shared/data/real``. Forward: the settle of the same-expiry VX future,
as in the product; VVIX: the day's close times the term curve. Monthly expiries, calls, strikes 0.95 to 2.2 times the
forward. One date cannot judge a model: it shows the size of the error, and how much of it is the VVIX of the term: the
last two columns price with the VVIX that fits the expiry's calls on average, and with the parity forward.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
from scipy.optimize import brentq

from alvh.maths import vix_call
from chain_quotes import chain_quotes, data_folder

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


def day_inputs(data: Path) -> tuple[dict[dt.date, float], float]:
    """Return the settle of each monthly VX future, and VVIX as a decimal."""
    futures = pl.read_parquet(data / "vx_futures.parquet")
    monthly = futures.filter((pl.col("date") == SESSION) & (pl.col("kind") == "monthly"))
    indices = pl.read_parquet(data / "vol_indices.parquet").filter(pl.col("date") == SESSION)
    vvix = indices.filter(pl.col("symbol") == "VVIX")["close"][0] / 100
    return dict(monthly.select("expiry", "settle").iter_rows()), vvix


def main() -> None:
    """Print one line an expiry."""
    data = data_folder(__doc__)
    quotes = chain_quotes(data, "vix_datashop_20160601").filter(pl.col("call") & (pl.col("snapshot") == AT_CLOSE))
    settles, vvix = day_inputs(data)
    print(f"VIX calls of {SESSION} at 16:15, VVIX {100 * vvix:.2f}")
    print("                                VVIX_T           error                         fitted")
    print("expiry      days     VX  parity   rule  fitted    mean  of mid   |max|  inside  |max|  inside")
    inside_rule: list[bool] = []
    inside_fitted: list[bool] = []
    for (expiry,), group in quotes.group_by("expiry", maintain_order=True):
        if expiry not in settles:
            continue
        forward, years, parity = settles[expiry], float(group["years"][0]), float(group["forward"][0])
        near = group.filter(pl.col("strike").is_between(0.95 * forward, 2.2 * forward))
        vvix_t, fitted_t = vvix * vix_call.vvix_term(years), own_vvix(near, parity, years)
        mid, half = near["mid"].to_numpy(), near["half"].to_numpy() + 1e-9
        rule = model_prices(near, forward, years, vvix_t) - mid
        fitted = model_prices(near, parity, years, fitted_t) - mid
        inside_rule += (np.abs(rule) <= half).tolist()
        inside_fitted += (np.abs(fitted) <= half).tolist()
        print(
            f"{expiry} {365 * years:5.0f} {forward:6.3f} {parity:7.3f} {100 * vvix_t:6.1f} {100 * fitted_t:7.1f}"
            f" {rule.mean():+7.3f} {rule.sum() / mid.sum():+7.0%} {np.abs(rule).max():7.3f}"
            f" {np.mean(np.abs(rule) <= half):7.0%} {np.abs(fitted).max():6.3f} {np.mean(np.abs(fitted) <= half):7.0%}"
        )
    print(f"inside one half-spread: {np.mean(inside_rule):.0%} of {len(inside_rule)} calls by the rule,", end=" ")
    print(f"{np.mean(inside_fitted):.0%} with the fitted VVIX and the parity forward")


if __name__ == "__main__":
    main()
