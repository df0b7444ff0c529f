"""Everything that was tried on one history, judged as one search: how much of the best is luck.

The runs of an evidence (the policy, its bare condors, each piece off and alone) are themselves a search: whoever reads
the page may keep the best of them. They are trials beside every other run that the store has counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.ablation import holding
from alvh.evidence.cscv import Overfitting, overfitting
from alvh.evidence.measure import daily_returns, day_of
from alvh.evidence.pairing import cash_returns
from alvh.evidence.run_spec import BASE
from alvh.evidence.sharpe_evidence import SharpeEvidence, sharpe_evidence
from alvh.evidence.snooping import Snooping, snooping
from alvh.evidence.study import BARE, OFF, ON
from alvh.evidence.track import Track
from alvh.evidence.trial_clusters import Clusters, cluster_trials
from alvh.evidence.walk_forward import CrossValidation, WalkForward, cross_validation, sharpes_of, walk_forward
from alvh.values import Floats, Missing


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What a search allows to say of the policy that is judged.

    Attributes
    ----------
    names : tuple of str
        The configurations compared: columns of everything below.
    trials : int
        All that the store has counted, these among them.
    sharpe : SharpeEvidence
        Of the judged policy, against those trials.
    clusters : Clusters or Missing
        Which configurations are one.
    overfitting : Overfitting or Missing
        Choosing the best of the configurations, cross-validated.
    snooping : Snooping or Missing
        Whether the best of them beats cash.
    anchored, rolling : WalkForward or Missing
    cross_validation : CrossValidation or Missing
    """

    names: tuple[str, ...]
    trials: int
    sharpe: SharpeEvidence
    clusters: Clusters | Missing
    overfitting: Overfitting | Missing
    snooping: Snooping | Missing
    anchored: WalkForward | Missing
    rolling: WalkForward | Missing
    cross_validation: CrossValidation | Missing


def excess_returns(one: Statement) -> Floats:
    """Return daily returns beyond what the account's own cash earned."""
    returns = daily_returns(one.equity_usd, one.nav_start_usd)
    cash = cash_returns(one)
    return returns if cash is None else returns - cash


def searched(tracks: Mapping[str, Track], counted_sharpes: Floats, *, seed: int, draws: int) -> Search:
    """Judge the runs of an evidence as the search they are.

    Parameters
    ----------
    tracks : mapping of label -> Track
    counted_sharpes : array (trials,)
        Sharpe ratio a session of every trial that the store has counted; NaN where it is not known.
    seed, draws : int
        Of the tests that resample.
    """
    judged = tracks[BASE].statement
    chosen = configurations(tracks)
    returns = np.column_stack([excess_returns(tracks[name].statement) for name in chosen])
    # A block needs the length of most trades; a gap that no trade can span, that of the longest.
    held, longest = holding(judged), longest_holding(judged)
    clusters = cluster_trials(returns)
    own = excess_returns(judged)
    known = counted_sharpes if counted_sharpes.size else sharpes_of(returns)
    zeros = np.zeros(len(own))
    return Search(
        names=chosen,
        trials=int(known.size),
        sharpe=sharpe_evidence(
            own,
            known,
            holding_sessions=held,
            cluster_sharpes=clusters.sharpes if isinstance(clusters, Clusters) else None,
        ),
        clusters=clusters,
        overfitting=overfitting(returns, holding_sessions=held),
        snooping=snooping(returns, zeros, holding_sessions=held, seed=seed, draws=draws),
        anchored=walk_forward(returns, holding_sessions=longest, anchored=True),
        rolling=walk_forward(returns, holding_sessions=longest, anchored=False),
        cross_validation=cross_validation(returns, holding_sessions=longest),
    )


def longest_holding(one: Statement) -> int:
    """Return the longest time a condor was held, rolls included, sessions; at least 1."""
    lines = [line for line in one.campaigns if line.layer not in one.hedge_layers]
    opened = np.searchsorted(one.sessions, np.array([line.opened for line in lines], dtype="datetime64[D]"))
    last = [line.closed or day_of(one.sessions, -1) for line in lines]
    closed = np.searchsorted(one.sessions, np.array(last, dtype="datetime64[D]"))
    return max(1, int((closed - opened).max(initial=0)))


def configurations(tracks: Mapping[str, Track]) -> tuple[str, ...]:
    """Return the labels of the distinct configurations on the judged sessions: runs that came out alike count once.

    A run that never opened a condor is cash by another name, and nobody's choice.
    """
    judged = tracks[BASE].statement
    kept: list[str] = []
    for label, track in tracks.items():
        if label not in {BASE, BARE} and not label.startswith((OFF, ON)):
            continue
        one = track.statement
        if not any(line.layer not in one.hedge_layers for line in one.campaigns):
            continue
        same_axis = np.array_equal(one.sessions, judged.sessions)
        if not same_axis or not np.isfinite(excess_returns(one)).all():
            continue
        if any(np.array_equal(one.equity_usd, tracks[other].statement.equity_usd) for other in kept):
            continue
        kept.append(label)
    return tuple(kept)
