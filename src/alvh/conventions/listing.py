"""Which expiries were listed on a day. A contract that was not listed yet cannot be traded, however good its price.

Every expiry has a first session on which it was listed, by the rules of its time (`alvh.conventions.cycles`), and a
last session at whose close it trades. Both are computed once a root; a day is then a look-up.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from alvh.conventions.cycles import CYCLES, Cycle, members
from alvh.conventions.etp_options import etp_cycles, fund_of
from alvh.conventions.expiries import last_trading_session
from alvh.conventions.roots import root_spec

Ints: TypeAlias = NDArray[np.int64]

_EPOCH = dt.date(1970, 1, 1).toordinal()
ASSUMED_VIX_MONTHS = 6
"""Months of VIX options taken as listed (`assume_listed_months`): six on 2016-06-01 and on 2024-06-03."""


class ListedExpiry(NamedTuple):
    """An expiry that was listed on a session.

    Attributes
    ----------
    expiry : datetime.date
        Settlement date.
    assumed : bool
        True where the rule that listed it was not verified against a notice of the exchange or a real chain.
    """

    expiry: dt.date
    assumed: bool


class _Table(NamedTuple):
    """All expiries a root ever had, sorted; days are numbered from 1970-01-01."""

    expiry: Ints
    first: Ints
    last: Ints
    assumed: NDArray[np.bool_]
    dates: tuple[dt.date, ...]


def _cycles(root: str, months: int) -> tuple[Cycle, ...]:
    """Return the listing rules of a root, with the number of VIX months replaced by what the user assumes."""
    if root == "VIX":
        return tuple(cycle._replace(ahead=months) for cycle in CYCLES[root])
    return CYCLES[root] if fund_of(root) is None else etp_cycles(root)


@cache
def _table(root: str, months: int) -> _Table:
    """Return every expiry of `root`, the session that first listed it, and the last that trades it.

    Where two rules list the same day (a month end on a Friday), the earlier listing counts.
    """
    if root_spec(root).kind == "fund":
        raise ValueError(f"{root} is a fund: it has no expiries")
    found: dict[dt.date, tuple[dt.date, bool]] = {}
    for cycle in _cycles(root, months):
        for expiry, rule_day in members(cycle):
            first = max(rule_day, cycle.since)
            if first > cycle.until or last_trading_session(root, expiry) < first:
                continue
            if expiry not in found or first < found[expiry][0]:
                found[expiry] = (first, cycle.assumed)
    dates = tuple(sorted(found))
    return _Table(
        np.array([day.toordinal() - _EPOCH for day in dates], dtype=np.int64),
        np.array([found[day][0].toordinal() - _EPOCH for day in dates], dtype=np.int64),
        np.array([last_trading_session(root, day).toordinal() - _EPOCH for day in dates], dtype=np.int64),
        np.array([found[day][1] for day in dates], dtype=bool),
        dates,
    )


def _listed(root: str, session: dt.date, months: int) -> tuple[_Table, Ints]:
    table = _table(root, months)
    day = session.toordinal() - _EPOCH
    from_ = int(np.searchsorted(table.expiry, day))
    live = (table.first[from_:] <= day) & (day <= table.last[from_:])
    return table, from_ + np.flatnonzero(live)


@cache
def listed_expiries(
    root: str, session: dt.date, assume_listed_months: int = ASSUMED_VIX_MONTHS
) -> tuple[ListedExpiry, ...]:
    """Return the expiries of `root` that could be traded at the close of `session`, nearest first.

    AM-settled options are absent on their settlement day: they last trade the session before. PM-settled ones are
    present on their expiry, with no time left.

    Parameters
    ----------
    root : str
        ``SPX``, ``SPXW``, ``XSP``, ``VIX`` (monthlies), ``VIXW`` (weeklies, illiquid: opt in by asking), ``VX``,
        ``VXM``, or options on a fund by share basis (``VXX4``).
    session : datetime.date
    assume_listed_months : int
        How many of the nearest VIX months are taken as listed; other roots ignore it.

    Raises
    ------
    KeyError
        For an unknown root.
    ValueError
        For a fund.
    """
    table, rows = _listed(root, session, assume_listed_months)
    return tuple(ListedExpiry(table.dates[row], bool(table.assumed[row])) for row in rows)


def expiry_ordinals(root: str, session: dt.date, assume_listed_months: int = ASSUMED_VIX_MONTHS) -> Ints:
    """Return the expiries of `listed_expiries` as sorted day numbers (days since 1970-01-01, int64)."""
    table, rows = _listed(root, session, assume_listed_months)
    ordinals: Ints = table.expiry[rows]
    return ordinals
