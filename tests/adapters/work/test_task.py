from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.adapters import replay
from alvh.adapters.work import task_key

SETTINGS = {"fill": "half", "nav_usd": 5_000_000.0, "first": "2007-01-03", "last": None, "draw": -1}


def test_a_key_is_the_same_for_the_same_run_and_another_for_another(monkeypatch):
    key = task_key("sweep", "digest", SETTINGS, "data")
    assert len(key) == 32
    assert int(key, 16) >= 0
    assert task_key("sweep", "digest", dict(reversed(SETTINGS.items())), "data") == key
    others = {
        task_key("evidence", "digest", SETTINGS, "data"),
        task_key("sweep", "another", SETTINGS, "data"),
        task_key("sweep", "digest", {**SETTINGS, "fill": "mid"}, "data"),
        task_key("sweep", "digest", SETTINGS, "more data"),
    }
    monkeypatch.setattr(replay, "code_digest", lambda: "another version")
    others.add(task_key("sweep", "digest", SETTINGS, "data"))
    assert len(others | {key}) == 6


@given(st.text(max_size=5), st.text(max_size=5), st.text(max_size=5))
def test_parts_do_not_run_into_each_other(kind, digest, data):
    assert task_key(kind, digest, {}, data) == task_key(kind, digest, {}, data)
    assert task_key(kind + "x", digest, {}, data) != task_key(kind, "x" + digest, {}, data)


def test_a_setting_without_a_text_of_its_own_is_refused():
    with pytest.raises(TypeError):
        task_key("sweep", "digest", {"first": object()}, "data")
