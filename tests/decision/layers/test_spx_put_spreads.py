"""SPX put spreads: what one costs, how many a budget buys, when they roll."""

from __future__ import annotations

import datetime as dt

import pytest
from pydantic import ValidationError

from alvh.accounting.book import Book
from alvh.decision.draft import Draft
from alvh.decision.layers.spx_put_spreads import SpxPutSpreads, SpxPutSpreadsParams, held_unit, price_usd
from alvh.decision.rules.whole_contracts import WholeContracts, WholeContractsParams
from alvh.values import Contract, Leg, Missing
from decision.desk import MONDAY, Desk, Values, account, fill, hold, series

NEAR, FAR = MONDAY + dt.timedelta(45), MONDAY + dt.timedelta(73)
HIGH, LOW = Contract("SPXW", NEAR, 2740.0, "P"), Contract("SPXW", NEAR, 2640.0, "P")
HIGH2, LOW2 = Contract("SPXW", FAR, 2730.0, "P"), Contract("SPXW", FAR, 2620.0, "P")


def desk(date: dt.date = MONDAY) -> Desk:
    away = [(expiry - date).days for expiry in (NEAR, FAR)]
    return Desk(
        date,
        series={"SPX": series(*away, on=date)},
        quotes={HIGH: 30.0, LOW: 10.0, HIGH2: 42.0, LOW2: 17.0},
        deltas={
            (NEAR, "P", 0.25): 2740.0, (NEAR, "P", 0.10): 2640.0, (FAR, "P", 0.25): 2730.0, (FAR, "P", 0.10): 2620.0,
        },
    )  # fmt: skip


def decide(view: Desk, book: Book, **params: object) -> Draft:
    draft = Draft(view, condors=("condor",), hedges=("puts",))
    SpxPutSpreads("puts", SpxPutSpreadsParams(**params)).propose(view, Values(), book, draft)
    WholeContracts("whole", WholeContractsParams()).restrain(view, Values(), book, draft)
    return draft


def test_a_budget_of_two_per_cent_a_year_by_hand() -> None:
    # 2 % of 5,000,000 is 100,000 a year; 45 days less the roll at 21 are 24, so 100,000 x 24 / 365 = 6,575.34 USD.
    # A spread costs (30 - 10) x 100 = 2,000 USD: 3.29 of them, three whole ones (nothing ties them to volatility).
    (order,) = decide(desk(), account()).orders
    assert (order.kind, order.layer, order.legs, order.lots) == ("open", "puts", (Leg(HIGH, 3), Leg(LOW, -3)), 1)


def test_held_until_the_roll_whatever_it_is_worth() -> None:
    book = account()
    for order in decide(desk(), book).orders:
        fill(book, order, desk())
    view = desk(MONDAY + dt.timedelta(14))
    view.quotes[HIGH] = 120.0
    draft = decide(view, book)
    assert draft.orders == []
    assert draft.notes["puts.target"] == 3.0


def test_the_roll_is_one_package_of_four_legs() -> None:
    book = account()
    for order in decide(desk(), book).orders:
        fill(book, order, desk())
    later = desk(NEAR - dt.timedelta(21))
    (order,) = decide(later, book).orders
    # 52 days less 21 are 31: 100,000 x 31 / 365 is about 8,490 USD at 2,500 a spread, and three of them are bought.
    assert order.kind == "roll"
    assert order.legs == (Leg(HIGH, -3), Leg(LOW, 3), Leg(HIGH2, 3), Leg(LOW2, -3))
    fill(book, order, later)
    assert {c: p.quantity for c, p in book.campaigns("puts")[0].positions.items()} == {HIGH2: 3, LOW2: -3}


def test_without_a_budget_it_wants_nothing_of_its_own() -> None:
    book = account()
    idle = decide(desk(), book, equity_share=None)
    assert (idle.orders, idle.targets, idle.notes) == ([], [], {"puts.target": 0.0})
    hold(book, "condor", {LOW2: -1}, {LOW2: 17.0}, lots=10)
    draft = decide(desk(), book, equity_share=None)
    assert draft.orders == []
    assert draft.targets[0].price_usd == 2_000.0
    assert draft.targets[0].exposure == 0.0


def test_it_is_never_silent_when_it_cannot_buy() -> None:
    bare = Desk(series={"SPX": series(7)})
    assert "no SPX expiry 30-60 days out" in decide(bare, account()).skips[0].why
    dark = desk()
    del dark.quotes[LOW]
    assert "not quoted" in decide(dark, account()).skips[0].why


def test_a_unit_is_read_from_what_is_held() -> None:
    book = account()
    for order in decide(desk(), book).orders:
        fill(book, order, desk())
    lead, unit = held_unit(book.campaigns("puts")[0])
    assert lead is not None
    assert (lead.quantity, unit) == (3, (Leg(HIGH, 1), Leg(LOW, -1)))
    assert held_unit(None) == (None, ())


def test_a_price_needs_every_leg() -> None:
    assert price_usd(desk(), (Leg(HIGH, 1), Leg(LOW, -1))) == pytest.approx(2_000.0)
    assert isinstance(price_usd(desk(), (Leg(HIGH._replace(strike=1.0), 1),)), Missing)


@pytest.mark.parametrize(
    ("params", "match"),
    [
        ({"dte_min": 61}, "is above"),
        ({"roll_dte": 30}, "roll for ever"),
        ({"short_delta": 0.25}, "not below long_delta"),
    ],
)
def test_what_cannot_be_is_refused(params: dict[str, float], match: str) -> None:
    with pytest.raises(ValidationError, match=match):
        SpxPutSpreadsParams(**params)
