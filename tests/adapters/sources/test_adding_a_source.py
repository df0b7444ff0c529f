"""The page on adding a source: its format and its test are run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alvh.adapters.sources import FORMATS
from alvh.adapters.sources.importing import import_paths
from alvh.adapters.store import Store

PAGE = Path(__file__).resolve().parents[3] / "docs" / "adding" / "source.md"


@pytest.fixture
def page(monkeypatch) -> dict[str, object]:
    names: dict[str, object] = {"__name__": "example_vendor"}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(block, str(PAGE), "exec", dont_inherit=True), names)
    monkeypatch.setitem(FORMATS, "example_vendor", names["FORMAT"])
    return names


def test_the_format_of_the_page_reads_the_sample_of_the_page(page, tmp_path):
    sample = page["TestExampleVendor"]()
    store = Store(tmp_path / "store")
    report = import_paths(store, "example_vendor", [sample.write(tmp_path)])
    assert report.added == sample.delivered
    assert store.read("chains", columns=["symbol", "root", "strike", "right", "bid", "ask", "settle"]).rows() == [
        ("SPX", "SPXW", 2900.0, "C", 45.1, 46.1, "PM"),
        ("SPX", "SPXW", 2900.0, "P", 30.2, None, "PM"),
    ]


def test_the_format_of_the_page_keeps_the_contract(page, tmp_path):
    sample = page["TestExampleVendor"]()
    sample.test_auto_recognises_it(tmp_path, Store(tmp_path / "one"))
    sample.test_damage_is_refused_by_name_and_leaves_no_trace(tmp_path, Store(tmp_path / "two"))
    sample.test_a_second_import_changes_no_byte(tmp_path, Store(tmp_path / "three"))
