"""The real effective exchange rate of volatility: how dear front volatility is against the tenors behind it.

`concepts.md`, "Real Effective Exchange Rate of volatility": the currency notion (a trade-weighted geometric mean of
exchange rates, deflated by price levels) with the front VX future as the currency, F2 to F4 as its partners and the
median of each ratio as the price level. The weights are our choice.
"""

from __future__ import annotations

import numpy as np

from alvh.diagnosis.once import once
from alvh.market.history import History
from alvh.maths.averages import change, trailing_median
from alvh.values import Floats, Indicator

WINDOW_SESSIONS = 252
CHANGE_SESSIONS = 5
PARTNERS = ((2, 0.5), (3, 0.3), (4, 0.2))
"""Contract and weight of each partner."""
INDICATORS = (Indicator("vreer", "index, 100 = usual"), Indicator("vreer_change_5d", "index points"))


def prepare(history: History, name: str) -> Floats:
    """Return one reading at each close; NaN where F1 to F4, or half of the 252 sessions behind, are not known.

    ``vreer``
        100 exp(sum over j = 2, 3, 4 of w_j [ln(F1/Fj) - ln(median of F1/Fj over 252 sessions)]), w = 0.5, 0.3, 0.2.
        Above 100 the front is dear, below 100 the curve is steeper than usual.
    ``vreer_change_5d``
        Change over 5 sessions.
    """
    if name == "vreer_change_5d":
        return change(once(history, prepare, "vreer"), CHANGE_SESSIONS)
    front = history.vx.nearby(1)
    logs = np.zeros(len(history))
    for k, weight in PARTNERS:
        ratio = front / history.vx.nearby(k)
        logs += weight * np.log(ratio / trailing_median(ratio, WINDOW_SESSIONS))
    return 100.0 * np.exp(logs)
