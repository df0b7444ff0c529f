"""Real option chains as sorted columns with an index of groups, so that a quote is found, not searched for.

Rows are sorted by session, root, expiry, right (calls first, as in the store) and strike. A group is one (session,
root, expiry, right); the groups of a session are contiguous, and a group's rows are contiguous and sorted by strike.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from alvh.market.chain_search import find_row
from alvh.values import Floats, Ints

UNNAMED = "?"
"""Root of a row whose vendor gave none. No contract has it, so that such a row is counted and never traded."""


GROUP = ("quote_date", "root", "expiry", "right")
"""Columns whose values make a group of rows."""


class Groups(NamedTuple):
    """Where the groups of a frame begin, and their names.

    Attributes
    ----------
    start : array (groups + 1,)
        First row of each group, and the number of rows.
    day : array (groups,)
        Day of the quotes since 1970-01-01.
    place : array (groups,)
        ``(root << 20 | expiry_day) << 1 | put``, with the root's position in `roots`.
    roots : tuple of str
        Names of the roots, sorted.
    ordered : bool
        Whether groups ascend by day and place, and strikes within each.
    """

    start: Ints
    day: Ints
    place: Ints
    roots: tuple[str, ...]
    ordered: bool


@dataclass(frozen=True, eq=False)
class ChainColumns:
    """One symbol's chains on the axis of a history.

    Attributes
    ----------
    roots : tuple of str
        Roots present, sorted; `UNNAMED` stands for none.
    group_key : array (groups,)
        ``((session * len(roots) + root) << 20 | expiry_day) << 1 | put``, ascending.
    group_start : array (groups + 1,)
        First row of each group.
    session_group : array (sessions + 1,)
        First group of each session.
    strike, bid, ask, delta : arrays (rows,)
        Points; vendor's delta, NaN where it gave none.
    underlying : array (sessions,)
        The vendor's cash price of the session, NaN where it gave none.
    snapshots_left_aside : int
        Rows of other snapshots of the same session, which this run does not use.
    """

    roots: tuple[str, ...]
    group_key: Ints
    group_start: Ints
    session_group: Ints
    strike: Floats
    bid: Floats
    ask: Floats
    delta: Floats
    underlying: Floats
    snapshots_left_aside: int

    @classmethod
    def build(cls, days: Ints, frame: pl.DataFrame) -> ChainColumns:
        """Lay canonical ``chains`` rows of one symbol out on the axis `days`; rows off the axis are left out.

        A session may have been captured more than once. The capture with the most two-sided quotes is used, the
        latest among equals; the others are counted, not mixed. Rows in the store's order are indexed as they come,
        others are sorted first.
        """
        frame, aside = _one_capture_a_session(_typed(frame))
        groups = _groups(frame)
        if not groups.ordered:
            frame = frame.sort(
                pl.col("root").cast(pl.String) if name == "root" else name for name in (*GROUP, "strike")
            )
            groups = _groups(frame)
        there = np.isin(groups.day, days)
        if not there.all():
            frame = frame.filter(pl.Series(np.repeat(there, np.diff(groups.start))))
            groups = _groups(frame)
        session = np.searchsorted(days, groups.day)
        underlying = np.full(len(days), np.nan)
        if "underlying_price" in frame.columns:
            price = _floats(frame.select(pl.col("underlying_price").gather(groups.start[:-1])), "underlying_price")
            known = np.flatnonzero(np.isfinite(price))[::-1]
            underlying[session[known]] = price[known]
        return cls(
            roots=groups.roots,
            group_key=(session * len(groups.roots) << 21) + groups.place,
            group_start=groups.start,
            session_group=np.searchsorted(session, np.arange(len(days) + 1)).astype(np.int64),
            strike=_floats(frame, "strike"),
            bid=_floats(frame, "bid"),
            ask=_floats(frame, "ask"),
            delta=_floats(frame, "delta"),
            underlying=underlying,
            snapshots_left_aside=aside,
        )

    @property
    def step(self) -> int:
        """Distance between the group keys of one series on two consecutive sessions."""
        return len(self.roots) << 21

    def key(self, i: int, root: str, expiry_day: int, *, call: bool) -> int:
        """Return the group key of a (session, root, expiry, right); -1 for an unknown root."""
        if root not in self.roots:
            return -1
        return (((i * len(self.roots) + self.roots.index(root)) << 20 | expiry_day) << 1) | int(not call)

    def rows(self, i: int, root: str, expiry_day: int, *, call: bool) -> tuple[int, int]:
        """Return the row range [start, stop) of a group; (0, 0) where nothing was quoted."""
        key = self.key(i, root, expiry_day, call=call)
        g = int(self.group_key.searchsorted(key))
        if g == len(self.group_key) or self.group_key[g] != key:
            return 0, 0
        return int(self.group_start[g]), int(self.group_start[g + 1])

    def expiries(self, i: int) -> list[tuple[str, int]]:
        """Return (root, expiry day) of every series with calls quoted at session `i`, by root and expiry."""
        a, b = int(self.session_group[i]), int(self.session_group[i + 1])
        n = len(self.roots)
        return [(self.roots[(k >> 21) - i * n], (k >> 1) & 0xFFFFF) for k in self.group_key[a:b].tolist() if not k & 1]

    def row(self, i: int, root: str, expiry_day: int, strike: float, *, call: bool) -> int:
        """Return the row of one contract at session `i`, or -1."""
        key = self.key(i, root, expiry_day, call=call)
        return find_row(self.group_key, self.group_start, self.strike, key, strike)

    def has_session(self, i: int) -> bool:
        """Whether anything was quoted at session `i`."""
        return bool(self.session_group[i + 1] > self.session_group[i])

    def content(self, first: int, last: int) -> bytes:
        """Return a digest of every name and number between two sessions, whatever else was loaded around them."""
        g, h = int(self.session_group[first]), int(self.session_group[last + 1])
        a, b = int(self.group_start[g]), int(self.group_start[h])
        place = self.group_key[g:h] >> 21
        digest = hashlib.sha256()
        digest.update((place // len(self.roots) - first).tobytes())
        digest.update(" ".join(self.roots[code] for code in (place % len(self.roots)).tolist()).encode())
        digest.update((self.group_key[g:h] & 0x1FFFFF).tobytes())
        digest.update((self.group_start[g : h + 1] - a).tobytes())
        for column in (self.strike, self.bid, self.ask, self.delta):
            digest.update(column[a:b].tobytes())
        digest.update(self.underlying[first : last + 1].tobytes())
        return digest.digest()


def _one_capture_a_session(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Keep the fullest capture of each session."""
    if not {"snapshot_ts", "source"} <= set(frame.columns) or _one_each(frame):
        return frame, 0
    counted = (
        frame.group_by("quote_date", "snapshot_ts", "source")
        .agg(((pl.col("bid") > 0) & (pl.col("ask") > 0)).sum().alias("two_sided"))
        .sort("quote_date", "two_sided", "snapshot_ts", "source", nulls_last=False)
        .group_by("quote_date", maintain_order=True)
        .last()
        .drop("two_sided")
    )
    kept = frame.join(
        counted, on=["quote_date", "snapshot_ts", "source"], how="semi", nulls_equal=True, maintain_order="left"
    )
    return kept, frame.height - kept.height


def _one_each(frame: pl.DataFrame) -> bool:
    """Whether each session was captured once, as far as a look from row to row can tell; else False."""
    columns = [frame[name] for name in ("snapshot_ts", "source")]
    if all(column.null_count() == len(column) or _is_constant(column.to_physical()) for column in columns):
        return True
    day = frame["quote_date"].to_physical().to_numpy()
    if np.any(day[1:] < day[:-1]):
        return False
    same = day[1:] == day[:-1]
    for column in columns:
        nulls = column.null_count()
        if nulls == len(column):
            continue
        codes = column.to_physical().to_numpy()
        if nulls or np.any(same & (codes[1:] != codes[:-1])):
            return False
    return True


def _is_constant(column: pl.Series) -> bool:
    return not column.null_count() and bool(column.min() == column.max())


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the columns that name a row their canonical types, and a row without a root the name `UNNAMED`."""
    root = pl.col("root").cast(pl.Categorical())
    return frame.with_columns(
        pl.col("quote_date", "expiry").cast(pl.Date),
        root.fill_null(UNNAMED) if frame["root"].null_count() else root,
        pl.col("right").cast(pl.Enum(["C", "P"])),
        pl.col("strike").cast(pl.Float64),
    )


def _groups(frame: pl.DataFrame) -> Groups:
    """Find the groups of typed rows."""
    strike = frame["strike"].to_numpy()
    same = np.ones(max(len(strike) - 1, 0), dtype=bool)
    for name in GROUP:
        codes = frame[name].to_physical().to_numpy()
        same &= codes[1:] == codes[:-1]
    first = np.flatnonzero(~same) + 1
    start = np.concatenate(([0], first, [len(strike)] if len(strike) else [])).astype(np.int64)
    heads = frame.select(pl.col(*GROUP).gather(start[:-1]))
    named = heads["root"].cast(pl.String)
    roots = tuple(named.unique().sort().to_list())
    root, day, expiry, put = (
        column.to_physical().to_numpy().astype(np.int64)
        for column in (named.cast(pl.Enum(roots)), heads["quote_date"], heads["expiry"], heads["right"])
    )
    place = (root << 20 | expiry) << 1 | put
    ascending = not np.any(same & (strike[1:] < strike[:-1]))
    return Groups(start, day, place, roots, ascending and bool(np.all(np.diff((day * len(roots) << 21) + place) > 0)))


def _floats(frame: pl.DataFrame, name: str) -> Floats:
    """Return a column as contiguous floats, null (or no such column) as NaN."""
    if name not in frame.columns:
        return np.full(frame.height, np.nan)
    return np.ascontiguousarray(frame[name].cast(pl.Float64).to_numpy())
