"""Scenarios from the history known at a date: joint daily moves of SPX, VX futures and VVIX, drawn in blocks.

One row a session: the log return of SPX, the log change of a VX future 30, 60, 90, 120 and 150 days from expiry, and
the change of ln VVIX. A VX move is measured within one contract, so no roll is in it, while the slide of a contract
along the curve is. Rows are never changed, and never mixed across sessions (`methodology.md` section 7, engine A: "keep
rows whole"; section 9: blocks of 15 sessions). Our choice, with two limits: what the past did not hold, no scenario
holds; and rows are not scaled to today's volatility, so that after a calm there is more movement in the scenarios than
in option prices, and in a panic less.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from alvh.market.history import History
from alvh.maths.bootstrap import Blocks, block_sum, running_sums
from alvh.maths.kernel import kernel
from alvh.values import Floats, Ints

VX_DAYS: Final = (30.0, 60.0, 90.0, 120.0, 150.0)
PER_VX_STEP: Final = 1.0 / 30.0
"""The terms lie evenly: places between them by one multiplication."""
FIRST_ROWS: Final = 63
"""Rows whose mean square begins a variance."""
SPX_COLUMN: Final = 0
VVIX_COLUMN: Final = len(VX_DAYS) + 1
COLUMNS: Final = len(VX_DAYS) + 2
DAYS_A_SESSION: Final = 365.0 / 252.0
MOVES: Final = "scenario moves"
"""The key under which a history keeps its moves."""


def joint_moves(history: History) -> Floats:
    """Return the moves of every session, (sessions, 7): row t from t - 1 and t alone; NaN where one is missing."""
    out = np.full((len(history), COLUMNS), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        out[1:, SPX_COLUMN] = np.diff(np.log(history.column("SPX")))
        out[1:, VVIX_COLUMN] = np.diff(np.log(history.column("VVIX")))
    fill_vx_moves(history.vx.settle, history.vx.expiry_days, history.days, out)
    return out


@kernel
def fill_vx_moves(settle: Floats, expiry_days: Ints, days: Ints, out: Floats) -> None:
    """Fill the VX columns: each contract's log change, read between the two contracts around a term.

    The term is that of the session before. Nearer than the first contract or farther than the last, theirs stands.
    """
    for t in range(1, settle.shape[0]):
        for k in range(len(VX_DAYS)):
            below_days, below, above_days, above = math.nan, math.nan, math.nan, math.nan
            for j in range(settle.shape[1]):
                left = float(expiry_days[j] - days[t - 1])
                if left <= 0.0:
                    continue
                change = math.log(settle[t, j] / settle[t - 1, j])
                if not math.isfinite(change):
                    continue
                if left <= VX_DAYS[k]:
                    below_days, below = left, change
                else:
                    above_days, above = left, change
                    break
            if math.isnan(below):
                out[t, k + 1] = above
            elif math.isnan(above):
                out[t, k + 1] = below
            else:
                share = (VX_DAYS[k] - below_days) / (above_days - below_days)
                out[t, k + 1] = below + share * (above - below)


def complete(moves: Floats) -> Floats:
    """Return the rows in which nothing is missing, oldest first: what scenarios are drawn from."""
    return moves[np.isfinite(moves).all(axis=1)]


def at_todays_scale(rows: Floats, decay: float) -> Floats:
    """Return moves as large as they would be at today's volatility: each over the one it came out of.

    Filtered historical simulation (Barone-Adesi, Giannopoulos and Vosper 1999): column by column, the variance is the
    exponentially weighted mean of past squares, ``v_t = decay v_{t-1} + (1 - decay) x_{t-1}^2``, begun with the mean of
    the first `FIRST_ROWS` squares, and a move is multiplied by ``sqrt(v_today / v_t)``. A column that has not moved
    stays as it is.

    Parameters
    ----------
    rows : array (rows, columns)
        Oldest first, none missing.
    decay : float
        In (0, 1).
    """
    out = np.empty_like(rows)
    rescale(rows, decay, out)
    return out


@kernel
def rescale(rows: Floats, decay: float, out: Floats) -> None:
    """Fill `out` with `rows` at today's scale, column by column."""
    n = rows.shape[0]
    for k in range(rows.shape[1]):
        begun = min(n, FIRST_ROWS)
        variance = 0.0
        for t in range(begun):
            variance += rows[t, k] * rows[t, k] / begun
        for t in range(n):
            # First the deviation the move came out of; what it is worth today is known at the end.
            out[t, k] = rows[t, k] / math.sqrt(variance) if variance > 0.0 else 0.0
            variance = decay * variance + (1.0 - decay) * rows[t, k] * rows[t, k]
        for t in range(n):
            out[t, k] *= math.sqrt(variance)


def path_moves(rows: Floats, blocks: Blocks, columns: Ints, days: Floats, until: Ints) -> Floats:
    """Return the log moves of some prices along every path, (paths, prices).

    Parameters
    ----------
    rows : array (rows, 7)
        Moves to draw from, none missing.
    blocks : Blocks
    columns : array
        Of each price: `SPX_COLUMN`, `VVIX_COLUMN`, or 1 for a VX future.
    days : array
        Calendar days to the expiry of each VX future today; unused for the others.
    until : array
        Sessions from today to which each is moved: the horizon, or its settlement.
    """
    out = np.empty((len(blocks.first) - 1, len(columns)))
    walk(running_sums(rows), blocks.first, blocks.position, blocks.length, columns, days, until, out)
    return out


@kernel
def walk(
    sums: Floats,
    first: Ints,
    position: Floats,
    length: Ints,
    columns: Ints,
    days: Floats,
    until: Ints,
    out: Floats,
) -> None:
    """Fill `out` with the sums of moves along every path, block by block.

    A VX future moves as futures of its remaining term did, read between the two terms around it in the middle of each
    block; below 30 days as at 30.
    """
    rows = sums.shape[0] - 1
    for p in range(out.shape[0]):
        for k in range(out.shape[1]):
            out[p, k] = 0.0
        done = 0
        # Block by block, so that the two rows a block lies between are read once for all prices.
        for b in range(first[p], first[p + 1]):
            start = int(position[b] * rows)
            for k in range(out.shape[1]):
                take = min(length[b], until[k] - done)
                if take <= 0:
                    continue
                column = columns[k]
                if column in (SPX_COLUMN, VVIX_COLUMN):
                    out[p, k] += block_sum(sums, column, start, take)
                    continue
                left = days[k] - (done + 0.5 * take) * DAYS_A_SESSION
                place = min(max((left - VX_DAYS[0]) * PER_VX_STEP, 0.0), len(VX_DAYS) - 1.0)
                low = min(int(place), len(VX_DAYS) - 2)
                share = place - low
                near = block_sum(sums, low + 1, start, take)
                out[p, k] += near + share * (block_sum(sums, low + 2, start, take) - near)
            done += length[b]
