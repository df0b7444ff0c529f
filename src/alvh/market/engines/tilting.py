"""Three states of the market as a Markov chain that says which rows a scenario draws from, tilted towards stress.

Every session of the past is calm, a slow bear or a crash. The chain runs from day to day; where a block ends, the next
one begins at a row of the state the chain is in by then. At the frequencies with which the past itself changed state
this is the history's own bootstrap; at the persistence of the design (`methodology.md` section 7: .99, .985 and .93 a
day, a choice) scenarios hold more stress than the past, and each keeps the logarithm of how much less likely it was
under the history's chain. Both chains choose rows alike within a state, so that likelihood ratio is exact: the product
over the seams of one transition probability over the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from alvh.maths.kernel import kernel
from alvh.values import Bools, Floats, Ints

CALM: Final = 0
SLOW_BEAR: Final = 1
CRASH: Final = 2
STATES: Final = ("calm", "slow bear", "crash")
DESIGN: Final = (
    (0.990, 0.0050, 0.0050),
    (0.0045, 0.985, 0.0105),
    (0.0210, 0.0490, 0.930),
)
"""Daily transitions of the tilted chain. The diagonal is the specification's; out of a calm both kinds of stress are
as likely, and out of stress seven times in ten the other kind comes first, not the calm: our choice."""
CRASH_VIX: Final = 30.0
"""An inverted curve at a higher VIX begins a crash, and a VIX at or below it ends one. Our choice."""
BEAR_BEGINS: Final = 0.10
BEAR_ENDS: Final = 0.05
"""SPX so far below its high of a year begins a slow bear, and no farther than that ends it. Our choice."""
HIGH_SESSIONS: Final = 252
MEAN_BLOCK: Final = 15.0
PRIOR: Final = 1.0
"""Added to the transitions counted out of each state, spread evenly, so that none is impossible."""


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """Which rows a scenario is made of.

    Attributes
    ----------
    rows : array (horizon,)
        Positions among the rows drawn from.
    log_weight : float
        Log of the likelihood under the history's chain over the likelihood under the tilted one; 0 without a tilt.
    states : tuple of int
        State of the chain at the beginning of each block.
    """

    rows: Ints
    log_weight: float
    states: tuple[int, ...]


def label(spx: Floats, vix: Floats, vix3m: Floats) -> Ints:
    """Return the state of each session: `CRASH`, else `SLOW_BEAR`, else `CALM`; stress lasts until it ends.

    Parameters
    ----------
    spx, vix, vix3m : arrays (n,)
        Closes; a session reads no later one. A missing close leaves the state as it was.
    """
    out = np.empty(len(spx), dtype=np.int64)
    fill_labels(spx, vix, vix3m, out)
    return out


@kernel
def fill_labels(spx: Floats, vix: Floats, vix3m: Floats, out: Ints) -> None:
    """Fill the state of each session."""
    bear, crash = False, False
    for t in range(len(spx)):
        high = 0.0
        for s in range(max(0, t + 1 - HIGH_SESSIONS), t + 1):
            if spx[s] > high:  # noqa: PLR1730 (a missing close must not become the high)
                high = spx[s]
        bear = not spx[t] >= (1.0 - BEAR_ENDS) * high if bear else spx[t] < (1.0 - BEAR_BEGINS) * high
        crash = not vix[t] <= CRASH_VIX if crash else vix[t] > CRASH_VIX and vix[t] > vix3m[t]
        out[t] = CRASH if crash else SLOW_BEAR if bear else CALM


def observed_chain(labels: Ints) -> Floats:
    """Return daily transition probabilities counted from labels, (3, 3); row: today's state, column: tomorrow's."""
    counts = np.full((len(STATES), len(STATES)), PRIOR / len(STATES))
    np.add.at(counts, (labels[:-1], labels[1:]), 1.0)
    out: Floats = counts / counts.sum(axis=1, keepdims=True)
    return out


def tilted_chain(observed: Floats, tilt: float = 1.0) -> Floats:
    """Return the chain `tilt` of the way from the observed one (0) to `DESIGN` (1)."""
    return (1.0 - tilt) * observed + tilt * np.array(DESIGN)


def long_run_shares(chain: Floats) -> Floats:
    """Return the long-run shares of the states."""
    values, vectors = np.linalg.eig(chain.T)
    share = np.real(vectors[:, np.argmax(np.real(values))])
    out: Floats = share / share.sum()
    return out


def draw_rows(
    labels: Ints,
    observed: Floats,
    tilted: Floats,
    *,
    state: int,
    horizon: int,
    seed: int | tuple[int, int],
    mean_block: float = MEAN_BLOCK,
) -> Draw:
    """Draw whole rows in blocks of geometric length, wrapped at the end.

    Parameters
    ----------
    labels : array (rows,)
        State of each row, oldest first.
    observed, tilted : arrays (3, 3)
        The chain by which a path is weighted, and the one by which it is drawn.
    state : int
        Where the chain stands at the start, under both.
    horizon : int
        Sessions to draw.
    seed : int or (int, int)
        Everything random follows from it; a longer horizon begins like a shorter one.
    mean_block : float
        Sessions, at least 1.

    Raises
    ------
    ValueError
        When the state at the start has no row.
    """
    rng = np.random.default_rng(seed)
    pools = [np.flatnonzero(labels == s) for s in range(len(STATES))]
    there = np.array([len(pool) > 0 for pool in pools])
    if not there[state]:
        raise ValueError(f"no session of the history is a {STATES[state]}: nothing to begin with")
    rows = np.empty(horizon, dtype=np.int64)
    passed: list[int] = []
    done, log_weight, length = 0, 0.0, 0
    while done < horizon:
        if passed:
            drawn, base = (after(chain, state, length, there) for chain in (tilted, observed))
            state = min(int(np.searchsorted(np.cumsum(drawn), rng.random(), side="right")), len(STATES) - 1)
            log_weight += math.log(base[state] / drawn[state])
        passed.append(state)
        start = int(pools[state][int(rng.random() * len(pools[state]))])
        length = int(rng.geometric(1.0 / mean_block))
        take = min(length, horizon - done)
        rows[done : done + take] = (start + np.arange(take)) % len(labels)
        done += take
    return Draw(rows, log_weight, tuple(passed))


def after(chain: Floats, state: int, sessions: int, there: Bools) -> Floats:
    """Return the chances of each state some sessions later, given that it is one of those that are there."""
    chances: Floats = np.linalg.matrix_power(chain, sessions)[state] * there
    out: Floats = chances / chances.sum()
    return out


def weights_of(log_weights: Floats) -> Floats:
    """Return weights that add up to one, from their logarithms."""
    raw = np.exp(log_weights - np.max(log_weights))
    out: Floats = raw / raw.sum()
    return out


def effective_size(weights: Floats) -> float:
    """Return how many equally weighted paths the weights are worth: (sum)^2 / sum of squares (Kish 1965)."""
    return float(weights.sum() ** 2 / np.sum(weights**2))
