"""Market health: either reading scales new condors by itself, and a missing one passes aloud."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.decision.rules.market_health import MarketHealth, MarketHealthParams, scale_above
from decision.desk import Values
from decision.rules.judged import draft_of, entry, judge


def rule(**params) -> MarketHealth:
    return MarketHealth("health", MarketHealthParams(**params))


# Half for breadth, three quarters for earnings: together 0.375.
@pytest.mark.parametrize(
    ("divergence", "z", "scale"),
    [(0.0, 0.0, 1.0), (1.0, 0.0, 0.5), (0.0, 1.6, 0.75), (1.0, 1.6, 0.375), (0.0, 1.5, 1.0), (1.0, math.nan, 0.5)],
)
def test_scales_by_hand(divergence, z, scale) -> None:
    draft = draft_of(entry())
    said = judge(rule(), Values(ad_divergence=divergence, pe_pcf_z=z), draft)
    assert math.prod(draft.entry_scale.values()) == pytest.approx(scale)
    assert len(said) == 2
    assert len(draft.orders) == 1


def test_one_unknown_does_not_silence_the_other() -> None:
    draft = draft_of(entry())
    said = judge(rule(), Values(pe_pcf_z=2.0), draft)
    assert said[0].startswith("unknown: no ad_divergence")
    assert said[0].endswith("it passes")
    assert said[1] == "P/E against P/CF at +2.00 SD, the limit is 1.50: new condors x0.75"


def test_unknown_can_halve_or_block() -> None:
    halved = draft_of(entry())
    judge(rule(on_unknown="halve"), Values(ad_divergence=0.0), halved)
    assert halved.entry_scale == {"health (earnings)": 0.5}
    blocked = draft_of(entry())
    judge(rule(on_unknown="block"), Values(ad_divergence=0.0), blocked)
    assert not blocked.orders


@given(st.floats(-5.0, 5.0), st.floats(0.0, 1.0))
def test_a_scale_never_adds(z, scale) -> None:
    assert scale_above(z, 1.5, scale) == (scale if z > 1.5 else 1.0)
    assert scale_above(z, 1.5, scale) <= 1.0
