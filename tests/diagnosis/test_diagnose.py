"""Readings: by name, computed once for a history, missing with a reason, found by their file alone."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import alvh.diagnosis.indicators
from alvh.diagnosis import diagnose as module
from alvh.diagnosis.diagnose import diagnose, indicators
from alvh.diagnosis.indicators import indices
from alvh.market.history import History, build_history
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.values import Missing, Reading
from tiny_market import TinySpec


@pytest.fixture(scope="module")
def history() -> History:
    return build_history(TinySpec(sessions=90).tables(holes={"VIX": [40]}))


def at(history: History, i: int):
    return diagnose(View(history, ModelledQuotes(history), i))


def test_a_reading_is_a_value_and_its_date(history: History) -> None:
    assert at(history, 39)["VIX"] == Reading(float(history.column("VIX")[39]), history.dates[39])


def test_what_is_missing_says_what_and_when(history: History) -> None:
    readings = at(history, 40)
    assert readings["VIX"] == Missing(f"no VIX on {history.dates[40]}")
    assert math.isnan(readings.value("VIX"))
    assert not readings["VIX"]


def test_a_name_nobody_has_is_a_mistake_of_the_programmer(history: History) -> None:
    with pytest.raises(KeyError, match="VIXX"):
        at(history, 39)["VIXX"]


def test_an_indicator_is_computed_once_for_a_history(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = build_history(TinySpec(sessions=90).tables())
    asked = []

    def prepare(of: History, name: str):
        asked.append(name)
        return of.column(name)

    monkeypatch.setattr(indices, "prepare", prepare)
    for i in range(10, 40):
        assert at(fresh, i).value("VIX") > 0.0
    assert asked == ["VIX"]


def test_a_file_is_found_by_being_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, history: History) -> None:
    text = (
        "import numpy as np\nfrom alvh.values import Indicator\n"
        'INDICATORS = (Indicator("answer", "none"),)\n'
        "def prepare(history, name):\n    return np.full(len(history), 42.0)\n"
    )
    (tmp_path / "an_answer.py").write_text(text, encoding="utf-8")
    package = alvh.diagnosis.indicators
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    indicators.cache_clear()
    try:
        assert at(history, 3).value("answer") == 42.0
        assert next(iter(indicators())) == "answer"
    finally:
        indicators.cache_clear()


def test_two_files_cannot_offer_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "zz_other_vix.py").write_text(
        'from alvh.values import Indicator\nINDICATORS = (Indicator("VIX", "points"),)\n', encoding="utf-8"
    )
    package = alvh.diagnosis.indicators
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    indicators.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"'VIX' of zz_other_vix\.py"):
            indicators()
    finally:
        indicators.cache_clear()


def test_a_view_does_not_change_what_was_prepared(history: History) -> None:
    before = history.column("VIX").copy()
    at(history, 39).value("VIX")
    assert np.array_equal(history.column("VIX"), before, equal_nan=True)
    assert module.diagnose is diagnose
