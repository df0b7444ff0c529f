"""Every piece compared three ways: the right pairs, and a reason where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from alvh.accounting.statement import Statement
from alvh.evidence.ablation import NOTHING, ablate, compare_equity, holding
from alvh.evidence.controls import layer_returns
from alvh.evidence.margins import CAGR, CVAR, DRAWDOWN, METRICS, Margin
from alvh.evidence.measure import cagr, daily_returns
from alvh.evidence.run_spec import BASE
from alvh.evidence.study import BARE
from alvh.evidence.track import Track
from alvh.evidence.with_without import ALL_HEDGES, same_equity_each
from alvh.policies.variant import members
from alvh.values import Missing
from evidence.tracks import SILENT, booked, made

STUDY, TRACKS = made()
FOUND = ablate(STUDY.policy, TRACKS, STUDY.impossible, draws=200, random_draws=50)
BY = {piece.name: piece for piece in FOUND.pieces}


def growth(equity: np.ndarray) -> float:
    one = TRACKS[BASE].statement
    return cagr(equity, one.nav_start_usd, one.sessions)


def effect(name: str, way: str, metric: str = CAGR):
    found = BY[name].ways[way]  # type: ignore[index]
    assert isinstance(found, Margin), found
    return found.whole[metric]


def test_every_layer_and_rule_is_judged_in_policy_order() -> None:
    assert [piece.name for piece in FOUND.pieces] == [member.name for member in members(STUDY.policy)]
    assert BY["condor"].sort == "condor"
    assert BY["L1"].sort == "hedge"
    assert BY["big_top"].sort == "overlay"
    assert BY["vote"].sort == "rule"


def test_with_is_the_policy_and_without_is_not() -> None:
    base = TRACKS[BASE]
    expected = growth(base.statement.equity_usd) - growth(base.without["L1"])
    assert effect("L1", "identical").estimate == pytest.approx(expected)
    off = TRACKS["off:L1"].statement.equity_usd
    assert effect("L1", "off").estimate == pytest.approx(growth(base.statement.equity_usd) - growth(off))
    on, bare = TRACKS["on:L1"].statement.equity_usd, TRACKS[BARE].statement.equity_usd
    assert effect("L1", "on").estimate == pytest.approx(growth(on) - growth(bare))


def test_all_hedges_together_are_left_out_together() -> None:
    assert isinstance(FOUND.hedge, Margin)
    base = TRACKS[BASE]
    expected = growth(base.statement.equity_usd) - growth(base.without[ALL_HEDGES])
    assert FOUND.hedge.whole[CAGR].estimate == pytest.approx(expected)  # type: ignore[union-attr]
    assert set(FOUND.hedge.whole) == set(METRICS)


def test_what_changes_nothing_has_done_nothing() -> None:
    assert BY[SILENT.removeprefix("off:")].ways["off"] == Missing(NOTHING)


def test_what_cannot_be_compared_says_why() -> None:
    assert BY["whole_contracts"].ways["off"] == Missing('L1 needs a [[rules]] entry with kind = "whole_contracts"')
    assert BY["vote"].ways["on"] == Missing("vote acts on hedges, and bare condors have none")
    assert BY["vote"].ways["identical"] == Missing("no hedge layer: its fills cannot be told apart from decisions")


def test_a_run_that_broke_is_a_reason() -> None:
    tracks = {label: track for label, track in TRACKS.items() if label != "off:L2"}
    found = ablate(STUDY.policy, tracks, {"off:L2": "ValueError: broken"}, draws=20, random_draws=5)
    (l2,) = (piece for piece in found.pieces if piece.name == "L2")
    assert l2.ways["off"] == Missing("ValueError: broken")
    assert isinstance(l2.ways["identical"], Margin)


def test_families_count_the_three_headline_measures_of_one_way() -> None:
    three = sum(
        hasattr(piece.ways["off"].whole[metric], "verdict")  # type: ignore[union-attr]
        for piece in FOUND.pieces
        if isinstance(piece.ways["off"], Margin)
        for metric in (CAGR, DRAWDOWN, CVAR)
    )
    assert FOUND.families["off"].count == three > 0


def test_controls_stand_beside_the_condors_of_the_judged_run() -> None:
    named = {one.control.name: one for one in FOUND.alternatives}
    assert {"puts", "vxth", "cash"} <= set(named)
    cash = named["cash"]
    assert cash.drawdown == 0.0
    assert cash.cagr > 0.0
    for one in FOUND.alternatives:
        assert isinstance(one.control.equity_usd, Missing) == np.isnan(one.cagr)


def same_hedge(base: Statement, bare: Statement) -> Statement:
    """Return the bare condors beside a control that gains the judged hedge's share of equity on every session."""
    share = layer_returns(base, base.hedge_layers)
    own = sum(bare.layer_pnl_usd.values())
    equity, gained = base.nav_start_usd, np.zeros(len(share))
    for k, gain in enumerate(share):
        gained[k] = gain * equity
        equity += own[k] + gained[k]
    return replace(booked(bare, {**bare.layer_pnl_usd, "control_puts": gained}), hedge_layers=("control_puts",))


def test_a_control_that_is_the_same_hedge_is_neither_better_nor_worse() -> None:
    # Its scale is 1, and both sides are the condors' daily returns with the same shares of equity added. The run itself
    # would differ: its condors keep their lots while the account shrinks.
    base = TRACKS[BASE].statement
    made_of = Track("control:puts", same_hedge(base, TRACKS[BARE].statement))
    found = ablate(STUDY.policy, {**TRACKS, "control:puts": made_of}, STUDY.impossible, draws=50, random_draws=5)
    puts = next(one for one in found.alternatives if one.control.name == "puts")
    assert puts.control.scale == pytest.approx(1.0, rel=1e-4)
    assert isinstance(puts.margin, Margin)
    for metric in (CAGR, DRAWDOWN, CVAR):
        assert puts.margin.whole[metric].estimate == pytest.approx(0.0, abs=1e-6)  # type: ignore[union-attr]


def test_a_hedge_is_judged_by_its_own_days_on_the_equity_of_each() -> None:
    base = TRACKS[BASE].statement
    gained = layer_returns(base, ("L2",))
    less = base.nav_start_usd * np.cumprod(1.0 + daily_returns(base.equity_usd, base.nav_start_usd) - gained)
    assert effect("L2", "identical").estimate == pytest.approx(growth(base.equity_usd) - growth(less))


def test_beside_it_stand_the_books_without_its_fills() -> None:
    base = TRACKS[BASE]
    assert list(FOUND.books) == [*base.statement.hedge_layers, ALL_HEDGES]
    booked_ = FOUND.books["L2"]
    assert isinstance(booked_, Margin)
    expected = growth(base.statement.equity_usd) - growth(base.books["L2"])
    assert booked_.whole[CAGR].estimate == pytest.approx(expected)  # type: ignore[union-attr]


def test_a_layer_that_gained_nothing_is_not_judged_by_rounding() -> None:
    base = TRACKS[BASE]
    pnl = {name: gained * (name != "L3") for name, gained in base.statement.layer_pnl_usd.items()}
    one = booked(base.statement, pnl)
    idle = replace(base, statement=one, without=same_equity_each(one))
    found = ablate(STUDY.policy, {**TRACKS, BASE: idle}, STUDY.impossible, draws=20, random_draws=5)
    ways = {piece.name: piece.ways["identical"] for piece in found.pieces}
    assert ways["L3"] == Missing(NOTHING)
    assert isinstance(ways["L2"], Margin)


def test_the_same_seed_says_the_same() -> None:
    again = ablate(STUDY.policy, TRACKS, STUDY.impossible, draws=200, random_draws=50)
    assert [p.ways for p in again.pieces] == [p.ways for p in FOUND.pieces]


def test_hedges_that_live_for_years_do_not_make_the_blocks() -> None:
    one = TRACKS[BASE].statement
    assert any(line.layer in one.hedge_layers for line in one.campaigns)
    assert 1 <= holding(one) < 90


def test_the_same_account_is_not_compared() -> None:
    one = TRACKS[BASE].statement
    assert compare_equity(one.equity_usd, one.equity_usd.copy(), one, FOUND.resampling["off"]) == Missing(NOTHING)
