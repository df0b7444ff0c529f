"""A bonding curve as a hedge schedule: much of the hedge while volatility is cheap, none at the height of a spike.

`methodology.md`, section 11. A liquidity pool x y = k holds x = L / sqrt(P) of the asset at price P; the schedule is
that holding on a range of the front VX future, scaled to 1 at its lower end and to 0 at its upper. Loss versus
rebalancing: Milionis, Moallemi, Roughgarden and Zhang 2022 (arXiv 2208.06046).
"""

from __future__ import annotations

import math

import numpy as np

from alvh.values import Floats

LOW_POINTS = 15.0
HIGH_POINTS = 50.0


def hedge_shares(front: Floats, low: float = LOW_POINTS, high: float = HIGH_POINTS) -> Floats:
    """Return h(v) = (v^-1/2 - high^-1/2) / (low^-1/2 - high^-1/2) between `low` and `high`, 1 below and 0 above.

    Parameters
    ----------
    front : array
        The front VX future, points; NaN stays NaN.
    low, high : float
        Points, 0 < low < high.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = (front**-0.5 - high**-0.5) / (low**-0.5 - high**-0.5)
    shares: Floats = np.clip(raw, 0.0, 1.0)
    return shares


def hedge_share(front: float, low: float = LOW_POINTS, high: float = HIGH_POINTS) -> float:
    """Return `hedge_shares` of one front future (above 0; NaN stays NaN)."""
    raw: float = (front**-0.5 - high**-0.5) / (low**-0.5 - high**-0.5)
    return min(max(raw, 0.0), 1.0) if raw == raw else raw  # noqa: PLR0124


def steepest(low: float = LOW_POINTS, high: float = HIGH_POINTS) -> float:
    """Return max |h'|, a point: the slope at `low`, low^-3/2 / 2 / (low^-1/2 - high^-1/2)."""
    return float(0.5 * low**-1.5 / (low**-0.5 - high**-0.5))


def trade_to(target: float, held: float, band: float) -> float:
    """Return what to trade: all the way to the target once it is `band` away or more, else nothing."""
    return target - held if target != held and abs(target - held) >= band else 0.0


def optimal_band(cost: float, variance_penalty: float, slope: float) -> float:
    """Return the band that balances trading against straying: (3 c l^2 / lambda)^(1/3), units.

    Parameters
    ----------
    cost : float
        Of trading one unit, USD.
    variance_penalty : float
        What one unit squared of straying costs, USD.
    slope : float
        l = H max |h'|, units a point (`steepest`).
    """
    return float((3.0 * cost * slope**2 / variance_penalty) ** (1.0 / 3.0))


def expected_trades(slope: float, quadratic_variation: float, band: float) -> float:
    """Return the bound l^2 E<v> / band^2 on the expected trades while the future is a martingale.

    Each trade needs a move of at least band / l. `quadratic_variation` is that of the future, points squared; times
    the band the bound is the one on turnover.
    """
    return slope**2 * quadratic_variation / band**2


def loss_versus_rebalancing(liquidity: float, before: float, after: float) -> float:
    """Return what a pool x y = L^2 loses to rebalancing when the price moves: L (sqrt(P1) - sqrt(P0))^2 / sqrt(P0)."""
    return liquidity * (math.sqrt(after) - math.sqrt(before)) ** 2 / math.sqrt(before)


def loss_rate(vol: float) -> float:
    """Return the same as a rate, a share of the pool's value: vol^2 / 8, a unit of the vol's time."""
    return vol**2 / 8.0
