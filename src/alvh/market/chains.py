"""Real option chains as sorted columns with an index of groups, so that a quote is found, not searched for.

Rows are sorted by session, root, expiry, right and strike. A group is one (session, root, expiry, right); the groups of a
session are contiguous, and a group's rows are contiguous and sorted by strike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from alvh.maths.kernel import kernel
from alvh.values import Bools, Floats, Ints

CALL, PUT = 1, 0


@dataclass(frozen=True, eq=False)
class ChainColumns:
    """One symbol's chains on the axis of a history.

    Attributes
    ----------
    roots : tuple of str
        Roots present; `group_root` indexes it. A row whose vendor gave no root carries the symbol with a ``?``.
    group_key : array (groups,)
        ``((session * len(roots) + root) << 20 | expiry_day) << 1 | call``, ascending.
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
        latest among equals; the others are counted, not mixed.
        """
        frame, aside = _one_snapshot_a_session(frame)
        at = frame["quote_date"].cast(pl.Int32).to_numpy()
        session = np.searchsorted(days, at)
        on_axis = (session < len(days)) & (days[np.minimum(session, len(days) - 1)] == at)
        if not on_axis.all():
            frame, session = frame.filter(pl.Series(on_axis)), session[on_axis]
        root_codes, roots = _codes(frame)
        expiry = frame["expiry"].cast(pl.Int32).to_numpy().astype(np.int64)
        call = _calls(frame)
        strike = frame["strike"].to_numpy()
        key = (((session * len(roots) + root_codes) << 20 | expiry) << 1) | call
        if len(key) > 1 and not _sorted(key, strike):
            order = np.lexsort((strike, key))
            frame, key, strike, session = frame[order], key[order], strike[order], session[order]
        start = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1]))) if len(key) else np.zeros(0, np.int64)
        group_key = key[start]
        group_session = session[start]
        underlying = np.full(len(days), np.nan)
        if "underlying_price" in frame.columns and len(start):
            underlying[group_session] = frame["underlying_price"].to_numpy()[start]
        nan = np.full(len(key), np.nan)
        return cls(
            roots=roots,
            group_key=group_key,
            group_start=np.concatenate((start, [len(key)])).astype(np.int64),
            session_group=np.searchsorted(group_session, np.arange(len(days) + 1)).astype(np.int64),
            strike=np.ascontiguousarray(strike),
            bid=_floats(frame, "bid", nan),
            ask=_floats(frame, "ask", nan),
            delta=_floats(frame, "delta", nan),
            underlying=underlying,
            snapshots_left_aside=aside,
        )

    def key(self, i: int, root: str, expiry_day: int, *, call: bool) -> int:
        """Return the group key of a (session, root, expiry, right); -1 for an unknown root."""
        if root not in self.roots:
            return -1
        return (((i * len(self.roots) + self.roots.index(root)) << 20 | expiry_day) << 1) | int(call)

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
        return [
            (self.roots[(k >> 21) - i * n], (k >> 1) & 0xFFFFF) for k in self.group_key[a:b].tolist() if k & 1
        ]

    def row(self, i: int, root: str, expiry_day: int, strike: float, *, call: bool) -> int:
        """Return the row of one contract at session `i`, or -1."""
        a, b = self.rows(i, root, expiry_day, call=call)
        r = a + int(np.searchsorted(self.strike[a:b], strike))
        return r if r < b and self.strike[r] == strike else -1

    def has_session(self, i: int) -> bool:
        """Whether anything was quoted at session `i`."""
        return bool(self.session_group[i + 1] > self.session_group[i])

    def checksum(self, first: int, last: int) -> int:
        """Return a checksum of the rows between two sessions: their number and the sum of their quotes in cents."""
        a = int(self.group_start[self.session_group[first]])
        b = int(self.group_start[self.session_group[last + 1]])
        total = np.nansum(self.bid[a:b]) + 3.0 * np.nansum(self.ask[a:b])
        return (int(round(total * 100.0)) * 1_000_003 + (b - a)) % (1 << 63)


@kernel
def life_rows(
    group_key: Ints, group_start: Ints, strikes: Floats, keys: Ints, strike: float, out: Ints
) -> None:
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


def _one_snapshot_a_session(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Keep the fullest capture of each session."""
    if not {"snapshot_ts", "source"} <= set(frame.columns):
        return frame, 0
    captures = frame.select("quote_date", "snapshot_ts", "source").unique()
    if captures.height == captures["quote_date"].n_unique():
        return frame, 0
    counted = (
        frame.group_by("quote_date", "snapshot_ts", "source")
        .agg(((pl.col("bid") > 0) & (pl.col("ask") > 0)).sum().alias("two_sided"))
        .sort("quote_date", "two_sided", "snapshot_ts", "source", nulls_last=False)
        .group_by("quote_date", maintain_order=True)
        .last()
        .drop("two_sided")
    )
    kept = frame.join(counted, on=["quote_date", "snapshot_ts", "source"], how="semi", nulls_equal=True)
    return kept, frame.height - kept.height


def _codes(frame: pl.DataFrame) -> tuple[Ints, tuple[str, ...]]:
    """Number the roots in the order of their names."""
    roots = tuple(sorted(str(r) if r is not None else "?" for r in frame["root"].unique().to_list()))
    named = frame["root"].cast(pl.String).fill_null("?").cast(pl.Enum(roots))
    return named.to_physical().to_numpy().astype(np.int64), roots


def _calls(frame: pl.DataFrame) -> Ints:
    """Return 1 for calls, 0 for puts."""
    return (frame["right"].cast(pl.Enum(["P", "C"])).to_physical() == 1).to_numpy().astype(np.int64)


def _floats(frame: pl.DataFrame, name: str, absent: Floats) -> Floats:
    """Return a column as contiguous floats, null as NaN."""
    if name not in frame.columns:
        return absent
    return np.ascontiguousarray(frame[name].cast(pl.Float64).to_numpy())


def _sorted(key: Ints, strike: Floats) -> bool:
    """Whether the rows are in the order the index needs."""
    same: Bools = key[1:] == key[:-1]
    return bool(np.all((key[1:] > key[:-1]) | (same & (strike[1:] > strike[:-1]))))
