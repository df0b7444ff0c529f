"""How many different things were tried: trials whose returns move together are one trial.

M. Lopez de Prado and M. J. Lewis, "Detection of False Investment Strategies Using Unsupervised Learning Methods",
Quantitative Finance 19 (2019): the deflated Sharpe ratio wants independent trials, so cluster the trials' returns, and
let each cluster be one trial, its returns weighted by inverse variance. They choose the number of clusters by a search;
here it follows from one stated threshold, so that it can be read and repeated: average linkage on the distance
sqrt((1 - correlation) / 2), cut where two clusters share less than half of their variance (correlation sqrt(1/2)). The
lower the threshold, the fewer trials remain and the kinder the answer; ours is stricter than their typical clusters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from alvh.evidence.sharpe_tests import Moments, moments
from alvh.values import Floats, Ints, Missing

ALIKE = math.sqrt(0.5)
"""Correlation from which two trials share at least half of their variance."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """Trials grouped by likeness.

    Attributes
    ----------
    labels : array (trials,)
        Cluster of each trial, numbered from 0 in the order of their first trial; -1 for a trial that never varies (it
        never traded, and could not have won).
    returns : array (sessions, clusters)
        Each cluster's trials weighted by inverse variance.
    sharpes : array (clusters,)
        Sharpe ratio a session of these returns.
    implied : float
        Independent trials by the average correlation alone, rho + (1 - rho) N (Bailey and Lopez de Prado 2014,
        appendix): a rougher second opinion.
    """

    labels: Ints
    returns: Floats
    sharpes: Floats
    implied: float

    @property
    def count(self) -> int:
        """How many clusters there are."""
        return self.sharpes.size


def cluster_trials(returns: Floats, alike: float = ALIKE) -> Clusters | Missing:
    """Cluster trials by the correlation of their daily returns.

    Parameters
    ----------
    returns : array (sessions, trials)
        Daily, in excess of cash, decimals, on the same sessions.
    alike : float
        Correlation from which trials are one.

    Returns
    -------
    Clusters or Missing
        Missing for a gap, and where no trial varies.
    """
    if not np.isfinite(returns).all():
        gaps = int((~np.isfinite(returns)).any(axis=0).sum())
        return Missing(f"{gaps} of {returns.shape[1]} trials have sessions without a return")
    varies = np.array([isinstance(moments(column), Moments) for column in returns.T], dtype=bool)
    if not varies.any():
        return Missing(f"none of {returns.shape[1]} trials ever traded")
    labels = np.full(returns.shape[1], -1, dtype=np.int64)
    labels[varies], implied = _labels(returns[:, varies], alike)
    merged = np.column_stack(
        [returns[:, labels == label] @ _weights(returns[:, labels == label]) for label in range(labels.max() + 1)]
    )
    measured = [moments(column) for column in merged.T]
    sharpes = np.array([one.sharpe if isinstance(one, Moments) else math.nan for one in measured])
    return Clusters(labels, merged, sharpes, implied)


def _labels(returns: Floats, alike: float) -> tuple[Ints, float]:
    """Return the cluster of each trial, all of which vary, and the number implied by the average correlation."""
    trials = returns.shape[1]
    if trials == 1:
        return np.zeros(1, dtype=np.int64), 1.0
    correlation = np.clip(np.corrcoef(returns, rowvar=False), -1.0, 1.0)
    distance = np.sqrt(0.5 * (1.0 - correlation))
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance, checks=False), method="average")
    labels = _in_order(fcluster(tree, math.sqrt(0.5 * (1.0 - alike)), criterion="distance"))
    average = (float(correlation.sum()) - trials) / (trials * (trials - 1))
    implied = float(np.clip(average + (1.0 - average) * trials, 1.0, trials))
    return labels, implied


def _weights(returns: Floats) -> Floats:
    """Return inverse-variance weights that add up to 1."""
    weights = 1.0 / returns.var(axis=0)
    shares: Floats = weights / weights.sum()
    return shares


def _in_order(found: Ints) -> Ints:
    """Return clusters renumbered in the order of their first trial."""
    _, first, inverse = np.unique(found, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first))
    return order[inverse].astype(np.int64)
