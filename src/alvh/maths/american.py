"""American options by QuantLib: the one place that knows it, loaded when the first such price is asked for.

QuantLib's `QdFpAmericanEngine` (fast scheme) was within 0.0003 of its own high-precision scheme over 960 contracts as
the volatility funds have them, where European prices are wrong by up to 2.54 (`libraries.md`, section 2). It is an
optional dependency: `pip install 'alvh[etp]'`.
"""

from __future__ import annotations

import math
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

import numpy as np

from alvh.values import Floats

INSTALL: Final = "options on VXX and UVXY are priced by QuantLib, which is not installed: pip install 'alvh[etp]'"
"""What to tell somebody who needs it and has it not."""
CERTAIN_VOL: Final = 1e-3
"""Below this volatility an option is worth what it is worth without any: exercised now or at expiry."""
DAYS_A_YEAR: Final = 365.0


class QuantLibMissingError(ImportError):
    """QuantLib is needed and not installed; the message says how to get it."""


def available() -> bool:
    """Whether QuantLib is installed."""
    return find_spec("QuantLib") is not None


class _Engine:
    """One QuantLib process whose quotes are moved from price to price; nothing else is built anew."""

    def __init__(self, ql: Any) -> None:
        self.ql = ql
        self.origin = ql.Date(1, 1, 2020)
        count = ql.Actual365Fixed()
        ql.Settings.instance().evaluationDate = self.origin
        self.spot, self.rate, self.borrow, self.vol = (ql.SimpleQuote(x) for x in (1.0, 0.0, 0.0, 1.0))
        curves = [
            ql.YieldTermStructureHandle(ql.FlatForward(self.origin, ql.QuoteHandle(quote), count))
            for quote in (self.borrow, self.rate)
        ]
        level = ql.BlackConstantVol(self.origin, ql.NullCalendar(), ql.QuoteHandle(self.vol), count)
        process = ql.BlackScholesMertonProcess(
            ql.QuoteHandle(self.spot), *curves, ql.BlackVolTermStructureHandle(level)
        )
        self.engine = ql.QdFpAmericanEngine(process, ql.QdFpAmericanEngine.fastScheme())

    def prices(
        self, spot: Floats, strike: float, years: Floats, vol: Floats, rate: Floats, borrow: float, call: bool
    ) -> Floats:
        """Return the prices of one contract; see `american_prices`."""
        ql, settings = self.ql, self.ql.Settings.instance()
        # Somebody else in this process may have moved it.
        if settings.evaluationDate != self.origin:
            settings.evaluationDate = self.origin
        payoff = ql.PlainVanillaPayoff(ql.Option.Call if call else ql.Option.Put, strike)
        self.borrow.setValue(borrow)
        out = np.full(len(years), np.nan)
        sign = 1.0 if call else -1.0
        for n in range(len(years)):
            s, t, v, r = spot.item(n), years.item(n), vol.item(n), rate.item(n)
            if not (s > 0.0 and t >= 0.0 and math.isfinite(v + r)):
                continue
            now = max(sign * (s - strike), 0.0)
            at_expiry = sign * (s * math.exp(-borrow * t) - strike * math.exp(-r * t))
            if v < CERTAIN_VOL or t == 0.0:
                out[n] = max(now, at_expiry)
                continue
            self.spot.setValue(s)
            self.rate.setValue(r)
            self.vol.setValue(v)
            last = self.origin + max(1, round(t * DAYS_A_YEAR))
            option = ql.VanillaOption(payoff, ql.AmericanExercise(self.origin, last))
            option.setPricingEngine(self.engine)
            # Its error is a tenth of a cent; what is certain bounds it.
            out[n] = max(option.NPV(), now, at_expiry)
        return out


@cache
def _engine() -> _Engine:
    if not available():
        raise QuantLibMissingError(INSTALL)
    return _Engine(import_module("QuantLib"))


def american_prices(
    spot: Floats, strike: float, years: Floats, vol: Floats, rate: Floats, borrow: float, call: bool
) -> Floats:
    """Return the prices of one American option on several days.

    Parameters
    ----------
    spot : array
        Price of a share, USD.
    strike : float
        USD.
    years : array
        To expiry, on 365 days; counted in whole days, at least one while any time is left.
    vol : array
        Annual, decimal; constant over the option's life.
    rate : array
        Continuous, decimal a year.
    borrow : float
        What holding the share costs or lending it earns, continuous, decimal a year: a dividend yield.
    call : bool

    Returns
    -------
    array
        USD a share; NaN where an input is missing.

    Raises
    ------
    QuantLibMissingError
        When QuantLib is not installed.
    """
    return _engine().prices(spot, strike, years, vol, rate, borrow, call)
