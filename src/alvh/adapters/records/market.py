"""What the store knows of the days of a record: the regime each began in, and what cash earned."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from alvh.diagnosis.indicators import regime
from alvh.diagnosis.indicators.indices import bill_yield
from alvh.evidence.records import Record
from alvh.market.history import History
from alvh.values import Bools, Floats, Ints, Missing

UNKNOWN = "unknown"
FEWEST_YIELDS = 0.95
"""Share of days that need a bill yield: with fewer, what cash earned is not known."""


class Beside(NamedTuple):
    """The market beside a record.

    `regimes` has a name for each period, ``unknown`` where the history has no session or no curve; `cash_returns` what
    Treasury bills earned in each period, decimals, or why that is not known. On `without_yield` of the days no yield
    is known and cash earns nothing, as in a run of ours.
    """

    regimes: tuple[str, ...]
    cash_returns: Floats | Missing
    without_yield: int


def beside(record: Record, history: History) -> Beside | Missing:
    """Return what a history says of a daily record's days; Missing where it holds none of them.

    The regime is the one read at the close before a session, and bills pay at the yield known then, actual days over
    365: as in a run of ours.
    """
    if not record.daily:
        return Missing("this record is not daily, and the store knows sessions")
    at = np.searchsorted(history.sessions, record.dates)
    there = (at < len(history)) & (at > 0)
    there[there] &= history.sessions[at[there]] == record.dates[there]
    if not there.any():
        return Missing("the store holds none of the record's days")
    codes = regime.prepare(history, "regime")
    names = tuple(regime.label(codes[k - 1]) if known else UNKNOWN for k, known in zip(at, there, strict=True))
    cash, unknown = _cash(record, history, at, there)
    return Beside(names, cash, unknown)


def _cash(record: Record, history: History, at: Ints, there: Bools) -> tuple[Floats | Missing, int]:
    """Return what bills earned in each period, and for how many of them no yield is known."""
    yields = history.derive("bill_yield", bill_yield)
    earned = np.zeros(record.dates.size)
    rate = np.full(record.dates.size, np.nan)
    rate[there] = yields[at[there] - 1]
    known = np.isfinite(rate)
    unknown = int((~known).sum())
    if known.mean() < FEWEST_YIELDS:
        return Missing(f"the store has no bill yield for {unknown:,} of {rate.size:,} days"), unknown
    since = (history.sessions[at[known]] - history.sessions[at[known] - 1]).astype("timedelta64[D]")
    earned[known] = rate[known] * since.astype(np.int64) / 365.0
    return earned, unknown
