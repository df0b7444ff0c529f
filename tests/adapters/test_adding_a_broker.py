"""The page on adding a broker: its file and its sample are run as they stand there."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.cli_desk import say
from alvh.accounting.compare import Trade
from alvh.adapters import brokers
from alvh.values import Contract

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adding" / "broker.md"
PUT = Contract("SPXW", dt.date(2025, 12, 19), 6400.0, "P")
DAY = dt.date(2025, 11, 20)


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return found


@pytest.fixture
def follow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Write the page's file into a folder that the brokers are also looked for in, and forget it afterwards."""
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "example_broker.py").write_text(block("python"), encoding="utf-8")
    monkeypatch.setattr(brokers, "__path__", [*brokers.__path__, str(folder)])
    brokers.brokers.cache_clear()
    yield
    brokers.brokers.cache_clear()
    sys.modules.pop(f"{brokers.__name__}.example_broker", None)


@pytest.mark.usefixtures("follow")
def test_the_broker_of_the_page_is_found_and_reads(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("Symbol,Net,Average\nSPXW  251219P06400000,-2,$40.50\nAAPL,10,180\n", encoding="utf-8")
    assert brokers.recognised(path).name == "example"
    found = brokers.broker_named("example").positions(path, DAY)
    assert [(row.contract, row.quantity, row.price, row.line) for row in found.rows] == [(PUT, -2, 40.5, 2)]
    assert found.others == [("AAPL", 3)]
    path.write_text("Symbol,Filled,At,When\nSPXW  251219P06400000,-2,40.50,11/03/2025\nAAPL,1,1,11/03/2025\n")
    done = brokers.broker_named("example").trades(path, DAY)
    assert done.rows == [Trade(dt.date(2025, 11, 3), PUT, -2, 40.5)]
    assert done.left_out == {"not ours": 1}


def test_the_sample_of_the_page_is_imported(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text(block("csv"), encoding="utf-8")
    said = say("book", "import", "auto", path, "--date", str(DAY), "--store", tmp_path / "s", "--json")
    assert [item["layer"] for item in said.json["campaigns"]] == ["condor", "L1"]
    assert said.json["cash"] == 250_000.0
    assert said.json["odd"] == []
