"""A sweep that was run, as evidence reads it."""

from __future__ import annotations

import math

import numpy as np

from alvh.adapters.sweeping.run import SweepRun
from alvh.adapters.sweeping.tables import failures, refusals
from alvh.evidence.sharpe_tests import Moments, moments
from alvh.evidence.sweep import Combination, Searched
from alvh.values import Floats


def searched(made: SweepRun, trial_sharpes: Floats) -> Searched:
    """Return what was found.

    Parameters
    ----------
    made : SweepRun
        With at least one result.
    trial_sharpes : array (trials,)
        Sharpe ratio a session of every trial counted on these data, those of this sweep among them.
    """
    column = {run.number: k for k, run in enumerate(made.runs)}
    found = made.plan.candidates
    excess = np.column_stack([run.excess for run in made.runs])
    ruined = ~np.isfinite(excess)
    return Searched(
        policy=made.plan.base.name,
        method=made.plan.sweep.settings.method,
        measure=made.plan.sweep.settings.measure,
        paths=tuple(axis.path for axis in made.plan.sweep.axes),
        combinations=tuple(Combination(one.config, column[one.same_as]) for one in found if one.same_as in column),
        measures=tuple(run.summary for run in made.runs),
        sessions=made.sessions,
        excess=np.where(ruined, 0.0, excess),
        ruined=int(ruined.any(axis=0).sum()),
        holding_sessions=max(int(run.summary["holding_sessions"]) for run in made.runs),
        refused=refusals(made),
        failed=failures(made),
        trial_sharpes=trial_sharpes,
    )


def own_sharpes(made: SweepRun) -> Floats:
    """Return the Sharpe ratio a session of every policy of the sweep, NaN where it is not known."""
    found = [moments(run.excess) for run in made.runs]
    return np.array([one.sharpe if isinstance(one, Moments) else math.nan for one in found])
