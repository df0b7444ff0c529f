"""Whole contracts: the smallest beta-weighted error, against brute force; the trimming; the band."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.decision.draft import Draft, HedgeTarget
from alvh.decision.rules.whole_contracts import (
    WholeContracts,
    WholeContractsParams,
    choose_integers,
    netted,
    times,
    trim_to_budget,
)
from alvh.values import Campaign, Contract, Leg, Position
from decision.desk import MONDAY, Desk, Values, account, hold

EXPIRY = MONDAY + dt.timedelta(44)
OLD, NEW = Contract("VIX", EXPIRY, 15.0, "C"), Contract("VIX", EXPIRY + dt.timedelta(28), 16.0, "C")
PUT = Contract("SPXW", MONDAY, 2700.0, "P")

exposures = st.floats(0.05, 1.5)
quantities = st.integers(0, 60_000).map(lambda thousandths: thousandths / 1_000.0)
targets = st.lists(st.tuples(quantities, exposures), min_size=1, max_size=4)


def error(exact, exposure, chosen) -> float:
    return abs(sum((n - x) * e for n, x, e in zip(chosen, exact, exposure, strict=True)))


@given(targets)
def test_no_other_rounding_misses_less(pairs) -> None:
    exact, exposure = zip(*pairs, strict=True)
    chosen = choose_integers(exact, exposure)
    ways = itertools.product(*[(math.floor(x), math.ceil(x)) for x in exact])
    best = min(error(exact, exposure, way) for way in ways)
    assert error(exact, exposure, chosen) <= best + 1e-8
    assert all(abs(n - x) < 1.0 + 1e-9 for n, x in zip(chosen, exact, strict=True))


@given(targets)
def test_layers_never_all_miss_in_one_direction_by_more_than_half_of_the_largest(pairs) -> None:
    exact, exposure = zip(*pairs, strict=True)
    assert error(exact, exposure, choose_integers(exact, exposure)) <= 0.5 * max(exposure) + 1e-8


def test_by_hand() -> None:
    # Targets 1.5, 1.5, 0.75 at exposures 0.5, 0.4, 0.3. Both of the first up: 0.25 + 0.20 too much; the first up and
    # the second down: 0.25 - 0.20 = +0.05, with the third down (-0.225): -0.175, up (+0.075): 0.125; the first down and
    # the second up: -0.05, with the third up: +0.025. That is the least.
    assert choose_integers([1.5, 1.5, 0.75], [0.5, 0.4, 0.3]) == [1, 2, 1]


def test_of_equal_errors_the_fewer_contracts() -> None:
    assert choose_integers([0.5], [1.0]) == [0]
    assert choose_integers([2.5, 2.5], [1.0, 1.0]) == [2, 3]


def test_whole_targets_stay_whole() -> None:
    # 0.4 x 30 lots of XSP (0.1 each): 1.2000000000000002 from the machine, and 3 x 0.4 / 1.2 likewise.
    assert choose_integers([12.000000000000002, 0.5], [1.0, 2.0]) == [12, 0]
    assert choose_integers([11.999999999999998, 0.5], [1.0, 2.0]) == [12, 0]


def test_an_unknown_exposure_rounds_each_to_the_nearest() -> None:
    assert choose_integers([1.4, 1.6], [math.nan, 0.5]) == [1, 2]


def test_nothing_wanted_is_nothing() -> None:
    assert choose_integers([0.0, 0.0], [0.5, 0.5]) == [0, 0]


# -- the rule --------------------------------------------------------------------------------------------------------


def book_with(lots: int):
    book = account()
    hold(book, "condor", {PUT: -1}, {PUT: 12.0}, lots=lots)
    return book


CONDOR = Contract("SPXW", EXPIRY, 2700.0, "P")


def held(quantity: int, *, contract: Contract = OLD, monetised: int = 0, recycled: int = 0) -> Campaign:
    position = Position(contract, quantity, MONDAY, quantity * 20_000, monetised, recycled)
    return Campaign("L1", "L1@2019-01-02", MONDAY, 1, 0, 0, {contract: position})


def target(
    layer: str = "L1",
    per_condor: float = 0.4,
    campaign: Campaign | None = None,
    *,
    roll: bool = False,
    recycled: int = 0,
    price_usd: float = 200.0,
) -> HedgeTarget:
    position = next(iter(campaign.positions.values())) if campaign else None
    bought = NEW if roll or position is None else position.contract
    unit = () if position is None else (Leg(position.contract, 1),)
    return HedgeTarget(layer, campaign, position, unit, (Leg(bought, 1),), roll, per_condor, recycled, price_usd, 0.5)


def restrain(lots: int, *wishes: HedgeTarget, budget: int | None = None, band: float = 0.0) -> Draft:
    draft = Draft(Desk(quotes={OLD: 2.0, NEW: 2.5}), condors=("condor",), hedges=("L1", "L2", "L3"))
    draft.targets += wishes
    if budget is not None:
        draft.budget_cents = lambda: budget
    WholeContracts("whole", WholeContractsParams(band=band)).restrain(draft.view, Values(), book_with(lots), draft)
    return draft


def traded(draft: Draft) -> dict[str, int]:
    return {o.layer: sum(leg.ratio for leg in o.legs if leg.ratio > 0) for o in draft.orders}


def test_four_four_two_for_ten_condors() -> None:
    wishes = (target("L1"), target("L2"), target("L3", 0.2))
    assert traded(restrain(10, *wishes)) == {"L1": 4, "L2": 4, "L3": 2}
    assert traded(restrain(30, *wishes)) == {"L1": 12, "L2": 12, "L3": 6}


def test_target_and_error_are_shown() -> None:
    draft = restrain(11, target("L1"), target("L2"), target("L3", 0.2))
    assert draft.notes == {
        "L1.target": pytest.approx(4.4), "L2.target": pytest.approx(4.4), "L3.target": pytest.approx(2.2),
        "L1.weight": 1.0, "L2.weight": 1.0, "L3.weight": 1.0,
    }  # fmt: skip
    assert sum(traded(draft).values()) == 11


def test_a_target_that_rounds_to_none_is_a_skip() -> None:
    draft = restrain(1, target("L1", 0.4))
    assert draft.orders == []
    assert [(s.layer, s.why) for s in draft.skips] == [("L1", "empty: a target of 0.40 rounds to none")]


def test_condors_about_to_be_opened_are_hedged_with_them_and_those_about_to_close_are_not() -> None:
    from alvh.values import Order  # noqa: PLC0415

    book = book_with(10)
    draft = Draft(Desk(), condors=("condor",), hedges=("L1",), targets=[target()])
    draft.orders = [
        Order("condor", f"condor@{MONDAY}", "close", (Leg(PUT, 1),), 10, "due"),
        Order("condor", "condor@new", "open", (Leg(PUT, -1),), 25, "entry", 2_450.0),
        Order("condor", "condor@mini", "open", (Leg(PUT._replace(root="XSP"), -1),), 50, "entry", 245.0),
    ]
    WholeContracts("whole", WholeContractsParams()).restrain(draft.view, Values(), book, draft)
    # 25 SPX and 50 XSP, a tenth each: 30 condors.
    assert traded(draft)["L1"] == 12


@pytest.mark.parametrize(
    ("quantity", "monetised", "recycled", "change"),
    [
        (8, 0, 0, 4),
        (12, 0, 0, 0),
        (15, 0, 0, -3),
        (6, 6, 0, 0),
        (4, 6, 0, 2),
        (16, 0, 4, 0),
        (2, 20, 0, -2),
        (18, 0, 4, -2),
    ],
)
def test_what_was_sold_at_a_gain_counts_what_was_bought_with_one_does_not(
    quantity, monetised, recycled, change
) -> None:
    draft = restrain(30, target(campaign=held(quantity, monetised=monetised, recycled=recycled)))
    assert [leg.ratio for o in draft.orders for leg in o.legs] == ([change] if change else [])


@pytest.mark.parametrize(
    ("band", "quantity", "trades"),
    [(0.0, 11, True), (0.10, 11, False), (0.08, 11, True), (0.10, 10, True), (0.2, 14, False)],
)
def test_the_band(band: float, quantity: int, trades: bool) -> None:
    # The target is 12: 11 is off by 8.3 %, 10 and 14 by 16.7 %.
    assert bool(restrain(30, target(campaign=held(quantity)), band=band).orders) is trades


def test_a_band_does_not_keep_a_hedge_that_is_not_wanted() -> None:
    draft = restrain(1, target(per_condor=0.1, campaign=held(1)), band=0.99)
    assert [leg.ratio for o in draft.orders for leg in o.legs] == [-1]


# -- the budget ------------------------------------------------------------------------------------------------------

LAYERS = (target("L1"), target("L2"), target("L3", 0.2))


@pytest.mark.parametrize(
    ("budget_usd", "expected"),
    [
        # 30 condors want 12, 12 and 6 calls at 200 USD: 6,000 USD in all.
        (6_000, {"L1": 12, "L2": 12, "L3": 6}),
        (5_999, {"L1": 11, "L2": 12, "L3": 6}),
        (3_600, {"L2": 12, "L3": 6}),
        (3_400, {"L2": 11, "L3": 6}),
        (1_200, {"L3": 6}),
        (700, {"L3": 3}),
        (0, {}),
    ],
)
def test_the_first_layer_is_trimmed_first_then_the_second_then_the_third(budget_usd: int, expected) -> None:
    draft = restrain(30, *LAYERS, budget=budget_usd * 100)
    assert traded(draft) == expected
    short = {name: n for name, n in {"L1": 12, "L2": 12, "L3": 6}.items() if expected.get(name, 0) < n}
    assert {s.layer: s.why for s in draft.skips} == {
        name: f"hedge budget: it pays for {expected.get(name, 0)} of {n} contracts" for name, n in short.items()
    }


def test_a_roll_is_charged_for_what_it_costs_beyond_what_it_brings() -> None:
    # 12 old calls bring 2.00 points: 2,400 USD. 12 new ones at 250 USD cost 3,000: 600 USD are wanted.
    wish = target(campaign=held(12), roll=True, price_usd=250.0)
    assert traded(restrain(30, wish, budget=60_000)) == {"L1": 12}
    assert traded(restrain(30, wish, budget=59_999)) == {"L1": 11}
    # With nothing left the old calls still pay for 9 new ones.
    draft = restrain(30, wish, budget=0)
    assert [(leg.contract, leg.ratio) for leg in draft.orders[0].legs] == [(OLD, -12), (NEW, 9)]


def test_a_budget_forces_no_sale() -> None:
    assert restrain(30, target(campaign=held(12)), budget=0).orders == []


def test_a_budget_is_not_asked_where_nothing_is_bought() -> None:
    def never() -> int:
        raise AssertionError("nobody buys")

    draft = Draft(Desk(), condors=("condor",), hedges=("L1",), targets=[target(campaign=held(20))])
    draft.budget_cents = never
    WholeContracts("whole", WholeContractsParams()).restrain(draft.view, Values(), book_with(30), draft)
    assert [leg.ratio for leg in draft.orders[0].legs] == [-8]


@given(
    st.lists(st.tuples(st.integers(-5, 40), st.integers(1, 2_000)), min_size=1, max_size=4), st.integers(0, 10_000_000)
)
def test_the_budget_is_kept_and_no_later_layer_pays_for_an_earlier_one(changes, budget: int) -> None:
    draft = Draft(Desk(), hedges=tuple(f"L{k}" for k in range(len(changes))))
    draft.targets += [target(f"L{k}", price_usd=float(price)) for k, (_, price) in enumerate(changes)]
    wanted = [change for change, _ in changes]
    paid = trim_to_budget(draft, wanted, budget)
    assert sum(max(0, n) * price * 100 for n, (_, price) in zip(paid, changes, strict=True)) <= budget
    for k, (got, asked) in enumerate(zip(paid, wanted, strict=True)):
        assert got == asked if asked <= 0 else 0 <= got <= asked
        if got < asked:
            # What is left after this layer does not buy one more of it, so nothing was saved for those before it.
            later = sum(max(0, n) * p * 100 for n, (_, p) in list(zip(paid, changes, strict=True))[k:])
            assert budget - later < changes[k][1] * 100
    assert len(draft.skips) == sum(g < a for g, a in zip(paid, wanted, strict=True))


# -- gates and packages ----------------------------------------------------------------------------------------------


def gate(wish: HedgeTarget, lots: int = 10, **gates: dict[str, str]) -> Draft:
    draft = Draft(Desk(quotes={OLD: 2.0, NEW: 2.5}), condors=("condor",), hedges=("L1",), **gates)
    draft.targets.append(wish)
    book = account()
    if lots:
        hold(book, "condor", {CONDOR: -1}, {CONDOR: 1.0}, lots=lots)
    WholeContracts("whole", WholeContractsParams()).restrain(draft.view, Values(), book, draft)
    return draft


def test_a_frozen_layer_buys_nothing_and_puts_its_roll_off() -> None:
    draft = gate(target(), frozen={"L1": "VVIX at 150"})
    assert (draft.orders, draft.skips[0].why) == ([], "4 not bought: VVIX at 150")
    draft = gate(target(campaign=held(4), roll=True), frozen={"L1": "VVIX at 150"})
    assert (draft.orders, draft.skips[-1].why) == ([], "roll put off: VVIX at 150")
    # It may sell.
    assert gate(target(campaign=held(9)), frozen={"L1": "x"}).orders[0].legs == (Leg(OLD, -5),)


def test_a_capped_layer_rolls_but_does_not_grow() -> None:
    assert gate(target(campaign=held(2)), capped={"L1": "IRR below the hurdle"}).orders == []
    (order,) = gate(target(campaign=held(2), roll=True), capped={"L1": "IRR below the hurdle"}).orders
    assert order.legs == (Leg(OLD, -2), Leg(NEW, 2))


def test_hedges_stay_until_the_last_condor_is_gone() -> None:
    draft = gate(target(campaign=held(9)), flattening="liquidity: 0.7")
    assert (draft.orders, draft.skips[0].why) == ([], "kept until the last condor is gone (liquidity: 0.7)")
    assert gate(target(campaign=held(9)), lots=0, flattening="liquidity: 0.7").orders[0].legs == (Leg(OLD, -9),)


def test_a_package_that_shares_a_leg_with_the_next_trades_the_difference() -> None:
    legs = (Leg(OLD, -3), Leg(NEW, 3), Leg(NEW, -2), Leg(CONDOR, 2))
    assert netted(legs) == (Leg(OLD, -3), Leg(NEW, 1), Leg(CONDOR, 2))
    assert times((Leg(OLD, 1), Leg(NEW, -1)), 3) == (Leg(OLD, 3), Leg(NEW, -3))


# -- what cash carries -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("most", "units", "roll", "bought"),
    # 30 condors want 12: of what is bought on top of 8 held, in a roll of 8, and from nothing.
    [(12, 0, False, 12), (5, 0, False, 5), (10, 8, False, 2), (8, 8, False, 0), (3, 8, False, 0), (5, 8, True, 5)],
)
def test_no_more_is_held_than_free_cash_carries(most: int, units: int, roll: bool, bought: int) -> None:
    wish = replace(target(campaign=held(units) if units else None, roll=roll, price_usd=0.0), most=most)
    draft = restrain(30, wish)
    assert sum(leg.ratio for order in draft.orders for leg in order.legs if leg.ratio > 0) == bought
    wanted = 12 if roll else 12 - units
    said = [f"{wanted - bought} not bought: free cash carries the initial margin of {most}"]
    assert [skip.why for skip in draft.skips] == (said if bought < wanted else [])


def test_too_little_cash_sells_nothing_and_stops_no_sale() -> None:
    wish = replace(target(campaign=held(20), price_usd=0.0), most=0)
    assert [leg.ratio for order in restrain(30, wish).orders for leg in order.legs] == [-8]
