"""The named episodes by which hedges are told apart, under one rule for where each begins and ends.

An episode runs from the S&P 500's closing high before the fall to 21 sessions after its closing low: what a hedge gains
in a fall and what it gives back in the month after belong together (August 2024 was over in three weeks). Which eight
there are is the list of the issue this was built for; highs and lows are closing values of the S&P 500 index.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np

from alvh.values import Dates

SESSIONS_AFTER_LOW = 21
"""30 calendar days in sessions: the month after the low."""


class Episode(NamedTuple):
    """A named fall: `high` and `low` are closing extremes of the index, `last` the last session counted.

    `high` is the close from which changes are measured; the first session counted is the next one.
    """

    name: str
    high: dt.date
    low: dt.date
    last: dt.date
    why: str


EPISODES = (
    Episode("2008", dt.date(2008, 8, 11), dt.date(2009, 3, 9), dt.date(2009, 4, 7),
            "a crash out of a slow bear: from the last high before Lehman, VIX to 80.86"),
    Episode("2011", dt.date(2011, 7, 7), dt.date(2011, 10, 3), dt.date(2011, 11, 1),
            "a jump and two months of high VIX: euro and debt-ceiling crisis, VIX 48.00 on 8 August"),
    Episode("Aug 2015", dt.date(2015, 7, 20), dt.date(2015, 8, 25), dt.date(2015, 9, 24),
            "a surprise from a calm market: VIX 13.02 on 17 August, 40.74 a week later"),
    Episode("Feb 2018", dt.date(2018, 1, 26), dt.date(2018, 2, 8), dt.date(2018, 3, 12),
            "one evening's jump of the VIX itself, 17.31 to 37.32, that no slow rule can meet"),
    Episode("2020", dt.date(2020, 2, 19), dt.date(2020, 3, 23), dt.date(2020, 4, 22),
            "the fastest fall of a third: VIX from 14.38 to 82.69"),
    Episode("2022", dt.date(2022, 1, 3), dt.date(2022, 10, 12), dt.date(2022, 11, 10),
            "a grind from elevated VIX, never above 36.45: where long volatility is known to fail"),
    Episode("Aug 2024", dt.date(2024, 7, 16), dt.date(2024, 8, 5), dt.date(2024, 9, 4),
            "a spike of quotes more than of prices, over before VIX options settle"),
    Episode("Apr 2025", dt.date(2025, 2, 19), dt.date(2025, 4, 8), dt.date(2025, 5, 8),
            "an announced shock: tariffs of 2 April, VIX 21.51 to 52.33 in four sessions"),
)  # fmt: skip


def inside(episode: Episode, sessions: Dates) -> slice | None:
    """Return the sessions of an episode as positions; None unless all of it lies within `sessions`.

    The close of `high` may be the one before the first session: the account's starting value.
    """
    first = int(np.searchsorted(sessions, np.datetime64(episode.high, "D"), side="right"))
    stop = int(np.searchsorted(sessions, np.datetime64(episode.last, "D"), side="right"))
    covered = first > 0 and stop > 0 and sessions[stop - 1] == np.datetime64(episode.last, "D")
    return slice(first, stop) if covered else None
