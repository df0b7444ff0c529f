"""Volatility of options on VXX and UVXY where no chain exists, from VVIX: compiled kernels and their fitted constants.

A fund that holds VX thirty days out rolls every day, so its volatility does not rise towards the expiry of its options
as that of a single future does: it is the volatility of a future thirty days out, whatever the option's term. Its smile
rises as that of VIX options does, and so its price at expiry is given the same form (`alvh.maths.vix_call`), a
displaced lognormal on the fund's forward: the floor below which it is taken not to fall is
``F exp(-1.61 T^0.647 x leverage)``, and what lies above it has the volatility at which the log contract is
``VVIX x VOL_FACTORS(T) x leverage``. Leverage is 1 for VXX; for UVXY 2.0 until 27 February 2018 and 1.5 since.

Fitted to 20 chains of VXX of December 2016; `docs/quotes.md` has the errors there and on the chains of July 2026, which
the fit has not seen.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Final

from alvh.market.vix_model import strike_vol
from alvh.maths import black
from alvh.maths.kernel import kernel
from alvh.maths.vix_call import shape_of_share
from alvh.values import Floats

VOL_DAYS: Final = (9.0, 16.0, 23.0, 31.0, 43.0, 59.0, 93.0, 182.0)
VOL_FACTORS: Final = (0.614, 0.681, 0.695, 0.735, 0.759, 0.765, 0.782, 0.795)
"""Volatility of the fund's log contract at a term over VVIX: medians of the fits of 20 sessions; flat outside."""
FLOOR_SCALE: Final = 1.61
FLOOR_POWER: Final = 0.647
BORROW: Final = 0.0245
"""Cost of carrying the share beyond the interest, a year: parity of 107 expiries of December 2016, 25 to 260 days out
(median; a tenth each below 1.3 % and above 5.2 %). In July 2026: 0.2 % for VXX, 3.6 % for UVXY, 14 expiries each. The
forward takes no view of the roll: what a fund loses while the curve slopes up is nobody's carry that can be locked in.
"""

LEVERAGE_CUT: Final = dt.date(2018, 2, 28)
"""First session of UVXY at 1.5 instead of 2 (ProShares, reuters.com, 2018-02-26)."""

HALF_FLOOR: Final = 0.0089
HALF_SCALE: Final = 0.00663
HALF_PRICE: Final = 0.558
HALF_DAYS: Final = 0.867
HALF_VIX: Final = 0.4724
"""Exponent of VIX, that of SPX (`alvh.market.half_spread`): the chains at hand are all of calm days."""
HALF_VIX_LEVEL: Final = 12.8
"""Mean VIX of December 2016."""
WIDENED_FROM, WIDENED_TO = dt.date(2016, 12, 30).toordinal(), dt.date(2026, 7, 14).toordinal()
WIDER: Final = {"VXX": 9.7, "UVXY": 18.0}
"""Half-spreads of 14 July 2026 (an hour before the close) over those the curve of December 2016 gives. How the market
dried up in between is assumed: evenly, in logarithms."""


def leverage(fund: str, session: dt.date) -> float:
    """Return how many times the daily move of the 30-day VX mix a fund makes on the day after `session`."""
    if fund == "VXX":
        return 1.0
    return 1.5 if session >= LEVERAGE_CUT else 2.0


def spread_factor(fund: str, ordinal: int) -> float:
    """Return by what the half-spread of December 2016 is multiplied on a day (proleptic ordinal)."""
    passed = (ordinal - WIDENED_FROM) / (WIDENED_TO - WIDENED_FROM)
    return math.exp(math.log(WIDER[fund]) * min(max(passed, 0.0), 1.0))


@kernel
def vol_term(years: float) -> float:
    """Return the log contract's volatility at a term over VVIX; straight in the logarithm of days between the nodes."""
    if not years > 0.0:
        return math.nan
    days = 365.0 * years
    if days <= VOL_DAYS[0]:
        return VOL_FACTORS[0]
    for i in range(1, len(VOL_DAYS)):
        if days <= VOL_DAYS[i]:
            part = math.log(days / VOL_DAYS[i - 1]) / math.log(VOL_DAYS[i] / VOL_DAYS[i - 1])
            return VOL_FACTORS[i - 1] + part * (VOL_FACTORS[i] - VOL_FACTORS[i - 1])
    return VOL_FACTORS[len(VOL_FACTORS) - 1]


@kernel
def floor_share(years: float, levered: float) -> float:
    """Return the floor of the fund at a term as a share of its forward, between 0 and 1.

    A fund that moves L times as much falls L times as far, in logarithms.
    """
    return math.exp(-levered * FLOOR_SCALE * math.pow(years, FLOOR_POWER))


@kernel
def half_spread(price: float, days: float, vix: float, factor: float) -> float:
    """Return half the quoted spread of an option at a mid, USD a share; never below half a cent; NaN where unknown."""
    if not (price >= 0.0 and days >= 0.0 and vix > 0.0):
        return math.nan
    outer = HALF_SCALE * math.pow(price, HALF_PRICE) * math.pow(max(days, 1.0) / 30.0, HALF_DAYS)
    return max(0.005, (HALF_FLOOR + outer) * factor * math.pow(vix / HALF_VIX_LEVEL, HALF_VIX))


@kernel
def smile(forward: Floats, years: Floats, vvix: Floats, levered: Floats, out: Floats) -> None:
    """Write floor and volatility above it on several sessions, two rows; NaN where the forward or VVIX is missing."""
    for n in range(len(years)):
        share = floor_share(years[n], levered[n])
        out[0, n] = share * forward[n]
        out[1, n] = shape_of_share(1.0 - share, years[n], vvix[n] / 100.0 * vol_term(years[n]) * levered[n])


@kernel
def vols(strike: float, call: bool, forward: Floats, years: Floats, parameters: Floats, out: Floats) -> None:
    """Write a strike's Black volatility and delta to the forward on several sessions, two rows; NaN where missing."""
    for n in range(len(years)):
        out[0, n] = strike_vol(forward[n], strike, parameters[0, n], parameters[1, n], years[n])
        out[1, n] = black.delta(forward[n], strike, years[n], out[0, n], call)
