"""The search for a credit, on a grid of fives whose every price is written down."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.decision.layers.condor import CondorParams
from alvh.decision.layers.condor_strikes import CondorStrikes, credit_points
from alvh.decision.layers.credit_search import alternating, by_daily_range, less_skewed, next_strike
from alvh.market.quotes import Series
from alvh.values import Contract, Missing
from decision.desk import MONDAY, Desk

EXPIRY = MONDAY + dt.timedelta(1)
SERIES = Series("SPXW", EXPIRY, 1)
STRIKES = [float(k) for k in range(2600, 3001, 5)]


def desk(steepness: float = 12.0, put_premium: float = 1.3) -> Desk:
    """Options at 2800 whose prices halve every `steepness` points from the money; puts are dearer."""
    quotes = {}
    for strike in STRIKES:
        away = abs(strike - 2800.0)
        price = 20.0 * 0.5 ** (away / steepness)
        quotes[Contract("SPXW", EXPIRY, strike, "P")] = price * put_premium
        quotes[Contract("SPXW", EXPIRY, strike, "C")] = price
    return Desk(
        quotes=quotes,
        strikes={EXPIRY: STRIKES},
        deltas={(EXPIRY, "P", 0.18): 2785.0, (EXPIRY, "C", 0.18): 2815.0},
        forwards={EXPIRY: 2800.0},
    )


def params(credit: float, **changes: object) -> CondorParams:
    return CondorParams(shorts="edr_credit", short=credit, wing_points=5.0, **changes)


def search(view: Desk, credit: float, distance: float, **changes: object) -> CondorStrikes | Missing:
    return by_daily_range(view, SERIES, params(credit, **changes), distance)


def test_the_credit_of_a_pair_of_strikes_by_hand() -> None:
    # Puts 2775/2770: 26 x (0.5^(25/12) - 0.5^(30/12)) = 26 x (0.23597 - 0.17678) = 1.5390.
    # Calls 2825/2830: 20 x the same = 1.1838. Together 2.7228.
    found = credit_points(desk(), SERIES, CondorStrikes(2770.0, 2775.0, 2825.0, 2830.0))
    assert found == pytest.approx(2.7228, abs=1e-4)


def test_it_stays_where_the_credit_is_right_at_once() -> None:
    assert search(desk(), 2.72, 25.0) == CondorStrikes(2770.0, 2775.0, 2825.0, 2830.0)


def test_too_large_a_credit_moves_the_less_skewed_wing_outwards_first() -> None:
    # One step out of the call, the less skewed side: 1.5390 + 20 x (0.5^2.5 - 0.5^(35/12)) = 1.5390 + 0.8869 = 2.4259.
    assert search(desk(), 2.43, 25.0) == CondorStrikes(2770.0, 2775.0, 2830.0, 2835.0)


def test_then_the_other_wing() -> None:
    # Then the put too: 26 x (0.17678 - 0.13243) = 1.1529, with the call's 0.8869 together 2.0398.
    assert search(desk(), 2.04, 25.0) == CondorStrikes(2765.0, 2770.0, 2830.0, 2835.0)


def test_too_small_a_credit_moves_them_inwards_but_not_past_the_limit_of_delta() -> None:
    wanted = credit_points(desk(), SERIES, CondorStrikes(2780.0, 2785.0, 2815.0, 2820.0))
    assert search(desk(), wanted, 60.0) == CondorStrikes(2780.0, 2785.0, 2815.0, 2820.0)
    refused = search(desk(), wanted + 1.0, 60.0)
    assert isinstance(refused, Missing)
    assert "misses it by 1.00" in refused.why


def test_a_step_that_passes_the_credit_by_ends_the_search() -> None:
    refused = search(desk(), 2.57, 25.0, credit_tolerance_points=0.05)
    assert isinstance(refused, Missing)
    # 2.7228 and 2.4259 lie on either side: they miss 2.57 by 0.1528 and 0.1441.
    assert "misses it by 0.14" in refused.why
    assert search(desk(), 2.57, 25.0, credit_tolerance_points=0.15) == CondorStrikes(2770.0, 2775.0, 2830.0, 2835.0)


def test_without_a_daily_range_or_a_strike_there_is_no_search() -> None:
    assert isinstance(search(desk(), 1.0, float("nan")), Missing)
    bare = Desk(strikes={EXPIRY: STRIKES})
    assert isinstance(search(bare, 1.0, 25.0), Missing)


def test_the_less_skewed_side_is_the_one_with_the_lower_volatility() -> None:
    assert less_skewed(desk(put_premium=1.3), SERIES, 2775.0, 2825.0) == "C"
    assert less_skewed(desk(put_premium=0.7), SERIES, 2775.0, 2825.0) == "P"


def test_sides_alternate_and_the_next_strike_skips_what_is_not_listed() -> None:
    assert list(itertools.islice(alternating("C"), 3)) == ["C", "P", "C"]
    sparse = Desk(strikes={EXPIRY: [2700.0, 2725.0, 2750.0]})
    assert next_strike(sparse, SERIES, "P", 2725.0, -1) == 2700.0
    assert next_strike(sparse, SERIES, "P", 2725.0, 1) == 2750.0


@given(credit=st.floats(0.3, 4.0), distance=st.floats(5.0, 120.0), steepness=st.floats(6.0, 30.0))
@settings(max_examples=60, deadline=None)
def test_what_it_finds_keeps_every_promise(credit: float, distance: float, steepness: float) -> None:
    view = desk(steepness)
    found = search(view, credit, distance)
    if isinstance(found, Missing):
        return
    assert abs(credit_points(view, SERIES, found) - credit) <= 0.05 + 1e-9
    assert found.long_put < found.short_put <= 2785.0
    assert 2815.0 <= found.short_call < found.long_call
