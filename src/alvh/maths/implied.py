"""From a normalised option price back to its total deviation: the solver behind `alvh.maths.black.implied_vol`.

The start value is the closed Bachelier inversion of J. Choi, K. Kim and M. Kwak, "Numerical approximation of the
implied volatility under arithmetic Brownian motion", Applied Mathematical Finance 16 (2009), to which the rational
function below belongs; Halley's steps on the logarithm of the price do the rest.
"""

from __future__ import annotations

import math

from alvh.maths.kernel import kernel
from alvh.maths.normal import normal_cdf, normal_pdf

SQRT_HALF_PI = math.sqrt(0.5 * math.pi)
MAX_STEPS = 24
"""Halley steps before an implied volatility counts as unsolved; ordinary quotes take two or three."""


@kernel
def bachelier_deviation(moneyness_gap: float, otm: float) -> float:
    """Return the normal standard deviation that prices an out-of-the-money option `otm` this far from the forward."""
    straddle = moneyness_gap + 2.0 * otm
    if moneyness_gap < 1e-9 * straddle:
        return SQRT_HALF_PI * straddle
    ratio = moneyness_gap / straddle
    # atanh(ratio) with 1 - ratio = 2 otm / straddle kept exact for deep options.
    eta = 2.0 * ratio / math.log((1.0 + ratio) * straddle / (2.0 * otm))
    top = 1.848489695437094e3 + eta * (6.106322407867059e3 + eta * (2.493415285349361e4 + eta * 1.266458051348246e4))
    top = 3.994961687345134e-1 + eta * (
        2.100960795068497e1 + eta * (4.980340217855084e1 + eta * (5.988761102690991e2 + eta * top))
    )
    low = 3.608817108375034e3 + eta * (-2.067719486400926e2 + eta * 1.174240599306013e1)
    low = 1.495105008310999e3 + eta * (
        1.323614537899738e3 + eta * (1.598919697679745e4 + eta * (2.392008891720782e4 + eta * low))
    )
    low = 1.0 + eta * (4.990534153589422e1 + eta * (3.093573936743112e1 + eta * low))
    return SQRT_HALF_PI * straddle * math.sqrt(eta) * top / low


@kernel
def total_deviation(x: float, otm: float) -> float:
    """Return the deviation s = vol * sqrt(years) whose normalised Black price is `otm`; NaN if the steps do not settle.

    `x` = -|ln(F/K)|, `otm` = undiscounted price of the out-of-the-money side / sqrt(F K), and 0 < otm < exp(x/2).
    """
    up = math.exp(0.5 * x)
    down = 1.0 / up
    gap = down - up
    # The lognormal deviation is the normal one per average level of the path between forward and strike.
    s = bachelier_deviation(gap, otm) * (-x / gap if gap > 1e-9 else 1.0)
    near_bound = otm > 0.5 * up
    target = math.log(up - otm) if near_bound else math.log(otm)
    for _ in range(MAX_STEPS):
        d1 = x / s + 0.5 * s
        d2 = d1 - s
        # Near the upper bound the complement carries the digits, elsewhere the price does: solve in its logarithm.
        if near_bound:
            value = up * normal_cdf(-d1) + down * normal_cdf(d2)
        else:
            value = up * normal_cdf(d1) - down * normal_cdf(d2)
        if not value > 0.0:
            return math.nan
        slope = up * normal_pdf(d1) / value
        if near_bound:
            slope = -slope
        newton = (target - math.log(value)) / slope
        curvature = d1 * d2 / s - slope
        step = newton / max(1.0 + 0.5 * newton * curvature, 0.25)
        step = min(max(step, -0.75 * s), 3.0 * s)
        s += step
        if abs(step) <= 1e-9 * s:
            # Halley is cubic: after a relative step of 1e-9 the next one is below a double's last digit.
            return s
    return math.nan
