"""The trial counter: one row a policy, however often, from however many processes; never in the way."""

from __future__ import annotations

import datetime as dt
import math
import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import alvh
from adapters.cli_desk import END, START, fill_store, say
from alvh.accounting.statement import Statement
from alvh.adapters import api
from alvh.adapters.errors import UserError
from alvh.adapters.trials import FILE, Trial, Trials, count_runs, sharpe_a_session, trial_of
from alvh.market.history import build_history
from alvh.values import Missing
from tiny_market import tiny_market

NOW = dt.datetime(2026, 11, 22, 20, 0, tzinfo=dt.UTC)
SOURCE = Path(__file__).resolve().parents[2] / "src"


def trial(digest: str = "a", sessions: int = 100, sharpe: float = 0.05) -> Trial:
    return Trial(digest, f"policy-{digest}", "backtest", dt.date(2020, 1, 2), dt.date(2020, 6, 1), sessions, sharpe)


@pytest.fixture(scope="module")
def statement() -> Statement:
    market = api.Market(build_history(tiny_market(sessions=320)), 0.0)
    return alvh.backtest("condor-only", market, first="2017-06-01").statement


def test_a_policy_is_one_trial_however_often_it_is_run(tmp_path):
    trials = Trials(tmp_path)
    assert trials.count() == 0
    assert trials.sharpes().size == 0
    assert trials.add_all([trial("a")], NOW) == 1
    assert trials.add_all([trial("b", sharpe=0.02), trial("a")], NOW + dt.timedelta(hours=1)) == 2
    assert trials.sharpes().tolist() == [0.05, 0.02]
    first, second = trials.listed()
    assert (first.trial, first.runs) == (trial("a"), 2)
    assert (first.counted_at, first.latest_at) == (NOW, NOW + dt.timedelta(hours=1))
    assert (second.trial.policy, second.runs) == ("policy-b", 1)


def test_of_several_windows_the_longest_is_kept(tmp_path):
    trials = Trials(tmp_path)
    for sessions, sharpe in ((100, 0.05), (200, 0.01), (50, 0.30)):
        trials.add_all([trial("a", sessions, sharpe)], NOW)
    (kept,) = trials.listed()
    assert (kept.trial.sessions, kept.trial.sharpe, kept.runs) == (200, 0.01, 3)


def test_a_ratio_that_does_not_exist_is_kept_as_unknown(tmp_path):
    trials = Trials(tmp_path)
    trials.add_all([trial("a", sharpe=math.nan), trial("b")], NOW)
    assert math.isnan(trials.sharpes()[0])
    assert trials.count() == 2


def test_a_run_is_counted_with_its_own_ratio(tmp_path, statement):
    trials = Trials(tmp_path)
    assert trials.add(statement, kind="backtest", when=NOW) == 1
    (kept,) = trials.listed()
    assert kept.trial == trial_of(statement, "backtest")
    assert kept.trial.digest == statement.policy_hash
    assert (kept.trial.first, kept.trial.sessions) == (statement.sessions[0].item(), statement.sessions.size)
    before = np.concatenate(([statement.nav_start_usd], statement.equity_usd[:-1]))
    excess = statement.equity_usd / before - 1.0 - statement.layer_pnl_usd["cash"] / before
    assert kept.trial.sharpe == pytest.approx(excess.mean() / excess.std(ddof=1))
    trials.add(statement, kind="backtest", when=NOW, sharpe=0.25)
    assert trials.sharpes().tolist() == [0.25]


def test_an_account_that_was_wiped_out_has_no_ratio(statement):
    equity = statement.equity_usd.copy()
    equity[5:] = -1.0
    assert math.isnan(sharpe_a_session(replace(statement, equity_usd=equity)))


def test_several_processes_count_together(tmp_path):
    code = (
        "import sys, datetime as dt; from pathlib import Path; from alvh.adapters.trials import Trial, Trials\n"
        "day, now = dt.date(2020, 1, 2), dt.datetime(2026, 1, 1, tzinfo=dt.UTC)\n"
        "for i in range(15):\n"
        "    for name in ('shared', f'{sys.argv[2]}-{i}'):\n"
        "        made = Trials(Path(sys.argv[1])).add_all([Trial(name, name, 'sweep', day, day, 1, 0.1)], now)\n"
        "        assert isinstance(made, int), made\n"
    )
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(k)], env=environment) for k in range(3)]
    assert [one.wait(timeout=120) for one in running] == [0, 0, 0]
    assert Trials(tmp_path).count() == 1 + 3 * 15
    assert Trials(tmp_path).listed()[0].runs == 45


def test_counting_never_fails_what_is_counted(tmp_path, statement):
    nowhere = Trials(tmp_path / "absent").add_all([trial()], NOW)
    assert isinstance(nowhere, Missing)
    assert str(tmp_path / "absent" / FILE) in nowhere.why
    (tmp_path / FILE).write_bytes(b"not a database" * 100)
    assert isinstance(Trials(tmp_path).add_all([trial()], NOW), Missing)
    said = count_runs(tmp_path, [statement], kind="backtest", when=NOW)
    assert said.startswith("Not counted as a trial: ")
    with pytest.raises(UserError, match="is not a readable trial counter"):
        Trials(tmp_path).count()


def test_a_database_of_something_else_is_left_alone(tmp_path):
    with sqlite3.connect(tmp_path / FILE) as base:
        base.execute("CREATE TABLE other (x)")
    before = (tmp_path / FILE).read_bytes()
    found = Trials(tmp_path).add_all([trial()], NOW)
    assert found == Missing(f"{tmp_path / FILE} is a database of something else")
    assert (tmp_path / FILE).read_bytes() == before


def test_a_counter_that_may_only_be_read_is_read(tmp_path, monkeypatch):
    trials = Trials(tmp_path)
    trials.add_all([trial()], NOW)
    connect = sqlite3.connect
    # Permissions do not bind every user who runs tests, so the file is opened for reading alone.
    monkeypatch.setattr(
        sqlite3, "connect", lambda where, **how: connect(f"file:{where}?mode=ro", uri=True, **how)
        if not str(where).startswith("file:") else connect(where, **how)
    )  # fmt: skip
    refused = trials.add_all([trial("b")], NOW)
    assert isinstance(refused, Missing)
    assert "readonly" in refused.why
    assert trials.count() == 1
    assert [one.name for one in tmp_path.iterdir()] == [FILE]


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 9), st.floats(-1, 1)), min_size=1, max_size=12))
def test_trials_are_the_distinct_policies_whatever_the_order(tmp_path_factory, runs):
    trials = Trials(tmp_path_factory.mktemp("counter"))
    for digest, sessions, sharpe in runs:
        trials.add_all([trial(digest, sessions, sharpe)], NOW)
    kept = trials.listed()
    assert [one.trial.digest for one in kept] == list(dict.fromkeys(digest for digest, _, _ in runs))
    assert sum(one.runs for one in kept) == len(runs)
    for one in kept:
        mine = [(sessions, sharpe) for digest, sessions, sharpe in runs if digest == one.trial.digest]
        longest = max(sessions for sessions, _ in mine)
        assert one.trial.sessions == longest
        # The latest of equally long ones.
        assert one.trial.sharpe == [sharpe for sessions, sharpe in mine if sessions == longest][-1]


# -- who counts ------------------------------------------------------------------------------------------------------


def test_the_command_counts_and_says_so_quietly(tmp_path):
    store = fill_store(tmp_path / "store", chains=False)
    asked = ("--from", START, "--to", END, "--store", store)
    said = say("backtest", "condor-only", *asked)
    assert said.code == 0
    assert "Counted as a trial: 1 distinct policy run on this store so far." in said.out
    changed = say("backtest", "condor-only", *asked, "--set", "condor.short=0.10", "--json")
    assert (changed.code, changed.err) == (0, "")
    assert "trial" not in changed.out
    again = say("backtest", "condor-only", *asked)
    assert "Counted as a trial: 2 distinct policies run on this store so far." in again.out
    # Python counts too, on an opened store as on a store's folder.
    market = alvh.open(store, first=START, last=END)
    made = alvh.backtest("condor-only", market, first=START, last=END)
    assert Trials(store).listed()[0].runs == 3
    alvh.backtest("condor-only", store, first=START, last=END)
    assert Trials(store).listed()[0].runs == 4
    assert Trials(store).count() == 2
    assert Trials(store).sharpes()[0] == pytest.approx(sharpe_a_session(made.statement), rel=1e-9)


def test_every_policy_of_a_sweep_is_a_trial_of_the_store(tmp_path):
    store, file = fill_store(tmp_path / "store", chains=False), tmp_path / "condors.toml"
    text = f'policy = "condor-only"\nfrom = {START}\nto = {END}\nquotes = "modelled"\n[parameters]\n'
    file.write_text(text + '"condor.short" = [0.10, 0.16]\n')
    assert say("sweep", file, "--store", store, "--workers", 1, "--json").json["trials"] == 2
    assert [one.trial.kind for one in Trials(store).listed()] == ["sweep", "sweep"]
    # One of them again as a backtest, and one new policy.
    asked = ("--from", START, "--to", END, "--store", store, "--quotes", "modelled")
    assert say("backtest", "condor-only", *asked, "--set", "condor.short=0.10").code == 0
    (ten, _) = Trials(store).listed()
    assert (ten.trial.kind, ten.runs) == ("sweep", 2)
    assert say("backtest", "condor-only", *asked, "--set", "condor.short=0.12").code == 0
    assert say("sweep", file, "--store", store, "--workers", 1, "--json").json["trials"] == 3


def test_a_market_in_memory_counts_nowhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALVH_STORE", str(tmp_path))
    alvh.backtest("condor-only", api.Market(build_history(tiny_market(sessions=320)), 0.0), first="2017-06-01")
    assert list(tmp_path.iterdir()) == []
