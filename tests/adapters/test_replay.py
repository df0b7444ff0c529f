"""A replay stands where the backtest stood, whether it was folded in one go or on from a checkpoint."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from alvh.accounting.book import Book
from alvh.adapters import replay as module
from alvh.adapters.replay import Fold, replay
from alvh.day import Run, State, run
from alvh.decision.decide import decide
from alvh.diagnosis.diagnose import diagnose
from alvh.execution.execute import Execution
from alvh.market.history import History, build_history
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.brokers import load_broker
from alvh.policies.policy import preset
from alvh.values import Plan
from tiny_market import tiny_market

NAV_CENTS = 500_000_000
HOW = Execution(fees=load_broker("generic"))


@cache
def market() -> History:
    return build_history(tiny_market(sessions=330))


def fold() -> Fold:
    history = market()
    return Fold(history, preset("alvh"), ModelledQuotes(history), HOW, history.dates[20], NAV_CENTS)


@cache
def whole() -> Run:
    history = market()
    return run(
        history, preset("alvh"), ModelledQuotes(history),
        first=history.dates[20], last=history.dates[-1], nav_cents=NAV_CENTS, how=HOW,
    )  # fmt: skip


def decided(made: Fold, at: int, folder: Path | None) -> tuple[State, Plan]:
    state, view = replay(made, made.history.dates[at], folder)
    assert view is not None
    return state, decide(view, diagnose(view), state.book, made.policy.layers, made.policy.rules)


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY_SESSIONS", 40)


@pytest.mark.parametrize("at", [20, 21, 100, 101, 250, 329])
def test_it_decides_what_the_backtest_decided(at: int, tmp_path: Path) -> None:
    by_date = {plan.decided_at.session: plan for plan in whole().plans}
    _, first = decided(fold(), at, tmp_path)
    _, again = decided(fold(), at, tmp_path)
    assert first == again == by_date[market().dates[at]]


def test_it_holds_what_the_backtest_held(tmp_path: Path) -> None:
    replay(fold(), market().dates[320], tmp_path)
    state, _ = decided(fold(), 320, tmp_path)
    day = market().dates[320]
    upto = [entry for entry in whole().book.journal if entry.session <= day]
    assert state.book.journal == upto
    assert state.book.equity_path()[1][-1] == whole().ledger.equity_cents()[300]


def test_it_goes_on_from_the_checkpoint_before(tmp_path: Path) -> None:
    folded: list[tuple[int, int]] = []
    replay(fold(), market().dates[200], tmp_path)
    assert len(list(tmp_path.glob("*.checkpoint"))) == 5  # before sessions 60, 100, 140, 180, and 200 itself
    replay(fold(), market().dates[215], tmp_path, lambda done, total: folded.append((done, total)))
    assert folded[-1] == (35, 35)


def test_the_evening_that_was_asked_about_needs_no_folding_again(tmp_path: Path) -> None:
    folded: list[int] = []
    replay(fold(), market().dates[200], tmp_path)
    replay(fold(), market().dates[200], tmp_path, lambda done, _: folded.append(done))
    assert folded == []


def test_another_policy_or_another_past_finds_no_checkpoint(tmp_path: Path) -> None:
    replay(fold(), market().dates[200], tmp_path)
    folded: list[int] = []
    history = market()
    other = Fold(history, preset("alvh"), ModelledQuotes(history), HOW, history.dates[20], 2 * NAV_CENTS)
    replay(other, history.dates[200], tmp_path, lambda done, _: folded.append(done))
    assert folded[-1] == 180


def test_a_broken_checkpoint_is_made_again(tmp_path: Path) -> None:
    _, before = decided(fold(), 200, tmp_path)
    for path in tmp_path.glob("*.checkpoint"):
        path.write_bytes(b"nothing of the kind")
    _, after = decided(fold(), 200, tmp_path)
    assert before == after


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    state, _ = replay(fold(), market().dates[110], blocked)
    assert isinstance(state.book, Book)


def test_a_date_before_the_first_is_refused() -> None:
    with pytest.raises(ValueError, match="lies before"):
        replay(fold(), market().dates[3], None)


def test_the_code_is_part_of_the_name() -> None:
    assert len(module.code_digest()) == 16
