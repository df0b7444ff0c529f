"""What the book is before and after a draft, and what it ties up."""

from __future__ import annotations

import datetime as dt

import pytest

from alvh.decision.book_after import before_and_after, capital_usd, traded_usd
from alvh.decision.draft import HedgeTarget
from alvh.maths.vx_margin import vx_margin_usd
from alvh.values import Contract, Leg, Order, Quote
from decision.desk import MONDAY, Desk, account, hold
from decision.rules.judged import EXPIRY, draft_of, entry, legs

CALL = Contract("VIX", dt.date(2019, 6, 19), 18.0, "C")
NEXT = Contract("VIX", dt.date(2019, 7, 17), 18.0, "C")
FUTURE = Contract("VX", dt.date(2019, 6, 19), 0.0, "")
LONG_PUT = Contract("SPXW", EXPIRY, 2650.0, "P")


def target(**changes) -> HedgeTarget:
    given = {
        "layer": "L1", "campaign": None, "held": None, "unit": (), "buy": (Leg(CALL, 1),), "roll": False,
        "per_condor": 0.4, "recycled": 0, "price_usd": 200.0, "exposure": 1.0,
    }  # fmt: skip
    return HedgeTarget(**{**given, **changes})


def held_call(book, units: int = 3):
    hold(book, "L1", {CALL: 1}, {CALL: 2.0}, lots=units)
    return book.campaigns("L1")[0].positions[CALL]


def test_a_new_condor_and_the_hedge_it_brings() -> None:
    # 9 condors x 0.4 = 3.6 calls, not rounded; 9 x 4,400 USD can be lost.
    draft = draft_of(entry(), hedges=("L1",))
    draft.targets.append(target())
    before, after = before_and_after(account(), draft)
    assert before.total() == {}
    assert after.total()[CALL] == pytest.approx(3.6)
    assert after.total()[LONG_PUT] == 9.0
    assert (before.max_loss_usd, after.max_loss_usd) == (0.0, 39_600.0)


def test_a_close_frees_its_margin_and_its_legs() -> None:
    book = account()
    held = {leg.contract: leg.ratio for leg in legs()}
    name = hold(book, "condor", held, dict.fromkeys(held, 5.0), lots=2, max_loss_usd=8_800.0)
    closing = Order("condor", name, "close", tuple(Leg(c, -n) for c, n in held.items()), 2, "out")
    before, after = before_and_after(book, draft_of(closing))
    assert (before.max_loss_usd, after.max_loss_usd) == (8_800.0, 0.0)
    assert set(after.total().values()) == {0.0}


def test_the_budget_pays_for_what_it_can() -> None:
    # 500 USD buy 2.5 calls at 200.
    draft = draft_of(entry(), hedges=("L1",))
    draft.targets.append(target())
    draft.budget_cents = lambda: 50_000
    assert before_and_after(account(), draft)[1].total()[CALL] == pytest.approx(2.5)


def test_a_roll_moves_all_that_is_held() -> None:
    book = account()
    held = held_call(book)
    draft = draft_of(entry(), hedges=("L1",))
    draft.targets.append(target(held=held, unit=(Leg(CALL, 1),), buy=(Leg(NEXT, 1),), roll=True))
    units = before_and_after(book, draft)[1].total()
    assert (units[CALL], units[NEXT]) == (0.0, pytest.approx(3.6))
    draft.frozen["L1"] = "spreads"
    assert before_and_after(book, draft)[1].total()[CALL] == 3.0


def test_a_capped_layer_does_not_grow_and_an_ordered_one_is_not_counted_twice() -> None:
    book = account()
    held = held_call(book)
    draft = draft_of(entry(), hedges=("L1",))
    draft.targets.append(target(held=held, unit=(Leg(CALL, 1),)))
    assert before_and_after(book, draft)[1].total()[CALL] == pytest.approx(3.6)
    draft.capped["L1"] = "VVIX"
    assert before_and_after(book, draft)[1].total()[CALL] == 3.0
    draft.capped.clear()
    draft.notes["L1.target"] = 3.6
    assert before_and_after(book, draft)[1].total()[CALL] == 3.0


def test_capital_is_margin_premium_and_initial_margin() -> None:
    draft = draft_of(entry(), hedges=("L1", "VX"))
    _, after = before_and_after(account(), draft)
    after.add("L1", CALL, 3.0)
    after.add("VX", FUTURE, -2.0)
    mids = {**dict.fromkeys(after.total(), 5.0), CALL: 2.0, FUTURE: 16.0}
    # 39,600 + 3 x 2 x 100 + 2 futures at 1.25 x max(5,500, 0.35 x 16,000 = 5,600) = 7,000 each.
    assert vx_margin_usd("VX", 16.0, 1, 15.0).initial_usd == 7_000.0
    assert capital_usd(after, draft.hedges, mids, 15.0) == pytest.approx(39_600.0 + 600.0 + 14_000.0)


def test_half_of_the_half_spread_on_what_changes_hands() -> None:
    desk = Desk(quotes={CALL: Quote(1.9, 2.1, MONDAY, "modelled"), NEXT: Quote(2.8, 3.2, MONDAY, "modelled")})
    draft = draft_of(entry(), desk=desk)
    # One call more at 0.10, four new ones at 0.20, a contract without a quote: (1 x 0.1 + 4 x 0.2) x 0.5 x 100.
    cost = traded_usd({CALL: 2.0, FUTURE: 1.0}, {CALL: 3.0, NEXT: 4.0, FUTURE: 5.0}, draft, 0.5)
    assert cost == pytest.approx(45.0)
