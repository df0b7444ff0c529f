"""Time the pricing kernels: nanoseconds a call inside one compiled loop, best of five, on one thread.

Run: ``python benchmarks/bench_kernels.py``. A million SPX-like quotes (a quarter of a day to two years, within 4.5
standard deviations). The machine and its load decide the figures: compare runs of one machine only.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from alvh.market import half_spread
from alvh.maths import black, smile, vix_call
from alvh.maths.kernel import kernel

COUNT = 1_000_000
FORWARD = 4000.0


@kernel
def smile_loop(k: np.ndarray, years: np.ndarray, out: np.ndarray) -> None:
    """Volatilities of one smile."""
    for i in range(out.size):
        out[i] = smile.vol(k[i], 0.01, -0.5, smile.ETA, years[i])


@kernel
def table_loop(table: np.ndarray, years: np.ndarray, out: np.ndarray) -> None:
    """Thetas from the table."""
    for i in range(out.size):
        out[i] = smile.theta_from_table(table, 0.04 * years[i], -0.5)


@kernel
def solver_loop(years: np.ndarray, out: np.ndarray) -> None:
    """Thetas from the solver."""
    for i in range(out.size):
        out[i] = smile.theta_for_strip(0.04 * years[i], -0.5, smile.ETA)


@kernel
def curve_loop(clock: np.ndarray, variance: np.ndarray, years: np.ndarray, out: np.ndarray) -> None:
    """Total variances from the monotone cubic."""
    for i in range(out.size):
        out[i] = smile.pchip(clock, variance, 365.0 * years[i])


@kernel
def shape_loop(years: np.ndarray, out: np.ndarray) -> None:
    """Shapes of the VIX-option model."""
    for i in range(out.size):
        out[i] = vix_call.shape(20.0, years[i], 0.95 * vix_call.vvix_term(years[i]))


@kernel
def spread_loop(price: np.ndarray, years: np.ndarray, out: np.ndarray) -> None:
    """Half-spreads."""
    for i in range(out.size):
        out[i] = half_spread.spx_half_spread(price[i], 0.2, 365.0 * years[i], 16.0)


def best(name: str, count: int, job: Callable[[], object]) -> None:
    """Print the best of five runs after one that compiles."""
    job()
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        job()
        seconds.append(time.perf_counter() - start)
    print(f"{name:34} {min(seconds) / count * 1e9:9.1f} ns   {count / min(seconds) / 1e6:7.2f} million/s")


def main() -> None:
    """Time every kernel the reconstruction calls."""
    rng = np.random.default_rng(1)
    vol, years = rng.uniform(0.05, 1.0, COUNT), rng.uniform(0.25 / 365, 2.0, COUNT)
    k = rng.uniform(-4.5, 4.5, COUNT) * vol * np.sqrt(years)
    strike, call, discount = FORWARD * np.exp(k), k > 0, np.full(COUNT, 0.97)
    forward, out, wide = np.full(COUNT, FORWARD), np.empty(COUNT), np.empty((COUNT, 7))
    price = black.price_many(forward, strike, years, vol, discount, call)
    best("black.price", COUNT, lambda: black.price_loop(forward, strike, years, vol, discount, call, out))
    best("black.greeks", COUNT, lambda: black.greeks_loop(forward, strike, years, vol, discount, call, wide))
    best("black.implied_vol", COUNT, lambda: black.implied_vol_loop(price, forward, strike, years, discount, call, out))
    black.implied_vol_loop(price, forward, strike, years, discount, call, out)
    print(f"  worst implied-vol error {np.nanmax(np.abs(out - vol)):.1e}, unsolved {int(np.isnan(out).sum())}")
    best("smile.vol", COUNT, lambda: smile_loop(k, years, out))
    table = smile.theta_table()
    best("smile.theta_from_table", COUNT, lambda: table_loop(table, years, out))
    best("smile.theta_for_strip (solver)", 2_000, lambda: solver_loop(years[:2_000], out[:2_000]))
    clock, variance = np.array([9.0, 30.0, 93.0, 184.0]), np.array([0.0008, 0.0033, 0.0123, 0.0278])
    best("smile.pchip", COUNT, lambda: curve_loop(clock, variance, years, out))
    best("vix_call.shape", 100_000, lambda: shape_loop(years[:100_000], out[:100_000]))
    best("half_spread.spx_half_spread", COUNT, lambda: spread_loop(price, years, out))
    smile.theta_table.cache_clear()
    start = time.perf_counter()
    smile.theta_table()
    print(f"{'theta_table, once a process':34} {(time.perf_counter() - start) * 1e3:9.1f} ms")


if __name__ == "__main__":
    main()
