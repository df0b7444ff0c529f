"""The JSON of an evidence: everything on the page as numbers, each missing one with its reason."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from alvh.evidence.ablation import Alternative, Piece, RandomTiming
from alvh.evidence.dossier import Dossier, Doubt
from alvh.evidence.margins import Margin
from alvh.evidence.measure import cagr, cvar95, daily_returns, day_of, max_drawdown
from alvh.evidence.verdicts import Effect
from alvh.reports.claims import claims_dict
from alvh.values import Missing

LONGEST = 64
"""Longer columns behind a number are left out."""


def dossier_dict(made: Dossier) -> dict[str, Any]:
    """Return an evidence as JSON knows it; rates are decimals, money USD."""
    one = made.base.statement
    start, sessions = one.nav_start_usd, one.sessions
    return {
        "policy": one.policy,
        "version": one.version,
        "from": day_of(sessions, 0),
        "to": day_of(sessions, -1),
        "sessions": int(sessions.size),
        "quotes": one.quotes,
        "fill": one.fill,
        "nav_start": start,
        "quick": made.quick,
        "draws": made.draws,
        "mean_block": {way: drawn.mean_block for way, drawn in made.ablation.resampling.items()},
        "cagr": plain(cagr(one.equity_usd, start, sessions)),
        "max_drawdown": plain(max_drawdown(one.equity_usd, start, sessions).depth),
        "cvar95": plain(cvar95(daily_returns(one.equity_usd, start))),
        "hedge": margin_dict(made.ablation.hedge),
        "hedge_on_same_equity": {
            name or "all": margin_dict(found) for name, found in made.ablation.same_equity.items()
        },
        "pieces": [piece_dict(piece) for piece in made.ablation.pieces],
        "families": {way: plain(found) for way, found in made.ablation.families.items()},
        "controls": [alternative_dict(found) for found in made.ablation.alternatives],
        "random_timing": random_dict(made.ablation.random),
        "hedge_accounts": {name or "all": plain(found) for name, found in made.base.hedges.items()},
        "luck": plain(made.search),
        "doubt": {name: doubt_dict(found) for name, found in made.doubts.items()},
        "simulated": {name: plain(found) for name, found in made.ruin.items()},
        "claims": claims_dict(made.claims, made.checks),
        "after_tax": {name: plain(found) for name, found in made.taxed.items()},
        "sizes": [plain(line) for line in made.sizes],
        "impossible": dict(made.impossible),
        "failed": dict(made.failed),
        "data_hash": one.data_hash,
        "policy_hash": one.policy_hash,
    }


def margin_dict(one: Margin | Missing) -> dict[str, Any]:
    """Return what a comparison says."""
    if isinstance(one, Missing):
        return {"missing": one.why}
    return {
        "whole": {metric: effect_dict(found) for metric, found in one.whole.items()},
        "halves": {years: {m: effect_dict(e) for m, e in found.items()} for years, found in one.halves.items()},
        "regimes": {name: effect_dict(found) for name, found in one.regimes.items()},
        "pnl_by_regime": {name: plain(usd) for name, usd in one.pnl_usd_by_regime.items()},
        "episodes": [
            {
                "name": found.episode.name,
                "pnl": plain(found.pnl_usd),
                "drawdown": plain(found.drawdown),
                "sureness": effect_dict(found.sureness),
            }
            for found in one.episodes
        ],
    }


def effect_dict(one: Effect | Missing) -> dict[str, Any]:
    """Return one effect with its verdict."""
    if isinstance(one, Missing):
        return {"missing": one.why}
    return {**plain(one), "verdict": one.verdict}


def piece_dict(piece: Piece) -> dict[str, Any]:
    """Return one piece, each way it was compared."""
    return {
        "name": piece.name,
        "sort": piece.sort,
        **{way: margin_dict(found) for way, found in piece.ways.items()},
    }


def alternative_dict(one: Alternative) -> dict[str, Any]:
    """Return one control."""
    return {
        "name": one.control.name,
        "about": one.control.about,
        "scale": plain(one.control.scale),
        "cagr": plain(one.cagr),
        "max_drawdown": plain(one.drawdown),
        "cvar95": plain(one.cvar95),
        "hedge_less_control": margin_dict(one.margin),
    }


def random_dict(one: RandomTiming | Missing) -> dict[str, Any]:
    """Return the hedge against chance."""
    if isinstance(one, Missing):
        return {"missing": one.why}
    return {"draws": one.draws.count, "at_least_as_good": dict(one.at_least_as_good)}


def doubt_dict(one: Doubt) -> dict[str, Any]:
    """Return what other assumptions come to."""
    return {
        "band": plain(one.band),
        "break_even": plain(one.break_even),
        "credits": plain(one.credits),
        "parts": [plain(part) for part in one.parts],
    }


def plain(value: Any) -> Any:  # noqa: PLR0911 - one answer a kind of value
    """Return a value as JSON knows it: NaN is null, what is missing says why, and long columns are left out."""
    if isinstance(value, Missing):
        return {"missing": value.why}
    if value is None or isinstance(value, str | bool | dt.date):
        return value
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): plain(found) for key, found in value.items() if not _long(found)}
    if dataclasses.is_dataclass(value):
        return plain({one.name: getattr(value, one.name) for one in dataclasses.fields(value)})
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, Sequence | np.ndarray):
        return [plain(one) for one in value]
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def _long(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.size > LONGEST
