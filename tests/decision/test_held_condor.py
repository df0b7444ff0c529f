"""A held condor and the spreads it may be moved into, by hand."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.decision.condor_shape import Strikes
from alvh.decision.held_condor import Wing, closing_mid_usd, legs_mid_usd, moving_legs, read_condor, wing_at
from alvh.market.quotes import Series
from alvh.values import Contract, Leg
from decision.desk import Desk, account, hold
from decision.test_threats import EXPIRY, LC, LEGS, LP, SC, SOLD, SP, campaign

NOW = Desk(quotes={SP: 20.0, LP: 15.0, SC: 3.0, LC: 2.0})
LATER = EXPIRY + dt.timedelta(28)
SERIES = Series("SPXW", LATER, 67)


def test_a_condor_is_read_with_its_cash_and_profit() -> None:
    made = read_condor(NOW, campaign())
    assert made is not None
    assert made.strikes == Strikes(2670.0, 2700.0, 2900.0, 2930.0)
    assert (made.lots, made.multiplier, made.days, made.width_points) == (2, 100, 39, 30.0)
    assert (made.cash_usd, made.cash_points, made.max_loss_usd) == (1000.0, 5.0, 5000.0)
    assert made.profit_usd == pytest.approx(-200.0)


def test_what_is_no_condor_is_not_read() -> None:
    book = account()
    hold(book, "condor", {SP: -1, LP: 1}, SOLD)
    assert read_condor(NOW, book.campaigns("condor")[0]) is None
    book = account()
    hold(
        book,
        "condor",
        {**{k: v for k, v in LEGS.items() if k != LC}, LC._replace(expiry=LATER): 1},
        {**SOLD, LC._replace(expiry=LATER): 3.0},
    )
    assert read_condor(NOW, book.campaigns("condor")[0]) is None


def test_closing_at_mid_and_the_spreads_it_crosses() -> None:
    made = read_condor(NOW, campaign())
    # -(20 - 15) - (3 - 2) = -6 points x 200; four legs of two lots, 0.10 half a spread each: 8 x 10 USD.
    assert closing_mid_usd(NOW, made) == pytest.approx((-1200.0, 80.0))
    assert closing_mid_usd(Desk(quotes={SP: 20.0}, marks=dict(NOW.quotes)), made) is None


def later(strike: float) -> Contract:
    return Contract("SPXW", LATER, strike, "P")


def test_a_wing_is_never_wider_than_asked() -> None:
    desk = Desk(
        quotes={later(2700.0): 30.0, later(2675.0): 26.0, later(2650.0): 22.0},
        strikes={LATER: [2625.0, 2650.0, 2675.0, 2700.0]},
        forwards={LATER: 2810.0},
    )
    # 2,660 is nearest 2,650, which is 50 wide; 2,675 is the next strike inside.
    made = wing_at(desk, SERIES, "P", 2700.0, 40.0)
    assert made is not None
    assert (made.short, made.long, made.width) == (2700.0, 2675.0, 25.0)
    assert (made.credit, made.half_spread, made.delta) == pytest.approx((4.0, 0.2, 0.5))
    assert made.short_vol > 0.0
    # A grid of 25 has nothing inside 20.
    assert wing_at(desk, SERIES, "P", 2700.0, 20.0) is None
    assert wing_at(desk, SERIES, "P", 2650.0, 25.0) is None


def test_moving_a_side_is_one_ticket_of_four_legs() -> None:
    made = read_condor(NOW, campaign())
    wing = Wing("P", 2650.0, 2620.0, 3.0, 0.2, 0.2, 0.2, 0.2)
    legs = moving_legs(made, wing, LATER, "SPXW")
    assert legs == (Leg(SP, 1), Leg(LP, -1), Leg(later(2650.0), -1), Leg(later(2620.0), 1))


def test_a_strike_shared_by_old_and_new_is_netted() -> None:
    made = read_condor(NOW, campaign())
    # 2700/2670 to 2730/2700 in the same expiry: the 2700 was short and is now long.
    legs = moving_legs(made, Wing("P", 2730.0, 2700.0, 3.0, 0.2, 0.2, 0.2, 0.2), EXPIRY, "SPXW")
    assert legs == (Leg(SP, 2), Leg(LP, -1), Leg(SP._replace(strike=2730.0), -1))
    desk = Desk(quotes={SP: 20.0, LP: 15.0, SP._replace(strike=2730.0): 26.0})
    # -2 x 20 + 15 + 26 = 1 point, two lots.
    assert legs_mid_usd(desk, legs, 2) == pytest.approx(200.0)


@given(short=st.integers(400, 560), width=st.integers(1, 12), same=st.booleans())
def test_a_moved_side_holds_the_new_spread_and_nothing_else(short: int, width: int, same: bool) -> None:
    made = read_condor(NOW, campaign())
    wing = Wing("P", 5.0 * short, 5.0 * (short - width), 1.0, 0.2, 0.2, 0.2, 0.2)
    expiry = EXPIRY if same else LATER
    legs = moving_legs(made, wing, expiry, "SPXW")
    assert len(legs) <= 4
    after = {SP: -1, LP: 1}
    for leg in legs:
        after[leg.contract] = after.get(leg.contract, 0) + leg.ratio
    want = {Contract("SPXW", expiry, wing.short, "P"): -1, Contract("SPXW", expiry, wing.long, "P"): 1}
    assert {c: n for c, n in after.items() if n} == want
