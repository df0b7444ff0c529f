"""The stationary block bootstrap: rows of a history drawn in blocks of random length, wrapped at the end.

D. N. Politis and J. P. Romano, "The Stationary Bootstrap", Journal of the American Statistical Association 89 (1994);
`methodology.md` section 9. Blocks are drawn as positions in [0, 1), once for a seed, and mapped to whatever rows are
known at a date: every date is judged on the same scenarios, and only its own past decides what they hold.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from alvh.maths.kernel import kernel
from alvh.values import Floats, Ints


class Blocks(NamedTuple):
    """Paths made of blocks.

    Attributes
    ----------
    first : array (paths + 1,)
        Where a path's blocks begin in the other two arrays; the last entry is their number.
    position : array
        Where a block begins, as a share of the rows known, in [0, 1).
    length : array
        Its sessions, at least 1; those of a path add up to the horizon.
    """

    first: Ints
    position: Floats
    length: Ints


@cache
def draw_blocks(seed: int, paths: int, horizon: int, mean_block: float) -> Blocks:
    """Draw the blocks of some paths: at each session a new block begins with probability 1 / mean block.

    Raises
    ------
    ValueError
        Unless there is at least one path, one session and a mean block of one session.
    """
    if paths < 1 or horizon < 1 or mean_block < 1.0:
        raise ValueError(f"{paths} paths of {horizon} sessions in blocks of {mean_block:g}: each must be at least 1")
    rng = np.random.default_rng(seed)
    positions = rng.random((paths, horizon))
    begins = rng.random((paths, horizon)) < 1.0 / mean_block
    begins[:, 0] = True
    at = np.flatnonzero(begins)
    length = np.diff(np.append(at, paths * horizon))
    first = np.concatenate(([0], np.cumsum(begins.sum(axis=1))))
    made = Blocks(first.astype(np.int64), positions.reshape(-1)[at], length.astype(np.int64))
    for array in made:
        array.setflags(write=False)
    return made


def row_indices(blocks: Blocks, rows: int) -> Ints:
    """Return the rows of every session of every path, (paths, horizon): what `block_sum` adds up."""
    starts = (blocks.position * rows).astype(np.int64)
    within = np.arange(blocks.length.sum()) - np.repeat(np.cumsum(blocks.length) - blocks.length, blocks.length)
    indices: Ints = (np.repeat(starts, blocks.length) + within) % rows
    return indices.reshape(len(blocks.first) - 1, -1)


def running_sums(rows: Floats) -> Floats:
    """Return sums of the first k rows, k from 0 on: a block is then the difference of two of them."""
    return np.concatenate((np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)))


@kernel
def block_sum(sums: Floats, column: int, start: int, length: int) -> float:
    """Return the sum of `length` rows from `start` on in one column of `running_sums`, wrapping at the last row."""
    rows = sums.shape[0] - 1
    stop = start + length
    total: float = -sums[start, column]
    while stop > rows:
        total += float(sums[rows, column])
        stop -= rows
    return total + float(sums[stop, column])
