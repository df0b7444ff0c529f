"""The vote: nodes hold, L1, L2, L3 and flatten share one vote; it trims layers, and flattens by quorum.

`concepts.md`, "DAO-like governance node": the nodes' scores become shares by a softmax
(`alvh.diagnosis.indicators`: ``score_*``, ``vote_*``, ``dominant``, ``flatten_signal``). `decisions.md`, "Rules and
readings": a vote can only trim, and `flatten` acts with at least half of all votes on two closes. Both are our choice.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, ClassVar

from pydantic import Field, model_validator

from alvh.decision.draft import Draft, Factor, OnUnknown, Params
from alvh.decision.vote_weights import over_history, vote_weight, vote_weights
from alvh.diagnosis.diagnose import Readings
from alvh.diagnosis.indicators.votes import NODES, QUORUM
from alvh.market.history import History
from alvh.market.observe import View
from alvh.values import Floats, Holdings


class VoteParams(Params):
    """How votes become weights.

    Attributes
    ----------
    gain : float
        Weight lost for each unit of vote below `status_quo`.
    status_quo : float
        The vote of a node where all five are alike.
    layers : dict of str -> str
        Which layer each of the nodes L1, L2, L3 votes on, by name.
    floors : dict of str -> float
        Least weight a node's vote leaves its layer.
    flatten : bool
        Whether a vote to flatten closes all condors; false only shows it.
    on_unknown : {"pass", "halve", "block"}
        What happens to new condors when no node can vote. Weights keep what they last were.
    """

    gain: float = Field(2.5, ge=0.0)
    status_quo: float = Field(0.2, ge=0.0, le=1.0)
    layers: dict[str, str] = Field(default_factory=lambda: {"L1": "L1", "L2": "L2", "L3": "L3"})
    floors: dict[str, float] = Field(default_factory=lambda: {"L1": 0.0, "L2": 0.5, "L3": 0.5})
    flatten: bool = True
    on_unknown: OnUnknown = "pass"

    @model_validator(mode="after")
    def _possible(self) -> VoteParams:
        for node in (*self.layers, *self.floors):
            if node not in NODES[1:-1]:
                raise ValueError(f"{node!r} is no node that votes on a layer: L1, L2 or L3")
        for node, floor in self.floors.items():
            if not 0.0 <= floor <= 1.0:
                raise ValueError(f"floors.{node} = {floor:g} is no weight between 0 and 1")
        return self


class Vote:
    """Trims each layer by its node's vote, and takes everything off when the quorum says so."""

    # None: a node that is missing drops out, and weights keep their last known value.
    needs: ClassVar[tuple[str, ...]] = ()
    rules: ClassVar[tuple[str, ...]] = ("whole_contracts",)
    Params = VoteParams

    def __init__(self, name: str, params: VoteParams) -> None:
        self.name = name
        self.params = params

    @property
    def on_unknown(self) -> OnUnknown:
        """What happens to new condors when no node can vote."""
        return self.params.on_unknown

    def restrain(self, view: View, readings: Readings, book: Holdings, draft: Draft) -> None:
        """Give every layer its factor, say how all voted, and flatten where the vote asks for it."""
        for node, layer in self.params.layers.items():
            if layer in draft.hedges:
                draft.weigh(layer, self.factor(node))
        votes = {node: readings.value(f"vote_{node}") for node in NODES}
        if all(math.isnan(vote) for vote in votes.values()):
            draft.unknown(self.name, [f"vote_{node}" for node in NODES], self.on_unknown)
            return
        self._say(readings, votes, draft)
        for node, layer in self.params.layers.items():
            if layer in draft.hedges:
                self._say_layer(node, layer, votes[node], draft)
        self._flatten(readings, votes["flatten"], book, draft)

    def factor(self, node: str) -> Factor:
        """Return the weight a node's vote gives its layer, over a history."""
        p = self.params
        return vote_factor(self.name, node, p.gain, p.status_quo, p.floors.get(node, 0.0))

    def _say(self, readings: Readings, votes: dict[str, float], draft: Draft) -> None:
        """Say every node's score and vote, and who leads."""
        numbers: dict[str, Any] = {}
        for node, vote in votes.items():
            if not math.isnan(vote):
                draft.notes[f"{self.name}.{node}"] = numbers[f"vote_{node}"] = vote
                numbers[f"score_{node}"] = 0.0 if node == NODES[0] else readings.value(f"score_{node}")
        heard = heard_template(tuple(node for node, vote in votes.items() if math.isnan(vote)))
        leader = dominant_node(readings.value("dominant"))
        verdict = f"the status quo is {leader or 'unknown'}"
        if leader and votes[leader] >= QUORUM:
            verdict = f"{leader} has half of them or more"
        draft.say(self.name, f"{heard}; {verdict}", **numbers)

    def _say_layer(self, node: str, layer: str, vote: float, draft: Draft) -> None:
        """Say what a vote does to a layer, and which ways of all or nothing it does not go."""
        p = self.params
        weight = vote_weight(vote, p.gain, p.status_quo, p.floors.get(node, 0.0))
        if math.isnan(weight):
            draft.say(self.name, f"{node} has no vote today; {layer} keeps the weight it had", layer)
            return
        numbers: dict[str, Any] = {"weight": weight, "vote": vote}
        draft.say(self.name, f"{layer} is weighted {{weight:.2f}} by a vote of {{vote:.0%}}", layer, **numbers)
        if weight < 1.0:
            all_or_none = f"switch {layer} off entirely, or keep it whole: rejected, weight {{weight:.2f}} instead"
            draft.say(self.name, all_or_none, layer, rejected=True, **numbers)

    def _flatten(self, readings: Readings, vote: float, book: Holdings, draft: Draft) -> None:
        """Flatten by quorum, or say that it is not."""
        if readings.value("flatten_signal") != 1.0:
            if math.isnan(vote):
                draft.say(self.name, "flatten everything: rejected, it has no vote", rejected=True)
                return
            said = "flatten everything: rejected, it has {vote:.0%} of the vote, not half of it on two closes"
            draft.say(self.name, said, rejected=True, vote=vote)
            return
        draft.notes[f"{self.name}.flatten_signal"] = 1.0
        if not self.params.flatten:
            draft.say(self.name, "the vote is to flatten everything: shown, not acted on", rejected=True)
            return
        draft.say(self.name, "half of the vote or more on two closes is to flatten: condors off first, hedges last")
        draft.flatten(self.name, f"{vote:.0%} of the vote is to flatten, on two closes", book)


@cache
def vote_factor(source: str, node: str, gain: float, status_quo: float, floor: float) -> Factor:
    """Return what a node's vote makes of its layer's weight; made once, for it is asked for every day."""

    def compute(history: History) -> Floats:
        return vote_weights(over_history(history, f"vote_{node}"), gain, status_quo, floor)

    return Factor(source, ("vote", node, gain, status_quo, floor), compute)


@cache
def heard_template(missing: tuple[str, ...]) -> str:
    """Return the sentence of all votes and scores, some nodes missing."""
    heard = "{0} unknown", "{0} {{vote_{0}:.0%}} (score {{score_{0}:+.2f}})"
    return "votes: " + ", ".join(heard[node not in missing].format(node) for node in NODES)


def dominant_node(code: float) -> str:
    """Return the node with the quorum, or nothing; NaN and codes outside `NODES` are nobody."""
    return NODES[int(code)] if 0.0 <= code < len(NODES) else ""


RULE = Vote
