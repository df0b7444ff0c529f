"""Engine A for tonight's book: paths that walk on from tonight's state of SPX, the indices, VVIX and the basis of VX.

The engine (`alvh.market.engines.history_driven`) draws stress more often than it happened; each path's weight takes
that back. A VX future is the root of its forward variance in the path's state times the path's basis at its term.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from alvh.decision.scenario_book import Path
from alvh.diagnosis.scenarios import DAYS_A_SESSION, SPX_COLUMN, VVIX_COLUMN
from alvh.market.engines.fitted import EngineError, fit
from alvh.market.engines.history_driven import simulate, start_at
from alvh.market.engines.simulated import node_variance
from alvh.market.engines.states import BASIS_DAYS, RETURN, basis_at, ceiling_points, days_of
from alvh.market.engines.tilting import effective_size, weights_of
from alvh.market.history import History
from alvh.maths.kernel import kernel
from alvh.values import Floats, Missing


class HistoryPaths(NamedTuple):
    """Paths of engine A from one evening.

    Attributes
    ----------
    names, nodes : tuples of str
        Columns of a state, and the indices among them.
    states : array (paths, sessions + 1, columns)
        Tonight's state first.
    weight : array (paths,)
        Probability of each path once its tilt is taken back; they add up to 1.
    rows : int
        Sessions of the past that the paths are made of.
    """

    names: tuple[str, ...]
    nodes: tuple[str, ...]
    states: Floats
    weight: Floats
    rows: int

    @property
    def worth(self) -> float:
        """How many equally weighted paths they are worth."""
        return effective_size(self.weight)

    def moves(self, paths: Sequence[Path]) -> Floats:
        """Return the log moves of some paths in every scenario, (scenarios, paths)."""
        out = np.empty((len(self.states), len(paths)))
        vvix = self.names.index("VVIX")
        for k, (column, days, until) in enumerate(paths):
            if column == SPX_COLUMN:
                out[:, k] = self.states[:, 1 : until + 1, RETURN].sum(axis=1)
            elif column == VVIX_COLUMN:
                out[:, k] = self.states[:, until, vvix] - self.states[:, 0, vvix]
            else:
                now, then = self.vx(0, days), self.vx(until, days - until * DAYS_A_SESSION)
                out[:, k] = np.log(then / now)
        return out

    def vx(self, session: int, days: float) -> Floats:
        """Return the VX future that has `days` calendar days left at the close of a session, points, a path each.

        VIX itself where none are left.
        """
        at = np.ascontiguousarray(self.states[:, session])
        variance, _ = node_variance(self.names, self.nodes, at)
        basis = np.ascontiguousarray(at[:, len(self.names) - len(BASIS_DAYS) :])
        out = np.empty(len(at))
        fill_vx(max(days, 0.0), days_of(self.nodes), variance, BASIS_DAYS, basis, out)
        return out


@kernel
def fill_vx(days: float, node_days: Floats, node_variance: Floats, terms: Floats, basis: Floats, out: Floats) -> None:
    """Fill `out` with the future of one term in every state."""
    for p in range(len(out)):
        out[p] = ceiling_points(days, node_days, node_variance[p]) * math.exp(basis_at(days, terms, basis[p]))


def history_paths(history: History, sessions: int, paths: int, seed: int) -> HistoryPaths | Missing:
    """Draw paths from the last session of a history, or say why there are none.

    Parameters
    ----------
    history : History
        Ends on the evening: the engine learns from all of it.
    sessions, paths : int
    seed : int
        Path k follows from it and k.
    """
    try:
        made, start = fit(history), start_at(history, history.dates[-1])
    except EngineError as error:
        return Missing(str(error))
    if start.date != history.dates[-1]:
        return Missing(f"the last complete state of SPX, VIX, VX and VVIX is of {start.date}")
    drawn = [simulate(made, start, sessions, seed + k) for k in range(paths)]
    begun = np.broadcast_to(start.values, (paths, 1, len(start.values)))
    states = np.concatenate((begun, np.stack([path.values for path in drawn])), axis=1)
    weight = weights_of(np.array([path.log_weight for path in drawn]))
    return HistoryPaths(made.names, made.nodes, states, weight, len(made.dates))
