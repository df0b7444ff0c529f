"""The JSON of an evidence: everything on the page as numbers, each missing one with its reason."""

from __future__ import annotations

from typing import Any

from alvh.evidence.ablation import Alternative, Piece, RandomTiming
from alvh.evidence.dossier import Dossier, Doubt
from alvh.evidence.margins import Margin
from alvh.evidence.measure import cagr, cvar95, daily_returns, day_of, max_drawdown
from alvh.evidence.verdicts import Effect
from alvh.reports.claims import claims_dict
from alvh.reports.json_form import json_form
from alvh.values import Missing


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
        "cagr": json_form(cagr(one.equity_usd, start, sessions)),
        "max_drawdown": json_form(max_drawdown(one.equity_usd, start, sessions).depth),
        "cvar95": json_form(cvar95(daily_returns(one.equity_usd, start))),
        "hedge": margin_dict(made.ablation.hedge),
        "hedge_on_books": {name or "all": margin_dict(found) for name, found in made.ablation.books.items()},
        "pieces": [piece_dict(piece) for piece in made.ablation.pieces],
        "families": {way: json_form(found) for way, found in made.ablation.families.items()},
        "controls": [alternative_dict(found) for found in made.ablation.alternatives],
        "random_timing": random_dict(made.ablation.random),
        "hedge_accounts": {name or "all": json_form(found) for name, found in made.base.hedges.items()},
        "luck": json_form(made.search),
        "doubt": {name: doubt_dict(found) for name, found in made.doubts.items()},
        "simulated": {name: json_form(found) for name, found in made.ruin.items()},
        "claims": claims_dict(made.claims, made.checks),
        "after_tax": {name: json_form(found) for name, found in made.taxed.items()},
        "sizes": [json_form(line) for line in made.sizes],
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
        "pnl_by_regime": {name: json_form(usd) for name, usd in one.pnl_usd_by_regime.items()},
        "episodes": [
            {
                "name": found.episode.name,
                "pnl": json_form(found.pnl_usd),
                "drawdown": json_form(found.drawdown),
                "sureness": effect_dict(found.sureness),
            }
            for found in one.episodes
        ],
    }


def effect_dict(one: Effect | Missing) -> dict[str, Any]:
    """Return one effect with its verdict."""
    if isinstance(one, Missing):
        return {"missing": one.why}
    return {**json_form(one), "verdict": one.verdict}


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
        "scale": json_form(one.control.scale),
        "cagr": json_form(one.cagr),
        "max_drawdown": json_form(one.drawdown),
        "cvar95": json_form(one.cvar95),
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
        "band": json_form(one.band),
        "break_even": json_form(one.break_even),
        "credits": json_form(one.credits),
        "parts": [json_form(part) for part in one.parts],
    }
