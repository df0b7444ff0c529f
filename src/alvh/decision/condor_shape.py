"""The shape of a condor, held or proposed: widths, largest loss, break-evens and their symmetry, odds, expectation.

Pure arithmetic on numbers. A campaign is described as a whole: `cash_points` is everything it has been paid so far (the
opening credit and the cash of every roll) for one lot, so that a roll cannot hide what went before it.

Sources: `concepts.md`, "Iron condor", "Layer Activation", "Break-even symmetry"; Black 1976 for the lognormal density.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from alvh.maths import black
from alvh.maths.kernel import kernel
from alvh.maths.normal import normal_cdf

SESSIONS_A_YEAR = 252.0


class Strikes(NamedTuple):
    """Four strikes in points, ``long_put <= short_put < short_call <= long_call``."""

    long_put: float
    short_put: float
    short_call: float
    long_call: float


class Vols(NamedTuple):
    """Black volatility at each strike, annual decimals."""

    long_put: float
    short_put: float
    short_call: float
    long_call: float


class Shape(NamedTuple):
    """What one lot of a condor looks like; points, decimals, NaN where it is unknown or does not exist.

    Attributes
    ----------
    put_width, call_width : float
        Distance from short to long strike.
    max_loss_points : float
        Wider side less the cash received; below 0 where it cannot lose.
    breakeven_put, breakeven_call : float
        Where the campaign ends at zero; NaN on a side that cannot lose, or when it loses everywhere.
    symmetry : float
        B = [ln(BEc / S) + ln(BEp / S)] / (vol_atm sqrt(T)); 0 is symmetric, below 0 the put side has more room.
    pop : float
        Probability that the campaign ends above zero.
    expected_points : float
        Expected result of the campaign at expiry under the density asked for, before the costs to come.
    """

    put_width: float
    call_width: float
    max_loss_points: float
    breakeven_put: float
    breakeven_call: float
    symmetry: float
    pop: float
    expected_points: float


def describe(
    strikes: Strikes,
    vols: Vols,
    *,
    spot: float,
    forward: float,
    years: float,
    vol_atm: float,
    cash_points: float,
    real_vol: float | None = None,
) -> Shape:
    """Return the shape of one lot.

    Parameters
    ----------
    strikes : Strikes
    vols : Vols
        Each break-even takes the volatility interpolated between its side's two strikes, flat beyond them.
    spot, forward : float
        Points.
    years : float
        To settlement.
    vol_atm : float
        At the money, annual decimal: the unit of the symmetry.
    cash_points : float
        Received so far a lot, points.
    real_vol : float or None
        Volatility of the lognormal the expectation is taken under, mean at the forward (no equity premium); None takes
        each strike's own, which is what the market implies.
    """
    put_width, call_width = strikes.short_put - strikes.long_put, strikes.long_call - strikes.short_call
    below, above = breakevens(strikes, cash_points)
    deviation = vol_atm * math.sqrt(max(years, 0.0))
    return Shape(
        put_width=put_width,
        call_width=call_width,
        max_loss_points=max(put_width, call_width) - cash_points,
        breakeven_put=below,
        breakeven_call=above,
        symmetry=symmetry(below, above, spot, deviation),
        pop=odds(strikes, vols, below, above, forward, years, cash_points),
        expected_points=cash_points - expected_payout(strikes, vols, forward, years, real_vol),
    )


def breakevens(strikes: Strikes, cash_points: float) -> tuple[float, float]:
    """Return the put and call break-even: short strike less, and plus, the cash; NaN where there is none."""
    if not cash_points > 0.0:
        return math.nan, math.nan
    below, above = strikes.short_put - cash_points, strikes.short_call + cash_points
    return below if below > strikes.long_put else math.nan, above if above < strikes.long_call else math.nan


def symmetry(below: float, above: float, spot: float, deviation: float) -> float:
    """Return B = [ln(above / S) + ln(below / S)] / deviation; NaN without two break-evens or without time."""
    if not (below > 0.0 and above > 0.0 and spot > 0.0 and deviation > 0.0):
        return math.nan
    return (math.log(above / spot) + math.log(below / spot)) / deviation


def odds(
    strikes: Strikes, vols: Vols, below: float, above: float, forward: float, years: float, cash_points: float
) -> float:
    """Return P(ends above zero) = P(S > BEp) - P(S > BEc), each at the volatility of its own break-even."""
    if math.isnan(cash_points):
        return math.nan
    if cash_points <= 0.0:
        return 0.0
    # A side whose width the cash covers cannot lose: its probability is 1 (put) or 0 (call).
    high = low = 0.0
    if math.isnan(below):
        high = 1.0
    else:
        vol = between(below, strikes.long_put, strikes.short_put, vols.long_put, vols.short_put)
        high = chance_above(forward, below, years, vol)
    if not math.isnan(above):
        vol = between(above, strikes.short_call, strikes.long_call, vols.short_call, vols.long_call)
        low = chance_above(forward, above, years, vol)
    # With two volatilities the tails are of two distributions, and may overlap where hardly anything is left between.
    return high - low if math.isnan(high - low) else max(high - low, 0.0)


@kernel
def chance_above(forward: float, level: float, years: float, vol: float) -> float:
    """Return the lognormal probability N(d2) that an index with mean `forward` ends above `level`."""
    if not (forward > 0.0 and level > 0.0 and vol >= 0.0 and years >= 0.0):
        return math.nan
    deviation = vol * math.sqrt(years)
    if deviation == 0.0:
        return 1.0 if forward > level else 0.0
    return normal_cdf(math.log(forward / level) / deviation - 0.5 * deviation)


def between(level: float, low: float, high: float, at_low: float, at_high: float) -> float:
    """Return a value interpolated linearly between two strikes, flat beyond them."""
    if not high > low:
        return at_low
    weight = min(max((level - low) / (high - low), 0.0), 1.0)
    return at_low + weight * (at_high - at_low)


def expected_payout(strikes: Strikes, vols: Vols, forward: float, years: float, real_vol: float | None) -> float:
    """Return what one lot is expected to pay out at expiry, points, undiscounted."""
    own = vols if real_vol is None else Vols(real_vol, real_vol, real_vol, real_vol)
    long_put = black.price(forward, strikes.long_put, years, own.long_put, 1.0, False)
    short_put = black.price(forward, strikes.short_put, years, own.short_put, 1.0, False)
    short_call = black.price(forward, strikes.short_call, years, own.short_call, 1.0, True)
    long_call = black.price(forward, strikes.long_call, years, own.long_call, 1.0, True)
    return float(short_put - long_put + short_call - long_call)


def annual_vol_of_range(edr_percent: float) -> float:
    """Return the annual volatility of an expected daily range in percent of spot: range x sqrt(252)."""
    return edr_percent / 100.0 * math.sqrt(SESSIONS_A_YEAR)
