"""Errors beside a chain that the model priced itself, moved by a known amount: what was put in is found again."""

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh import conventions
from alvh.evidence import chain_errors
from alvh.evidence.chain_errors import captures_of, condor_credit, half_spreads_off, own_shift, rmse
from alvh.market.smile_inputs import smile_inputs
from alvh.market.spx_model import expiry_variance
from alvh.maths import black
from alvh.maths.smile import ETA, rho_of, theta_for_strip, vol
from market.plainmarket import plain_history

HISTORY = plain_history()
INPUTS = smile_inputs(HISTORY)
AT = 5
SESSION = HISTORY.dates[AT]
EXPIRIES = (dt.date(2019, 1, 25), dt.date(2019, 2, 15), dt.date(2019, 2, 22), dt.date(2019, 3, 15))
HALF = 0.1


def quotes(level=0.0, slope=0.0, expiries=EXPIRIES, eta=ETA):
    """Chains on a forward of 3000 whose volatilities are the model's under a shift, with strikes every 5 points."""
    rho = rho_of(95.0) + slope
    rows = []
    for expiry in expiries:
        ends = conventions.settlement_instant("SPXW", expiry)
        clock = float(conventions.clock_at(ends))
        total = expiry_variance(clock, INPUTS.clock[AT], INPUTS.node_clock[AT], INPUTS.node_variance[AT])
        theta = theta_for_strip(total * math.exp(2.0 * level), rho, eta)
        years = ends - conventions.close_instant("SPXW", SESSION)
        for strike in np.arange(2400.0, 3300.0, 5.0).tolist():
            call, t = strike >= 3000.0, years / 365.0
            sigma = vol(math.log(strike / 3000.0), theta, rho, eta, t)
            mid = black.price(3000.0, strike, t, sigma, 1.0, call)
            delta = abs(black.delta(3000.0, strike, t, sigma, call))
            rows.append((SESSION, None, "made", "SPXW", expiry, call, strike, mid, HALF, t, years, 3000.0, 1.0, ends,
                         sigma, delta, True))  # fmt: skip
    names = ("session", "snapshot", "source", "series", "expiry", "call", "strike", "mid", "half", "years", "days",
             "forward", "discount", "settle_instant", "vol", "abs_delta", "otm")  # fmt: skip
    return pl.DataFrame(rows, schema=names, orient="row")


def capture(**how):
    (one,) = captures_of(quotes(**how), INPUTS, HISTORY.dates)
    return one


def test_its_own_chain_is_met():
    one = capture()
    assert rmse(one.error()) < 0.01
    assert one.whole
    assert np.max(np.abs(half_spreads_off(one))) < 0.1
    credit, off = condor_credit(one)
    assert credit > 0.0
    assert off == pytest.approx(0.0, abs=1e-3)


def test_only_the_traded_part_is_judged_and_fragments_are_no_chain():
    one = capture()
    assert one.abs_delta[one.judged].min() >= 0.05
    assert one.abs_delta[one.judged].max() <= 0.50
    assert not capture(expiries=EXPIRIES[:2]).whole
    # 15 February, 22 February and 15 March 2019 are Fridays; 25 January too.
    assert one.friday.all()
    assert captures_of(quotes(), INPUTS, [dt.date(2001, 1, 2)]) == []


@settings(max_examples=15, deadline=None)
@given(st.floats(-0.1, 0.1), st.floats(-0.2, 0.2))
def test_a_shift_put_in_is_found_again(level, slope):
    found = own_shift(capture(level=level, slope=slope))
    assert found[0] == pytest.approx(level, abs=2e-3)
    assert found[1] == pytest.approx(slope, abs=5e-3)


def test_a_market_a_tenth_lower_is_a_tenth_of_volatility_too_high_and_the_credit_too():
    low = capture(level=math.log(0.9))
    share = low.error() / (100.0 * low.market[low.judged])
    # The model is 1/0.9 - 1 = 11 % above at the money; a smile of more variance is rounder, so less in the wings.
    money = low.abs_delta[low.judged] > 0.45
    np.testing.assert_allclose(share[money], 1.0 / 0.9 - 1.0, atol=0.02)
    assert np.all((share > 0.05) & (share < 0.15))
    assert condor_credit(low)[1] > 0.05


def test_the_condor_has_wings_of_one_per_cent_and_its_credit_is_theirs():
    one = capture()
    at = one.expiry == 2
    # 22 February is 44 days ahead, the nearest to 45. Shorts nearest 16 delta, wings 30 points (1 % of 3000) beyond.
    assert round(float(one.days[at][0])) == 44
    by_hand = 0.0
    for call, sign in ((False, -1.0), (True, 1.0)):
        side = np.flatnonzero(at & (one.call == call))
        short = side[np.argmin(np.abs(one.abs_delta[side] - 0.16))]
        wing = np.flatnonzero(at & (one.strike == one.strike[short] + sign * 30.0))[0]
        by_hand += one.mid[short] - one.mid[wing]
    assert condor_credit(one)[0] == pytest.approx(by_hand, rel=1e-12)
    assert condor_credit(capture(expiries=EXPIRIES[:1])) is None


def test_another_bend_is_solved_not_looked_up():
    bent = capture(eta=0.9)
    assert rmse(bent.error(eta=0.9)) < 0.01
    assert rmse(bent.error()) > 0.1


def test_expiries_of_one_capture_are_told_apart():
    assert chain_errors.WHOLE_EXPIRIES == 3
    assert sorted(set(capture().expiry.tolist())) == [0, 1, 2, 3]
