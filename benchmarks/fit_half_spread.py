"""Find the constants of `alvh.market.half_spread` again from the real chains, and print what they miss.

Run: ``python benchmarks/fit_half_spread.py ../shared/data/real``. Least absolute deviations of ln(half-spread) on the
medians of cells (session x |delta| bucket x tenor bucket with five quotes or more); the 2019 scrapes and the quote
tables weigh one half each, so that 41 sessions of one calm spring do not drown twelve scattered ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import polars as pl
from scipy.optimize import minimize

from alvh.market import half_spread as shipped
from chain_quotes import chain_quotes, data_folder

DELTA_EDGES = [0.0, 0.01, 0.03, 0.07, 0.12, 0.20, 0.35, 0.50, 0.65, 0.80, 0.95, 1.01]
DAY_EDGES = [0.8, 3, 10, 25, 50, 90, 180, 400]
OVERNIGHT = [dt.date(2024, 2, 12), dt.date(2025, 1, 6)]
"""Quote tables downloaded in the night session: not the spreads a close would give."""

VIX_MONTHLIES = [dt.date(2016, *d) for d in ((6, 15), (7, 20), (8, 17), (9, 21), (10, 19), (11, 16))]
"""The expiries that have a monthly VX future; weeklies quote wider, and the product does not trade them."""


def bucketed(quotes: pl.DataFrame) -> pl.DataFrame:
    """Return the quotes between the edges with their bucket numbers."""
    kept = quotes.filter((pl.col("days") >= DAY_EDGES[0]) & (pl.col("days") < DAY_EDGES[-1]))
    return kept.with_columns(
        delta_bucket=pl.Series(np.digitize(kept["abs_delta"], DELTA_EDGES) - 1),
        day_bucket=pl.Series(np.digitize(kept["days"], DAY_EDGES) - 1),
    )


def cells(quotes: pl.DataFrame) -> pl.DataFrame:
    """Return the medians of each cell of a set of sessions, the set weighing one in all."""
    columns = ("half", "mid", "abs_delta", "days", "vix")
    grouped = quotes.group_by("session", "snapshot", "delta_bucket", "day_bucket", maintain_order=True)
    medians = grouped.agg(*(pl.col(c).median() for c in columns), count=pl.len()).filter(pl.col("count") >= 5)
    return medians.with_columns(weight=pl.lit(1.0 / medians.height))


def depth(abs_delta: np.ndarray) -> np.ndarray:
    """Return `alvh.market.half_spread.depth` of an array."""
    return np.maximum(abs_delta - 0.5, 0.0) / 0.5


def least_absolute(data: pl.DataFrame, model: Callable[..., np.ndarray], start: list[float]) -> np.ndarray:
    """Return the parameters that minimise the weighted mean |ln half - ln model|, floored at half a tick."""
    half, price, weight = (data[c].to_numpy() for c in ("half", "mid", "weight"))
    arguments = [data[c].to_numpy() for c in ("mid", "abs_delta", "days", "vix")]
    tick = np.where(price < shipped.TICK_CHANGE, 0.025, 0.05)

    def loss(x: np.ndarray) -> float:
        fitted = np.maximum(tick, np.maximum(model(x, *arguments), 1e-6))
        return float(np.sum(weight * np.abs(np.log(half) - np.log(fitted))) / weight.sum())

    x = np.array(start)
    for _ in range(6):
        options = {"maxiter": 20_000, "maxfev": 20_000, "xatol": 1e-6, "fatol": 1e-9, "adaptive": True}
        x = minimize(loss, x, method="Nelder-Mead", options=options).x
    print(f"    mean |ln error| over cells {loss(x):.3f}")
    return x


def fit_spx(data: pl.DataFrame) -> np.ndarray:
    """Return floor, scale, price, days, vix from quotes out of the money; then deep and steep from those in it."""

    def outer(x, price, _delta, days, vix):
        return x[0] + x[1] * price ** x[2] * (np.maximum(days, 1) / 30) ** x[3] * (vix / 16) ** x[4]

    print("  SPX out of the money")
    x = least_absolute(data.filter(pl.col("abs_delta") <= 0.5), outer, [0.03, 0.04, 0.5, 0.1, 0.4])

    def inner(y, price, delta, days, vix):
        return outer(x, price, delta, days, vix) + y[0] * depth(delta) ** y[1]

    print("  SPX in the money")
    y = least_absolute(data.filter(pl.col("abs_delta") > 0.5), inner, [1.5, 3.0])
    return np.concatenate([x, y])


def fit_vix(data: pl.DataFrame, exponent: float) -> np.ndarray:
    """Return scale and price of VIX calls out of the money, then deep and steep of those in it."""

    def outer(x, price, _delta, _days, vix):
        return x[0] * price ** x[1] * (vix / shipped.VIX_REFERENCE) ** exponent

    print("  VIX calls out of the money")
    x = least_absolute(data.filter(pl.col("abs_delta") <= 0.5), outer, [0.04, 0.4])

    def inner(y, price, delta, days, vix):
        return outer(x, price, delta, days, vix) + y[0] * depth(delta) ** y[1]

    print("  VIX calls in the money")
    y = least_absolute(data.filter(pl.col("abs_delta") > 0.5), inner, [0.05, 1.0])
    return np.concatenate([x, y])


def fit_xsp(xsp: pl.DataFrame, tables: pl.DataFrame) -> float:
    """Return the median ratio of XSP's half-spread to a tenth of its SPXW twin's, quoted one minute later.

    The same day on both sides, so that the ratio says what XSP costs more and not what that evening cost more.
    """
    traded = pl.col("abs_delta").is_between(0.03, 0.5) & pl.col("days").is_between(10, 90)
    twins = xsp.filter(traded).with_columns(strike=pl.col("strike") * 10)
    spxw = tables.filter(pl.col("root") == "SPXW").select("session", "expiry", "strike", "call", "half")
    both = twins.join(spxw, on=["session", "expiry", "strike", "call"], suffix="_spx")
    print(f"  XSP: {both.height} pairs of the same expiry and strike")
    return float((both["half"] * 10 / both["half_spx"]).median())


def shipped_ratio(quotes: pl.DataFrame, model: Callable[..., float]) -> pl.DataFrame:
    """Return the quotes with ln(quoted half-spread / the shipped model's)."""
    arguments = quotes.select("mid", "abs_delta", "days", "vix").iter_rows()
    fitted = np.array([model(*row) for row in arguments])
    return quotes.with_columns(ratio=np.log(quotes["half"] / fitted))


def table(title: str, quotes: pl.DataFrame, model: Callable[..., float]) -> None:
    """Print median |ln error| and bias (median of quoted/model - 1) of the shipped constants by bucket."""
    judged = shipped_ratio(quotes, model)
    print(f"\n{title}: {judged.height} quotes of {judged['session'].n_unique()} session(s)")
    traded = judged.filter(pl.col("abs_delta").is_between(0.03, 0.5) & pl.col("days").is_between(10, 90))
    for name, part in (("all", judged), ("10-90 days, 3-50 delta", traded)):
        ratio = part["ratio"]
        print(f"  {name}: median |ln error| {ratio.abs().median():.3f}, bias {np.expm1(ratio.median()):+.1%}")
    print("  bias, quoted over model, by |delta| (down) and days (across); number of quotes behind it")
    heads = [f"{a:g}-{b:g}" for a, b in pairwise(DAY_EDGES)]
    print(" " * 12 + "".join(f"{h:>15}" for h in heads))
    for i, (low, high) in enumerate(pairwise(DELTA_EDGES)):
        line = f"  {low:.2f}-{min(high, 1):.2f} "
        for j in range(len(heads)):
            cell = judged.filter((pl.col("delta_bucket") == i) & (pl.col("day_bucket") == j))["ratio"]
            line += f"{np.expm1(cell.median()):>+8.0%} {cell.len():>6}" if cell.len() >= 5 else f"{'-':>15}"
        print(line)


def main() -> None:
    """Fit, print the constants, then the errors of the constants that are shipped."""
    data = data_folder(__doc__)
    spring = bucketed(chain_quotes(data, "spx_cboe_delayed_2019"))
    tables = bucketed(chain_quotes(data, "spx_cboe_quotetable")).filter(~pl.col("session").is_in(OVERNIGHT))
    vix = bucketed(chain_quotes(data, "vix_datashop_20160601")).filter(
        pl.col("call") & pl.col("expiry").is_in(VIX_MONTHLIES)
    )
    xsp = bucketed(chain_quotes(data, "xsp_cboe_quotetable"))

    print("Fit")
    spx_fit = fit_spx(pl.concat([cells(spring), cells(tables)]))
    vix_fit = fit_vix(cells(vix), float(spx_fit[4]))
    names = ["FLOOR", "SCALE", "PRICE", "DAYS", "VIX", "DEEP", "STEEP"]
    for name, value in zip(names, spx_fit, strict=True):
        print(f"  SPX_{name:<6} {value:.4f}   shipped {getattr(shipped, 'SPX_' + name):.4f}")
    for name, value in zip(["SCALE", "PRICE", "DEEP", "STEEP"], vix_fit, strict=True):
        print(f"  VIX_{name:<6} {value:.4f}   shipped {getattr(shipped, 'VIX_' + name):.4f}")
    print(f"  XSP_FACTOR {fit_xsp(xsp, tables):.3f}   shipped {shipped.XSP_FACTOR:.3f}")

    print("\nErrors of the shipped constants")
    table("SPX, 2019 scrapes", spring, shipped.spx_half_spread)
    table("SPX, quote tables 2022-2024", tables, shipped.spx_half_spread)
    apart = bucketed(chain_quotes(data, "spx_optionchainanalytics_20240524"))
    table("SPX, 24 May 2024 (not fitted)", apart, shipped.spx_half_spread)
    panic = bucketed(chain_quotes(data, "spx_hod_201801_02"))
    table("SPX, January and February 2018 (not fitted)", panic, shipped.spx_half_spread)
    for session, group in panic.filter(pl.col("session") >= dt.date(2018, 2, 2)).group_by(
        "session", maintain_order=True
    ):
        near = shipped_ratio(group.filter(pl.col("abs_delta").is_between(0.05, 0.5)), shipped.spx_half_spread)["ratio"]
        if near.len() >= 5:
            print(f"  {session[0]} VIX {group['vix'][0]:5.2f}: quoted over model {np.exp(near.median()):.2f}")
    table("VIX calls, 1 June 2016, two snapshots", vix, shipped.vix_half_spread)
    table("XSP, 14 September 2023", xsp, shipped.xsp_half_spread)


if __name__ == "__main__":
    main()
