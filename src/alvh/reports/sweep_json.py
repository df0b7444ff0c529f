"""The result of a sweep as a machine reads it: rates as decimals, what could not be computed with its reason."""

from __future__ import annotations

from typing import Any

from alvh.evidence.cscv import Overfitting
from alvh.evidence.measure import day_of
from alvh.evidence.sharpe_evidence import Deflated, SharpeEvidence
from alvh.evidence.snooping import Snooping
from alvh.evidence.sweep import Searched, SweepEvidence
from alvh.evidence.sweep_effects import effects
from alvh.evidence.trial_clusters import Clusters
from alvh.evidence.walk_forward import CrossValidation, WalkForward
from alvh.reports.result_json import rate
from alvh.reports.sweep import luck, passes
from alvh.reports.words import setting
from alvh.values import Missing


def sweep_dict(searched: Searched, judged: SweepEvidence) -> dict[str, Any]:
    """Return the result of a sweep, ready for ``json.dumps``.

    ``policies`` holds one object a policy in the order of the ranking: its parameters, the measures of
    ``alvh backtest --json`` and its hash.
    """
    first = judged.best[0]
    return {
        "policy": searched.policy,
        "method": searched.method,
        "measure": searched.measure,
        "from": day_of(searched.sessions, 0).isoformat(),
        "to": day_of(searched.sessions, -1).isoformat(),
        "sessions": int(searched.sessions.size),
        "parameters": list(searched.paths),
        "combinations": len(searched.combinations) + len(searched.refused) + len(searched.failed),
        "policies": [_policy(searched, int(column)) for column in searched.ranking],
        "best": {
            "parameters": dict(searched.config(first[0])),
            "passes_every_test": passes(judged),
            "luck": luck(first[1]),
            "sharpe": _sharpe(first[1]),
        },
        "trials": int(searched.trial_sharpes.size),
        "trials_that_differ": judged.clusters.count if isinstance(judged.clusters, Clusters) else None,
        "overfitting": _overfitting(judged.overfitting),
        "snooping": _snooping(judged.snooping),
        "walk_forward": {"anchored": _walk(judged.anchored), "rolling": _walk(judged.rolling)},
        "cross_validation": _crossed(judged.crossed),
        "effects": [
            {
                "parameter": one.path,
                "explained": rate(one.explained),
                "values": [
                    {
                        "value": level.label,
                        "combinations": level.combinations,
                        "mean": rate(level.mean),
                        "best": rate(level.best),
                        "worst": rate(level.worst),
                    }
                    for level in one.levels
                ],
            }
            for one in effects(searched, setting)
        ],
        "refused": [{"combination": config, "why": why} for config, why in searched.refused],
        "failed": [{"combination": config, "why": why} for config, why in searched.failed],
        "ruined": searched.ruined,
        "holding_sessions": searched.holding_sessions,
    }


def _policy(searched: Searched, column: int) -> dict[str, Any]:
    return {"parameters": dict(searched.config(column)), **searched.measures[column]}


def _sharpe(one: SharpeEvidence) -> dict[str, Any]:
    return {
        "annual": _number(one.sharpe_annual),
        "independent_sessions": _number(one.independent),
        "psr": _number(one.psr_independent),
        "dsr_all_trials": _deflated(one.counted),
        "dsr_trials_that_differ": _deflated(one.clustered),
        "min_track_years": _number(one.min_track_years_independent),
    }


def _deflated(one: Deflated | Missing) -> dict[str, Any]:
    if isinstance(one, Missing):
        return _why(one)
    return {
        "trials": one.trials,
        "benchmark_annual": rate(one.benchmark_annual),
        "dsr": rate(one.dsr_independent),
        "dsr_as_published": rate(one.dsr),
    }


def _overfitting(one: Overfitting | Missing) -> dict[str, Any]:
    if isinstance(one, Missing):
        return _why(one)
    return {
        "pbo": rate(one.pbo),
        "loss_probability": rate(one.loss_probability),
        "splits": len(one.logits),
        "blocks": one.blocks,
        "block_sessions": one.block_sessions,
        "dropped": one.dropped,
    }


def _snooping(one: Snooping | Missing) -> dict[str, Any]:
    if isinstance(one, Missing):
        return _why(one)
    return {
        "best_annual": rate(one.best_annual),
        "reality_check_p": rate(one.reality_check.p),
        "spa_p": rate(one.superior_ability.p_consistent),
        "spa_p_lower": rate(one.superior_ability.p_lower),
        "spa_p_upper": rate(one.superior_ability.p_upper),
        "mean_block": rate(one.mean_block),
        "draws": one.draws,
    }


def _walk(one: WalkForward | Missing) -> dict[str, Any]:
    if isinstance(one, Missing):
        return _why(one)
    return {
        "chosen_at": rate(one.inside_annual),
        "came_to": rate(one.sharpe_annual),
        "best_in_hindsight": rate(one.held.highest),
        "beaten": rate(one.beaten),
        "choices": int(one.chosen.size),
        "sessions": int(one.sessions.size),
    }


def _crossed(one: CrossValidation | Missing) -> dict[str, Any]:
    if isinstance(one, Missing):
        return _why(one)
    return {
        "chosen_at": rate(one.inside_annual),
        "came_to": [rate(value) for value in one.sharpes_annual.tolist()],
        "best_in_hindsight": rate(one.held.highest),
        "losing": rate(one.losing),
        "groups": one.groups,
        "tested": one.tested,
        "gap_sessions": one.gap,
    }


def _number(value: float | Missing) -> Any:
    return _why(value) if isinstance(value, Missing) else rate(value)


def _why(one: Missing) -> dict[str, Any]:
    return {"missing": one.why}
