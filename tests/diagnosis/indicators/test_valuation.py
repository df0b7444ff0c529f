"""Price to earnings against price to cash flow, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.diagnosis.indicators.valuation import prepare
from diagnosis.indicators.columns import standing


def test_ratios_and_their_age_are_the_columns():
    history = standing({"SP500.pe": [20.0, 21.0], "SP500.pcf": [13.0, math.nan], "SP500.pe.age_days": [92.0, 93.0]})
    assert prepare(history, "pe").tolist() == [20.0, 21.0]
    assert prepare(history, "pe_age_days").tolist() == [92.0, 93.0]
    assert prepare(history, "pcf")[0] == 13.0
    assert np.isnan(prepare(history, "pcf")[1])


def test_the_divergence_in_standard_deviations_by_hand():
    # ln(PE / PCF) is 0 on 251 sessions and ln 1.5 on the last, d = ln 1.5: mean d / 252, sample variance
    # d^2 (1 / 252 - 1 / 252^2) x 252 / 251 = d^2 / 252: z = (1 - 1/252) sqrt 252 = 15.8, held at 3.
    history = standing({"SP500.pe": [15.0] * 251 + [22.5], "SP500.pcf": [15.0] * 252})
    assert prepare(history, "pe_pcf_z")[-1] == 3.0
    # Half of the year at 0 and half at d, today at d: mean d / 2, sample deviation (d / 2) sqrt(252 / 251).
    history = standing({"SP500.pe": [15.0] * 126 + [22.5] * 126, "SP500.pcf": [15.0] * 252})
    assert prepare(history, "pe_pcf_z")[-1] == pytest.approx(math.sqrt(251.0 / 252.0))
    lower = standing({"SP500.pe": [15.0] * 252, "SP500.pcf": [15.0] * 126 + [22.5] * 126})
    assert prepare(lower, "pe_pcf_z")[-1] == pytest.approx(-math.sqrt(251.0 / 252.0))


def test_half_a_year_and_both_ratios_are_needed():
    half = standing({"SP500.pe": [15.0] * 62 + [16.0] * 63, "SP500.pcf": [15.0] * 125})
    assert np.isnan(prepare(half, "pe_pcf_z")).all()
    assert np.isnan(prepare(standing({"SP500.pe": [15.0, 16.0] * 150}), "pe_pcf_z")).all()
    late = standing({"SP500.pe": [15.0, 16.0] * 149 + [math.nan] * 2, "SP500.pcf": [15.0] * 300})
    assert np.isnan(prepare(late, "pe_pcf_z")[-2:]).all()


@given(st.lists(st.floats(5.0, 60.0), min_size=140, max_size=140), st.floats(0.5, 2.0), st.integers(126, 139))
def test_it_is_bounded_knows_no_unit_and_no_future(pe, scale, cut):
    pcf = [13.0] * 140
    known = prepare(standing({"SP500.pe": pe, "SP500.pcf": pcf}), "pe_pcf_z")
    assert (np.abs(known[np.isfinite(known)]) <= 3.0).all()
    bent = pe[:cut] + [one * scale for one in pe[cut:]]
    np.testing.assert_array_equal(
        known[:cut], prepare(standing({"SP500.pe": bent, "SP500.pcf": pcf}), "pe_pcf_z")[:cut]
    )
