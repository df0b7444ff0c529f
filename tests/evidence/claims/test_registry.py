"""All rows of the table are there, their runs are few and make sense, and an empty desk decides nothing."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from alvh.evidence.claims import pages, registry, runs
from alvh.evidence.claims.registry import claims, judge_all, needed_runs
from alvh.evidence.claims.verdict import OPEN
from alvh.values import Missing
from claim_tracks import calendar, flat_history

PAGES = [
    "K1", "G2", "K2", "B2", "K3", "K4", "K5", "K6", "K7", "K8", "K9", "G1", "K10-12", "K13", "K14", "K15", "B4", "K16",
]  # fmt: skip
"""The table of concepts.md, section 4, from the top."""


def test_every_row_of_the_table_in_its_order() -> None:
    assert [claim.source for claim in claims()] == PAGES
    assert [claim.row for claim in claims()] == list(range(1, 19))
    assert len({claim.key for claim in claims()}) == 18
    for claim in claims():
        assert re.fullmatch(r"[a-z][a-z0-9-]+", claim.key)
        assert all(text.endswith(".") and "  " not in text for text in (claim.text, claim.statement, claim.limits))
        assert len(claim.text) <= 80


def test_runs_are_shared_and_told_apart_by_label() -> None:
    specs = needed_runs()
    labels = [spec.label for spec in specs]
    assert len(labels) == len(set(labels))
    assert all(label.startswith("claim:") for label in labels)
    whole = [spec for spec in specs if spec.first is None]
    assert len(whole) <= 10
    chosen = [claim for claim in claims() if claim.source in {"K1", "K15"}]
    found = [spec.label for spec in needed_runs(chosen)]
    assert found[:4] == ["claim:tiers:half", "claim:tiers:mid", "claim:tiers:cross", "claim:gauge"]
    assert found[4:] == [f"claim:conservative:{draw}" for draw in range(runs.WIN_DRAWS)]


def test_without_runs_and_data_nothing_is_decided_and_each_says_why() -> None:
    heard: list[tuple[str, int, int]] = []
    made = judge_all({}, flat_history(calendar("2020-01-02", "2020-03-31")), tell=lambda *told: heard.append(told))
    assert [one.verdict for one in made] == [OPEN] * 18
    for one in made:
        assert one.judgements
        assert any(judgement.counts for judgement in one.judgements)
        for judgement in one.judgements:
            assert isinstance(judgement.found, Missing)
            assert judgement.ruling.why
    assert heard[0] == ("win-rate-conservative", 0, 18)


def test_no_file_of_claims_knows_a_verdict() -> None:
    for path in Path(next(iter(pages.__path__))).glob("*.py"):
        text = path.read_text(encoding="utf-8")
        names = {getattr(node, "id", getattr(node, "name", None)) for node in ast.walk(ast.parse(text))}
        assert not names & {"SUPPORTED", "REFUTED", "OPEN", "Verdict", "Ruling", "rule", "together"}, path
        assert "supported" not in text.lower(), path


def test_two_claims_of_one_key_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    module = registry.import_module("alvh.evidence.claims.pages.drag")
    monkeypatch.setattr(module, "CLAIMS", (*module.CLAIMS, *module.CLAIMS))
    claims.cache_clear()
    with pytest.raises(ValueError, match="two claims share the key 'drag'"):
        claims()
    monkeypatch.undo()
    claims.cache_clear()
