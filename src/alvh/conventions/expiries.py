"""When contracts settle: third Fridays, the VIX rule with its holidays, morning or afternoon, the last trading day."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Literal

from alvh.conventions.calendar import is_session, previous_session, session_on_or_before
from alvh.conventions.roots import Settlement, root_spec

_FRIDAY = 4
_DAYS_TO_SPX = 30

SPXW_PM_FROM = dt.date(2010, 12, 1)
"""First expiries settled on the close. The SEC approved the pilot on 2010-09-14 (release 34-62911); the switch of what
was listed is assumed to December 2010."""
XSP_PM_FROM = dt.date(2013, 8, 1)
"""First expiries settled on the close. The SEC approved them on 2013-07-31 (release 34-70087); the first series to the
day is assumed."""

VIX_OLD_RULE = {(2004, 7): dt.date(2004, 7, 14), (2004, 10): dt.date(2004, 10, 13)}
"""Two VX contracts of 2004 expired by the first rule, the Wednesday before the third Friday of their own month
(CFE final-settlement archive)."""


def third_friday(year: int, month: int) -> dt.date:
    """Return the third Friday of a month, whether or not it is a session."""
    fifteenth = dt.date(year, month, 15)
    return fifteenth + dt.timedelta((_FRIDAY - fifteenth.weekday()) % 7)


@cache
def spx_monthly_expiry(year: int, month: int) -> dt.date:
    """Return the settlement date of the monthly SPX option: the third Friday, or the session before a Friday holiday.

    Until 15 February 2015 the options were *dated* on the Saturday after it (Cboe, End-of-Month options page); our
    expiry is the day that settles them in every era.
    """
    return session_on_or_before(third_friday(year, month))


@cache
def vix_expiry(year: int, month: int) -> dt.date:
    """Return the settlement date of the monthly VIX option and VX future.

    The Wednesday 30 days before the third Friday of the next month. When that Friday is a holiday, 30 days before the
    Thursday; when the day so found is a holiday, the session before it (Cboe VIX option specification). Two
    contracts of 2004 followed an older rule, `VIX_OLD_RULE`.
    """
    if (year, month) in VIX_OLD_RULE:
        return VIX_OLD_RULE[year, month]
    following = spx_monthly_expiry(year + month // 12, month % 12 + 1)
    return session_on_or_before(following - dt.timedelta(_DAYS_TO_SPX))


@cache
def vix_weekly_expiry(wednesday: dt.date) -> dt.date:
    """Return the settlement date of the VIX series due on `wednesday`; holidays move it as they move `vix_expiry`."""
    friday = session_on_or_before(wednesday + dt.timedelta(_DAYS_TO_SPX))
    return session_on_or_before(friday - dt.timedelta(_DAYS_TO_SPX))


def settlement_of(root: str, expiry: dt.date) -> Settlement:
    """Return ``AM`` or ``PM`` as the series of `root` expiring on `expiry` settles, era by era; ``none`` for funds."""
    if root == "SPXW" and expiry < SPXW_PM_FROM:
        return "AM"
    if root == "XSP" and expiry < XSP_PM_FROM:
        return "AM"
    return root_spec(root).settlement


def settlement_phase(root: str, expiry: dt.date) -> Literal["settle", "close"]:
    """Return the phase of the session in which the series settles: ``settle`` for AM, ``close`` for PM.

    Raises
    ------
    ValueError
        For a fund, which never settles.
    """
    settlement = settlement_of(root, expiry)
    if settlement == "none":
        raise ValueError(f"{root} is a fund: it does not settle on {expiry}")
    return "settle" if settlement == "AM" else "close"


def last_trading_session(root: str, expiry: dt.date) -> dt.date:
    """Return the last session at whose close a contract can be traded.

    For what settles in the morning (SPX, VIX options, VX) the session before settlement: VX trades on to 08:00 Chicago
    of the settlement day, which no close sees. For what settles on the close, the settlement day itself.
    """
    if settlement_phase(root, expiry) == "settle":
        return previous_session(expiry)
    return expiry if is_session(expiry) else previous_session(expiry)
