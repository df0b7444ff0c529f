"""What a hedge layer was paid and paid: premium, decay, rolls, gains taken, and what it took off the losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from alvh.accounting.attribution import attribute
from alvh.accounting.book import Entry, Interest, Settlement, value_cents
from alvh.day import Run
from alvh.evidence.account import fill_costs_cents
from alvh.evidence.measure import cvar95, daily_returns, hedge_cost_per_year, max_drawdown
from alvh.evidence.with_without import ALL_HEDGES, without_each
from alvh.values import Contract, Dates, Fill, Floats, LegFill, Missing


class HedgeAccount(NamedTuple):
    """One hedge layer over a run, USD where nothing else is said.

    Attributes
    ----------
    premium_usd : float
        Paid for long options (positive), before fees; what calls sold against them brought is not taken off.
    decay_usd : float
        Theta of what was held (negative for a buyer).
    roll_cost_usd : float
        Slippage and fees of roll fills (positive = paid).
    monetised_usd : float
        Proceeds of sales that took a gain, less what those contracts had cost on average, before costs of the sale.
    costs_usd : float
        All slippage and fees (positive = paid).
    pnl_usd : float
        After costs. The interest that its premium did not earn is not in it.
    recycled_usd : float
        The part of the premium that was bought with gains another layer handed on.
    cost_per_year : float
        Minus the P&L over the run's average NAV, a year, decimal (`decisions.md`, "Output"); negative: it earned.
    drawdown_removed : float
        Deepest drawdown without the layer, less the one with it, on identical decisions: decimal of the high, so that
        0.05 are five points; negative where the layer made it deeper.
    cvar95_removed : float
        The same for the mean loss of the worst 5 % of sessions, decimal a day. NaN below 20 sessions.
    cost_per_point : float or Missing
        Points of NAV paid a year for each point of drawdown removed: `cost_per_year` over `drawdown_removed`.
    """

    premium_usd: float
    decay_usd: float
    roll_cost_usd: float
    monetised_usd: float
    costs_usd: float
    pnl_usd: float
    recycled_usd: float
    cost_per_year: float
    drawdown_removed: float
    cvar95_removed: float
    cost_per_point: float | Missing


class Relief(NamedTuple):
    """What a hedge took off the losses: points of the deepest drawdown, and of the CVaR of a day. Decimals."""

    drawdown: float
    cvar95: float


def hedge_accounts(
    run: Run,
    attribution_usd: Mapping[str, Mapping[str, Floats]] | None = None,
    without: Mapping[str, Floats] | None = None,
) -> dict[str, HedgeAccount]:
    """Return the account of every hedge layer of a run, and that of all of them together.

    Parameters
    ----------
    run : Run
    attribution_usd : mapping, optional
        Of the run's statement, where it is made already.
    without : mapping, optional
        Equity without each layer, which "removed" is measured against: `same_equity_each` of the run's statement, or
        what `without_each` returns for the run, which is taken when left out.

    Returns
    -------
    dict of layer -> HedgeAccount
        In policy order, then all hedge layers under `ALL_HEDGES`; what one of them removes is not what they remove
        together. Empty for a policy without a hedge.
    """
    hedges = run.policy.hedge_layers
    if not hedges:
        return {}
    terms = attribute(run.ledger, run.quotes) if attribution_usd is None else attribution_usd
    left = without_each(run) if without is None else without
    out = {name: _account(run, (name,), terms, left[name]) for name in hedges}
    return out | {ALL_HEDGES: _account(run, hedges, terms, left[ALL_HEDGES])}


def _account(
    run: Run, layers: Sequence[str], terms: Mapping[str, Mapping[str, Floats]], without_usd: Floats
) -> HedgeAccount:
    """Return the account of some layers taken together."""
    ledger = run.ledger
    rows = [ledger.layers.index(name) for name in layers]
    pnl_cents = ledger.pnl_cents()[rows].sum(axis=0)
    equity = ledger.equity_cents() / 100.0
    journal = [entry for entry in run.book.journal if not isinstance(entry, Interest) and entry.layer in layers]
    sessions = run.history.sessions[run.start : run.start + ledger.sessions]
    removed = relief(equity, without_usd, ledger.start_cents / 100.0, sessions)
    cost = hedge_cost_per_year(pnl_cents / 100.0, equity, sessions)
    return HedgeAccount(
        premium_usd=int(ledger.premium_cents[rows].sum()) / 100.0,
        decay_usd=float(sum(terms[name]["theta"].sum() for name in layers)),
        roll_cost_usd=roll_cost_cents(journal) / 100.0,
        monetised_usd=monetised_cents(journal) / 100.0,
        costs_usd=int((ledger.slippage_cents[rows] + ledger.fee_cents[rows]).sum()) / 100.0,
        pnl_usd=int(pnl_cents.sum()) / 100.0,
        recycled_usd=recycled_cents(journal) / 100.0,
        cost_per_year=cost,
        drawdown_removed=removed.drawdown,
        cvar95_removed=removed.cvar95,
        cost_per_point=cost_per_point(cost, removed.drawdown),
    )


def relief(with_usd: Floats, without_usd: Floats, nav_start_usd: float, sessions: Dates) -> Relief:
    """Return how much less an account lost with its hedge than without, on identical decisions.

    Losses are negative, so that the side with the hedge less the side without is positive where it lost less.
    """
    curves = with_usd, without_usd
    depth = [max_drawdown(curve, nav_start_usd, sessions).depth for curve in curves]
    tail = [cvar95(daily_returns(curve, nav_start_usd)) for curve in curves]
    return Relief(depth[0] - depth[1], tail[0] - tail[1])


def cost_per_point(cost_per_year: float, drawdown_removed: float) -> float | Missing:
    """Return points of NAV a year paid for each point of drawdown removed, or why there is no such number.

    Parameters
    ----------
    cost_per_year, drawdown_removed : float
        Decimals; positive for a hedge that cost money, and for one that made the drawdown smaller.
    """
    if np.isnan(cost_per_year) or np.isnan(drawdown_removed):
        return Missing("the window is too short for a drawdown, or the account had nothing left")
    if not drawdown_removed > 0.0:
        return Missing("it took nothing off the deepest drawdown")
    if not cost_per_year > 0.0:
        return Missing("it earned money: what it took off the drawdown cost nothing")
    return cost_per_year / drawdown_removed


def roll_cost_cents(journal: Sequence[Entry]) -> int:
    """Return the slippage and fees of roll fills, cents."""
    return sum(fill_costs_cents(entry) for entry in journal if isinstance(entry, Fill) and entry.kind == "roll")


def recycled_cents(journal: Sequence[Entry]) -> int:
    """Return what was paid for contracts bought with gains handed on, before fees, cents."""
    return sum(
        value_cents(leg.contract, leg.quantity, leg.price)
        for entry in journal
        if isinstance(entry, Fill) and entry.kind == "recycle"
        for leg in entry.legs
    )


def monetised_cents(journal: Sequence[Entry]) -> int:
    """Return the gains that sales to take a gain realised, cents: proceeds less the average cost of what was sold.

    A contract's cost is the average of its purchases in its campaign, whoever's money bought it. A future costs the
    price it was bought at, though its gains were paid as they came: variation pays what its price says already.
    """
    held: dict[tuple[str, str, Contract], tuple[int, int]] = {}
    gained = 0
    for entry in journal:
        if isinstance(entry, Settlement):
            held.pop((entry.layer, entry.campaign, entry.contract), None)
        elif isinstance(entry, Fill):
            for leg in entry.legs:
                key = entry.layer, entry.campaign, leg.contract
                held[key], realised = traded(*held.get(key, (0, 0)), leg)
                gained += realised if entry.kind == "monetise" else 0
    return gained


def traded(quantity: int, cost_cents: int, leg: LegFill) -> tuple[tuple[int, int], int]:
    """Return quantity and cost of a position after one more trade, and what the trade realised; cents.

    What is sold takes its share of the cost with it; what is bought adds what it cost. Through zero, what was held is
    sold and the rest is bought at the price of the trade.
    """
    paid = value_cents(leg.contract, leg.quantity, leg.price)
    after = quantity + leg.quantity
    if quantity * leg.quantity >= 0:
        return (after, cost_cents + paid), 0
    closing = leg.quantity if abs(leg.quantity) <= abs(quantity) else -quantity
    given_up = -round(cost_cents * closing / quantity)
    paid_to_close = round(paid * closing / leg.quantity)
    return (after, cost_cents - given_up + paid - paid_to_close), -paid_to_close - given_up
