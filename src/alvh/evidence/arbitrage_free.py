"""Static arbitrage in reconstructed SPX surfaces, session by session: none may be there, and what is there is counted.

A smile has no butterfly arbitrage where Durrleman's g >= 0, and a surface no calendar arbitrage where total variance at
one log-moneyness never falls with the term (J. Gatheral and A. Jacquier, "Arbitrage-free SVI volatility surfaces",
Quantitative Finance 14, 2014). The strip of the 30-day smile must be the variance it was anchored on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from alvh import conventions
from alvh.market.smile_inputs import NODES, SmileInputs
from alvh.market.spx_model import DAYS_A_YEAR, expiry_variance
from alvh.maths.kernel import kernel
from alvh.maths.smile import ETA, durrleman, strip_variance, theta_from_table, theta_table, total_variance
from alvh.values import Bools, Floats

TENORS: Final = np.array([3.0, 7.0, 14.0, 21.0, 30.0, 45.0, 60.0, 93.0, 135.0, 184.0, 270.0, 365.0])
"""Calendar days after each close."""
DEVIATIONS: Final = np.linspace(-12.0, 8.0, 81)
"""Log-moneyness over the root of theta, where g is judged."""
MONEYNESS: Final = np.linspace(-0.7, 0.4, 45)
"""Log-moneyness at which total variance is compared from term to term."""
ROUNDING: Final = 1e-9
"""A fall of total variance by a smaller share is rounding (the table of theta is good to 3e-5 of a flat curve's)."""
VIX_NODE: Final = 1


@dataclass(frozen=True, slots=True, eq=False)
class Surfaces:
    """What was found on each session; NaN and False where there is no smile.

    Attributes
    ----------
    there : array (n,) of bool
        Sessions with a smile at every tenor.
    least_g : array (n,)
        Smallest Durrleman g of the session's smiles.
    least_rise : array (n,)
        Smallest rise of total variance from one tenor to the next, as a share of the nearer one's.
    strip, target : arrays (n,)
        The 30-day index of the reconstructed smile, and the one it is anchored on, volatility points.
    published : array (n,)
        VIX.
    """

    there: Bools
    least_g: Floats
    least_rise: Floats
    strip: Floats
    target: Floats
    published: Floats

    @property
    def butterflies(self) -> int:
        """Sessions on which some smile has g < 0."""
        return int(np.sum(self.least_g[self.there] < 0.0))

    @property
    def calendars(self) -> int:
        """Sessions on which total variance falls from one tenor to the next."""
        return int(np.sum(self.least_rise[self.there] < -ROUNDING))


def surfaces(inputs: SmileInputs, close: Floats) -> Surfaces:
    """Judge every session; `close` holds the instants of the SPX closes, days since 1970-01-01."""
    n = len(inputs.rho)
    clocks = np.stack([conventions.clock_at(close + days) for days in TENORS], axis=1)
    out = np.full((3, n), np.nan)
    _judge(
        theta_table(), clocks, inputs.clock, inputs.node_clock, inputs.node_variance, inputs.rho, DEVIATIONS,
        MONEYNESS, int(np.flatnonzero(NODES[VIX_NODE][1] == TENORS)[0]), out,
    )  # fmt: skip
    years = NODES[VIX_NODE][1] / DAYS_A_YEAR
    there = np.isfinite(out).all(axis=0)
    target = 100.0 * np.sqrt(inputs.node_variance[:, VIX_NODE] / years)
    return Surfaces(there, out[0], out[1], 100.0 * np.sqrt(out[2] / years), target, inputs.vix)


@kernel
def _judge(
    table: Floats,
    clocks: Floats,
    now: Floats,
    node_clock: Floats,
    node_variance: Floats,
    rho: Floats,
    deviations: Floats,
    moneyness: Floats,
    vix_tenor: int,
    out: Floats,
) -> None:
    """Write least g, least rise and the 30-day strip variance of each session; left NaN where a smile is missing."""
    tenors = clocks.shape[1]
    thetas = np.empty(tenors)
    for i in range(len(now)):
        missing = False
        for j in range(tenors):
            total = expiry_variance(clocks[i, j], now[i], node_clock[i], node_variance[i])
            thetas[j] = theta_from_table(table, total, rho[i])
            missing = missing or math.isnan(thetas[j])
        if missing:
            continue
        least_g, least_rise = math.inf, math.inf
        for j in range(tenors):
            deviation = math.sqrt(thetas[j])
            for n in range(len(deviations)):
                least_g = min(least_g, durrleman(deviations[n] * deviation, thetas[j], rho[i], ETA))
            if j > 0:
                for n in range(len(moneyness)):
                    near = total_variance(moneyness[n], thetas[j - 1], rho[i], ETA)
                    far = total_variance(moneyness[n], thetas[j], rho[i], ETA)
                    least_rise = min(least_rise, far / near - 1.0)
        out[0, i], out[1, i] = least_g, least_rise
        out[2, i] = strip_variance(thetas[vix_tenor], rho[i], ETA)
