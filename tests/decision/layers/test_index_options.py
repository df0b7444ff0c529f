"""Monthly packages: the published test vectors, strikes by hand, the refusals, and a month through the engine."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alvh.accounting.book import Book, Interest, Settlement
from alvh.day import run
from alvh.decision.draft import Draft
from alvh.decision.layers.index_options import (
    IndexLeg,
    IndexOptions,
    IndexOptionsParams,
    by_wing,
    cash_points,
    strike_of,
    worst_points,
)
from alvh.execution.execute import Execution
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.policy import PolicyError, parse_policy, preset
from alvh.values import Contract, Fill, Leg, Phase
from decision.desk import Desk, Values, series
from market.plainmarket import plain_history

FRIDAY = dt.date(2019, 4, 18)
"""The monthly expiry of April 2019: the third Friday is Good Friday, so it settles on Thursday."""
MAY = dt.date(2019, 5, 17)
BILL = Values(bill_3m=0.024)


def option(strike: float, right: str) -> Contract:
    return Contract("SPX", MAY, strike, right)  # type: ignore[arg-type]


def desk(date: dt.date = FRIDAY, **more: object) -> Desk:
    given = {
        "series": {"SPX": series((MAY - date).days, root="SPX", on=date)},
        "spot": 2903.0,
        "quotes": {
            option(2900.0, "P"): 40.0, option(2905.0, "C"): 38.0, option(2760.0, "P"): 14.0,
            option(2830.0, "P"): 20.0, option(2725.0, "P"): 6.0, option(2965.0, "C"): 14.0, option(3020.0, "C"): 2.0,
        },
        "deltas": {
            (MAY, "P", 0.2): 2830.0, (MAY, "P", 0.05): 2725.0, (MAY, "C", 0.2): 2965.0, (MAY, "C", 0.05): 3020.0,
        },
    }  # fmt: skip
    return Desk(date, **{**given, **more})


CONDOR = [
    IndexLeg(right="P", ratio=-1, delta=0.2), IndexLeg(right="P", ratio=1, delta=0.05),
    IndexLeg(right="C", ratio=-1, delta=0.2), IndexLeg(right="C", ratio=1, delta=0.05),
]  # fmt: skip
CALL = [IndexLeg(right="C", ratio=-1, moneyness=1.0, strike="above")]
LONG_PUT = [IndexLeg(right="P", ratio=1, moneyness=0.95, strike="below")]


def propose(view: Desk, usd: float = 100_000_000.0, **params: object) -> Draft:
    draft = Draft(view)
    IndexOptions("mine", IndexOptionsParams(**params)).propose(view, BILL, Book(round(usd * 100)), draft)
    return draft


# -- the published vectors of methodology.md, section 5 ----------------------------------------------------------------


def test_put_on_19_february_2021_holds_what_cboe_says():
    # K = 3925, p = 69.055735, bills at 0.03 % for 28 days, N = 0.540042673 with M = 2082.32.
    assert 2082.32 / cash_points(3925.0, -69.055735, 0.0003, 28) == pytest.approx(0.540042673, abs=2e-6)


def test_put_from_february_to_april_2021_gains_3_30_percent():
    # April: K = 4175, p = 67.777264, 0.02 % for 35 days, N = 0.523745234: M = 2151.10, and 2151.10/2082.32 = 1.0330.
    february = 0.540042673 * cash_points(3925.0, -69.055735, 0.0003, 28)
    april = 0.523745234 * cash_points(4175.0, -67.777264, 0.0002, 35)
    assert april == pytest.approx(2151.10, abs=0.02)
    assert april / february - 1.0 == pytest.approx(0.0330, abs=5e-5)


def test_cndr_step_numbers():
    # Width 105, credit 10.15, collateral 10 x (105 - 10.15) = 948.5 points: the credit is 1.0701 % of it, and the
    # largest loss 94.85 / 948.5 = 10 %. Of the gross width the credit is 10.15 / 1050 = 0.9667 %.
    assert 10.15 / by_wing(105.0 - 10.15, 10.0) == pytest.approx(0.010701, abs=5e-7)
    assert (105.0 - 10.15) / by_wing(105.0 - 10.15, 10.0) == pytest.approx(0.1)
    assert 10.15 / by_wing(105.0, 10.0) == pytest.approx(0.0096667, abs=5e-8)


# -- packages by hand --------------------------------------------------------------------------------------------------


def test_puts_against_bills():
    # 29 days: 2900 / (1 + 0.024 x 29 / 365) - 40 = 2894.4807 - 40 = 2854.4807; 1e8 / 285448.07 = 350.33.
    (order,) = propose(desk()).orders
    assert (order.lots, order.kind, order.legs) == (350, "open", (Leg(option(2900.0, "P"), -1),))
    assert order.premium_usd_per_lot == pytest.approx(4000.0)
    assert order.max_loss_usd_per_lot == 0.0


def test_calls_against_the_index_reinvest_their_premium():
    # 2903 - 38 = 2865 points behind each: 1e8 / 286500 = 349.04.
    (order,) = propose(desk(), size="index", legs=CALL).orders
    assert (order.lots, order.legs) == (349, (Leg(option(2905.0, "C"), -1),))


def test_puts_under_the_index_are_paid_out_of_it():
    # 0.95 x 2903 = 2757.85, first strike below 2755; its put at 13.5: 2916.5 points: 1e8 / 291650 = 342.88.
    view = desk(quotes={option(2755.0, "P"): 13.5})
    (order,) = propose(view, size="index", legs=LONG_PUT).orders
    assert (order.lots, order.legs) == (342, (Leg(option(2755.0, "P"), 1),))
    assert order.premium_usd_per_lot == pytest.approx(-1350.0)


def test_condors_against_ten_times_the_wider_wing():
    # Put wing 2830 - 2725 = 105, call wing 3020 - 2965 = 55; credit 20 - 6 + 14 - 2 = 26.
    # 1e8 / (10 x 105 x 100) = 952.38; net of the credit 1e8 / (10 x 79 x 100) = 1265.8. It can lose (105 - 26) x 100.
    (order,) = propose(desk(), size="wings", legs=CONDOR).orders
    assert (order.lots, order.premium_usd_per_lot) == (952, pytest.approx(2600.0))
    assert order.max_loss_usd_per_lot == pytest.approx(7900.0)
    assert propose(desk(), size="wings", legs=CONDOR, net_of_credit=True).orders[0].lots == 1265


def test_strikes_beside_the_index():
    listed = series(29, root="SPX", on=FRIDAY)[0]
    on_the_strike = desk(spot=2900.0)
    legs = {name: IndexLeg(right="C", ratio=-1, moneyness=1.0, strike=name) for name in ("nearest", "below", "above")}
    found = {name: strike_of(desk(spot=2903.0), listed, leg) for name, leg in legs.items()}
    assert found == {"nearest": 2905.0, "below": 2900.0, "above": 2905.0}
    # A strike at the index is not above it, and not above it either way: the first below is itself.
    assert {name: strike_of(on_the_strike, listed, leg) for name, leg in legs.items()} == {
        "nearest": 2900.0, "below": 2900.0, "above": 2905.0,
    }  # fmt: skip


@given(st.floats(500.0, 7000.0), st.sampled_from(["below", "above"]))
def test_the_first_strike_lies_on_its_side_and_no_listed_one_between(spot, side):
    listed = series(29, root="SPX", on=FRIDAY)[0]
    strike = strike_of(desk(spot=spot), listed, IndexLeg(right="P", ratio=-1, moneyness=1.0, strike=side))
    assert (strike <= spot < strike + 5.0) if side == "below" else (strike - 5.0 <= spot < strike)


@given(st.lists(st.integers(1, 400), min_size=4, max_size=4, unique=True))
def test_a_condor_loses_its_wider_wing_at_worst(steps):
    low_put, short_put, short_call, high_call = (2000.0 + 5.0 * step for step in sorted(steps))
    legs = [
        Leg(option(short_put, "P"), -1), Leg(option(low_put, "P"), 1),
        Leg(option(short_call, "C"), -1), Leg(option(high_call, "C"), 1),
    ]  # fmt: skip
    assert worst_points(legs) == max(short_put - low_put, high_call - short_call)


# -- when it does nothing ----------------------------------------------------------------------------------------------


def test_it_trades_on_the_monthly_expiry_alone():
    assert propose(desk(dt.date(2019, 4, 17))).orders == []
    assert propose(desk(dt.date(2019, 4, 22))).orders == []


def test_what_cannot_be_had_is_said():
    assert propose(desk(series={})).skips[0].why == "no monthly SPX expiry is listed"
    assert "is not quoted" in propose(desk(quotes={})).skips[0].why
    assert "not enough for one package" in propose(desk(), usd=200_000.0).skips[0].why
    same = [IndexLeg(right="P", ratio=-1, moneyness=1.0), IndexLeg(right="P", ratio=1, moneyness=1.0)]
    assert "one strike" in propose(desk(quotes={option(2905.0, "P"): 41.0}), size="index", legs=same).skips[0].why


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"size": "cash", "legs": CALL}, "no leg sells one"),
        ({"size": "wings", "legs": CALL}, "naked has no wing"),
        ({"legs": [{"right": "P", "ratio": -1}]}, "either by delta or by moneyness"),
        ({"legs": [{"right": "P", "ratio": 0, "delta": 0.2}]}, "no leg"),
        ({"legs": []}, "at least 1"),
    ],
)
def test_impossible_parameters_are_refused(params, said):
    with pytest.raises(ValidationError, match=said):
        IndexOptionsParams(**params)


# -- a month through the engine ----------------------------------------------------------------------------------------


def folded(name: str, **levels: object):
    history = plain_history(sessions=60, **levels)
    made = run(
        history, preset(name), ModelledQuotes(history), first=history.dates[0], last=history.dates[-1],
        nav_cents=10**11, how=Execution("mid", same_close=True),
    )  # fmt: skip
    return history, made


@pytest.mark.parametrize("name", ["cndr", "bxm", "put", "pput"])
def test_it_is_decided_and_filled_in_the_window_after_the_morning_settled(name):
    _, made = folded(name)
    days = [dt.date(2019, 1, 18), dt.date(2019, 2, 15), dt.date(2019, 3, 15)]
    fills = [entry for entry in made.book.journal if isinstance(entry, Fill) and entry.layer != "index"]
    assert [fill.session for fill in fills] == days
    assert {plan.decided_at.phase for plan in made.plans} == {Phase.ROLL}
    settled = [entry for entry in made.book.journal if isinstance(entry, Settlement)]
    assert {entry.session for entry in settled} == set(days[1:])
    order = [
        type(entry).__name__ for entry in made.book.journal if entry.session == days[1] and "I" not in str(type(entry))
    ]
    assert order == sorted(order, reverse=True), "what is old settles before what is new is bought"


def test_a_put_that_ends_worthless_earns_its_premium_and_the_bill():
    # Index flat at 3000: the put of 18 January, K = 3000, settles on 15 February at SET = 3000 (the close before) and
    # pays nothing. By then 1e9 + premium has earned the bill of 2.2 % on every day since.
    history, made = folded("put", SPX=3000.0)
    first = next(entry for entry in made.book.journal if isinstance(entry, Fill))
    (leg,) = first.legs
    assert leg.contract.strike == 3000.0
    years = (dt.date(2019, 2, 15) - dt.date(2019, 1, 18)).days / 365.0
    per_put = 3000.0 / (1.0 + 0.022 * years) - leg.price
    before = made.ledger.equity_cents()[history.index(dt.date(2019, 1, 18)) - 1] / 100.0
    assert -leg.quantity == pytest.approx(before / (100.0 * per_put), abs=1.001)
    # Its bills grow to its strikes: equity on the morning of settlement is N x K, but for the part lot and compounding.
    at = next(k for k, entry in enumerate(made.book.journal) if isinstance(entry, Settlement))
    assert made.book.journal[at].cash_cents == 0
    premium = -leg.quantity * leg.price * 100.0
    interest = sum(e.cash_cents for e in made.book.journal[:at] if isinstance(e, Interest)) / 100.0
    # What is above the strikes is the part of a put that is not sold: less than 300,000 USD.
    assert 0.0 < 1e9 + premium + interest + leg.quantity * 100.0 * 3000.0 < 300_000.0


def test_a_covered_call_holds_as_many_units_as_calls():
    _, made = folded("bxm")
    day = dt.date(2019, 2, 15)
    calls, index = (
        next(e for e in made.book.journal if isinstance(e, Fill) and e.session == day and e.layer == layer)
        for layer in ("calls", "index")
    )
    held = sum(leg.quantity for e in made.book.journal if isinstance(e, Fill) and e.layer == "index"
               and e.session <= day for leg in e.legs)  # fmt: skip
    # A unit of SPXTR is worth a point of the index and the dividends since the beginning (six weeks of 1.9 %).
    assert held * index.legs[0].mid == pytest.approx(-calls.legs[0].quantity * 100.0 * 3000.0, rel=1e-3)


def test_the_window_is_the_policys_own():
    table = '[roll]\nopen_weight = 1.0\nvols = "open"\n'
    text = f'name = "x"\ntiming = "roll"\n\n{table}\n[[layers]]\nkind = "index_options"\n'
    policy = parse_policy(text)
    assert (policy.timing, policy.roll.open_weight, policy.roll.vols) == ("roll", 1.0, "open")
    assert parse_policy(text, {"roll.open_weight": 0.5}).roll.open_weight == 0.5
    assert parse_policy(text, {"roll.open_weight": 0.5}).digest != policy.digest


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("[roll]\nopen_wight = 1.0\n", "line 4: unknown key 'open_wight'; did you mean 'open_weight'?"),
        ("[roll]\nopen_weight = 1.5\n", "line 4: roll.open_weight: input should be less than or equal to 1"),
        ('[roll]\nvols = "nose"\n', "line 4: roll.vols: input should be"),
    ],
)
def test_a_window_that_cannot_be_is_refused(table, said):
    text = f'name = "x"\ntiming = "roll"\n\n{table}\n[[layers]]\nkind = "index_options"\n'
    with pytest.raises(PolicyError) as caught:
        parse_policy(text)
    assert str(caught.value).startswith(said)


def test_a_window_needs_a_policy_that_decides_in_it():
    with pytest.raises(PolicyError, match='needs timing = "roll"'):
        parse_policy('name = "x"\n\n[roll]\nopen_weight = 1.0\n\n[[layers]]\nkind = "index_options"\n')


@pytest.mark.parametrize("name", ["cndr", "bxm", "put", "pput"])
def test_what_is_decided_knows_nothing_of_later_sessions(name):
    calm, fork = [3000.0] * 40, 33
    shaken = [*calm[:fork], *(3000.0 + 40.0 * n for n in range(27))]
    flat, moved = (folded(name, SPX=spx, VIX=vix) for spx, vix in (
        (calm + [3000.0] * 20, [16.0] * 60), (shaken, [16.0] * fork + [40.0] * 27),
    ))  # fmt: skip
    before = flat[0].dates[fork]
    kept = [[plan for plan in made.plans if plan.decided_at.session < before] for _, made in (flat, moved)]
    assert kept[0] == kept[1]
    assert any(plan.orders for plan in kept[0])
    assert [p.orders for p in flat[1].plans] != [p.orders for p in moved[1].plans]
