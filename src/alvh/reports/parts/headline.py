"""The policies side by side, one measure a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.campaigns import campaign_summaries
from alvh.evidence.measure import (
    cagr,
    cvar95,
    daily_returns,
    hedge_cost_per_year,
    max_drawdown,
    sharpe,
    vol_annual,
)
from alvh.evidence.pairing import cash_returns, hedge_pnl_usd, total_pnl_usd
from alvh.reports.blocks import Cell, Column, Num, Table
from alvh.reports.parts.tones import policy_tone
from alvh.reports.result_json import return_on_peak_margin
from alvh.values import Missing


def headline_table(statements: Sequence[Statement]) -> Table:
    """Return one column a policy."""
    return Table(
        "Side by side",
        (Column("Measure"), *(Column(one.policy, tone=policy_tone(at)) for at, one in enumerate(statements))),
        tuple((name, *(measure(one) for one in statements)) for name, measure in _ROWS),
        note="Daily marks at the close, after slippage and fees, interest on the cash included. "
        "Drawdowns and tails are of every day, not only of exits.",
    )


def _returns(one: Statement) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return daily_returns(one.equity_usd, one.nav_start_usd)


def _hedge_cost(one: Statement) -> Cell:
    if not one.hedge_layers:
        return Missing("it carries no hedge")
    return Num(hedge_cost_per_year(hedge_pnl_usd(one), one.equity_usd, one.sessions), "percent")


def _worst_day(one: Statement) -> Cell:
    pnl = total_pnl_usd(one.equity_usd, one.nav_start_usd)
    return Num(float(pnl.min()), "usd") if pnl.size else Missing("no session")


def _won(one: Statement) -> Cell:
    rates = [line for line in campaign_summaries(one.campaigns, ("condor",)) if line.closed]
    return Num(rates[0].win_rate, "share") if rates else Missing("no condor was closed")


def _margin(one: Statement) -> Cell:
    return Num(float(one.margin_usd.max()), "usd") if one.margin_usd.size else Missing("no session")


def _costs(one: Statement) -> float:
    return sum(float(costs.sum()) for costs in one.layer_costs_usd.values())


_ROWS: tuple[tuple[str, Callable[[Statement], Cell]], ...] = (
    ("Value at the end, USD", lambda one: Num(float(one.equity_usd[-1]) if one.sessions.size else np.nan, "usd")),
    ("Growth a year", lambda one: Num(cagr(one.equity_usd, one.nav_start_usd, one.sessions), "percent")),
    ("Volatility a year", lambda one: Num(vol_annual(_returns(one)), "percent")),
    ("[[Sharpe|Sharpe ratio]] over cash", lambda one: Num(sharpe(_returns(one), cash_returns(one)), "ratio")),
    (
        "Deepest [[drawdown]]",
        lambda one: Num(max_drawdown(one.equity_usd, one.nav_start_usd, one.sessions).depth, "percent"),
    ),
    (
        "its low",
        lambda one: max_drawdown(one.equity_usd, one.nav_start_usd, one.sessions).trough or Missing("no drawdown"),
    ),
    ("[[CVaR 95|Average of the worst 5 % of days]]", lambda one: Num(cvar95(_returns(one)), "percent")),
    ("Worst day, USD", _worst_day),
    ("[[hedge cost|Hedge cost]] a year", _hedge_cost),
    ("Slippage and fees, USD", lambda one: Num(_costs(one), "usd")),
    ("Orders filled", lambda one: Num(sum(one.layer_trades.values()), "count")),
    ("[[campaign|Campaigns]]", lambda one: Num(len(one.campaigns), "count")),
    ("Condor campaigns won", _won),
    ("Largest [[margin]], USD", _margin),
    ("Return a year on largest margin", lambda one: Num(return_on_peak_margin(one), "percent")),
    ("[[modelled mark|Modelled marks]]", lambda one: Num(one.modelled_share, "share")),
)
