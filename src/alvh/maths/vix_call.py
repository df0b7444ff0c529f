"""VIX options without a chain: a displaced lognormal on the VX future of the same expiry, anchored on VVIX.

The future's value at expiry is ``V = a + (F - a) exp(s Z sqrt(T) - s^2 T / 2)``: positive, a martingale, and with a
smile that rises with the strike, as that of VIX does. `displacement` gives the floor a, and `shape` the volatility s of
what is above it, such that the log contract -(2/T) E ln(V/F) equals the square of VVIX at that term. Prices are
undiscounted.

Source: methodology.md section 6 (VIX options). The term curve of VVIX: feasibility.md, "VIX options without a chain",
from the realised volatility of VX futures by time to expiry.
"""

from __future__ import annotations

import math
from typing import Final

from alvh.maths import black
from alvh.maths.kernel import kernel

DISPLACEMENT_PER_ROOT_YEAR: Final = 0.8
DISPLACEMENT_LOW: Final = 0.45
DISPLACEMENT_HIGH: Final = 0.9

VVIX_DAYS: Final = (30.0, 45.0, 60.0, 90.0, 120.0, 150.0, 180.0, 220.0)
VVIX_FACTORS: Final = (1.0, 0.942, 0.875, 0.786, 0.719, 0.670, 0.631, 0.590)
"""VVIX at a term as a multiple of the published, 30-day VVIX."""

REACH: Final = 8.0
MAX_STEPS: Final = 40


@kernel
def vvix_term(years: float) -> float:
    """Return VVIX at term `years` as a multiple of the published index; NaN unless `years` is positive.

    Flat below 30 days; between the nodes and beyond 220 days a power of the term (a straight line in logarithms), so
    that the exponent of the last interval, -0.335, goes on: 0.558 at 260 days.
    """
    if not years > 0.0:
        return math.nan
    days = 365.0 * years
    if days <= VVIX_DAYS[0]:
        return VVIX_FACTORS[0]
    i = 0
    while i < len(VVIX_DAYS) - 2 and days > VVIX_DAYS[i + 1]:
        i += 1
    exponent = math.log(VVIX_FACTORS[i + 1] / VVIX_FACTORS[i]) / math.log(VVIX_DAYS[i + 1] / VVIX_DAYS[i])
    return VVIX_FACTORS[i] * math.pow(days / VVIX_DAYS[i], exponent)


@kernel
def displacement(forward: float, years: float) -> float:
    """Return the floor a = F clip(1 - 0.8 sqrt(T), 0.45, 0.9) in points; NaN without a forward or without time."""
    if not (forward > 0.0 and years > 0.0):
        return math.nan
    share = 1.0 - DISPLACEMENT_PER_ROOT_YEAR * math.sqrt(years)
    return forward * min(max(share, DISPLACEMENT_LOW), DISPLACEMENT_HIGH)


@kernel
def log_contract_and_slope(b: float, x: float) -> tuple[float, float]:
    """Return the log contract -2 E ln(1 - b + b exp(x Z - x^2/2)) and its derivative with respect to `x`.

    A trapezoid rule over Z, which converges like exp(-2 pi^2 / (x h)): the step h keeps eight digits or more.
    """
    count = math.ceil(2.0 * REACH * max(2.0, x))
    step = 2.0 * REACH / count
    # Density and exponential advance by multiplication from node to node: one logarithm a node is all that is costly.
    weight = math.exp(-0.5 * REACH * REACH)
    ratio = math.exp(REACH * step - 0.5 * step * step)
    ratio_factor = math.exp(-step * step)
    value = math.exp(-x * REACH - 0.5 * x * x)
    growth = math.exp(x * step)
    weights, logs, slopes = 0.0, 0.0, 0.0
    for i in range(count + 1):
        level = 1.0 - b + b * value
        weights += weight
        logs += weight * math.log(level)
        slopes += weight * value / level * (i * step - REACH - x)
        weight *= ratio
        ratio *= ratio_factor
        value *= growth
    return -2.0 * logs / weights, -2.0 * b * slopes / weights


@kernel
def log_contract(b: float, x: float) -> float:
    """Return the total variance -2 E ln(V/F) of a displaced lognormal.

    Parameters
    ----------
    b
        Share of the forward that is lognormal, (F - a) / F, between 0 and 1.
    x
        Total deviation s sqrt(T) of that share.

    Returns
    -------
    float
        Between 0 and -2 ln(1 - b); NaN outside the domain.
    """
    if not (0.0 < b < 1.0 and x >= 0.0):
        return math.nan
    return log_contract_and_slope(b, x)[0]


@kernel
def shape(forward: float, years: float, vvix_t: float) -> float:
    """Return the volatility s (annual, decimal) of the lognormal part, so that the log contract is `vvix_t` squared.

    Parameters
    ----------
    forward
        VX future of the option's expiry, points.
    years
        Time to expiry.
    vvix_t
        Volatility of the log contract at this term, annual and **decimal**: VVIX / 100 * `vvix_term`.

    Returns
    -------
    float
        NaN when there is no answer: an input missing or not positive, or a variance at or above what a future that
        cannot fall below its floor can have, -2 ln(a/F).
    """
    return shape_of_share(1.0 - displacement(forward, years) / forward, years, vvix_t)


@kernel
def shape_of_share(b: float, years: float, vvix_t: float) -> float:
    """Return `shape` for any share `b` of the forward that is lognormal, (F - a) / F; NaN where there is no answer."""
    if not (b > 0.0 and vvix_t > 0.0):
        return math.nan
    bound = -2.0 * math.log(1.0 - b)
    share = vvix_t * vvix_t * years / bound
    if not share < 1.0:
        return math.nan
    # sqrt(-ln(1 - share of the bound)) is nearly linear in x at both ends: Newton settles in three steps.
    target = math.sqrt(-math.log1p(-share))
    x = target * math.sqrt(bound) / b
    for _ in range(MAX_STEPS):
        value, slope = log_contract_and_slope(b, x)
        reached = math.sqrt(-math.log1p(-value / bound))
        step = (target - reached) * 2.0 * reached * (bound - value) / slope
        if not abs(step) < 1e6:
            return math.nan
        x = max(x + step, 0.1 * x)
        if abs(step) < 1e-8 * x:
            return x / math.sqrt(years)
    return math.nan


@kernel
def call_price(forward: float, strike: float, a: float, s: float, years: float) -> float:
    """Return the undiscounted call: Black-76 of (F - a, K - a, s), or F - K where the strike is not above the floor."""
    if strike <= a:
        return forward - strike + 0.0 * s
    return black.price(forward - a, strike - a, years, s, 1.0, True)


@kernel
def put_price(forward: float, strike: float, a: float, s: float, years: float) -> float:
    """Return the undiscounted put of the same model; zero where the strike is not above the floor."""
    if strike <= a:
        return 0.0 * (forward + s)
    return black.price(forward - a, strike - a, years, s, 1.0, False)


@kernel
def black_vol(forward: float, strike: float, a: float, s: float, years: float) -> float:
    """Return the ordinary Black-76 volatility of the strike in this model; NaN at or below the floor.

    It is the volatility by which deltas are quoted and strikes selected.
    """
    if strike >= forward:
        return black.implied_vol(call_price(forward, strike, a, s, years), forward, strike, years, 1.0, True)
    return black.implied_vol(put_price(forward, strike, a, s, years), forward, strike, years, 1.0, False)
