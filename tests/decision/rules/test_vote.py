"""The vote: what it trims, what it says of the ways not taken, and when it flattens."""

from __future__ import annotations

import math

import pytest
from pydantic import ValidationError

from alvh.decision.rules.vote import Vote, VoteParams, dominant_node
from alvh.decision.vote_weights import over_history, vote_weight
from alvh.values import Contract
from contracts.members import market
from decision.desk import MONDAY, Values, account, hold
from decision.rules.judged import draft_of, entry, judge

PUT = Contract("SPXW", MONDAY, 2700.0, "P")
QUIET = Values(
    vote_hold=0.35, vote_L1=0.05, vote_L2=0.30, vote_L3=0.20, vote_flatten=0.10,
    score_L1=-1.95, score_L2=-0.15, score_L3=-0.56, score_flatten=-1.25, dominant=0.0, flatten_signal=0.0,
)  # fmt: skip


def rule(**params) -> Vote:
    return Vote("vote", VoteParams(**params))


def test_every_node_is_heard_and_the_binary_ways_are_rejected() -> None:
    draft = draft_of(hedges=("L1", "L2", "L3"))
    said = judge(rule(), QUIET, draft)
    assert said[0] == (
        "votes: hold 35% (score +0.00), L1 5% (score -1.95), L2 30% (score -0.15), L3 20% (score -0.56), "
        "flatten 10% (score -1.25); the status quo is hold"
    )
    # L1: 1 + 2.5 (0.05 - 0.2) = 0.625. L2 and L3 have a fifth or more and stay whole.
    assert said[1] == "L1 is weighted 0.62 by a vote of 5%"
    rejected = [str(r) for r in draft.remarks if r.rejected]
    assert rejected == [
        "switch L1 off entirely, or keep it whole: rejected, weight 0.62 instead",
        "flatten everything: rejected, it has 10% of the vote, not half of it on two closes",
    ]
    assert draft.notes["vote.L1"] == 0.05
    assert not draft.flattening


def test_each_layer_has_the_factor_of_its_node() -> None:
    draft = draft_of(hedges=("near", "far"))
    judge(rule(layers={"L1": "near", "L3": "far"}), QUIET, draft)
    assert {layer: [f.key for f in factors] for layer, factors in draft.factors.items()} == {
        "near": [("vote", "L1", 2.5, 0.2, 0.0)],
        "far": [("vote", "L3", 2.5, 0.2, 0.5)],
    }


@pytest.mark.parametrize("node", ["L1", "L2", "L3"])
def test_on_a_market_the_factor_is_the_vote_and_stays_in_its_bounds(node: str) -> None:
    history = market()
    weights = rule().factor(node).compute(history)
    votes = over_history(history, f"vote_{node}")
    floor = {"L1": 0.0, "L2": 0.5, "L3": 0.5}[node]
    for weight, vote in zip(weights, votes, strict=True):
        assert weight == pytest.approx(vote_weight(vote, 2.5, 0.2, floor), nan_ok=True)
        assert math.isnan(weight) or floor <= weight <= 1.0


def test_a_quorum_to_flatten_takes_condors_off_and_leaves_hedges() -> None:
    book = account()
    held = hold(book, "condor", {PUT: -1}, {PUT: 1.0}, lots=7)
    hold(book, "L1", {PUT: 3}, {PUT: 1.0})
    draft = draft_of(entry(), hedges=("L1",))
    loud = Values(**{**QUIET.values, "vote_flatten": 0.6, "vote_hold": 0.0, "flatten_signal": 1.0, "dominant": 4.0})
    said = judge(rule(), loud, draft, book)
    assert [(o.kind, o.campaign) for o in draft.orders] == [("close", held)]
    assert draft.skips[0].why == "vote: 60% of the vote is to flatten, on two closes"
    assert "flatten has half of them or more" in said[0]


def test_a_vote_to_flatten_that_is_only_shown() -> None:
    draft = draft_of(entry())
    judge(rule(flatten=False), Values(**{**QUIET.values, "vote_flatten": 0.6, "flatten_signal": 1.0}), draft)
    assert len(draft.orders) == 1
    assert not draft.flattening


def test_a_node_that_is_missing_drops_out_and_its_layer_keeps_its_weight() -> None:
    draft = draft_of(hedges=("L1",))
    said = judge(rule(), Values(vote_hold=0.5, vote_L2=0.5, score_L2=0.0), draft)
    assert "L1 unknown" in said[0]
    assert "L1 has no vote today; L1 keeps the weight it had" in said
    assert "L1" in draft.factors


def test_without_any_vote_the_policy_says_what_happens() -> None:
    for on_unknown, left in (("pass", 1), ("halve", 1), ("block", 0)):
        draft = draft_of(entry(), hedges=("L1",))
        said = judge(rule(on_unknown=on_unknown), Values(), draft)
        assert said[0].startswith("unknown: no vote_hold, no vote_L1")
        assert len(draft.orders) == left
        assert draft.entry_scale == ({"vote": 0.5} if on_unknown == "halve" else {})
        assert "L1" in draft.factors


def test_only_nodes_that_vote_on_a_layer_have_one() -> None:
    for wrong in ({"layers": {"hold": "L1"}}, {"floors": {"L4": 0.1}}, {"floors": {"L1": 1.5}}):
        with pytest.raises(ValidationError):
            VoteParams(**wrong)


def test_the_dominant_node() -> None:
    assert [dominant_node(code) for code in (0.0, 4.0, 5.0, math.nan)] == ["hold", "flatten", "", ""]
