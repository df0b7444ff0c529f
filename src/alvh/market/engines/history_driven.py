"""Scenarios driven by history: from a start the fitted state walks on, its surprises drawn in blocks of whole rows.

Nothing is capped: 2008, 2018, 2020 and 2024 are in it whole (`alvh.market.engines.fitted` has the equation,
`alvh.market.engines.tilting` the rows). `docs/scenarios.md` says how well this fits, and what it misses.
"""

from __future__ import annotations

import bisect
import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np

from alvh.market.engines.fitted import EngineError, Fit, fit, next_scale, spx_scale
from alvh.market.engines.states import LN_VIX, NODES, RETURN, states
from alvh.market.engines.tilting import CALM, MEAN_BLOCK, draw_rows, tilted_chain
from alvh.market.history import History
from alvh.maths.kernel import kernel
from alvh.values import Floats, Ints

STALE_SESSIONS: Final = 21
"""A state older than this is not that of the date."""


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """Where a scenario begins.

    Attributes
    ----------
    date : datetime.date
        The session before its first one.
    values : array (m,)
        The state at the close before its first session.
    scales : array (m,)
        The scale of that first session's surprise.
    label : int
        State of the market.
    """

    date: dt.date
    values: Floats
    scales: Floats
    label: int


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """One scenario.

    Attributes
    ----------
    names, nodes : tuples of str
    values : array (horizon, m)
        The state at each close.
    rows : array (horizon,)
        Row of the fit whose surprise each session had.
    stretch : array (horizon, 2)
        How much larger SPX's and VIX's scales were than on that row's own session: its intraday moves by as much.
    labels : tuple of int
        State of the market at the beginning of each block.
    log_weight : float
        Of the path under the history's own chain (`tilting.Draw`).
    """

    names: tuple[str, ...]
    nodes: tuple[str, ...]
    values: Floats
    rows: Ints
    stretch: Floats
    labels: tuple[int, ...]
    log_weight: float

    def column(self, name: str) -> Floats:
        """Return one column of the state; ValueError for an unknown name."""
        return self.values[:, self.names.index(name)]


def start_at(history: History, date: dt.date | None = None, nodes: tuple[str, ...] = NODES) -> Start:
    """Return the last complete state at or before a date, at most `STALE_SESSIONS` old; by default the last there is.

    Raises
    ------
    EngineError
        When there is none, naming what is missing at the date.
    """
    made, known = fit(history, nodes), states(history, nodes)
    i = len(history) - 1 if date is None else history.first_at_or_after(date + dt.timedelta(1)) - 1
    there = np.flatnonzero(known.complete[: i + 1])
    if not len(there) or (date is not None and i - there[-1] > STALE_SESSIONS):
        absent = [name for name, value in zip(known.names, known.values[max(i, 0)], strict=True) if np.isnan(value)]
        raise EngineError(f"no state to start from at {date}: no {', no '.join(absent)}")
    at, values = history.dates[int(there[-1])], known.values[there[-1]]
    scales, state = made.long_run.copy(), CALM
    k = bisect.bisect_right(made.dates, at) - 1
    if k >= 0:
        happened = (made.surprises[k] + made.centre) * made.scales[k]
        scales = np.array([next_scale(*each) for each in zip(made.scales[k], happened, made.long_run, strict=True)])
        state = int(made.labels[k])
    scales[RETURN] = spx_scale(values[LN_VIX])
    return Start(at, values, scales, state)


def start_at_mean(made: Fit, date: dt.date) -> Start:
    """Return the long-run mean as a start after `date`: its state, long-run scales, a calm."""
    scales = made.long_run.copy()
    scales[RETURN] = spx_scale(made.mean[LN_VIX])
    return Start(date, made.mean, scales, CALM)


def simulate(
    made: Fit,
    start: Start,
    horizon: int,
    seed: int,
    *,
    tilt: float = 1.0,
    mean_block: float = MEAN_BLOCK,
    burn: int = 0,
) -> Path:
    """Draw one path.

    Parameters
    ----------
    made : Fit
    start : Start
    horizon : int
        Sessions.
    seed : int
        The path follows from it; a longer one begins alike.
    tilt : float
        From 0, the history's own changes of state, to 1, `tilting.DESIGN`.
    mean_block : float
        Sessions.
    burn : int
        Sessions in front of the horizon, drawn without a tilt: a past for a start that has none.
    """
    chain, state = made.observed, start.label
    before = draw_rows(made.labels, chain, chain, state=state, horizon=burn, seed=(seed, 1), mean_block=mean_block)
    if burn:
        state = int(made.labels[before.rows[-1]])
    tilted = tilted_chain(chain, tilt)
    drawn = draw_rows(made.labels, chain, tilted, state=state, horizon=horizon, seed=seed, mean_block=mean_block)
    rows = np.concatenate((before.rows, drawn.rows))
    return path_of(made, start, rows, before.states + drawn.states, drawn.log_weight)


def path_of(made: Fit, start: Start, rows: Ints, labels: tuple[int, ...] = (), log_weight: float = 0.0) -> Path:
    """Return what happens from a start when the surprises of some rows follow each other."""
    values = np.empty((len(rows), len(made.names)))
    scales = np.empty_like(values)
    walk(made.intercept, made.matrix, made.surprises[rows], made.long_run, start.values, start.scales, values, scales)
    stretch = (scales / made.scales[rows])[:, [RETURN, LN_VIX]]
    return Path(made.names, made.nodes, values, rows, stretch, labels, log_weight)


@kernel
def walk(
    intercept: Floats,
    matrix: Floats,
    surprises: Floats,
    long_run: Floats,
    first: Floats,
    first_scale: Floats,
    values: Floats,
    scales: Floats,
) -> None:
    """Fill the state and the scale of every session of a path."""
    m = len(intercept)
    for t in range(surprises.shape[0]):
        for k in range(m):
            mean = intercept[k]
            for j in range(m):
                mean += matrix[k, j] * (first[j] if t == 0 else values[t - 1, j])
            if t == 0:
                scales[t, k] = first_scale[k]
            elif k == RETURN:
                scales[t, k] = spx_scale(values[t - 1, LN_VIX])
            else:
                scales[t, k] = next_scale(scales[t - 1, k], scales[t - 1, k] * surprises[t - 1, k], long_run[k])
            values[t, k] = mean + scales[t, k] * surprises[t, k]
