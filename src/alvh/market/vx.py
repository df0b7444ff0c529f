"""The VX futures curve as a matrix: one row a session, one column a monthly expiry."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from alvh.conventions import sessions_between
from alvh.values import Floats, Ints

_EPOCH = dt.date(1970, 1, 1).toordinal()
MIN_FRONT_SESSIONS = 5
"""F1 has at least so many trading days left (`concepts.md`, "Conventions")."""


@dataclass(frozen=True, eq=False)
class VxCurve:
    """Settlements of monthly VX futures.

    Attributes
    ----------
    settle : array (sessions, expiries)
        Daily settlement, VIX points; NaN where none was published, and on and after the expiry.
    expiry_days : array (expiries,)
        Final settlement dates as days since 1970-01-01, ascending.
    final : array (expiries,)
        Final settlement value (the SOQ, ``VRO``); NaN while unknown.
    front : array (sessions,)
        First column that expires after the session.
    first_far : array (sessions,)
        First column that is F1: at least `MIN_FRONT_SESSIONS` sessions before its expiry.
    """

    settle: Floats
    expiry_days: Ints
    final: Floats
    front: Ints
    first_far: Ints
    _columns: dict[int, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Index the expiries."""
        object.__setattr__(self, "_columns", {day: j for j, day in enumerate(self.expiry_days.tolist())})

    @classmethod
    def build(cls, days: Ints, frame: pl.DataFrame | None, kind: str = "monthly") -> VxCurve:
        """Lay canonical ``vx_futures`` rows of one kind out on the axis `days`: the curve is made of monthlies."""
        if frame is None or frame.is_empty():
            none = np.zeros(len(days), dtype=np.int64)
            return cls(np.full((len(days), 0), np.nan), np.zeros(0, dtype=np.int64), np.zeros(0), none, none)
        rows = frame.filter(pl.col("kind").cast(pl.String) == kind).drop_nulls("settle")
        at = rows["date"].cast(pl.Int32).to_numpy().astype(np.int64)
        expiry = rows["expiry"].cast(pl.Int32).to_numpy().astype(np.int64)
        settle = rows["settle"].to_numpy()
        expiries = np.unique(expiry)
        column = np.searchsorted(expiries, expiry)
        matrix = np.full((len(days), len(expiries)), np.nan)
        final = np.full(len(expiries), np.nan)
        last_day = at == expiry
        final[column[last_day]] = settle[last_day]
        row = np.searchsorted(days, at)
        live = (row < len(days)) & (at < expiry)
        live[live] &= days[row[live]] == at[live]
        matrix[row[live], column[live]] = settle[live]
        front = np.searchsorted(expiries, days, side="right")
        enough = np.searchsorted(expiry_rows(days, expiries), np.arange(len(days)) + MIN_FRONT_SESSIONS)
        return cls(matrix, expiries, final, front.astype(np.int64), np.maximum(enough, front).astype(np.int64))

    def column_of(self, expiry_day: int) -> int:
        """Return the column of an expiry, or -1 where no such contract was ever listed."""
        return self._columns.get(expiry_day, -1)

    def content(self, days: Ints, first: int, last: int) -> bytes:
        """Return the settlements between two sessions and the final values of that time, contract by contract.

        `days` are the days of those sessions.
        """
        parts = []
        for j, expiry in enumerate(self.expiry_days.tolist()):
            settle = self.settle[first : last + 1, j]
            final = self.final[j] if days[0] <= expiry <= days[-1] else np.nan
            if np.isfinite(settle).any() or np.isfinite(final):
                parts += [np.int64(expiry).tobytes(), settle.tobytes(), np.float64(final).tobytes()]
        return b"".join(parts)

    def nearby(self, k: int) -> Floats:
        """Return F_k over the whole axis (k = 1 is the first with enough days left); NaN where not settled."""
        j = self.first_far + k - 1
        known = j < len(self.expiry_days)
        out = np.full(len(j), np.nan)
        out[known] = self.settle[np.flatnonzero(known), j[known]]
        return out

    def nearby_days(self, k: int) -> Floats:
        """Return the expiry (days since 1970-01-01) of F_k over the whole axis; NaN where there is none."""
        j = self.first_far + k - 1
        known = j < len(self.expiry_days)
        out = np.full(len(j), np.nan)
        out[known] = self.expiry_days[j[known]]
        return out


def expiry_rows(days: Ints, expiries: Ints) -> Ints:
    """Return the axis position of each expiry; beyond the axis the exchange's calendar counts on."""
    rows = np.searchsorted(days, expiries).astype(np.int64)
    last = dt.date.fromordinal(int(days[-1]) + _EPOCH)
    for j in np.flatnonzero(expiries > days[-1]):
        rows[j] = len(days) - 1 + sessions_between(last, dt.date.fromordinal(int(expiries[j]) + _EPOCH))
    return rows
