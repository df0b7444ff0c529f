"""How wrong a reconstruction may be, as draws: what `--band` reruns a backtest over.

The error is measured in the reconstruction's own two numbers. For every whole SPX chain the shift of level and slope
that fits it best is found (`alvh.evidence.chain_errors.own_shift`); its year means say what lasts, what is left around
them says what passes, and its correlation from one session to the next how fast. A draw is

    shift_t = lasting * z + passing * a_t,    a_t = memory a_(t-1) + sqrt(1 - memory^2) e_t,    z, e standard normal,

for level and slope apart (their errors are not correlated). Draws are centred on the reconstruction as it is: the mean
error of a condor's credit, which is what a run lives on, is about nothing, though its volatilities are a little high.

VIX calls: one factor on VVIX for the whole draw, by tenor. Its size is what one date with quotes (1 June 2016) was off,
and at least 5 %: one date cannot say what is typical, so the direction is left open and nothing is averaged away.

What is not in it: the shape beyond two numbers, the half-spread (the fill ladder's), crashes, of which no chain is at
hand, and the weekly VIX options and fund options, whose models have errors of their own (`docs/quotes.md`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from alvh.market.model_shift import ModelShift
from alvh.maths.kernel import kernel
from alvh.values import Floats

DRAWS: Final = 16
SEED: Final = 20070103


@dataclass(frozen=True, slots=True)
class Drift:
    """Standard deviations of an error's lasting and passing parts, and the memory of the latter from day to day."""

    lasting: float
    passing: float
    memory: float


@dataclass(frozen=True, slots=True)
class ModelError:
    """The error of a reconstruction; see the module.

    Attributes
    ----------
    level : Drift
        Of the natural logarithm of SPX volatilities.
    slope : Drift
        Of rho.
    vix_days, vix_sd : tuples of float
        Terms of VIX options in calendar days, and the standard deviation of the logarithm of VVIX at each.
    """

    level: Drift
    slope: Drift
    vix_days: tuple[float, ...]
    vix_sd: tuple[float, ...]


MEASURED: Final = ModelError(
    level=Drift(0.026, 0.030, 0.16),
    slope=Drift(0.069, 0.066, 0.90),
    vix_days=(14.0, 49.0, 77.0, 112.0, 140.0, 168.0),
    vix_sd=(0.05, 0.06, 0.13, 0.16, 0.17, 0.18),
)
"""59 sessions with a chain, 2019 to 2025 (41 of them one spring); VIX calls of one date. `alvh replicate chains`
measures the same figures again on any store."""


def draw(error: ModelError, sessions: int, number: int, seed: int = SEED) -> ModelShift:
    """Return draw `number` (from 0) of an error over an axis of `sessions`.

    The same seed and number give the same shift, and a longer axis only adds to it at the end.
    """
    lots = [np.random.default_rng((seed, number, part)) for part in range(3)]
    level, slope = (_path(drift, sessions, lot) for drift, lot in ((error.level, lots[0]), (error.slope, lots[1])))
    common = float(lots[2].standard_normal())
    return ModelShift(level, slope, np.array(error.vix_days), common * np.array(error.vix_sd))


def _path(drift: Drift, sessions: int, lot: np.random.Generator) -> Floats:
    """Return one error by session."""
    lasting = float(lot.standard_normal())
    out = lot.standard_normal(sessions)
    _remember(out, drift.memory)
    path: Floats = drift.lasting * lasting + drift.passing * out
    return path


@kernel
def _remember(values: Floats, memory: float) -> None:
    """Turn independent standard normals into a stationary first-order process of the same deviation."""
    fresh = math.sqrt(1.0 - memory * memory)
    for n in range(1, len(values)):
        values[n] = memory * values[n - 1] + fresh * values[n]
