"""Plan and a later view -> fills: worked by hand, and every reason for which nothing is filled."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from alvh.execution.execute import Execution, cash_usd, execute, tickets
from alvh.policies.brokers import load_broker
from alvh.values import Contract, Leg, Phase
from execution.stall import (
    CONDOR,
    DECIDED,
    LATER_CALL,
    LONG_CALL,
    SHORT_CALL,
    SHORT_PUT,
    TRADED,
    VIX_CALL,
    WHITE_PAPER,
    Stall,
    order,
    plan,
)

CALLS = {VIX_CALL: (1.50, 1.70), LATER_CALL: (2.60, 2.80)}


def fill(one, quotes=WHITE_PAPER, how=Execution()):  # noqa: B008 (a tuple)
    """Fill one order alone."""
    fills, skips = execute(plan(one), Stall(quotes), how, still_open=lambda _: True)
    assert not skips
    return fills[0]


def test_three_condors_at_half_with_the_fees_of_the_default_broker():
    made = fill(order(*CONDOR, lots=3), how=Execution("half", fees=load_broker("generic")))
    # Each leg: mid -+ 0.5 x 0.75 x half-spread.
    assert [leg.price for leg in made.legs] == pytest.approx([8.1125, 2.515625, 4.85625, 0.828125])
    assert [leg.quantity for leg in made.legs] == [-3, 3, -3, 3]
    assert [leg.mid for leg in made.legs] == pytest.approx([8.3, 2.375, 4.95, 0.725])
    # 1.50 USD a contract: 4 legs x 3 lots x 150 cents.
    assert sum(leg.fee_cents for leg in made.legs) == 1800
    assert {leg.origin for leg in made.legs} == {"market"}
    credit = -sum(leg.quantity * leg.price for leg in made.legs)
    assert credit == pytest.approx(3 * 9.625)
    assert (made.session, made.layer, made.lots, made.kind, made.reason) == (TRADED, "condor", 3, "open", "because")


def test_the_maximum_loss_is_that_of_the_credit_obtained_not_of_the_credit_hoped_for():
    # Wider wing 105, mid credit 10.15 when decided: 9,485 a lot. Filled for 9.625: 2 x (105 - 9.625) x 100 USD.
    decided = order(*CONDOR, lots=2, max_loss_usd_per_lot=9_485.0, premium_usd_per_lot=1_015.0)
    assert fill(decided).max_loss_cents == 1_907_500
    assert fill(decided, how=Execution("mid")).max_loss_cents == 1_897_000


def test_a_credit_above_the_width_cannot_lose():
    dear = {**WHITE_PAPER, SHORT_PUT: (150.0, 151.0)}
    decided = order(*CONDOR, max_loss_usd_per_lot=9_485.0, premium_usd_per_lot=1_015.0)
    assert fill(decided, dear).max_loss_cents == 0


def test_where_the_premium_is_the_risk_there_is_no_maximum_loss_beside_it():
    assert fill(order(Leg(VIX_CALL, 4)), CALLS).max_loss_cents == 0


@pytest.mark.parametrize(
    ("kind", "ratio", "cents"),
    # tastytrade: 1.79 USD to open, 0.79 to close a VIX option.
    [
        ("open", 5, 179),
        ("adjust", 5, 179),
        ("recycle", 5, 179),
        ("adjust", -5, 79),
        ("monetise", -5, 79),
        ("close", -5, 79),
    ],
)
def test_a_broker_who_charges_closing_otherwise_is_told_which_it_is(kind, ratio, cents):
    made = fill(order(Leg(VIX_CALL, ratio), kind=kind), CALLS, Execution("half", fees=load_broker("tastytrade")))
    assert made.legs[0].fee_cents == 5 * cents


def test_a_condor_opened_short_is_opening_on_all_legs_and_closed_on_all_legs():
    fees = load_broker("tastytrade")
    assert [leg.fee_cents for leg in fill(order(*CONDOR), how=Execution(fees=fees)).legs] == [179] * 4
    off = [Leg(leg.contract, -leg.ratio) for leg in CONDOR]
    assert [leg.fee_cents for leg in fill(order(*off, kind="close"), how=Execution(fees=fees)).legs] == [79] * 4


def test_a_leg_that_takes_from_what_is_held_closes_whatever_its_side():
    # A condor's roll: 5 short calls bought back (79 cents each to close), 7 sold where 3 long ones are held (3 close).
    fees = load_broker("tastytrade")
    holding = {SHORT_CALL: -5, LONG_CALL: 3}
    roll = order(Leg(SHORT_CALL, 5), Leg(LONG_CALL, -7), kind="roll")
    fills, _ = execute(
        plan(roll), Stall(WHITE_PAPER), Execution(fees=fees),
        still_open=lambda _: True, held=lambda _, contract: holding.get(contract, 0),
    )  # fmt: skip
    assert [leg.fee_cents for leg in fills[0].legs] == [5 * 79, 3 * 79 + 4 * 179]
    # A short sleeve that grows sells to open: adjustments are no sign of closing.
    grown, _ = execute(
        plan(order(Leg(SHORT_CALL, -2), kind="adjust")), Stall(WHITE_PAPER), Execution(fees=fees),
        still_open=lambda _: True, held=lambda _, contract: holding.get(contract, 0),
    )  # fmt: skip
    assert grown[0].legs[0].fee_cents == 2 * 179


def test_a_roll_closes_what_it_sells_and_opens_what_it_buys():
    roll = order(Leg(VIX_CALL, -4), Leg(LATER_CALL, 6), kind="roll")
    made = fill(roll, CALLS, Execution("cross", fees=load_broker("tastytrade")))
    assert [leg.fee_cents for leg in made.legs] == [4 * 79, 6 * 179]
    # Two legs pay 85 % of their half-spreads of 0.10.
    assert [leg.price for leg in made.legs] == pytest.approx([1.515, 2.785])


def test_the_fee_tier_goes_by_the_price_of_the_fill():
    # ibkr: 1.24 USD from a premium of 1.00, 1.15 below it.
    fees = load_broker("ibkr")
    assert fill(order(Leg(SHORT_CALL, -1)), how=Execution(fees=fees)).legs[0].fee_cents == 124
    assert fill(order(Leg(LONG_CALL, 1)), how=Execution(fees=fees)).legs[0].fee_cents == 115


def test_no_broker_charges_nothing():
    assert sum(leg.fee_cents for leg in fill(order(*CONDOR)).legs) == 0


def test_a_package_with_one_leg_unquoted_is_not_filled_at_all_and_that_is_said():
    quotes = {contract: quote for contract, quote in WHITE_PAPER.items() if contract != LONG_CALL}
    view = Stall(quotes)
    fills, skips = execute(plan(order(*CONDOR), order(Leg(SHORT_PUT, 1))), view, Execution(), still_open=lambda _: True)
    assert [f.legs[0].contract for f in fills] == [SHORT_PUT]
    assert [(skip.date, skip.layer, skip.why) for skip in skips] == [
        (TRADED, "condor", f"not filled: {LONG_CALL} is not quoted on {TRADED}")
    ]


def test_an_order_whose_campaign_has_settled_is_not_filled_and_that_is_said():
    fills, skips = execute(
        plan(order(*CONDOR, kind="close")), Stall(WHITE_PAPER), Execution(), still_open=lambda _: False
    )
    assert not fills
    assert skips[0].why == "not filled: condor@2014-09-22 is not open any more"


def test_what_gains_buy_beside_an_opening_is_filled_with_it_and_not_without_it():
    opening, beside = order(Leg(VIX_CALL, 4)), order(Leg(VIX_CALL, 2), kind="recycle")

    def only_opens(one):
        return one.kind == "open"

    fills, skips = execute(plan(opening, beside), Stall(CALLS), Execution(), still_open=only_opens)
    assert [f.kind for f in fills] == ["open", "recycle"]
    assert not skips
    unquoted = order(Leg(SHORT_PUT, 4))
    fills, skips = execute(plan(unquoted, beside), Stall(CALLS), Execution(), still_open=only_opens)
    assert not fills
    assert len(skips) == 2


@pytest.mark.parametrize("same_close", [False, True])
@pytest.mark.parametrize("traded", [DECIDED - dt.timedelta(1), DECIDED])
def test_a_view_that_is_not_later_is_refused_unless_the_same_close_was_chosen(traded, same_close):
    how = Execution(same_close=same_close)
    if same_close and traded == DECIDED:
        fills, _ = execute(plan(order(*CONDOR)), Stall(WHITE_PAPER, traded), how, still_open=lambda _: True)
        assert fills[0].session == DECIDED
        return
    with pytest.raises(ValueError, match=f"cannot be filled at .*{traded.day}"):
        execute(plan(order(*CONDOR)), Stall(WHITE_PAPER, traded), how, still_open=lambda _: True)


def test_an_earlier_phase_of_the_same_session_is_not_later():
    with pytest.raises(ValueError, match="cannot be filled"):
        execute(
            plan(order(*CONDOR)),
            Stall(WHITE_PAPER, DECIDED, Phase.ROLL),
            Execution(same_close=True),
            still_open=lambda _: True,
        )


def test_an_empty_plan_fills_nothing_but_is_refused_just_the_same():
    assert execute(plan(), Stall({}), Execution(), still_open=lambda _: True) == ([], [])
    with pytest.raises(ValueError, match="cannot be filled"):
        execute(plan(), Stall({}, DECIDED), Execution(), still_open=lambda _: True)


def test_the_life_of_what_is_held_begins_with_its_fill():
    view = Stall(WHITE_PAPER)
    execute(plan(order(*CONDOR)), view, Execution(), still_open=lambda _: True)
    assert view.marked == [leg.contract for leg in CONDOR]


def test_a_refill_date_travels_with_the_fill():
    later = dt.date(2014, 11, 1)
    assert fill(order(Leg(VIX_CALL, -4), kind="monetise", refill_from=later), CALLS).refill_from == later


# -- groups, limits, the same close ------------------------------------------------------------------------------------


def both(*orders, quotes=WHITE_PAPER, how=Execution("mid"), still_open=lambda _: True):  # noqa: B008 (a tuple)
    return execute(plan(*orders), Stall(quotes), how, still_open=still_open)


def test_orders_of_one_group_are_filled_all_or_none():
    two = [replace(order(*CONDOR[:2]), group="roll"), replace(order(Leg(VIX_CALL, 1)), group="roll")]
    fills, skips = both(*two)
    assert (fills, len(skips)) == ([], 1)
    fills, skips = both(*two, quotes={**WHITE_PAPER, **CALLS})
    assert (len(fills), skips) == (2, [])


def test_a_group_is_filled_where_its_first_order_stands_and_others_keep_their_place():
    names = [replace(order(*CONDOR[:2]), group=g, reason=r) for g, r in (("", "a"), ("x", "b"), ("", "c"), ("x", "d"))]
    assert [o.reason for group in tickets(names) for o in group] == ["a", "b", "d", "c"]


def test_a_limit_is_the_least_cash_that_the_order_brings():
    # At mid the condor brings 8.30 - 2.375 + 4.95 - 0.725 = 10.15 points, 1,015 USD.
    for limit, filled in ((1_014.0, 1), (1_015.0, 1), (1_016.0, 0)):
        fills, skips = both(replace(order(*CONDOR), limit_usd=limit))
        assert (len(fills), len(skips)) == (filled, 1 - filled)
    (skip,) = both(replace(order(*CONDOR), limit_usd=1_016.0))[1]
    assert "a credit of 1,015.00 USD is beyond the limit of 1,016.00" in skip.why


def test_a_limit_of_a_group_counts_what_all_of_it_brings():
    sold, bought = order(*CONDOR), order(Leg(VIX_CALL, 1))
    pair = [replace(sold, group="x", limit_usd=800.0), replace(bought, group="x")]
    # 1,015 for the condor less 160 for the call: 855.
    assert len(both(*pair, quotes={**WHITE_PAPER, **CALLS})[0]) == 2
    pair[0] = replace(pair[0], limit_usd=856.0)
    assert both(*pair, quotes={**WHITE_PAPER, **CALLS})[0] == []


def test_a_debit_beyond_its_limit_is_told_as_one():
    (skip,) = both(replace(order(Leg(VIX_CALL, 1)), limit_usd=-100.0), quotes=CALLS)[1]
    assert "a debit of 160.00 USD is beyond the limit of -100.00" in skip.why


def test_a_future_brings_and_costs_no_cash_but_its_slippage():
    # Bought at 20.025 where it settles at 20.00: 0.025 x 1000 = 25 USD, and not 20,025.
    vx = Contract("VX", dt.date(2011, 12, 21))
    quotes = {vx: (19.975, 20.025)}
    (fill,) = both(replace(order(Leg(vx, 1)), limit_usd=-25.0), quotes=quotes, how=Execution("cross"))[0]
    assert cash_usd(fill) == pytest.approx(-25.0)
    assert both(replace(order(Leg(vx, 1)), limit_usd=-24.0), quotes=quotes, how=Execution("cross"))[0] == []


def test_orders_that_name_the_same_close_are_filled_on_it_and_no_others():
    now = Stall(WHITE_PAPER, DECIDED)
    named = replace(order(*CONDOR), same_close=True)
    fills, _ = execute(plan(named), now, Execution(), still_open=lambda _: True)
    assert len(fills) == 1
    with pytest.raises(ValueError, match="cannot be filled"):
        execute(plan(named, order(*CONDOR)), now, Execution(), still_open=lambda _: True)
