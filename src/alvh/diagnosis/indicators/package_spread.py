"""What a standard condor costs to trade today against what it usually costs: the sign of crowded or thin trading.

`concepts.md`, "HFT flows": a package is put off whose quoted spread exceeds 1.8 times its usual one. The reference is
one condor quoted every session: 45 days to settlement at the close, shorts at 16 delta, wings 1 % of spot, strikes off
the grid so that nothing but the market moves it. It is priced with the reconstruction's smile and half-spreads
(`docs/quotes.md`), which know the VIX and the premium but not the panic of the people quoting: on modelled quotes the
ratio exceeded 1.8 on 28 sessions of 2006 to August 2026 (0.5 %), most of them in February 2018 and March 2020. A run on
market quotes compares the package it would really trade with this median, and that is where the rule has teeth.
"""

from __future__ import annotations

import math

import numpy as np

from alvh import conventions
from alvh.diagnosis.once import once
from alvh.market import spx_model
from alvh.market.half_spread import spx_half_spread
from alvh.market.history import History
from alvh.market.smile_inputs import smile_inputs
from alvh.maths import black
from alvh.maths.averages import trailing_median
from alvh.maths.kernel import kernel
from alvh.maths.smile import ETA, theta_table, vol
from alvh.values import Floats, Indicator

DAYS = 45.0
SHORT_DELTA = 0.16
WING_FRACTION = 0.01
MEDIAN_SESSIONS = 30
INDICATORS = (Indicator("package_spread", "index points"), Indicator("package_spread_ratio", "ratio"))


def prepare(history: History, name: str) -> Floats:
    """Return one reading at each close; NaN where the smile lacks an input.

    ``package_spread``
        Sum of the four half-spreads of the reference condor.
    ``package_spread_ratio``
        That over its median of the trailing 30 sessions, today included (half of them known).
    """
    if name == "package_spread_ratio":
        spread = once(history, prepare, "package_spread")
        return spread / trailing_median(spread, MEDIAN_SESSIONS)
    x = history.derive("smile_inputs", smile_inputs)
    closes = np.array([conventions.close_instant("SPXW", day) for day in history.dates])
    out = np.empty(len(history))
    package_loop(
        theta_table(),
        conventions.clock_at(closes + DAYS),
        x.clock,
        x.node_clock,
        x.node_variance,
        x.rho,
        x.spot,
        x.vix,
        x.dividend_yield,
        x.zero_days,
        x.zero_rates,
        out,
    )
    return out


@kernel
def package_loop(
    table: Floats,
    clock: Floats,
    now: Floats,
    node_clock: Floats,
    node_variance: Floats,
    rho: Floats,
    spot: Floats,
    vix: Floats,
    dividend_yield: Floats,
    zero_days: Floats,
    zero_rates: Floats,
    out: Floats,
) -> None:
    """Fill `out` with the reference condor's summed half-spreads, points, from the inputs of `spx_model.smile_at`."""
    years = DAYS / spx_model.DAYS_A_YEAR
    for i in range(out.size):
        forward, discount, theta = spx_model.smile_at(
            table, clock[i], years, now[i], node_clock[i], node_variance[i], rho[i], spot[i], dividend_yield[i],
            zero_days, zero_rates[i],
        )  # fmt: skip
        put = spx_model.strike_of_delta(forward, theta, rho[i], years, False, SHORT_DELTA)
        call = spx_model.strike_of_delta(forward, theta, rho[i], years, True, SHORT_DELTA)
        wing = WING_FRACTION * spot[i]
        out[i] = (
            leg_half_spread(put - wing, False, forward, discount, theta, rho[i], years, vix[i])
            + leg_half_spread(put, False, forward, discount, theta, rho[i], years, vix[i])
            + leg_half_spread(call, True, forward, discount, theta, rho[i], years, vix[i])
            + leg_half_spread(call + wing, True, forward, discount, theta, rho[i], years, vix[i])
        )


@kernel
def leg_half_spread(
    strike: float, call: bool, forward: float, discount: float, theta: float, rho: float, years: float, vix: float
) -> float:
    """Return the half-spread of one option of the smile, points, as far as its price lets the bid fall."""
    if not strike > 0.0:
        return math.nan
    sigma = vol(math.log(strike / forward), theta, rho, ETA, years)
    mid = black.price(forward, strike, years, sigma, discount, call)
    size = abs(black.delta(forward, strike, years, sigma, call))
    return min(spx_half_spread(mid, size, years * spx_model.DAYS_A_YEAR, vix), mid)
