"""The hedge budget: 2 % of equity a year and 28 % of the condor credits of the same year."""

from __future__ import annotations

import datetime as dt

import pytest
from pydantic import ValidationError

from alvh.decision.draft import Draft
from alvh.decision.rules.hedge_budget import HedgeBudget, HedgeBudgetParams
from alvh.values import Contract, Leg, Order
from decision.desk import MONDAY, Desk, Values, account, hold

PUT, FAR = Contract("SPXW", MONDAY, 2700.0, "P"), Contract("SPXW", MONDAY, 2600.0, "P")
CALL = Contract("VIX", MONDAY, 15.0, "C")


def left(book, *orders: Order, view: Desk | None = None, **params) -> int:
    draft = Draft(
        view or Desk(quotes={PUT: 0.0, CALL: 0.0}), condors=("condor",), hedges=("L1", "L2"), orders=list(orders)
    )
    HedgeBudget("budget", HedgeBudgetParams(**params)).restrain(draft.view, Values(), book, draft)
    assert draft.budget_cents is not None
    return draft.budget_cents()


def sold(book, credit_usd: float, opened: dt.date = MONDAY) -> None:
    """Receive a credit for a condor that is then worth nothing."""
    hold(book, "condor", {PUT: -1}, {PUT: credit_usd / 100.0}, opened=opened, name=f"condor@{opened}")


def bought(book, premium_usd: float, layer: str = "L1", opened: dt.date = MONDAY) -> None:
    hold(book, layer, {CALL: 1}, {CALL: premium_usd / 100.0}, opened=opened)


def test_nothing_may_be_spent_before_a_credit_is_received() -> None:
    assert left(account()) == 0


def test_twenty_eight_percent_of_the_credits_of_the_year() -> None:
    book = account()
    sold(book, 100_000.0)
    assert left(book) == 2_800_000


def test_two_percent_of_equity_is_the_other_cap() -> None:
    book = account()
    sold(book, 1_000_000.0)
    # Equity is 5,000,000 + 1,000,000 of cash received for what is marked at nothing: 2 % of 6,000,000.
    assert left(book) == 12_000_000


def test_todays_own_credit_counts() -> None:
    order = Order("condor", "condor@x", "open", (Leg(PUT, -1),), 40, "entry", 2_450.0, 550.0)
    # 40 lots x 550 USD x 28 %.
    assert left(account(), order) == 616_000


def test_closing_orders_and_other_layers_bring_no_credit() -> None:
    closing = Order("condor", "condor@x", "close", (Leg(PUT, 1),), 40, "due", premium_usd_per_lot=-100.0)
    other = Order("L1", "L1@x", "open", (Leg(CALL, 1),), 1, "hedge", premium_usd_per_lot=-200.0)
    assert left(account(), closing, other) == 0


def test_what_all_hedge_layers_have_spent_is_gone() -> None:
    book = account()
    sold(book, 100_000.0)
    bought(book, 6_000.0)
    bought(book, 4_000.0, "L2")
    assert left(book) == 2_800_000 - 1_000_000


def test_a_sale_brings_premium_back() -> None:
    book = account()
    sold(book, 100_000.0)
    bought(book, 6_000.0)
    hold(book, "L1", {CALL: -1}, {CALL: 90.0}, name=f"L1@{MONDAY}", kind="adjust")
    # 6,000 paid, 9,000 received.
    assert left(book) == 2_800_000 + 300_000


def test_it_never_owes() -> None:
    book = account()
    sold(book, 1_000.0)
    bought(book, 50_000.0)
    assert left(book) == 0


@pytest.mark.parametrize(("days_ago", "counts"), [(364, True), (365, False), (400, False)])
def test_the_window_is_one_year(days_ago: int, counts: bool) -> None:
    book = account()
    sold(book, 100_000.0, MONDAY - dt.timedelta(days_ago))
    assert left(book) == (2_800_000 if counts else 0)


def test_old_premium_falls_out_of_the_window_too() -> None:
    book = account()
    bought(book, 20_000.0, opened=MONDAY - dt.timedelta(366))
    sold(book, 100_000.0)
    assert left(book) == 2_800_000


def test_equity_is_marked_today() -> None:
    book = account()
    hold(book, "condor", {PUT: -1}, {PUT: 10_000.0}, name="condor@x")
    # A credit of 1,000,000 USD; bought back it would cost 2,000,000: equity is 4,000,000, of which 2 %.
    assert left(book, view=Desk(quotes={PUT: 20_000.0})) == 8_000_000


def test_the_shares_are_parameters() -> None:
    book = account()
    sold(book, 100_000.0)
    assert left(book, credit_share=0.10) == 1_000_000
    assert left(book, equity_share=0.001) == 510_000
    with pytest.raises(ValidationError):
        HedgeBudgetParams(equity_share=2.0)
