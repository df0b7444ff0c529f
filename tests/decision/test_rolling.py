"""The feasible set of a roll: by hand, and for any offers never above the original risk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.decision.held_condor import Wing
from alvh.decision.rolling import RollTerms, feasible, judged, shared_limit

# Two lots of a 10-wide condor sold at 3.00: cash 600, largest loss (10 - 3) x 200 = 1,400 USD. It costs 5.00 to close.
TERMS = RollTerms(
    lots=2, multiplier=100, width_points=10.0, max_loss_usd=1400.0, cash_usd=600.0, closing_usd=-1000.0,
    closing_half_usd=80.0, cost_share=0.375, fees_usd=24.0, cushion_usd=20.0, max_delta=0.25, max_symmetry=0.25,
)  # fmt: skip


def put(short: float = 95.0, credit: float = 3.0, width: float = 10.0, delta: float = 0.2, half: float = 0.2) -> Wing:
    return Wing("P", short, short - width, credit, half, delta, 0.2, 0.2)


def call(short: float = 105.0, credit: float = 2.6, width: float = 10.0, delta: float = 0.2, half: float = 0.2) -> Wing:
    return Wing("C", short, short + width, credit, half, delta, 0.2, 0.2)


def one(p: Wing, c: Wing, terms: RollTerms = TERMS):
    return judged(p, c, terms, 100.0, 0.1)


def test_a_feasible_roll_by_hand() -> None:
    made = one(put(), call())
    # Opens at 3.0 + 2.6 = 5.6 x 200 = 1,120; closes at 1,000: 120 net. Spreads: 80 + 0.4 x 200 = 160, of which 60.
    # 120 - 60 = 60 is at least 24 + 20.
    assert made.net_usd == pytest.approx(120.0)
    # 10 x 200 - 600 - 120 = 1,280 can be lost, 1,400 could.
    assert made.max_loss_usd == pytest.approx(1280.0)
    # 2,000 - 600 - 1,400 = 0 is needed for the largest loss; the fees of 24 are more.
    assert made.limit_usd == pytest.approx(24.0)
    # Cash (600 + 120) / 200 = 3.60 a lot: break-evens 91.4 and 108.6; [ln .914 + ln 1.086] / .1 = -0.0742.
    assert made.symmetry == pytest.approx(-0.07424, abs=1e-4)


@pytest.mark.parametrize(
    ("p", "c", "why"),
    [
        (put(short=106.0), call(), "the shorts cross"),
        (put(width=10.5), call(), "wider than the original"),
        (put(delta=0.26), call(), "the short delta"),
        (put(delta=float("nan")), call(), "the short delta"),
        # 1,104 - 1,000 = 104, less 60 of spreads: 44.00 are just enough, 43 are not.
        (put(credit=2.915), call(), "no net credit"),
        (put(short=88.0), call(short=102.0), "the symmetry"),
    ],
)
def test_each_bound_refuses(p: Wing, c: Wing, why: str) -> None:
    assert one(p, c) == why


def test_exactly_the_costs_and_the_cushion_are_enough() -> None:
    assert not isinstance(one(put(credit=2.92), call()), str)


def test_a_debit_paid_before_counts_against_the_largest_loss() -> None:
    # Only 400 are left of the cash: 2,000 - 400 - 1,400 = 200 is needed, 60 after costs are there.
    assert one(put(), call(), TERMS._replace(cash_usd=400.0)) == "the largest loss"


def test_the_farthest_strikes_that_pay_come_first_and_reasons_are_counted() -> None:
    far, near = put(short=92.0, delta=0.15, credit=2.95), put(short=95.0, delta=0.2, credit=3.3)
    anyhow = TERMS._replace(max_symmetry=None)
    found, reasons = feasible([near, far, put(delta=0.3)], [call()], anyhow, 100.0, 0.1)
    assert [r.put for r in found] == [far, near]
    assert reasons == {"the short delta": 1}


def test_the_limits_of_two_tickets_sum_to_that_of_the_roll() -> None:
    # Tickets of -500 and +620 at mid bring 120; both together may bring 24: each gives up 48.
    assert shared_limit(-500.0, 120.0, 24.0) == -548.0
    assert shared_limit(-500.0, 120.0, 24.0) + shared_limit(620.0, 120.0, 24.0) == pytest.approx(24.0)


WINGS = st.tuples(st.floats(0.0, 12.0), st.floats(0.5, 15.0), st.floats(0.01, 0.4), st.floats(0.0, 1.0))


@given(
    puts=st.lists(st.tuples(st.floats(60.0, 99.0), WINGS), max_size=4),
    calls=st.lists(st.tuples(st.floats(101.0, 140.0), WINGS), max_size=4),
    cash=st.floats(-2000.0, 2000.0),
    closing=st.floats(-3000.0, 0.0),
    slip=st.floats(0.0, 1.0),
)
def test_no_roll_risks_more_than_the_original_whatever_the_fill(puts, calls, cash, closing, slip) -> None:
    terms = TERMS._replace(cash_usd=cash, closing_usd=closing)
    offered = (
        [put(k, c, w, d, h) for k, (c, w, d, h) in puts],
        [call(k, c, w, d, h) for k, (c, w, d, h) in calls],
    )
    found, reasons = feasible(*offered, terms, 100.0, 0.1)
    assert len(found) + reasons.total() == len(puts) * len(calls)
    for roll in found:
        width_usd = max(roll.put.width, roll.call.width) * 200
        assert roll.max_loss_usd <= terms.max_loss_usd + 1e-6
        assert max(roll.put.width, roll.call.width) <= terms.width_points
        assert not abs(roll.symmetry) > 0.25
        # A fill anywhere between the mid and the limit, and there is none below the limit.
        filled = roll.net_usd + slip * (roll.limit_usd - roll.net_usd)
        assert filled >= terms.fees_usd - 1e-6
        assert width_usd - terms.cash_usd - filled <= terms.max_loss_usd + 1e-6
