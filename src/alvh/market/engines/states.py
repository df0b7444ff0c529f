"""The joint state of SPX and the VIX complex, session by session: what a scenario engine learns from and writes.

One row a session: the log return of SPX; ln VIX; the log ratio of each longer index to the one before it; ln VVIX; ln
SKEW where there is one; and the basis ``b = ln(VX / root of forward variance)`` of a VX future 7 to 180 days from
expiry (`methodology.md` section 7, engine A). Forward variance is that of the published indices over the 30 days from
the expiry on: total variance linear in calendar days between the nodes, at the last interval's rate beyond them. In
theory the basis is never above zero (Jensen); published settlements are above it on about one session in ten, since the
two markets close at different minutes and the indices are interpolated; what is published is kept as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from alvh.market.history import History
from alvh.market.smile_inputs import NODES as ALL_NODES
from alvh.maths.kernel import kernel
from alvh.values import Bools, Floats, Ints

NODES: Final = ("VIX", "VIX3M", "VIX6M")
"""Indices an engine works on. VIX9D begins in 2011 and would leave out 2008; VIX1Y ends in October 2020."""
NODE_DAYS: Final = dict(ALL_NODES)
BASIS_DAYS: Final = np.array([7.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0, 120.0, 150.0, 180.0])
"""Terms of the basis, calendar days; at expiry it is zero, and beyond the last term that one's."""
WINDOW_DAYS: Final = 30.0
DAYS_A_YEAR: Final = 365.0
RETURN: Final = 0
LN_VIX: Final = 1
"""Positions of the first two columns."""


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """The state of every session of a history.

    Attributes
    ----------
    names : tuple of str
        ``SPX``, the nodes, ``VVIX``, ``SKEW`` where the history has it, ``VX7`` ... ``VX180``.
    nodes : tuple of str
        Indices from the nearest on.
    values : array (n, columns)
        NaN where something was not published.
    """

    names: tuple[str, ...]
    nodes: tuple[str, ...]
    values: Floats

    @property
    def complete(self) -> Bools:
        """Sessions on which every column is known, shape (n,)."""
        known: Bools = np.asarray(np.isfinite(self.values).all(axis=1))
        return known

    @property
    def node_days(self) -> Floats:
        """Calendar days each node spans."""
        return days_of(self.nodes)

    def column(self, name: str) -> Floats:
        """Return one column; ValueError for an unknown name."""
        return self.values[:, self.names.index(name)]


def days_of(nodes: tuple[str, ...]) -> Floats:
    """Return the calendar days that each index spans."""
    return np.array([NODE_DAYS[name] for name in nodes])


def states(history: History, nodes: tuple[str, ...] = NODES) -> States:
    """Return the state of every session; session t reads t - 1 and t alone.

    Parameters
    ----------
    history : History
    nodes : tuple of str
        From ``VIX`` on, by rising horizon; a fit then needs sessions on which all of them exist.
    """
    names = ["SPX", *nodes, "VVIX"]
    with np.errstate(divide="ignore", invalid="ignore"):
        levels = [np.log(history.column(name)) for name in nodes]
        columns = [np.concatenate(([np.nan], np.diff(np.log(history.column("SPX"))))), levels[0]]
        columns += [far - near for near, far in pairwise(levels)]
        columns.append(np.log(history.column("VVIX")))
        if np.isfinite(history.column("SKEW")).any():
            names.append("SKEW")
            columns.append(np.log(history.column("SKEW")))
    basis = np.full((len(history), len(BASIS_DAYS)), np.nan)
    variance = np.stack([total_variance(level, NODE_DAYS[name]) for level, name in zip(levels, nodes, strict=True)], 1)
    fill_basis(
        history.vx.settle, history.vx.expiry_days, history.days, history.vx.front, days_of(nodes), variance, basis
    )
    names += [f"VX{days:.0f}" for days in BASIS_DAYS]
    return States(tuple(names), nodes, np.column_stack([*columns, basis]))


def total_variance(ln_index: Floats, days: float) -> Floats:
    """Return the total variance an index stands for over its own horizon, from its logarithm (of points)."""
    out: Floats = np.exp(2.0 * ln_index) * 1e-4 * days / DAYS_A_YEAR
    return out


@kernel
def variance_to(days: float, node_days: Floats, node_variance: Floats) -> float:
    """Return total variance from today to a term: linear from zero through the nodes and on beyond the last."""
    left, below = 0.0, 0.0
    last = len(node_days) - 1
    for j in range(last + 1):
        if days <= node_days[j] or j == last:
            rate = (node_variance[j] - below) / (node_days[j] - left)
            total: float = below + rate * (days - left)
            return total
        left, below = node_days[j], node_variance[j]
    return math.nan


@kernel
def ceiling_points(days: float, node_days: Floats, node_variance: Floats) -> float:
    """Return the root of forward variance over the 30 days from a term on, points: no VX future is worth more.

    NaN where that variance is not positive.
    """
    total = variance_to(days + WINDOW_DAYS, node_days, node_variance) - variance_to(days, node_days, node_variance)
    return 100.0 * math.sqrt(total * DAYS_A_YEAR / WINDOW_DAYS) if total > 0.0 else math.nan


@kernel
def basis_at(days: float, terms: Floats, basis: Floats) -> float:
    """Return the basis of a future some days from expiry: linear from zero at expiry, flat beyond the last term."""
    left, below = 0.0, 0.0
    for k in range(len(terms)):
        if days <= terms[k]:
            at: float = below + (basis[k] - below) * (days - left) / (terms[k] - left)
            return at
        left, below = terms[k], basis[k]
    return below


@kernel
def fill_basis(
    settle: Floats,
    expiry_days: Ints,
    days: Ints,
    front: Ints,
    node_days: Floats,
    node_variance: Floats,
    out: Floats,
) -> None:
    """Fill the basis at `BASIS_DAYS` from each session's settlements; NaN beyond the last contract or without nodes."""
    for t in range(len(days)):
        left, below, k = 0.0, 0.0, 0
        for j in range(front[t], len(expiry_days)):
            if not settle[t, j] > 0.0:
                continue
            term = float(expiry_days[j] - days[t])
            basis = math.log(settle[t, j] / ceiling_points(term, node_days, node_variance[t]))
            while k < len(BASIS_DAYS) and BASIS_DAYS[k] <= term:
                out[t, k] = below + (basis - below) * (BASIS_DAYS[k] - left) / (term - left)
                k += 1
            left, below = term, basis
