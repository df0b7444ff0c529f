"""What a vote does to a layer's weight, and how an indicator is read over a whole history."""

from __future__ import annotations

import numpy as np

from alvh.diagnosis.diagnose import indicators
from alvh.market.history import History
from alvh.values import Floats


def over_history(history: History, name: str) -> Floats:
    """Return an indicator at every close of a history, computed once."""
    return history.derive(name, lambda whole: indicators()[name][1].prepare(whole, name))


def vote_weight(vote: float, gain: float, status_quo: float, floor: float) -> float:
    """Return the weight a vote leaves a layer: clip(1 + gain (vote - status_quo), floor, 1).

    A vote can only trim (`decisions.md`, "Rules and readings"): one at or above `status_quo` leaves the layer whole.

    Parameters
    ----------
    vote : float
        Share of all votes, 0 to 1; NaN (the node is unknown) gives NaN.
    gain : float
        Weight lost for each unit of vote below `status_quo`.
    status_quo : float
        The vote of a node where all are alike: 1/5 of five.
    floor : float
        Least weight.
    """
    return min(max(1.0 + gain * (vote - status_quo), floor), 1.0) if vote == vote else vote  # noqa: PLR0124


def vote_weights(votes: Floats, gain: float, status_quo: float, floor: float) -> Floats:
    """Return `vote_weight` of every close."""
    return np.clip(1.0 + gain * (votes - status_quo), floor, 1.0)
