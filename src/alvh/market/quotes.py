"""Where quotes come from in a run: one protocol, two sources (a chain or the reconstruction), a contract's life.

The quotes of a contract that is held are gathered once for its whole life, not searched for every day. A life reaches
beyond today only inside the engine that replays history; what a decision may see of it is cut at the view's session.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from alvh import conventions
from alvh.values import Bools, Contract, Floats, Missing, Origin, Quote, Right


class Series(NamedTuple):
    """A listed expiry of a root: what strikes are chosen in.

    `days` counts calendar days from the session to the expiry; `assumed` says that the listing is our assumption.
    """

    root: str
    expiry: dt.date
    days: int
    assumed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Life:
    """Quotes of one contract from one session to the last at which it can be marked.

    Attributes
    ----------
    contract : Contract
    first : int
        Axis position of the first entry of the arrays.
    mid, half_spread : arrays
        Points. `mid` keeps its last value where nothing was quoted (flagged `stale`); NaN before the first quote.
        `half_spread` is NaN there: a stale mark is not something to trade on.
    forward, years, discount, vol : arrays
        What the mark means: forward of the expiry, years to settlement, discount factor, Black volatility of `mid`.
        Of a market life only the modelled days are filled; `QuoteSource.meaning` solves the others.
    delta : array
        Black delta at `vol`; as `vol`.
    modelled, stale : arrays of bool
    """

    contract: Contract
    first: int
    mid: Floats
    half_spread: Floats
    forward: Floats
    years: Floats
    discount: Floats
    vol: Floats
    delta: Floats
    modelled: Bools
    stale: Bools

    def mark(self, i: int) -> float:
        """Return the mark at axis position `i`, points; NaN before the life, the last mark beyond it."""
        k = i - self.first
        mid = self.mid
        return mid.item(k if k < mid.size else -1) if k >= 0 else math.nan


class QuoteSource(Protocol):
    """The one source of quotes of a run. `i` is a position on the history's axis throughout."""

    lives: dict[Contract, Life]
    """Lives gathered so far."""

    @property
    def origin(self) -> Origin:
        """``market`` or ``modelled``: what the run is called."""

    def series(self, i: int, underlying: str) -> Sequence[Series]:
        """Return what can be traded at `i` on ``SPX``, ``XSP`` or ``VIX``, by expiry."""

    def observed(self, i: int, underlying: str) -> bool:
        """Whether there is anything to trade on an underlying at `i`."""

    def spot(self, i: int, underlying: str) -> float:
        """Return the cash level at `i`, points; NaN where missing."""

    def forward(self, i: int, series: Series) -> float:
        """Return the forward of a series at `i`, points; NaN where missing."""

    def strike_at_delta(self, i: int, series: Series, right: Right, abs_delta: float) -> float:
        """Return the listed strike whose Black delta, at its own volatility, is nearest; NaN where there is none."""

    def strike_near(self, i: int, series: Series, right: Right, target: float) -> float:
        """Return the listed strike nearest `target`; NaN where there is none."""

    def vendor_delta(self, i: int, series: Series, right: Right, abs_delta: float) -> float:
        """Return the listed strike whose vendor's delta is nearest; NaN where no vendor gave one."""

    def quote(self, i: int, contract: Contract) -> Quote | Missing:
        """Return the quote of a contract at `i`."""

    def life(self, contract: Contract, i: int) -> Life:
        """Return the quotes of a contract from `i` on, gathered once."""

    def meaning(self, contract: Contract, life: Life, offset: int, n: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Return forward, years, discount and volatility behind `n` marks of a life; NaN beyond it."""


def window(values: Floats, offset: int, n: int) -> Floats:
    """Return `n` entries from `offset`, NaN beyond the end."""
    part = values[offset : offset + n]
    return part if len(part) == n else np.concatenate((part, np.full(n - len(part), np.nan)))


def kept_meaning(life: Life, offset: int, n: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return forward, years, discount and volatility behind `n` marks of a life that keeps them; NaN beyond it."""
    forward, years, discount, vol = (
        window(values, offset, n) for values in (life.forward, life.years, life.discount, life.vol)
    )
    return forward, years, discount, vol


def last_mark(contract: Contract) -> dt.date:
    """Return the last session at whose close a held contract is still there to be marked.

    That is the session before settlement, morning or afternoon: on the settlement day itself it has become cash.
    """
    if conventions.settlement_of(contract.root, contract.expiry) == "AM":
        return conventions.last_trading_session(contract.root, contract.expiry)
    return conventions.previous_session(contract.expiry)


def carried(mid: Floats) -> tuple[Floats, Bools]:
    """Carry the last mark over sessions without one, and say which were carried (`decisions.md`, "Time")."""
    known = np.isfinite(mid)
    if known.all():
        return mid, np.zeros(len(mid), dtype=bool)
    last = np.maximum.accumulate(np.where(known, np.arange(len(mid)), -1))
    out = np.where(last >= 0, mid[np.maximum(last, 0)], np.nan)
    return out, ~known & (last >= 0)
