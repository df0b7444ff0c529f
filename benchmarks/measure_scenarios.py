"""Print how well the history-driven engine fits the history it was fitted to: what ``docs/scenarios.md`` quotes.

    PYTHONPATH=src python benchmarks/measure_scenarios.py FOLDER

FOLDER holds the canonical tables ``vol_indices``, ``vx_futures``, ``underlyings`` and ``rates`` as Parquet files.
"""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from alvh import conventions
from alvh.evidence.arbitrage_free import surfaces
from alvh.market.engines.facts import Facts, bands, facts_of, skew_stickiness
from alvh.market.engines.fitted import Fit, fill_scales, fit
from alvh.market.engines.history_driven import simulate, start_at, start_at_mean
from alvh.market.engines.named_replays import EPISODES, replay
from alvh.market.engines.simulated import simulated_history
from alvh.market.engines.states import LN_VIX, RETURN, states
from alvh.market.engines.tilting import DESIGN, STATES, effective_size, long_run_shares, weights_of
from alvh.market.history import History, build_history
from alvh.market.smile_inputs import smile_inputs
from alvh.values import Floats

TABLES = ("vol_indices", "vx_futures", "underlyings", "rates")
MARKETS = 200
YEAR = 252


def main(folder: Path) -> None:
    history = build_history({name: pl.read_parquet(folder / f"{name}.parquet") for name in TABLES})
    made = fit(history)
    print(f"{len(made.dates)} rows, {made.dates[0]} to {made.dates[-1]}; largest eigenvalue {made.explosiveness:.4f}")
    print_states(made)
    print_scales(history, made)
    print_facts(history, made)
    print_markets(history, made)
    print_replays(history, made)


def print_states(made: Fit) -> None:
    """Shares and persistence of the three states."""
    shares = np.bincount(made.labels, minlength=len(STATES)) / len(made.labels)
    for s, name in enumerate(STATES):
        print(
            f"{name}: {shares[s]:.3f} of rows, stays {made.observed[s, s]:.4f} a day; in the design "
            f"{long_run_shares(np.array(DESIGN))[s]:.3f} and {DESIGN[s][s]:.3f}"
        )


def print_scales(history: History, made: Fit) -> None:
    """Log likelihoods of Student's t with 5 degrees of freedom, by how the spread of a column is forecast."""
    known = states(history)
    at = np.flatnonzero(known.complete[1:] & known.complete[:-1]) + 1
    ln_vix = known.values[at - 1, LN_VIX]
    residuals = made.scales * (made.surprises + made.centre)
    weighted = np.empty_like(residuals)
    fill_scales(residuals, ln_vix, made.long_run, weighted)
    vix = np.exp(ln_vix)
    r = residuals[:, RETURN]
    spreads = {"constant": np.ones(len(r))} | {f"VIX^{p:.1f}": vix**p for p in (1.0, 1.2, 1.3, 1.4, 1.5)}
    print("SPX:", ", ".join(f"{name} {likelihood(r, s):.4f}" for name, s in spreads.items()))
    for k in range(1, residuals.shape[1]):
        constant, used = likelihood(residuals[:, k], np.ones(len(r))), likelihood(residuals[:, k], weighted[:, k])
        whole = likelihood(residuals[:, k], weighted[:, k] ** 2)
        print(f"{made.names[k]}: constant {constant:.4f}, half-way {used:.4f}, all the way {whole:.4f}")


def likelihood(residuals: Floats, scale: Floats) -> float:
    """Mean log likelihood, up to a constant, at the scale's own best level."""
    z = residuals / scale
    level = scale * z.std()
    return -float(np.mean(np.log(level) + 3.0 * np.log1p((residuals / level) ** 2 / 3.0)))


def print_facts(history: History, made: Fit) -> None:
    """Facts of the history, their bands, and the engine's without and with the tilt."""
    known = states(history)
    there = known.complete.copy()
    there[1:] &= known.complete[:-1]
    changes = np.diff(history.column("VIX"), prepend=np.nan)
    own = (known.column("SPX")[there], changes[there], (known.column("VIX3M") > 0.0)[there].astype(float))
    low, high = bands(*own, seed=1, draws=300, mean_block=15.0)
    rows = {"history": facts_of(*own), "5 %": low, "95 %": high}
    for tilt in (0.0, 1.0):
        drawn = []
        for seed in range(40):
            path = simulate(made, start_at_mean(made, made.dates[-1]), len(own[0]), seed, tilt=tilt)
            upright = (path.column("VIX3M")[1:] > 0.0).astype(float)
            drawn.append(facts_of(path.column("SPX")[1:], np.diff(np.exp(path.column("VIX"))), upright))
        rows[f"engine, tilt {tilt:.0f}"] = Facts(*np.median(np.array(drawn), axis=0).tolist())
    for name, facts in rows.items():
        print(f"{name}: " + ", ".join(f"{k} {v:.3f}" for k, v in facts._asdict().items()))
    vix, r = np.exp(known.values[:-1, LN_VIX]), known.values[1:, RETURN]
    print("history:", buckets(vix, r))
    paths = [simulate(made, start_at_mean(made, made.dates[-1]), 1000, seed, tilt=0.0) for seed in range(100)]
    before = np.concatenate([np.exp(path.values[:-1, LN_VIX]) for path in paths])
    print("engine:", buckets(before, np.concatenate([path.values[1:, RETURN] for path in paths])))


def buckets(vix: Floats, returns: Floats) -> str:
    """What SPX realised over what VIX said, by the VIX of the day before."""
    edges = (0.0, 13.5, 16.0, 19.5, 24.5, 30.0, np.inf)
    out = []
    for low, high in pairwise(edges):
        inside = (vix > low) & (vix <= high) & np.isfinite(returns)
        ratio = returns[inside].std() * np.sqrt(252.0) * 100.0 / np.sqrt(np.mean(vix[inside] ** 2))
        out.append(f"{low:g}-{high:g}: {ratio:.2f}")
    return "realised / VIX " + ", ".join(out)


def print_markets(history: History, made: Fit) -> None:
    """What one-year markets from the last state hold, and what the two inequalities had to move."""
    start = start_at(history)
    begun = time.perf_counter()
    markets = [simulated_history(history, made, simulate(made, start, YEAR, k), start) for k in range(MARKETS)]
    took = time.perf_counter() - begun
    weights = weights_of(np.array([market.log_weight for market in markets]))
    print(
        f"{MARKETS} markets from {start.date}: {1e3 * took / MARKETS:.0f} ms each, worth {effective_size(weights):.0f}"
    )
    raised, capped = sum(m.raised for m in markets), sum(m.capped for m in markets)
    share = capped / sum(m.settled for m in markets)
    print(f"indices raised on {raised} of {MARKETS * YEAR} sessions, VX capped {share:.3f}")
    highest = np.array([m.history.column("VIX")[m.first :].max() for m in markets])
    print("highest VIX of a year, 50/90/99 %:", np.quantile(highest, [0.5, 0.9, 0.99]).round(1))
    sticky = [skew_stickiness(smile_inputs(m.history), m.first) for m in markets[:20]]
    own = smile_inputs(history)
    print(f"skew-stickiness {np.mean(sticky):.2f} (history {skew_stickiness(own):.2f})")
    found = []
    for market in markets[:20]:
        close = np.array([conventions.close_instant("SPXW", day) for day in market.history.dates])
        made_surfaces = surfaces(smile_inputs(market.history), close)
        found.append((made_surfaces.butterflies, made_surfaces.calendars))
        assert np.nanmax(np.abs(made_surfaces.strip - made_surfaces.target)) < 0.05
    print("butterflies and calendars:", np.array(found).sum(axis=0))


def print_replays(history: History, made: Fit) -> None:
    """How far VX of an episode replayed from its own eve is from what was settled."""
    for name, (eve, _, about) in EPISODES.items():
        path = replay(history, name, eve)
        market = simulated_history(history, made, path, start_at(history, eve))
        i, n = history.index(eve), len(path.values)
        errors = []
        for k in (1, 2, 3, 4):
            simulated, settled = market.history.vx.nearby(k)[market.first :], history.vx.nearby(k)[i + 1 : i + 1 + n]
            errors.append(np.log(simulated / settled))
        off = np.abs(np.concatenate(errors))
        print(f"{name} ({about}): {n} sessions, VX off {np.nanmedian(off):.4f} (median), {np.nanmax(off):.3f} (most)")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
