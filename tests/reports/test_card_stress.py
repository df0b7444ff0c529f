"""The stress table on the card: what it holds, that parts add up, what is missing, and that nothing later is read."""

from __future__ import annotations

import datetime as dt
import json
import math
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from alvh.accounting.book import Book
from alvh.decision.decide import decide
from alvh.decision.stress import REPLAYS, PastMoves, Spread
from alvh.diagnosis.diagnose import diagnose
from alvh.diagnosis.scenarios import COLUMNS
from alvh.market.history import build_history
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.brokers import load_broker
from alvh.policies.policy import preset
from alvh.reports.card.card import plain
from alvh.reports.card.facts import Facts
from alvh.reports.card.stress import EngineRow, ReplayRow, Stress, headline, stress
from alvh.values import Contract, Leg, Missing, Order, Plan
from tiny_market import TinySpec, tiny_market


def past(fall: float = -0.01, rise: float = 0.04, *, last: dt.date = dt.date(2025, 12, 31)) -> PastMoves:
    """Sessions from 2008 on that all fell alike, VX rising: what happened in them is in the test's hands."""
    days = np.arange(np.datetime64("2008-01-01"), np.datetime64(last) + 1)
    days = days[np.is_busday(days)]
    moved = np.zeros((len(days), COLUMNS))
    moved[:, 0], moved[:, 1:6], moved[:, 6] = fall, rise, 0.01
    return PastMoves(tuple(days.astype(object)), moved)


def known(moves: PastMoves) -> Any:
    """Return what stands for a history that has these moves."""
    return SimpleNamespace(dates=moves.dates, derive=lambda _key, _compute: moves.rows)


@cache
def entry() -> Facts:
    """An evening that opens condors and buys hedges."""
    history = build_history(tiny_market(sessions=330, shock_at=(300,)))
    policy = preset("alvh")
    for i in range(329, 0, -1):
        view = View(history, ModelledQuotes(history), i)
        readings, book = diagnose(view), Book(500_000_000)
        plan = decide(view, readings, book, policy.layers, policy.rules)
        facts = Facts(history, view, readings, plan, book, policy, load_broker("generic"), 0.5, known(past()))
        if facts.openings():
            return facts
    raise AssertionError("no entry")


@cache
def made() -> Stress:
    return stress(entry())


def test_a_fall_costs_the_condor_and_pays_the_hedges() -> None:
    rows = [row for row in made().replays if isinstance(row, ReplayRow)]
    assert [row.name for row in rows] == [replay.name for replay in REPLAYS]
    long = next(row for row in rows if row.name == "grind-2022")
    assert (long.sessions, long.whole) == (63, 202), "weekdays after 3 January, up to 12 October"
    assert long.spx == pytest.approx(math.expm1(-0.01 * long.sessions))
    assert long.vx == pytest.approx(math.expm1(0.04 * long.sessions))
    assert "condor" in made().layers
    assert float(long.pnl_usd["condor"]) < 0.0
    hedges = [layer for layer in made().layers if layer.startswith("L")]
    assert hedges
    assert all(float(long.pnl_usd[layer]) > 0.0 for layer in hedges)


def test_layers_add_up_and_are_set_against_equity() -> None:
    for row in made().replays:
        assert isinstance(row, ReplayRow)
        assert sum(float(x) for x in row.pnl_usd.values()) == pytest.approx(float(row.total_usd))
        assert row.of_equity == pytest.approx(float(row.total_usd) / 5_000_000.0)
        assert row.low_usd <= float(row.total_usd)
        assert row.low_of_equity == pytest.approx(row.low_usd / 5_000_000.0)
        assert 1 <= row.low_session <= row.sessions


def test_a_condor_loses_no_more_than_it_can() -> None:
    """The largest loss is known at the opening, and cash on the way earns or costs a little interest."""
    orders = entry().openings()
    most = sum(order.lots * order.max_loss_usd_per_lot for order in orders)
    assert made().capital_usd > most
    for row in made().replays:
        assert isinstance(row, ReplayRow)
        assert float(row.pnl_usd["condor"]) > -1.02 * most


def test_both_engines_say_percentiles_and_what_is_earned() -> None:
    rows = [row for row in made().engines if isinstance(row, EngineRow)]
    assert [row.name for row in rows] == ["blocks", "quintic"]
    for row in rows:
        assert not isinstance(row.total, Missing)
        assert row.total.low <= row.total.middle <= row.total.high
        parts = [part.mean for part in row.layers.values() if not isinstance(part, Missing)]
        assert sum(parts) == pytest.approx(row.total.mean)
        assert math.isfinite(row.irr)
        assert row.irr_error > 0.0
        assert row.horizon == 63
    # Every day of that past falls 1 %: in blocks of it the condor loses on each path.
    condor = rows[0].layers["condor"]
    assert not isinstance(condor, Missing)
    assert condor.high < 0.0


def test_the_headline_names_the_worst_replay() -> None:
    worst = min((row for row in made().replays if isinstance(row, ReplayRow)), key=lambda row: row.low_of_equity)
    said = f"worst replay {worst.low_of_equity * 100:+.1f} % of equity ({worst.name}); one path in twenty ends below "
    assert made().headline.startswith(said)
    assert headline((Missing("x"),), (Missing("y"),)) == "no scenario can be valued tonight"


def test_a_replay_after_the_evening_is_not_known() -> None:
    early = stress(replace(entry(), joint_past=known(past(last=dt.date(2019, 12, 31)))))
    found = [isinstance(row, ReplayRow) for row in early.replays]
    assert found == [True, True, False, False, False, False]
    assert all("after what is known" in row.why for row in early.replays if isinstance(row, Missing))


def test_without_other_moves_those_of_the_history_are_taken_up_to_the_evening() -> None:
    """A history of two years knows one replay; its blocks hold the sessions up to the evening and none later."""
    own = stress(replace(entry(), joint_past=None))
    assert [isinstance(row, ReplayRow) for row in own.replays] == [False, True, False, False, False, False]
    blocks = own.engines[0]
    assert isinstance(blocks, EngineRow)
    assert int(blocks.what.split()[0]) <= entry().view.i
    short = stress(replace(entry(), joint_past=known(PastMoves(past().dates[:100], past().rows[:100]))))
    assert isinstance(short.engines[0], Missing)
    assert "252 are needed" in short.engines[0].why


def test_a_thorough_table_has_engine_a_where_a_history_ends_tonight() -> None:
    facts = entry()
    with_a = stress(replace(facts, joint_past=None), thorough=True)
    assert [row if isinstance(row, Missing) else row.name for row in with_a.engines] == [
        "blocks", Missing("engine A has no history that ends tonight"), "quintic"
    ]  # fmt: skip
    # Two years and more of the same small market, whose last session is tonight.
    spec = TinySpec(sessions=640, shock_at=(300, 500))
    history = build_history(spec.tables())
    view = View(history, ModelledQuotes(history), len(history) - 1)
    plan = decide(view, diagnose(view), facts.book, facts.policy.layers, facts.policy.rules)
    call = Contract("VX", view.series("VX")[2].expiry)
    order = Order("L1", "L1@x", "open", (Leg(call, 1),), 3, "hedge")
    own = replace(
        facts, history=history, view=view, readings=diagnose(view), plan=replace(plan, orders=(order,)),
        joint_past=history,
    )  # fmt: skip
    row = stress(own, thorough=True).engines[1]
    assert isinstance(row, EngineRow)
    assert (row.name, row.paths, row.horizon) == ("history", 400, 63)
    assert isinstance(row.total, Spread)
    assert row.total.low < row.total.mean < row.total.high
    assert "weighted back" in row.what
    assert stress(own, thorough=True).headline == stress(own).headline, "one card says one thing"


def test_an_empty_evening_has_no_table() -> None:
    nothing = stress(replace(entry(), plan=Plan(entry().view.instant)))
    assert (nothing.layers, nothing.replays, nothing.engines, nothing.headline) == ((), (), (), "")


def test_the_same_evening_gives_the_same_table_and_json_can_say_it() -> None:
    assert stress(entry()) == made()
    said = json.loads(json.dumps(plain(made()), allow_nan=False))
    assert set(said) == {"layers", "capital_usd", "replays", "engines", "headline", "note"}
    assert said["replays"][0]["name"] == "oct-2008"
    assert set(said["engines"][0]["total"]) == {"low", "middle", "high", "mean", "error"}
    assert "modelled" in said["note"]
