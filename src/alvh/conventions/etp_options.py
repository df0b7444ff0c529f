"""Options on the volatility funds VXX and UVXY: share bases, listed expiries, strikes. Facts of the exchanges.

A reverse split leaves two kinds of options behind. Those bought before it still deliver what they did (the Options
Clearing Corporation keeps strike and multiplier and makes 25 new shares of 100 old ones, for a split of 1:4); those
listed afterwards are on new shares. Exchanges tell them apart by a changed symbol, and so do we: the root of an option
is the fund's ticker and the number of splits before the day it was listed, its *share basis*. ``VXX4`` is on shares as
they were between the fourth and the fifth split, whatever is done to the shares later. A price in the terms of a share
basis does not jump at a split, and a position is worth the evening before what it is worth the morning after.

What is listed (`assumed` where neither a notice nor a chain of ours shows it):

- VXX since Friday 28 May 2010 (CBOE announcement of 27 May 2010, mondovisione.com; Journal of Indexes, 2010-08-23).
  UVXY began to trade on 4 October 2011; that its options followed within the month is assumed.
- Monthlies: two near months and two more of the March cycle, January two years ahead. The chains of December 2016 (VXX,
  20 sessions) and July 2026 (both) hold every expiry this lists.
- Weeklies, Fridays: six ahead in those chains. That they began with the longer Weeklys programme of February 2013 with
  five is assumed; none is taken as listed before.
- Strikes: monthlies every point from 0.75 to 1.8 times the share price; weeklies and the last two weeks of a monthly
  every half point from 0.9 to 1.3 times; fives from 0.85 to 1.7 times, alone above 200. Narrower than the chains show,
  so that a strike called listed was listed.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from alvh.conventions.cycles import Cycle
from alvh.conventions.expiries import spx_monthly_expiry
from alvh.conventions.roots import ETP_FUNDS, etp_root_name
from alvh.conventions.splits import splits_of

OPTIONS_FROM: Mapping[str, dt.date] = MappingProxyType({"VXX": dt.date(2010, 5, 28), "UVXY": dt.date(2011, 10, 31)})
"""First session on which options of a fund are taken as listed."""
MARCH_CYCLE_AHEAD: Final = 8
"""A month of the March cycle is listed after the expiry eight months before it: June after October."""
CHAINS_FROM: Mapping[str, dt.date] = MappingProxyType({"VXX": dt.date(2016, 12, 1), "UVXY": dt.date(2026, 7, 10)})
"""First chain at hand: what was listed before it is assumed."""
WEEKLIES_FROM: Final = dt.date(2013, 2, 19)
SIX_WEEKS_FROM: Final = dt.date(2016, 12, 1)

MONTHLY_BAND: Final = (0.75, 1.8)
WEEKLY_BAND: Final = (0.9, 1.3)
FIVES_BAND: Final = (0.85, 1.7)
"""Strike over share price between which every point, half point or five points was listed."""
HALF_POINT_DAYS: Final = 14
POINTS_UP_TO: Final = 200.0
"""Funds are listed in single points up to a strike of 200 (one-point programme for funds, assumed)."""
_TOLERANCE = 1e-6


def fund_of(root: str) -> str | None:
    """Return the fund an option root is on, None for a root that is no option on a fund."""
    fund = root.rstrip("0123456789")
    return fund if fund in ETP_FUNDS and fund != root else None


def basis_of(root: str) -> int:
    """Return the share basis of an option root: how many splits lie before it.

    Raises
    ------
    ValueError
        When `root` is no option on a fund.
    """
    fund = fund_of(root)
    if fund is None:
        raise ValueError(f"{root} is no option on {' or '.join(ETP_FUNDS)}")
    return int(root.removeprefix(fund))


def fee_root(root: str) -> str:
    """Return the root under which a broker's profile states the fees of `root`: a fund's first share basis for all."""
    fund = fund_of(root)
    return root if fund is None else etp_root_name(fund, 0)


def etp_root(fund: str, session: dt.date) -> str:
    """Return the root of the options on a fund that are listed new on a session: on its shares of that day."""
    return etp_root_name(fund, sum(split.date <= session for split in splits_of(fund)))


@cache
def price_of_basis(root: str) -> float:
    """Return what a price adjusted for every split of the table is divided by to read in the terms of a root.

    The adjusted price counts in shares after the last split; a share before a reverse split of 1:4 is a fourth of one.
    """
    fund = fund_of(root)
    if fund is None:
        raise ValueError(f"{root} is no option on {' or '.join(ETP_FUNDS)}")
    return math.prod(split.price_factor for split in splits_of(fund)[basis_of(root) :])


@cache
def basis_days(root: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day on which options of a root are listed new."""
    fund, basis = fund_of(root), basis_of(root)
    splits = splits_of(str(fund))
    first = OPTIONS_FROM[str(fund)]
    if basis:
        first = max(first, splits[basis - 1].date)
    return first, splits[basis].date - dt.timedelta(1) if basis < len(splits) else dt.date.max


@cache
def etp_cycles(root: str) -> tuple[Cycle, ...]:
    """Return the listing rules of an option root, cut to the days of its share basis."""
    fund = str(fund_of(root))
    first, last = basis_days(root)
    known = CHAINS_FROM[fund]
    out = []
    for days, ahead, since, until in (
        ("third_friday", 2, dt.date.min, dt.date.max),
        ("quarterly", MARCH_CYCLE_AHEAD, dt.date.min, dt.date.max),
        ("january", 24, dt.date.min, dt.date.max),
        ("every_friday", 5, WEEKLIES_FROM, SIX_WEEKS_FROM - dt.timedelta(1)),
        ("every_friday", 6, SIX_WEEKS_FROM, dt.date.max),
    ):
        for begin, end, assumed in ((since, known - dt.timedelta(1), True), (max(since, known), until, False)):
            cycle = Cycle(days, ahead, max(begin, first), min(end, until, last), assumed)  # type: ignore[arg-type]
            if cycle.since <= cycle.until:
                out.append(cycle)
    return tuple(out)


def etp_on_grid(strike: float, spot: float, expiry: dt.date, session: dt.date) -> bool:
    """Whether a strike was listed on a session, with the share at `spot`; both in the terms of one share basis."""
    if not (strike > 0.0 and spot > 0.0):
        return False
    ratio = strike / spot
    if _multiple(strike, 5.0) and _within(ratio, FIVES_BAND):
        return True
    if strike > POINTS_UP_TO:
        return False
    weekly = expiry != spx_monthly_expiry(expiry.year, expiry.month)
    if (weekly or (expiry - session).days <= HALF_POINT_DAYS) and _within(ratio, WEEKLY_BAND):
        return _multiple(strike, 0.5)
    return not weekly and _multiple(strike, 1.0) and _within(ratio, MONTHLY_BAND)


def _within(ratio: float, band: tuple[float, float]) -> bool:
    return band[0] - _TOLERANCE <= ratio <= band[1] + _TOLERANCE


def _multiple(strike: float, step: float) -> bool:
    return abs(strike - round(strike / step) * step) < _TOLERANCE
