"""The fit: a known autoregression is found again, scales by hand, and too little data is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.market.engines.fitted import DECAY, PULL, EngineError, fill_scales, fit, next_scale, spx_scale
from alvh.market.engines.states import RETURN, states
from alvh.market.history import build_history
from tiny_market import tiny_market


def test_a_scale_follows_half_way_and_is_drawn_back() -> None:
    # At the long-run deviation 2 the deviation behind it is 2, too. A residual of 6:
    # (1 - 0.05) (0.94 x 4 + 0.06 x 36) + 0.05 x 4 = 0.95 x 5.92 + 0.2 = 5.824; the geometric mean of its root and 2.
    assert (DECAY, PULL) == (0.94, 0.05)
    assert next_scale(2.0, 6.0, 2.0) == pytest.approx(math.sqrt(math.sqrt(5.824) * 2.0))
    # What moves as always leaves the scale where it is.
    assert next_scale(2.0, 2.0, 2.0) == pytest.approx(2.0)


def test_spx_scales_with_yesterdays_vix_and_more_than_in_proportion() -> None:
    # At 20 by what VIX says; at 12 by (12 / 20)^0.3 = 0.8579 of it; above 80 by 4^0.3 = 1.5157 of it and no more.
    assert spx_scale(math.log(20.0)) == pytest.approx(0.20 / math.sqrt(252.0))
    assert spx_scale(math.log(12.0)) == pytest.approx(0.8579 * 0.12 / math.sqrt(252.0), rel=1e-4)
    for vix in (80.0, 120.0):
        assert spx_scale(math.log(vix)) == pytest.approx(1.5157 * vix / 100.0 / math.sqrt(252.0), rel=1e-4)


@given(st.floats(0.1, 10.0), st.floats(-50.0, 50.0), st.floats(0.1, 10.0))
def test_a_scale_is_positive_and_grows_with_the_surprise(scale, residual, long_run) -> None:
    now = next_scale(scale, residual, long_run)
    assert now > 0.0
    assert next_scale(scale, 2.0 * residual, long_run) >= now
    assert next_scale(scale, -residual, long_run) == now


def test_scales_are_known_the_session_before() -> None:
    rng = np.random.default_rng(1)
    residuals, ln_vix = rng.normal(size=(40, 3)), np.log(rng.uniform(10.0, 40.0, 40))
    long_run, made, moved = np.ones(3), np.empty((40, 3)), np.empty((40, 3))
    fill_scales(residuals, ln_vix, long_run, made)
    changed = residuals.copy()
    changed[20:] *= 5.0
    fill_scales(changed, ln_vix, long_run, moved)
    np.testing.assert_array_equal(made[:21], moved[:21])
    assert (made[21:, 1:] != moved[21:, 1:]).all()
    assert made[0, 1] == 1.0
    assert made[7, RETURN] == pytest.approx(spx_scale(ln_vix[7]))


def test_the_fit_takes_a_history_apart_and_puts_it_together(tiny) -> None:
    made, known = fit(tiny), states(tiny)
    before, after = known.values[1:-1], known.values[2:]
    assert len(made.dates) == len(after) == 898
    again = made.intercept + before @ made.matrix.T + made.scales * (made.surprises + made.centre)
    np.testing.assert_allclose(again, after, atol=1e-9)
    np.testing.assert_allclose(made.surprises.mean(axis=0), 0.0, atol=1e-12)
    # SPX keeps its mean alone.
    assert (made.matrix[RETURN] == 0.0).all()
    assert made.intercept[RETURN] == pytest.approx(after[:, RETURN].mean())
    assert made.explosiveness < 1.0
    assert fit(tiny) is made


def test_least_squares_leaves_nothing_of_yesterday_in_the_residuals(tiny) -> None:
    made, known = fit(tiny), states(tiny)
    before, after = known.values[1:-1], known.values[2:]
    residuals = after - made.intercept - before @ made.matrix.T
    cross = (before - before.mean(axis=0)).T @ residuals[:, 1] / len(before)
    np.testing.assert_allclose(cross, 0.0, atol=1e-8)


def test_two_years_are_needed_and_what_is_missing_is_named() -> None:
    with pytest.raises(EngineError, match="298 complete sessions, 504 are needed"):
        fit(build_history(tiny_market(sessions=300)))
    tables = tiny_market(sessions=700)
    tables["vol_indices"] = tables["vol_indices"].filter(tables["vol_indices"]["symbol"] != "VVIX")
    with pytest.raises(EngineError, match="VVIX is missing on 700"):
        fit(build_history(tables))


@pytest.mark.shared
def test_2008_2018_2020_and_2024_are_in_it_whole(real) -> None:
    made = fit(real)
    days = {str(day) for day in made.dates}
    assert {"2008-10-15", "2008-11-20", "2018-02-05", "2020-03-16", "2024-08-05", "2025-04-08"} <= days
    assert len(made.dates) > 4500
    assert made.explosiveness < 1.0
    # Nothing was cut at a bound.
    assert np.abs(made.surprises[:, 1]).max() > 6.0
    assert np.isfinite(made.intraday[:, 0]).all()


@pytest.mark.shared
def test_surprises_are_as_large_in_a_calm_as_in_a_crisis(real) -> None:
    # What SPX did over what its scale said, below a VIX of 16 and above 30: equal spreads within a fifth. In proportion
    # to VIX the second would be 1.5 times the first.
    made = fit(real)
    vix = made.scales[:, RETURN]
    calm, crisis = (
        made.surprises[at, RETURN].std() for at in (vix < spx_scale(math.log(16.0)), vix > spx_scale(math.log(30.0)))
    )
    assert crisis / calm == pytest.approx(1.0, abs=0.2)
