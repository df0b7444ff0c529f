"""A band is the lowest and the highest of its draws, and says so."""

import math

import pytest

from alvh.evidence.model_band import Outcome, band_of, band_sentence


def test_lowest_and_highest_of_every_measure():
    band = band_of([Outcome(0.02, -0.11, 0.004), Outcome(-0.01, -0.2, 0.006), Outcome(0.03, -0.15, 0.005)])
    assert band.cagr == (-0.01, 0.03)
    assert band.max_drawdown == (-0.2, -0.11)
    assert band.hedge_cost_per_year == (0.004, 0.006)
    assert band.draws == 3
    assert "over 3 draws: growth -1.00 to 3.00 % a year, deepest drawdown -20.00 to -11.00 %" in band_sentence(band)
    assert "hedge cost 0.40 to 0.60 % a year" in band_sentence(band)
    assert "not a confidence interval" in band_sentence(band)


def test_without_a_hedge_there_is_no_cost_to_speak_of():
    band = band_of([Outcome(0.02, -0.11, math.nan)])
    assert math.isnan(band.hedge_cost_per_year[0])
    assert "hedge" not in band_sentence(band)


def test_no_draw_is_refused():
    with pytest.raises(ValueError, match="at least one draw"):
        band_of([])
