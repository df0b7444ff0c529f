"""The lower part of the card: short by default, complete with everything."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from adapters.render.test_card import card
from alvh.adapters.render.card_more import more, short_title
from alvh.diagnosis.arbitrage import Watch
from alvh.diagnosis.diagnose import indicators
from alvh.reports.card.topics import Topic, Voice


def text(made: object, *, everything: bool) -> str:
    sheet = io.StringIO()
    console = Console(file=sheet, width=100, color_system=None, highlight=False)
    for piece in more(made, everything=everything):  # type: ignore[arg-type]
        console.print(piece)
    return sheet.getvalue()


def test_everything_means_every_reading_and_input() -> None:
    full = text(card(), everything=True)
    assert all(name in full for name in indicators())
    assert all(row.name in full for row in card().inputs)
    brief = text(card(), everything=False)
    assert "--all shows each" in brief
    assert "vx_beta_8" not in brief


def test_what_rules_said_is_shown_and_what_they_refused_with_everything() -> None:
    voice = Voice(
        "vote",
        "vote",
        ("L1 is weighted 0.50", "L2 is weighted 0.25"),
        ("flatten everything: rejected",),
        {"vote.L1": 0.5},
    )
    made = replace(card(), topics=(Topic("Votes and weights", (voice, Voice("mute", "mute", (), (), {}))),))
    brief, full = text(made, everything=False), text(made, everything=True)
    assert "VOTES" in brief
    assert "L1 is weighted 0.50  (+1)" in brief
    assert "L2 is weighted 0.25" not in brief
    assert "L2 is weighted 0.25" in full
    assert "rejected" not in brief
    assert "not taken: flatten everything: rejected" in full
    assert "L1 0.5" in full
    assert "mute" not in brief
    assert "nothing to say" in full
    assert short_title("Market health") == "HEALTH"


def test_an_edge_that_is_left_is_said_first() -> None:
    edge = Watch("conversion", "SPX x", 3.5, 0.27, 3.23, 0.05, True, "conversion of SPX x: +3.50 points at the quotes")
    bound = Watch("bound", "F1 <= sqrt(FV)", 2.0, 0.0, 2.0, float("nan"), True, "F1 stands 2.00 points ABOVE its bound")
    brief = text(replace(card(), arbitrage=(edge, bound)), everything=False)
    assert "+3.50 points at the quotes" in brief
    assert "F1 -2.00" in brief
    assert "never traded" in brief
