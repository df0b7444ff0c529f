from __future__ import annotations

import math
import os
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.adapters.errors import UserError
from alvh.adapters.work import Shelf
from alvh.adapters.work.shelf import Entry, Failure


def test_a_result_comes_back_as_it_was_put(tmp_path):
    with Shelf(tmp_path / "new" / "shelf.sqlite") as shelf:
        assert shelf.put("k", "base", {"cagr": 0.1 + 0.2, "n": 3, "why": None}, b"\x00\xff", 1.5)
        assert shelf.get("k") == ({"cagr": 0.1 + 0.2, "n": 3, "why": None}, b"\x00\xff")
        assert shelf.seconds("k") == 1.5
        assert math.isnan(shelf.seconds("other"))
        assert shelf.done(["k", "other"]) == {"k"}
    with Shelf(tmp_path / "new" / "shelf.sqlite") as again:
        assert again.has("k")
        with pytest.raises(KeyError, match="no result of other"):
            again.get("other")


def test_the_first_result_stays_and_the_log_says_so(tmp_path):
    with Shelf(tmp_path / "s.sqlite") as one, Shelf(tmp_path / "s.sqlite") as two:
        assert one.begin("k")
        assert two.begin("k"), "two may start what neither has finished"
        assert two.put("k", "second", {"who": 2}, b"", 1.0)
        assert not one.put("k", "first", {"who": 1}, b"", 1.0)
        assert one.get("k")[0] == {"who": 2}
        assert not one.begin("k")
        started = Entry("k", "started", os.getpid())
        assert one.log() == (started, started, Entry("k", "finished", os.getpid()))


def test_a_failure_is_kept_until_a_result_is(tmp_path):
    with Shelf(tmp_path / "s.sqlite") as shelf:
        shelf.fail("k", "base", "no quotes", 1, math.nan)
        shelf.fail("k", "base", "no chains", 2, 0.5)
        assert shelf.failures() == {"k": Failure("base", "no chains", 2, 0.5)}
        assert not shelf.has("k")
        shelf.put("k", "base", {}, b"", 1.0)
        assert shelf.failures() == {}
        assert [entry.event for entry in shelf.log()] == ["failed", "failed", "finished"]


def test_a_summary_that_json_cannot_hold_leaves_nothing_behind(tmp_path):
    with Shelf(tmp_path / "s.sqlite") as shelf:
        with pytest.raises(TypeError):
            shelf.put("k", "base", {"x": object()}, b"", 1.0)
        assert not shelf.has("k")
        assert shelf.log() == ()


def test_something_else_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("no database at all, but long enough to have a header" * 3)
    with pytest.raises(UserError, match=r"notes\.txt: is not a shelf of results"):
        Shelf(tmp_path / "notes.txt")
    sqlite3.connect(tmp_path / "other.sqlite").execute("CREATE TABLE t (x)").connection.close()
    with pytest.raises(UserError, match="a database of something else"):
        Shelf(tmp_path / "other.sqlite")
    with Shelf(tmp_path / "old.sqlite") as shelf:
        shelf._base.execute("PRAGMA user_version=77")
    with pytest.raises(UserError, match="format 77, not 1"):
        Shelf(tmp_path / "old.sqlite")
    with pytest.raises(UserError, match="cannot be opened"):
        Shelf(tmp_path / "notes.txt" / "s.sqlite")


@settings(max_examples=12)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["begin", "put", "fail"])), max_size=30))
def test_nothing_is_started_once_it_is_finished(tmp_path_factory, steps):
    with Shelf(tmp_path_factory.mktemp("shelf") / "s.sqlite") as shelf:
        for key, step in steps:
            if step == "begin":
                assert shelf.begin(key) is not shelf.has(key)
            elif step == "put":
                shelf.put(key, key, {}, b"", 1.0)
            else:
                shelf.fail(key, key, "why", 1, 1.0)
        finished: set[str] = set()
        for entry in shelf.log():
            assert entry.event == "failed" or entry.key not in finished
            finished |= {entry.key} if entry.event == "finished" else set()
        assert finished == shelf.done("abc") == {key for key, step in steps if step == "put"}
