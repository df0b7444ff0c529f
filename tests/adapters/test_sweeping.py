from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from adapters.cli_desk import END, START, fill_store
from alvh.adapters.backtesting import Request, backtest, find_policy, prepare
from alvh.adapters.errors import UserError
from alvh.adapters.store import Store
from alvh.adapters.sweeping.plan import read_plan
from alvh.adapters.sweeping.run import key_of, packed, run_sweep, unpacked
from alvh.adapters.sweeping.search import own_sharpes, searched
from alvh.adapters.sweeping.tables import failures, refusals, result_frame, return_frame, write_tables
from alvh.adapters.sweeping.trying import count_trials
from alvh.adapters.work import Shelf
from alvh.evidence.measure import SESSIONS_PER_YEAR, daily_returns
from alvh.reports.result_json import result_dict
from alvh.reports.words import combination

SWEEP = f"""
policy = "condor-only"
from = {START}
to = {END}
quotes = "modelled"
[parameters]
"condor.short" = [0.12, 0.16]
"condor.dte_max" = [50, 60]
"condor.dte_min" = [30, 55]
"condor.profit_take" = [0.5, "none"]
"""
# dte_min 55 with dte_max 50 is refused: 16 combinations, 4 of them refused.


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_store(tmp_path_factory.mktemp("sweep") / "store", chains=False)


@pytest.fixture(scope="module")
def ran(store: Path, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("out")
    told: list[tuple[str, int, int]] = []
    made = run_sweep(plan(folder), store, folder, 1, lambda *said: told.append(said))
    return made, folder, told


def plan(folder: Path, text: str = SWEEP):
    path = folder / "sweep.toml"
    path.write_text(text)
    return read_plan(path)


def test_every_different_policy_is_run_once_and_refusals_are_listed(ran):
    made, _, told = ran
    assert [run.number for run in made.runs] == [0, 1, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15]
    assert made.failed == {}
    assert len(refusals(made)) == 4
    assert told[0] == ("loading", 0, len(made.runs))
    assert [done for _, done, _ in told[1:]] == list(range(1, len(made.runs) + 1))


def test_a_run_of_a_sweep_is_the_backtest_of_its_policy(ran, store):
    made, _, _ = ran
    request = Request(START, END, quotes="modelled")
    policy = find_policy("condor-only", {"condor.short": 0.12})
    statement = backtest(prepare(Store(store), [policy], request), policy, request)
    same = next(one for one in made.runs if one.policy.digest == policy.digest)
    result = result_dict(statement)
    assert {name: same.summary[name] for name in ("nav_end", "cagr", "sharpe", "campaigns", "policy_hash")} == {
        name: result[name] for name in ("nav_end", "cagr", "sharpe", "campaigns", "policy_hash")
    }
    np.testing.assert_array_equal(same.returns, daily_returns(statement.equity_usd, statement.nav_start_usd))
    np.testing.assert_array_equal(made.sessions, statement.sessions)


def test_a_second_call_runs_only_what_is_missing(ran, store):
    made, folder, _ = ran
    with Shelf(folder / "shelf.sqlite") as shelf:
        before = shelf.log()
    again = run_sweep(plan(folder), store, folder, 1, lambda *_: None)
    assert again.cached == len(made.runs)
    more = run_sweep(
        plan(folder, SWEEP.replace("[0.12, 0.16]", "[0.12, 0.16, 0.2]")), store, folder, 1, lambda *_: None
    )
    assert more.cached == len(made.runs)
    assert len(more.runs) == len(made.runs) * 3 // 2
    with Shelf(folder / "shelf.sqlite") as shelf:
        new = shelf.log()[len(before) :]
    assert len([entry for entry in new if entry.event == "started"]) == len(more.runs) - len(made.runs)


def test_processes_come_to_the_same_numbers(ran, store, tmp_path):
    made, _, _ = ran
    text = SWEEP.replace("[0.12, 0.16]", "[0.12]").replace('[0.5, "none"]', "[0.5]")
    two = run_sweep(plan(tmp_path, text), store, tmp_path, 2, lambda *_: None)
    here = {run.policy.digest: run for run in made.runs}
    assert len(two.runs) == 3
    for run in two.runs:
        np.testing.assert_array_equal(run.returns, here[run.policy.digest].returns)
        assert dict(run.summary) == dict(here[run.policy.digest].summary)


def test_results_are_one_row_a_combination(ran, tmp_path):
    made, _, _ = ran
    frame = result_frame(made)
    assert frame.height == 16
    assert frame.columns[:5] == ["number", "condor.short", "condor.dte_max", "condor.dte_min", "condor.profit_take"]
    assert frame.schema["condor.short"] == pl.Float64
    assert frame.schema["condor.profit_take"] == pl.String, "numbers and words together are words"
    refused = frame.filter(pl.col("status") == "refused")
    assert refused.height == 4
    assert refused["sharpe"].null_count() == 4
    assert refused["why"].str.contains("dte_min = 55 is above dte_max = 50").all()
    files = write_tables(made, tmp_path)
    assert pl.read_parquet(files[0]).equals(frame)
    returns, excess = (pl.read_parquet(path) for path in files[1:])
    assert returns.columns == ["date", *(str(run.number) for run in made.runs)] == excess.columns
    assert returns["date"].to_list() == made.sessions.tolist()
    assert returns.equals(return_frame(made))
    assert not list(tmp_path.glob("*.part"))


def test_a_policy_that_fails_is_reported_and_stops_no_other(store, tmp_path, monkeypatch):
    asked = plan(tmp_path)
    poisoned = asked.to_run[1][1].digest

    def break_one(bench, policy, request):
        if policy.digest == poisoned:
            raise ZeroDivisionError("no smile")
        return backtest(bench, policy, request)

    monkeypatch.setattr("alvh.adapters.sweeping.run.backtest", break_one)
    made = run_sweep(asked, store, tmp_path, 1, lambda *_: None)
    assert len(made.runs) == len(asked.to_run) - 1
    ((config, why),) = failures(made)
    assert why.startswith("ZeroDivisionError: no smile")
    assert config == combination(asked.candidates[asked.to_run[1][0]].config)
    assert result_frame(made).filter(pl.col("status") == "failed").height == 1
    monkeypatch.undo()
    healed = run_sweep(asked, store, tmp_path, 1, lambda *_: None)
    assert (healed.failed, healed.cached) == ({}, len(made.runs))


def test_evidence_is_given_what_was_found(ran, store):
    made, _, _ = ran
    trials = count_trials(made, store, dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
    np.testing.assert_allclose(trials, own_sharpes(made))
    found = searched(made, trials)
    assert found.excess.shape == (made.sessions.size, len(made.runs))
    assert len(found.combinations) == 12
    assert found.measure == "sharpe"
    per_year = np.array([run.summary["sharpe"] for run in made.runs], dtype=float)
    np.testing.assert_allclose(own_sharpes(made) * SESSIONS_PER_YEAR**0.5, per_year, rtol=1e-8)


def test_a_key_hangs_on_everything_that_matters(ran):
    made, _, _ = ran
    policy, window = made.runs[0].policy, (START, END)
    request = Request(START, END)
    keys = {
        key_of(policy, request, window, "data"),
        key_of(made.runs[1].policy, request, window, "data"),
        key_of(policy, Request(START, END, fill="mid"), window, "data"),
        key_of(policy, Request(START, END, nav_usd=1e5), window, "data"),
        key_of(policy, request, (START, END - dt.timedelta(1)), "data"),
        key_of(policy, request, window, "more data"),
    }
    assert len(keys) == 6


def test_series_come_back_as_they_were():
    returns, excess = np.array([0.01, np.nan, -0.02]), np.array([0.0, 1e-17, -0.0])
    for one, back in zip((returns, excess), unpacked(packed(returns, excess)), strict=True):
        np.testing.assert_array_equal(one, back)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SWEEP.replace("condor.short", "condor.shrt"), "line 7: condor has no parameter 'shrt'; did you mean 'short'?"),
        (SWEEP.replace("condor-only", "condor-onl"), "unknown policy 'condor-onl'; did you mean 'condor-only'?"),
        (SWEEP.replace("[parameters]", 'fill = "hlf"\n[parameters]'), "unknown fill 'hlf'; did you mean 'half'?"),
        (SWEEP.replace("[0.12, 0.16]", "[0.12, 0.9]"), "line 7: condor.short = 0.9 cannot be in any combination"),
        ("policy", "not valid TOML"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_file(tmp_path, text, said):
    with pytest.raises(UserError) as refused:
        plan(tmp_path, text)
    assert said in str(refused.value)
    assert "unknown policy" in said or str(tmp_path / "sweep.toml") in str(refused.value)


def test_the_example_of_the_documents_can_be_run():
    found = read_plan(Path(__file__).resolve().parents[2] / "docs" / "sweep.toml")
    # 3 deltas x 3 targets x 3 wings x 2 exits.
    assert len(found.candidates) == 54
    assert {one.config["condor.wing_percent"] for one in found.candidates} == {0.5, 1.0, 2.0}


def test_a_file_that_is_not_there_and_a_policy_beside_the_sweep(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        read_plan(tmp_path / "none.toml")
    (tmp_path / "mine.toml").write_text(find_policy("condor-only").text)
    found = plan(tmp_path, SWEEP.replace("condor-only", "mine.toml"))
    assert found.base.digest == find_policy("condor-only").digest
    assert combination(found.candidates[0].config).startswith("condor.short 0.12, condor.dte_max 50")
