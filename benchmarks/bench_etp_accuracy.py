"""Measure the chain-free options on VXX and UVXY against every real chain of theirs at hand.

Run: ``python benchmarks/bench_etp_accuracy.py ../shared/data/real``. Quotes out of the money with a bid, half-spread up
to a quarter of the mid, 6 days and more, 3 to 97 delta; the market's volatility by Black at the parity forward of its
own expiry (the four strikes nearest the money), the model's as the product makes it. The fit saw the chains of December
2016 alone. Needs QuantLib (``pip install 'alvh[etp]'``).
"""

from __future__ import annotations

import math
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from alvh import conventions
from alvh.adapters.load import load_history
from alvh.adapters.sources.importing import import_paths
from alvh.adapters.store import Store
from alvh.market import etp_model, vix_model
from alvh.market.etp_quotes import EtpQuotes
from alvh.market.history import History
from alvh.maths import black
from alvh.maths.american import american_prices
from chain_quotes import data_folder

FILES = ("vxx_hod_201612", "vxx_optionsdesk_2026", "uvxy_optionsdesk_2026")
TABLES = ("vol_indices", "vx_futures", "underlyings", "rates")
DELTAS = (0.03, 0.10, 0.25, 0.40, 0.60, 0.97)
DAYS = (6, 20, 50, 120, 260, 900)
WIDEST = 0.25


def history_of(data: Path) -> History:
    """Import what the model reads and lay it out."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        import_paths(store, "canonical", [data / f"{name}.parquet" for name in TABLES])
        return load_history(store)


def parity(group: pl.DataFrame, spot: float, discount: float) -> float:
    """Return the forward that calls and puts of the four strikes nearest the money say, the median of them."""
    quoted = group.filter((pl.col("bid") > 0) & (pl.col("ask") > 0)).with_columns(
        mid=(pl.col("bid") + pl.col("ask")) / 2
    )
    calls, puts = (quoted.filter(pl.col("right") == side).select("strike", "mid") for side in "CP")
    both = calls.join(puts, on="strike", suffix="_put")
    if both.is_empty():
        return math.nan
    near = both.sort((pl.col("strike") - spot).abs()).head(4)
    return float(np.median((near["strike"] + (near["mid"] - near["mid_put"]) / discount).to_numpy()))


def errors(fund: str, chain: pl.DataFrame, known: History) -> pl.DataFrame:
    """Return one row a quote: delta, days, volatility and price of market and model, half-spreads, and the carry."""
    quotes = EtpQuotes(fund, known, {})
    rows = []
    for (day, expiry), group in chain.group_by("quote_date", "expiry", maintain_order=True):
        i, root = known.index(day), conventions.etp_root(fund, day)
        at = quotes._smile(i, root, expiry)  # noqa: SLF001 - the smile itself is what is measured
        if at is None or (expiry - day).days < DAYS[0]:
            continue
        k = i - at.first
        years, discount, rate = at.years[k], at.discount[k], at.rate[k]
        forward = parity(group, at.spot[k], discount)
        if not math.isfinite(forward):
            continue
        carry = rate - math.log(forward / at.spot[k]) / years
        for strike, right, bid, ask in group.select("strike", "right", "bid", "ask").iter_rows():
            call = right == "C"
            if not bid or not ask or ask <= bid or call != (strike >= forward) or ask - bid > WIDEST * (ask + bid):
                continue
            mid, half = (ask + bid) / 2, (ask - bid) / 2
            vol = black.implied_vol(mid, forward, strike, years, discount, call)
            own = vix_model.strike_vol(at.forward[k], strike, at.smile[0, k], at.smile[1, k], years)
            price = american_prices(
                at.spot[k : k + 1], strike, at.years[k : k + 1], np.array([own]), at.rate[k : k + 1],
                etp_model.BORROW, call,
            )[0]  # fmt: skip
            spread = etp_model.half_spread(price, years * 365.0, quotes.inputs.vix[i], quotes.columns.spread[i])
            delta = abs(black.delta(forward, strike, years, vol, call))
            rows.append((day, years * 365.0, delta, 100 * (own - vol), price / mid - 1, abs(price - mid) <= half,
                         half / spread, carry))  # fmt: skip
    names = ("day", "days", "delta", "vol_error", "price_error", "inside", "half_ratio", "carry")
    return pl.DataFrame(rows, schema=names, orient="row").filter(pl.col("delta").is_between(DELTAS[0], DELTAS[-1]))


def line(part: pl.DataFrame) -> str:
    """Return number, mean error, RMSE, median price error, share inside the spread, half-spread bias."""
    vol = part["vol_error"].drop_nans().to_numpy()
    bias = math.exp(float(np.median(np.log(part["half_ratio"].to_numpy())))) - 1
    return (
        f"{part.height:6d} {vol.mean():+6.1f} {np.sqrt((vol**2).mean()):6.1f} {part['price_error'].median():+7.0%}"
        f" {part['inside'].mean():7.0%} {bias:+8.0%}"
    )


def main() -> None:
    """Print the errors by file, and by delta and tenor."""
    data = data_folder(__doc__)
    known = history_of(data)
    for name in FILES:
        fund = name.partition("_")[0].upper()
        found = errors(fund, pl.read_parquet(data / "chains" / f"{name}.parquet"), known)
        print(f"\n{name}: {found['day'].n_unique()} sessions")
        print("delta    days      number   mean   RMSE   price  inside  spread")
        print(f"{'all':16s} {line(found)}")
        for low, high in pairwise(DAYS):
            for small, large in pairwise(DELTAS):
                part = found.filter(
                    pl.col("days").is_between(low, high, closed="left")
                    & pl.col("delta").is_between(small, large, closed="left")
                )
                if part.height:
                    print(f"{100 * small:2.0f}-{100 * large:2.0f} {low:5d}-{high:3d}   {line(part)}")
        months = found.filter(pl.col("days").is_between(25, 260)).unique(("day", "days"))["carry"]
        print(f"carry, 25 to 260 days: median {months.median():.1%}, tenths {months.quantile(0.1):.1%}"
              f" and {months.quantile(0.9):.1%}, {len(months)} expiries")  # fmt: skip


if __name__ == "__main__":
    main()
