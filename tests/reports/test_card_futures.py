"""Futures on the card: no price is paid for them, and they pledge their initial margin."""

from __future__ import annotations

import math

import pytest

from alvh.accounting.book import Book
from alvh.diagnosis.diagnose import diagnose
from alvh.market.history import build_history
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.brokers import load_broker
from alvh.policies.policy import preset
from alvh.reports.card.condor import buying_power, futures_margins_usd
from alvh.reports.card.facts import Facts
from alvh.reports.card.hedges import hedge_rows
from alvh.values import Contract, Fill, Leg, LegFill, Order, Plan
from tiny_market import TinySpec

HISTORY = build_history(TinySpec(sessions=120, shock_at=()).tables())


def facts(held: int, bought: int) -> tuple[Facts, float]:
    """Return a close at which L1 holds some VX and is to buy more, and what VX settles at."""
    quotes = ModelledQuotes(HISTORY)
    view = View(HISTORY, quotes, 100)
    future = Contract("VX", view.series("VX")[1].expiry)
    mark = view.mark(future)
    book = Book(100_000_000)
    if held:
        leg = LegFill(future, held, mark, mark, 0, "market")
        book.apply(Fill(view.date, "L1", "L1@1", "open", 1, (leg,), "held"))
    orders = (Order("L1", "L1@1", "adjust", (Leg(future, bought),), 1, "more"),) if bought else ()
    policy, broker = preset("alvh-futures"), load_broker("generic")
    return Facts(HISTORY, view, diagnose(view), Plan(view.instant, orders), book, policy, broker, 0.5), mark


def test_futures_pledge_their_initial_margin_before_and_after() -> None:
    made, mark = facts(2, 3)
    assert made.readings.value("VIX") < 30.0
    each = 1.25 * max(5_500.0, 350.0 * mark)
    assert futures_margins_usd(made) == pytest.approx((2 * each, 5 * each))
    (row,) = [row for row in hedge_rows(made) if row.layer == "L1"]
    power = buying_power(made, (), row.orders[0].cash_usd)
    assert power.before_usd == pytest.approx(1_000_000.0 - 2 * each)
    # Beside the margin only what the limit differs from the mid: at most a tick of 0.05, 50 USD for each of three.
    assert power.after_usd == pytest.approx(1_000_000.0 - 5 * each, abs=150.0)


def test_nothing_is_paid_for_a_future_and_its_position_is_worth_nothing() -> None:
    made, _ = facts(2, 3)
    (row,) = [row for row in hedge_rows(made) if row.layer == "L1"]
    assert (row.held, row.planned, row.value_usd, row.cost_usd) == (2, 5, 0.0, 0.0)
    # Not 3 x 1000 x settlement: at most a tick of 0.05 each, which is what rounding the limit can do.
    assert abs(row.orders[0].cash_usd) <= 150.0


def test_without_futures_nothing_is_pledged_for_them_and_without_a_vix_it_is_unknown(monkeypatch) -> None:
    assert futures_margins_usd(facts(0, 0)[0]) == (0.0, 0.0)
    made, _ = facts(1, 0)
    monkeypatch.setattr(type(made.readings), "value", lambda _self, _name: math.nan)
    assert all(math.isnan(usd) for usd in futures_margins_usd(made))
