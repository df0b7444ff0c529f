"""The pages in docs/adding, followed to the letter: their files are written where they say, and their policies run."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import alvh.decision.layers
import alvh.decision.rules
import alvh.diagnosis.indicators
from alvh import day
from alvh.diagnosis import diagnose
from alvh.diagnosis.diagnose import diagnose as read
from alvh.execution.execute import Execution
from alvh.market.history import History, build_history
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies import policy
from alvh.values import Fill, Missing
from tiny_market import TinySpec

PAGES = Path(__file__).resolve().parents[1] / "docs" / "adding"
NAV_CENTS = 500_000_000


def block(page: str, language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", (PAGES / page).read_text(), re.MULTILINE | re.DOTALL)
    return found


@pytest.fixture
def follow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Write the pages' files into a folder that the three families also look in, and forget them afterwards."""
    families = {
        "layer.md": (alvh.decision.layers, "put_spread"),
        "rule.md": (alvh.decision.rules, "curve_gate"),
        "indicator.md": (alvh.diagnosis.indicators, "vix_percentile"),
    }
    names = []
    for page, (package, kind) in families.items():
        assert f"{kind}.py" in (PAGES / page).read_text()
        folder = tmp_path / kind
        folder.mkdir()
        (folder / f"{kind}.py").write_text(block(page, "python"))
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
        names.append(f"{package.__name__}.{kind}")
    clear()
    yield
    clear()
    for name in names:
        sys.modules.pop(name, None)


def clear() -> None:
    policy.kinds.cache_clear()
    diagnose.indicators.cache_clear()


@pytest.fixture(scope="module")
def history() -> History:
    return build_history(TinySpec(sessions=320).tables())


def fold(history: History, text: str) -> day.Run:
    first, last = history.dates[10], history.dates[130]
    made = policy.parse_policy(text)
    return day.run(history, made, ModelledQuotes(history), first=first, last=last, nav_cents=NAV_CENTS, how=Execution())


@pytest.mark.usefixtures("follow")
def test_the_layer_of_the_page_trades_and_its_books_balance(history: History) -> None:
    run = fold(history, block("layer.md", "toml"))
    fills = [entry for entry in run.book.journal if isinstance(entry, Fill) and entry.layer == "puts"]
    months = {(d.year, d.month) for d in run.dates[1:-1]}
    assert len(fills) + sum(skip.layer == "puts" for skip in run.skips) >= len(months) - 1
    assert fills
    assert all([leg.quantity for leg in fill.legs] == [1, -1] for fill in fills)
    pnl = run.ledger.pnl_cents()
    assert np.array_equal(NAV_CENTS + pnl.sum(axis=0).cumsum(), run.ledger.equity_cents())


@pytest.mark.usefixtures("follow")
def test_the_rule_of_the_page_refuses_entries_with_its_reason(history: History) -> None:
    open_gate = fold(history, block("rule.md", "toml").replace("0.02", "-1.0"))
    shut_gate = fold(history, block("rule.md", "toml").replace("0.02", "9.0"))
    assert open_gate.book.journal
    assert not [entry for entry in shut_gate.book.journal if isinstance(entry, Fill)]
    assert any("less than 900.0%" in skip.why for skip in shut_gate.skips if skip.layer == "condor")


@pytest.mark.usefixtures("follow")
def test_the_indicator_of_the_page_is_read_by_name(history: History) -> None:
    quotes = ModelledQuotes(history)
    assert isinstance(read(View(history, quotes, 250))["vix_percentile"], Missing)
    vix = history.column("VIX")
    expected = float(np.mean(vix[49:301] <= vix[300]))
    assert read(View(history, quotes, 300)).value("vix_percentile") == pytest.approx(expected, abs=1e-15)


@pytest.mark.usefixtures("follow")
def test_a_misspelt_key_of_the_page_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(policy.PolicyError, match=r"slope_mn.*did you mean 'slope_min'"):
        policy.parse_policy(block("rule.md", "toml").replace("slope_min", "slope_mn"))
