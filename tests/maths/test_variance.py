"""The VIX strip: every intermediate of the white paper, SKEW, the rules of the walk, quotes that reject a series."""

from __future__ import annotations

import csv
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.maths import black, smile, ssvi, variance
from alvh.maths.variance import Chain, Strip, strip
from alvh.values import Missing
from answers.white_paper_2014 import EXPECTED, NEAR_TERM, NEXT_TERM


def chain_of(rows: np.ndarray) -> Chain:
    return Chain(*(np.ascontiguousarray(column) for column in rows.T))


def parsed(text: str) -> np.ndarray:
    return np.array([[float(x) for x in row.split()] for row in text.replace("\n", " ").split(";")])


def read(folder, name: str) -> np.ndarray:
    with (folder / f"{name}.csv").open() as file:
        return np.array([[float(x) for x in row] for row in list(csv.reader(file))[1:]])


def solved(chain: Chain, minutes: float, rate: float, **choice) -> Strip:
    found = strip(chain, minutes / variance.MINUTES_A_YEAR, rate, **choice)
    assert isinstance(found, Strip), found
    return found


def intermediates(near: Strip, later: Strip) -> dict[str, float]:
    quantities = {"VIX": variance.vix(near, later)}
    for name, i, one in (("near", 1, near), ("next", 2, later)):
        quantities |= {
            f"{name}_rate": one.rate,
            f"{name}_minutes": one.years * variance.MINUTES_A_YEAR,
            f"T{i}": one.years,
            f"{name}_parity_strike": one.parity_strike,
            f"F{i}": one.forward,
            f"K0_{i}": one.centre,
            f"{name}_strikes_used": one.strikes.size,
            f"{name}_lowest_strike": one.strikes[0],
            f"{name}_highest_strike": one.strikes[-1],
            f"{name}_K0_mid": one.quotes[one.strikes == one.centre][0],
            f"{name}_first_contribution": one.contributions[0],
            f"{name}_last_contribution": one.contributions[-1],
            f"{name}_sum_term": one.sum_term,
            f"{name}_forward_term": one.forward_term,
            f"sigma{i}_sq": one.variance,
        }
    return quantities


@pytest.fixture(scope="module")
def paper() -> tuple[Strip, Strip]:
    near = solved(chain_of(parsed(NEAR_TERM)), 35_924, 0.000305)
    return near, solved(chain_of(parsed(NEXT_TERM)), 46_394, 0.000286)


def test_every_intermediate_of_the_2014_white_paper(paper) -> None:
    found = intermediates(*paper)
    assert found.keys() == EXPECTED.keys()
    for quantity, (value, tolerance) in EXPECTED.items():
        assert found[quantity] == pytest.approx(value, abs=max(tolerance, 1e-9) * 1.01), quantity


def test_the_methodology_contributions(paper) -> None:
    """methodology.md section 1: 1370 put 5.32805e-7; 1960 average (22.775) 2.96432e-5; VIX 13.6858."""
    near, later = paper
    assert near.contributions[0] == pytest.approx(5.32805e-7, rel=1e-6)
    at = int(np.flatnonzero(near.strikes == 1960)[0])
    assert near.contributions[at] == pytest.approx(2.96432e-5, rel=2e-6)
    assert variance.vix(near, later) == pytest.approx(13.6858, abs=5e-5)


def test_skew_of_the_white_paper_chain(paper) -> None:
    """methodology.md section 6: S = -3.8094 and -3.6387, weight .305062, SKEW = 136.91."""
    near, later = paper
    assert variance.skewness(near) == pytest.approx(-3.8094, abs=5e-5)
    assert variance.skewness(later) == pytest.approx(-3.6387, abs=5e-5)
    assert variance.near_weight(35_924, 46_394) == pytest.approx(0.305062, abs=5e-7)
    assert variance.skew(near, later) == pytest.approx(136.91, abs=0.005)


@pytest.mark.shared
def test_every_intermediate_of_the_2009_white_paper_and_the_embedded_chains(shared) -> None:
    folder = shared / "data/real/vix_whitepaper"
    assert parsed(NEAR_TERM).tolist() == read(folder, "near_term_2014").tolist()
    assert parsed(NEXT_TERM).tolist() == read(folder, "next_term_2014").tolist()
    near = solved(chain_of(read(folder, "near_term_2009")), 12_960, 0.0038)
    found = intermediates(near, solved(chain_of(read(folder, "next_term_2009")), 53_280, 0.0038))
    with (folder / "expected.csv").open() as file:
        for row in csv.DictReader(file):
            tolerance = max(float(row["tolerance"]), 1e-9) * 1.01
            assert found[row["quantity"]] == pytest.approx(float(row["value_2009"]), abs=tolerance), row["quantity"]
    assert found["VIX"] == pytest.approx(61.217999, abs=1e-6)


def test_the_modelled_condor_of_the_white_paper_chain(paper) -> None:
    """methodology.md section 6: 1795/1900/2000/2030 market 10.15, half-spreads 1.40, SSVI (-0.6, 1.2) 11.02."""
    near, _ = paper
    rows = {row[0]: row[1:] for row in parsed(NEAR_TERM)}
    legs = ((1795.0, False, 1), (1900.0, False, -1), (2000.0, True, -1), (2030.0, True, 1))
    quotes = [(rows[strike][:2] if call else rows[strike][2:], sign) for strike, call, sign in legs]
    credit = -sum(sign * (bid + ask) / 2 for (bid, ask), sign in quotes)
    half_spreads = sum((ask - bid) / 2 for (bid, ask), _ in quotes)
    assert credit == pytest.approx(10.15, abs=1e-9)
    assert half_spreads == pytest.approx(1.40, abs=1e-9)
    # Section 3's slippage vector: half of the spreads given up leaves 9.45.
    assert credit - 0.5 * half_spreads == pytest.approx(9.45, abs=1e-9)
    theta = smile.theta_for_strip(near.variance * near.years, -0.6, 1.2)
    discount = math.exp(-near.rate * near.years)
    modelled = 0.0
    for strike, call, sign in legs:
        vol = ssvi.vol(math.log(strike / near.forward), theta, -0.6, 1.2, near.years)
        modelled -= sign * black.price(near.forward, strike, near.years, vol, discount, call)
    assert modelled == pytest.approx(11.02, abs=0.01)


def small(**changes) -> Chain:
    """Strikes 90 to 110 by 2.5, forward 100.5, tight quotes everywhere."""
    strikes = np.arange(90.0, 111.0, 2.5)
    call = np.maximum(100.5 - strikes, 0) + 2.0 - 0.02 * np.abs(strikes - 100)
    put = call - 100.5 + strikes
    chain = Chain(strikes, call - 0.1, call + 0.1, put - 0.1, put + 0.1)
    return replace(chain, **changes)


def with_values(array: np.ndarray, values: dict[int, float]) -> np.ndarray:
    changed = array.copy()
    for at, value in values.items():
        changed[at] = value
    return changed


def test_a_single_zero_bid_inside_the_strip_does_not_stop_it() -> None:
    found = solved(small(put_bid=with_values(small().put_bid, {2: 0.0})), 40_000, 0.0)
    assert found.strikes.tolist() == [90, 92.5, 97.5, 100, 102.5, 105, 107.5, 110]
    # The gap it leaves widens its neighbours: (97.5 - 90) / 2 at 92.5.
    assert found.contributions[1] == pytest.approx(3.75 / 92.5**2 * found.quotes[1], rel=1e-12)


def test_two_zero_bids_stop_it_even_if_later_bids_are_positive() -> None:
    found = solved(small(put_bid=with_values(small().put_bid, {1: 0.0, 2: 0.0})), 40_000, 0.0)
    assert found.strikes.tolist() == [97.5, 100, 102.5, 105, 107.5, 110]
    found = solved(small(call_bid=with_values(small().call_bid, {5: 0.0, 6: 0.0})), 40_000, 0.0)
    assert found.strikes.tolist() == [90, 92.5, 95, 97.5, 100]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"put_ask": with_values(small().put_ask, {1: 0.0})}, "the put at 92.5 is quoted"),
        ({"put_ask": with_values(small().put_ask, {1: math.nan})}, "the put at 92.5 is quoted"),
        ({"call_ask": with_values(small().call_ask, {6: 0.01})}, "the call at 105 is quoted"),
        ({"call_bid": np.zeros(9)}, "no strike is quoted on both sides"),
        (
            {"call_bid": with_values(np.zeros(9), {4: 0.5}), "put_bid": with_values(np.zeros(9), {4: 0.5})},
            "only 1 strike",
        ),
    ],
)
def test_a_crossed_or_missing_quote_that_is_needed_rejects_the_series(changes, said) -> None:
    found = strip(small(**changes), 0.08, 0.0)
    assert isinstance(found, Missing)
    assert said in found.why


def test_a_crossed_quote_that_is_not_needed_does_not() -> None:
    found = strip(small(call_ask=with_values(small().call_ask, {0: 0.5})), 0.08, 0.0)
    assert isinstance(found, Strip)


def test_the_older_centre_rule_differs_only_where_the_forward_is_a_strike() -> None:
    call = np.array([4.0, 2.0, 1.0])
    put = np.array([1.5, 2.0, 3.5])
    chain = Chain(np.array([97.5, 100.0, 102.5]), call - 0.1, call + 0.1, put - 0.1, put + 0.1)
    assert solved(chain, 40_000, 0.0).forward == 100.0
    assert solved(chain, 40_000, 0.0).centre == 100.0
    assert solved(chain, 40_000, 0.0, centre_rule="below").centre == 97.5
    for rule in ("at or below", "below"):
        assert solved(small(), 40_000, 0.0, centre_rule=rule).centre == 100.0


def test_a_negative_variance_has_no_index(paper) -> None:
    near, later = paper
    assert math.isnan(variance.vix(replace(near, variance=-1.0), later))


@given(st.floats(0.08, 0.6), st.floats(-0.05, 0.05))
def test_the_strip_of_flat_black_prices_is_their_variance(vol, shift) -> None:
    """Strikes one point apart on a forward near 1000: the strip returns the volatility, but for the kink at K0."""
    years, forward = 40_000 / variance.MINUTES_A_YEAR, 1000 * math.exp(shift)
    strikes = np.arange(100.0, 4000.0)
    call = black.price_many(forward, strikes, years, vol, 1.0, True)
    put = black.price_many(forward, strikes, years, vol, 1.0, False)
    found = strip(Chain(strikes, call, call, put, put), years, 0.0)
    assert isinstance(found, Strip)
    assert math.sqrt(found.variance) == pytest.approx(vol, rel=3e-4)
