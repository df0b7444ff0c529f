"""With and without the hedge: which two histories are compared, and what the difference is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.measure import Drawdown, cagr, cvar95, daily_returns, hedge_cost_per_year, max_drawdown, worst_days
from alvh.values import Floats, Ints

HEDGED, CONTROL = "alvh", "condor-only"
"""The pair that is compared by preference (`product.md`, "Policies shipped")."""

WORST_DAYS = 10
SAME_CONDORS = 0.9
"""Two policies that share fewer of their condors, by layer, opening and end, do not differ by the hedge alone."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The same window with and without the hedge.

    `control` is the statement of the policy without a hedge; None where no such policy ran over the same sessions: then
    ``without`` is the hedged run with the P&L of its hedge layers taken out, so its condors stay those of the hedged
    run and its interest keeps the effect of the premiums. `beside` is an unhedged policy that ran over the same
    sessions with other condors: gates, capital or protocol part the two, and the hedge alone does not explain their
    difference.
    """

    hedged: Statement
    control: Statement | None
    equity_without_usd: Floats
    beside: Statement | None = None

    @property
    def name_without(self) -> str:
        """How the comparison is called in a heading."""
        return self.control.policy if self.control else f"{self.hedged.policy} less its hedge layers"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the comparison. Rates are decimals, losses negative; NaN where the sample is too short."""

    cagr: float
    drawdown: Drawdown
    cvar95: float
    worst_days_usd: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the hedge cost and what it changed.

    `worst_days` are the positions of the ten sessions on which the side without the hedge lost most; both sides'
    `worst_days_usd` are their P&L on these same sessions.
    """

    cost_per_year: float
    cost_usd_per_session: float
    with_hedge: Side
    without: Side
    worst_days: Ints


def hedge_pnl_usd(statement: Statement) -> Floats:
    """Daily P&L of all hedge layers together, after costs; zeros where there is none."""
    return np.sum([statement.layer_pnl_usd[layer] for layer in statement.hedge_layers], axis=0, dtype=np.float64) + (
        np.zeros(statement.sessions.size)
    )


def total_pnl_usd(equity_usd: Floats, nav_start_usd: float) -> Floats:
    """Daily change of an equity curve that starts from `nav_start_usd`."""
    return np.diff(equity_usd, prepend=nav_start_usd)


def cash_returns(statement: Statement) -> Floats | None:
    """Return what the account's own cash earned each session, decimal; None where the run has no cash layer.

    It is the rate that ``sharpe`` takes off: the account holds its collateral in bills, so what is left is what the
    options did.
    """
    interest = statement.layer_pnl_usd.get("cash")
    if interest is None:
        return None
    before = np.concatenate(([statement.nav_start_usd], statement.equity_usd[:-1]))
    return np.where(before > 0.0, interest, np.nan) / np.where(before > 0.0, before, 1.0)


def find_pair(statements: Sequence[Statement]) -> Pair | None:
    """Choose what is compared: `HEDGED` against `CONTROL`, else the first hedged against the first unhedged policy.

    A control must have the same sessions and starting value, and nearly the same condors (`SAME_CONDORS`). None where
    no statement has a hedge layer.
    """
    hedged_ones = [one for one in statements if one.hedge_layers]
    if not hedged_ones:
        return None
    hedged = next((one for one in hedged_ones if one.policy == HEDGED), hedged_ones[0])
    controls = [one for one in statements if not one.hedge_layers and _same_window(one, hedged)]
    control = next((one for one in controls if one.policy == CONTROL), controls[0] if controls else None)
    beside = None
    if control is not None and not same_condors(hedged, control):
        control, beside = None, control
    without = control.equity_usd if control else hedged.equity_usd - np.cumsum(hedge_pnl_usd(hedged))
    return Pair(hedged, control, without, beside)


def compare(pair: Pair) -> Comparison:
    """Measure both sides of a pair."""
    hedged, start_usd = pair.hedged, pair.hedged.nav_start_usd
    pnl_without = total_pnl_usd(pair.equity_without_usd, start_usd)
    worst = worst_days(pnl_without, WORST_DAYS)
    hedge = hedge_pnl_usd(hedged)
    return Comparison(
        cost_per_year=hedge_cost_per_year(hedge, hedged.equity_usd, hedged.sessions),
        cost_usd_per_session=-float(hedge.mean()) if hedge.size else float("nan"),
        with_hedge=_side(hedged.equity_usd, hedged, worst),
        without=_side(pair.equity_without_usd, hedged, worst),
        worst_days=worst,
    )


def _side(equity_usd: Floats, frame: Statement, worst: Ints) -> Side:
    start_usd, sessions = frame.nav_start_usd, frame.sessions
    return Side(
        cagr=cagr(equity_usd, start_usd, sessions),
        drawdown=max_drawdown(equity_usd, start_usd, sessions),
        cvar95=cvar95(daily_returns(equity_usd, start_usd)),
        worst_days_usd=float(total_pnl_usd(equity_usd, start_usd)[worst].sum()),
    )


def condors_opened(statement: Statement) -> int:
    """Return how many campaigns of layers that do not hedge were opened."""
    return sum(line.layer not in statement.hedge_layers for line in statement.campaigns)


def same_condors(one: Statement, other: Statement) -> bool:
    """Whether two runs opened and ended about the same condors, so that what parts them is the hedge."""
    mine, theirs = (
        {(line.layer, line.opened, line.closed) for line in run.campaigns if line.layer not in run.hedge_layers}
        for run in (one, other)
    )
    return len(mine & theirs) >= SAME_CONDORS * max(len(mine), len(theirs))


def _same_window(one: Statement, other: Statement) -> bool:
    return one.nav_start_usd == other.nav_start_usd and np.array_equal(one.sessions, other.sessions)
