"""What simulated years say of a policy: how often it lost a fifth, what it is expected to earn, and how widely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alvh.evidence.ruin import LOSS, Estimate, SimulatedRun, expected_irr, ruin, weights
from alvh.values import Floats, Missing

HORIZON_SESSIONS = 252
FEWEST_EFFECTIVE = 20.0
"""Below so many equally weighted paths a share says little: its 95 % interval is 40 points wide. Our choice."""
QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Odds:
    """Simulated years of one policy, weighted back to the history's own frequencies.

    Attributes
    ----------
    horizon : int
        Sessions of a path.
    lost : Estimate
        Probability of a fall of `LOSS` from the high within the horizon.
    irr : Estimate
        Expected return a year.
    returns : tuple of float
        Weighted quantiles of the return over the horizon, at `QUANTILES`.
    """

    horizon: int
    lost: Estimate
    irr: Estimate
    returns: tuple[float, ...]


def odds(runs: Sequence[SimulatedRun], nav_usd: float) -> Odds | Missing:
    """Return what simulated years of one policy say; Missing where too few are left once weighted back.

    Parameters
    ----------
    runs : sequence of SimulatedRun
        Over markets of one length from one start.
    nav_usd : float
        Starting cash.
    """
    if not runs:
        return Missing("no market was simulated")
    weight = weights(list(runs))
    equity = np.array([one.equity_usd for one in runs])
    lost = ruin(equity, nav_usd, weight, loss=LOSS)
    if lost.effective < FEWEST_EFFECTIVE:
        return Missing(
            f"{lost.paths} simulated markets are worth {lost.effective:.1f} once weighted back; "
            f"{FEWEST_EFFECTIVE:.0f} are needed"
        )
    ends = equity[:, -1] / nav_usd - 1.0
    return Odds(
        equity.shape[1],
        lost,
        expected_irr(equity, nav_usd, runs[0].sessions, weight),
        tuple(weighted_quantile(ends, weight, q) for q in QUANTILES),
    )


def weighted_quantile(values: Floats, weight: Floats, share: float) -> float:
    """Return the smallest value below or at which at least `share` of the weight lies."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    return float(values[order][min(int(np.searchsorted(reached, share - 1e-12)), len(values) - 1)])
