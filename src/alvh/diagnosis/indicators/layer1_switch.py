"""When the first hedge layer is armed: the front VX future above a threshold drawn from the MACD of the VIX.

`concepts.md`, "Layer-1 MACD threshold" (12/26/9 after G. Appel). Everything is in vol points, so that a threshold made
of the VIX's averages can be held against a future. The hysteresis is ours: users of the pages complain of whipsaw.
"""

from __future__ import annotations

import math

import numpy as np

from alvh.diagnosis.once import once
from alvh.market.history import History
from alvh.maths.averages import Macd, ema, macd, trailing_deviation
from alvh.maths.kernel import kernel
from alvh.values import Floats, Indicator

FAST, SLOW, SIGNAL = 12, 26, 9
SIGMA_SESSIONS = 60
K = 1.0
OFF_CLOSES = 3
INDICATORS = (
    Indicator("vix_macd", "vol points"),
    Indicator("vix_macd_signal", "vol points"),
    Indicator("vix_macd_hist", "vol points"),
    Indicator("vix_ema26", "vol points"),
    Indicator("l1_threshold", "vol points"),
    Indicator("l1_armed", "flag"),
)


def prepare(history: History, name: str) -> Floats:
    """Return one reading at each close; NaN before its averages are seeded.

    ``vix_macd``, ``vix_macd_signal``, ``vix_macd_hist``
        EMA12 - EMA26 of the VIX close, the EMA9 of that, and the difference of the two; seeded by simple averages.
    ``vix_ema26``
        EMA26 of the VIX close.
    ``l1_threshold``
        theta = EMA26(VIX) + EMA9(MACD) + k sigma60(histogram), k = 1; see `threshold`.
    ``l1_armed``
        1 armed, 0 not, with hysteresis; see `switch`.
    """
    if name == "vix_ema26":
        return ema(history.column("VIX"), SLOW)
    if name == "l1_threshold":
        return threshold(history, K)
    if name == "l1_armed":
        return switch(history, K, OFF_CLOSES)
    lines = history.derive("MACD of VIX", vix_macd)
    return {"vix_macd": lines.line, "vix_macd_signal": lines.signal, "vix_macd_hist": lines.histogram}[name]


def vix_macd(history: History) -> Macd:
    """Return the MACD(12, 26, 9) of the VIX close."""
    return macd(history.column("VIX"), FAST, SLOW, SIGNAL)


def sigma(history: History) -> Floats:
    """Return the sample deviation of the histogram over its trailing 60 sessions, at least half of them known."""
    return trailing_deviation(once(history, prepare, "vix_macd_hist"), SIGMA_SESSIONS)


def threshold(history: History, k: float) -> Floats:
    """Return theta = EMA26(VIX) + EMA9(MACD) + k sigma60(histogram), vol points."""
    lines = history.derive("MACD of VIX", vix_macd)
    spread = history.derive("deviation of the MACD histogram", sigma)
    return once(history, prepare, "vix_ema26") + lines.signal + k * spread


def switch(history: History, k: float, off_closes: int) -> Floats:
    """Return the armed state (1, 0; NaN before anything is known) for a threshold of `k` deviations.

    ON at a close with F1 > theta and histogram > 0; OFF at the last of `off_closes` closes in a row with F1 < EMA26 or
    histogram < 0. A session without one of them changes nothing and is not counted.
    """

    def computed(whole: History) -> Floats:
        theta = once(whole, prepare, "l1_threshold") if k == K else threshold(whole, k)
        average, histogram = once(whole, prepare, "vix_ema26"), once(whole, prepare, "vix_macd_hist")
        return armed(whole.vx.nearby(1), theta, average, histogram, off_closes)

    return history.derive(("armed", k, off_closes), computed)


def armed(front: Floats, theta: Floats, average: Floats, histogram: Floats, off_closes: int) -> Floats:
    """Return the state after each close from F1, theta, EMA26 and histogram (vol points, same length); see `switch`."""
    if off_closes < 1:
        raise ValueError(f"disarmed after {off_closes} closes: at least 1 is needed")
    out = np.empty(len(front))
    armed_loop(front, theta, average, histogram, off_closes, out)
    return out


@kernel
def armed_loop(front: Floats, theta: Floats, average: Floats, histogram: Floats, off_closes: int, out: Floats) -> None:
    """Fill `out` with the state after each close."""
    state, against = math.nan, 0
    for i in range(out.size):
        state, against = next_state(state, against, front[i], theta[i], average[i], histogram[i], off_closes)
        out[i] = state


@kernel
def next_state(
    state: float, against: int, front: float, theta: float, average: float, histogram: float, off_closes: int
) -> tuple[float, int]:
    """Return the state after a close, and how many closes in a row now speak against it.

    `state` is 1, 0, or NaN while nothing was ever known; an unknown input leaves both as they were.
    """
    if math.isnan(front + theta + average + histogram):
        return state, against
    if state != 1.0:
        return (1.0 if front > theta and histogram > 0.0 else 0.0), 0
    if not (front < average or histogram < 0.0):
        return 1.0, 0
    if against + 1 >= off_closes:
        return 0.0, 0
    return 1.0, against + 1
