"""The named episodes: dates against the calendar, and what a window holds of them."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from alvh import conventions
from alvh.evidence.episodes import EPISODES, SESSIONS_AFTER_LOW, Episode, inside

ALL = conventions.sessions(dt.date(2007, 1, 3), dt.date(2025, 12, 31))


@pytest.mark.parametrize("episode", EPISODES, ids=lambda one: one.name)
def test_an_episode_ends_21_sessions_after_its_low(episode: Episode) -> None:
    assert len(conventions.sessions(episode.low, episode.last)) == SESSIONS_AFTER_LOW + 1
    assert episode.high < episode.low < episode.last
    assert episode.why


def test_the_eight_are_in_order_and_apart() -> None:
    names = ["2008", "2011", "Aug 2015", "Feb 2018", "2020", "2022", "Aug 2024", "Apr 2025"]
    assert [one.name for one in EPISODES] == names
    assert all(a.last < b.high for a, b in pairwise(EPISODES))


@pytest.mark.parametrize("episode", EPISODES, ids=lambda one: one.name)
def test_the_sessions_are_those_after_the_high(episode: Episode) -> None:
    window = inside(episode, ALL)
    assert window is not None
    assert ALL[window.start - 1] == np.datetime64(episode.high)
    assert ALL[window.stop - 1] == np.datetime64(episode.last)


def test_a_window_that_does_not_hold_all_of_it_has_none_of_it() -> None:
    feb = EPISODES[3]
    held = (np.datetime64("2018-01-26") < ALL) & (np.datetime64("2018-03-12") >= ALL)
    # The close of the high must be there: it is what changes are measured from.
    assert inside(feb, ALL[held]) is None
    held[np.flatnonzero(held)[0] - 1] = True
    assert inside(feb, ALL[held]) == slice(1, 31)
    assert inside(feb, ALL[held][:-1]) is None
    assert inside(feb, ALL[:10]) is None
    assert inside(feb, ALL[:0]) is None


def test_highs_and_lows_are_those_of_the_index(shared: Path) -> None:
    rows = pl.read_parquet(shared / "data/real/underlyings.parquet").filter(pl.col("symbol") == "SPX").sort("date")
    for episode in EPISODES:
        fall = rows.filter(pl.col("date").is_between(episode.high, episode.low))
        month = rows.filter(pl.col("date").is_between(episode.high, episode.last))
        assert fall["close"].arg_max() == 0, episode.name
        assert month["date"][month["close"].arg_min()] == episode.low, episode.name
