"""Named replays: the rows of an episode as they happened, applied to another day's state.

A replay starts at today's state and moves every column by what it moved from the episode's eve on: SPX by its returns,
ln VIX, the term structure, VVIX, SKEW and the basis of VX by their changes. Replayed from its own eve an episode is
itself. What hedges are worth follows from VX and the smiles of that state, never from spot VIX: on 5 August 2024 VIX
was printed near 66 before the opening and closed at 38.57 (`methodology.md` section 7); rows hold closes.
"""

from __future__ import annotations

import bisect
import datetime as dt
from typing import Final, NamedTuple

import numpy as np

from alvh.market.engines.fitted import EngineError, fit
from alvh.market.engines.history_driven import Path, start_at
from alvh.market.engines.states import NODES, RETURN, states
from alvh.market.history import History


class Episode(NamedTuple):
    """An episode: the last session before it, the last one of it, and what it was."""

    eve: dt.date
    last: dt.date
    about: str


EPISODES: Final = {
    "oct-2008": Episode(dt.date(2008, 9, 12), dt.date(2008, 11, 20), "Lehman to the November low"),
    "feb-2018": Episode(dt.date(2018, 2, 2), dt.date(2018, 3, 2), "5 February: the end of XIV"),
    "1q20": Episode(dt.date(2020, 2, 19), dt.date(2020, 3, 31), "the pandemic, from the high"),
    "grind-2022": Episode(dt.date(2022, 1, 3), dt.date(2022, 10, 12), "a slow fall at a moderate VIX"),
    "aug-2024": Episode(dt.date(2024, 8, 2), dt.date(2024, 8, 30), "5 August: up in a day, and back in two weeks"),
    "apr-2025": Episode(dt.date(2025, 4, 2), dt.date(2025, 4, 30), "the tariffs of 2 April"),
}


def replay(history: History, name: str, from_date: dt.date | None = None, nodes: tuple[str, ...] = NODES) -> Path:
    """Return an episode as a path from the state at a date (`history_driven.start_at`; by default the last there is).

    Raises
    ------
    EngineError
        For an unknown name; when the history does not hold the whole episode; when there is no state to start from.
    """
    if name not in EPISODES:
        raise EngineError(f"no replay is called {name!r}; there are {', '.join(EPISODES)}")
    return replayed(history, EPISODES[name].eve, EPISODES[name].last, from_date, nodes)


def replayed(
    history: History, eve: dt.date, last: dt.date, from_date: dt.date | None = None, nodes: tuple[str, ...] = NODES
) -> Path:
    """Return any stretch of a history as a path from the state at a date; see `replay`."""
    made, known, start = fit(history, nodes), states(history, nodes), start_at(history, from_date, nodes)
    first, stop = history.first_at_or_after(eve), history.first_at_or_after(last + dt.timedelta(1))
    if stop <= first + 1 or history.dates[first] != eve or not known.complete[first:stop].all():
        gap = "" if stop <= first else ", ".join(str(day) for day in _incomplete(history, known.complete, first, stop))
        raise EngineError(f"the history does not hold every row of {eve} to {last}{gap and f': none of {gap}'}")
    values = start.values + known.values[first + 1 : stop] - known.values[first]
    values[:, RETURN] = known.values[first + 1 : stop, RETURN]
    rows = np.array([bisect.bisect_left(made.dates, day) for day in history.dates[first + 1 : stop]], dtype=np.int64)
    return Path(known.names, nodes, values, rows, np.ones((len(rows), 2)), (), 0.0)


def _incomplete(history: History, complete: object, first: int, stop: int) -> list[dt.date]:
    """Return the sessions of a stretch that lack a column."""
    return [history.dates[i] for i in range(first, stop) if not np.asarray(complete)[i]]
