"""`alvh sweep`: what it prints and writes, what a second call does, a kill in the middle, every mistake a sentence."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import polars as pl
import pytest

from adapters.cli_desk import END, START, environment, fill_store, program, run, say
from alvh.adapters.work import Shelf

SWEEP = f"""policy = "condor-only"
from = {START}
to = {END}
quotes = "modelled"
[parameters]
"condor.short" = [0.10, 0.16]
"condor.profit_take" = [0.5, "none"]
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_store(tmp_path_factory.mktemp("cli") / "store", chains=False)


def written(folder: Path, text: str = SWEEP) -> Path:
    path = folder / "condors.toml"
    path.write_text(text)
    return path


def test_a_sweep_says_the_best_and_how_likely_it_is_luck(store, tmp_path):
    file, page = written(tmp_path), tmp_path / "sweep.html"
    said = say("sweep", file, "--store", store, "--workers", 1, "--report", page)
    assert said.code == 0, said.err
    text = " ".join(said.out.split())
    assert "condor-only: a sweep of 4 policies" in text
    assert "None of them beat cash" in text
    assert "How likely it is luck cannot be said: 90 sessions" in text, "too few"
    assert "4 policies run now" in text
    assert pl.read_parquet(tmp_path / "condors.sweep" / "results.parquet").height == 4
    assert "What each parameter does" in page.read_text()
    again = say("sweep", file, "--store", store, "--workers", 1, "--json")
    assert again.json["had_a_result"] == 4
    assert again.json["run_now"] == 0
    assert len(again.json["policies"]) == 4
    assert again.json["trials"] == 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("condor.short", "condor.shrt"),
            "line 6: condor has no parameter 'shrt'; did you mean 'short'?",
        ),
        (("condor-only", "nothing"), "unknown policy 'nothing'"),
        (('quotes = "modelled"', 'broker = "nobody"'), "unknown broker 'nobody'"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_2(store, tmp_path, change, said):
    answer = say("sweep", written(tmp_path, SWEEP.replace(*change)), "--store", store)
    assert answer.code == 2
    assert said in answer.sentence
    assert not (tmp_path / "condors.sweep").exists(), "nothing was begun"


def test_a_killed_sweep_is_taken_up_where_it_was(store, tmp_path):
    text = SWEEP.replace("[0.10, 0.16]", "{low = 0.08, high = 0.20, step = 0.01}")
    file, shelf = written(tmp_path, text), tmp_path / "condors.sweep" / "shelf.sqlite"
    running = subprocess.Popen(
        program("sweep", file, "--store", store, "--workers", "2"),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while running.poll() is None and not (shelf.exists() and finished(shelf) >= 2):
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.wait()
    kept = finished(shelf)
    assert kept >= 2
    said = run("sweep", file, "--store", store, "--workers", 1, "--json")
    assert said.code == 0, said.err
    assert said.json["had_a_result"] >= kept
    assert said.json["had_a_result"] + said.json["run_now"] == len(said.json["policies"]) == 26
    assert finished(shelf) == 26


def finished(path: Path) -> int:
    with Shelf(path) as shelf:
        return sum(entry.event == "finished" for entry in shelf.log())
