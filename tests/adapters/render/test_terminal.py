"""What a terminal shows: the answer in short, whole numbers at any width, nothing but text in a pipe."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from alvh.adapters.render.terminal import print_report, print_statements, terminal_text
from alvh.reports.backtest import DISCLAIMER, backtest_report
from alvh.reports.blocks import Column, CountedList, Group, Num, Report, Section, Sentence, Table
from reports.statements import synthetic, tiny


@pytest.fixture(scope="module")
def report():
    return backtest_report([synthetic(sessions=900), synthetic("condor-only", hedged=False, sessions=900)])


def test_the_short_form_says_the_verdict_the_policies_the_layers_the_regimes_the_skips_and_the_disclaimer(report):
    text = terminal_text(report, width=200)
    for wanted in ("The hedge cost", "One history, no interval yet", "Side by side", "Layers of alvh", "By regime"):
        assert wanted in text
    assert re.search(r"\d+  condor +one lot would risk … USD, … % of NAV", text)
    assert text.rstrip().endswith(DISCLAIMER)
    assert "Only in the page: with and without the hedge" in text


def test_a_pipe_gets_neither_colour_nor_marks(report):
    text = terminal_text(report)
    assert "\x1b" not in text
    assert "[[" not in text
    assert "\N{MINUS SIGN}" not in text, "a pipe is grepped: figures there have a plain minus"


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_no_number_is_broken_or_cut_at_any_width(report, width):
    words = set(terminal_text(report, width=width).split())
    table = next(block for block in report.sections[0].blocks if isinstance(block, Table))
    layers = report.sections[2].blocks[1]
    for block in (table, layers):
        for row in block.rows:
            for cell in row:
                if isinstance(cell, Num) and cell.unit == "usd":
                    assert f"{round(cell.value):,}" in words


def test_a_terminal_gets_colour(report):
    sheet = io.StringIO()
    print_report(report, Console(file=sheet, force_terminal=True, color_system="standard", width=100))
    assert "\x1b[1m" in sheet.getvalue()


def test_printing_to_the_standard_output_is_plain_when_it_is_a_pipe(report, capsys):
    print_report(report)
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert text == terminal_text(report)


def test_statements_print_as_their_backtest_report(capsys):
    print_statements([tiny()])
    assert capsys.readouterr().out == terminal_text(backtest_report([tiny()]))


def test_the_words_of_a_policy_are_never_read_as_markup():
    text = terminal_text(backtest_report([replace(tiny(), policy="[red]x[/red]")]))
    assert "[red]x[/red]" in text


def test_an_empty_list_says_so():
    section = Section(
        "S", "s", (CountedList("Skips: 0", (), "Nothing was skipped."), Sentence("a [[VIX]] word")), brief=True
    )
    text = terminal_text(Report("t", "u", (section,)))
    assert "Nothing was skipped." in text
    assert "a VIX word" in text


def test_every_group_is_counted():
    groups = (Group("L1", "hedge1", "no expiry", 1234, ("2020-01-01",)),)
    text = terminal_text(Report("t", "u", (Section("S", "s", (CountedList("Skips", groups, ""),), brief=True),)))
    assert "1,234  L1  no expiry" in text


def test_a_wide_table_is_cut_between_columns_and_repeats_its_first():
    columns = (Column("row"), *(Column(f"column {at}") for at in range(8)))
    rows = (("first", *(Num(1_234_567.0 + at, "usd") for at in range(8))),)
    text = terminal_text(Report("t", "u", (Section("S", "s", (Table("T", columns, rows),), brief=True),)), width=50)
    assert text.count("first") > 1
    assert all(f"1,234,5{67 + at}" in text for at in range(8))
