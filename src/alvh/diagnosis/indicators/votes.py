"""The governance vote: how strongly the readings of the day speak for holding, for each hedge layer, or for the exit.

`concepts.md`, "DAO-like governance node": five nodes score, a softmax turns scores into votes, and a node dominates
that holds half of the votes on two closes running; otherwise the status quo stays. All of it is our choice, made of
readings that the founding document names. What the votes may do to a layer is the business of a rule.
"""

from __future__ import annotations

import numpy as np

from alvh.diagnosis.indicators import layer1_switch, liquidity, vol_of_vol, vreer
from alvh.diagnosis.once import once
from alvh.market.history import History
from alvh.maths.averages import change, trailing_z
from alvh.values import Bools, Floats, Indicator

NODES = ("hold", "L1", "L2", "L3", "flatten")
"""The codes of ``dominant`` are positions in here."""
HOLD, FLATTEN = 0, 4
WINDOW_SESSIONS = 252
CLIP = 3.0
CHANGE_SESSIONS = 5
FLATTEN_HANDICAP = 2.0
TEMPERATURE = 1.0
QUORUM = 0.5
CLOSES = 2
INDICATORS = (
    *(Indicator(f"score_{node}", "deviations") for node in NODES[1:]),
    *(Indicator(f"vote_{node}", "share of votes") for node in NODES),
    Indicator("dominant", "code"),
    Indicator("flatten_signal", "flag"),
)


def prepare(history: History, name: str) -> Floats:
    """Return one reading at each close; NaN where it is not known.

    ``score_L1``, ``score_L2``, ``score_L3``, ``score_flatten``
        See `scores`; that of hold is always 0.
    ``vote_hold`` ... ``vote_flatten``
        Share of the votes at temperature 1, see `votes`.
    ``dominant``
        Position in `NODES` of the node that last held the quorum, see `dominant`.
    ``flatten_signal``
        1 where ``vote_flatten`` is at least 0.5 on two closes running, else 0.
    """
    if name == "dominant":
        return dominant(history.derive("votes", cast_votes), QUORUM, CLOSES)
    if name == "flatten_signal":
        return running(history.derive("votes", cast_votes)[FLATTEN], QUORUM, CLOSES)
    kind, _, node = name.partition("_")
    table = history.derive("votes", cast_votes) if kind == "vote" else history.derive("scores", scores)
    row: Floats = table[NODES.index(node)]
    return row


def scores(history: History) -> Floats:
    """Return the score of each node at each close, shape (nodes, sessions); NaN where a reading is missing.

    With z the 252-session score within +-3 (`alvh.maths.averages.trailing_z`): hold 0; L1 z(MACD histogram of the VIX)
    + z(change of F1 over 5 sessions); L2 z(VREER); L3 z(VVIX) + z(VVIX/VIX); flatten z(-LQR) - 2.
    """

    def z(values: Floats) -> Floats:
        return trailing_z(values, WINDOW_SESSIONS, CLIP)

    histogram = once(history, layer1_switch.prepare, "vix_macd_hist")
    ratio = once(history, vol_of_vol.prepare, "vvix_to_vix")
    liquid = once(history, liquidity.prepare, "lqr")
    return np.stack((
        np.zeros(len(history)),
        z(histogram) + z(change(history.vx.nearby(1), CHANGE_SESSIONS)),
        z(once(history, vreer.prepare, "vreer")),
        z(history.column("VVIX")) + z(ratio),
        z(-liquid) - FLATTEN_HANDICAP,
    ))  # fmt: skip


def cast_votes(history: History) -> Floats:
    """Return the votes of all nodes at temperature 1."""
    return votes(history.derive("scores", scores), TEMPERATURE)


def votes(scores: Floats, temperature: float) -> Floats:
    """Return the softmax of scores over the nodes known at each close, shape (nodes, sessions).

    exp(score / T) over the sum of it. A node whose score is missing drops out: its vote is NaN and the others share the
    whole. Where only one node is left there is no vote, and all are NaN.

    Raises
    ------
    ValueError
        When `temperature` is not above zero.
    """
    if not temperature > 0.0:
        raise ValueError(f"a temperature of {temperature:g}: it has to be above zero")
    known = np.isfinite(scores)
    top = np.max(np.where(known, scores, -np.inf), axis=0)
    # The best score is taken off all of them, which changes no share and keeps the exponential within its reach.
    weight = np.where(known, np.exp((scores - np.where(np.isfinite(top), top, 0.0)) / temperature), 0.0)
    total = np.where(known.sum(axis=0) >= 2, weight.sum(axis=0), np.nan)
    return np.where(known, weight / total, np.nan)


def running(vote: Floats, quorum: float, closes: int) -> Floats:
    """Return 1 where a vote reached the quorum on that many closes running, else 0; NaN where it is not known.

    A close without a vote breaks no run and does not count.
    """
    known = np.flatnonzero(np.isfinite(vote))
    reached = vote[known] >= quorum
    out = np.full(len(vote), np.nan)
    at = np.arange(len(known))
    # Closes since the last one that missed the quorum.
    missed = np.maximum.accumulate(np.where(reached, -1, at)) if len(known) else at
    out[known] = (at - missed >= closes).astype(np.float64)
    return out


def dominant(votes: Floats, quorum: float, closes: int) -> Floats:
    """Return the node (position in `NODES`) that last reached the quorum on that many closes running.

    It starts at hold with the first vote ever cast, NaN before. Of two nodes with half of the votes each, the earlier.
    """
    out = np.full(votes.shape[1], np.nan)
    cast = np.flatnonzero(np.isfinite(votes).any(axis=0))
    if not len(cast):
        return out
    held: Bools = np.stack([running(vote, quorum, closes) == 1.0 for vote in votes])
    winner = np.where(held.any(axis=0), np.argmax(held, axis=0), -1)
    winner[cast[0]] = max(winner[cast[0]], HOLD)
    last = np.maximum.accumulate(np.where(winner >= 0, np.arange(len(winner)), -1))
    out[cast[0] :] = winner[last[cast[0] :]]
    return out
