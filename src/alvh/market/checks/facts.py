"""What the checks are told: the calendar, the keys, the split table and how strict to be. Nothing is looked up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from alvh.conventions.calendar import CFE_EXTRA_SESSIONS
from alvh.conventions.splits import SPLITS, Split
from alvh.values import Dates


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts and limits of a check run.

    Attributes
    ----------
    sessions : array of datetime64[D]
        Every NYSE session that the data may cover, sorted.
    keys : dict of table -> tuple of column
        What makes a row of a table unique.
    extra_vx_sessions : tuple of datetime.date
        Days on which only the futures exchange was open.
    splits : tuple of Split
        Share splits of funds.
    stale_run : int
        Sessions in a row with one and the same value that make a run worth a finding. Three: on the real indices 1990
        to 2026 that lists a dozen runs, two would list hundreds of coincidences.
    stale_share : float
        Share of a chain's two-sided quotes that may equal those of the session before.
    vx_monthlies, vx_from
        From `vx_from` on a VX curve of fewer than `vx_monthlies` unexpired monthly contracts has a hole. CFE listed at
        least seven from 2007.
    """

    sessions: Dates
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    extra_vx_sessions: tuple[dt.date, ...] = CFE_EXTRA_SESSIONS
    splits: tuple[Split, ...] = SPLITS
    stale_run: int = 3
    stale_share: float = 0.5
    vx_monthlies: int = 7
    vx_from: dt.date = dt.date(2007, 1, 1)

    def __post_init__(self) -> None:
        """Refuse a calendar that is not one: the searches below need it sorted and without repeats."""
        if self.sessions.dtype != np.dtype("datetime64[D]"):
            raise ValueError(f"sessions must be datetime64[D], not {self.sessions.dtype}")
        if self.sessions.size > 1 and not bool((np.diff(self.sessions) > np.timedelta64(0, "D")).all()):
            raise ValueError("sessions must be sorted and without repeats")
