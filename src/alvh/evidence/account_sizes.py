"""The same policy for accounts of other sizes: whole lots, on SPX and on XSP."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from alvh.accounting.statement import CampaignLine, Statement
from alvh.evidence.measure import cagr, hedge_cost_per_year, max_drawdown
from alvh.evidence.pairing import hedge_pnl_usd
from alvh.evidence.run_spec import RunSpec
from alvh.policies.policy import Policy
from alvh.policies.xsp import on_xsp
from alvh.values import Missing

SIZES_USD: Final = (25_000.0, 100_000.0, 250_000.0, 1_000_000.0)
TRADED: Final = ("SPX", "XSP")

_TOO_LARGE = re.compile(r"^one lot risks .* more than ")
_ROUNDED = re.compile(r"^empty: a target of [\d.]+ rounds to none")


class SizeLine(NamedTuple):
    """One account size on one underlying.

    Rates are decimals; `hedge_cost_per_year` is NaN without a hedge layer. `opened` counts condors, `refused` entries
    at which one lot alone was too large (not those at which earlier stacks had used up the risk); `could_trade` is
    opened over both (NaN without an entry). `average_lots` is over the condors opened, NaN without one.
    `condor_sessions` are sessions with a condor open at the close; `rounded` is, by hedge layer, the share of them on
    which its target rounded to no contract at all (NaN without condors). `interest_share` is interest over all that
    the account gained, NaN where it gained nothing. `costs_of_credit` is slippage and fees of the condors, in and out,
    over the credits they opened with; NaN without condors.
    """

    underlying: str
    nav_usd: float
    nav_end_usd: float
    cagr: float
    max_drawdown: float
    hedge_cost_per_year: float
    opened: int
    refused: int
    could_trade: float
    average_lots: float
    condor_sessions: int
    rounded: Mapping[str, float]
    interest_share: float
    costs_of_credit: float


def label(nav_usd: float, underlying: str) -> str:
    """Return the label of one run: ``nav:25000`` on the policy's own underlying, ``nav:25000:XSP`` on XSP."""
    return f"nav:{nav_usd:.0f}" + ("" if underlying == "SPX" else f":{underlying}")


def account_size_specs(policy: Policy, sizes_usd: Sequence[float] = SIZES_USD) -> list[RunSpec]:
    """Return the runs that the table of account sizes needs: each size as the policy is, and on XSP where it can be."""
    moved = on_xsp(policy)
    specs = [RunSpec(label(nav, "SPX"), policy, nav_usd=nav) for nav in sizes_usd]
    if not isinstance(moved, Missing):
        specs += [RunSpec(label(nav, "XSP"), moved, nav_usd=nav) for nav in sizes_usd]
    return specs


def size_lines(statements: Mapping[str, Statement], sizes_usd: Sequence[float] = SIZES_USD) -> list[SizeLine]:
    """Return one line a run that is there, by size, then SPX before XSP.

    Parameters
    ----------
    statements : mapping of label -> Statement
        Labels as of `label`; others are passed over.
    """
    return [
        size_line(statements[label(nav, underlying)], underlying)
        for nav in sizes_usd
        for underlying in TRADED
        if label(nav, underlying) in statements
    ]


def size_line(one: Statement, underlying: str) -> SizeLine:
    """Measure one run."""
    condors = [line for line in one.campaigns if line.layer in condor_layers(one)]
    refused = sum(skip.layer in condor_layers(one) and bool(_TOO_LARGE.search(skip.why)) for skip in one.skips)
    held = open_sessions(one, condors)
    lots = sum(line.lots for line in condors)
    gained = float(one.equity_usd[-1]) - one.nav_start_usd
    interest = float(one.layer_pnl_usd["cash"].sum()) if "cash" in one.layer_pnl_usd else 0.0
    tried = len(condors) + refused
    credit = sum(line.credit_usd for line in condors)
    return SizeLine(
        underlying=underlying,
        nav_usd=one.nav_start_usd,
        nav_end_usd=float(one.equity_usd[-1]),
        cagr=cagr(one.equity_usd, one.nav_start_usd, one.sessions),
        max_drawdown=max_drawdown(one.equity_usd, one.nav_start_usd, one.sessions).depth,
        hedge_cost_per_year=_hedge_cost(one),
        opened=len(condors),
        refused=refused,
        could_trade=len(condors) / tried if tried else math.nan,
        average_lots=lots / len(condors) if condors else math.nan,
        condor_sessions=len(held),
        rounded=_rounded(one, held),
        interest_share=interest / gained if gained > 0.0 else math.nan,
        costs_of_credit=sum(line.costs_usd for line in condors) / credit if credit > 0.0 else math.nan,
    )


def condor_layers(one: Statement) -> tuple[str, ...]:
    """Return the layers that open condors: those without a hedge whose campaigns have a largest loss and a credit."""
    sold = {line.layer for line in one.campaigns if line.max_loss_usd > 0.0 and line.credit_usd > 0.0}
    named = [layer for layer in one.layers if layer not in one.hedge_layers and layer != "cash"]
    found = tuple(layer for layer in named if layer in sold)
    # A run that never opened one still says which layer was refused.
    return found or tuple(named[:1])


def open_sessions(one: Statement, lines: Iterable[CampaignLine]) -> set[int]:
    """Return the positions of sessions at whose close one of these campaigns was open."""
    out: set[int] = set()
    for line in lines:
        first = int(np.searchsorted(one.sessions, np.datetime64(line.opened)))
        end = int(np.searchsorted(one.sessions, np.datetime64(line.closed))) if line.closed else one.sessions.size
        out.update(range(first, end))
    return out


def _rounded(one: Statement, held: set[int]) -> dict[str, float]:
    """Return, by hedge layer, the share of sessions with a condor on which its target rounded to none."""
    days = {one.sessions[k].astype("datetime64[D]").astype(object) for k in held}
    out = {}
    for layer in one.hedge_layers:
        found = {skip.date for skip in one.skips if skip.layer == layer and _ROUNDED.match(skip.why)}
        out[layer] = len(found & days) / len(days) if days else math.nan
    return out


def _hedge_cost(one: Statement) -> float:
    if not one.hedge_layers:
        return math.nan
    return hedge_cost_per_year(hedge_pnl_usd(one), one.equity_usd, one.sessions)
