"""How dear the volatility of volatility is: VVIX in its year, its jumps, its strength, and against the VIX.

`concepts.md`, "Vol-of-vol spike" (its two numbers are our choice) and "RSI(VVIX) call/put weight".
"""

from __future__ import annotations

import numpy as np

from alvh.diagnosis.once import once
from alvh.market.history import History
from alvh.maths.averages import rsi, trailing_percentile
from alvh.values import Floats, Indicator

WINDOW_SESSIONS = 252
RSI_SESSIONS = 14
SPIKE_PERCENTILE = 0.95
SPIKE_CHANGE = 0.10
INDICATORS = (
    Indicator("vvix_pct", "share of 252 sessions"),
    Indicator("vvix_change_1d", "fraction"),
    Indicator("vvix_spike", "flag"),
    Indicator("vvix_rsi14", "0 to 100"),
    Indicator("vvix_to_vix", "ratio"),
)


def prepare(history: History, name: str) -> Floats:
    """Return one reading at each close; NaN where VVIX (or another input) is missing.

    ``vvix_pct``
        Share (0 to 1) of the trailing 252 sessions, today included, at or below today's VVIX; half of them known.
    ``vvix_change_1d``
        VVIX over that of the session before, less 1.
    ``vvix_spike``
        1 where the share is at least 0.95 or the change at least +10 %, else 0; see `spike`.
    ``vvix_rsi14``
        Wilder's relative strength index of the VVIX close over 14 changes.
    ``vvix_to_vix``
        VVIX / VIX.
    """
    vvix = history.column("VVIX")
    if name == "vvix_pct":
        return trailing_percentile(vvix, WINDOW_SESSIONS)
    if name == "vvix_change_1d":
        return np.concatenate(([np.nan], vvix[1:] / vvix[:-1] - 1.0))
    if name == "vvix_spike":
        return spike(once(history, prepare, "vvix_pct"), once(history, prepare, "vvix_change_1d"))
    if name == "vvix_rsi14":
        return rsi(vvix, RSI_SESSIONS)
    return vvix / history.column("VIX")


def spike(share: Floats, change: Floats) -> Floats:
    """Return 1 where either reading says so and 0 where both say no; NaN where one says no and the other is missing."""
    yes = (share >= SPIKE_PERCENTILE) | (change >= SPIKE_CHANGE)
    unknown = ~yes & ~np.isfinite(share + change)
    return np.where(unknown, np.nan, yes.astype(np.float64))
