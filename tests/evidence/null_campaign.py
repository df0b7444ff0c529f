"""Verdicts counted over many worlds whose answer is known: shared by the test and whoever repeats the campaign.

``python tests/evidence/null_campaign.py 500 5040`` prints the table of `docs/decisions/0015`.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np

from alvh.evidence.effects import Paired, effects
from alvh.evidence.margins import CAGR, CVAR, DRAWDOWN, PNL, Resampling, by_regime, mean_block
from alvh.evidence.null_worlds import EXCHANGEABLE, NOTHING, OTHER, PIECES, Law, Plant, world
from alvh.evidence.verdicts import Effect

GROWTH = (CAGR, PNL)
BLOCKS = (21.0, 30.0, 42.0, 63.0, 84.0, 126.0)
"""Blocks are rounded up to one of these, so that worlds share their draws."""
REGIME_EDGES = (0.08, 0.3, 0.7, 0.92)
"""Five regimes by the volatility a session began with, as unequal as those of the curve."""
REGIMES = ("steep", "extreme", "normal", "flat", "inverted")
POWER = {
    "cover 35 %": ("noise", Plant(cover=0.35)),
    "cover 35 %, twin": ("twin", Plant(cover=0.35)),
    "+2 % a year, noise": ("noise", Plant(growth=0.02)),
    "+2 % a year, long tail": ("long tail", Plant(growth=0.02)),
    "+1 % a year, long tail": ("long tail", Plant(growth=0.01)),
}


def is_null(piece: str, metric: str) -> bool:
    """Say whether a piece changes nothing in a metric (`alvh.evidence.null_worlds`): regimes are means of growth."""
    return piece in EXCHANGEABLE or metric not in (DRAWDOWN, CVAR)


def verdicts(
    seed: int, piece: str, sessions: int, law: Law, plant: Plant = NOTHING, draws: int = 499
) -> dict[str, str]:
    """Return the verdict of every metric and regime in one world; "missing" where there is none."""
    made = world(seed, piece, sessions, law, plant)
    one, other = made.returns_with, made.returns_without
    gained = np.diff(1e6 * (np.cumprod(1.0 + one) - np.cumprod(1.0 + other)), prepend=0.0)
    days = np.busday_offset("2005-01-03", np.arange(sessions), roll="forward")
    pair = Paired(one, other, gained, days)
    asked = mean_block([one - other], 0.0)
    resampling = Resampling(next((block for block in BLOCKS if block >= asked), BLOCKS[-1]), draws, seed=1)
    bands = np.searchsorted(np.quantile(made.vol_session, REGIME_EDGES), made.vol_session)
    named = by_regime(pair, [REGIMES[band] for band in bands], resampling)
    found = effects(pair, resampling) | {f"regime {name}": effect for name, effect in named.items()}
    return {name: one.verdict if isinstance(one, Effect) else "missing" for name, one in found.items()}


def counted(worlds: Sequence[Mapping[str, str]]) -> dict[str, Counter[str]]:
    """Return how often each verdict was given, by metric; "missing" also where a world never met a regime."""
    metrics = dict.fromkeys(metric for one in worlds for metric in one)
    return {metric: Counter(one.get(metric, "missing") for one in worlds) for metric in metrics}


def table(worlds: int, sessions: int, first_seed: int, law: Law, pieces: Mapping[str, tuple[str, Plant]]) -> None:
    """Print shares of "pays" and "does not pay" for some pieces."""
    with ProcessPoolExecutor(2) as pool:
        for label, (piece, plant) in pieces.items():
            job = partial(verdicts, piece=piece, sessions=sessions, law=law, plant=plant)
            counts = counted(list(pool.map(job, range(first_seed, first_seed + worlds), chunksize=10)))
            cells = [
                f"{metric.removeprefix('regime ')[:8]:>8}"
                f"{100 * n['pays'] / worlds:6.1f}{100 * n['does not pay'] / worlds:6.1f}"
                f"{' ' if is_null(piece, metric) else '*'}"
                for metric, n in counts.items()
            ]
            print(f"{label:22}", *cells, sep=" |", flush=True)  # noqa: T201


if __name__ == "__main__":
    worlds_, sessions_ = int(sys.argv[1]), int(sys.argv[2])
    table(worlds_, sessions_, 500_000, OTHER, {piece: (piece, NOTHING) for piece in PIECES})
    table(min(worlds_, 200), sessions_, 900_000, OTHER, POWER)
