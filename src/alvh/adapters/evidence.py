"""What `alvh evidence` does: run everything a policy's evidence needs, count the trials, and put it together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from alvh.accounting.statement import Statement
from alvh.adapters.backtesting import Bench, Request
from alvh.adapters.errors import UserError
from alvh.adapters.studying import Desk, PathSpec, Tell, bench_at, run_all, run_paths
from alvh.adapters.trials import Trials, trial_of
from alvh.evidence.account_sizes import account_size_specs
from alvh.evidence.claims.claim import Judged, Material
from alvh.evidence.claims.pre_checks import Check, pre_checks
from alvh.evidence.claims.registry import judge_all, needed_runs
from alvh.evidence.dossier import DRAWS, QUICK_DRAWS, Dossier, dossier
from alvh.evidence.odds import HORIZON_SESSIONS, Odds, odds
from alvh.evidence.run_spec import BASE
from alvh.evidence.study import BARE, study
from alvh.market.engines.fitted import EngineError, fit
from alvh.market.engines.history_driven import start_at
from alvh.policies.policy import Policy
from alvh.values import Floats, Missing

PATHS, QUICK_PATHS = 200, 24
"""Simulated years behind the odds of losing a fifth."""


@dataclass(frozen=True, slots=True, eq=False)
class ClaimsMade:
    """The claims judged, what was counted beside them, and runs of theirs that broke, each with the reason."""

    judged: tuple[Judged, ...]
    checks: tuple[Check, ...]
    failed: Mapping[str, str]


def evidence_on(desk: Desk, policy: Policy, *, quick: bool, tell: Tell) -> Dossier:
    """Make the evidence on one policy.

    Parameters
    ----------
    desk : Desk
    policy : Policy
    quick : bool
        Fewer draws, no rule off, and no piece alone over the bare condors.
    tell : callable
        Told (what, done, total).

    Raises
    ------
    UserError
        When the policy itself cannot be run.
    """
    tell("loading", 0, 1)
    made = study(policy, quick=quick)
    sizes = [] if quick else account_size_specs(policy)
    bench = bench_at(desk, [spec.policy for spec in (*made.specs, *sizes)])
    if bench.quotes.origin != "modelled":
        made = study(policy, quick=quick, modelled=False)
    ran = run_all(desk, bench, (*made.specs, *sizes), tell)
    if BASE in ran.failed:
        raise UserError(f"{policy.name} cannot be run: {ran.failed[BASE]}")
    claims = claims_on(desk, quick=quick, tell=tell)
    simulated = simulate(desk, bench, [s.policy for s in made.specs if s.label in {BASE, BARE}], quick=quick, tell=tell)
    sharpes = count_trials(desk, {label: track.statement for label, track in ran.tracks.items()})
    return dossier(
        made,
        ran.tracks,
        sharpes,
        claims=claims.judged,
        checks=claims.checks,
        failed={**ran.failed, **claims.failed},
        ruin=simulated,
        tell=tell,
    )


def claims_on(desk: Desk, *, quick: bool, tell: Tell) -> ClaimsMade:
    """Judge the public claims: always on the whole history and modelled quotes, whatever else is judged.

    No vendor's chains reach back to the years that the claims speak of.
    """
    tell("loading", 0, 1)
    own = replace(desk, request=Request(quotes="modelled"))
    specs = needed_runs()
    bench = bench_at(own, [spec.policy for spec in specs])
    ran = run_all(own, bench, specs, tell)
    draws = QUICK_DRAWS if quick else DRAWS
    judged = judge_all(ran.tracks, bench.history, draws=draws, tell=tell)
    return ClaimsMade(judged, pre_checks(Material(ran.tracks, bench.history, draws)), ran.failed)


def simulate(
    desk: Desk, bench: Bench, policies: Sequence[Policy], *, quick: bool, tell: Tell
) -> dict[str, Odds | Missing]:
    """Return what simulated years say of some policies; Missing where the history is too short to simulate from."""
    try:
        fit(bench.history)
        start_at(bench.history, None)
    except EngineError as error:
        return {policy.name: Missing(str(error)) for policy in policies}
    paths = QUICK_PATHS if quick else PATHS
    specs = [PathSpec(policy, seed, HORIZON_SESSIONS) for policy in policies for seed in range(paths)]
    runs = run_paths(desk, bench, specs, tell)
    return {name: odds(found, desk.request.nav_usd) for name, found in runs.items()}


def count_trials(desk: Desk, statements: Mapping[str, Statement]) -> Floats:
    """Count the distinct policies that were run as trials of the store; return the Sharpe ratios of all trials."""
    # The same policy at another fill, size or draw is no other trial: its first run, at the command's settings, counts.
    distinct: dict[str, Statement] = {}
    for one in statements.values():
        distinct.setdefault(one.policy_hash, one)
    counted = [trial_of(one, "evidence") for one in distinct.values()]
    own = np.array([trial.sharpe for trial in counted])
    if desk.store is None:
        return own
    trials = Trials(desk.store)
    if isinstance(trials.add_all(counted, dt.datetime.now(dt.UTC)), Missing):
        # A store that cannot be written counts nothing: what was run here is then all that is known.
        return own
    return trials.sharpes()
