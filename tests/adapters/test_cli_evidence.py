"""`alvh evidence`: on a small store, from the first run to the page, and again from where it stopped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adapters.cli_desk import END, START, fill_store, say
from alvh.adapters import evidence
from alvh.adapters.backtesting import Request
from alvh.adapters.studying import Desk
from alvh.adapters.trials import Trials, sharpe_a_session
from alvh.evidence.claims.registry import needed_runs
from reports.statements import tiny

ARGS = ("--from", START, "--to", END, "--quotes", "modelled", "--workers", 1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evidence") / "store"
    fill_store(folder, chains=False)
    return folder


@pytest.fixture(autouse=True)
def _small(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALVH_CACHE", str(tmp_path_factory.getbasetemp() / "cli-evidence-cache"))
    monkeypatch.setattr(evidence, "QUICK_PATHS", 2)
    # Claims have tests of their own; here it is enough that none is lost on the way.
    monkeypatch.setattr(evidence, "needed_runs", lambda: needed_runs()[:1])


def test_it_answers_writes_the_page_and_counts_its_trials(store: Path, tmp_path: Path) -> None:
    page = tmp_path / "e.html"
    said = say("evidence", "442-contracts", "--quick", *ARGS, "--store", store, "--report", page, "--json")
    assert said.code == 0, said.err
    told = said.json
    assert told["policy"] == "442-contracts"
    assert told["quick"] is True
    assert [piece["name"] for piece in told["pieces"]] == ["condor", "L1", "L2", "L3", "sizing", "whole_contracts"]
    assert len(told["claims"]["claims"]) == 18
    assert not told["failed"]
    assert "Evidence on 442-contracts" in page.read_text(encoding="utf-8")
    counted = Trials(store).listed()
    assert {one.trial.kind for one in counted} == {"evidence"}
    assert len(counted) == told["luck"]["trials"]
    # Eighty-odd sessions are no evidence of anything, and it says so instead of a number.
    assert "sessions" in told["luck"]["sharpe"]["psr"]["missing"]


def test_a_second_time_nothing_is_run_again(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("it ran again")

    monkeypatch.setattr("alvh.adapters.studying.track_of", never)
    said = say("evidence", "442-contracts", "--quick", *ARGS, "--store", store)
    assert said.code == 0, said.err
    assert "Evidence on 442-contracts" in said.out
    assert "no order" in said.out


def test_options_may_stand_before_the_policy(store: Path) -> None:
    said = say("evidence", "--quick", "condor-only", *ARGS, "--store", store)
    assert said.code == 0, said.err
    assert "carries no hedge" in said.out


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("no-such",), "unknown policy 'no-such'"),
        (("alvh", "--fill", "hafl"), "unknown fill 'hafl'; did you mean 'half'?"),
        (("alvh", "--set", "L9.delta=0.4"), "L9.delta: no layer or rule is called 'L9'"),
        (("alvh", "--workers", "0"), "Invalid value for '--workers'"),
    ],
)
def test_a_mistake_gets_one_sentence_before_anything_runs(args: tuple[str, ...], sentence: str, store: Path) -> None:
    said = say("evidence", *args, "--store", store)
    assert said.code == 2
    assert sentence in said.sentence


def test_help_shows_an_example() -> None:
    for args in (("evidence", "--help"), ("evidence", "alvh", "--help"), ("evidence", "claims", "--help")):
        said = say(*args)
        assert said.code == 0
        assert "Example:" in said.out


def test_a_policy_counts_with_its_run_at_the_settings_of_the_command() -> None:
    base = tiny()
    crossed = tiny(fill="cross", equity_usd=base.equity_usd - np.array([10.0, 500.0, 20.0, 30.0]))
    desk = Desk(None, Request(quotes="modelled"), 1)
    counted = evidence.count_trials(desk, {"base": base, "fill:cross": crossed})
    assert counted == pytest.approx([sharpe_a_session(base)])
    assert sharpe_a_session(crossed) != pytest.approx(sharpe_a_session(base))
