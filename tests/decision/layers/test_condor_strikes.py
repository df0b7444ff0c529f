"""The strikes of a condor by every rule, on grids small enough to work by hand."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from scipy.special import ndtr

from alvh.decision.layers.condor import CondorParams
from alvh.decision.layers.condor_strikes import CREDIT_DELTAS, CondorStrikes, at_the_money_vol, choose_strikes
from alvh.market.quotes import Series
from alvh.values import Contract, Missing
from decision.desk import MONDAY, Desk

EXPIRY = MONDAY + dt.timedelta(45)
SERIES = Series("SPXW", EXPIRY, 45)
BY_DELTA = {(EXPIRY, "P", 0.16): 2700.0, (EXPIRY, "C", 0.16): 2900.0}


def strikes(view: Desk, **params) -> CondorStrikes | Missing:
    return choose_strikes(view, SERIES, CondorParams(**params))


def why(view: Desk, **params) -> str:
    made = strikes(view, **params)
    assert isinstance(made, Missing)
    return made.why


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        # 1 % of 2800 is 28: the wings go to the multiples of 5 nearest 2672 and 2928.
        ({}, (2670.0, 2700.0, 2900.0, 2930.0)),
        ({"wing_points": 50.0}, (2650.0, 2700.0, 2900.0, 2950.0)),
        ({"wing_percent": 2.0}, (2645.0, 2700.0, 2900.0, 2955.0)),
        ({"shorts": "width_points", "short": 101.0}, (2670.0, 2700.0, 2900.0, 2930.0)),
        # 5 % of 2800 is 140.
        ({"shorts": "width_percent", "short": 5.0}, (2630.0, 2660.0, 2940.0, 2970.0)),
    ],
)
def test_shorts_and_wings_by_hand(params, expected) -> None:
    assert strikes(Desk(deltas=BY_DELTA), **params) == expected


def test_in_2007_and_2026_the_wings_are_the_same_share_of_spot() -> None:
    for spot in (700.0, 1420.0, 6800.0):
        put, call = 0.95 * spot // 5 * 5, 1.05 * spot // 5 * 5
        made = strikes(Desk(spot=spot, deltas={(EXPIRY, "P", 0.16): put, (EXPIRY, "C", 0.16): call}))
        assert abs(made.short_put - made.long_put - 0.01 * spot) <= 2.5
        assert abs(made.long_call - made.short_call - 0.01 * spot) <= 2.5


def test_shorts_by_standard_deviations() -> None:
    # Straddle strike 2800, volatility 20 %: the at-the-money call of Black with no rate is 2800 (2 N(s/2) - 1) with
    # s = 0.20 x sqrt(45/365) = 0.0702247. One SD is 2800 x 0.0702247 = 196.63 points: 2603.37 and 2996.63.
    s = 0.20 * math.sqrt(45.0 / 365.0)
    call = 2800.0 * (2.0 * float(ndtr(s / 2.0)) - 1.0)
    view = Desk(forwards={EXPIRY: 2800.0}, quotes={Contract("SPXW", EXPIRY, 2800.0, "C"): call})
    assert at_the_money_vol(view, SERIES) == pytest.approx(0.20, abs=1e-9)
    assert strikes(view, shorts="sd", short=1.0) == (2575.0, 2605.0, 2995.0, 3025.0)
    # 1.5 SD: 294.94 points.
    assert strikes(view, shorts="sd", short=1.5)[1:3] == (2505.0, 3095.0)


def test_standard_deviations_without_a_forward_or_a_quote_are_missing() -> None:
    assert "no short strike by sd 1" in why(Desk(), shorts="sd", short=1.0)
    assert "no short strike by sd 1" in why(Desk(forwards={EXPIRY: 2800.0}), shorts="sd", short=1.0)


def test_the_vendors_delta_where_the_policy_wants_it() -> None:
    view = Desk(deltas=BY_DELTA, vendor={(EXPIRY, "P", 0.16): 2690.0, (EXPIRY, "C", 0.16): 2910.0})
    assert strikes(view, vendor_delta=True)[1:3] == (2690.0, 2910.0)
    assert why(Desk(deltas=BY_DELTA), vendor_delta=True).startswith("no short strike by vendor's delta 0.16")


# -- widths ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grid", "side", "width"),
    [
        ((2700.0, 2900.0, 2930.0), "put", 0),
        ((2670.0, 2700.0, 2900.0), "call", 0),
        ((2664.0, 2700.0, 2900.0, 2930.0), "put", 36),
        ((2672.0, 2700.0, 2900.0, 2936.0), "call", 36),
    ],
)
def test_a_wing_of_nothing_or_much_wider_than_wanted_is_refused(grid, side, width) -> None:
    assert (
        why(Desk(deltas=BY_DELTA, strikes={EXPIRY: grid})) == f"the {side} wing would be {width} wide, 28.0 is wanted"
    )


def test_a_wing_at_the_limit_is_taken() -> None:
    # 1.25 x 28 = 35.
    made = strikes(Desk(deltas=BY_DELTA, strikes={EXPIRY: (2665.0, 2700.0, 2900.0, 2935.0)}))
    assert made == (2665.0, 2700.0, 2900.0, 2935.0)


def test_the_peers_want_their_wings_exactly() -> None:
    grid = (2650.0, 2700.0, 2900.0, 2955.0)
    view = Desk(deltas=BY_DELTA, strikes={EXPIRY: grid})
    assert why(view, wing_points=50.0, max_width_ratio=1.0) == "the call wing would be 55 wide, 50.0 is wanted"
    assert strikes(view, wing_points=50.0) == grid


def test_shorts_that_cross_are_refused() -> None:
    view = Desk(deltas={(EXPIRY, "P", 0.16): 2900.0, (EXPIRY, "C", 0.16): 2900.0})
    assert why(view) == "the shorts 2900 and 2900 cross"


@pytest.mark.parametrize(
    "params",
    [
        {"wing_points": 2700.0},
        {"wing_points": 9000.0},
        {"shorts": "width_points", "short": 2800.0},
        {"shorts": "width_points", "short": 5000.0},
    ],
)
def test_a_strike_below_zero_is_no_strike(params) -> None:
    assert "strike" in why(Desk(deltas=BY_DELTA), **params)


def test_without_the_index_there_is_no_percentage() -> None:
    blind = Desk(spot={}, deltas=BY_DELTA)
    assert why(blind) == "no SPX on 2019-04-08"
    assert strikes(blind, wing_points=50.0) == (2650.0, 2700.0, 2900.0, 2950.0)


# -- by credit -------------------------------------------------------------------------------------------------------


def ladder(**changes) -> Desk:
    """Shorts 10 points farther out at each smaller delta, and a credit that falls by 1 with each: 16, 15, ... 1."""
    deltas, quotes = {}, {}
    for k, delta in enumerate(CREDIT_DELTAS):
        put, call = 2750.0 - 10.0 * k, 2850.0 + 10.0 * k
        deltas[EXPIRY, "P", delta], deltas[EXPIRY, "C", delta] = put, call
        for strike, right, mid in ((put, "P", 20.0 - k / 2.0), (call, "C", 20.0 - k / 2.0)):
            quotes[Contract("SPXW", EXPIRY, strike, right)] = mid
        # A wing is worth 12 at every distance, so that a condor brings 2 x (20 - k/2 - 12) = 16 - k.
        quotes[Contract("SPXW", EXPIRY, put - 28.0, "P")] = 12.0
        quotes[Contract("SPXW", EXPIRY, call + 28.0, "C")] = 12.0
    grid = sorted({c.strike for c in quotes})
    return Desk(**({"deltas": deltas, "quotes": quotes, "strikes": {EXPIRY: grid}} | changes))


@pytest.mark.parametrize(("credit", "k"), [(16.0, 0), (9.6, 6), (9.4, 7), (1.0, 15)])
def test_shorts_by_the_credit_they_bring(credit: float, k: int) -> None:
    made = strikes(ladder(), shorts="credit", short=credit)
    assert made[1:3] == (2750.0 - 10.0 * k, 2850.0 + 10.0 * k)


@pytest.mark.parametrize("credit", [0.9, 16.1, 30.0])
def test_a_credit_out_of_reach_is_refused_instead_of_another_trade(credit: float) -> None:
    assert why(ladder(), shorts="credit", short=credit).startswith(f"a credit of {credit:g} is outside 1.00 to 16.00")


def test_candidates_without_quotes_are_passed_over() -> None:
    view = ladder()
    gone = Contract("SPXW", EXPIRY, 2690.0, "P")
    del view.quotes[gone]
    # k = 6, for a credit of 10, has no short put; of its neighbours at 11 and 9 the first is taken.
    assert strikes(view, shorts="credit", short=10.0).short_put == 2700.0
    assert why(ladder(quotes={}), shorts="credit", short=5.0).startswith("no condor in SPXW 2019-05-23 has quotes")


def test_credits_are_found_by_the_vendors_delta_too() -> None:
    view = ladder()
    view.vendor, view.deltas = view.deltas, {}
    assert strikes(view, shorts="credit", short=5.0, vendor_delta=True).short_put == 2640.0
    assert isinstance(strikes(view, shorts="credit", short=5.0), Missing)


def test_the_order_of_strikes_always_holds() -> None:
    rng = np.random.default_rng(3)
    for _ in range(200):
        spot = float(rng.uniform(600.0, 7000.0))
        put, call = spot * float(rng.uniform(0.8, 1.01)), spot * float(rng.uniform(0.99, 1.2))
        view = Desk(spot=spot, deltas={(EXPIRY, "P", 0.16): put // 5 * 5, (EXPIRY, "C", 0.16): call // 5 * 5})
        made = strikes(view, wing_percent=float(rng.uniform(0.05, 3.0)))
        if isinstance(made, CondorStrikes):
            assert made.long_put < made.short_put < made.short_call < made.long_call
        else:
            assert made.why
