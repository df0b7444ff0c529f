"""The same inputs give the same bytes: twice, on fresh quotes, after other policies, and in another process."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given

from alvh.day import Run
from alvh.evidence.account import account
from alvh.execution.fills.spread_fraction import FRACTIONS
from alvh.market.observe import View
from alvh.policies.policy import preset
from alvh.reports.result_json import result_dict
from alvh.values import Contract
from invariants.worlds import World, chain_worlds, examples, history_of, modelled_worlds, policies
from tiny_market import TinySpec

SPEC = TinySpec(seed=11, sessions=200, shock_at=(100,))


def said(run: Run, seconds: float = 0.0) -> str:
    """Return the result as a machine reads it, without the seconds, and every fill and campaign behind it."""
    statement = account(run, {"load": seconds, "run": seconds})
    result = result_dict(statement)
    result.pop("seconds")
    return json.dumps(result) + repr(statement.fills) + repr(statement.campaigns) + repr(run.plans)


def check_alike(world: World, other: str) -> None:
    """Run a world on fresh quotes, again on the same, and on quotes that another policy has used before."""
    history = world.history()
    fresh = said(world.run(history))
    used = world.quotes(history)
    replace(world, policy=other, same_close=not world.same_close).run(history, used)
    assert said(world.run(history, used), seconds=1.0) == fresh
    assert said(world.run(history, used)) == fresh
    assert said(world.run(world.history())) == fresh


@examples(10)
@given(modelled_worlds(), policies())
def test_modelled_runs_do_not_hang_on_what_ran_before(world, other):
    check_alike(world, other)


@examples(5)
@given(chain_worlds(), policies(hedged=False, underlying="SPX"))
def test_runs_on_chains_do_not_hang_on_what_ran_before(world, other):
    check_alike(world, other)


@pytest.mark.parametrize("unknown", [("VIX", "VIX9D", "VIX3M", "VIX6M"), ()])
def test_a_mark_does_not_hang_on_how_early_it_was_asked_for(unknown):
    """Bought on the tenth session, unquoted on the eleventh: another policy may have held it since the seventh."""
    spec = TinySpec(sessions=40, shock_at=())
    world = World(spec, "", chains=(2, 35), holes=dict.fromkeys(unknown, (10,)))
    tables, days = world.tables(), spec.axis().astype(object)
    contract = Contract("SPXW", dt.date(2017, 2, 10), 2000.0, "P")
    gone = (pl.col("quote_date") == days[11]) & (pl.col("strike") == 2000.0) & (pl.col("expiry") == contract.expiry)
    tables["chains"] = tables["chains"].filter(~gone)
    history = history_of(tables, spec)
    marks = []
    for first in (10, 7):
        quotes = world.quotes(history)
        View(history, quotes, first).mark(contract)
        marks.append([View(history, quotes, i).mark(contract) for i in range(10, 27)])
    assert marks[0] == marks[1]
    assert all(mark > 0.0 for mark in marks[0])


def ladder(names: tuple[str, ...]) -> dict[str, str]:
    """Run shipped policies at every fill on one quote source, in the order given."""
    world = World(SPEC, "")
    history = world.history()
    quotes = world.quotes(history)
    return {
        f"{name} {fill}": said(replace(world, fill=fill).run(history, quotes, preset(name)))
        for name in names
        for fill in FRACTIONS
    }


def test_the_order_of_policies_and_fills_does_not_matter():
    names = ("alvh", "condor-only", "442-contracts")
    assert ladder(names) == ladder(names[::-1])


def digest() -> str:
    """Return a hash of what `alvh` does on a small market."""
    world = World(SPEC, "")
    return hashlib.sha256(said(world.run(policy=preset("alvh"))).encode()).hexdigest()


def test_another_process_with_another_hash_seed_says_the_same():
    here = Path(__file__).resolve()
    path = os.pathsep.join(str(folder) for folder in (here.parents[2] / "src", here.parents[1]))
    told = subprocess.run(
        [sys.executable, "-c", "from invariants.test_determinism import digest; print(digest())"],
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "12345"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == digest()


@pytest.mark.parametrize("change", [{"fill": "mid"}, {"same_close": True}, {"broker": "none"}, {"start": 1}])
def test_another_way_to_run_is_seen_in_the_result(change):
    world = World(SPEC, "")
    policy = preset("condor-only")
    history = world.history()
    assert said(world.run(history, policy=policy)) != said(replace(world, **change).run(history, policy=policy))
