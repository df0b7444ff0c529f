"""What a sweep found, and how likely it is that the best of it is luck."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from alvh.evidence.cscv import Overfitting, overfitting
from alvh.evidence.sharpe_evidence import SharpeEvidence, sharpe_evidence
from alvh.evidence.snooping import Snooping, snooping
from alvh.evidence.trial_clusters import Clusters, cluster_trials
from alvh.evidence.walk_forward import CrossValidation, WalkForward, cross_validation, walk_forward
from alvh.values import Dates, Floats, Ints, Missing

LOWER_IS_BETTER = ("vol", "hedge_cost_per_year")
"""Measures of which less is better; losses and drawdowns are negative, so that of them more is."""
SEED = 20_071
"""Of the resampling in the tests: the same sweep gives the same numbers."""
SHOWN = 10
"""Policies that are judged one by one: the best of the sweep."""


class Combination(NamedTuple):
    """One combination of the file: its parameters, and the policy it makes by its column in `Searched.excess`."""

    config: Mapping[str, Any]
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """A sweep that was run.

    Attributes
    ----------
    policy, method, measure : str
        Name of the base policy, ``grid``, ``random`` or ``sobol``, and the key of `measures` that ranks.
    paths : tuple of str
        The parameters.
    combinations : tuple of Combination
        Those with a result.
    measures : tuple of mapping
        Of each different policy, under the names of `alvh backtest --json`; None where it is not known.
    sessions : array of datetime64[D]
    excess : array (sessions, policies)
        Daily returns in excess of cash, decimals; 0 after an account was ruined, which ends it.
    ruined : int
        How many accounts were.
    holding_sessions : int
        The longest of the policies' median holding periods.
    refused, failed : tuple of (str, str)
        Combinations without a result, and why.
    trial_sharpes : array (trials,)
        Sharpe ratio a session of every policy ever tried on these data, those of this sweep among them; NaN where it
        is not known.
    """

    policy: str
    method: str
    measure: str
    paths: tuple[str, ...]
    combinations: tuple[Combination, ...]
    measures: tuple[Mapping[str, Any], ...]
    sessions: Dates
    excess: Floats
    ruined: int
    holding_sessions: int
    refused: tuple[tuple[str, str], ...]
    failed: tuple[tuple[str, str], ...]
    trial_sharpes: Floats

    def values(self, name: str) -> Floats:
        """Return a measure of every policy, NaN where it is not known."""
        found = [one.get(name) for one in self.measures]
        return np.array([math.nan if value is None else float(value) for value in found])

    def config(self, column: int) -> Mapping[str, Any]:
        """Return the first combination that makes a policy."""
        return next(one.config for one in self.combinations if one.column == column)

    @property
    def ranking(self) -> Ints:
        """Columns by the measure, the best first; unknown ones last."""
        found = self.values(self.measure)
        order = np.argsort(found if self.measure in LOWER_IS_BETTER else -found, kind="stable")
        return order.astype(np.int64)


Judged: TypeAlias = tuple[int, SharpeEvidence]


@dataclass(frozen=True, slots=True, eq=False)
class SweepEvidence:
    """What statistics say of a search.

    Attributes
    ----------
    best : tuple of (int, SharpeEvidence)
        The first `SHOWN` of the ranking: column, and what may be said of its Sharpe ratio given all trials counted.
    overfitting : Overfitting or Missing
        Cross-validation of the choice (of the best Sharpe ratio, whatever the ranking is by).
    snooping : Snooping or Missing
        Whether the best beats cash by more than the luck of having looked at all of them.
    clusters : Clusters or Missing
        Which policies of the sweep are alike.
    anchored, rolling : WalkForward or Missing
        What choosing the best so far would have earned, on everything before and on the last stretch.
    crossed : CrossValidation or Missing
        What choosing the best would have earned in every combination of parts of the history, purged and embargoed.
    """

    best: tuple[Judged, ...]
    overfitting: Overfitting | Missing
    snooping: Snooping | Missing
    clusters: Clusters | Missing
    anchored: WalkForward | Missing
    rolling: WalkForward | Missing
    crossed: CrossValidation | Missing


def judge_sweep(searched: Searched, seed: int = SEED) -> SweepEvidence:
    """Judge a sweep by everything that was tried, not by its winner alone.

    Parameters
    ----------
    searched : Searched
        With at least one policy.
    seed : int
        Of the bootstrap.
    """
    holding = searched.holding_sessions
    clusters = cluster_trials(searched.excess)
    sharpes = clusters.sharpes if isinstance(clusters, Clusters) else None
    chosen = [int(column) for column in searched.ranking[:SHOWN]]
    best = tuple(
        (
            column,
            sharpe_evidence(
                searched.excess[:, column],
                searched.trial_sharpes,
                holding_sessions=holding,
                cluster_sharpes=sharpes,
            ),
        )
        for column in chosen
    )
    return SweepEvidence(
        best,
        overfitting(searched.excess, holding_sessions=holding),
        snooping(searched.excess, np.zeros(len(searched.excess)), holding_sessions=holding, seed=seed),
        clusters,
        walk_forward(searched.excess, holding_sessions=holding, anchored=True),
        walk_forward(searched.excess, holding_sessions=holding, anchored=False),
        cross_validation(searched.excess, holding_sessions=holding),
    )
