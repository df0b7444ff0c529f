"""Interest to the cent, and the internal rate of return of the published example."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from alvh.maths.money import interest_cents, present_value, xirr
from alvh.values import Missing


def test_the_methodology_vector_of_xirr() -> None:
    """methodology.md section 10: Microsoft's own example, .373363 as printed, .3733625335 exactly."""
    dates = [dt.date(1992, 1, 1), dt.date(1992, 3, 1), dt.date(1992, 10, 30), dt.date(1993, 2, 15), dt.date(1993, 4, 1)]
    rate = xirr(dates, [-10000, 2750, 4250, 3250, 2750])
    assert rate == pytest.approx(0.3733625335, abs=5e-11)
    assert xirr(dates[::-1], [2750, 3250, 4250, 2750, -10000]) == rate


def test_a_year_of_ten_per_cent() -> None:
    assert xirr([dt.date(2023, 1, 1), dt.date(2024, 1, 1)], [-100.0, 110.0]) == pytest.approx(0.10, abs=1e-12)
    assert xirr([dt.date(2023, 1, 1), dt.date(2024, 1, 1)], [-100.0, 1.0]) == pytest.approx(-0.99, abs=1e-12)


start = dt.date(2020, 1, 1)
outlays = st.lists(st.tuples(st.integers(0, 300), st.floats(1.0, 1e6)), min_size=1, max_size=4)
returns = st.lists(st.tuples(st.integers(301, 3000), st.floats(1.0, 1e6)), min_size=1, max_size=6)


@given(outlays, returns)
def test_the_rate_found_balances_the_flows(paid, received) -> None:
    flows = [(start + dt.timedelta(d), -x) for d, x in paid] + [(start + dt.timedelta(d), x) for d, x in received]
    rate = xirr([d for d, _ in flows], [x for _, x in flows])
    assume(not isinstance(rate, Missing))
    years = [(d - start).days / 365 for d, _ in flows]
    scale = sum(abs(x) * (1 + rate) ** -t for (_, x), t in zip(flows, years, strict=True))
    assert abs(present_value(rate, [x for _, x in flows], years)) <= 1e-9 * scale


@pytest.mark.parametrize("amounts", [[1.0, 2.0, 3.0], [-1.0, -2.0, -3.0], [-1.0, 3.0, -2.0], [0.0, 0.0, 0.0]])
def test_flows_that_do_not_change_sign_once_have_no_rate(amounts) -> None:
    found = xirr([start, start + dt.timedelta(30), start + dt.timedelta(60)], amounts)
    assert isinstance(found, Missing)
    assert "sign" in found.why


def test_a_rate_out_of_reach_is_missing() -> None:
    assert isinstance(xirr([start, start + dt.timedelta(1)], [-1.0, 1e9]), Missing)


def test_flows_of_one_day_are_one_flow() -> None:
    year = start + dt.timedelta(365)
    assert xirr([start, start, year], [50.0, -150.0, 110.0]) == pytest.approx(0.10, abs=1e-12)


@pytest.mark.parametrize("amounts", [[1.0], [1.0, math.nan], [1.0, math.inf]])
def test_malformed_flows_raise(amounts) -> None:
    with pytest.raises(ValueError, match="2 dates"):
        xirr([start, start + dt.timedelta(1)], amounts)


def test_interest_worked_by_hand() -> None:
    """5,000,000 USD at 4.38 % for a day is 600.00 USD; for three days over a weekend 1,800.00."""
    assert interest_cents(500_000_000, 0.0438, 1) == 60_000
    assert interest_cents(500_000_000, 0.0438, 3) == 180_000
    assert interest_cents(-100_000, 0.05, 73) == -1_000
    assert interest_cents(100_000, 0.036, 10, basis_days=360) == 100
    assert interest_cents(100_000, 0.05, 0) == 0


def test_half_a_cent_goes_to_the_even_one() -> None:
    """730 cents at 12.5 % for 2 days are exactly half a cent; 2,190 cents one and a half."""
    assert interest_cents(730, 0.125, 2) == 0
    assert interest_cents(2_190, 0.125, 2) == 2


@given(st.integers(-(10**12), 10**12), st.floats(-0.01, 0.2), st.integers(0, 400))
def test_interest_is_within_half_a_cent_and_odd_in_the_principal(principal, rate, days) -> None:
    paid = interest_cents(principal, rate, days)
    assert interest_cents(-principal, rate, days) == -paid
    exact = principal * rate * days / 365
    assert abs(paid - exact) <= 0.5 + 1e-9 * abs(exact)


@pytest.mark.parametrize(
    ("rate", "days", "basis"), [(math.nan, 1, 365), (math.inf, 1, 365), (0.05, -1, 365), (0.05, 1, 0)]
)
def test_interest_that_makes_no_sense_raises(rate, days, basis) -> None:
    with pytest.raises(ValueError, match="finite rate"):
        interest_cents(100, rate, days, basis)
