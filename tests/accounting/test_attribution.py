"""The daily identity by hand: each Greek alone, all together, carried marks, settlement, and what is left over."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.journal import CALL, LATER, PUT, day, fill, leg
from accounting.tape import NAN, Tape
from alvh.accounting.attribution import GREEKS, TERMS, LegTerms, attribute, attribute_legs, by_campaign, by_layer
from alvh.accounting.book import Book, Interest, Settlement
from alvh.accounting.ledger import NONE, Ledger, close_books

WEEK = [day(n) for n in (2, 3, 4, 5, 6)]
NAV = 1_000_000_00
YEARS = 30 / 365


def at(forward: float = 20.0, years: float = YEARS, vol: float = 0.95, rate: float = 0.05):
    """Return what is behind one mark: forward, years, discount, volatility."""
    return forward, years, math.exp(-rate * years), vol


def bought(tape: Tape, quantity: int = 10, contract=CALL, mid: float | None = None) -> Ledger:
    """Return the books of one purchase on Monday at its mark, without costs."""
    book = Book(NAV)
    price = tape.life(contract, 0).mark(0) if mid is None else mid
    book.apply(fill(day(2), leg(contract, quantity, price)))
    return close_books(book, tape, WEEK, 0, ("L1",))


def terms(tape: Tape, **how) -> dict[str, list[float]]:
    """Return the terms of the hedge layer over the week, USD."""
    return {name: values.tolist() for name, values in attribute(bought(tape, **how), tape)["L1"].items()}


def closes(ledger: Ledger, found) -> None:
    """Assert that the terms of every layer add to its P&L within half a cent."""
    pnl = ledger.pnl_cents() / 100.0
    for row, name in enumerate(ledger.layers):
        assert np.abs(sum(found[name].values()) - pnl[row]).max() <= 0.005


def adds_up(ledger: Ledger, legs: LegTerms) -> None:
    """Assert that legs are campaigns, campaigns are layers, and layers are what the account gained."""
    row_usd = sum(legs.terms.values())
    held = legs.campaign != NONE
    days = ledger.days
    np.testing.assert_allclose(row_usd[held], (days.gained_cents - days.cost_cents) / 100.0, atol=1e-6)
    change = np.diff(ledger.equity_cents(), prepend=ledger.start_cents) / 100.0
    np.testing.assert_allclose(np.bincount(legs.session, row_usd, ledger.sessions), change, atol=1e-6)
    layers, campaigns = by_layer(ledger, legs), by_campaign(ledger, legs)
    owner = dict(zip(legs.campaign[held].tolist(), legs.layer[held].tolist(), strict=True))
    pnl = ledger.pnl_cents() / 100.0
    for row, name in enumerate(ledger.layers):
        np.testing.assert_allclose(sum(layers[name].values()), pnl[row], atol=1e-6)
        mine = [k for k in range(len(ledger.campaigns)) if owner[k] == row]
        for term in TERMS:
            rest = layers[name][term].sum() - campaigns[term][mine].sum()
            assert rest == pytest.approx(ledger.interest_cents.sum() / 100.0 * (name == "cash" and term == "interest"))


def test_delta_is_that_of_the_test_vector():
    # Methodology section 2: F 20, K 25, 95 %, 30 days, 5 %: discounted delta 0.246249. Ten calls, a tenth of a point.
    found = terms(Tape(moved={CALL: [at(), at(20.1), at(20.1), at(20.1), at(20.1)]}))
    assert found["delta"] == pytest.approx([0, 10 * 100 * 0.246249 * 0.1, 0, 0, 0], abs=1e-4)
    assert found["gamma"][1] == pytest.approx(10 * 100 * 0.5 * gamma() * 0.01, rel=1e-4)
    for name in ("vega", "theta", "vanna_volga", "settlement", "interest", "costs"):
        assert found[name] == [0.0] * 5
    assert abs(found["residual"][1]) < 0.05


def gamma() -> float:
    """Return the second difference of the discounted price, from the normal density alone: D n(d1) / (F s)."""
    deviation = 0.95 * math.sqrt(YEARS)
    d1 = math.log(20 / 25) / deviation + deviation / 2
    return math.exp(-0.05 * YEARS) * math.exp(-(d1**2) / 2) / math.sqrt(2 * math.pi) / (20 * deviation)


def test_vega_is_the_change_of_the_contracts_own_volatility():
    found = terms(Tape(moved={CALL: [at(), at(vol=0.96), at(vol=0.96), at(vol=0.96), at(vol=0.96)]}))
    vega = gamma() * 20**2 * 0.95 * YEARS
    assert found["vega"][1] == pytest.approx(1000 * vega * 0.01, rel=1e-6)
    assert (found["delta"][1], found["gamma"][1], found["theta"][1]) == (0.0, 0.0, 0.0)
    # The rest of a vol point is volga, and what is left is of third order.
    assert abs(found["residual"][1]) < 0.05


def test_theta_holds_the_interest_on_the_value():
    later = YEARS - 1 / 365
    found = terms(Tape(moved={CALL: [at(), at(years=later), at(years=later), at(years=later), at(years=later)]}))
    decay = -gamma() * 20**2 * 0.95**2 / 2 + 0.05 * 0.700715
    assert found["theta"][1] == pytest.approx(1000 * decay / 365, rel=1e-5)
    assert found["theta"][1] < 0


def test_a_short_position_has_the_opposite_terms():
    tape = Tape(moved={CALL: [at(), at(21.0, YEARS - 1 / 365, 1.02)] + [at(21.0)] * 3})
    long, short = terms(tape), terms(tape, quantity=-10)
    for name in TERMS:
        assert short[name] == pytest.approx([-x for x in long[name]], abs=0.02)


def test_what_is_bought_today_explains_nothing_of_today():
    found = terms(Tape(moved={CALL: [at(20.0), at(22.0), at(22.0), at(22.0), at(22.0)]}))
    assert all(found[name][0] == 0.0 for name in TERMS)


def test_costs_and_interest_have_terms_of_their_own():
    tape = Tape(moved={CALL: [at()] * 5})
    mid = tape.life(CALL, 0).mark(0)
    book = Book(NAV)
    book.apply(fill(day(2), leg(CALL, 10, mid + 0.05, mid, fee_cents=1250)))
    book.earn(Interest(day(4), 777, 0.01))
    ledger = close_books(book, tape, WEEK, 0, ("L1",))
    found = attribute(ledger, tape)
    closes(ledger, found)
    assert found["L1"]["costs"].tolist() == pytest.approx([-62.5, 0, 0, 0, 0], abs=0.011)
    assert found["cash"]["interest"].tolist() == [0, 0, 7.77, 0, 0]


def test_a_carried_mark_moves_nothing_and_the_next_one_is_explained_from_the_last_that_was_fresh():
    path = [at(20.0), at(20.5), (NAN, NAN, NAN, NAN), (NAN, NAN, NAN, NAN), at(22.0)]
    found = terms(Tape(moved={CALL: path}))
    straight = terms(Tape(moved={CALL: [at(20.0), at(20.5), at(22.0), at(22.0), at(22.0)]}))
    for name in TERMS:
        assert found[name][2:4] == [0.0, 0.0]
        assert found[name][4] == pytest.approx(straight[name][2])
    assert found["delta"][4] > 300.0


def test_a_carried_mark_explains_nothing_even_where_its_inputs_are_known():
    # The forward is there, the volatility is not: the mark is carried and gains nothing.
    path = [at(20.0), (21.0, YEARS, 0.99, NAN), at(21.0), at(21.0), at(21.0)]
    found = terms(Tape(moved={CALL: path}))
    assert [found[name][1] for name in TERMS] == [0.0] * len(TERMS)
    assert found["delta"][2] == pytest.approx(246.249, abs=1e-2)


def test_a_mark_without_a_volatility_out_of_the_money_is_left_over():
    tape = Tape({CALL: [1.0, 2.0, 3.0, 3.0, 3.0]})
    found = terms(tape)
    assert found["residual"] == [0.0, 1000.0, 1000.0, 0.0, 0.0]
    assert all(found[name] == [0.0] * 5 for name in GREEKS)


def test_a_mark_in_the_money_without_a_volatility_moves_with_its_forward():
    class Below(Tape):
        """Marks that lie below intrinsic, as wide quotes deep in the money do."""

        def meaning(self, contract, life, offset, n):
            forward = np.array([40.0, 41.0, 41.0, 39.0, 39.0])
            return forward, np.full(5, YEARS), np.ones(5), np.full(5, NAN)

    found = terms(Below({CALL: [14.9, 15.9, 15.8, 13.8, 13.8]}), quantity=1)
    assert found["delta"] == pytest.approx([0, 100, 0, -200, 0])
    assert found["residual"] == pytest.approx([0, 0, -10, 0, 0], abs=1e-9)


def test_the_move_into_the_final_value_is_settlement_and_nothing_else():
    tape = Tape(moved={PUT: [at(2900.0, 4 / 365, 0.2), at(2850.0, 3 / 365, 0.2), at(2850.0, 2 / 365, 0.2)]})
    book = Book(NAV)
    last = tape.life(PUT, 0).mark(2)
    book.apply(fill(day(2), leg(PUT, -2, tape.life(PUT, 0).mark(0))))
    book.settle(Settlement(day(5), "L1", "L1@1", PUT, -2, 2790.0, 10.0, -2_000_00, "close"))
    ledger = close_books(book, tape, WEEK, 0, ("L1",))
    found = attribute(ledger, tape)
    closes(ledger, found)
    assert found["L1"]["settlement"].tolist() == pytest.approx([0, 0, 0, -200 * (10.0 - last), 0], abs=0.011)
    for name in (*GREEKS, "residual"):
        assert found["L1"][name][3:].tolist() == [0.0, 0.0]


def test_a_position_sold_in_part_counts_what_was_held_over_night():
    tape = Tape(moved={CALL: [at(20.0), at(20.1), at(20.2), at(20.2), at(20.2)]})
    book = Book(NAV)
    mids = [tape.life(CALL, 0).mark(k) for k in range(3)]
    book.apply(fill(day(2), leg(CALL, 10, mids[0])))
    book.apply(fill(day(3), leg(CALL, -6, mids[1]), kind="monetise"))
    ledger = close_books(book, tape, WEEK, 0, ("L1",))
    found = attribute(ledger, tape)
    closes(ledger, found)
    assert found["L1"]["delta"][1] == pytest.approx(24.6249, abs=1e-3)
    # Four are left, and their delta has grown by gamma.
    assert found["L1"]["delta"][2] == pytest.approx(4 * 100 * (0.246249 + 0.1 * gamma()) * 0.1, rel=2e-3)


def test_every_leg_and_campaign_keeps_its_own_terms_and_costs():
    tape = Tape({CALL: [1.0, 2.0, 3.0, 3.0, 3.0], LATER: [4.0, 4.0, 3.0, 3.0, 3.0]})
    book = Book(NAV)
    # Ten bought 0.05 above the mid with 12.50 of fees, two later ones sold 0.10 below it with 3.00: 62.50 and 23.00.
    book.apply(fill(day(2), leg(CALL, 10, 1.05, 1.0, 1250), leg(LATER, -2, 3.9, 4.0, 300)))
    # Another campaign buys three of the same call at 2.00 with 1.00 of fees.
    book.apply(fill(day(3), leg(CALL, 3, 2.0, fee_cents=100), campaign="L1@2"))
    book.apply(fill(day(4), leg(LATER, 1, 3.0), layer="L2", campaign="L2@1"))
    book.earn(Interest(day(4), 777, 0.01))
    ledger = close_books(book, tape, WEEK, 0, ("L1", "L2"))
    legs = attribute_legs(ledger, tape)
    adds_up(ledger, legs)
    pnl = sum(legs.terms.values())
    by_leg = {
        (ledger.campaigns[campaign], ledger.contracts[contract]): pnl[
            (legs.campaign == campaign) & (legs.contract == contract)
        ].sum()
        for campaign, contract in set(zip(legs.campaign.tolist(), legs.contract.tolist(), strict=True))
        if campaign != NONE
    }
    assert by_leg == pytest.approx(
        {("L1@1", CALL): 2000 - 62.5, ("L1@1", LATER): 200 - 23, ("L1@2", CALL): 300 - 1, ("L2@1", LATER): 0.0}
    )
    assert by_campaign(ledger, legs)["costs"] == pytest.approx([-85.5, -1.0, 0.0])
    assert legs.terms["interest"][legs.campaign == NONE].tolist() == [7.77]


def test_the_fee_of_a_settlement_is_a_cost_of_its_leg():
    tape = Tape({PUT: [8.0, 9.0, 9.5]})
    book = Book(NAV)
    book.apply(fill(day(2), leg(PUT, -2, 8.0)))
    book.settle(Settlement(day(5), "L1", "L1@1", PUT, -2, 2790.0, 10.0, -2_000_00, "close", 250))
    ledger = close_books(book, tape, WEEK, 0, ("L1",))
    legs = attribute_legs(ledger, tape)
    adds_up(ledger, legs)
    assert legs.terms["costs"].tolist() == [0.0, 0.0, 0.0, -2.5]


def test_an_account_that_held_nothing_gained_its_interest():
    book = Book(NAV)
    book.earn(Interest(day(3), 250, 0.01))
    ledger = close_books(book, Tape(), WEEK, 0, ("L1",))
    legs = attribute_legs(ledger, Tape())
    adds_up(ledger, legs)
    assert legs.session.tolist() == [1]
    assert {term: values.tolist() for term, values in legs.terms.items() if values.any()} == {"interest": [2.5]}


def test_what_is_left_over_is_of_third_order():
    # Twice the move, eight times the residual: moves of price and volatility by s, of time by s squared.
    def residual(s: float) -> float:
        end = at(20.0 + 2.0 * s, YEARS - 4 * s * s / 365, 0.95 + 0.15 * s)
        return terms(Tape(moved={CALL: [at(), end, end, end, end]}), quantity=100_000)["residual"][1]

    assert residual(0.5) / residual(0.25) == pytest.approx(8.0, rel=0.15)
    assert residual(0.25) / residual(0.125) == pytest.approx(8.0, rel=0.08)


mark = st.tuples(st.floats(8.0, 90.0), st.floats(0.005, 0.5), st.floats(0.8, 1.0), st.floats(0.05, 3.0))
gap = st.just((NAN, NAN, NAN, NAN))


@given(
    path=st.tuples(mark, *[st.one_of(mark, mark, gap)] * 4),
    quantities=st.lists(st.integers(-30, 30), min_size=5, max_size=5),
    strike=st.floats(5.0, 100.0),
    call=st.booleans(),
)
def test_terms_add_to_the_pnl_of_any_path(path, quantities, strike, call):
    contract = CALL._replace(strike=strike, right="C" if call else "P")
    tape = Tape(moved={contract: list(path)})
    book = Book(NAV)
    for k, quantity in enumerate(quantities):
        if quantity and not tape.lives[contract].stale[k]:
            mid = tape.life(contract, 0).mark(k)
            book.apply(fill(WEEK[k], leg(contract, quantity, mid * 1.01, mid, 65 * abs(quantity)), kind="adjust"))
    ledger = close_books(book, tape, WEEK, 0, ("L1",))
    found = attribute(ledger, tape)
    closes(ledger, found)
    assert all(np.isfinite(values).all() for layer in found.values() for values in layer.values())
    adds_up(ledger, attribute_legs(ledger, tape))
