"""How often the best of a search disappoints: the probability of backtest overfitting.

D. H. Bailey, J. M. Borwein, M. Lopez de Prado and Q. J. Zhu, "The Probability of Backtest Overfitting", Journal of
Computational Finance 20 (2017): combinatorially symmetric cross-validation. The history is cut into S blocks; each of
the C(S, S/2) halves in turn is in-sample and the rest out-of-sample. The configuration that is best in-sample has the
rank r among N out-of-sample (1 the worst), w = r / (N + 1), logit ln(w / (1 - w)); the probability is the share of
splits with a logit at or below 0: the winner ended in the lower half. It is one half for a search without skill, not
zero, and stays near zero for a search that finds something (`methodology.md`, section 9).

A half is a sum of blocks, so sums of returns and of their squares by block are enough for every Sharpe ratio: a split
costs S additions a configuration whatever the length of the history.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from alvh.maths.kernel import kernel
from alvh.values import Bools, Floats, Ints, Missing

GATE = 0.2
"""A search above this is not to be trusted (`methodology.md`, section 9)."""

MOST_BLOCKS = 16
"""12,870 splits: the paper's choice."""
FEWEST_BLOCKS = 8
"""70 splits. Fewer make the share too coarse to hold against a gate of 0.2. Our choice."""
BLOCK_HOLDINGS = 4
"""A block has at least this many holding periods, so that no more than a quarter of its sessions carry trades that were
opened in the block before it, which may stand on the other side. Our choice."""

SPLITS_AT_ONCE = 1024
"""Splits computed together: what fits in memory for thousands of configurations."""


@dataclass(frozen=True, slots=True)
class Overfitting:
    """What cross-validation says of a search.

    Attributes
    ----------
    pbo, pbo_strict : float
        Share of splits with a logit at or below 0, and below 0. They differ where the winner ends in the very middle,
        which takes an odd number of configurations.
    loss_probability : float
        Share of splits in which the winner lost out-of-sample.
    slope, intercept : float
        Of the line through the winners' ratios, out-of-sample on in-sample: a negative slope says that the better it
        looked, the worse it got. NaN where the in-sample ratio is the same in every split.
    logits, best_inside, best_outside : array (splits,)
        Logit of each split; Sharpe ratio a session of its winner in and out of sample.
    winners : array (splits,)
        Which configuration won each split, by its column.
    configurations, blocks, block_sessions : int
    dropped : int
        Oldest sessions left out so that all blocks are equally long.
    """

    pbo: float
    pbo_strict: float
    loss_probability: float
    slope: float
    intercept: float
    logits: Floats
    best_inside: Floats
    best_outside: Floats
    winners: Ints
    configurations: int
    blocks: int
    block_sessions: int
    dropped: int

    @property
    def passes(self) -> bool:
        """Whether the search is below the gate."""
        return self.pbo <= GATE


def halves(blocks: int) -> Bools:
    """Return every half of the blocks, (splits, blocks); the i-th from the end is what the i-th leaves out."""
    chosen = np.array(list(combinations(range(blocks), blocks // 2)))
    out = np.zeros((len(chosen), blocks), dtype=bool)
    np.put_along_axis(out, chosen, values=True, axis=1)
    return out


def logits_of(inside: Floats, outside: Floats) -> tuple[Ints, Floats]:
    """Return the winner of each split and the logit of its rank out-of-sample.

    Parameters
    ----------
    inside, outside : array (splits, configurations)
        Any measure of which more is better, in and out of sample.

    Returns
    -------
    winners : array (splits,)
        The first of equals.
    logits : array (splits,)
        Equals out-of-sample share the middle of their ranks.
    """
    rows = np.arange(len(inside))
    winners = inside.argmax(axis=1)
    reached = outside[rows, winners][:, None]
    rank = (outside < reached).sum(axis=1) + 0.5 * ((outside == reached).sum(axis=1) + 1.0)
    share = rank / (outside.shape[1] + 1.0)
    return winners.astype(np.int64), np.log(share / (1.0 - share))


def blocks_for(sessions: int, holding_sessions: int) -> int:
    """Return the most blocks (even, up to 16) that a history can be cut into; 0 where it is too short for eight."""
    longest = sessions // (BLOCK_HOLDINGS * max(1, holding_sessions))
    blocks = min(MOST_BLOCKS, longest - longest % 2)
    return blocks if blocks >= FEWEST_BLOCKS else 0


def overfitting(returns: Floats, *, holding_sessions: int, blocks: int | None = None) -> Overfitting | Missing:
    """Cross-validate the choice of the best Sharpe ratio among configurations.

    Parameters
    ----------
    returns : array (sessions, configurations)
        Daily returns in excess of cash, decimals, of everything that was tried, on the same sessions.
    holding_sessions : int
        Longest time a trade is held.
    blocks : int, optional
        Even; as many as the history allows (`blocks_for`) when left out.

    Returns
    -------
    Overfitting or Missing
        Missing for fewer than two configurations, for a gap, and for a history too short for blocks of
        `BLOCK_HOLDINGS` holding periods. A configuration that does not trade in a half has the ratio 0 there: it
        earned nothing and risked nothing.
    """
    sessions, configurations = returns.shape
    if configurations < 2:
        return Missing(f"{configurations} configuration: nothing was chosen among several")
    if not np.isfinite(returns).all():
        gaps = int((~np.isfinite(returns)).any(axis=0).sum())
        return Missing(f"{gaps} of {configurations} configurations have sessions without a return")
    at_most = blocks_for(sessions, holding_sessions)
    wanted = at_most if blocks is None else blocks
    need = BLOCK_HOLDINGS * max(1, holding_sessions)
    if wanted % 2 or wanted < FEWEST_BLOCKS or sessions // wanted < need:
        return Missing(
            f"{sessions} sessions make {sessions // need} blocks of {need} ({BLOCK_HOLDINGS} holding periods of "
            f"{holding_sessions}); {wanted or FEWEST_BLOCKS} are needed, an even number from {FEWEST_BLOCKS} on"
        )
    length = sessions // wanted
    made = list(_by_split(returns[sessions - wanted * length :], wanted, length))
    winners, logits, inside, outside = (np.concatenate(parts) for parts in zip(*made, strict=True))
    slope, intercept = _line(inside, outside)
    return Overfitting(
        pbo=float(np.mean(logits <= 0.0)),
        pbo_strict=float(np.mean(logits < 0.0)),
        loss_probability=float(np.mean(outside < 0.0)),
        slope=slope,
        intercept=intercept,
        logits=logits,
        best_inside=inside,
        best_outside=outside,
        winners=winners,
        configurations=configurations,
        blocks=wanted,
        block_sessions=length,
        dropped=sessions - wanted * length,
    )


def _by_split(returns: Floats, blocks: int, length: int) -> Iterator[tuple[Ints, Floats, Floats, Floats]]:
    """Yield winners, logits and the winners' ratios in and out of sample, some splits at a time."""
    # Sums of squares of what is near zero keep their digits.
    shift = returns.mean(axis=0)
    cut = (returns - shift).reshape(blocks, length, -1)
    sums, squares = cut.sum(axis=1), (cut * cut).sum(axis=1)
    least = 1e-12 * np.mean(returns * returns, axis=0)
    selected = halves(blocks)
    for start in range(0, len(selected), SPLITS_AT_ONCE):
        half = selected[start : start + SPLITS_AT_ONCE]
        inside = half_sharpes(half, sums, squares, shift, least, length)
        outside = half_sharpes(~half, sums, squares, shift, least, length)
        winners, logits = logits_of(inside, outside)
        rows = np.arange(len(winners))
        yield winners, logits, inside[rows, winners], outside[rows, winners]


@kernel
def half_sharpes(half: Bools, sums: Floats, squares: Floats, shift: Floats, least: Floats, length: int) -> Floats:
    """Return the Sharpe ratio of every configuration over every half, (splits, configurations); 0 where none varies.

    `sums` and `squares` are those of a block's returns less `shift`, (blocks, configurations); a variance up to `least`
    is dust of rounding; `length` sessions make a block.
    """
    splits, blocks = half.shape
    configurations = sums.shape[1]
    out = np.zeros((splits, configurations))
    one, two = np.empty(configurations), np.empty(configurations)
    for i in range(splits):
        one[:] = 0.0
        two[:] = 0.0
        n = 0
        for b in range(blocks):
            if half[i, b]:
                n += length
                for k in range(configurations):
                    one[k] += sums[b, k]
                    two[k] += squares[b, k]
        for k in range(configurations):
            mean = one[k] / n
            variance = (two[k] - one[k] * mean) / (n - 1)
            if variance > least[k]:
                out[i, k] = (shift[k] + mean) / math.sqrt(variance)
    return out


def _line(x: Floats, y: Floats) -> tuple[float, float]:
    """Return slope and intercept of the least-squares line."""
    centred = x - x.mean()
    spread = float(centred @ centred)
    if not spread > 0.0:
        return math.nan, math.nan
    slope = float(centred @ y) / spread
    return slope, float(y.mean()) - slope * float(x.mean())
