"""Tracks made of synthetic statements: what an evidence would have run, in a second."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from alvh.accounting.statement import Statement
from alvh.evidence.hedge_account import HedgeAccount
from alvh.evidence.run_spec import BASE
from alvh.evidence.study import ALWAYS, BARE, CONTROL, PUTS, VXTH, Study, study
from alvh.evidence.track import Track
from alvh.evidence.with_without import ALL_HEDGES, same_equity_each
from alvh.policies.policy import preset
from alvh.values import Floats, Missing
from reports.statements import synthetic

SESSIONS = 1_500
SILENT = "off:steward"
"""This one changes nothing."""


def booked(one: Statement, pnl_usd: dict[str, Floats], **more: object) -> Statement:
    """Return a statement with other daily P&L, its equity following."""
    equity = np.round(one.nav_start_usd + np.cumsum(sum(pnl_usd.values())), 2)
    layers = tuple(pnl_usd)
    hedges = tuple(layer for layer in one.hedge_layers if layer in layers)
    changed: dict[str, object] = {
        "layers": layers,
        "hedge_layers": hedges,
        "layer_pnl_usd": pnl_usd,
        "equity_usd": equity,
        **more,
    }
    return replace(one, **changed)  # type: ignore[arg-type]


def account(one: Statement, name: str) -> HedgeAccount:
    pnl = float(sum(one.layer_pnl_usd[layer].sum() for layer in ([name] if name else one.hedge_layers)))
    return HedgeAccount(1e5, -5e4, 1e3, 2e4, 3e3, pnl, 0.0, -pnl / 5e6 / 6.0, 0.01, 0.0001, Missing("made up"))


@cache
def made(*, quick: bool = False, sessions: int = SESSIONS) -> tuple[Study, dict[str, Track]]:
    """Return a study of `alvh` and a track of every run it asks for."""
    asked = study(preset("alvh"), quick=quick)
    whole = synthetic(sessions=sessions)
    own = dict(whole.layer_pnl_usd)
    bare = booked(whole, {name: own[name] for name in ("condor", "cash")}, policy="alvh bare", hedge_layers=())
    books = {name: np.round(whole.equity_usd - np.cumsum(own[name]), 2) for name in whole.hedge_layers} | {
        ALL_HEDGES: np.round(whole.equity_usd - np.cumsum(sum(own[name] for name in whole.hedge_layers)), 2)
    }
    without = same_equity_each(whole)
    hedges = {name: account(whole, name) for name in (*whole.hedge_layers, ALL_HEDGES)}
    tracks = {}
    for k, spec in enumerate(asked.specs):
        lot = np.random.default_rng(k)
        if spec.label == BASE:
            tracks[spec.label] = Track(BASE, whole, without, books, hedges)
        elif spec.label == BARE:
            tracks[spec.label] = Track(BARE, bare)
        elif spec.label.startswith(CONTROL):
            tracks[spec.label] = Track(spec.label, control(bare, spec.label.removeprefix(CONTROL), lot))
        else:
            side = bare if spec.label.startswith(("bare-", "on:")) else whole
            pnl = dict(side.layer_pnl_usd)
            noise = 0.0 if spec.label in {SILENT, "fill:half", "bare-fill:half"} else 200.0
            pnl["condor"] = np.round(pnl["condor"] + noise * lot.standard_normal(sessions), 2)
            tracks[spec.label] = Track(spec.label, booked(side, pnl, policy=spec.policy.name, fill=spec.fill or "half"))
    return asked, tracks


def control(bare: Statement, name: str, lot: np.random.Generator) -> Statement:
    """Return the bare condors beside a hedge that costs 2 basis points a day on average."""
    layer = {PUTS: "control_puts", VXTH: "control_calls", ALWAYS: "L1"}[name]
    cost = np.round(bare.nav_start_usd * lot.normal(-0.0002, 0.0006, len(bare.sessions)), 2)
    pnl = {**bare.layer_pnl_usd, layer: cost}
    return replace(booked(bare, pnl, policy=f"control {name}"), hedge_layers=(layer,))
