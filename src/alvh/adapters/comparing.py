"""What a policy would have done from a day on, against what was done: the run, the file of trades, the final marks."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from alvh.accounting.book import Settlement
from alvh.accounting.compare import Comparison, Trade, split, still_held, trades_of
from alvh.accounting.settle import final_value, intrinsic, settlement_session
from alvh.adapters.backtesting import Bench, Request, execution
from alvh.adapters.brokers.format import Trades
from alvh.adapters.errors import UserError, in_file
from alvh.day import Run, run
from alvh.market.observe import View
from alvh.policies.policy import Policy
from alvh.values import Contract


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison over a window, and what the file of trades held besides."""

    policy: str
    first: dt.date
    last: dt.date
    comparison: Comparison
    left_out: dict[str, int]


def compare(bench: Bench, policy: Policy, request: Request, trades: Trades, path: Path) -> Compared:
    """Split the difference between a policy run from a flat book and what was traded in the same window.

    Raises
    ------
    UserError
        When no trade lies in the window, or when a contract that is still held has no final mark.
    """
    made = run(
        bench.history,
        policy,
        bench.quotes,
        first=bench.first,
        last=bench.last,
        nav_cents=round(request.nav_usd * 100.0),
        how=execution(policy, request),
    )
    first, last = made.dates[0], made.dates[-1]
    real = [trade for trade in trades.rows if first <= trade.session <= last]
    left_out = dict(trades.left_out)
    if outside := len(trades.rows) - len(real):
        left_out[f"traded before {first} or after {last}"] = outside
    if not real:
        days = sorted(trade.session for trade in trades.rows)
        told = f"its trades are of {days[0]} to {days[-1]}" if days else "it holds no trade of ours"
        raise in_file(path, f"no trade between {first} and {last}; {told}")
    plan = trades_of(made.book.journal)
    return Compared(policy.name, first, last, split(plan, real, final_marks(made, plan, real)), left_out)


def final_marks(made: Run, plan: Sequence[Trade], real: Sequence[Trade]) -> dict[Contract, float]:
    """Return what one of each contract is worth at the end of a run, points: settled, or marked at the last close.

    Where nothing is known and neither side holds any, the last price traded: it moves nothing in the total.
    """
    settled = {entry.contract: entry.intrinsic_points for entry in made.book.journal if isinstance(entry, Settlement)}
    held = {*still_held(plan), *still_held(real)}
    view = View(made.history, made.quotes, made.start + len(made.dates) - 1)
    marks: dict[Contract, float] = {}
    for trade in (*plan, *real):
        contract = trade.contract
        if contract in marks:
            continue
        value = settled[contract] if contract in settled else _worth(made, view, contract)
        if math.isnan(value):
            if contract in held:
                raise UserError(f"{contract}: no mark and no final value at {view.date}, so it cannot be compared")
            value = _last_price(contract, (*plan, *real))
        marks[contract] = value
    return marks


def _worth(made: Run, view: View, contract: Contract) -> float:
    """Return the final settlement of a contract, else its mark at a view; NaN where neither is known."""
    if settlement_session(made.history, contract) <= view.date:
        final = final_value(made.history, contract)
        return intrinsic(contract, final.points) if math.isfinite(final.points) else math.nan
    try:
        return view.mark(contract)
    except (KeyError, ValueError):
        return math.nan


def _last_price(contract: Contract, trades: Iterable[Trade]) -> float:
    return max((trade for trade in trades if trade.contract == contract), key=lambda trade: trade.session).price
