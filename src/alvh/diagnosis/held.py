"""What a held option means at today's close, and what it meant since it was bought: Greeks, extrinsic value, decay.

Everything is computed once for the whole life of a contract (`alvh.market.observe.View.lived`), entry t from nothing
later than t, and then looked up.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import NamedTuple

import numpy as np

from alvh.market.observe import View
from alvh.maths import black
from alvh.maths.kernel import kernel
from alvh.values import Contract, Floats

COLUMNS = 9


class Held(NamedTuple):
    """One held contract at one close; points, years and decimals of one unit, NaN where the mark has no meaning.

    Attributes
    ----------
    mark, forward : float
        Points.
    years : float
    discount : float
    vol : float
        Black volatility of the mark, annual decimal.
    delta : float
        Undiscounted forward delta, signed.
    vega : float
        Points per 1.00 of volatility.
    extrinsic : float
        Mark less the discounted exercise value, points.
    decay : float
        What Black's theta at the volatility of the entry says is lost since the session before, points.
    """

    mark: float
    forward: float
    years: float
    discount: float
    vol: float
    delta: float
    vega: float
    extrinsic: float
    decay: float


UNKNOWN = Held(*(math.nan,) * COLUMNS)


def held(view: View, contract: Contract, opened: dt.date) -> Held:
    """Return what a contract held since `opened` means today; all NaN for what is no option or has no mark."""
    rows = life(view, contract, opened)
    return Held(*rows[-1].tolist()) if len(rows) else UNKNOWN


def life(view: View, contract: Contract, opened: dt.date) -> Floats:
    """Return one row of `Held` a session from `opened` until today; none for what is no option or is marked no more.

    The session of the purchase is the first row; its decay is 0.
    """
    if not contract.right:
        return np.empty((0, COLUMNS))
    return view.lived("held", contract, opened, whole_life)


def whole_life(
    contract: Contract, mid: Floats, forward: Floats, years: Floats, discount: Floats, vol: Floats
) -> Floats:
    """Return the rows of `Held` over a whole life."""
    out = np.full((len(mid), COLUMNS), np.nan)
    fill_life(contract.strike, contract.right == "C", mid, forward, years, discount, vol, out)
    return out


@kernel
def fill_life(
    strike: float,
    call: bool,
    mid: Floats,
    forward: Floats,
    years: Floats,
    discount: Floats,
    vol: Floats,
    out: Floats,
) -> None:
    """Fill the columns of `Held`, row t from rows up to t."""
    for t in range(len(mid)):
        row = black.greeks(forward[t], strike, years[t], vol[t], discount[t], call)
        out[t, 0], out[t, 1], out[t, 2], out[t, 3], out[t, 4] = mid[t], forward[t], years[t], discount[t], vol[t]
        out[t, 5] = black.delta(forward[t], strike, years[t], vol[t], call)
        out[t, 6] = row[3]
        out[t, 7] = mid[t] - discount[t] * black.intrinsic(forward[t], strike, call)
        out[t, 8] = 0.0
        if t > 0:
            before = black.greeks(forward[t - 1], strike, years[t - 1], vol[0], discount[t - 1], call)
            out[t, 8] = -before[4] * (years[t - 1] - years[t])
