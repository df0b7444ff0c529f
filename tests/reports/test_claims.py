"""The claims table in every form it is shown in: numbers and verdicts are those of the judgements."""

from __future__ import annotations

import datetime as dt
import json
import math

import pytest

from alvh.adapters.render.terminal import terminal_text
from alvh.evidence.claims.claim import Claim, Estimate, Judged, Judgement, no_runs
from alvh.evidence.claims.pre_checks import Check
from alvh.evidence.claims.verdict import at_least, at_most, between
from alvh.reports.blocks import Fold, Report, Table
from alvh.reports.claims import (
    claims_dict,
    claims_lines,
    claims_markdown,
    claims_sections,
    figure,
    promised,
    summary,
)
from alvh.values import Missing

FIRST, LAST = dt.date(2015, 1, 2), dt.date(2025, 12, 31)


def estimate(value: float, low: float, high: float, basis: str = "95 % of draws") -> Estimate:
    return Estimate(value, low, high, 1740, "trades", FIRST, LAST, basis, 1.0)


def claim(row: int, source: str) -> Claim:
    return Claim(
        row, f"key-{row}", source, f"Text of {source}.", f"Statement {row}.", "Limits.", no_runs, lambda _m: ()
    )


JUDGED = (
    Judged(
        claim(1, "K1"),
        (
            Judgement("other | reading", at_least(0.9), "share", estimate(0.95, 0.93, 0.97), counts=False),
            Judgement("all years", at_least(0.9), "share", estimate(0.82, 0.80, 0.84), beside="break-even 86.0%"),
        ),
    ),
    Judged(claim(2, "G2"), (Judgement("x", at_most(8.5), "bp a week", estimate(1.0, -0.1, 2.2)),)),
    Judged(
        claim(3, "K6"),
        (
            Judgement("few", between(0.1, 0.15), "share", estimate(0.2, math.nan, math.nan, "too small a sample")),
            Judgement("none", at_least(0.5), "share", Missing("the run was not made")),
            Judgement("wide", at_least(0.5), "share", estimate(0.5, 0.4, 0.6)),
        ),
    ),
)
CHECKS = (
    Check("VIX above 20", 0.298, 0.2979, "share", FIRST, LAST, 2766),
    Check("crosses", 11.5, math.nan, "a year", None, None, 1),
)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.8224, "share", "82.2 %"), (0.0044, "share", "0.44 %"), (-0.1742, "share", "-17.4 %"),
     (1.04, "bp a week", "1.0 bp a week"), (math.nan, "share", "–")],
)  # fmt: skip
def test_figures(value, unit, text) -> None:
    assert figure(value, unit) == text


def test_promises_in_words() -> None:
    assert promised(at_least(0.88), "share") == "at least 88.0 %"
    assert promised(at_most(8.5), "bp a week") == "at most 8.5 bp a week"
    assert promised(between(0.275, 0.325), "share") == "27.5 % to 32.5 %"


def test_the_summary_counts_verdicts() -> None:
    assert summary(JUDGED) == "3 public claims: 1 supported, 1 not supported, 1 cannot be tested with this data."


def test_lines_show_what_counts_first_and_why_nothing_can_be_said() -> None:
    text = "\n".join(claims_lines(JUDGED, CHECKS))
    assert text.index("all years: claimed at least 90.0 %, ours 82.0 % [80.0 % to 84.0 %]") < text.index("also: other")
    assert "1,740 trades, 2015-01-02 to 2025-12-31, 100% modelled: not supported" in text
    assert "        break-even 86.0%" in text
    assert "ours 20.0 % (no interval: too small a sample)" in text
    assert "none: claimed at least 50.0 %; cannot be tested with this data: the run was not made" in text
    assert "(the interval holds values within and outside the claim)" in text
    assert "VIX above 20: theirs 29.8 %, ours 29.8 % (2015-01-02 to 2025-12-31; 2,766)" in text
    assert "crosses: theirs 11.5 a year, ours – (arithmetic; 1)" in text
    assert text.endswith("nothing here is advice.")
    assert "Pre-checks" not in "\n".join(claims_lines(JUDGED))


def test_markdown_has_a_row_for_each_figure_and_escapes_bars() -> None:
    page = claims_markdown(JUDGED, CHECKS)
    assert "| K1 | Text of K1. | not supported |" in page
    assert "## 1. Text of K1." in page
    assert "| also: other \\| reading |" in page
    assert "- all years: break-even 86.0%." in page
    assert "- few: too small a sample." in page
    assert "95 % of draws" not in page
    for line in page.splitlines():
        if line.startswith("| ") and "–" not in line:
            assert line.replace("\\|", "").count("|") in {4, 6, 8}


def test_json_says_null_and_why_where_there_is_no_number() -> None:
    made = json.loads(json.dumps(claims_dict(JUDGED, CHECKS), default=str))
    assert [one["verdict"] for one in made["claims"]] == [
        "not supported", "supported", "cannot be tested with this data",
    ]  # fmt: skip
    few, none, _ = made["claims"][2]["judgements"]
    assert (few["interval"], few["value"], few["interval_is"]) == (None, 0.2, "too small a sample")
    assert (none["value"], none["missing"]) == (None, "the run was not made")
    assert made["claims"][0]["judgements"][1]["claimed"] == [0.9, None]
    assert made["claims"][0]["judgements"][1]["interval"] == [0.80, 0.84]
    assert made["pre_checks"][1]["ours"] is None


def test_sections_hold_every_figure_once() -> None:
    short, figures, checks = claims_sections(JUDGED, CHECKS)
    assert (short.brief, figures.brief, checks.brief) == (True, False, False)
    deciding = next(block for block in figures.blocks if isinstance(block, Table))
    others = next(block for block in figures.blocks if isinstance(block, Fold)).blocks[0]
    assert isinstance(others, Table)
    labels = [row[1] for row in (*deciding.rows, *others.rows)]
    assert sorted(labels) == sorted(one.label for judged in JUDGED for one in judged.judgements)
    assert len(claims_sections(JUDGED)) == 2
    text = terminal_text(Report("t", "s", (*claims_sections(JUDGED, CHECKS),)))
    assert "K1     Text of K1.   not supported" in text
