"""Real option chains as sorted columns with an index of groups, so that a quote is found, not searched for.

Rows are sorted by session, root, expiry, right (calls first, as in the store) and strike. A group is one (session,
root, expiry, right); the groups of a session are contiguous, and a group's rows are contiguous and sorted by strike.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from alvh.maths.kernel import kernel
from alvh.values import Floats, Ints

Codes: TypeAlias = NDArray[np.integer[Any]]
Names: TypeAlias = tuple[Codes, Codes, Codes, Codes]
"""Of each row: day of the quote, code of the root, day of the expiry, 0 for a call and 1 for a put."""

UNNAMED = "?"
"""Root of a row whose vendor gave none. No contract has it, so that such a row is counted and never traded."""


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
        frame, aside = _one_capture_a_session(frame)
        frame = _on_axis(frame, days)
        codes, rank, roots = _ranked(frame["root"])
        names: Names = (_days(frame["quote_date"]), codes, _days(frame["expiry"]), _puts(frame["right"]))
        strike = _floats(frame, "strike")
        starts = np.empty(len(strike) + 1, dtype=np.int64)
        groups = group_starts(*names, rank, strike, starts)
        if groups < 0:
            date, root, expiry, put = names
            order = np.lexsort((strike, put, expiry, rank[root], date))
            names = (date[order], root[order], expiry[order], put[order])
            strike, frame = strike[order], frame[order]
            groups = group_starts(*names, rank, strike, starts)
        starts = starts[: groups + 1].copy()
        first = starts[:-1]
        dates, root, expiry, put = (column[first].astype(np.int64) for column in names)
        session = np.searchsorted(days, dates)
        underlying = np.full(len(days), np.nan)
        if "underlying_price" in frame.columns:
            price = _floats(frame.select(pl.col("underlying_price").gather(first)), "underlying_price")
            known = np.flatnonzero(np.isfinite(price))[::-1]
            underlying[session[known]] = price[known]
        return cls(
            roots=roots,
            group_key=(((session * len(roots) + rank[root]) << 20 | expiry) << 1) | put,
            group_start=starts,
            session_group=np.searchsorted(session, np.arange(len(days) + 1)).astype(np.int64),
            strike=strike,
            bid=_floats(frame, "bid"),
            ask=_floats(frame, "ask"),
            delta=_floats(frame, "delta"),
            underlying=underlying,
            snapshots_left_aside=aside,
        )

    def key(self, i: int, root: str, expiry_day: int, *, call: bool) -> int:
        """Return the group key of a (session, root, expiry, right); -1 for an unknown root."""
        if root not in self.roots:
            return -1
        return (((i * len(self.roots) + self.roots.index(root)) << 20 | expiry_day) << 1) | int(not call)

    def rows(self, i: int, root: str, expiry_day: int, *, call: bool) -> tuple[int, int]:
        """Return the row range [start, stop) of a group; (0, 0) where nothing was quoted."""
        key = self.key(i, root, expiry_day, call=call)
        g = int(np.searchsorted(self.group_key, key))
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
        a, b = self.rows(i, root, expiry_day, call=call)
        r = a + int(np.searchsorted(self.strike[a:b], strike))
        return r if r < b and self.strike[r] == strike else -1

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


@kernel
def group_starts(date: Codes, root: Codes, expiry: Codes, put: Codes, rank: Ints, strike: Floats, out: Ints) -> int:
    """Write the first row of each group, and the number of rows after the last; return the number of groups.

    `rank` orders the codes in `root`. Returns -1 where a row does not come after the one before it.
    """
    groups = 0
    for n in range(len(strike)):
        if n > 0:
            m = n - 1
            if date[n] == date[m] and root[n] == root[m] and expiry[n] == expiry[m] and put[n] == put[m]:
                if not strike[n] >= strike[m]:
                    return -1
                continue
            later = date[n] > date[m]
            if date[n] == date[m]:
                later = rank[root[n]] > rank[root[m]]
                if root[n] == root[m]:
                    later = expiry[n] > expiry[m] or (expiry[n] == expiry[m] and put[n] > put[m])
            if not later:
                return -1
        out[groups] = n
        groups += 1
    out[groups] = len(strike)
    return groups


@kernel
def life_rows(group_key: Ints, group_start: Ints, strikes: Floats, keys: Ints, strike: float, out: Ints) -> None:
    """Find the row of one contract at each of its sessions: `keys` are its group keys; -1 where it was not quoted."""
    for n in range(len(keys)):
        out[n] = -1
        g = np.searchsorted(group_key, keys[n])
        if g < len(group_key) and group_key[g] == keys[n]:
            a, b = group_start[g], group_start[g + 1]
            r = a + np.searchsorted(strikes[a:b], strike)
            if r < b and strikes[r] == strike:
                out[n] = r


@kernel
def nearest_abs(values: Floats, target: float) -> int:
    """Return the first position whose absolute value is nearest `target`; -1 when every value is NaN."""
    best, at = np.inf, -1
    for n in range(len(values)):
        miss = abs(abs(values[n]) - target)
        if miss < best:
            best, at = miss, n
    return at


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
    date = _days(frame["quote_date"])
    if np.any(date[1:] < date[:-1]):
        return False
    same = date[1:] == date[:-1]
    for name in ("snapshot_ts", "source"):
        nulls = frame[name].null_count()
        if nulls == frame.height:
            continue
        codes = frame[name].to_physical().to_numpy()
        if nulls or np.any(same & (codes[1:] != codes[:-1])):
            return False
    return True


def _on_axis(frame: pl.DataFrame, days: Ints) -> pl.DataFrame:
    """Leave out the rows of dates that are not on the axis."""
    dates = frame["quote_date"].unique()
    there = np.isin(_days(dates), days)
    return frame if there.all() else frame.filter(pl.col("quote_date").is_in(dates.filter(pl.Series(there)).implode()))


def _ranked(root: pl.Series) -> tuple[Codes, Ints, tuple[str, ...]]:
    """Return a code for the root of each row, the place of each code among the sorted names, and the names."""
    named = (root if root.dtype == pl.Categorical else root.cast(pl.Categorical())).fill_null(UNNAMED)
    present = named.unique()
    codes = present.to_physical().to_numpy()
    names = present.cast(pl.String).to_list()
    roots = tuple(sorted(names))
    rank = np.zeros(int(codes.max()) + 1 if len(codes) else 1, dtype=np.int64)
    rank[codes] = [roots.index(name) for name in names]
    return named.to_physical().to_numpy(), rank, roots


def _days(dates: pl.Series) -> Codes:
    """Return dates as days since 1970-01-01."""
    return dates.cast(pl.Date).to_physical().to_numpy()


def _puts(right: pl.Series) -> Codes:
    """Return 0 for calls, 1 for puts."""
    return right.cast(pl.Enum(["C", "P"])).to_physical().to_numpy()


def _floats(frame: pl.DataFrame, name: str) -> Floats:
    """Return a column as contiguous floats, null (or no such column) as NaN."""
    if name not in frame.columns:
        return np.full(frame.height, np.nan)
    return np.ascontiguousarray(frame[name].cast(pl.Float64).to_numpy())
