"""The SPX reconstruction as compiled kernels: an expiry's smile on each session, a whole life, a strike."""

from __future__ import annotations

import math

import numpy as np

from alvh.market.half_spread import spx_half_spread, xsp_half_spread
from alvh.maths import black
from alvh.maths.curve import pchip
from alvh.maths.kernel import kernel
from alvh.maths.smile import ETA, theta_from_table, vol
from alvh.values import Floats

DAYS_A_YEAR = 365.0


@kernel
def zero_rate(days: float, node_days: Floats, node_rates: Floats) -> float:
    """Return the continuous zero rate at a tenor: linear between the known nodes, flat outside; NaN without any."""
    before, after = -1, -1
    for j in range(len(node_days)):
        if math.isfinite(node_rates[j]):
            if node_days[j] <= days:
                before = j
            elif after < 0:
                after = j
    if before < 0 and after < 0:
        return math.nan
    if before < 0:
        return float(node_rates[after])
    if after < 0:
        return float(node_rates[before])
    weight = (days - node_days[before]) / (node_days[after] - node_days[before])
    return float(node_rates[before] + weight * (node_rates[after] - node_rates[before]))


@kernel
def expiry_variance(clock: float, now: float, node_clock: Floats, node_variance: Floats) -> float:
    """Return the scaled total variance from `now` to `clock` on the business clock, through the nodes that exist."""
    known = 0
    x = np.empty(len(node_clock))
    y = np.empty(len(node_clock))
    for j in range(len(node_clock)):
        if math.isfinite(node_variance[j]):
            x[known] = node_clock[j] - now
            y[known] = node_variance[j]
            known += 1
    if known == 0:
        return math.nan
    return pchip(x[:known], y[:known], clock - now)


@kernel
def smile_at(
    table: Floats,
    clock: float,
    years: float,
    now: float,
    node_clock: Floats,
    node_variance: Floats,
    rho: float,
    spot: float,
    dividend_yield: float,
    zero_days: Floats,
    zero_rates: Floats,
) -> tuple[float, float, float]:
    """Return ``(forward, discount, theta)`` of one expiry at one session; NaN where an input is missing."""
    rate = zero_rate(years * DAYS_A_YEAR, zero_days, zero_rates)
    forward = spot * math.exp((rate - dividend_yield) * years)
    theta = theta_from_table(table, expiry_variance(clock, now, node_clock, node_variance), rho)
    return forward, math.exp(-rate * years), theta


@kernel
def expiry(
    table: Floats,
    first: int,
    clock: float,
    years: Floats,
    now: Floats,
    node_clock: Floats,
    node_variance: Floats,
    rho: Floats,
    spot: Floats,
    scale: float,
    dividend_yield: Floats,
    zero_days: Floats,
    zero_rates: Floats,
    out: Floats,
) -> None:
    """Write the smile of one expiry from session `first` on, a column of `out` a session: forward, discount, theta.

    `scale` is 1 for SPX and 0.1 for XSP, whose index and prices are a tenth.
    """
    for n in range(len(years)):
        i = first + n
        out[0, n], out[1, n], out[2, n] = smile_at(
            table,
            clock,
            years[n],
            now[i],
            node_clock[i],
            node_variance[i],
            rho[i],
            spot[i] * scale,
            dividend_yield[i],
            zero_days,
            zero_rates[i],
        )


@kernel
def life(
    first: int,
    strike: float,
    call: bool,
    scale: float,
    years: Floats,
    smile: Floats,
    rho: Floats,
    vix: Floats,
    out: Floats,
) -> None:
    """Quote one option from session `first` on, a column of `out` a session: mid, half-spread, volatility, delta.

    `smile` holds the expiry's smile on the same sessions, as `expiry` wrote it.
    """
    for n in range(len(years)):
        i = first + n
        forward, discount, theta = smile[0, n], smile[1, n], smile[2, n]
        sigma = vol(math.log(strike / forward), theta, rho[i], ETA, years[n])
        mid = black.price(forward, strike, years[n], sigma, discount, call)
        delta = black.delta(forward, strike, years[n], sigma, call)
        days = years[n] * DAYS_A_YEAR
        if scale < 1.0:
            half = xsp_half_spread(mid, abs(delta), days, vix[i])
        else:
            half = spx_half_spread(mid, abs(delta), days, vix[i])
        # Nobody bids below zero: the half-spread ends where the bid would.
        out[0, n], out[1, n], out[2, n], out[3, n] = mid, min(half, mid), sigma, delta


@kernel
def strike_of_delta(forward: float, theta: float, rho: float, years: float, call: bool, abs_delta: float) -> float:
    """Return the strike whose Black delta, at its own volatility, has size `abs_delta`; NaN where the smile is missing.

    The size of the delta falls as the strike leaves the money outwards; halving an interval of ten deviations 50 times
    settles it to a millionth of a point.
    """
    if not theta > 0.0:
        return math.nan
    reach = 10.0 * math.sqrt(theta) + 0.05
    low, high = (-0.5 * reach, reach) if call else (-reach, 0.5 * reach)
    for _ in range(50):
        middle = 0.5 * (low + high)
        strike = forward * math.exp(middle)
        size = abs(black.delta(forward, strike, years, vol(middle, theta, rho, ETA, years), call))
        if (size > abs_delta) == call:
            low = middle
        else:
            high = middle
    return forward * math.exp(0.5 * (low + high))
