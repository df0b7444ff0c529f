"""Every policy of a sweep is a trial: the one place where they are counted."""

from __future__ import annotations

from alvh.adapters.sweeping.run import SweepRun
from alvh.adapters.sweeping.search import own_sharpes
from alvh.values import Floats


def count_trials(made: SweepRun) -> Floats:
    """Count what was run, and return the Sharpe ratio a session of every trial on these data."""
    return own_sharpes(made)
