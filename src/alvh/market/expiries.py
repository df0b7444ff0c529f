"""What the reconstruction makes of one expiry, session by session: computed once, shared by all its strikes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from alvh import conventions
from alvh.market import spx_model, vix_model
from alvh.market.history import EPOCH, History
from alvh.market.model_shift import ModelShift
from alvh.market.quotes import last_mark
from alvh.market.smile_inputs import SmileInputs
from alvh.maths.smile import theta_table
from alvh.values import Contract, Floats, Ints

SCALE = {"SPX": 1.0, "XSP": 0.1}
"""Index level of an underlying over that of SPX."""
UNDERLYING = {"SPX": "SPX", "SPXW": "SPX", "XSP": "XSP", "VIX": "VIX"}
"""Roots the reconstruction covers. VIX weeklies are not among them: no monthly VX future shares their expiry."""


@dataclass(frozen=True, slots=True, eq=False)
class ExpiryLife:
    """The smile of one expiry from one session to the last at which its contracts can be marked.

    Attributes
    ----------
    first : int
        Axis position of the first entry.
    years : array (n,)
        Years from each close to settlement.
    smile : array (k, n)
        Forward and discount factor, then the model's parameters: theta for SPX and XSP; for VIX the floor of the future
        and the volatility of what is above it. NaN where an input is missing.
    """

    first: int
    years: Floats
    smile: Floats


class Expiries:
    """The expiries of one history, each computed from the first session it is asked for.

    Parameters
    ----------
    history : History
    inputs : SmileInputs
        Of that history, moved already where there is a `shift`.
    shift : ModelShift, optional
        What moves the VIX options.
    """

    def __init__(self, history: History, inputs: SmileInputs, shift: ModelShift | None = None) -> None:
        self.history = history
        self.inputs = inputs
        self.shift = shift
        self._known: dict[tuple[str, dt.date], ExpiryLife] = {}
        self._close_minutes: dict[str, Ints] = history.derive("close_minutes", close_minutes)

    def at(self, i: int, root: str, expiry: dt.date) -> ExpiryLife | None:
        """Return the life of an expiry that reaches from `i` or earlier to its last mark; None once it is settled.

        KeyError for a root that is not in `UNDERLYING`.
        """
        known = self._known.get((root, expiry))
        if known is None or known.first > i:
            known = self._known[root, expiry] = self._computed(root, expiry, i)
        return known if i - known.first < len(known.years) else None

    def _computed(self, root: str, expiry: dt.date, first: int) -> ExpiryLife:
        """Compute an expiry from `first` to its last mark."""
        x = self.inputs
        underlying = UNDERLYING[root]
        last = self.history.first_at_or_after(last_mark(Contract(root, expiry)) + dt.timedelta(1)) - 1
        settlement = conventions.settlement_instant(root, expiry)
        close = self._close_minutes["VIX" if underlying == "VIX" else "SPX"][first : last + 1]
        minutes = round(settlement * conventions.MINUTES_PER_DAY) - close
        years: Floats = np.maximum(minutes, 0) / conventions.MINUTES_PER_YEAR
        if underlying == "VIX":
            smile = np.empty((4, len(years)))
            j = self.history.vx.column_of(expiry.toordinal() - EPOCH)
            listed = self.history.vx.settle[first : last + 1, j] if j >= 0 else np.full(len(years), np.nan)
            future = np.ascontiguousarray(listed)
            vvix = x.vvix
            if self.shift is not None:
                vvix = x.vvix.copy()
                vvix[first : last + 1] = self.shift.vvix(vvix[first : last + 1], years * spx_model.DAYS_A_YEAR)
            vix_model.expiry(first, years, future, vvix, x.zero_days, x.zero_rates, smile)
        else:
            smile = np.empty((3, len(years)))
            spx_model.expiry(
                theta_table(),
                first,
                conventions.clock_reading(settlement),
                years,
                x.clock,
                x.node_clock,
                x.node_variance,
                x.rho,
                x.spot,
                SCALE[underlying],
                x.dividend_yield,
                x.zero_days,
                x.zero_rates,
                smile,
            )
        return ExpiryLife(first, years, smile)


def close_minutes(history: History) -> dict[str, Ints]:
    """Return the close of every session for SPX and for VIX, minutes since 1970-01-01 00:00 Chicago wall clock."""
    return {
        name: np.array([round(conventions.close_instant(root, d) * conventions.MINUTES_PER_DAY) for d in history.dates])
        for name, root in (("SPX", "SPXW"), ("VIX", "VIX"))
    }
