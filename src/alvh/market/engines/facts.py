"""Facts that a scenario engine must share with the history it comes from (`methodology.md` section 7, "Must-pass").

Each is one number of one market; the history's own, drawn again and again in blocks, says within which band an engine's
must lie.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from alvh.market.smile_inputs import NODES, SmileInputs
from alvh.market.spx_model import DAYS_A_YEAR, expiry_variance
from alvh.maths.bootstrap import draw_blocks, row_indices
from alvh.maths.kernel import kernel
from alvh.maths.smile import ETA, theta_from_table, theta_table, vol
from alvh.values import Floats

VIX_NODE: Final = 1
MONTH_DAYS: Final = NODES[VIX_NODE][1]
SLOPE_STEP: Final = 0.005
"""Half the log-moneyness over which the slope at the money is taken."""


class Facts(NamedTuple):
    """What is compared.

    Attributes
    ----------
    correlation : float
        Of the SPX log return with the change of VIX (points) of the same session.
    kurtosis : float
        Of the SPX log return (3 for a normal one).
    longest_drawdown : float
        Most sessions in a row below the highest close so far.
    contango : float
        Share of sessions on which VIX3M is above VIX.
    """

    correlation: float
    kurtosis: float
    longest_drawdown: float
    contango: float


def facts_of(returns: Floats, vix_changes: Floats, upright: Floats) -> Facts:
    """Return the facts of one market.

    Parameters
    ----------
    returns : array (n,)
        SPX log returns.
    vix_changes : array (n,)
        VIX points.
    upright : array (n,)
        1 where VIX3M is above VIX, else 0.
    """
    centred = returns - returns.mean()
    return Facts(
        float(np.corrcoef(returns, vix_changes)[0, 1]),
        float(np.mean(centred**4) / np.mean(centred**2) ** 2),
        float(longest_below_high(np.concatenate(([0.0], np.cumsum(returns))))),
        float(upright.mean()),
    )


@kernel
def longest_below_high(level: Floats) -> int:
    """Return the most entries in a row that stand below the highest so far."""
    longest, now, high = 0, 0, -math.inf
    for t in range(len(level)):
        now = now + 1 if level[t] < high else 0
        high = max(high, level[t])
        longest = max(longest, now)
    return longest


def bands(
    returns: Floats,
    vix_changes: Floats,
    upright: Floats,
    *,
    seed: int,
    draws: int,
    mean_block: float,
    share: float = 0.9,
) -> tuple[Facts, Facts]:
    """Return the lower and upper end of the band that holds `share` of the facts of redrawn histories."""
    rows = row_indices(draw_blocks(seed, draws, len(returns), mean_block), len(returns))
    drawn = np.array([facts_of(returns[at], vix_changes[at], upright[at]) for at in rows])
    low, high = np.quantile(drawn, [(1.0 - share) / 2.0, (1.0 + share) / 2.0], axis=0)
    return Facts(*low.tolist()), Facts(*high.tolist())


def skew_stickiness(inputs: SmileInputs, first: int = 0) -> float:
    """Return by how many slopes of its smile the one-month volatility at the money moves with SPX.

    ``SSR = cov(change of the volatility, SPX log return) / var(return) / mean slope`` (L. Bergomi, "Smile Dynamics IV",
    Risk 2009); 1 where a strike keeps its volatility, 0 where the smile moves along. Sessions without a smile are left
    out.

    Parameters
    ----------
    inputs : SmileInputs
    first : int
        Position of the first session that counts.
    """
    levels, slopes = np.full(len(inputs.rho), np.nan), np.full(len(inputs.rho), np.nan)
    for i in range(first, len(inputs.rho)):
        levels[i], slopes[i] = month_at_the_money(
            theta_table(),
            float(inputs.clock[i]),
            inputs.node_clock[i],
            inputs.node_variance[i],
            float(inputs.rho[i]),
        )
    moves, returns = np.diff(levels[first:]), np.diff(np.log(inputs.spot[first:]))
    known = np.isfinite(moves) & np.isfinite(returns)
    covariance = np.cov(moves[known], returns[known])
    return float(covariance[0, 1] / covariance[1, 1] / np.nanmean(slopes[first:]))


@kernel
def month_at_the_money(
    table: Floats, now: float, node_clock: Floats, node_variance: Floats, rho: float
) -> tuple[float, float]:
    """Return the one-month volatility at the money and its slope in log-moneyness; NaN where there is no smile."""
    years = MONTH_DAYS / DAYS_A_YEAR
    theta = theta_from_table(table, expiry_variance(node_clock[VIX_NODE], now, node_clock, node_variance), rho)
    above, below = vol(SLOPE_STEP, theta, rho, ETA, years), vol(-SLOPE_STEP, theta, rho, ETA, years)
    return vol(0.0, theta, rho, ETA, years), (above - below) / (2.0 * SLOPE_STEP)
