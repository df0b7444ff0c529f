"""SSVI: one formula for the whole smile of an expiry, and the variance strip that anchors it on a published index.

With log-moneyness k = ln(K/F) the total implied variance is ::

    w(k) = theta/2 * (1 + rho phi k + sqrt((phi k + rho)^2 + 1 - rho^2)),   phi = eta / sqrt(theta (1 + theta))

so that `theta` is the at-the-money total variance, `rho` tilts the smile and `eta` bends it. The strip is what Cboe's
VIX formula measures, without discrete strikes: 2 * integral of Q(K)/K^2 dK, undiscounted, for k from -3 to 1.5. Finding
the `theta` whose strip equals an index's total variance anchors the smile on that index.

Source: J. Gatheral and A. Jacquier, "Arbitrage-free SVI volatility surfaces", Quantitative Finance 14 (2014).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from alvh.maths.black import price
from alvh.maths.kernel import kernel

STRIP_LOW: Final = -3.0
STRIP_HIGH: Final = 1.5
"""Log-moneyness between which the strip is taken: strikes from 5 % to 448 % of the forward."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(10)
NODES: Final = tuple(float(x) for x in _NODES)
WEIGHTS: Final = tuple(float(x) for x in _WEIGHTS)
"""Gauss-Legendre abscissae and weights of one panel of the strip."""

MAX_STEPS: Final = 60
LN_TOLERANCE: Final = 1e-12


@kernel
def total_variance(k: float, theta: float, rho: float, eta: float) -> float:
    """Return the total implied variance w at log-moneyness `k`; NaN unless theta > 0 and -1 < rho < 1."""
    if not (theta > 0.0 and -1.0 < rho < 1.0):
        return math.nan
    slope = eta / math.sqrt(theta * (1.0 + theta)) * k
    return 0.5 * theta * (1.0 + rho * slope + math.sqrt((slope + rho) ** 2 + 1.0 - rho * rho))


@kernel
def vol(k: float, theta: float, rho: float, eta: float, years: float) -> float:
    """Return the annual implied volatility (decimal) at log-moneyness `k`; NaN as `total_variance`, or without time."""
    if not years > 0.0:
        return math.nan
    return math.sqrt(total_variance(k, theta, rho, eta) / years)


@kernel
def durrleman(k: float, theta: float, rho: float, eta: float) -> float:
    """Return Durrleman's g at log-moneyness `k`: the smile has no butterfly arbitrage where g >= 0.

    g is the risk-neutral density over a positive factor, from w and its two derivatives; NaN as in `total_variance`.
    """
    w = total_variance(k, theta, rho, eta)
    phi = eta / math.sqrt(theta * (1.0 + theta))
    tilted = phi * k + rho
    root = math.sqrt(tilted * tilted + 1.0 - rho * rho)
    first = 0.5 * theta * phi * (rho + tilted / root)
    second = 0.5 * theta * phi * phi * (1.0 - rho * rho) / (root * root * root)
    half = 1.0 - 0.5 * k * first / w
    return half * half - 0.25 * first * first * (1.0 / w + 0.25) + 0.5 * second


@kernel
def strip_side(theta: float, rho: float, eta: float, end: float) -> float:
    """Return the integral of Q(K)/K^2 dK from the money to log-moneyness `end`, puts for a negative one, else calls.

    The panels grow with the smile: half a deviation wide at the money, doubling outwards, until nothing is left.
    """
    deviation = math.sqrt(theta)
    sign = 1.0 if end > 0.0 else -1.0
    call = end > 0.0
    reach = abs(end)
    total = 0.0
    low, width = 0.0, 0.5 * deviation
    while low < reach:
        high = min(low + width, reach)
        half, middle = 0.5 * (high - low), 0.5 * (high + low)
        panel = 0.0
        for i in range(len(NODES)):
            k = sign * (middle + half * NODES[i])
            one = math.exp(k)
            panel += WEIGHTS[i] * price(1.0, one, 1.0, math.sqrt(total_variance(k, theta, rho, eta)), 1.0, call) / one
        total += half * panel
        if half * panel < 1e-18 * total:
            break
        low = high
        if low > 1.9 * deviation:
            width *= 2.0
    return total


@kernel
def strip_variance(theta: float, rho: float, eta: float) -> float:
    """Return the total variance of the strip: 2 * integral of Q(K)/K^2 dK over k in [-3, 1.5], undiscounted.

    It is what an index squared times its term must equal. Accurate to about ten digits; NaN as in `total_variance`.
    """
    if not (theta > 0.0 and -1.0 < rho < 1.0):
        return math.nan
    return 2.0 * (strip_side(theta, rho, eta, STRIP_LOW) + strip_side(theta, rho, eta, STRIP_HIGH))


@kernel
def theta_near(total: float, rho: float, eta: float, guess: float) -> float:
    """Return `theta_for_strip`, starting the search at `guess`.

    A secant in logarithms: the strip is nearly proportional to theta, so three or four strips settle it.
    """
    if not (total > 0.0 and -1.0 < rho < 1.0 and guess > 0.0):
        return math.nan
    target = math.log(total)
    x0 = math.log(guess)
    f0 = math.log(strip_variance(guess, rho, eta)) - target
    x1 = x0 - f0
    for _ in range(MAX_STEPS):
        f1 = math.log(strip_variance(math.exp(x1), rho, eta)) - target
        if abs(f1) < LN_TOLERANCE:
            return math.exp(x1)
        if f1 == f0:
            return math.nan
        step = min(max(f1 * (x1 - x0) / (f1 - f0), -2.0), 2.0)
        x0, f0 = x1, f1
        x1 -= step
    return math.nan


@kernel
def theta_for_strip(total: float, rho: float, eta: float) -> float:
    """Return the theta whose `strip_variance` equals `total` (index squared times years, decimals); NaN if none."""
    return theta_near(total, rho, eta, 0.75 * total)
