"""Layers booked alone: the cents of their own fills, on their own cash."""

from __future__ import annotations

import datetime as dt

from alvh.accounting.alone import booked_alone
from alvh.accounting.book import Book, Interest
from alvh.day import run
from alvh.execution.execute import Execution
from alvh.market.history import build_history
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.brokers import load_broker
from alvh.policies.policy import preset
from alvh.values import Contract, Fill, LegFill
from tiny_market import tiny_market

MONDAY, TUESDAY, WEDNESDAY = (dt.date(2019, 4, 8 + k) for k in range(3))
CALL, PUT = Contract("VIX", dt.date(2019, 5, 22), 15.0, "C"), Contract("SPXW", dt.date(2019, 5, 24), 2700.0, "P")


def fill(session: dt.date, layer: str, contract: Contract, quantity: int, price: float, kind: str = "open") -> Fill:
    return Fill(
        session, layer, f"{layer}@x", kind, 1, (LegFill(contract, quantity, price, price, 125, "modelled"),), "why"
    )


def test_only_the_fills_of_the_layer_are_booked_and_it_earns_on_its_own_cash() -> None:
    book = Book(1_000_000)
    book.apply(fill(MONDAY, "condor", PUT, -1, 10.0))
    book.apply(fill(MONDAY, "L1", CALL, 2, 2.0))
    book.earn(Interest(TUESDAY, 77, 0.05))
    book.apply(fill(WEDNESDAY, "L1", CALL, -2, 3.0, "close"))
    seen: list[tuple[int, int]] = []

    def earn(k: int, alone: Book) -> None:
        seen.append((k, alone.cash_cents))
        alone.earn(Interest((MONDAY, TUESDAY, WEDNESDAY)[k], 11, 0.05))

    alone = booked_alone(book, ("L1",), (MONDAY, TUESDAY, WEDNESDAY), earn)
    # 10,000 less 2 x 2.00 x 100 less a fee of 1.25 the leg: 9,598.75; then 11 cents twice, then 600 less 1.25.
    assert seen == [(1, 959_875), (2, 959_886)]
    assert alone.cash_cents == 959_875 + 11 + 11 + 60_000 - 125
    assert [entry.session for entry in alone.journal] == [MONDAY, TUESDAY, WEDNESDAY, WEDNESDAY]
    assert not alone.campaigns("condor")


class Settles:
    """A view at which every future stands at one price."""

    def __init__(self, points: float) -> None:
        self.points = points

    def mark(self, contract: Contract) -> float:
        return self.points


def test_a_future_that_was_paid_is_worth_nothing_more_alone() -> None:
    future = Contract("VX", dt.date(2019, 5, 22))
    book = Book(1_000_000)
    book.apply(fill(MONDAY, "L1", future, 2, 15.0))
    book.vary(TUESDAY, Settles(15.5))
    alone = booked_alone(book, ("L1",), (MONDAY, TUESDAY), lambda _k, _alone: None)
    # Two contracts gain 0.5 points of 1,000 USD: 1,000 USD in cash, less 1.25 USD of fee, and nothing beside it.
    assert alone.cash_cents == 1_000_000 + 100_000 - 125
    assert alone.equity_cents(Settles(15.5)) == alone.cash_cents == book.equity_cents(Settles(15.5))
    assert alone.holds("L1", "L1@x").cash_cents == book.holds("L1", "L1@x").cash_cents == 100_000


def test_the_shipped_hedge_alone_is_decided_like_the_policy_it_is_the_hedge_of() -> None:
    whole, hedge = preset("alvh"), preset("hedge-only")
    said = [[(m.name, type(m), m.params) for m in (*p.layers, *p.rules)] for p in (whole, hedge)]
    assert said[0] == said[1]
    assert hedge.only == tuple(name for name in whole.hedge_layers)
    assert hedge.digest != whole.digest


def test_what_it_earns_is_what_the_hedge_earned_in_the_run() -> None:
    history = build_history(tiny_market(sessions=300))
    quotes, how = ModelledQuotes(history), Execution(fees=load_broker("generic"))
    window = {"first": history.dates[10], "last": history.dates[-1], "nav_cents": 500_000_000, "how": how}
    whole, hedge = (run(history, preset(name), quotes, **window) for name in ("alvh", "hedge-only"))
    of_whole = dict(zip(whole.ledger.layers, whole.ledger.pnl_cents(), strict=True))
    of_hedge = dict(zip(hedge.ledger.layers, hedge.ledger.pnl_cents(), strict=True))
    for layer in preset("alvh").hedge_layers:
        assert of_whole[layer].any()
        assert (of_whole[layer] == of_hedge[layer]).all()
    assert not of_hedge["condor"].any()
    assert whole.plans == hedge.plans
    assert {skip.layer for skip in hedge.skips} <= {*preset("alvh").hedge_layers, "market"}
