"""Surfaces that are free of arbitrage are found so, and those that are not are counted."""

import dataclasses

import numpy as np
import pytest

from alvh import conventions
from alvh.evidence.arbitrage_free import ROUNDING, surfaces
from alvh.market.smile_inputs import smile_inputs
from market.plainmarket import plain_history

HISTORY = plain_history()
INPUTS = smile_inputs(HISTORY)
CLOSE = np.array([conventions.close_instant("SPXW", day) for day in HISTORY.dates])


def test_a_plain_market_has_none_and_its_strip_is_the_vix():
    made = surfaces(INPUTS, CLOSE)
    assert made.there.all()
    assert (made.butterflies, made.calendars) == (0, 0)
    assert made.least_g.min() > 0.0
    # SKEW 125 leaves the level as published: a strip of 16.
    np.testing.assert_allclose(made.target, 16.0, rtol=1e-12)
    np.testing.assert_allclose(made.strip, 16.0, atol=0.001)
    np.testing.assert_allclose(made.published, 16.0)


def test_total_variance_that_falls_with_the_term_is_counted():
    falling = INPUTS.node_variance.copy()
    falling[10, 2] = 0.5 * falling[10, 1]
    made = surfaces(dataclasses.replace(INPUTS, node_variance=falling), CLOSE)
    assert made.calendars == 1
    assert made.least_rise[10] < -ROUNDING
    assert made.least_rise[9] > 0.0


def test_a_session_without_an_input_is_no_surface_rather_than_a_clean_one():
    rho = INPUTS.rho.copy()
    rho[3] = np.nan
    made = surfaces(dataclasses.replace(INPUTS, rho=rho), CLOSE)
    assert made.there.sum() == len(rho) - 1
    assert not made.there[3]
    assert np.isnan(made.strip[3])


@pytest.mark.parametrize("rho", [-0.95, -0.5, 0.0, 0.2])
def test_no_slope_the_table_knows_makes_a_butterfly(rho):
    made = surfaces(dataclasses.replace(INPUTS, rho=np.full(len(INPUTS.rho), rho)), CLOSE)
    assert made.butterflies == 0
    assert made.least_g.min() > 0.2
