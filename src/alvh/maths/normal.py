"""The standard normal distribution, compiled."""

from __future__ import annotations

import math

from alvh.maths.kernel import kernel

SQRT_HALF = math.sqrt(0.5)
INVERSE_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)


@kernel
def normal_cdf(x: float) -> float:
    """Return the standard normal distribution function, relatively accurate in both tails."""
    return 0.5 * math.erfc(-x * SQRT_HALF)


@kernel
def normal_pdf(x: float) -> float:
    """Return the standard normal density."""
    return INVERSE_SQRT_2PI * math.exp(-0.5 * x * x)
