"""`alvh data`: import, pull, check and list are wired to what does the work, and say what it did."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.cli_desk import SPEC, fill_store, say, tables
from alvh.adapters.pull.report import Item, Merged, PullReport
from alvh.adapters.store import Store
from alvh.adapters.store_merge import MergeReport

VIX = "DATE,OPEN,HIGH,LOW,CLOSE\n01/02/2018,10.95,11.07,9.52,9.77\n01/03/2018,9.77,9.88,9.14,9.15\n"


@pytest.fixture
def vix(tmp_path: Path) -> Path:
    file = tmp_path / "VIX_History.csv"
    file.write_text(VIX, encoding="utf-8")
    return file


# -- import ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["auto", "cboe_index_history"])
def test_an_import_says_what_it_added_and_where(vix: Path, tmp_path: Path, name: str) -> None:
    said = say("data", "import", name, vix, "--store", tmp_path / "s")
    assert (said.code, said.err) == (0, "")
    assert "VIX_History.csv: cboe_index_history, 2 rows -> vol_indices +2" in said.out
    assert said.out.splitlines()[-1].startswith("2 rows read, 2 added, 0 known, 0 in conflict (")
    assert said.out.splitlines()[-1].endswith(f"-> {tmp_path / 's'}")
    assert Store(tmp_path / "s").read("vol_indices")["close"].to_list() == [9.77, 9.15]


def test_a_second_import_adds_nothing(vix: Path, tmp_path: Path) -> None:
    say("data", "import", "auto", vix, "--store", tmp_path / "s")
    before = Store(tmp_path / "s").content_hash("vol_indices")
    again = say("data", "import", "auto", vix, "--store", tmp_path / "s", "--json").json
    assert (again["added"], again["conflicts"]) == (0, 0)
    assert Store(tmp_path / "s").content_hash("vol_indices") == before


def test_an_import_as_json(vix: Path, tmp_path: Path) -> None:
    told = say("data", "import", "auto", vix, "--store", tmp_path / "s", "--json").json
    assert list(told) == ["rows", "added", "already", "conflicts", "seconds", "files", "conflicting"]
    (file,) = told["files"]
    assert (file["path"], file["format"], file["rows"]) == (str(vix), "cboe_index_history", 2)
    assert file["tables"] == {"vol_indices": {"added": 2, "already": 0, "conflicts": 0}}
    assert told["conflicting"] == []


def test_a_row_that_says_otherwise_is_listed_and_wins_only_when_told(vix: Path, tmp_path: Path) -> None:
    store = tmp_path / "s"
    say("data", "import", "auto", vix, "--store", store)
    other = tmp_path / "VIX_History_2.csv"
    other.write_text(VIX.replace("9.15", "9.16"), encoding="utf-8")
    words = ("data", "import", "cboe_index_history", other, "--store", store)
    kept = say(*words)
    assert kept.code == 0
    assert "1 in conflict" in kept.out
    assert "9.16" in kept.out
    assert Store(store).read("vol_indices")["close"].to_list() == [9.77, 9.15]
    say(*words, "--replace")
    assert Store(store).read("vol_indices")["close"].to_list() == [9.77, 9.16]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (VIX.replace("01/03/2018", "13/03/2018"), "line 3"),
        (VIX.replace("9.14,9.15", "9.14,-9.15"), "line 3"),
        (VIX.replace("CLOSE", "CLSE"), "line 1"),
    ],
)
def test_a_bad_file_is_named_with_line_and_column_and_the_store_stays(tmp_path: Path, text: str, place: str) -> None:
    file = tmp_path / "VIX_History.csv"
    file.write_text(text, encoding="utf-8")
    said = say("data", "import", "cboe_index_history", file, "--store", tmp_path / "s")
    assert (said.code, said.out) == (2, "")
    assert said.sentence.startswith(f"{file}, {place}")
    assert not (tmp_path / "s" / "catalog.json").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["cannonical", "{vix}"], "no format 'cannonical'; did you mean 'canonical'?"),
        (["auto", "{gone}"], "{gone}: no such file or folder"),
    ],
)
def test_mistakes_of_an_import(vix: Path, tmp_path: Path, words: list[str], message: str) -> None:
    names = {"vix": vix, "gone": tmp_path / "gone.csv"}
    said = say("data", "import", *(word.format(**names) for word in words), "--store", tmp_path / "s")
    assert (said.code, said.out, said.sentence) == (2, "", message.format(**names))
    assert not (tmp_path / "s").exists()


# -- pull ------------------------------------------------------------------------------------------------------------

PULLED = PullReport(
    "cboe",
    (
        Item("VIX_History.csv", "http://127.0.0.1:1/VIX_History.csv", "fetched", attempts=1, rows=2),
        Item("VIX1Y_History.csv", "http://127.0.0.1:1/VIX1Y_History.csv", "absent", "404 Not Found", attempts=1),
    ),
    {"vol_indices": Merged(MergeReport(added=2, already=1))},
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """Stand in for the download and remember what it was asked."""
    seen = []

    def pull(source: str, store: Store, **more: object) -> PullReport:
        seen.append((source, store.root, more))
        return PULLED

    monkeypatch.setattr("alvh.adapters.pull.run.pull", pull)
    return seen


def test_a_pull_is_asked_for_what_the_command_says(asked: list[tuple], tmp_path: Path) -> None:
    store, cache = tmp_path / "s", tmp_path / "c"
    words = ("--since", "2024-01-02", "--base-url", "http://127.0.0.1:1", "--store", store, "--cache", cache)
    said = say("data", "pull", "cboe", *words)
    ((source, root, more),) = asked
    assert (source, root) == ("cboe", store)
    assert (more["since"], more["base_url"], more["cache_dir"]) == (dt.date(2024, 1, 2), "http://127.0.0.1:1", cache)
    assert callable(more["progress"])
    assert said.code == PULLED.exit_status
    assert "absent: VIX1Y_History.csv: 404 Not Found" in said.out


def test_a_pull_as_json(asked: list[tuple], tmp_path: Path) -> None:
    told = say("data", "pull", "cboe", "--store", tmp_path / "s", "--json").json
    assert len(asked) == 1
    assert list(told) == ["source", "added", "files", "tables", "drops"]
    assert [(file["name"], file["status"]) for file in told["files"]] == [
        ("VIX_History.csv", "fetched"), ("VIX1Y_History.csv", "absent"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["cbo"], "no source 'cbo'; did you mean 'cboe'?"),
        (["cboe", "--since", "last week"],
         "Invalid value for '--since': 'last week' is not a date; write it like 2020-03-16"),
    ],
)  # fmt: skip
def test_mistakes_of_a_pull(tmp_path: Path, words: list[str], message: str) -> None:
    said = say("data", "pull", *words, "--store", tmp_path / "s", "--cache", tmp_path / "c")
    assert (said.code, said.out, said.sentence) == (2, "", message)


# -- check and list --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_store(tmp_path_factory.mktemp("data") / "store", chains=False)


def test_a_list_says_tables_rows_dates_and_names(store: Path) -> None:
    out = say("data", "list", "--store", store).out
    vix = tables()["vol_indices"]
    row = next(line for line in out.splitlines() if line.startswith("vol_indices"))
    assert f"{vix.height:,} rows" in row
    assert f"{vix['date'].min()} .. {vix['date'].max()}" in row
    assert "VVIX" in row
    assert out.splitlines()[-1].startswith(f"{store}: ")


def test_a_list_as_json(store: Path) -> None:
    told = {one["name"]: one for one in say("data", "list", "--store", store, "--json").json}
    assert told["vx_futures"]["rows"] == tables()["vx_futures"].height
    assert told["underlyings"]["names"] == ["SPX", "SPY", "VNQ"]


def test_an_empty_store_is_listed_as_empty_and_cannot_be_checked(tmp_path: Path) -> None:
    said = say("data", "list", "--store", tmp_path / "s")
    assert said.code == 0
    assert said.out == f"The store {tmp_path / 's'} is empty. Fill it: alvh data import auto FOLDER\n"
    assert say("data", "list", "--store", tmp_path / "s", "--json").json == []
    checked = say("data", "check", "--store", tmp_path / "s")
    assert (checked.code, checked.sentence) == (2, f"the store {tmp_path / 's'} is empty: there is nothing to check")


def test_a_check_counts_and_changes_nothing(store: Path) -> None:
    before = {name: Store(store).content_hash(name) for name in ("vol_indices", "vx_futures", "underlyings")}
    said = say("data", "check", "--store", store)
    told = say("data", "check", "--store", store, "--json")
    errors = [one for one in told.json["findings"] if one["severity"] == "error"] if isinstance(told.json, dict) else [
        one for one in told.json if one["severity"] == "error"
    ]  # fmt: skip
    assert said.code == told.code == int(bool(errors))
    assert said.out.splitlines()[-1].endswith("Nothing was changed.")
    assert {name: Store(store).content_hash(name) for name in before} == before


def test_an_error_in_the_data_is_the_answer_no(tmp_path: Path) -> None:
    root = tmp_path / "s"
    store = Store(root)
    spec = replace(SPEC, sessions=60)
    frame = spec.tables()["vx_futures"]
    store.merge("vx_futures", frame)
    store.merge("underlyings", spec.tables()["underlyings"])
    late = frame.tail(1).with_columns(date=frame["expiry"].max() + dt.timedelta(2))
    store.merge("vx_futures", late)
    said = say("data", "check", "--store", root)
    assert said.code == 1
    assert "error    after_expiry" in said.out


def test_one_check_alone(store: Path) -> None:
    told = say("data", "check", "--store", store, "--only", "missing_sessions")
    assert told.code == 0
    unknown = say("data", "check", "--store", store, "--only", "missing_session")
    assert (unknown.code, unknown.sentence) == (2, "no check 'missing_session'; did you mean 'missing_sessions'?")
