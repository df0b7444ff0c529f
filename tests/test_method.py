"""`docs/method.md` has a row for every layer, rule and indicator, and names nothing that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alvh.diagnosis.diagnose import indicators
from alvh.policies.policy import kinds, preset

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "method.md"
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith(("| concept", "| ---"))
]
CODE = {path for row in ROWS for path in re.findall(r"`([\w/.]+\.py)`", row[2])}
TESTS = {path for row in ROWS for path in re.findall(r"`([\w/.]+\.py)`", row[3])}
INDICATOR_FILES = sorted({module.__name__.rpartition(".")[2] for _, module in indicators().values()})


@pytest.mark.parametrize("kind", kinds("layer"))
def test_every_layer_has_a_row(kind: str) -> None:
    assert f"decision/layers/{kind}.py" in CODE


@pytest.mark.parametrize("kind", kinds("rule"))
def test_every_rule_has_a_row(kind: str) -> None:
    assert f"decision/rules/{kind}.py" in CODE


@pytest.mark.parametrize("name", INDICATOR_FILES)
def test_every_file_of_indicators_has_a_row(name: str) -> None:
    assert f"diagnosis/indicators/{name}.py" in CODE


@pytest.mark.parametrize("path", sorted(CODE))
def test_the_code_it_names_exists(path: str) -> None:
    assert (ROOT / "src" / "alvh" / path).is_file()


@pytest.mark.parametrize("path", sorted(TESTS))
def test_the_tests_it_names_exist(path: str) -> None:
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_row_is_complete(row: list[str]) -> None:
    assert len(row) == 6
    assert all(row)


def test_the_policy_with_everything_has_a_line_for_every_rule_but_the_alternative() -> None:
    named = {type(rule).__module__.rpartition(".")[2] for rule in preset("alvh").rules}
    # `amm` is the alternative to threshold rolls, chosen by layer.
    assert set(kinds("rule")) - named == {"amm"}
