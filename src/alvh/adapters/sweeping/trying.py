"""Every policy of a sweep is a trial: the one place where they are counted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from alvh.adapters.sweeping.run import SweepRun
from alvh.adapters.sweeping.search import own_sharpes
from alvh.adapters.trials import Trial, Trials
from alvh.evidence.measure import day_of
from alvh.values import Floats, Missing


def count_trials(made: SweepRun, root: Path, when: dt.datetime) -> Floats:
    """Count what was run, and return the Sharpe ratio a session of every trial that the store has counted.

    Those of this sweep alone where the store's counter cannot be written.

    Parameters
    ----------
    made : SweepRun
    root : Path
        The store's folder.
    when : datetime.datetime
        Now, with its zone.
    """
    own = own_sharpes(made)
    first, last = day_of(made.sessions, 0), day_of(made.sessions, -1)
    tried = [
        Trial(run.policy.digest, run.policy.name, "sweep", first, last, made.sessions.size, float(sharpe))
        for run, sharpe in zip(made.runs, own, strict=True)
    ]
    trials = Trials(root)
    return own if isinstance(trials.add_all(tried, when), Missing) else trials.sharpes()
