"""The reconstructed SPX smile beside quoted volatilities: by capture, by place in the smile, and a condor's credit.

Model less market throughout. Judged are quotes out of the money of 12 to 75 days and 5 to 50 delta; the forward is the
chain's own (`alvh.evidence.chain_quotes`), everything else is what the product knows at that day's close.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from alvh import conventions
from alvh.evidence.chain_quotes import CAPTURE
from alvh.market.smile_inputs import SmileInputs
from alvh.market.spx_model import expiry_variance
from alvh.maths import black
from alvh.maths.kernel import kernel
from alvh.maths.smile import ETA, theta_for_strip, theta_from_table, theta_table, vol
from alvh.maths.theta_table import RHO_HIGH, RHO_LOW
from alvh.values import Bools, Floats, Ints

FIRST_DAYS: Final = 12.0
LAST_DAYS: Final = 75.0
DELTAS: Final = (0.05, 0.50)
WHOLE_EXPIRIES: Final = 3
"""A capture with fewer expiries in the window is a fragment: reported apart, in no threshold."""
SHORT_DELTA: Final = 0.16
SHORT_DELTA_MISS: Final = 0.03
WING_SHARE: Final = 0.01
"""Wing width over the forward."""
CONDOR_DAYS: Final = (30.0, 60.0)
CONDOR_TARGET_DAYS: Final = 45.0
WING_MISS: Final = 0.25
"""A wing may be so far from its target width, as a share of it; else the capture has no such condor."""
FRIDAY: Final = 5
"""Of the ISO week."""
FIT_STEPS: Final = 8
STEP_LEVEL: Final = 1e-4
STEP_SLOPE: Final = 1e-3


@dataclass(frozen=True, eq=False)
class Capture:
    """The judged quotes of one capture, with all the smile needs to be computed again under another shift.

    Attributes
    ----------
    session, source
    i : int
        Axis position of the session.
    rho : float
        Slope of the rule that day.
    k, years, total, market, half, mid : arrays (quotes,)
        Log-moneyness, years, the rule's strip variance to the expiry, quoted volatility, half-spread, mid.
    forward, discount, strike, abs_delta, days : arrays (quotes,)
    call, judged : arrays of bool (quotes,)
    expiry : array of int (quotes,)
        Position of the quote's expiry among the capture's.
    friday : array of bool (quotes,)
        Whether the expiry is a Friday.
    """

    session: dt.date
    source: str
    i: int
    rho: float
    k: Floats
    years: Floats
    total: Floats
    market: Floats
    half: Floats
    mid: Floats
    forward: Floats
    discount: Floats
    strike: Floats
    abs_delta: Floats
    days: Floats
    call: Bools
    judged: Bools
    expiry: Ints
    friday: Bools

    @property
    def whole(self) -> bool:
        """Whether it has enough expiries to be called a chain."""
        return len(np.unique(self.expiry[self.judged])) >= WHOLE_EXPIRIES

    def model(self, level: float = 0.0, slope: float = 0.0, eta: float = ETA) -> Floats:
        """Return the reconstruction's volatility of each quote under a shift, or with another bend.

        `level` and `slope` as in `alvh.market.model_shift`.
        """
        out = np.empty(len(self.k))
        rho = min(max(self.rho + slope, RHO_LOW), RHO_HIGH)
        _vols(theta_table(), self.k, self.years, self.total * math.exp(2.0 * level), rho, eta, out)
        return out

    def error(self, level: float = 0.0, slope: float = 0.0, eta: float = ETA) -> Floats:
        """Return model less market of the judged quotes, volatility points."""
        points: Floats = 100.0 * (self.model(level, slope, eta) - self.market)[self.judged]
        return points


@kernel
def _vols(table: Floats, k: Floats, years: Floats, total: Floats, rho: float, eta: float, out: Floats) -> None:
    """Write the volatility of each quote; quotes of one expiry stand together, so that theta is looked up once.

    The table is of the house's bend; for another one theta is solved.
    """
    theta, last = math.nan, math.nan
    for n in range(len(k)):
        if total[n] != last:
            last = total[n]
            theta = theta_from_table(table, last, rho) if eta == ETA else theta_for_strip(last, rho, eta)
        out[n] = vol(k[n], theta, rho, eta, years[n])


def captures_of(quotes: pl.DataFrame, inputs: SmileInputs, dates: Sequence[dt.date]) -> list[Capture]:
    """Return the captures of `chain_quotes.quoted` that the reconstruction covers, by session and source."""
    place = {day: i for i, day in enumerate(dates)}
    out = []
    for key, rows in quotes.filter("otm").group_by(*CAPTURE, maintain_order=True):
        session = key[0]
        if not isinstance(session, dt.date) or session not in place:
            continue
        one = _capture(session, str(key[2]), place[session], rows, inputs)
        if one is not None:
            out.append(one)
    return sorted(out, key=lambda one: (one.session, one.source))


def _capture(session: dt.date, source: str, i: int, rows: pl.DataFrame, x: SmileInputs) -> Capture | None:
    """Lay one capture out; None where the reconstruction has no smile that day or nothing is judged."""
    rows = rows.sort("settle_instant", "call", "strike")
    ends, position = np.unique(rows["settle_instant"].to_numpy(), return_inverse=True)
    clocks = np.asarray(conventions.clock_at(ends))
    totals = np.array([expiry_variance(float(c), x.clock[i], x.node_clock[i], x.node_variance[i]) for c in clocks])
    total = totals[position]
    column = {name: rows[name].to_numpy() for name in ("strike", "forward", "years", "vol", "half", "mid", "discount")}
    abs_delta = rows["abs_delta"].to_numpy()
    days = rows["days"].to_numpy()
    judged = (abs_delta >= DELTAS[0]) & (abs_delta <= DELTAS[1]) & (days >= FIRST_DAYS) & (days <= LAST_DAYS)
    rho = float(x.rho[i])
    if not (judged.any() and math.isfinite(rho) and np.isfinite(totals).all()):
        return None
    return Capture(
        session,
        source,
        i,
        rho,
        np.log(column["strike"] / column["forward"]),
        column["years"],
        total,
        column["vol"],
        column["half"],
        column["mid"],
        column["forward"],
        column["discount"],
        column["strike"],
        abs_delta,
        days,
        rows["call"].to_numpy(),
        judged,
        position.astype(np.int64),
        rows["expiry"].dt.weekday().to_numpy() == FRIDAY,
    )


def rmse(error: Floats) -> float:
    """Return the root of the mean square."""
    return math.sqrt(float(np.mean(error**2)))


def own_shift(one: Capture) -> tuple[float, float]:
    """Return the (level, slope) shift that fits a capture's judged quotes best: two numbers, least squares.

    Gauss-Newton with differences; NaN where it does not settle inside the slopes the theta table knows.
    """
    level = slope = 0.0
    for _ in range(FIT_STEPS):
        error = one.error(level, slope)
        by_level = (one.error(level + STEP_LEVEL, slope) - error) / STEP_LEVEL
        by_slope = (one.error(level, slope + STEP_SLOPE) - error) / STEP_SLOPE
        step = np.linalg.lstsq(np.column_stack((by_level, by_slope)), -error, rcond=None)[0]
        level, slope = level + float(step[0]), slope + float(step[1])
        if not RHO_LOW < one.rho + slope < RHO_HIGH - STEP_SLOPE:
            return math.nan, math.nan
    return level, slope


def condor_credit(one: Capture, level: float = 0.0, slope: float = 0.0, eta: float = ETA) -> tuple[float, float] | None:
    """Return (market credit in points, model over market less 1) of the capture's condor; None where it has no legs.

    The expiry nearest 45 days of those from 30 to 60, shorts nearest 16 delta by the market's own volatility, wings
    1 % of the forward further out (nearest listed), mid against mid on the same strikes.
    """
    inside = (one.days >= CONDOR_DAYS[0]) & (one.days <= CONDOR_DAYS[1])
    if not inside.any():
        return None
    nearest = one.expiry[inside][np.argmin(np.abs(one.days[inside] - CONDOR_TARGET_DAYS))]
    here = one.expiry == nearest
    model = one.model(level, slope, eta)
    market = modelled = 0.0
    for call in (False, True):
        side = np.flatnonzero(here & (one.call == call))
        if not len(side):
            return None
        short = side[np.argmin(np.abs(one.abs_delta[side] - SHORT_DELTA))]
        width = WING_SHARE * one.forward[short]
        target = one.strike[short] + (width if call else -width)
        wing = side[np.argmin(np.abs(one.strike[side] - target))]
        if (
            abs(one.abs_delta[short] - SHORT_DELTA) > SHORT_DELTA_MISS
            or abs(one.strike[wing] - target) > WING_MISS * width
        ):
            return None
        for leg, sign in ((short, 1.0), (wing, -1.0)):
            market += sign * one.mid[leg]
            modelled += sign * black.price(
                one.forward[leg], one.strike[leg], one.years[leg], model[leg], one.discount[leg], call
            )
    return (market, modelled / market - 1.0) if market > 0.0 else None


def inside_half_spreads(one: Capture, count: float = 2.0) -> float:
    """Return the share of judged quotes whose modelled price is within `count` half-spreads of the mid."""
    return float(np.mean(np.abs(half_spreads_off(one)) <= count))


def half_spreads_off(one: Capture) -> Floats:
    """Return modelled price less mid of the judged quotes, in half-spreads."""
    at = one.judged
    priced = black.price_many(
        one.forward[at], one.strike[at], one.years[at], one.model()[at], one.discount[at], one.call[at]
    )
    off: Floats = (priced - one.mid[at]) / one.half[at]
    return off
