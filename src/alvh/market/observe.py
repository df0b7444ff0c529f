"""What may be known at an instant: a view of the history that cannot serve anything stamped later."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Hashable, Sequence
from typing import TypeAlias

import numpy as np

from alvh import conventions
from alvh.market.history import EPOCH, History
from alvh.market.quotes import QuoteSource, Series
from alvh.values import Contract, Floats, Instant, Missing, Phase, Quote, Reading, Right

Lifelong: TypeAlias = Callable[[Contract, Floats, Floats, Floats, Floats, Floats], Floats]
"""(contract, marks, forwards, years, discounts, vols) over a life -> an array with the same first axis, causal."""


class View:
    """Everything known at the close of one session and nothing after it.

    Parameters
    ----------
    history : History
    quotes : QuoteSource
    i : int
        Position of the session on the history's axis.

    Notes
    -----
    The session calendar is published years ahead, so `sessions_until` may count future sessions. Every price is cut at
    the session.
    """

    __slots__ = ("_history", "_lives", "_quotes", "date", "i")

    def __init__(self, history: History, quotes: QuoteSource, i: int) -> None:
        self._history = history
        self._quotes = quotes
        self._lives = quotes.lives
        self.i = i
        self.date: dt.date = history.dates[i]

    @property
    def instant(self) -> Instant:
        """The instant this view stands at."""
        return Instant(self.date, Phase.CLOSE)

    @property
    def calendar(self) -> tuple[dt.date, ...]:
        """The session calendar, known ahead."""
        return self._history.dates

    def reading(self, name: str) -> Reading | Missing:
        """Return today's value of a raw series (``VIX``, ``SPX``, ``VVIX``, ...)."""
        value = float(self._history.column(name)[self.i])
        return Reading(value, self.date) if np.isfinite(value) else Missing(f"no {name} on {self.date}")

    def past(self, name: str) -> Floats:
        """Return a raw series up to and including today, oldest first; read-only."""
        values = self._history.column(name)[: self.i + 1].view()
        values.setflags(write=False)
        return values

    def prepared(self, key: Hashable, compute: Callable[[History], Floats]) -> float:
        """Return today's entry of an array prepared once over the whole history (`alvh.diagnosis`); NaN where missing.

        `compute` must be causal: entry t reads nothing later than t. Every indicator is tested for it.
        """
        return float(self._history.derive(key, compute)[self.i])

    def known(self, key: Hashable, compute: Callable[[History], Floats]) -> Floats:
        """Return an array prepared once over the whole history, its first axis cut at today; read-only.

        `compute` must be causal, as with `prepared`.
        """
        rows = self._history.derive(key, compute)[: self.i + 1].view()
        rows.setflags(write=False)
        return rows

    def spot(self, underlying: str) -> float:
        """Return the cash level of ``SPX``, ``XSP`` or ``VIX``; NaN where missing."""
        return self._quotes.spot(self.i, underlying)

    def series(self, underlying: str) -> Sequence[Series]:
        """Return the option series that can be traded today, by expiry."""
        return self._quotes.series(self.i, underlying)

    def forward(self, series: Series) -> float:
        """Return the forward of a series, points; NaN where missing."""
        return self._quotes.forward(self.i, series)

    def quote(self, contract: Contract) -> Quote | Missing:
        """Return today's quote of a contract."""
        return self._quotes.quote(self.i, contract)

    def traded(self, underlying: str, i: int) -> bool:
        """Whether an underlying had a level and listed series at session `i`, today or before."""
        if i > self.i:
            message = f"session {i} lies after the view's own, {self.i}"
            raise ValueError(message)
        level = self._quotes.spot(i, underlying)
        return math.isfinite(level) and self._quotes.observed(i, underlying)

    def has_chain(self, underlyings: Sequence[str]) -> bool:
        """Whether any of some underlyings has a chain today."""
        return any(self._quotes.observed(self.i, underlying) for underlying in underlyings)

    def strike_at_delta(self, series: Series, right: Right, abs_delta: float, *, vendor: bool = False) -> float:
        """Return the listed strike nearest a delta (Black's, or the vendor's); NaN where there is none."""
        if vendor:
            return self._quotes.vendor_delta(self.i, series, right, abs_delta)
        return self._quotes.strike_at_delta(self.i, series, right, abs_delta)

    def strike_near(self, series: Series, right: Right, target: float) -> float:
        """Return the listed strike nearest `target` points; NaN where there is none."""
        return self._quotes.strike_near(self.i, series, right, target)

    def marks_since(self, contract: Contract, opened: dt.date) -> Floats:
        """Return the marks of a held contract from `opened` until today (or settlement), points; read-only.

        NaN before its first quote. KeyError when `opened` is no session.
        """
        first = self._history.index(opened)
        life = self._quotes.life(contract, first)
        start = first - life.first
        marks = life.mid[start : self.i - life.first + 1].view()
        marks.setflags(write=False)
        return marks

    def mark(self, contract: Contract) -> float:
        """Return today's mark of a held contract, points (the last one, where none was quoted today)."""
        i = self.i
        life = self._lives.get(contract)
        if life is None or life.first > i:
            life = self._quotes.life(contract, i)
        # `Life.mark` spelled out: this is asked for every position on every day.
        k = i - life.first
        mid = life.mid
        return mid.item(k if k < mid.size else -1)

    def lived(self, key: Hashable, contract: Contract, opened: dt.date, compute: Lifelong) -> Floats:
        """Return what is prepared once over the life of a held contract, from `opened` until today; read-only.

        `compute` is given the contract and its marks, forwards, years, discount factors and volatilities over the whole
        life, and returns an array whose first axis is theirs. It must be causal, as with `prepared`. The array begins
        with the first session on or after `opened` and ends with the last mark, which may be before today.
        """
        history, quotes = self._history, self._quotes
        first = min(history.first_at_or_after(opened), self.i)

        def whole(_: History) -> Floats:
            life = quotes.life(contract, first)
            start = first - life.first
            mid = life.mid[start:]
            made = compute(contract, mid, *quotes.meaning(contract, life, start, len(mid)))
            made.setflags(write=False)
            return made

        return history.derive((key, quotes.origin, contract, first), whole)[: self.i - first + 1]

    def vx_month(self, expiry: dt.date) -> int:
        """Return k where the VX future of an expiry is F_k today; below 1 when it is nearer than F1 or never was."""
        vx = self._history.vx
        return vx.column_of(expiry.toordinal() - EPOCH) - int(vx.first_far[self.i]) + 1

    def sessions_until(self, date: dt.date) -> int:
        """Return how many sessions lie after today and on or before `date`, wherever the data end; 0 for the past."""
        history = self._history
        within = history.first_at_or_after(date + dt.timedelta(1)) - self.i - 1
        beyond = conventions.sessions_between(history.dates[-1], date) if date > history.dates[-1] else 0
        return max(0, within + beyond)
