"""A sweep of two parameters over three years, made of random returns with a known seed."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from alvh.evidence.sweep import Combination, Searched

SESSIONS = np.arange("2016-01-04", "2020-06-01", dtype="datetime64[D]")
SESSIONS = SESSIONS[np.is_busday(SESSIONS)]


def searched(skill: float = 0.0, seed: int = 0, **changed) -> Searched:
    """Return 12 policies of 1 % a day; `skill` is added to the mean of the one with short 0.2 and dte 45, a day."""
    rng = np.random.default_rng(seed)
    configs = [{"condor.short": short, "condor.dte": dte} for short, dte in product((0.1, 0.2, 0.3), (30, 45, 50, 60))]
    excess = rng.normal(0.0, 0.01, (SESSIONS.size, len(configs)))
    excess -= excess.mean(axis=0)
    excess[:, 5] += skill
    sharpes = excess.mean(axis=0) / excess.std(axis=0, ddof=1)
    measures = [
        {
            "sharpe": float(one) * 252**0.5,
            "cagr": 0.01 * k,
            "max_drawdown": -0.02 * k,
            "cvar95": -0.02,
            "vol": 0.16,
            "hedge_cost_per_year": 0.0,
            "campaigns": 10 + k,
            "policy_hash": f"hash {k}",
        }
        for k, one in enumerate(sharpes)
    ]
    made = Searched(
        policy="condor-only",
        method="grid",
        measure="sharpe",
        paths=("condor.short", "condor.dte"),
        combinations=tuple(Combination(config, k) for k, config in enumerate(configs)),
        measures=tuple(measures),
        sessions=SESSIONS,
        excess=excess,
        ruined=0,
        holding_sessions=15,
        refused=(),
        failed=(),
        trial_sharpes=sharpes,
    )
    return replace(made, **changed)
