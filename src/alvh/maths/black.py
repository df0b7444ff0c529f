"""Black-76 in scalar kernels, and over arrays: price, delta, Greeks and implied volatility of an option on a forward.

Everything is a function of the forward, so one module serves SPX (forward from parity or carry) and VIX options (the
forward is the VX future of the same expiry, never spot VIX). A missing number stays missing: NaN in, NaN out, and a
price that no volatility can produce has volatility NaN. The scalar kernels are for compiled loops; the functions ending
in ``_many`` broadcast their arguments and run one such loop.

Source: F. Black, "The pricing of commodity contracts", Journal of Financial Economics 3 (1976).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alvh.maths.implied import total_deviation
from alvh.maths.kernel import kernel
from alvh.maths.normal import normal_cdf, normal_pdf

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@kernel
def intrinsic(forward: float, strike: float, call: bool) -> float:
    """Return the undiscounted exercise value in the units of `forward`; NaN where an input is NaN."""
    gap = forward - strike if call else strike - forward
    return math.nan if math.isnan(gap) else max(gap, 0.0)


@kernel
def price(forward: float, strike: float, years: float, vol: float, discount: float, call: bool) -> float:
    """Return the Black-76 price.

    Parameters
    ----------
    forward, strike
        In index points, both positive; otherwise the answer is NaN.
    years
        Time to expiry in years; zero or less gives the discounted intrinsic value.
    vol
        Annual volatility as a decimal; zero gives the discounted intrinsic value, negative or NaN gives NaN.
    discount
        Value today of 1 paid at expiry.
    call
        True for a call, False for a put.

    Returns
    -------
    float
        Points per unit of the index.
    """
    if not (forward > 0.0 and strike > 0.0 and vol >= 0.0):
        return math.nan
    deviation = vol * math.sqrt(max(years, 0.0))
    if deviation == 0.0:
        return discount * intrinsic(forward, strike, call)
    d1 = math.log(forward / strike) / deviation + 0.5 * deviation
    d2 = d1 - deviation
    if call:
        return discount * (forward * normal_cdf(d1) - strike * normal_cdf(d2))
    return discount * (strike * normal_cdf(-d2) - forward * normal_cdf(-d1))


@kernel
def delta(forward: float, strike: float, years: float, vol: float, call: bool) -> float:
    """Return the undiscounted forward delta: N(d1) of a call, N(d1) - 1 (negative) of a put.

    This is the delta by which strikes are selected. At expiry, or without volatility, it is the step: the option moves
    with the forward when it is in the money and not at all otherwise. Arguments as in `price`; NaN as there.
    """
    if not (forward > 0.0 and strike > 0.0 and vol >= 0.0):
        return math.nan
    deviation = vol * math.sqrt(max(years, 0.0))
    if deviation == 0.0:
        in_the_money = forward > strike if call else forward < strike
        return (1.0 if call else -1.0) if in_the_money else 0.0
    d1 = math.log(forward / strike) / deviation + 0.5 * deviation
    return normal_cdf(d1) if call else -normal_cdf(-d1)


@kernel
def greeks(
    forward: float, strike: float, years: float, vol: float, discount: float, call: bool
) -> tuple[float, float, float, float, float, float, float]:
    """Return ``(price, delta, gamma, vega, theta, vanna, volga)``, all discounted: true derivatives of `price`.

    Returns
    -------
    price
        As `price`.
    delta
        d price / d forward: the discount factor times `delta`.
    gamma
        d delta / d forward, per point.
    vega
        d price / d vol, per 1.00 of volatility (divide by 100 for one vol point).
    theta
        Change of the price per year as time passes, at constant forward and volatility, with
        ``discount = exp(-rate * years)``: the decay of the option plus the interest on its value.
    vanna
        d delta / d vol, per 1.00 of volatility.
    volga
        d vega / d vol, per 1.00 of volatility squared.

    Notes
    -----
    At expiry, or without volatility, all but price and delta are zero (theta keeps the interest where there is time).
    """
    value = price(forward, strike, years, vol, discount, call)
    slope = discount * delta(forward, strike, years, vol, call)
    if math.isnan(value):
        return value, value, value, value, value, value, value
    rate = -math.log(discount) / years if years > 0.0 else 0.0
    root_years = math.sqrt(max(years, 0.0))
    deviation = vol * root_years
    if deviation == 0.0:
        return value, slope, 0.0, 0.0, rate * value, 0.0, 0.0
    d1 = math.log(forward / strike) / deviation + 0.5 * deviation
    d2 = d1 - deviation
    density = discount * normal_pdf(d1)
    gamma = density / (forward * deviation)
    vega = density * forward * root_years
    theta = rate * value - 0.5 * density * forward * vol / root_years
    return value, slope, gamma, vega, theta, -density * d2 / vol, vega * d1 * d2 / vol


@kernel
def implied_vol(value: float, forward: float, strike: float, years: float, discount: float, call: bool) -> float:
    """Return the annual volatility (decimal) at which `price` equals `value`.

    Parameters
    ----------
    value
        Price of the option in points, as quoted (discounted).
    forward, strike, years, discount, call
        As in `price`.

    Returns
    -------
    float
        NaN when there is no answer: an input is NaN, no time is left, the price is at or below the discounted intrinsic
        value, or at or above its upper bound (the forward for a call, the strike for a put). Never a clamped number.
    """
    if not (forward > 0.0 and strike > 0.0 and years > 0.0 and discount > 0.0):
        return math.nan
    # Parity carries the price to the out-of-the-money side, where it is all time value.
    otm = value / discount - intrinsic(forward, strike, call)
    # Within rounding of the upper bound the price no longer knows its volatility: that is the bound, too.
    if not (otm > 0.0 and otm < min(forward, strike) * (1.0 - 1e-14)):
        return math.nan
    x = -abs(math.log(forward / strike))
    return total_deviation(x, otm / math.sqrt(forward * strike)) / math.sqrt(years)


@kernel
def price_loop(
    forward: Floats, strike: Floats, years: Floats, vol: Floats, discount: Floats, call: Bools, out: Floats
) -> None:
    """Fill `out` with `price` of each row."""
    for i in range(out.size):
        out[i] = price(forward[i], strike[i], years[i], vol[i], discount[i], call[i])


@kernel
def delta_loop(forward: Floats, strike: Floats, years: Floats, vol: Floats, call: Bools, out: Floats) -> None:
    """Fill `out` with `delta` of each row."""
    for i in range(out.size):
        out[i] = delta(forward[i], strike[i], years[i], vol[i], call[i])


@kernel
def implied_vol_loop(
    value: Floats, forward: Floats, strike: Floats, years: Floats, discount: Floats, call: Bools, out: Floats
) -> None:
    """Fill `out` with `implied_vol` of each row."""
    for i in range(out.size):
        out[i] = implied_vol(value[i], forward[i], strike[i], years[i], discount[i], call[i])


@kernel
def greeks_loop(
    forward: Floats, strike: Floats, years: Floats, vol: Floats, discount: Floats, call: Bools, out: Floats
) -> None:
    """Fill the seven columns of `out` with `greeks` of each row."""
    for i in range(out.shape[0]):
        row = greeks(forward[i], strike[i], years[i], vol[i], discount[i], call[i])
        for j in range(7):
            out[i, j] = row[j]


def flat_columns(call: ArrayLike, *numbers: ArrayLike) -> tuple[tuple[int, ...], list[Floats], Bools]:
    """Return the common shape, the numbers and the flags as flat contiguous arrays of that many elements."""
    *columns, flags = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in numbers), np.asarray(call, bool))
    shape = flags.shape
    return shape, [np.ascontiguousarray(c).reshape(-1) for c in columns], np.ascontiguousarray(flags).reshape(-1)


def price_many(
    forward: ArrayLike, strike: ArrayLike, years: ArrayLike, vol: ArrayLike, discount: ArrayLike, call: ArrayLike
) -> Floats:
    """Return `price` of every element of the broadcast arguments, in their common shape."""
    shape, columns, flags = flat_columns(call, forward, strike, years, vol, discount)
    out = np.empty(flags.size)
    price_loop(columns[0], columns[1], columns[2], columns[3], columns[4], flags, out)
    return out.reshape(shape)


def delta_many(forward: ArrayLike, strike: ArrayLike, years: ArrayLike, vol: ArrayLike, call: ArrayLike) -> Floats:
    """Return `delta` of every element of the broadcast arguments, in their common shape."""
    shape, columns, flags = flat_columns(call, forward, strike, years, vol)
    out = np.empty(flags.size)
    delta_loop(columns[0], columns[1], columns[2], columns[3], flags, out)
    return out.reshape(shape)


def implied_vol_many(
    value: ArrayLike, forward: ArrayLike, strike: ArrayLike, years: ArrayLike, discount: ArrayLike, call: ArrayLike
) -> Floats:
    """Return `implied_vol` of every element of the broadcast arguments, in their common shape."""
    shape, columns, flags = flat_columns(call, value, forward, strike, years, discount)
    out = np.empty(flags.size)
    implied_vol_loop(columns[0], columns[1], columns[2], columns[3], columns[4], flags, out)
    return out.reshape(shape)


def greeks_many(
    forward: ArrayLike, strike: ArrayLike, years: ArrayLike, vol: ArrayLike, discount: ArrayLike, call: ArrayLike
) -> Floats:
    """Return `greeks` of every element of the broadcast arguments: their common shape, then an axis of seven."""
    shape, columns, flags = flat_columns(call, forward, strike, years, vol, discount)
    out = np.empty((flags.size, 7))
    greeks_loop(columns[0], columns[1], columns[2], columns[3], columns[4], flags, out)
    return out.reshape((*shape, 7))
