"""The VIX-option reconstruction as compiled kernels: a price hangs on the VX future of its expiry, not on spot VIX."""

from __future__ import annotations

import math

from alvh.market.half_spread import vix_half_spread
from alvh.market.spx_model import DAYS_A_YEAR, zero_rate
from alvh.maths import black
from alvh.maths.kernel import kernel
from alvh.maths.vix_call import black_vol, call_price, displacement, put_price, shape, vvix_term
from alvh.values import Floats

FARTHEST = 50.0
"""Strikes are sought up to this multiple of the future: in a panic a 10-delta call lies above six times it."""
CERTAIN_PUT_POINTS = 1e-12
"""A put worth less has no volatility that double precision can tell."""


@kernel
def expiry(
    first: int,
    years: Floats,
    future: Floats,
    vvix: Floats,
    zero_days: Floats,
    zero_rates: Floats,
    out: Floats,
) -> None:
    """Write the smile of one expiry from session `first` on, a column of `out` a session.

    Rows: the settlement of its VX future, discount, floor of the future, volatility of what is above the floor; NaN
    where the future, VVIX or every rate is missing. `future` covers the same sessions as `years`.
    """
    for n in range(len(years)):
        i = first + n
        out[0, n] = future[n]
        out[1, n] = math.exp(-zero_rate(years[n] * DAYS_A_YEAR, zero_days, zero_rates[i]) * years[n])
        out[2, n] = displacement(future[n], years[n])
        out[3, n] = shape(future[n], years[n], vvix[i] / 100.0 * vvix_term(years[n]))


@kernel
def strike_vol(future: float, strike: float, floor: float, s: float, years: float) -> float:
    """Return the Black volatility of a strike, annual decimal; NaN where the smile is missing.

    The future cannot fall below its floor: a strike near or under it is certain to be exercised, and no volatility is
    left in its price. 0 is the model's answer then, not a failure to find one.
    """
    if strike < future and put_price(future, strike, floor, s, years) < CERTAIN_PUT_POINTS:
        return 0.0
    return black_vol(future, strike, floor, s, years)


@kernel
def quote_at(
    future: float, discount: float, floor: float, s: float, years: float, strike: float, call: bool, vix: float
) -> tuple[float, float, float, float]:
    """Return ``(mid, half_spread, vol, delta)`` of one VIX option, points; NaN where the smile is missing.

    `floor` and `s` are those of `expiry`; `delta` is the undiscounted Black delta to the future, at the option's own
    volatility. Spot `vix` enters the half-spread alone.
    """
    undiscounted = call_price(future, strike, floor, s, years) if call else put_price(future, strike, floor, s, years)
    mid = discount * undiscounted
    sigma = strike_vol(future, strike, floor, s, years)
    delta = black.delta(future, strike, years, sigma, call)
    # Nobody bids below zero: the half-spread ends where the bid would.
    half = min(vix_half_spread(mid, abs(delta), years * DAYS_A_YEAR, vix), mid)
    return mid, half, sigma, delta


@kernel
def life(first: int, strike: float, call: bool, years: Floats, smile: Floats, vix: Floats, out: Floats) -> None:
    """Quote one VIX option from session `first` on, a column of `out` a session: mid, half-spread, volatility, delta.

    `smile` holds the expiry's smile on the same sessions, as `expiry` wrote it.
    """
    for n in range(len(years)):
        out[0, n], out[1, n], out[2, n], out[3, n] = quote_at(
            smile[0, n], smile[1, n], smile[2, n], smile[3, n], years[n], strike, call, vix[first + n]
        )


@kernel
def strike_of_delta(future: float, floor: float, s: float, years: float, call: bool, abs_delta: float) -> float:
    """Return the strike whose Black delta to the future, at its own volatility, has size `abs_delta`.

    NaN where the smile is missing. Halving the interval from just above the floor to `FARTHEST` times the future 45
    times settles it to a millionth of a point; what is not met there is NaN.
    """
    low, high = floor + 0.01 * (future - floor), FARTHEST * future
    farthest = black.delta(future, high, years, strike_vol(future, high, floor, s, years), call)
    if (abs(farthest) > abs_delta) == call:
        return math.nan
    for _ in range(45):
        strike = 0.5 * (low + high)
        delta = black.delta(future, strike, years, strike_vol(future, strike, floor, s, years), call)
        if math.isnan(delta):
            return math.nan
        if (abs(delta) > abs_delta) == call:
            low = strike
        else:
            high = strike
    return 0.5 * (low + high)
