"""The SPX smile without a chain, under one name: SSVI, its anchor on an index, the curve of variance, and the rule.

The rule turns what is published every day into the smile's parameters: the bend is a constant, the skew follows VVIX,
and SKEW moves the level. It was found on real chains; `docs/quotes.md` measures its error, and says what it is not.
"""

from __future__ import annotations

import math
from typing import Final

from alvh.maths.curve import pchip
from alvh.maths.kernel import kernel
from alvh.maths.ssvi import durrleman, strip_variance, theta_for_strip, total_variance, vol
from alvh.maths.theta_table import ETA, theta_from_table, theta_table

__all__ = [
    "ETA",
    "durrleman",
    "level_of",
    "pchip",
    "rho_of",
    "strip_variance",
    "theta_for_strip",
    "theta_from_table",
    "theta_table",
    "total_variance",
    "vol",
]

# The four numbers below and ETA: feasibility.md, "SPX smile without a chain (12-75 DTE, 5-50 delta, vol points)".
RHO_AT_REFERENCE: Final = -0.497
RHO_PER_LN_VVIX: Final = -0.378
VVIX_REFERENCE: Final = 95.0
LEVEL_PER_TEN_SKEW: Final = 0.052
SKEW_REFERENCE: Final = 125.0


@kernel
def rho_of(vvix: float) -> float:
    """Return the SSVI skew of a day whose VVIX closed at `vvix` points; NaN where there is none."""
    if not vvix > 0.0:
        return math.nan
    return RHO_AT_REFERENCE + RHO_PER_LN_VVIX * math.log(vvix / VVIX_REFERENCE)


@kernel
def level_of(skew: float) -> float:
    """Return the factor on an index's total variance of a day whose SKEW closed at `skew` points; NaN gives NaN."""
    return 1.0 - LEVEL_PER_TEN_SKEW * (skew - SKEW_REFERENCE) / 10.0
