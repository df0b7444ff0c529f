"""The draft: what parameters accept, and how many condors are open once it is filled."""

from __future__ import annotations

import pytest
from pydantic import Field, ValidationError

from alvh.decision.draft import Draft, Params, open_condors
from alvh.values import Contract, Leg, Order, Skip
from decision.desk import MONDAY, Desk, account, hold

PUT = Contract("SPXW", MONDAY, 2700.0, "P")
MINI = PUT._replace(root="XSP")


class Sample(Params):
    """Parameters of a test."""

    share: float = 0.5
    days: int = 3
    stop: float | None = Field(2.0, gt=0.0)
    word: str = "x"


def test_none_switches_an_optional_parameter_off() -> None:
    assert Sample(stop="none").stop is None
    with pytest.raises(ValidationError):
        Sample(share="none")


def test_whole_numbers_are_numbers_and_nothing_else_is() -> None:
    assert Sample(share=1).share == 1.0
    for given in ({"share": True}, {"share": "1"}, {"days": 3.0}, {"share": float("nan")}, {"stop": float("inf")}):
        with pytest.raises(ValidationError):
            Sample(**given)


def test_parameters_are_frozen_and_closed() -> None:
    with pytest.raises(ValidationError):
        Sample(shore=0.5)
    with pytest.raises(ValidationError):
        Sample().share = 0.6


def test_open_condors_count_spx_equivalents_after_the_draft() -> None:
    book = account()
    closing = hold(book, "condor", {PUT: -1}, {PUT: 1.0}, lots=10)
    hold(book, "condor", {PUT: -1}, {PUT: 1.0}, lots=7, name="condor@second")
    hold(book, "mini", {MINI: -1}, {MINI: 0.1}, lots=25)
    draft = Draft(Desk(), condors=("condor", "mini"), hedges=("L1",))
    assert open_condors(book, draft) == pytest.approx(19.5)
    draft.orders.append(Order("condor", closing, "close", (Leg(PUT, 1),), 10, "due"))
    assert open_condors(book, draft) == pytest.approx(9.5)
    draft.orders.append(Order("mini", "mini@x", "open", (Leg(MINI, -1),), 30, "entry"))
    draft.orders.append(Order("L1", "L1@x", "open", (Leg(PUT, 1),), 99, "no condor"))
    assert open_condors(book, draft) == pytest.approx(12.5)


def test_a_plan_holds_what_the_draft_held() -> None:
    draft = Draft(Desk())
    order = Order("condor", "condor@x", "open", (Leg(PUT, -1),), 9, "entry")
    draft.orders.append(order)
    draft.trim(0, 4)
    draft.skip("L1", "no reason")
    draft.notes["L1.target"] = 3.0
    plan = draft.plan()
    assert plan.orders[0].lots == 4
    assert order.lots == 9
    assert plan.skips == (Skip(MONDAY, "L1", "no reason"),)
    assert plan.notes == {"L1.target": 3.0}
    draft.skip("L2", "later")
    assert len(plan.skips) == 1
