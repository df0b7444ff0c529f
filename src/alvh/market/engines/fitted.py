"""A vector autoregression of the joint state, fitted to a history: what tomorrow is expected, and how surprises scale.

The state (`alvh.market.engines.states`) follows ``y_t = c + A y_{t-1} + s_t * z_t``. ``A`` is fitted by least squares;
SPX keeps its mean alone, for what yesterday's state explains of a return (1.8 % of variance, nearly all of it reversal
within days) is in the order of the rows. The scale ``s`` is known the day before: of every column an exponentially
weighted deviation, drawn towards its long-run value and followed half-way, so that the violence of one row meets a
violent day without becoming what no market has seen; of SPX yesterday's VIX, which forecasts the size of its moves
better and keeps what is realised near what is implied (`docs/scenarios.md` has the likelihoods).
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from alvh.market.engines.states import LN_VIX, NODES, RETURN, states
from alvh.market.engines.tilting import label, observed_chain
from alvh.market.history import History
from alvh.maths.kernel import kernel
from alvh.values import Floats, Ints

DECAY: Final = 0.94
"""Of the exponentially weighted variance (RiskMetrics 1996, daily)."""
PULL: Final = 0.05
"""Share of the long-run variance in each day's: the likeliest of 0 to 0.1 on 2008-2026 for most columns."""
RICHER: Final = 0.3
"""Power of VIX by which SPX moves more than in proportion to it: on 2008-2026 0.4 is the likeliest tenth, and 0.3, all
but as likely, spreads surprises most alike from calm to crisis."""
LEVEL_VIX: Final = 20.0
HIGHEST_VIX: Final = 80.0
"""Above it, where nearly nothing was ever observed, SPX moves in proportion to VIX."""
FEWEST_ROWS: Final = 504
"""Two years of complete rows, below which nothing is fitted."""
SESSIONS_A_YEAR: Final = 252.0


class EngineError(ValueError):
    """A history from which no engine can be fitted or started: one sentence says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """An engine fitted to a history; k rows, m columns.

    Attributes
    ----------
    names, nodes : tuples of str
        As in `States`.
    dates : tuple of datetime.date
        Session of each row.
    intercept : array (m,)
    matrix : array (m, m)
        ``A``; row: today's column, column: yesterday's.
    surprises : array (k, m)
        ``z``, centred.
    centre : array (m,)
        What was taken off every surprise.
    scales : array (k, m)
        ``s`` of each row.
    long_run : array (m,)
        Deviation the scales are drawn to.
    mean : array (m,)
        Mean of the state.
    labels : array (k,)
        State of the market (`tilting.label`).
    observed : array (3, 3)
        Daily transitions of the labels.
    intraday : array (k, 4)
        Of each row's session: ln(SPX close / open), ln(high / the higher of both), ln(low / the lower of both) and
        ln(VIX close / open); NaN where it was not printed.
    """

    names: tuple[str, ...]
    nodes: tuple[str, ...]
    dates: tuple[dt.date, ...]
    intercept: Floats
    matrix: Floats
    surprises: Floats
    centre: Floats
    scales: Floats
    long_run: Floats
    mean: Floats
    labels: Ints
    observed: Floats
    intraday: Floats

    @property
    def explosiveness(self) -> float:
        """Largest absolute eigenvalue of the autoregression; below 1 the state reverts."""
        return float(np.max(np.abs(np.linalg.eigvals(self.matrix))))


def fit(history: History, nodes: tuple[str, ...] = NODES) -> Fit:
    """Fit the engine to every complete row of a history; kept with it.

    Rows follow each other as they were published; where a session in between is incomplete (7 times in 2008-2026), the
    autoregression skips the pair and the blocks run over the gap.

    Raises
    ------
    EngineError
        With fewer than `FEWEST_ROWS` rows, naming the column that is missing most.
    """
    return history.derive(("history-driven engine", nodes), lambda h: _fitted(h, nodes))


def _fitted(history: History, nodes: tuple[str, ...]) -> Fit:
    known = states(history, nodes)
    at = np.flatnonzero(known.complete[1:] & known.complete[:-1]) + 1
    if len(at) < FEWEST_ROWS:
        absent = dict(zip(known.names, np.isnan(known.values).sum(axis=0).tolist(), strict=True))
        worst = max(absent, key=lambda name: absent[name])
        raise EngineError(
            f"{len(at)} complete sessions, {FEWEST_ROWS} are needed; {worst} is missing on {absent[worst]}"
        )
    before, after = known.values[at - 1], known.values[at]
    design = np.column_stack((np.ones(len(at)), before))
    solved: Floats = np.asarray(np.linalg.lstsq(design, after, rcond=None)[0], dtype=np.float64)
    intercept, matrix = solved[0].copy(), solved[1:].T.copy()
    intercept[RETURN], matrix[RETURN] = after[:, RETURN].mean(), 0.0
    residuals = after - intercept - before @ matrix.T
    scales = np.empty_like(residuals)
    long_run = np.sqrt(np.mean(residuals**2, axis=0))
    fill_scales(residuals, before[:, LN_VIX], long_run, scales)
    surprises = residuals / scales
    centre: Floats = np.asarray(surprises.mean(axis=0))
    vix3m = history.column(nodes[1]) if len(nodes) > 1 else np.full(len(history), np.nan)
    labels = label(history.column("SPX"), history.column("VIX"), vix3m)[at]
    return Fit(
        known.names,
        nodes,
        tuple(history.dates[i] for i in at.tolist()),
        intercept,
        matrix,
        surprises - centre,
        centre,
        scales,
        long_run,
        after.mean(axis=0),
        labels,
        observed_chain(labels),
        _intraday(history)[at],
    )


def _intraday(history: History) -> Floats:
    """Return the session's open, high and low against its close, and VIX's open; SPX opens where SET says it did."""
    close, opened = history.column("SPX"), history.set_value
    with np.errstate(divide="ignore", invalid="ignore"):
        body = np.log(close / opened)
        up = np.log(history.column("SPX.high") / np.maximum(close, opened))
        down = np.log(history.column("SPX.low") / np.minimum(close, opened))
        vix = np.log(history.column("VIX") / history.column("VIX.open"))
    # The opening settlement is no print: it can lie outside the printed range, never inside out.
    return np.column_stack((body, np.maximum(up, 0.0), np.minimum(down, 0.0), vix))


@kernel
def next_scale(scale: float, residual: float, long_run: float) -> float:
    """Return tomorrow's scale from today's and what happened.

    A scale is the geometric mean of a weighted deviation and the long-run one: the deviation behind today's is its
    square over the long-run one.
    """
    weighted = scale * scale / long_run
    follows = DECAY * weighted * weighted + (1.0 - DECAY) * residual * residual
    return math.sqrt(math.sqrt((1.0 - PULL) * follows + PULL * long_run * long_run) * long_run)


@kernel
def spx_scale(ln_vix: float) -> float:
    """Return the scale of tomorrow's SPX return: the daily move that today's VIX stands for, less of it in a calm.

    ``VIX / 100 / sqrt(252) * (min(VIX, 80) / 20) ^ 0.3``; on 2008-2026 SPX realised 0.64 of VIX in the calmest fifth of
    sessions and 1.08 of it above 30.
    """
    vix = math.exp(ln_vix)
    scale: float = vix / 100.0 / math.sqrt(SESSIONS_A_YEAR) * (min(vix, HIGHEST_VIX) / LEVEL_VIX) ** RICHER
    return scale


@kernel
def fill_scales(residuals: Floats, ln_vix_before: Floats, long_run: Floats, out: Floats) -> None:
    """Fill the scale of every row, each known the session before."""
    for k in range(residuals.shape[1]):
        out[0, k] = long_run[k]
        for t in range(1, residuals.shape[0]):
            out[t, k] = next_scale(out[t - 1, k], residuals[t - 1, k], long_run[k])
    for t in range(residuals.shape[0]):
        out[t, RETURN] = spx_scale(ln_vix_before[t])
