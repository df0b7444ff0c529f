"""An account with its hedge and without it, on identical condors, over the window that a claim speaks of."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np

from alvh.evidence.claims.samples import window
from alvh.evidence.measure import daily_returns
from alvh.evidence.pairing import hedge_pnl_usd
from alvh.evidence.track import Track
from alvh.evidence.with_without import ALL_HEDGES
from alvh.values import Bools, Dates, Floats, Missing


class Sides(NamedTuple):
    """Both sides of a pair over a window.

    Attributes
    ----------
    days : array of datetime64[D]
    hedged, bare : arrays
        Daily returns with the hedge, and without it on identical condors; decimals.
    hedge_return : array
        P&L of all hedge layers over the hedged account's value at the close before; its negative is the drag.
    hedge_usd, condor_usd : arrays
        Daily P&L of the hedge layers together, and of what they hedge (interest on cash left out), USD.
    vix_before : array
        VIX at the close before each session; NaN on the first of the run.
    modelled_share : float
    """

    days: Dates
    hedged: Floats
    bare: Floats
    hedge_return: Floats
    hedge_usd: Floats
    condor_usd: Floats
    vix_before: Floats
    modelled_share: float

    def only(self, which: Bools) -> Sides:
        """Return the sessions that are chosen."""
        return self._replace(
            days=self.days[which],
            hedged=self.hedged[which],
            bare=self.bare[which],
            hedge_return=self.hedge_return[which],
            hedge_usd=self.hedge_usd[which],
            condor_usd=self.condor_usd[which],
            vix_before=self.vix_before[which],
        )


def sides(track: Track | Missing, first: dt.date | None = None, last: dt.date | None = None) -> Sides | Missing:
    """Return both sides of a run over a window, or why there are none.

    Parameters
    ----------
    track : Track or Missing
        Missing is handed on.
    first, last : datetime.date or None
        None for an open end.
    """
    if isinstance(track, Missing):
        return track
    statement = track.statement
    bare_usd = track.without.get(ALL_HEDGES)
    if bare_usd is None:
        return Missing(f"{statement.policy} holds no hedge to be left out")
    inside = window(statement.sessions, first, last)
    if isinstance(inside, Missing):
        return inside
    start = statement.nav_start_usd
    hedge = hedge_pnl_usd(statement)
    cash = statement.layer_pnl_usd.get("cash", np.zeros(hedge.size))
    before = np.concatenate(([start], statement.equity_usd[:-1]))
    total = np.diff(statement.equity_usd, prepend=start)
    return Sides(
        days=statement.sessions[inside],
        hedged=daily_returns(statement.equity_usd, start)[inside],
        bare=daily_returns(bare_usd, start)[inside],
        hedge_return=(np.where(before > 0.0, hedge, np.nan) / np.where(before > 0.0, before, 1.0))[inside],
        hedge_usd=hedge[inside],
        condor_usd=(total - hedge - cash)[inside],
        vix_before=np.concatenate(([np.nan], statement.market["VIX"][:-1]))[inside],
        modelled_share=statement.modelled_share,
    )
