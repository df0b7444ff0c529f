"""The schedule as a rule: to the curve outside its band, nothing inside it, within the month's budget."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alvh.decision.draft import Draft, HedgeTarget
from alvh.decision.rules.amm import Amm, AmmParams, pool_of
from alvh.decision.rules.whole_contracts import WholeContracts, WholeContractsParams
from alvh.decision.vote_weights import over_history
from alvh.maths.bonding_curve import hedge_shares
from alvh.values import Campaign, Contract, Leg, Quote
from contracts.members import market
from decision.desk import MONDAY, Desk, Values, account, hold

CALL = Contract("VIX", MONDAY + dt.timedelta(100), 16.0, "C")
LATER = CALL._replace(expiry=CALL.expiry + dt.timedelta(28))
PUT = Contract("SPXW", MONDAY, 2700.0, "P")
CURVE = ("bonding curve", 15.0, 50.0)


def setting(
    weight: float, held: int, *, lots: int = 25, cost: float = 2.0, mark: float = 2.0, delta: float = 0.5, roll=False
):
    """Return a book with condors and calls, and a draft in which layer L2 wants 0.4 calls a condor."""
    book = account()
    hold(book, "condor", {PUT: -1}, {PUT: 12.0}, lots=lots)
    position = campaign = None
    if held:
        name = hold(book, "L2", {CALL: held}, {CALL: cost})
        campaign = book.holds("L2", name)
        position = campaign.positions[CALL]
    quotes = {c: Quote(mark - 0.1, mark + 0.1, MONDAY, "modelled", delta) for c in (CALL, LATER)}
    quotes[PUT] = Quote(11.9, 12.1, MONDAY, "modelled", -0.2)
    view = Desk(quotes=quotes, prepared={("weight", None, CURVE): weight})
    draft = Draft(view, condors=("condor",), hedges=("L2",))
    bought = Leg(LATER if roll else CALL, 1)
    unit = (Leg(CALL, 1),) if held else ()
    draft.targets.append(HedgeTarget("L2", campaign, position, unit, (bought,), roll, 0.4, 0, mark * 100.0, 0.5))
    return book, draft


def decide(book, draft: Draft, **params) -> list[tuple[str, int]]:
    Amm("amm", AmmParams(layers=["L2"], **params)).restrain(draft.view, Values(F1=20.0), book, draft)
    WholeContracts("whole", WholeContractsParams()).restrain(draft.view, Values(), book, draft)
    assert any(r.about == "L2" for r in draft.remarks)
    return [(o.kind, o.legs[-1].ratio) for o in draft.orders]


# 25 condors: H = 10, the band 2. h(20) = 0.7: 7 calls are wanted.
@pytest.mark.parametrize(
    ("weight", "held", "orders"),
    [
        (0.7, 0, [("open", 7)]),
        (0.7, 6, []),
        (0.7, 8, []),
        (0.7, 5, [("adjust", 2)]),
        (0.7, 9, [("adjust", -2)]),
        (0.0, 1, [("adjust", -1)]),
    ],
)
def test_outside_the_band_to_the_curve_inside_it_nothing(weight, held, orders) -> None:
    assert decide(*setting(weight, held)) == orders


def test_a_roll_inside_the_band_rolls_what_is_held() -> None:
    book, draft = setting(0.7, 6, roll=True)
    decide(book, draft)
    assert [(leg.contract, leg.ratio) for leg in draft.orders[0].legs] == [(CALL, -6), (LATER, 6)]


def test_a_call_of_a_greater_delta_counts_for_more() -> None:
    # At a delta of 0.8 a call stands for 1.6 of half a delta: 7 / 1.6 = 4.375, to the nearest 4.
    assert decide(*setting(0.7, 9, delta=0.8)) == [("adjust", -5)]
    assert decide(*setting(0.7, 9, delta=0.8), full_delta=None) == [("adjust", -2)]


def test_the_month_pays_for_so_many() -> None:
    # One per cent of 5 000 000 is 50 000; calls at 200 USD: 7 are paid. A tenth of a per mille, 500: 2 are.
    assert decide(*setting(0.7, 0), month_share=1e-4) == [("open", 2)]


def test_the_band_from_costs_and_penalty() -> None:
    rule = Amm("amm", AmmParams(variance_penalty=4.0, cost_usd=9.0))
    # l = 10 x 0.0737 = 0.737: (3 x 9 x 0.543 / 4)^(1/3) = 3.666^(1/3) = 1.542.
    assert rule.band(10.0) == pytest.approx(1.542, abs=1e-3)
    assert Amm("amm", AmmParams()).band(10.0) == 2.0


def test_the_factor_is_the_curve_of_the_front_future() -> None:
    history = market()
    factor = Amm("amm", AmmParams()).factor()
    np.testing.assert_array_equal(factor.compute(history), hedge_shares(over_history(history, "F1")))
    assert factor.key == CURVE


@given(st.floats(0.0, 1.0), st.integers(0, 30), st.integers(0, 60))
def test_whatever_is_held_ends_near_the_curve_or_where_it_was(weight, held, lots) -> None:
    book, draft = setting(weight, held, lots=max(lots, 1))
    full = 0.4 * max(lots, 1)
    orders = decide(book, draft)
    after = held + sum(ratio for _, ratio in orders)
    exact = full * weight
    assert after >= 0
    assert (after == held and abs(exact - held) < 0.2 * full + 1.0) or abs(after - exact) < 1.0 + 1e-9


# -- the pool --------------------------------------------------------------------------------------------------------


def test_the_pool_is_the_campaigns_own_cash() -> None:
    campaign = Campaign("L2", "x", MONDAY, 1, -200_000, 0, cash_cents=-200_000)
    # Ten calls bought for 2000 USD, and 2000 USD beside them.
    assert pool_of(campaign, 10) == (2_000.0, 10.0)
    campaign.cash_cents += 120_000
    assert pool_of(campaign, 7) == (3_200.0, 7.0)


def test_the_pool_begins_full() -> None:
    assert decide(*setting(1.0, 0), schedule="constant_product") == [("open", 10)]


# Ten calls at 2.00: 2000 USD, k = 20 000 USD. At 4.00: sqrt(20 000 / 400) = 7.07; at 9.00: 4.71, but half is kept.
@pytest.mark.parametrize(("mark", "orders"), [(2.2, []), (4.0, [("adjust", -3)]), (9.0, [("adjust", -5)]), (1.0, [])])
def test_the_pool_sells_spikes_and_keeps_half(mark, orders) -> None:
    book, draft = setting(1.0, 10, mark=mark)
    draft.view.ready = {}
    assert decide(book, draft, schedule="constant_product") == orders


def test_an_unknown_layer_and_a_layer_without_target_are_no_error() -> None:
    book, draft = setting(0.7, 0)
    draft.targets.clear()
    Amm("amm", AmmParams(layers=["L2", "L9"])).restrain(draft.view, Values(), book, draft)
    said = [str(r) for r in draft.remarks]
    assert said == [
        "unknown: no F1; the curve keeps its last weights",
        "L2 has no target today, and no place on the schedule",
    ]


def test_a_range_has_two_ends() -> None:
    with pytest.raises(ValidationError):
        AmmParams(low=50.0, high=15.0)
