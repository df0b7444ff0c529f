"""The run by years of data: what was found before 2015, and what since, each as a run of its own."""

from __future__ import annotations

import datetime as dt
import math
from typing import Final, NamedTuple

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.measure import cagr, cvar95, daily_returns, day_of, hedge_cost_per_year, max_drawdown, sharpe
from alvh.evidence.pairing import cash_returns, hedge_pnl_usd

CUT: Final = dt.date(2015, 1, 1)
"""Our choice: about half of the years since 2007 lie on either side."""


class Part(NamedTuple):
    """The sessions of a run on one side of the cut. Rates are decimals; NaN where there are too few sessions."""

    first: dt.date
    last: dt.date
    sessions: int
    cagr: float
    sharpe: float
    max_drawdown: float
    cvar95: float
    hedge_cost_per_year: float

    @property
    def name(self) -> str:
        """Its years: ``2007-2014``."""
        return f"{self.first.year}-{self.last.year}"


def split(one: Statement, cut: dt.date = CUT) -> tuple[Part, ...]:
    """Return the parts of a run before and from a cut on; one part where all sessions are on one side.

    Each part starts from the equity of the close before it, so that the growth of the parts multiplies to that of the
    run.
    """
    at = int(np.searchsorted(one.sessions, np.datetime64(cut)))
    spans = [(0, at), (at, one.sessions.size)]
    return tuple(_part(one, first, end) for first, end in spans if end > first)


def _part(one: Statement, first: int, end: int) -> Part:
    inside = slice(first, end)
    start_usd = float(one.equity_usd[first - 1]) if first else one.nav_start_usd
    equity, sessions = one.equity_usd[inside], one.sessions[inside]
    returns = daily_returns(equity, start_usd)
    cash = cash_returns(one)
    cost = hedge_cost_per_year(hedge_pnl_usd(one)[inside], equity, sessions) if one.hedge_layers else math.nan
    return Part(
        day_of(sessions, 0),
        day_of(sessions, -1),
        end - first,
        cagr(equity, start_usd, sessions),
        sharpe(returns, None if cash is None else cash[inside]),
        max_drawdown(equity, start_usd, sessions).depth,
        cvar95(returns),
        cost,
    )
