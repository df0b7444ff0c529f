"""Which session a quote belongs to, by the New York time at which it was seen."""

from __future__ import annotations

import datetime as dt

from alvh.conventions import is_session, previous_session

OPENS = dt.time(9, 30)
"""Before the open, quotes are those of the session before."""


def session_of(seen: dt.datetime) -> dt.date:
    """Return the last session that had opened when a quote was seen (New York wall clock)."""
    date = seen.date()
    return date if is_session(date) and seen.time() >= OPENS else previous_session(date)
