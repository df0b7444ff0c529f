"""The listing cycles of the exchanges, era by era: committed data with its sources, and how far ahead each one lists.

A cycle says which days expire (Fridays, month ends, ...), between which dates the exchange listed by it, and how far
ahead. `assumed` marks what no notice and no chain verified. The real chains mentioned are 41 sessions of April to June
2019 and 14 of 2022 to 2025: on them the rules list nothing that was not listed, find every SPXW expiry of 2019 and 95 %
of the later ones (`tests/conventions/test_listing.py` measures it). A closure nobody could foresee (2018-12-05,
2025-01-09) moves an expiry in these tables from the day it was listed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

from alvh.conventions.calendar import (
    FIRST_DAY,
    LAST_DAY,
    is_session,
    next_session,
    previous_session,
    session_on_or_before,
)
from alvh.conventions.expiries import spx_monthly_expiry, third_friday, vix_expiry, vix_weekly_expiry

Days: TypeAlias = Literal[
    "third_friday", "quarterly", "june_december", "december", "month_end", "quarter_end", "friday", "friday_next",
    "monday", "tuesday", "wednesday", "thursday", "every_friday", "january", "vix_month", "vix_week",
]  # fmt: skip
Listing: TypeAlias = tuple[dt.date, dt.date]

_NEVER = LAST_DAY
_WEEKDAY = {"monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "every_friday": 4}
_FRIDAY, _WEDNESDAY = 4, 2
_LAST_YEAR = LAST_DAY.year - 1
_FIRST_VX = (2004, 5)
EOM_FROM = dt.date(2014, 7, 3)
"""Quarter ends came under the root SPXW on 2014-07-03, month ends on 2014-07-07 (Cboe Options Hub 2014-05-29)."""


class Cycle(NamedTuple):
    """One rule by which an exchange lists expiries.

    Attributes
    ----------
    days : str
        Which days expire.
    ahead : int
        How far ahead they are listed: months for the monthly cycles, weekly expiries or weeks for the weekly ones.
    since, until : datetime.date
        First and last day on which new expiries were listed by this rule.
    assumed : bool
        Not verified by a notice or a real chain.
    """

    days: Days
    ahead: int
    since: dt.date = FIRST_DAY
    until: dt.date = _NEVER
    assumed: bool = True


def _d(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


_SPX = (
    # Until 2016: three near months and three of the March cycle (Cboe specification, MarketsWiki copy); LEAPS beyond.
    Cycle("third_friday", 3, FIRST_DAY, _d("2016-12-31")),
    Cycle("quarterly", 9, FIRST_DAY, _d("2018-12-31")),
    # Six near months from 2017 (assumed), seen in 2019: November 2019 appears on the Monday after the May expiry.
    Cycle("third_friday", 6, _d("2017-01-01"), _d("2018-12-31")),
    Cycle("third_friday", 6, _d("2019-01-01"), _d("2021-12-31"), assumed=False),
    Cycle("quarterly", 15, _d("2019-01-01"), assumed=False),
    # Thirteen near months in every chain of 2022-2024.
    Cycle("third_friday", 13, _d("2022-01-01"), assumed=False),
    # June and December LEAPS: June 2016 was quoted in December 2014, June 2021 appeared on 2019-06-24.
    Cycle("june_december", 24, FIRST_DAY),
    # December LEAPS: three years ahead in 2019 (December 2021 is there, 2022 is not), five in the chains since 2022.
    Cycle("december", 36, _d("2019-01-01"), _d("2021-12-31"), assumed=False),
    Cycle("december", 60, _d("2022-01-01"), assumed=False),
)

_SPXW_FRIDAYS = (
    # Cboe press release 2005-09-09: from Friday 2005-10-28, one week ahead, none for the third Friday.
    Cycle("friday_next", 7, _d("2005-10-28"), _d("2010-06-30"), assumed=False),
    # Listed on Thursdays later (Cboe Weeklys page); from when is assumed.
    Cycle("friday_next", 8, _d("2010-07-01"), _d("2013-02-18")),
    # Cboe Options Hub 2013-01-22: five consecutive weeks with the third Friday. RG14-010: from four to six in January
    # 2014 (the day is assumed).
    Cycle("friday", 4, _d("2013-02-19"), _d("2014-01-31"), assumed=False),
    # Six seen on every Thursday of 2019, five in every chain since 2022; the change between them is assumed.
    Cycle("friday", 6, _d("2014-02-01"), _d("2019-12-31"), assumed=False),
    Cycle("friday", 5, _d("2020-01-01"), _d("2021-12-31")),
    Cycle("friday", 5, _d("2022-01-01"), assumed=False),
)

_SPXW_WEEKDAYS = (
    # Cboe Options Hub 2016-02-22: Wednesdays from 2016-02-23, first 2 and 9 March; five on the list of 2016-08-17.
    Cycle("wednesday", 3, _d("2016-02-23"), _d("2016-08-14"), assumed=False),
    Cycle("wednesday", 5, _d("2016-08-15"), _d("2019-05-27"), assumed=False),
    # Cboe Options Hub 2016-08-17: Mondays from 2016-08-15; five weeks on the skew chart of 2017-03-31.
    Cycle("monday", 3, _d("2016-08-15"), _d("2017-03-23"), assumed=False),
    Cycle("monday", 5, _d("2017-03-24"), _d("2019-05-30"), assumed=False),
    # Six from the end of May 2019 (chains), five in the chains of 2022; the change between is assumed.
    Cycle("wednesday", 6, _d("2019-05-28"), _d("2019-07-31"), assumed=False),
    Cycle("monday", 6, _d("2019-05-31"), _d("2019-07-31"), assumed=False),
    Cycle("wednesday", 5, _d("2019-08-01"), _d("2021-12-31")),
    Cycle("monday", 5, _d("2019-08-01"), _d("2021-12-31")),
    Cycle("wednesday", 5, _d("2022-01-01"), _d("2023-08-27"), assumed=False),
    Cycle("monday", 5, _d("2022-01-01"), _d("2023-09-04"), assumed=False),
    # Traders Magazine: Tuesdays from 2022-04-18, Thursdays from 2022-05-11; three weeks in the chain of 2022-07-12.
    Cycle("tuesday", 3, _d("2022-04-18"), _d("2022-09-11"), assumed=False),
    Cycle("thursday", 3, _d("2022-05-11"), _d("2022-09-11"), assumed=False),
    # FinanceFeeds on Cboe's notice: every day at least four weeks out, as Mondays and Wednesdays; the day is assumed.
    Cycle("tuesday", 5, _d("2022-09-12"), _d("2023-08-27"), assumed=False),
    Cycle("thursday", 5, _d("2022-09-12"), _d("2023-08-27"), assumed=False),
    # Six weeks in the chains from 2023-09-01 on.
    Cycle("tuesday", 6, _d("2023-08-28"), assumed=False),
    Cycle("wednesday", 6, _d("2023-08-28"), assumed=False),
    Cycle("thursday", 6, _d("2023-08-28"), assumed=False),
    Cycle("monday", 6, _d("2023-09-05"), assumed=False),
)

_SPXW_MONTHS = (
    # Six month ends and four or five quarter ends in every chain of 2019-2024; their number before 2019 is assumed.
    Cycle("month_end", 6, _d("2014-07-07"), _d("2018-12-31")),
    Cycle("month_end", 6, _d("2019-01-01"), assumed=False),
    Cycle("quarter_end", 12, EOM_FROM, _d("2018-12-31")),
    Cycle("quarter_end", 12, _d("2019-01-01"), assumed=False),
    # Cboe Options Hub 2017-06-14: SPXPM became SPXW on 2017-05-01. Six in 2019, four or five since 2022.
    Cycle("third_friday", 6, _d("2017-05-01"), _d("2018-12-31")),
    Cycle("third_friday", 6, _d("2019-01-01"), _d("2019-06-20"), assumed=False),
    Cycle("third_friday", 5, _d("2019-06-21"), _d("2019-12-31"), assumed=False),
    Cycle("third_friday", 4, _d("2020-01-01"), _d("2022-05-31")),
    Cycle("third_friday", 5, _d("2022-06-01"), assumed=False),
)

_XSP_DAILY = _d("2022-09-12")
_XSP = (
    # Launched 2005-10-25 with the months of SPX; weeklies from 2006-03-24, one week ahead (Cboe release 2006-03-17).
    Cycle("third_friday", 3, _d("2005-10-25"), _d("2022-09-11")),
    Cycle("quarterly", 9, _d("2005-10-25"), _d("2022-09-11")),
    Cycle("friday_next", 7, _d("2006-03-24"), _d("2018-01-29")),
    # Markets Media: Wednesdays from 2018-01-30, the first three weeks listed at once.
    Cycle("wednesday", 3, _d("2018-01-30"), _d("2022-09-11"), assumed=False),
    Cycle("friday", 3, _d("2018-01-30"), _d("2022-09-11")),
    # From the launch of Tuesdays and Thursdays as SPXW (chain of 2023-09-14), with the months of SPX.
    *(
        cycle._replace(since=max(cycle.since, _XSP_DAILY))
        for cycle in (*_SPXW_FRIDAYS, *_SPXW_WEEKDAYS, *_SPXW_MONTHS)
        if cycle.until >= _XSP_DAILY
    ),
    Cycle("third_friday", 13, _XSP_DAILY, assumed=False),
)

CYCLES: dict[str, tuple[Cycle, ...]] = {
    "SPX": _SPX,
    "SPXW": (*_SPXW_FRIDAYS, *_SPXW_WEEKDAYS, *_SPXW_MONTHS),
    "XSP": _XSP,
    # VIX options began on 2006-02-24. Six nearest months in the chains of 2016-06-01 and 2024-06-03; else assumed.
    "VIX": (
        Cycle("vix_month", 6, _d("2006-02-24"), _d("2015-12-31")),
        Cycle("vix_month", 6, _d("2016-01-01"), assumed=False),
    ),
    # Weekly VIX options began on 2015-10-08; four weeks are in both chains.
    "VIXW": (Cycle("vix_week", 4, _d("2015-10-08"), assumed=False),),
    # Months that settle on every session (CFE settlements; with holes two until October 2006, then six, seven, eight).
    "VX": (
        Cycle("vix_month", 2, _d("2004-03-26"), _d("2006-10-22"), assumed=False),
        Cycle("vix_month", 6, _d("2006-10-23"), _d("2008-04-20"), assumed=False),
        Cycle("vix_month", 7, _d("2008-04-21"), _d("2011-12-31"), assumed=False),
        Cycle("vix_month", 8, _d("2012-01-01"), assumed=False),
    ),
    # VXM began on 2020-08-10 (CFE); its months are assumed.
    "VXM": (Cycle("vix_month", 6, _d("2020-08-10")),),
}
"""Listing rules by root."""


def _months() -> Iterator[tuple[int, int]]:
    for year in range(FIRST_DAY.year + 2, _LAST_YEAR + 1):
        for month in range(1, 13):
            yield year, month


def _back(year: int, month: int, months: int) -> tuple[int, int]:
    """Return the month `months` before the given one."""
    index = year * 12 + month - 1 - months
    return index // 12, index % 12 + 1


def _month_end(year: int, month: int) -> dt.date:
    """Return the last session of a month."""
    return previous_session(dt.date(year + month // 12, month % 12 + 1, 1))


@cache
def _fridays() -> tuple[dt.date, ...]:
    """Return the days of the Friday weeklies: no third Friday, no quarter end, since July 2014 no month end."""
    days = []
    friday = dt.date(2005, 10, 7)
    while friday.year <= _LAST_YEAR:
        day = session_on_or_before(friday)
        at_end = day == _month_end(day.year, day.month) and (day >= EOM_FROM or day.month % 3 == 0)
        if friday != third_friday(friday.year, friday.month) and not at_end:
            days.append(day)
        friday += dt.timedelta(7)
    return tuple(days)


def _weekly(cycle: Cycle) -> Iterator[Listing]:
    """Yield a weekday's expiries, listed the day before, `ahead` weeks out; holidays move Mondays on, others back."""
    weekday = _WEEKDAY[cycle.days]
    day = cycle.since + dt.timedelta((weekday - cycle.since.weekday()) % 7)
    lead = dt.timedelta((3 if weekday == 0 else 1) + 7 * (cycle.ahead - 1))
    while day.year <= _LAST_YEAR and day - lead <= cycle.until:
        moved = next_session(day) if weekday == 0 else previous_session(day)
        yield (day if is_session(day) else moved), day - lead
        day += dt.timedelta(7)


def _monthly(cycle: Cycle) -> Iterator[Listing]:
    """Yield the monthly cycles: listed the session after the expiry `ahead` months before."""
    for year, month in _months():
        before = _back(year, month, cycle.ahead)
        if before[0] < FIRST_DAY.year:
            continue
        quarter = month % 3 == 0
        if cycle.days == "month_end":
            yield _month_end(year, month), next_session(_month_end(*before))
        elif cycle.days == "quarter_end" and quarter:
            # Added after the third Friday of the same quarter month a year before: June 2020 on 2019-06-24.
            yield _month_end(year, month), next_session(spx_monthly_expiry(*before))
        elif (
            cycle.days == "third_friday"
            or (cycle.days == "quarterly" and quarter)
            or (cycle.days == "june_december" and month % 6 == 0)
            or (cycle.days == "december" and month == 12)
            or (cycle.days == "january" and month == 1)
        ):
            yield spx_monthly_expiry(year, month), next_session(spx_monthly_expiry(*before))
        elif cycle.days == "vix_month" and (year, month) >= _FIRST_VX:
            yield vix_expiry(year, month), vix_expiry(*before)


def members(cycle: Cycle) -> Iterator[Listing]:
    """Yield every (expiry, first day listed) of a cycle, its era left aside; the caller cuts to `since` and `until`."""
    if cycle.days in _WEEKDAY:
        yield from _weekly(cycle)
    elif cycle.days == "friday_next":
        for expiry in _fridays():
            friday = expiry + dt.timedelta(_FRIDAY - expiry.weekday())
            yield expiry, friday - dt.timedelta(cycle.ahead)
    elif cycle.days == "friday":
        # New on the Thursday before the Friday `ahead` places earlier, third Fridays and month ends not counted.
        fridays = _fridays()
        for earlier, expiry in zip(fridays, fridays[cycle.ahead :], strict=False):
            friday = earlier + dt.timedelta(_FRIDAY - earlier.weekday())
            yield expiry, friday - dt.timedelta(1)
    elif cycle.days == "vix_week":
        months = {vix_expiry(*_back(y, m, 0)) for y, m in _months() if y >= 2015}
        wednesday = cycle.since + dt.timedelta((_WEDNESDAY - cycle.since.weekday()) % 7)
        while wednesday.year <= _LAST_YEAR:
            expiry = vix_weekly_expiry(wednesday)
            if expiry not in months:
                yield expiry, wednesday - dt.timedelta(7 * cycle.ahead)
            wednesday += dt.timedelta(7)
    else:
        yield from _monthly(cycle)
