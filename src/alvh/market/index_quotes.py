"""The S&P 500 held as strategy indices hold it: SPXTR with its dividends reinvested, SPXPR without them.

A fund without an expiry, a fee or a spread, worth one USD a point. Nobody trades it: it is what a published strategy
index says it holds. Its level is made of published closes and distributions, so its marks are called ``market``.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from alvh.market.history import DISTRIBUTION_MIN, SPY_FEE, History
from alvh.market.quotes import Life, Series, carried, kept_meaning
from alvh.values import Contract, Floats, Missing, Quote, Right

NEVER: Final = dt.date.max
"""The expiry of what has none: `Contract` asks for one, and it sorts behind every other."""
TOTAL_RETURN: Final = "SPXTR"


class IndexQuotes:
    """Quotes of the index as a holding.

    Parameters
    ----------
    root : {"SPXTR", "SPXPR"}
        With dividends reinvested, or the price index.
    history : History
    lives : dict of Contract -> Life
        Where lives are kept.
    """

    def __init__(self, root: str, history: History, lives: dict[Contract, Life]) -> None:
        self.root = root
        self.history = history
        self.lives = lives

    @property
    def levels(self) -> Floats:
        """The level on every session, points; NaN where there is no SPX close."""
        if self.root == TOTAL_RETURN:
            return self.history.derive("spx_total_return", total_return)
        return self.history.column("SPX")

    def spot(self, i: int) -> float:
        """Return the level at `i`, points; NaN where missing."""
        return float(self.levels[i])

    def series(self, i: int) -> Sequence[Series]:
        """Return the one holding there is, on sessions with an SPX close."""
        if math.isnan(self.spot(i)):
            return ()
        return (Series(self.root, NEVER, (NEVER - self.history.dates[i]).days),)

    def forward(self, i: int, series: Series) -> float:  # noqa: ARG002
        """Return the level at `i`: what is held without an end is its own forward; NaN where missing."""
        return self.spot(i)

    def strike_at_delta(self, i: int, series: Series, right: Right, abs_delta: float) -> float:  # noqa: ARG002
        """Return NaN: a holding has no strike to choose."""
        return math.nan

    def strike_near(self, i: int, series: Series, right: Right, target: float) -> float:  # noqa: ARG002
        """Return 0, which stands for the strike of what has none."""
        return 0.0

    def quote(self, i: int, contract: Contract) -> Quote | Missing:
        """Return the level at `i` as bid and ask, or why there is none."""
        today = self.history.dates[i]
        if contract != Contract(self.root, NEVER):
            return Missing(f"{contract} is no holding of an index: it has an expiry or a strike")
        level = self.spot(i)
        return Missing(f"no SPX on {today}") if math.isnan(level) else Quote(level, level, today, "market", 1.0)

    def life(self, contract: Contract, i: int) -> Life:
        """Return the levels from `i` to the end of the history; a missing one is carried, and flagged."""
        known = self.lives.get(contract)
        if known is not None and known.first <= i:
            return known
        mid, stale = carried(self.levels[i:].copy())
        ones, none = np.ones(len(mid)), np.zeros(len(mid))
        half = np.where(stale | np.isnan(mid), np.nan, 0.0)
        modelled = np.zeros(len(mid), dtype=bool)
        life = Life(contract, i, mid, half, mid, none, ones, none, ones, modelled, stale)
        self.lives[contract] = life
        return life

    def meaning(
        self,
        contract: Contract,  # noqa: ARG002
        life: Life,
        offset: int,
        n: int,
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Return forward (the level), years 0, discount 1 and volatility 0 behind `n` marks of a life."""
        return kept_meaning(life, offset, n)


def total_return(history: History) -> Floats:
    """Return the S&P 500 with its dividends reinvested, points, level with the SPX at the first close; NaN where none.

    From one close to the next it gains what the SPX gains, and dividends. The stocks of the index pay them all through
    a quarter, SPY hands them on at its end: the trailing dividend yield accrues by calendar days, and on each ex-date
    of SPY the accrual since the one before is put right by what it paid (the step of adjusted over traded close, where
    it exceeds `DISTRIBUTION_MIN`: below is rounding) and the fee it takes out of it. On the first ex-date the quarter
    is not known to its beginning, and the accrual stands. Causal: entry t reads nothing later.

    Reinvesting a quarter's dividends on SPY's ex-date moved 0.3 % of growth from two months of three into the third.
    """
    spx = history.column("SPX")
    paid = np.log(history.column("SPY.adj_close") / history.column("SPY"))
    out = np.full(len(spx), np.nan)
    known = np.flatnonzero(np.isfinite(spx))
    if not len(known):
        return out
    out[known[0]] = spx[known[0]]
    right, since, grown = 0.0, -1, 0.0
    for before, now in zip(known[:-1].tolist(), known[1:].tolist(), strict=True):
        grown += history.dividend_yield.item(before) * years_between(history, before, now)
        step = paid.item(now) - paid.item(before)
        if step > DISTRIBUTION_MIN:
            if since >= 0:
                grown = right + step + SPY_FEE * years_between(history, since, now)
            right, since = grown, now
        out[now] = spx[now] * math.exp(grown)
    return out


def years_between(history: History, first: int, last: int) -> float:
    """Return the years of 365 days from one session to another."""
    return (history.days.item(last) - history.days.item(first)) / 365.0
