"""The compiled searches against the plainest loop that does the same."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.special import ndtr

from alvh.market.chain_search import find_row, gather_life, nearest_abs, parity_forward, strike_by_delta

NAN = float("nan")
FORWARD, YEARS, DISCOUNT = 5020.0, 45 / 365, math.exp(-0.045 * 45 / 365)


def black(strike, vol, call):
    d1 = (math.log(FORWARD / strike) + 0.5 * vol * vol * YEARS) / (vol * math.sqrt(YEARS))
    d2 = d1 - vol * math.sqrt(YEARS)
    sign = 1.0 if call else -1.0
    return DISCOUNT * sign * (FORWARD * ndtr(sign * d1) - strike * ndtr(sign * d2))


def smile(strike):
    return 0.16 - 0.5 * math.log(strike / FORWARD)


def test_parity_gives_the_forward_of_the_methodology():
    # methodology.md section 10: r = 4.5 %, T = 45/365, K = 5000, 112.40 / 87.10 -> 5025.441.
    strike = np.array([5000.0, 5000.0])
    mid = np.array([112.40, 87.10])
    assert parity_forward(strike, mid - 0.2, mid + 0.2, 0, 1, 1, 2, DISCOUNT) == pytest.approx(5025.441, abs=5e-4)


def test_parity_uses_the_strike_where_call_and_put_are_nearest():
    strikes = np.array([4900.0, 5000.0, 5050.0, 5200.0, 4900.0, 5000.0, 5100.0, 5200.0])
    mid = np.array([180.0, 90.0, 60.0, 30.0, 50.0, 85.0, 150.0, 210.0])
    got = parity_forward(strikes, mid - 0.5, mid + 0.5, 0, 4, 4, 8, DISCOUNT)
    assert got == pytest.approx(5000.0 + 5.0 / DISCOUNT, abs=1e-9)


@pytest.mark.parametrize(
    ("bid", "ask"),
    [
        ([0.0, 85.0], [90.0, 86.0]),
        ([89.0, 0.0], [90.0, 86.0]),
        ([91.0, 85.0], [90.0, 86.0]),
        ([NAN, 85.0], [90.0, 86.0]),
    ],
)
def test_parity_needs_both_sides_of_both(bid, ask):
    strikes = np.array([5000.0, 5000.0])
    assert math.isnan(parity_forward(strikes, np.array(bid), np.array(ask), 0, 1, 1, 2, DISCOUNT))


def test_parity_of_strikes_that_do_not_meet_is_nothing():
    strikes, price = np.array([5000.0, 5050.0]), np.array([9.0, 9.0])
    assert math.isnan(parity_forward(strikes, price, price, 0, 1, 1, 2, DISCOUNT))
    assert math.isnan(parity_forward(strikes, price, price, 0, 0, 0, 0, DISCOUNT))


CHAIN = st.lists(
    st.tuples(st.integers(1, 40), st.booleans(), st.booleans(), st.floats(0.05, 50), st.floats(-0.3, 2)),
    max_size=25,
    unique_by=lambda r: r[:2],
)


@given(rows=CHAIN)
def test_parity_is_what_a_plain_loop_finds(rows):
    rows = sorted(rows, key=lambda r: (not r[1], r[0]))
    strike = np.array([100.0 * r[0] for r in rows])
    bid = np.array([r[3] if r[2] else 0.0 for r in rows])
    ask = np.array([r[3] + r[4] for r in rows])
    calls = sum(r[1] for r in rows)
    best = (math.inf, NAN)
    for c in range(calls):
        for p in range(calls, len(rows)):
            if strike[c] == strike[p] and min(bid[c], bid[p]) > 0 and ask[c] >= bid[c] and ask[p] >= bid[p]:
                gap = (bid[c] + ask[c]) / 2 - (bid[p] + ask[p]) / 2
                if abs(gap) < best[0]:
                    best = (abs(gap), strike[c] + gap / DISCOUNT)
    got = parity_forward(strike, bid, ask, 0, calls, calls, len(rows), DISCOUNT)
    assert got == pytest.approx(best[1], rel=1e-12, nan_ok=True)


def implied(value, strike, call):
    """Return the volatility by scipy; None where there is none."""
    low, high = 1e-4, 5.0
    if not black(strike, low, call) + 1e-10 < value < black(strike, high, call):
        return None
    return brentq(lambda v: black(strike, v, call) - value, low, high, xtol=1e-13)


@given(
    call=st.booleans(),
    target=st.floats(0.02, 0.9),
    spoilt=st.lists(st.sampled_from(["", "no bid", "crossed", "nan", "below intrinsic"]), min_size=41, max_size=41),
)
def test_the_strike_by_delta_is_what_brute_force_finds(call, target, spoilt):
    strike = np.arange(4000.0, 6050.0, 50.0)
    mid = np.array([black(k, smile(k), call) for k in strike])
    bid, ask = mid - 0.01 * mid, mid + 0.01 * mid
    for n, how in enumerate(spoilt):
        if how == "no bid":
            bid[n] = 0.0
        elif how == "crossed":
            bid[n], ask[n] = ask[n], bid[n]
        elif how == "nan":
            ask[n] = NAN
        elif how == "below intrinsic":
            bid[n], ask[n] = 0.01 * bid[n], 0.01 * ask[n]
    misses = {}
    for n, k in enumerate(strike):
        if bid[n] > 0 and ask[n] >= bid[n]:
            vol = implied(0.5 * (bid[n] + ask[n]), k, call)
            if vol is not None:
                d1 = (math.log(FORWARD / k) + 0.5 * vol * vol * YEARS) / (vol * math.sqrt(YEARS))
                misses[n] = abs((ndtr(d1) if call else ndtr(-d1)) - target)
    at = strike_by_delta(strike, bid, ask, FORWARD, YEARS, DISCOUNT, call, target)
    if not misses:
        assert at == -1
    else:
        assert misses[at] == pytest.approx(min(misses.values()), abs=1e-9)


def test_without_a_forward_no_strike_has_a_delta():
    one = np.array([5000.0]), np.array([80.0]), np.array([81.0])
    assert strike_by_delta(*one, NAN, YEARS, DISCOUNT, True, 0.5) == -1
    assert strike_by_delta(*(a[:0] for a in one), FORWARD, YEARS, DISCOUNT, True, 0.5) == -1


def test_the_nearest_vendor_delta_goes_by_size():
    assert nearest_abs(np.array([NAN, -0.30, -0.17, -0.10]), 0.16) == 2
    assert nearest_abs(np.array([0.15, 0.17]), 0.16) == 0
    assert nearest_abs(np.array([NAN, NAN]), 0.16) == -1
    assert nearest_abs(np.array([]), 0.16) == -1


KEYS, STARTS = np.array([10, 20, 40]), np.array([0, 2, 3, 5])
STRIKES = np.array([90.0, 100.0, 100.0, 95.0, 100.0])


@pytest.mark.parametrize(
    ("key", "strike", "row"),
    [
        (10, 90.0, 0),
        (10, 100.0, 1),
        (20, 100.0, 2),
        (40, 95.0, 3),
        (40, 100.0, 4),
        (10, 95.0, -1),
        (20, 101.0, -1),
        (30, 100.0, -1),
        (50, 100.0, -1),
        (-1, 90.0, -1),
    ],
)
def test_a_row_is_found_in_its_own_group(key, strike, row):
    assert find_row(KEYS, STARTS, STRIKES, key, strike) == row


def test_a_life_is_gathered_session_by_session():
    bid = np.array([1.0, 2.0, 3.0, 0.0, 5.0])
    ask = np.array([1.0, 2.5, 2.9, 0.4, 5.5])
    mid, half, rows = np.empty(5), np.empty(5), np.empty(5, dtype=np.int64)
    gather_life(KEYS, STARTS, STRIKES, bid, ask, 10, 10, 100.0, rows, mid, half)
    # Keys 10, 20, 30, 40, 50: good, crossed, not quoted, good, not quoted.
    np.testing.assert_allclose(mid, [2.25, NAN, NAN, 5.25, NAN])
    np.testing.assert_allclose(half, [0.25, NAN, NAN, 0.25, NAN])
    assert rows.tolist() == [1, -1, -1, 4, -1]
    gather_life(KEYS, STARTS, STRIKES, bid, ask, 40, 10, 95.0, rows[:1], mid[:1], half[:1])
    assert (mid[0], half[0]) == (0.2, 0.2)


@pytest.mark.parametrize(("bid", "ask"), [(-1.0, 1.0), (0.0, 0.0), (NAN, 1.0), (1.0, NAN), (1.0, 0.9)])
def test_an_unusable_quote_is_no_mark(bid, ask):
    mid, half, rows = np.empty(1), np.empty(1), np.zeros(1, dtype=np.int64)
    gather_life(
        np.array([7]), np.array([0, 1]), np.array([50.0]), np.array([bid]), np.array([ask]), 7, 1, 50.0, rows, mid, half
    )
    assert np.isnan([mid[0], half[0]]).all()
    assert rows[0] == -1
