"""With and without a layer on identical decisions: the same fills, and the books without those of one layer.

A second run without a hedge is another history: its account has another size, so its condors have other lots, gates
open on other days, and the difference of two such runs is the hedge and all of that. Here nothing is decided again. The
fills of the layer are left out of the books of the run that was made, the others stand as they were filled, and cash
earns what it then earns (its premium is in bills instead). What parts the two curves is the layer and the interest on
its money: the paired difference that a test of "does it pay" is made on.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from alvh.accounting.statement import Statement
from alvh.day import Run, interest_on
from alvh.evidence.measure import daily_returns
from alvh.values import Floats

ALL_HEDGES = ""
"""The key under which all hedge layers are left out."""


def without_each(run: Run) -> dict[str, Floats]:
    """Return the equity without each hedge layer of a run, and without all of them.

    Parameters
    ----------
    run : Run

    Returns
    -------
    dict of layer -> array (sessions,)
        Equity at each close, USD (`equity_without`), in policy order; all hedge layers left out under `ALL_HEDGES`,
        which comes last. Empty for a policy without a hedge.
    """
    hedges = run.policy.hedge_layers
    if not hedges:
        return {}
    return {name: equity_without(run, {name}) for name in hedges} | {ALL_HEDGES: equity_without(run, hedges)}


def equity_without(run: Run, layers: Collection[str]) -> Floats:
    """Return the equity of a run at each close with the fills of some layers left out of its books.

    It is, to the cent, what booking the other layers by themselves comes to (`alvh.accounting.alone.booked_alone`, then
    `close_books`), taken from the ledger, in which cash and marks of a layer stand apart already. Only interest is
    earned anew, session by session, on the cash that is then there.

    Parameters
    ----------
    run : Run
    layers : collection of str
        Left out. None reproduces the run's own equity.

    Returns
    -------
    array (sessions,)
        USD.
    """
    ledger = run.ledger
    # The interest of the run is that on the cash of all its layers: the layer `cash` is earned anew.
    kept = [row for row, name in enumerate(ledger.layers[:-1]) if name not in layers]
    flows = ledger.flow_cents[kept].sum(axis=0).tolist()
    cash = ledger.start_cents
    closes = np.empty(ledger.sessions)
    for k, flow in enumerate(flows):
        if k > 0:
            cash += interest_on(run.history, run.start + k, cash).cash_cents
        cash += flow
        closes[k] = cash
    equity_usd: Floats = (closes + ledger.position_cents()[kept].sum(axis=0)) / 100.0
    return equity_usd


def on_same_equity(equity_usd: Floats, gained_usd: Floats, nav_start_usd: float) -> Floats:
    """Return the equity that a run's daily returns come to less what some layers gained on the equity of each session.

    On books from which fills are left out the lots of the condors stay while the account is larger or smaller by what
    the hedge has gained or lost so far: the same loss then weighs otherwise in it, and a hedge that cost money makes
    every later drawdown look deeper. Here each session is judged on the equity it began with, as an account that is
    sized in proportion would be. The interest that a premium did not earn is left out.

    Parameters
    ----------
    equity_usd : array (sessions,)
        Of the run, at each close.
    gained_usd : array (sessions,)
        Daily P&L of the layers after costs.
    nav_start_usd : float

    Returns
    -------
    array (sessions,)
        USD; NaN after a close at or below zero.
    """
    if not np.any(gained_usd):
        # A layer that never traded must not be told from the run by the rounding of a product.
        return equity_usd.copy()
    before = np.concatenate(([nav_start_usd], equity_usd[:-1]))
    alive = before > 0.0
    share = np.where(alive, gained_usd, np.nan) / np.where(alive, before, 1.0)
    returns = daily_returns(equity_usd, nav_start_usd) - share
    return np.cumprod(1.0 + returns, dtype=np.float64) * nav_start_usd


def same_equity_each(one: Statement) -> dict[str, Floats]:
    """Return `on_same_equity` without each hedge layer of a run, and without all of them under `ALL_HEDGES`."""
    if not one.hedge_layers:
        return {}
    every = {name: one.layer_pnl_usd[name] for name in one.hedge_layers}
    gained = every | {ALL_HEDGES: np.sum(list(every.values()), axis=0, dtype=np.float64)}
    return {name: on_same_equity(one.equity_usd, usd, one.nav_start_usd) for name, usd in gained.items()}


def paired_returns(with_usd: Floats, without_usd: Floats, nav_start_usd: float) -> Floats:
    """Return what a layer added to the return of each session, decimal: the return with it less the one without.

    Parameters
    ----------
    with_usd, without_usd : arrays (sessions,)
        Equity at each close on identical decisions, USD.
    nav_start_usd : float
        Both started from it.

    Returns
    -------
    array (sessions,)
        NaN after a close at or below zero on either side.
    """
    return daily_returns(with_usd, nav_start_usd) - daily_returns(without_usd, nav_start_usd)
