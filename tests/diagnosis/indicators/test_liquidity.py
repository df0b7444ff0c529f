"""The quick ratio of the market: by hand from flows, by hand from the fallback, and within its bounds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.diagnosis.indicators.liquidity import FROM_FALLBACK, FROM_FLOWS, corwin_schultz, prepare
from diagnosis.indicators.columns import standing

N = 70
VOLUME = [20e9] * 65 + [30e9] * 5


def flows(fund="SPY", volume=VOLUME, created=2e9, redeemed=1e9):
    return {
        f"{fund}.dollar_volume": volume,
        f"{fund}.creations_usd": [created] * N,
        f"{fund}.redemptions_usd": [redeemed] * N,
    }


def test_the_ratio_from_flows_by_hand():
    history = standing(flows())
    ratio = prepare(history, "lqr")
    # DV5 = 30e9, DV60 = (55 x 20e9 + 5 x 30e9) / 60 = 20.8333e9.
    # (2e9 + 0.05 x 30e9) / (1e9 + 0.05 x 20.8333e9) = 3.5e9 / 2.041667e9 = 1.714286
    assert ratio[-1] == pytest.approx(3.5 / 2.0416666667)
    assert np.isnan(ratio[:59]).all()
    assert prepare(history, "lqr_source")[-1] == FROM_FLOWS


def test_the_funds_are_summed_and_one_without_all_its_inputs_is_left_out():
    ivv = flows("IVV", [1e9] * N, created=0.0, redeemed=0.4e9)
    both = prepare(standing(flows() | ivv), "lqr")
    # IVV adds 0.05 x 1e9 above, and 0.4e9 + 0.05 x 1e9 below: (3.5 + 0.05) / (2.041667 + 0.45)
    assert both[-1] == pytest.approx(3.55 / 2.4916666667)
    without = {name: values for name, values in ivv.items() if not name.endswith("redemptions_usd")}
    assert prepare(standing(flows() | without), "lqr")[-1] == prepare(standing(flows()), "lqr")[-1]


def test_the_fallback_by_hand():
    # DV5 / DV60 = 30 / 20.8333 = 1.44; spread60 / spread5: (55 x 4 + 5 x 6) / 60 = 4.16667 bp over 6 bp.
    spread = [4e-4] * 65 + [6e-4] * 5
    history = standing({"SPY.dollar_volume": VOLUME, "SPY.cs_spread": spread})
    assert prepare(history, "lqr")[-1] == pytest.approx(1.44 * 4.1666666667 / 6.0)
    assert prepare(history, "lqr_source")[-1] == FROM_FALLBACK
    # Every second estimate is 0: 0 belongs to the mean, (6 + 0 + 6 + 0 + 6) / 5 = 3.6 bp.
    spread[-4] = spread[-2] = 0.0
    history = standing({"SPY.dollar_volume": VOLUME, "SPY.cs_spread": spread})
    sixty = (55 * 4 + 3 * 6) / 60
    assert prepare(history, "lqr")[-1] == pytest.approx(1.44 * sixty / 3.6)


def test_five_spreads_of_nothing_leave_no_ratio():
    spread = [4e-4] * 65 + [0.0] * 5
    history = standing({"SPY.dollar_volume": VOLUME, "SPY.cs_spread": spread})
    for name in ("lqr", "lqr_source", "lqr_falling_5d", "lqr_pct"):
        assert np.isnan(prepare(history, name)[-1])
    assert np.isfinite(prepare(history, "lqr")[-2])


def test_a_missing_session_leaves_no_ratio_while_a_window_holds_it():
    volume = [20e9] * N
    volume[62] = math.nan
    history = standing(flows(volume=volume))
    ratio = prepare(history, "lqr")
    assert np.isfinite(ratio[59:62]).all()
    assert np.isnan(ratio[62:]).all()


def test_falling_compares_with_five_sessions_before_of_the_same_source():
    spread = [4e-4] * 65 + [6e-4] * 5
    fields = {"SPY.dollar_volume": [20e9] * N, "SPY.cs_spread": spread}
    falling = prepare(standing(fields), "lqr_falling_5d")
    # Equal spreads until the 65th: equal ratios, not falling; then the spread widens day by day.
    assert falling[64] == 0.0
    assert (falling[65:] == 1.0).all()
    assert np.isnan(falling[:64]).all()
    # Flows become known on the last five sessions only: their ratio has nothing of its kind to compare with.
    known = [math.nan] * 61 + [1e9] * 9
    mixed = standing(fields | {"SPY.creations_usd": known, "SPY.redemptions_usd": known})
    assert prepare(mixed, "lqr_source")[-6:].tolist() == [FROM_FALLBACK] + [FROM_FLOWS] * 5
    assert np.isnan(prepare(mixed, "lqr_falling_5d")[-5:]).all()


def test_the_spread_of_two_days_by_hand():
    # Both days 101 / 99 and no gap: b = 2 x^2, g = x^2 with x = ln(101 / 99) = 0.0200007.
    # a = (2 x - sqrt(2) x) / k - x / sqrt(k) with k = 3 - 2 sqrt 2, sqrt k = sqrt 2 - 1:
    #   (2 - sqrt 2) / k = 3.414214, 1 / sqrt k = 2.414214, so a = x: the whole range is the spread.
    x = math.log(101.0 / 99.0)
    found = corwin_schultz(np.array([101.0, 101.0]), np.array([99.0, 99.0]), np.array([100.0, 100.0]))
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(2.0 * (math.exp(x) - 1.0) / (1.0 + math.exp(x)))
    assert found[1] == pytest.approx(0.02, rel=1e-4)
    # The same second day ten points up, opening beyond the close: moved back by the gap of 9, to 102 / 100.
    gap = corwin_schultz(np.array([101.0, 111.0]), np.array([99.0, 109.0]), np.array([100.0, 110.0]))
    moved = corwin_schultz(np.array([101.0, 102.0]), np.array([99.0, 100.0]), np.array([100.0, 101.0]))
    assert gap[1] == pytest.approx(moved[1])


def test_own_highs_and_lows_go_before_a_published_estimate():
    fields = {
        "SPY": [100.0] * N,
        "SPY.high": [101.0] * N,
        "SPY.low": [99.0] * N,
        "SPY.dollar_volume": VOLUME,
        "SPY.cs_spread": [math.nan] * N,
    }
    assert prepare(standing(fields), "lqr")[-1] == pytest.approx(1.44)


@given(st.lists(st.floats(0.0, 5e9), min_size=N, max_size=N), st.floats(0.1, 10.0))
def test_it_is_positive_and_knows_no_currency(created, scale):
    fields = flows() | {"SPY.creations_usd": created}
    ratio = prepare(standing(fields), "lqr")[59:]
    assert (ratio > 0.0).all()
    scaled = {name: [value * scale for value in values] for name, values in fields.items()}
    np.testing.assert_allclose(prepare(standing(scaled), "lqr")[59:], ratio, rtol=1e-9)


@given(st.integers(59, N - 1), st.floats(0.1, 10.0))
def test_what_comes_later_alters_nothing(cut, factor):
    fields = flows()
    bent = {name: values[:cut] + [value * factor for value in values[cut:]] for name, values in fields.items()}
    np.testing.assert_array_equal(prepare(standing(fields), "lqr")[:cut], prepare(standing(bent), "lqr")[:cut])
