"""The stress table in a terminal: every layer and replay, a dash and a reason where a number is missing."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from adapters.render.test_card import card
from alvh.adapters.render.card import card_text
from alvh.adapters.render.card_stress import reasons, stress_lines
from alvh.reports.card.stress import EngineRow, Stress
from alvh.values import Missing
from reports.test_card_stress import made


def text(stress: Stress, width: int = 80) -> str:
    sheet = io.StringIO()
    console = Console(file=sheet, width=width, color_system=None, highlight=False)
    for line in stress_lines(stress):
        console.print(line)
    return sheet.getvalue()


def test_every_replay_layer_and_engine_is_there_at_eighty_columns() -> None:
    said = text(made())
    words = ("oct-2008", "feb-2018", "1q20", "grind-2022", "aug-2024", "63 of 202", "SPX", "VVIX", "total", "of equity")
    for word in (*words, "lowest close", "5,000 blocks paths", "4,000 quintic paths", "mean", *made().layers):
        assert word in said, word
    assert "…" not in said
    assert "modelled" in said
    row = made().replays[0]
    assert not isinstance(row, Missing)
    assert f"{round(float(row.total_usd)):+,}" in said


def test_what_is_missing_is_a_dash_with_its_reason() -> None:
    first, (blocks, _) = made().replays[0], made().engines
    assert not isinstance(first, Missing)
    assert isinstance(blocks, EngineRow)
    why = Missing("VXX 30 C has no path in the scenarios")
    holed = replace(first, pnl_usd={**first.pnl_usd, "condor": why}, total_usd=why)
    sick = replace(made(), replays=(holed, Missing("1Q20 is not known")), engines=(blocks, Missing("no VIX")))
    assert reasons(sick) == ["1Q20 is not known", "no VIX", f"condor: {why.why}"]
    said = text(sick)
    assert "–" in said
    assert "no VIX" in said
    assert "quintic" not in said


def test_nothing_held_says_so() -> None:
    empty = Stress((), 0.0, (), (), "")
    assert "nothing to stress" in text(empty)
    assert "STRESS" not in card_text(replace(card(), stress=empty))


def test_the_card_has_one_line_of_it_and_the_table_with_all() -> None:
    shown = replace(card(), stress=made())
    brief, full = card_text(shown, width=120), card_text(shown, width=120, everything=True)
    assert made().headline in brief
    assert "lowest close" not in brief
    assert "lowest close" in full
