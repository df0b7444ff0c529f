"""The draft: parameters, weights, gates, targets, and how many condors are open once it is filled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from alvh.decision.draft import Draft, Factor, HedgeTarget, Params, combined, open_condors
from alvh.values import Contract, Leg, Order, Position, Skip
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
    for wrong in ({"share": True}, {"share": "1"}, {"days": 3.0}, {"share": float("nan")}, {"stop": float("inf")}):
        with pytest.raises(ValidationError):
            Sample(**wrong)


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


# -- weights ---------------------------------------------------------------------------------------------------------


def factor(name: str, values: list[float]) -> Factor:
    return Factor(name, name, lambda _: np.array(values))


class Axis:
    """A history as far as a weight needs one: so many sessions, arrays made once."""

    def __init__(self, sessions: int) -> None:
        self.sessions = sessions
        self.made: dict[object, np.ndarray] = {}

    def __len__(self) -> int:
        return self.sessions

    def derive(self, key: object, compute: Callable[[Axis], np.ndarray]) -> np.ndarray:
        return self.made.setdefault(key, compute(self))


def test_a_weight_is_the_product_of_its_factors_and_moves_by_a_third() -> None:
    on_off = factor("switch", [1.0, 0.0, 0.0, 0.0, 0.0, 1.0])
    vote = factor("vote", [1.0, 1.0, 1.0, 1.0, 0.5, 0.5])
    assert combined(Axis(6), [on_off, vote], None).tolist() == [1.0, 0.0, 0.0, 0.0, 0.0, 0.5]
    # 1, then down by thirds to 0 in three sessions; the last step up to 0.5 stops at a third.
    assert combined(Axis(6), [on_off, vote], 1.0 / 3.0) == pytest.approx([1.0, 2 / 3, 1 / 3, 0.0, 0.0, 1 / 3])


def test_an_unknown_factor_keeps_what_it_was_and_is_no_reason_before_it_was_known() -> None:
    nan = float("nan")
    assert combined(Axis(5), [factor("x", [nan, 0.25, nan, nan, 1.0])], None).tolist() == [1.0, 0.25, 0.25, 0.25, 1.0]


@given(
    st.lists(st.lists(st.floats(-2.0, 2.0) | st.just(float("nan")), min_size=12, max_size=12), min_size=1, max_size=4),
    st.floats(0.01, 1.0),
)
def test_weights_stay_in_the_unit_interval_and_move_by_no_more_than_the_step(
    many: list[list[float]], step: float
) -> None:
    made = combined(Axis(12), [factor(str(k), values) for k, values in enumerate(many)], step)
    assert ((made >= 0.0) & (made <= 1.0)).all()
    assert (np.abs(np.diff(made)) <= step + 1e-12).all()


def test_a_layer_without_factors_weighs_one() -> None:
    assert Draft(Desk()).weight("L1") == 1.0


def test_a_weight_is_asked_of_the_view_under_a_name_with_every_parameter() -> None:
    draft = Draft(Desk(prepared={("weight", 1 / 3, "a", "b"): 0.4}), max_step=1 / 3)
    draft.weigh("L1", factor("a", []))
    draft.weigh("L1", factor("b", []))
    assert draft.weight("L1") == 0.4


# -- gates -----------------------------------------------------------------------------------------------------------


def opening(layer: str = "condor", lots: int = 10, limit: float | None = None) -> Order:
    return Order(layer, f"{layer}@{MONDAY}", "open", (Leg(PUT, -1),), lots, "entry", limit_usd=limit)


def test_trimming_lots_trims_the_limit_with_them() -> None:
    draft = Draft(Desk(), condors=("condor",), orders=[opening(lots=10, limit=3_000.0)])
    draft.trim(0, 4)
    assert (draft.orders[0].lots, draft.orders[0].limit_usd) == (4, 1_200.0)


def test_entries_can_be_refused_all_or_by_layer() -> None:
    draft = Draft(Desk(), condors=("a", "b"), hedges=("L1",), orders=[opening("a"), opening("b"), opening("L1")])
    assert draft.refuse_entries("gate", "closed", ["b"]) == 1
    assert [order.layer for order in draft.orders] == ["a", "L1"]
    assert draft.refuse_entries("gate", "closed") == 1
    assert [order.layer for order in draft.orders] == ["L1"]
    assert [skip.why for skip in draft.skips] == ["gate: closed", "gate: closed"]


def test_what_was_refused_is_kept_on_the_plan_as_it_stood_and_is_no_order() -> None:
    draft = Draft(Desk(), condors=("a", "b"), hedges=("L1",), orders=[opening("a"), opening("b", 7), opening("L1")])
    draft.refuse_entries("gate", "closed", ["b"])
    plan = draft.plan()
    assert plan.refused == (opening("b", 7),)
    assert plan.orders == (opening("a"), opening("L1"))


def test_flattening_closes_every_condor_once_and_opens_none() -> None:
    book = account()
    one = hold(book, "condor", {PUT: -1}, {PUT: 1.0}, lots=3)
    two = hold(book, "condor", {PUT: -1}, {PUT: 1.0}, lots=4, name="condor@second")
    closing = Order("condor", two, "close", (Leg(PUT, 1),), 4, "due")
    draft = Draft(Desk(), condors=("condor",), orders=[opening(), closing])
    draft.flatten("liquidity", "the quick ratio is 0.7", book)
    assert [(o.campaign, o.kind, o.lots) for o in draft.orders] == [(two, "close", 4), (one, "close", 3)]
    assert draft.flattening == "liquidity: the quick ratio is 0.7"


def test_what_gives_way_to_flattening_is_listed_and_no_overlay_sells() -> None:
    book = account()
    held = hold(book, "condor", {PUT: -1}, {PUT: 1.0}, lots=3)
    rolled = Order("condor", held, "roll", (Leg(PUT, 1), Leg(MINI, -1)), 3, "a Time-Shift")
    sold = Order("press", "press@x", "open", (Leg(PUT, -1),), 5, "over the announcement")
    hedge = Order("L1", "L1@x", "open", (Leg(PUT, 1),), 2, "target")
    draft = Draft(Desk(), condors=("condor",), hedges=("L1",), orders=[rolled, sold, hedge])
    draft.flatten("liquidity", "the quick ratio is 0.7", book)
    assert [(o.layer, o.kind, o.lots) for o in draft.orders] == [("L1", "open", 2), ("condor", "close", 3)]
    assert [(s.layer, s.why) for s in draft.skips] == [
        ("press", "liquidity: over the announcement: gives way to taking everything off"),
        ("condor", "liquidity: a Time-Shift: gives way to taking everything off"),
    ]


@pytest.mark.parametrize(("what", "scale", "left"), [("pass", {}, 1), ("halve", {"r": 0.5}, 1), ("block", {}, 0)])
def test_what_a_rule_does_when_it_cannot_judge(what: str, scale: dict[str, float], left: int) -> None:
    draft = Draft(Desk(), condors=("condor",), orders=[opening()])
    draft.unknown("r", ["lqr"], what)
    assert (draft.entry_scale, len(draft.orders)) == (scale, left)
    assert str(draft.remarks[0]).startswith("unknown: no lqr on 2019-04-08; ")


def test_a_remark_is_a_sentence_with_its_numbers_beside_it() -> None:
    draft = Draft(Desk())
    draft.say("rule", "{credit:,.2f} USD of {floor:.0f}", "condor", rejected=True, credit=1234.5, floor=7.0)
    (remark,) = draft.plan().remarks
    assert (str(remark), remark.about, remark.rejected) == ("1,234.50 USD of 7", "condor", True)
    assert remark.numbers == {"credit": 1234.5, "floor": 7.0}


# -- targets ---------------------------------------------------------------------------------------------------------

CALL = Contract("VIX", MONDAY, 15.0, "C")


def target(held: int, *, side: int = 1, monetised: int = 0, roll: bool = False, **more: object) -> HedgeTarget:
    position = Position(CALL, side * held, MONDAY, 100, monetised) if held else None
    unit = (Leg(CALL, side),)
    return HedgeTarget("L1", None, position, unit if held else (), unit, roll, 0.4, 0, 200.0, 0.5, **more)


def test_units_count_packages_whatever_their_sign() -> None:
    assert (target(5).units, target(5, side=-1).units, target(0).units) == (5, 5, 0)
    assert target(3, monetised=2).counted == 5


def test_what_is_wanted_by_condors_by_a_budget_and_by_a_layer_that_is_never_paused() -> None:
    assert target(0).exact(10.0, 0.5) == pytest.approx(2.0)
    assert target(0, fixed=7.5).exact(10.0, 0.5) == pytest.approx(3.75)
    # Six are held and four wanted: kept until the roll, and through it while no condor is open.
    assert target(6, keep=True).exact(10.0, 1.0) == 6.0
    assert target(6, keep=True, roll=True).exact(10.0, 1.0) == 4.0
    assert target(6, keep=True, roll=True).exact(0.0, 1.0) == 6.0
    assert target(6).exact(0.0, 1.0) == 0.0
