"""The VIX-call reconstruction as compiled kernels: every price hangs on the VX future of the same expiry, never on spot."""

from __future__ import annotations

import math

from alvh.maths import black
from alvh.maths.kernel import kernel
from alvh.maths.vix_call import black_vol, call_price, displacement, put_price, shape, vvix_term
from alvh.market.half_spread import vix_half_spread
from alvh.market.spx_model import DAYS_A_YEAR, zero_rate
from alvh.values import Floats


CERTAIN_PUT_POINTS = 1e-12
"""A put worth less has no volatility that double precision can tell."""


@kernel
def quote_at(
    future: float, discount: float, vvix: float, years: float, strike: float, call: bool, vix: float
) -> tuple[float, float, float, float]:
    """Return ``(mid, half_spread, vol, delta)`` of one VIX option, points; NaN where the future or VVIX is missing.

    `delta` is the undiscounted Black delta to the future, at the option's own volatility.
    """
    a = displacement(future, years)
    s = shape(future, years, vvix / 100.0 * vvix_term(years))
    mid = discount * (call_price(future, strike, a, s, years) if call else put_price(future, strike, a, s, years))
    # The future cannot fall below its displacement: a strike near or under it is certain to be exercised, and no
    # volatility is left in its price. That is the model's answer (volatility 0), not a failure to find one.
    certain = strike < future and put_price(future, strike, a, s, years) < CERTAIN_PUT_POINTS
    sigma = 0.0 if certain else black_vol(future, strike, a, s, years)
    delta = black.delta(future, strike, years, sigma, call)
    # Nobody bids below zero: the half-spread ends where the bid would.
    half = min(vix_half_spread(mid, abs(delta), years * DAYS_A_YEAR, vix), mid)
    return mid, half, sigma, delta


@kernel
def life(
    first: int,
    strike: float,
    call: bool,
    years: Floats,
    future: Floats,
    vvix: Floats,
    zero_days: Floats,
    zero_rates: Floats,
    vix: Floats,
    out: Floats,
) -> None:
    """Quote one VIX option from session `first` on, one row of `out` a session: mid, half, forward, discount, vol, delta.

    `future` is the settlement of the same-expiry VX on each session of the life.
    """
    for n in range(len(years)):
        i = first + n
        discount = math.exp(-zero_rate(years[n] * DAYS_A_YEAR, zero_days, zero_rates[i]) * years[n])
        mid, half, sigma, delta = quote_at(future[n], discount, vvix[i], years[n], strike, call, vix[i])
        out[n, 0], out[n, 1], out[n, 2] = mid, half, future[n]
        out[n, 3], out[n, 4], out[n, 5] = discount, sigma, delta


@kernel
def strike_of_delta(future: float, vvix: float, years: float, call: bool, abs_delta: float) -> float:
    """Return the strike whose Black delta to the future, at its own volatility, has size `abs_delta`; NaN as above."""
    a = displacement(future, years)
    s = shape(future, years, vvix / 100.0 * vvix_term(years))
    low, high = a + 0.01 * (future - a), 6.0 * future
    for _ in range(40):
        strike = 0.5 * (low + high)
        delta = black.delta(future, strike, years, black_vol(future, strike, a, s, years), call)
        if math.isnan(delta):
            return math.nan
        if (abs(delta) > abs_delta) == call:
            low = strike
        else:
            high = strike
    return 0.5 * (low + high)
