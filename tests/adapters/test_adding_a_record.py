"""The page on adding a format of records: its file is run as it stands there."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.records.logs import write
from alvh.adapters import records
from alvh.adapters.errors import UserError
from alvh.adapters.records import Given, read_record, recognised

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adding" / "record.md"


@pytest.fixture
def follow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Write the page's file into a folder that the formats are also looked for in, and forget it afterwards."""
    folder = tmp_path / "more"
    folder.mkdir()
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (folder / "example_journal.py").write_text(code, encoding="utf-8")
    monkeypatch.setattr(records, "__path__", [*records.__path__, str(folder)])
    records.record_formats.cache_clear()
    yield
    records.record_formats.cache_clear()
    sys.modules.pop(f"{records.__name__}.example_journal", None)


@pytest.mark.usefixtures("follow")
def test_the_format_of_the_page_is_found_and_reads(tmp_path: Path) -> None:
    path = write(tmp_path, "j.csv", "Entry,Exit,Net Result,Setup", "1/2/2024,1/5/2024,$120.50,IC", "1/3/2024,,,IC")
    assert recognised(path).name == "example-journal"
    record = read_record(path, given=Given(nav_usd=1_000.0))
    assert record.equity[-1] == pytest.approx(1_120.5)
    assert [trade.strategy for trade in record.trades] == ["IC"]
    assert [(one.why, one.lines) for one in record.dropped] == [("still open: no closing date", (3,))]
    with pytest.raises(UserError, match="give it"):
        read_record(path)
