"""What the reconstruction needs of each session, laid out once for a history: nodes, level, slope, rates, clock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh import conventions
from alvh.market.history import TREASURY_DAYS, History
from alvh.maths import smile
from alvh.values import Bools, Floats

NODES: tuple[tuple[str, float], ...] = (
    ("VIX9D", 9.0),
    ("VIX", 30.0),
    ("VIX3M", 93.0),
    ("VIX6M", 184.0),
    ("VIX1Y", 365.0),
)
"""Index and the days its variance spans. A day uses the nodes that exist that day."""
MAX_AGE_SESSIONS = 5
"""SKEW and VVIX may be this old (both miss single days); older is Missing."""


@dataclass(frozen=True, eq=False)
class SmileInputs:
    """Inputs of the SPX and VIX reconstructions by session; NaN where missing.

    Attributes
    ----------
    clock : array (n,)
        Business clock at the SPX close.
    node_clock, node_variance : arrays (n, nodes)
        Clock at each node's end, and scaled total variance to it, non-decreasing along the known nodes.
    raised : array (n,) of bool
        Sessions on which a node had to be raised to the one before it (deep backwardation): counted, never hidden.
    rho : array (n,)
        Slope of the smile, from VVIX.
    skew_assumed : array (n,) of bool
        Sessions without a SKEW: the level is left as the index prints it.
    vix, vvix, spot, dividend_yield : arrays (n,)
    zero_days : array (k,)
    zero_rates : array (n, k)
        Continuous zero rates by tenor.
    """

    clock: Floats
    node_clock: Floats
    node_variance: Floats
    raised: Bools
    rho: Floats
    skew_assumed: Bools
    vix: Floats
    vvix: Floats
    spot: Floats
    dividend_yield: Floats
    zero_days: Floats
    zero_rates: Floats


def smile_inputs(history: History) -> SmileInputs:
    """Lay the inputs out for every session of `history`; session t reads nothing later than t."""
    n = len(history)
    close = np.array([conventions.close_instant("SPXW", d) for d in history.dates])
    skew, vvix = (_recent(history.column(name)) for name in ("SKEW", "VVIX"))
    skew_known = np.isfinite(skew)
    level = np.array([smile.level_of(x) if known else 1.0 for x, known in zip(skew, skew_known, strict=True)])
    node_clock = np.empty((n, len(NODES)))
    variance = np.empty((n, len(NODES)))
    for j, (name, days) in enumerate(NODES):
        node_clock[:, j] = conventions.clock_at(close + days)
        variance[:, j] = (history.column(name) / 100.0) ** 2 * days / 365.0 * level
    raised = np.zeros(n, dtype=bool)
    floor = np.zeros(n)
    for j in range(len(NODES)):
        short = np.isfinite(variance[:, j]) & (variance[:, j] < floor)
        raised |= short
        variance[short, j] = floor[short]
        floor = np.fmax(floor, variance[:, j])
    series = [name for name in TREASURY_DAYS if name in history.rates]
    zero = np.full((n, len(series)), np.nan)
    for j, name in enumerate(series):
        # Constant-maturity yields are bond-equivalent: two compounding periods a year.
        zero[:, j] = 2.0 * np.log1p(history.rates[name] / 2.0)
    return SmileInputs(
        clock=np.asarray(conventions.clock_at(close)),
        node_clock=node_clock,
        node_variance=variance,
        raised=raised,
        rho=np.array([smile.rho_of(x) for x in vvix]),
        skew_assumed=~skew_known,
        vix=history.column("VIX"),
        vvix=vvix,
        spot=history.column("SPX"),
        dividend_yield=history.dividend_yield,
        zero_days=np.array([TREASURY_DAYS[name] for name in series]),
        zero_rates=zero,
    )


def _recent(values: Floats) -> Floats:
    """Return the latest value of the last `MAX_AGE_SESSIONS` sessions."""
    n = np.arange(len(values))
    last = np.maximum.accumulate(np.where(np.isfinite(values), n, -1))
    near = (last >= 0) & (n - last <= MAX_AGE_SESSIONS)
    return np.where(near, values[np.maximum(last, 0)], np.nan)
