"""The expected daily range of the S&P 500, and the realised volatility in it.

`concepts.md`, "EDR (pages)": the pages blend VIX9D and realised volatility; their own formula is dimensionally
inconsistent, so the blend is scaled to one session by the square root of 252. Its 0.94 % stands for a VIX near 14.9.
"""

from __future__ import annotations

import math

import numpy as np

from alvh.diagnosis.once import once
from alvh.market.history import History
from alvh.maths.averages import trailing_deviation
from alvh.values import Floats, Indicator

SESSIONS_A_YEAR = 252.0
REALISED_SESSIONS = 20
IMPLIED_WEIGHT = 0.6
MULTIPLIER = 1.0
INDICATORS = (Indicator("hv20", "vol points"), Indicator("edr", "percent of spot"))


def prepare(history: History, name: str) -> Floats:
    """Return one reading at each close.

    ``hv20``
        Realised volatility: sample deviation of the last 20 daily log returns of the SPX close (at least half of them
        known), times the square root of 252.
    ``edr``
        m (0.6 VIX9D + 0.4 HV20) / sqrt(252), m = 1; NaN before VIX9D exists (2011): nothing stands in for it.
    """
    if name == "edr":
        return expected_range(history.column("VIX9D"), once(history, prepare, "hv20"))
    returns = np.concatenate(([np.nan], np.diff(np.log(history.column("SPX")))))
    deviation = trailing_deviation(returns, REALISED_SESSIONS)
    return 100.0 * math.sqrt(SESSIONS_A_YEAR) * deviation


def expected_range(vix9d: Floats, hv20: Floats, multiplier: float = MULTIPLIER) -> Floats:
    """Return the expected daily range, percent of spot, from two annual volatilities in points."""
    return multiplier * (IMPLIED_WEIGHT * vix9d + (1.0 - IMPLIED_WEIGHT) * hv20) / math.sqrt(SESSIONS_A_YEAR)
