"""What kind of days an account loses on without its hedge, and what the hedge does on them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.controls import layer_returns
from alvh.evidence.measure import CVAR_FEWEST, CVAR_TAIL, daily_returns, worst_days
from alvh.values import Floats, Missing


class LossDays(NamedTuple):
    """The worst 5 % of days without the hedge.

    `days` they are; `rising` is the share of them on which SPX rose; `on_rising` and `on_falling` are what the hedge
    layers gained on average on such a day, decimal of the equity at the close before (NaN where there is none).
    """

    days: int
    rising: float
    on_rising: float
    on_falling: float


def loss_days(one: Statement, without_usd: Floats) -> LossDays | Missing:
    """Return what the worst days without the hedge had in common, and what the hedge did on them.

    Parameters
    ----------
    one : Statement
        With the hedge; its `market` holds SPX.
    without_usd : array (sessions,)
        Equity on identical decisions without it.

    Returns
    -------
    LossDays or Missing
        Missing below 20 sessions, and without SPX closes.
    """
    spx = one.market.get("SPX")
    if spx is None or one.sessions.size < CVAR_FEWEST:
        return Missing("no SPX closes" if spx is None else f"{one.sessions.size} sessions hold no worst 5 %")
    moved = np.diff(spx, prepend=np.nan)
    without = daily_returns(without_usd, one.nav_start_usd)
    added = layer_returns(one, one.hedge_layers)
    worst = worst_days(np.where(np.isfinite(moved), without, np.nan), round(CVAR_TAIL * one.sessions.size))
    if not worst.size:
        return Missing("no SPX closes")
    up = moved[worst] > 0.0
    return LossDays(worst.size, float(up.mean()), _mean(added[worst][up]), _mean(added[worst][~up]))


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size else float("nan")
