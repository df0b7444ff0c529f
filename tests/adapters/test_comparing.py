"""Plan against reality over a run: the same trades differ in nothing; marks are settlements or the last closes."""

from __future__ import annotations

import datetime as dt
import math
from functools import cache
from pathlib import Path

import pytest

from adapters.cli_desk import END, START, tables
from alvh.accounting.compare import Trade, trades_of
from alvh.adapters import comparing
from alvh.adapters.backtesting import Bench, Request, bench_of, execution
from alvh.adapters.brokers.format import Trades
from alvh.adapters.errors import UserError
from alvh.day import Run, run
from alvh.market.history import build_history
from alvh.policies.policy import preset
from alvh.values import Contract

POLICY = preset("442-contracts")
REQUEST = Request(START, END, quotes="modelled")
FILE = Path("trades.csv")


@cache
def bench() -> Bench:
    return bench_of(build_history(tables()), [POLICY], REQUEST, 0.0)


@cache
def planned() -> Run:
    b = bench()
    how = execution(POLICY, REQUEST)
    return run(b.history, POLICY, b.quotes, first=b.first, last=b.last, nav_cents=500_000_000, how=how)


def compare(real: list[Trade]) -> comparing.Compared:
    return comparing.compare(bench(), POLICY, REQUEST, Trades(real), FILE)


def test_the_plan_carried_out_to_the_letter_differs_in_nothing() -> None:
    plan = trades_of(planned().book.journal)
    assert len(plan) > 4
    found = compare(plan)
    assert (found.first, found.last) == (planned().dates[0], planned().dates[-1])
    for row in (*found.comparison.rows, found.comparison.total):
        assert (row.difference_cents, row.skips_cents, row.discretion_cents, row.residual_cents) == (0, 0, 0, 0)


def test_the_plan_is_worth_what_the_run_gained_without_interest() -> None:
    made = planned()
    gained = made.ledger.equity_cents()[-1] - made.ledger.start_cents - made.ledger.interest_cents.sum()
    trades = trades_of(made.book.journal)
    total = compare(trades).comparison.total
    # A leg is marked to the cent on each side of a trade: at most a cent a trade.
    assert abs(total.plan_cents - gained) <= len(trades)


def test_a_dollar_less_a_unit_and_another_fee_are_fills_to_the_cent() -> None:
    plan = trades_of(planned().book.journal)
    at = next(k for k, trade in enumerate(plan) if trade.quantity < 0 and trade.price > 1.0)
    worse = [*plan]
    worse[at] = plan[at]._replace(price=plan[at].price - 1.0, fee_cents=plan[at].fee_cents + 25)
    total = compare(worse).comparison.total
    assert total.fills_cents == total.difference_cents == -(abs(plan[at].quantity) * 100 * 100) - 25


def test_what_was_traded_outside_the_window_is_counted() -> None:
    plan = trades_of(planned().book.journal)
    late = plan[0]._replace(session=END + dt.timedelta(3))
    found = compare([*plan, late])
    assert found.comparison.total.difference_cents == 0
    assert found.left_out == {f"traded before {found.first} or after {found.last}": 1}
    with pytest.raises(UserError, match=rf"trades.csv: no trade between .*; its trades are of {late.session} to"):
        compare([late])
    with pytest.raises(UserError, match="it holds no trade of ours"):
        compare([])


def test_what_is_held_without_a_mark_is_refused_and_what_is_closed_is_not() -> None:
    strange = Contract("VIX", END + dt.timedelta(60), 20.0, "C")
    assert math.isnan(comparing._worth(planned(), comparing.View(planned().history, planned().quotes, 300), strange))
    opened = Trade(planned().dates[3], strange, 2, 1.0)
    with pytest.raises(UserError, match=r"VIX .*: no mark and no final value at"):
        compare([opened])
    closed = opened._replace(session=planned().dates[4], quantity=-2, price=1.5)
    total = compare([opened, closed]).comparison.total
    assert total.discretion_cents == 10_000  # 0.50 x 2 x 100 USD
