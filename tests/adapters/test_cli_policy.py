"""`alvh policy`: list, show, and start one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.cli_desk import say
from alvh.policies.policy import parse_policy, preset, preset_names, preset_text


def test_the_list_names_every_policy_and_says_what_it_is() -> None:
    told = say("policy", "list")
    assert (told.code, told.err) == (0, "")
    rows = told.out.splitlines()
    assert [row.split()[0] for row in rows] == list(preset_names())
    assert all(preset(row.split()[0]).about in row for row in rows)


def test_the_list_as_json() -> None:
    assert say("policy", "list", "--json").json == [
        {"name": p.name, "version": p.version, "about": p.about, "policy_hash": p.digest}
        for p in map(preset, preset_names())
    ]


@pytest.mark.parametrize("name", preset_names())
def test_show_prints_the_toml_as_it_is(name: str) -> None:
    assert say("policy", "show", name).out == preset_text(name).rstrip() + "\n"


def test_show_checks_a_file(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(preset_text("alvh").replace("roll_dte = 75", "roll_dte = 95"), encoding="utf-8")
    told = say("policy", "show", own)
    assert told.code == 2
    assert told.sentence.startswith(f"{own}: line ")
    assert told.sentence.endswith("L2: roll_dte = 95 is not below dte_min = 90: it would roll for ever")


@pytest.mark.parametrize("name", ["mine", 'my "best" one', "été"])
def test_new_starts_from_a_shipped_one_under_its_own_name(tmp_path: Path, name: str) -> None:
    own = tmp_path / f"{name}.toml"
    told = say("policy", "new", own, "--like", "condor-only")
    assert (told.code, told.err) == (0, "")
    assert str(own) in told.out
    made = parse_policy(own.read_text(encoding="utf-8"))
    assert (made.name, made.digest) == (name, preset("condor-only").digest)


def test_new_overwrites_nothing(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text("mine")
    assert say("policy", "new", own).sentence == f"{own} exists already; name another file"
    assert own.read_text() == "mine"


def test_new_says_what_is_wrong(tmp_path: Path) -> None:
    assert say("policy", "new", tmp_path / "x.txt").sentence == f"{tmp_path / 'x.txt'}: a policy file ends in .toml"
    lost = tmp_path / "no" / "x.toml"
    assert say("policy", "new", lost).sentence == f"{lost}: the folder {lost.parent} does not exist"
    told = say("policy", "new", tmp_path / "x.toml", "--like", "alhv")
    assert (told.code, told.sentence) == (2, "unknown policy 'alhv'; did you mean 'alvh'?")
    assert not (tmp_path / "x.toml").exists()


def test_a_policy_of_ones_own_runs_under_its_own_name(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    say("policy", "new", own, "--like", "condor-only")
    assert say("backtest", own, "--store", tmp_path / "none").sentence.startswith("the store ")
