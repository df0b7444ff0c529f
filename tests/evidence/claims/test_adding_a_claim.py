"""The page in docs/adding, followed to the letter: its file is written where it says, and its claim is judged."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import alvh.evidence.claims.pages
from alvh.evidence.claims.registry import claims, judge_all
from alvh.evidence.claims.verdict import OPEN, REFUTED, SUPPORTED
from claim_tracks import calendar, history

PAGE = Path(__file__).resolve().parents[3] / "docs" / "adding" / "claim.md"
DAYS = calendar("2015-01-02", "2019-12-31")


@pytest.fixture(autouse=True)
def _follow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    text = PAGE.read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert "pages/calm_index.py" in text
    (tmp_path / "calm_index.py").write_text(code, encoding="utf-8")
    package = alvh.evidence.claims.pages
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    claims.cache_clear()
    yield
    claims.cache_clear()
    sys.modules.pop(f"{package.__name__}.calm_index", None)


@pytest.mark.parametrize(("share", "verdict"), [(0.05, SUPPORTED), (0.60, REFUTED), (0.30, OPEN)])
def test_the_claim_of_the_page_is_found_and_judged(share: float, verdict: str) -> None:
    lot = np.random.default_rng(8)
    moves = np.where(lot.random(DAYS.size) < share, 0.02, 0.0) * np.where(lot.random(DAYS.size) < 0.5, 1.0, -1.0)
    here = history(DAYS, 1000.0 * np.cumprod(1.0 + moves), np.full(DAYS.size, 15.0))
    (claim,) = (one for one in claims() if one.key == "calm-index")
    assert claim.row == len(claims()) == 19
    (judged,) = judge_all({}, here, [claim], draws=200)
    assert judged.verdict == verdict
