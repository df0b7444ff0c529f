"""How far a modelled quote's bid and ask stand from its mid: a few numbers fitted to real chains.

Half the quoted spread, in points of the option's own price, is ::

    max(half a tick, FLOOR + SCALE * price^PRICE * (days/30)^DAYS * (vix/16)^VIX + DEEP * z^STEEP)

where z = max(|delta| - 0.5, 0) / 0.5 lets options in the money quote wider, as they do. The price stands for most of
what a market maker charges for: the level of the index, the distance from the money, the volatility. What the
constants miss, bucket by bucket, is in `docs/quotes.md`, and `benchmarks/fit_half_spread.py` finds them again from
the data.

Fitted to SPX/SPXW chains of April to June 2019 (41 sessions) and of 12 scattered sessions 2022 to 2024, VIX 12 to 28;
to VIX calls of one date (1 June 2016, monthly expiries) and XSP of one date (14 September 2023). Two things are not
in it: the wider spreads of the years before 2018, and a panic. On 5 February 2018 quoted spreads were 14 times these,
the day after 6 times, and about twice for the three weeks that followed.
"""

from __future__ import annotations

import math
from typing import Final

from alvh.maths.kernel import kernel

TICK_CHANGE: Final = 3.0
"""SPX and VIX options trade in 0.05 below this premium and in 0.10 from it on (Cboe specifications)."""

SPX_FLOOR: Final = 0.0311
SPX_SCALE: Final = 0.0427
SPX_PRICE: Final = 0.4752
SPX_DAYS: Final = 0.1331
SPX_VIX: Final = 0.4724
SPX_DEEP: Final = 1.604
SPX_STEEP: Final = 2.458

VIX_SCALE: Final = 0.05
VIX_PRICE: Final = 0.268
VIX_DEEP: Final = 0.0326
VIX_STEEP: Final = 0.917
VIX_REFERENCE: Final = 14.2
"""VIX on the one date of the VIX fit. Its exponent of VIX is that of SPX: one date cannot show one."""

XSP_FACTOR: Final = 1.6
"""XSP's half-spread over a tenth of its SPXW twin's: median of 1,195 pairs quoted one minute apart."""


@kernel
def half_tick(price: float) -> float:
    """Return half the smallest price step of SPX and VIX options at premium `price`, points."""
    return 0.025 if price < TICK_CHANGE else 0.05


@kernel
def depth(abs_delta: float) -> float:
    """Return how deep in the money an option is: 0 up to a delta of one half, 1 at a delta of 1."""
    return max(abs_delta - 0.5, 0.0) / 0.5


@kernel
def spx_curve(price: float, abs_delta: float, days: float, vix: float) -> float:
    """Return the fitted curve of SPX without the tick; arguments as in `spx_half_spread`."""
    if not (price >= 0.0 and days >= 0.0 and vix > 0.0):
        return math.nan
    tenor = math.pow(max(days, 1.0) / 30.0, SPX_DAYS)
    outer = SPX_SCALE * math.pow(price, SPX_PRICE) * tenor * math.pow(vix / 16.0, SPX_VIX)
    return SPX_FLOOR + outer + SPX_DEEP * math.pow(depth(abs_delta), SPX_STEEP)


@kernel
def spx_half_spread(price: float, abs_delta: float, days: float, vix: float) -> float:
    """Return half the quoted spread of an SPX or SPXW option.

    Parameters
    ----------
    price
        Mid of the option, points.
    abs_delta
        Size of its delta, 0 to 1.
    days
        Calendar days to settlement; below one day counts as one.
    vix
        VIX close of the session, points.

    Returns
    -------
    float
        Points, never below half a tick and not rounded to ticks; NaN where an argument is missing. It may exceed
        `price`: nobody bids below zero, so the caller ends the spread there.
    """
    value = spx_curve(price, abs_delta, days, vix)
    return value if math.isnan(value) else max(value, half_tick(price))


@kernel
def xsp_half_spread(price: float, abs_delta: float, days: float, vix: float) -> float:
    """Return half the quoted spread of an XSP option, in XSP points, from its own mid; arguments as `spx_half_spread`.

    A tenth of the SPX option's, times `XSP_FACTOR`, never below half of XSP's tick of 0.01.
    """
    value = 0.1 * XSP_FACTOR * spx_curve(10.0 * price, abs_delta, days, vix)
    return value if math.isnan(value) else max(value, 0.005)


@kernel
def vix_half_spread(price: float, abs_delta: float, days: float, vix: float) -> float:
    """Return half the quoted spread of a VIX option; arguments as in `spx_half_spread`, delta to the VX future.

    Days to settlement do not enter: over the expiries of the one date fitted they explain nothing. Where they are
    missing, the answer is.
    """
    if not (price >= 0.0 and days >= 0.0 and vix > 0.0):
        return math.nan
    outer = VIX_SCALE * math.pow(price, VIX_PRICE) * math.pow(vix / VIX_REFERENCE, SPX_VIX)
    value = outer + VIX_DEEP * math.pow(depth(abs_delta), VIX_STEEP)
    return value if math.isnan(value) else max(value, half_tick(price))
