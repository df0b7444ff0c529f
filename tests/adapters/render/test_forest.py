"""Dots and whiskers stand where their numbers say, and one giant does not hide the others."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.adapters.render.forest import Mark, panels
from alvh.adapters.render.html import render_html
from alvh.adapters.render.terminal import terminal_text
from alvh.reports.blocks import Estimate, Forest, ForestRow, Report, Section, Sentence
from alvh.values import Missing

ROWS = (
    ForestRow("L1", "hedge1", (Estimate(0.01, -0.01, 0.03, "cannot tell"), Missing("not run"))),
    ForestRow("L2", "hedge2", (Estimate(-0.02, -0.03, -0.01, "does not pay"), Estimate(0.5, math.nan, math.nan, "x"))),
)
BLOCK = Forest("Pays?", ("Growth", "Tail"), ("percent", "percent"), ROWS, ("costs", "earns"), "A note.")


def marks(block: Forest, column: int = 0) -> list[Mark]:
    return [mark for mark in panels(block)[column].marks if isinstance(mark, Mark)]


def test_everything_stands_on_one_scale() -> None:
    first, second = marks(BLOCK)
    # From -3 % to +3 % with 4 % of it as room on either side: zero is in the middle, 1 % is 1 / 6.48 right of it.
    assert panels(BLOCK)[0].zero == 50.0
    assert first.dot == pytest.approx(50.0 + 100.0 / 6.48, abs=0.01)
    assert (first.left, first.width) == pytest.approx((50.0 - 100.0 / 6.48, 400.0 / 6.48), abs=0.02)
    assert second.dot == pytest.approx(50.0 - 200.0 / 6.48, abs=0.01)
    assert (first.verdict, second.verdict) == ("open", "loses")
    assert first.text == "+1.00 %"
    assert first.interval == "-1.00 % to 3.00 %"


def test_no_interval_is_a_dot_and_no_run_is_a_reason() -> None:
    reason, dot = panels(BLOCK)[1].marks
    assert reason == Missing("not run")
    assert isinstance(dot, Mark)
    assert (dot.width, dot.interval) == (0.0, "")


def test_one_giant_is_cut_at_the_edge() -> None:
    rows = tuple(ForestRow(f"{k}", "", (Estimate(0.01, -0.01, 0.02, "cannot tell"),)) for k in range(9))
    giant = ForestRow("giant", "", (Estimate(0.3, -1.0, 5.0, "cannot tell"),))
    block = Forest("T", ("G",), ("percent",), (*rows, giant), ("", ""))
    *small, large = marks(block)
    assert large.cut
    assert not any(mark.cut for mark in small)
    assert small[0].width > 20.0
    assert large.interval == "-100.00 % to 500.00 %"


@given(st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * 3), min_size=1, max_size=12))
def test_nothing_stands_outside_its_panel(triples: list[tuple[float, float, float]]) -> None:
    rows = tuple(ForestRow("r", "", (Estimate(v, *sorted((a, b)), "pays"),)) for v, a, b in triples)
    for mark in marks(Forest("T", ("G",), ("ratio",), rows, ("", ""))):
        assert 0.0 <= mark.dot <= 100.0
        assert mark.left >= 0.0
        assert mark.left + mark.width <= 100.01


def test_a_forest_is_drawn_and_printed() -> None:
    end = Section("What this is not", "end", (Sentence("Simulated."),), brief=True)
    report = Report("T", "S", (Section("Verdict", "verdict", (BLOCK,), brief=True), end))
    page = render_html(report)
    assert 'class="forest"' in page
    assert "does not pay" in page
    text = terminal_text(report)
    assert "+1.00 % [-1.00 % .. 3.00 %] cannot tell" in text
    assert "not run" in text
