"""The card as a trader sees it: nothing lost at a hundred columns, red where something is missing, plain in a pipe."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache

import pytest
from rich.console import Console

from alvh.accounting.book import Book
from alvh.adapters.render.card import card_text, joined, print_card, short_money
from alvh.decision.decide import decide
from alvh.diagnosis.diagnose import diagnose
from alvh.market.history import build_history
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.brokers import load_broker
from alvh.policies.policy import preset
from alvh.reports.card.card import Card, make_card
from alvh.reports.card.condor import OpenCondor, ProposedCondor
from alvh.reports.card.facts import Facts
from alvh.reports.card.levels import Level
from alvh.values import Missing
from tiny_market import tiny_market


@cache
def card() -> Card:
    history = build_history(tiny_market(sessions=330, shock_at=(300,)))
    policy = preset("alvh")
    for i in range(329, 0, -1):
        view = View(history, ModelledQuotes(history), i)
        readings, book = diagnose(view), Book(500_000_000)
        plan = decide(view, readings, book, policy.layers, policy.rules)
        facts = Facts(history, view, readings, plan, book, policy, load_broker("generic"), 0.5)
        if facts.openings():
            return make_card(facts, book="flat", quotes="modelled", fill="half")
    raise AssertionError("no entry")


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = card_text(card(), width=width, everything=True)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "…" not in card_text(card(), width=100), "nothing is cut off on the first screen"


def test_a_pipe_gets_no_blanks_at_the_ends_of_lines(capsys: pytest.CaptureFixture[str]) -> None:
    print_card(card())
    said = capsys.readouterr().out
    assert said == card_text(card(), width=120)
    assert all(line == line.rstrip() for line in said.splitlines())


def test_a_refused_condor_is_shown_as_what_it_would_have_been_and_never_as_an_order() -> None:
    (one,) = card().condors
    assert isinstance(one, ProposedCondor)
    shown = replace(card(), condors=(), refused=(replace(one, lots=1, max_loss_usd=1860.0),))
    text = " ".join(card_text(shown).split())
    assert f"REFUSED would have been {one.root}" in text
    assert f"limit {one.prices.limit:.2f} mid" in text
    assert "max loss $1,860" in text
    assert "sell 1 x" not in text
    assert "no quote" in card_text(replace(shown, refused=(Missing("no quote"),)))


def test_the_first_screen_has_every_number_to_act_on() -> None:
    text = " ".join(card_text(card()).split())
    (one,) = card().condors
    assert isinstance(one, ProposedCondor)
    for said in (f"limit {one.prices.limit:.2f}", f"walk away below {one.prices.walk_away:.2f}", f"sell {one.lots} x",
                 f"{one.strikes.long_put:g}/{one.strikes.short_put:g} P", f"POP {one.pop:.0%}",
                 f"credit under {one.prices.walk_away:.2f}"):  # fmt: skip
        assert said in text, said
    for row in card().hedges:
        for order in row.orders:
            assert order.text in text
        assert all(why in text for why in row.why)


def test_what_is_missing_is_red_and_named() -> None:
    sick = replace(card(), troubles=("VIX9D is missing (last seen 2018-01-02, 3 days ago)",))
    sheet = io.StringIO()
    print_card(sick, Console(file=sheet, width=100, force_terminal=True, color_system="standard", highlight=False))
    line = next(line for line in sheet.getvalue().splitlines() if "VIX9D is missing" in line)
    assert "\x1b[31m" in line
    assert "\x1b[" not in card_text(sick)
    assert "MISSING" in card_text(sick)
    assert "MISSING" not in card_text(replace(card(), troubles=()))


def test_a_crossed_level_stands_out() -> None:
    one = Level("alert", "gates", "VIX above 20: hold", "VIX", 20.0, 21.0, 19.0, crossed=True)
    other = Level("alert", "gates", "VIX below 15: every tier", "VIX", 15.0, 21.0, 19.0)
    assert joined([other, one]).plain == "VIX below 15: every tier  ·  VIX above 20: hold CROSSED TODAY"


def test_an_open_condor_and_one_that_cannot_be_read() -> None:
    (one,) = card().condors
    assert isinstance(one, ProposedCondor)
    held = OpenCondor(
        "condor@x", "condor", one.root, one.expiry, card().date, 30, 3, 1, one.strikes, 2_400.0, -1_200.0, 5_000.0,
        -0.5, (-0.31, 0.04), "roll: threatened",
    )  # fmt: skip
    made = replace(card(), held=(held, Missing("condor@y: the legs are no iron condor")))
    text = " ".join(card_text(made).split())
    assert "P&L -$1,200 (-50 % of the credit)" in text
    assert "roll: threatened" in text
    assert "rolled 1 time," in text
    assert "condor@y: the legs are no iron condor" in text


def test_amounts_in_short() -> None:
    assert [short_money(usd) for usd in (25_000.0, 250_000.0, 1_000_000.0)] == ["25k", "250k", "1M"]
