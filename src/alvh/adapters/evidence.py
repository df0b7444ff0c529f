"""What `alvh evidence` does: run everything a policy's evidence needs, count the trials, and put it together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from alvh.accounting.statement import Statement
from alvh.adapters.backtesting import Bench, Request
from alvh.adapters.studying import Desk, PathSpec, Ran, Tell, bench_at, run_all, run_paths
from alvh.adapters.trials import Trials
from alvh.evidence.account_sizes import account_size_specs
from alvh.evidence.claims.claim import Judged
from alvh.evidence.claims.registry import judge_all, needed_runs
from alvh.evidence.dossier import DRAWS, QUICK_DRAWS, Dossier, dossier
from alvh.evidence.odds import HORIZON_SESSIONS, Odds, odds
from alvh.evidence.run_spec import BASE
from alvh.evidence.search import sharpes_of
from alvh.evidence.study import BARE, study
from alvh.market.engines.fitted import EngineError, fit
from alvh.market.engines.history_driven import start_at
from alvh.market.history import History
from alvh.policies.policy import Policy
from alvh.values import Floats, Missing

PATHS, QUICK_PATHS = 200, 24
"""Simulated years behind the odds of losing a fifth."""


@dataclass(frozen=True, slots=True, eq=False)
class ClaimsMade:
    """The claims judged, the history they were judged on, and the runs they asked for."""

    judged: tuple[Judged, ...]
    history: History
    ran: Ran


def evidence_on(desk: Desk, policy: Policy, *, quick: bool, tell: Tell) -> Dossier:
    """Make the evidence on one policy.

    Parameters
    ----------
    desk : Desk
    policy : Policy
    quick : bool
        Fewer draws, and no piece alone over the bare condors.
    tell : callable
        Told (what, done, total).

    Raises
    ------
    RuntimeError
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
        raise RuntimeError(f"{policy.name} cannot be run: {ran.failed[BASE]}")
    claims = run_claims(desk, tell)
    simulated = simulate(desk, bench, [s.policy for s in made.specs if s.label in {BASE, BARE}], quick=quick, tell=tell)
    sharpes = count_trials(desk, {label: track.statement for label, track in ran.tracks.items()})
    tell("judging the claims", 0, 1)
    judged = judge_all(claims.ran.tracks, claims.history, draws=QUICK_DRAWS if quick else DRAWS)
    return dossier(
        made,
        ran.tracks,
        sharpes,
        claims=judged,
        failed={**ran.failed, **claims.ran.failed},
        ruin=simulated,
        tell=tell,
    )


def claims_on(desk: Desk, *, quick: bool, tell: Tell) -> ClaimsMade:
    """Judge the public claims."""
    made = run_claims(desk, tell)
    judged = judge_all(made.ran.tracks, made.history, draws=QUICK_DRAWS if quick else DRAWS, tell=tell)
    return ClaimsMade(judged, made.history, made.ran)


def run_claims(desk: Desk, tell: Tell) -> ClaimsMade:
    """Make the runs that claims are judged on: always the whole history on modelled quotes, whatever is judged beside.

    No vendor's chains reach back to the years that the claims speak of.
    """
    tell("loading", 0, 1)
    own = replace(desk, request=Request(quotes="modelled"))
    specs = needed_runs()
    bench = bench_at(own, [spec.policy for spec in specs])
    return ClaimsMade((), bench.history, run_all(own, bench, specs, tell))


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
    distinct = {one.policy_hash: one for one in statements.values()}
    sharpes = sharpes_of(list(distinct.values()))
    if desk.store is None:
        return sharpes
    trials = Trials(desk.store)
    now = dt.datetime.now(dt.UTC)
    for one, value in zip(distinct.values(), sharpes, strict=True):
        trials.add(one, kind="evidence", when=now, sharpe=float(value))
    return np.asarray(trials.sharpes())
