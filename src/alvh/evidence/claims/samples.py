"""Numbers with their intervals: shares, drawdowns and losses, drawn again in blocks of whole sessions.

Trades overlap and bad days come together, so nothing here is drawn trade by trade: whole sessions are drawn in blocks,
with everything that was opened or earned on them (stationary bootstrap, Politis and Romano 1994; the mean block is that
of `alvh.evidence.margins`). What happened once, in one named spring, has no sampling interval; there the interval is
what the model's own error makes of it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

import numpy as np

from alvh import conventions
from alvh.evidence.claims.claim import Estimate, Material
from alvh.evidence.margins import SHORTEST_BLOCK_SESSIONS, mean_block
from alvh.evidence.measure import day_of
from alvh.evidence.verdicts import NOMINAL
from alvh.maths.bootstrap import Blocks, draw_blocks
from alvh.maths.resample import falls_of_draws, means_of_draws
from alvh.values import Dates, Floats, Ints, Missing

FEWEST_BLOCKS = 8
"""Fewer independent observations (blocks, spells, episodes) have no interval: eight coins fall on one side less than
once in a hundred times, 2 x 2^-8, and of fewer too little would be drawn again."""
COVERED = 0.95
"""A window is tested where the data hold so many of its sessions."""


def window(sessions: Dates, first: dt.date | None, last: dt.date | None) -> slice | Missing:
    """Return the positions of a claim's window among `sessions`, or Missing where the data do not cover it.

    Parameters
    ----------
    sessions : array of datetime64[D]
        Of a run, ascending.
    first, last : datetime.date or None
        None for the first or last session there is.
    """
    if not sessions.size:
        return Missing("the run has no sessions")
    start = day_of(sessions, 0) if first is None else first
    stop = day_of(sessions, -1) if last is None else last
    found = slice(
        int(np.searchsorted(sessions, np.datetime64(start, "D"))),
        int(np.searchsorted(sessions, np.datetime64(stop, "D"), side="right")),
    )
    held = found.stop - found.start
    if held < 1 or held < COVERED * len(conventions.sessions(start, stop)):
        return Missing(f"the data hold {held} sessions between {start} and {stop}, too few of them")
    return found


def ratio(
    over: Floats, under: Floats, days: Dates, material: Material, *, n: int, of: str, modelled_share: float = 0.0,
    take_from: float | None = None, block: float | None = None,
) -> Estimate | Missing:  # fmt: skip
    """Return the sum of `over` divided by the sum of `under`, both drawn on the same sessions.

    Parameters
    ----------
    over, under : arrays (sessions,)
        A win rate has wins over trades; losses cut have the losses with over the losses without.
    days : array of datetime64[D]
    material : Material
    n, of : int, str
        What was counted.
    modelled_share : float
    take_from : float, optional
        The ratio is taken from this number: 1 makes a cut of what is left.
    block : float, optional
        Mean block, where an entry is no session but a whole trade or episode; by default that of sessions.
    """
    total = float(under.sum())
    if not total > 0.0:
        return Missing(f"there are no {of} to divide by")
    value = float(over.sum()) / total
    counted = int(np.count_nonzero(under))
    blocks: Blocks | str = f"{counted} are fewer than {FEWEST_BLOCKS}: too small a sample"
    if counted >= FEWEST_BLOCKS:
        blocks = _blocks(over - value * under, material, block)
    low = high = math.nan
    if isinstance(blocks, Blocks):
        below = _means(under, blocks)
        drawn = _means(over, blocks)[below > 0.0] / below[below > 0.0]
        low, high = (float(x) for x in np.quantile(drawn, (NOMINAL, 1.0 - NOMINAL)))
    if take_from is not None:
        value, low, high = take_from - value, take_from - high, take_from - low
    return _estimate(value, low, high, days, blocks, n, of, modelled_share)


def depth(returns: Floats, days: Dates, material: Material, modelled_share: float = 0.0) -> Estimate | Missing:
    """Return the deepest drawdown of daily returns, a positive decimal, and what it would be were they drawn again."""
    logs = _logs(returns)
    if isinstance(logs, Missing):
        return logs
    value = 1.0 - math.exp(_fall(logs))
    blocks = _blocks(logs, material)
    low = high = math.nan
    if isinstance(blocks, Blocks):
        drawn = -np.expm1(falls_of_draws(logs, blocks.first, blocks.position, blocks.length))
        low, high = (float(x) for x in np.quantile(drawn, (NOMINAL, 1.0 - NOMINAL)))
    return _estimate(value, low, high, days, blocks, returns.size, "sessions", modelled_share)


def drawdown_cut(
    hedged: Floats, bare: Floats, days: Dates, material: Material, modelled_share: float = 0.0
) -> Estimate | Missing:
    """Return by what share the deepest drawdown is smaller with a hedge, both sides drawn on the same sessions.

    Parameters
    ----------
    hedged, bare : arrays (sessions,)
        Daily returns with and without, on identical condors.
    days : array of datetime64[D]
    material : Material
    modelled_share : float

    Returns
    -------
    Estimate or Missing
        1 - drawdown with / drawdown without: negative where the hedge made it deeper.
    """
    logs = _logs(hedged), _logs(bare)
    for one in logs:
        if isinstance(one, Missing):
            return one
    with_, without = (np.asarray(one, dtype=np.float64) for one in logs)
    value = cut(_fall(with_), _fall(without))
    if math.isnan(value):
        return Missing("without the hedge there was no drawdown")
    blocks = _blocks(with_ - without, material)
    low = high = math.nan
    if isinstance(blocks, Blocks):
        drawn = [falls_of_draws(one, blocks.first, blocks.position, blocks.length) for one in (with_, without)]
        there = drawn[1] < 0.0
        cuts = 1.0 - np.expm1(drawn[0][there]) / np.expm1(drawn[1][there])
        low, high = (float(x) for x in np.quantile(cuts, (NOMINAL, 1.0 - NOMINAL)))
    return _estimate(value, low, high, days, blocks, hedged.size, "sessions", modelled_share)


def mean(
    values: Floats, days: Dates, material: Material, scale: float = 1.0, modelled_share: float = 0.0
) -> Estimate | Missing:
    """Return the mean of a daily figure times `scale` (sessions of a week, a month, a year), and its interval."""
    if not values.size or not np.isfinite(values).all():
        return Missing("there is no such session, or one without a number")
    value = float(values.mean()) * scale
    blocks = _blocks(values, material)
    low = high = math.nan
    if isinstance(blocks, Blocks):
        drawn = _means(values, blocks) * scale
        low, high = (float(x) for x in np.quantile(drawn, (NOMINAL, 1.0 - NOMINAL)))
    return _estimate(value, low, high, days, blocks, values.size, "sessions", modelled_share)


def across(values: Sequence[float], days: Dates, of: str, modelled_share: float = 0.0) -> Estimate | Missing:
    """Return the first of several runs of one episode and the middle 95 % of all of them.

    Parameters
    ----------
    values : sequence of float
        That of the model as it is, then those of its draws.
    days : array of datetime64[D]
        Of the episode.
    of : str
    modelled_share : float
    """
    known = [value for value in values if math.isfinite(value)]
    if len(values) < 2 or len(known) < len(values):
        return Missing(f"{len(values) - len(known)} of {len(values)} draws of the model's error give no number")
    basis = f"the middle 95 % of {len(values) - 1} draws of the model's error and the model as it is"
    low, high = (float(x) for x in np.quantile(values, (NOMINAL, 1.0 - NOMINAL)))
    span = day_of(days, 0), day_of(days, -1)
    return Estimate(values[0], low, high, days.size, of, *span, basis, modelled_share)


def spells(opened: Dates, closed: Dates) -> Ints:
    """Return for each trade the number of its spell, from 0 on: trades that overlap, directly or in a chain, share one.

    Parameters
    ----------
    opened, closed : arrays of datetime64[D]
        Of each trade, ascending by `opened`. One that is opened on the day on which the last one ended begins anew.
    """
    out = np.zeros(opened.size, dtype=np.int64)
    for k in range(1, opened.size):
        out[k] = out[k - 1] + int(opened[k] >= closed[:k].max())
    return out


def ratio_of_spells(
    over: Floats, under: Floats, opened: Dates, closed: Dates, material: Material, *, of: str, modelled_share: float
) -> Estimate | Missing:
    """Return the sum of `over` divided by the sum of `under`, of trades: spells of overlapping ones are drawn again.

    Few trades, apart from each other: a spell is one observation, and those are taken to be independent.
    """
    if not opened.size:
        return Missing(f"there are no {of}")
    spell = spells(opened, closed)
    count = int(spell[-1]) + 1
    above, below = (np.bincount(spell, weights=values, minlength=count).astype(np.float64) for values in (over, under))
    return ratio(above, below, opened, material, n=opened.size, of=of, modelled_share=modelled_share, block=1.0)


def cut(hedged: float, bare: float) -> float:
    """Return 1 - (1 - e^hedged) / (1 - e^bare), the share by which a fall in log terms is smaller; NaN without one."""
    return 1.0 - math.expm1(hedged) / math.expm1(bare) if bare < 0.0 else math.nan


def deepest(returns: Floats) -> float:
    """Return the deepest fall of an account from its own high, in log terms, never positive; NaN once it is gone."""
    logs = _logs(returns)
    return math.nan if isinstance(logs, Missing) else _fall(logs)


def _logs(returns: Floats) -> Floats | Missing:
    if not returns.size or not bool((returns > -1.0).all()):  # NaN fails too
        return Missing("the account was wiped out, or has a gap: no daily return to draw again")
    logs: Floats = np.log1p(returns)
    return logs


def _fall(logs: Floats) -> float:
    level = np.concatenate(([0.0], np.cumsum(logs)))
    return float((level - np.maximum.accumulate(level)).min())


def _blocks(values: Floats, material: Material, block: float | None = None) -> Blocks | str:
    """Return the blocks of every draw, or in a sentence why there are too few."""
    least = FEWEST_BLOCKS * (SHORTEST_BLOCK_SESSIONS if block is None else block)
    if values.size < least:
        return f"{values.size} observations are fewer than {least:.0f}, {FEWEST_BLOCKS} blocks: too small a sample"
    length = mean_block([values], 0.0) if block is None else block
    if values.size < FEWEST_BLOCKS * length:
        return f"{values.size} observations are fewer than {FEWEST_BLOCKS} blocks of {length:.0f}: too small a sample"
    return draw_blocks(material.seed, material.draws, values.size, length)


def _means(values: Floats, blocks: Blocks) -> Floats:
    drawn: Floats = means_of_draws(values, blocks.first, blocks.position, blocks.length)[:, 0]
    return drawn


def _estimate(
    value: float, low: float, high: float, days: Dates, blocks: Blocks | str, n: int, of: str, modelled_share: float
) -> Estimate:
    if isinstance(blocks, str):
        basis = blocks
    else:
        drawn = blocks.first.size - 1
        drawn_each, mean_length = int(blocks.length.sum()) // drawn, float(blocks.length.mean())
        basis = f"95 % of {drawn:,} draws of {drawn_each:,} observations in blocks of {mean_length:.0f} on average"
    return Estimate(value, low, high, n, of, day_of(days, 0), day_of(days, -1), basis, modelled_share)
