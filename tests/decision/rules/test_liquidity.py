"""The liquidity quick ratio: usual size, half size, or everything off in the right order."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alvh.decision.rules.liquidity import Liquidity, LiquidityParams, answer
from alvh.values import Contract
from decision.desk import MONDAY, Values, account, hold
from decision.rules.judged import draft_of, entry, judge

PUT = Contract("SPXW", MONDAY, 2700.0, "P")
RANK = {"": 0, "smaller": 1, "flatten": 2}


def rule(**params) -> Liquidity:
    return Liquidity("liquidity", LiquidityParams(**params))


@pytest.mark.parametrize(
    ("ratio", "falling", "expected"),
    [
        (1.0, 1.0, ""), (0.99, 0.0, "smaller"), (0.8, 1.0, "smaller"), (0.79, 0.0, "smaller"),
        (0.79, math.nan, "smaller"), (0.79, 1.0, "flatten"),
    ],
)  # fmt: skip
def test_answers_by_hand(ratio, falling, expected) -> None:
    assert answer(ratio, falling, 1.0, 0.8) == expected


@given(st.floats(0.0, 3.0), st.floats(0.0, 1.0), st.sampled_from([0.0, 1.0]))
def test_less_liquidity_never_asks_for_less(ratio, less, falling) -> None:
    assert RANK[answer(max(ratio - less, 0.0), falling, 1.0, 0.8)] >= RANK[answer(ratio, falling, 1.0, 0.8)]


def test_half_size() -> None:
    draft = draft_of(entry())
    said = judge(rule(), Values(lqr=0.7, lqr_falling_5d=0.0, lqr_source=0.0), draft)
    assert draft.entry_scale == {"liquidity": 0.5}
    assert said == [
        "liquidity quick ratio 0.70, below 1.00: new condors x0.50",
        "flatten everything: rejected, it is not falling",
    ]


def test_a_run_closes_condors_and_keeps_hedges() -> None:
    book = account()
    held = hold(book, "condor", {PUT: -1}, {PUT: 1.0}, lots=4)
    hold(book, "L1", {PUT: 2}, {PUT: 1.0})
    draft = draft_of(entry(), hedges=("L1",))
    said = judge(rule(), Values(lqr=0.7, lqr_falling_5d=1.0, lqr_source=0.0), draft, book)
    assert [(o.kind, o.layer, o.campaign) for o in draft.orders] == [("close", "condor", held)]
    assert draft.flattening
    assert said[0] == "liquidity quick ratio 0.70, below 0.80 and falling: condors off first, hedges last"
    assert draft.remarks[1].rejected


@pytest.mark.parametrize(
    ("share", "why"),
    [(0.02, ""), (0.05, ""), (0.06, "for its year it is not low enough"), (math.nan, "is unknown")],
)
def test_with_a_percentile_a_low_level_is_not_enough(share, why) -> None:
    draft = draft_of(entry())
    said = judge(
        rule(flatten_percentile=0.05), Values(lqr=0.7, lqr_falling_5d=1.0, lqr_pct=share, lqr_source=1.0), draft
    )
    assert bool(draft.flattening) is not bool(why)
    assert why in said[1]
    # Low enough for its year to halve, or not known to be too high for it.
    assert draft.entry_scale == ({"liquidity": 0.5} if why and not share > 0.10 else {})


def test_usual_size() -> None:
    draft = draft_of(entry())
    said = judge(rule(), Values(lqr=1.2, lqr_falling_5d=1.0, lqr_source=0.0), draft)
    assert said == ["liquidity quick ratio 1.20, not below 1.00: usual size"]
    assert not draft.entry_scale


def test_its_thresholds_do_not_cross() -> None:
    with pytest.raises(ValidationError):
        LiquidityParams(low=0.5, flatten_below=0.6)


def test_what_stands_in_for_flows_is_judged_by_its_rank_and_flows_by_their_level() -> None:
    for source, share, scale in ((0.0, 0.9, {"liquidity": 0.5}), (1.0, 0.9, {}), (1.0, 0.1, {"liquidity": 0.5})):
        draft = draft_of(entry())
        judge(rule(), Values(lqr=0.9, lqr_falling_5d=1.0, lqr_pct=share, lqr_source=source), draft)
        assert draft.entry_scale == scale
    draft = draft_of(entry())
    judge(rule(low_percentile=None), Values(lqr=0.9, lqr_falling_5d=1.0, lqr_pct=0.9, lqr_source=1.0), draft)
    assert draft.entry_scale == {"liquidity": 0.5}
