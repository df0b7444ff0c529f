from __future__ import annotations

from pathlib import Path

import pytest

from alvh.adapters import store as store_module
from alvh.adapters.errors import UserError
from alvh.adapters.sources import FORMATS
from alvh.adapters.sources.importing import SEEN, import_paths
from alvh.adapters.store import Store
from contracts.source_contract import contents

INDEX = "DATE,OPEN,HIGH,LOW,CLOSE\n01/03/2020,1,2,1,{close}\n01/06/2020,1,2,1,1.5\n"


def index_file(folder: Path, close: str, name: str = "VIX_History.csv") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(INDEX.format(close=close))
    return path


def test_an_unknown_format_names_the_nearest(tmp_path):
    with pytest.raises(UserError, match="no format 'cboe_eod_quote'; did you mean 'cboe_eod_quotes'"):
        import_paths(Store(tmp_path / "store"), "cboe_eod_quote", [])


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match=r"nowhere\.csv: no such file or folder"):
        import_paths(Store(tmp_path / "store"), "auto", [tmp_path / "nowhere.csv"])


def test_a_header_nobody_knows_is_named(tmp_path):
    path = tmp_path / "strange.csv"
    path.write_text("alpha,beta\n1,2\n")
    with pytest.raises(UserError, match=r"strange\.csv, line 1, column 'alpha': no format recognises this file"):
        import_paths(Store(tmp_path / "store"), "auto", [path])


def test_what_the_store_has_stays_and_the_conflict_is_listed(tmp_path):
    store = Store(tmp_path / "store")
    import_paths(store, "auto", [index_file(tmp_path / "a", "1.25")])
    report = import_paths(store, "auto", [index_file(tmp_path / "b", "1.75")])
    assert (report.added, report.already, report.conflicts) == (0, 1, 1)
    (conflict,) = report.conflicting
    assert (conflict.kept, conflict.refused) == ({"close": 1.25}, {"close": 1.75})
    assert store.read("vol_indices")["close"].to_list() == [1.25, 1.5]


def test_replace_lets_the_new_rows_win_and_reads_a_known_file_again(tmp_path):
    store = Store(tmp_path / "store")
    old, new = index_file(tmp_path / "a", "1.25"), index_file(tmp_path / "b", "1.75")
    import_paths(store, "auto", [old, new])
    report = import_paths(store, "auto", [new], replace=True)
    assert report.files[0].aside == ""
    assert (report.conflicting[0].kept, report.conflicting[0].refused) == ({"close": 1.75}, {"close": 1.25})
    assert store.read("vol_indices")["close"].to_list() == [1.75, 1.5]


def test_several_files_are_one_commit_each_counted_for_itself(tmp_path):
    store = Store(tmp_path / "store")
    paths = [index_file(tmp_path / "a", "1.25"), index_file(tmp_path / "b", "1.25", "VVIX_History.csv")]
    report = import_paths(store, "auto", [*paths, paths[0]])
    assert [file.tables["vol_indices"].added for file in report.files[:2]] == [2, 2]
    assert report.files[2].aside == SEEN
    assert len(store.imported()) == 2


@pytest.mark.parametrize("rows_buffered", [1, 1_000_000])
def test_one_bad_file_among_good_ones_leaves_the_store_as_it_was(rows_buffered, tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "ROWS_BUFFERED", rows_buffered)
    store = Store(tmp_path / "store")
    import_paths(store, "auto", [index_file(tmp_path / "a", "1.25")])
    before = contents(store.root)
    good, bad = index_file(tmp_path / "b", "1.75", "VVIX_History.csv"), index_file(tmp_path / "c", "oops")
    with pytest.raises(UserError, match=r"c/VIX_History\.csv, line 2, column 'close': 'oops' is not a number"):
        import_paths(store, "auto", [good, bad], replace=True)
    assert contents(store.root) == before


def test_a_first_import_that_fails_leaves_no_store(tmp_path):
    store = Store(tmp_path / "store")
    with pytest.raises(UserError, match="oops"):
        import_paths(store, "auto", [index_file(tmp_path / "c", "oops")])
    assert not store.root.exists()


def test_progress_is_told_in_bytes(tmp_path):
    heard = []
    path = index_file(tmp_path / "a", "1.25")
    import_paths(Store(tmp_path / "store"), "auto", [path], lambda name, done, total: heard.append((name, done, total)))
    size = path.stat().st_size
    assert heard == [("VIX_History.csv", 0, size), ("", size, size)]


def test_each_raw_file_is_recognised_as_what_it_is(shared, tmp_path):
    raw = shared / "data" / "raw_formats"
    report = import_paths(Store(tmp_path / "store"), "auto", [raw])
    told = {str(file.path.relative_to(raw)).split("/")[-1]: file.format for file in report.files}
    assert {name for name, known in told.items() if known is None} == {"README.md", "README_cfe_cboe.md"}
    assert told["20151222.csv"] == "lean_universe"
    assert told["VXNCLS.csv"] == "fred"
    assert told["CFE_FinalSettlement_Archive.csv"] == "cfe_settlements"
    assert len(report.files) == 32
    assert report.rows > 30_000
    unused = set(FORMATS) - set(told.values())
    # These four come as files that nobody could copy for us, or as tables of the other folder.
    assert unused == {"optionsdx", "cboe_delayed_json", "peer_bench", "canonical"}
