"""What else the money of a hedge could have bought: controls of equal average cost, made after the fact.

Every control stands beside the same condors: the judged run on identical decisions with its hedges left out
(`alvh.evidence.with_without`). What another hedge did comes from a run of its own, as a daily return on that run's
equity, scaled by one number so that over the whole window it cost what the judged hedge cost (`decisions.md`,
"Policies": equal-cost scaling only after the fact). The scale uses the whole window: a control answers what the same
money would have done, never what could have been traded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.measure import SESSIONS_PER_YEAR, cagr, cvar95, max_drawdown
from alvh.values import Bools, Dates, Floats, Missing

ON_SHARE = 0.5
SPELL_SESSIONS = 21
"""A random hedge is held half of the time, in spells of a month on average: the timing of nobody. Our choice."""
SCALE_MOST = 20.0
"""A hedge that cost next to nothing cannot be scaled to another's cost: beyond this the control says so."""
MIX_STEPS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Control:
    """Another use of the hedge's money.

    Attributes
    ----------
    name, about : str
    equity_usd : array or Missing
        The account with it, on the sessions of the judged run.
    scale : float
        What the other hedge was multiplied by, or the share of the condors that is kept; NaN where neither is meant.
    """

    name: str
    about: str
    equity_usd: Floats | Missing
    scale: float = math.nan


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Many random controls: growth, deepest drawdown and worst 5 % of days of each."""

    cagr: Floats
    drawdown: Floats
    cvar95: Floats

    @property
    def count(self) -> int:
        """How many were drawn."""
        return len(self.cagr)


def layer_returns(one: Statement, layers: Sequence[str]) -> Floats:
    """Return what some layers gained each session, as a share of equity at the close before; NaN below nothing."""
    before = np.concatenate(([one.nav_start_usd], one.equity_usd[:-1]))
    gained = np.zeros(len(before), dtype=np.float64)
    for name in layers:
        gained += one.layer_pnl_usd[name]
    return _over(gained, before)


def cost_per_year(returns: Floats) -> float:
    """Return minus the mean of daily returns, a year: what a hedge cost as a share of equity; negative if it paid."""
    return 0.0 - float(np.mean(returns)) * SESSIONS_PER_YEAR if returns.size else math.nan


def grown(returns: Floats, nav_start_usd: float) -> Floats:
    """Return the equity that daily returns make of a starting value."""
    return np.cumprod(1.0 + returns, dtype=np.float64) * nav_start_usd


def beside_condors(condors: Floats, hedge: Floats, nav_start_usd: float) -> Floats:
    """Return the equity of the condors beside a hedge, both as daily returns: how the judged hedge meets its controls.

    The run itself will not do: its condors keep their lots while the hedge makes the account smaller or larger, which
    no control's do.
    """
    return grown(condors + hedge, nav_start_usd)


def equal_cost(name: str, about: str, condors: Floats, other: Floats, cost: float, nav_start_usd: float) -> Control:
    """Return the condors beside another hedge, scaled to cost `cost` a year.

    Parameters
    ----------
    condors : array
        Daily returns without any hedge.
    other : array
        Daily returns of the other hedge on the equity of its own run, on the same sessions.
    cost : float
        Share of equity a year.
    """
    own = cost_per_year(other)
    if not cost > 0.0:
        return Control(name, about, Missing(f"the hedge cost nothing ({cost:.2%} a year): there is no cost to match"))
    if not own > 0.0:
        return Control(name, about, Missing(f"it earned {-own:.2%} a year by itself: no size of it costs {cost:.2%}"))
    scale = cost / own
    if scale > SCALE_MOST:
        return Control(name, about, Missing(f"it cost {own:.3%} a year: {scale:.0f} times as much would be needed"))
    return Control(name, about, beside_condors(condors, scale * other, nav_start_usd), scale)


def deleveraged_equal_tail(condors: Floats, cash: Floats, tail: float, nav_start_usd: float) -> Control:
    """Return fewer condors and more cash, such that the worst 5 % of days are as bad as with the hedge.

    Parameters
    ----------
    condors, cash : arrays
        Daily returns of the account without hedges, and of its cash alone.
    tail : float
        CVaR95 of the hedged account, decimal a day, negative.
    """
    name, about = "fewer condors, equal tail", "part of the condors in Treasury bills instead, to the tail of the hedge"
    share = _largest_share(condors, cash, tail)
    if isinstance(share, Missing):
        return Control(name, about, share)
    return Control(name, about, grown(cash + share * (condors - cash), nav_start_usd), share)


def deleveraged_equal_cost(condors: Floats, cash: Floats, cost: float, nav_start_usd: float) -> Control:
    """Return fewer condors and more cash, such that what is given up a year is what the hedge cost."""
    name, about = (
        "fewer condors, equal cost",
        "part of the condors in bills instead, giving up the same a year",
    )
    earned = float(np.mean(condors - cash)) * SESSIONS_PER_YEAR
    if not cost > 0.0:
        return Control(name, about, Missing(f"the hedge cost nothing ({cost:.2%} a year): there is no cost to match"))
    if not earned > 0.0:
        why = f"the condors earned {earned:.2%} a year beyond cash: trading fewer of them costs nothing"
        return Control(name, about, Missing(why))
    if cost > earned:
        return Control(name, about, Missing(f"the hedge cost {cost:.2%} a year, all of the condors' {earned:.2%}"))
    share = 1.0 - cost / earned
    return Control(name, about, grown(cash + share * (condors - cash), nav_start_usd), share)


def cash_control(cash: Floats, nav_start_usd: float) -> Control:
    """Return the account with nothing in it but the interest its cash earned."""
    return Control("cash", "nothing but the interest of the account's own cash", grown(cash, nav_start_usd))


def random_spells(sessions: int, lot: np.random.Generator) -> Bools:
    """Return when a randomly timed hedge is held: spells of a month on average, half of the time."""
    leave = 1.0 / SPELL_SESSIONS
    enter = leave * ON_SHARE / (1.0 - ON_SHARE)
    on = np.empty(sessions, dtype=np.bool_)
    held = bool(lot.random() < ON_SHARE)
    chances = lot.random(sessions)
    for t in range(sessions):
        held = chances[t] >= leave if held else chances[t] < enter
        on[t] = held
    return on


def random_timed(
    condors: Floats,
    always: Floats,
    cost: float,
    sessions: Dates,
    nav_start_usd: float,
    *,
    seed: int,
    draws: int,
) -> Draws | Missing:
    """Return what a hedge held at random times did, scaled so that it cost the same on average over the draws.

    Parameters
    ----------
    always : array
        Daily returns of the hedge held all the time, on the equity of its own run. Going in and out costs nothing
        more here, which flatters chance.
    """
    own = cost_per_year(always) * ON_SHARE
    if not cost > 0.0:
        return Missing(f"the hedge cost nothing ({cost:.2%} a year): there is no cost to match")
    if not own > 0.0:
        return Missing(f"held all the time it earned {-cost_per_year(always):.2%} a year: no size of it costs anything")
    scale = cost / own
    if scale > SCALE_MOST:
        return Missing(f"half of the time it cost {own:.3%} a year: {scale:.0f} times as much would be needed")
    found = np.empty((draws, 3))
    for k in range(draws):
        on = random_spells(len(condors), np.random.default_rng((seed, k)))
        returns = condors + scale * np.where(on, always, 0.0)
        equity = grown(returns, nav_start_usd)
        found[k] = (
            cagr(equity, nav_start_usd, sessions),
            max_drawdown(equity, nav_start_usd, sessions).depth,
            cvar95(returns),
        )
    return Draws(found[:, 0], found[:, 1], found[:, 2])


def _largest_share(condors: Floats, cash: Floats, tail: float) -> float | Missing:
    """Return the largest share of condors whose tail is not deeper than asked: it deepens with the share."""
    if not cvar95(condors) < tail:
        return Missing("the hedge did not make the worst 5 % of days smaller: there is no tail to match")
    low, high = 0.0, 1.0
    for _ in range(MIX_STEPS):
        middle = 0.5 * (low + high)
        if cvar95(cash + middle * (condors - cash)) < tail:
            high = middle
        else:
            low = middle
    return low


def _over(gained: Floats, before: Floats) -> Floats:
    alive = before > 0.0
    return np.where(alive, gained, np.nan) / np.where(alive, before, 1.0)
