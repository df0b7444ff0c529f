"""`alvh demo`: the embedded market, run once, printed, and left as a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.cli_desk import Said, say


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Said, Path]:
    """Run it once: it takes seconds, five fills of two policies over five years."""
    page = tmp_path_factory.mktemp("demo") / "demo.html"
    return say("demo", "--report", page), page


def test_it_says_what_is_real_and_what_is_not(demo: tuple[Said, Path]) -> None:
    said, _ = demo
    assert (said.code, said.err) == (0, "")
    first = said.out.splitlines()[0]
    assert "real S&P 500 and VIX closes" in first
    assert "reconstructed" in first


def test_it_compares_the_hedge_with_the_control_through_february_2018(demo: tuple[Said, Path]) -> None:
    said, _ = demo
    assert "alvh against condor-only" in said.out
    assert "2014" in said.out
    assert "2018" in said.out
    assert "modelled quotes" in said.out


def test_it_leaves_a_page_and_prints_where(demo: tuple[Said, Path]) -> None:
    said, page = demo
    assert said.out.rstrip().splitlines()[-1] == f"Report: {page}"
    text = page.read_text(encoding="utf-8")
    assert len(text) > 100_000
    assert "Educational and simulated" in text
    assert "2018-02-05" in text


def test_a_page_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    lost = tmp_path / "no" / "demo.html"
    said = say("demo", "--report", lost)
    assert (said.code, said.out, said.sentence) == (2, "", f"{lost}: the folder {lost.parent} does not exist")
