"""How often a policy would have lost a fifth, and what it would have earned, over simulated markets.

One call makes and runs one market, so that a pool can share them out; what comes of them is weighted back from the
tilted engine to the history's own frequencies (`alvh.market.engines.tilting`). Everything here is under the model of
`docs/scenarios.md`: quotes are modelled, and a market that history never held is not among them.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from alvh.day import run
from alvh.evidence.measure import drawdowns, years_of
from alvh.execution.execute import Execution
from alvh.market.engines.fitted import fit
from alvh.market.engines.history_driven import simulate, start_at
from alvh.market.engines.simulated import simulated_history
from alvh.market.engines.tilting import effective_size, weights_of
from alvh.market.history import History
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.policy import Policy
from alvh.values import Dates, Floats

LOSS = 0.20
"""What counts as ruin: a fall of so much from the highest equity so far."""
ROUNDING = 1e-12
"""A fall of exactly the loss counts, whatever its last binary digit."""
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedRun:
    """What a policy's account was worth in one simulated market.

    Attributes
    ----------
    seed : int
    sessions : array of datetime64[D]
    equity_usd : array (sessions,)
        At each close.
    log_weight : float
        Of the market (`alvh.market.engines.tilting.Draw`).
    """

    seed: int
    sessions: Dates
    equity_usd: Floats
    log_weight: float


class Estimate(NamedTuple):
    """A weighted mean over simulated markets.

    `value` with its 95 % Monte-Carlo interval from `low` to `high`; `paths` markets, worth `effective` equally weighted
    ones.
    """

    value: float
    low: float
    high: float
    paths: int
    effective: float


def simulate_policy(
    history: History,
    policy: Policy,
    seed: int,
    horizon_sessions: int,
    how: Execution,
    nav_usd: float,
    *,
    start: dt.date | None = None,
    tilt: float = 1.0,
) -> SimulatedRun:
    """Run a policy over one simulated market on modelled quotes.

    Parameters
    ----------
    history : History
        What the engine is fitted to and starts from.
    policy : Policy
    seed : int
        Which market.
    horizon_sessions : int
    how : Execution
    nav_usd : float
        Starting cash.
    start : datetime.date, optional
        The session whose state it starts from; by default the last complete one.
    tilt : float
        See `alvh.market.engines.history_driven.simulate`.

    Raises
    ------
    EngineError
        When the history is too short to fit, or has no state at `start`.
    """
    made, begin = fit(history), start_at(history, start)
    path = simulate(made, begin, horizon_sessions, seed, tilt=tilt)
    market = simulated_history(history, made, path, begin)
    ran = run(
        market.history,
        policy,
        ModelledQuotes(market.history),
        first=market.history.dates[market.first],
        last=market.history.dates[-1],
        nav_cents=round(100.0 * nav_usd),
        how=how,
    )
    sessions = market.history.sessions[market.first :]
    return SimulatedRun(seed, sessions, ran.ledger.equity_cents() / 100.0, market.log_weight)


def ruin(equity_usd: Floats, nav_usd: float, weights: Floats, *, loss: float = LOSS, horizon: int = 0) -> Estimate:
    """Return how likely an account is to fall by `loss` from its high (its start included) within a horizon.

    The interval is Wilson's (1927) for as many equally weighted paths as the weights are worth (Kish 1965): where no
    path fell so far it still ends above zero.

    Parameters
    ----------
    equity_usd : array (paths, sessions)
    nav_usd : float
        Starting cash.
    weights : array (paths,)
        Not negative; their sum does not matter.
    loss : float
        Decimal of the high.
    horizon : int
        Sessions that count; 0 for all.
    """
    until = horizon or equity_usd.shape[1]
    fell = np.array([bool((drawdowns(path[:until], nav_usd) <= ROUNDING - loss).any()) for path in equity_usd])
    shares = weights / weights.sum()
    effective = effective_size(shares)
    return Estimate(*wilson(float(shares @ fell), effective), len(fell), effective)


def expected_irr(equity_usd: Floats, nav_usd: float, sessions: Dates, weights: Floats) -> Estimate:
    """Return the mean annual return of an account over simulated markets; -1 where nothing is left.

    Nothing is paid in or out between start and end, so the internal rate of return is ``(end / start) ^ (1 / years) -
    1``. The interval is normal, from the weighted paths' own spread.

    Parameters
    ----------
    equity_usd : array (paths, sessions)
    nav_usd : float
    sessions : array of datetime64[D]
    weights : array (paths,)
    """
    growth = np.maximum(equity_usd[:, -1] / nav_usd, 0.0)
    rates = growth ** (1.0 / years_of(sessions)) - 1.0
    shares = weights / weights.sum()
    mean = float(shares @ rates)
    error = math.sqrt(float(np.sum((shares * (rates - mean)) ** 2)))
    return Estimate(mean, mean - Z95 * error, mean + Z95 * error, len(rates), effective_size(shares))


def weights(runs: tuple[SimulatedRun, ...] | list[SimulatedRun]) -> Floats:
    """Return the weights that bring tilted runs back to the history's own frequencies; they add up to one."""
    return weights_of(np.array([made.log_weight for made in runs]))


def wilson(share: float, count: float) -> tuple[float, float, float]:
    """Return a share and its 95 % interval by Wilson's score method, from `count` trials (not necessarily whole)."""
    middle = (share + Z95**2 / (2.0 * count)) / (1.0 + Z95**2 / count)
    half = Z95 / (1.0 + Z95**2 / count) * math.sqrt(share * (1.0 - share) / count + Z95**2 / (4.0 * count**2))
    return share, max(0.0, middle - half), min(1.0, middle + half)
