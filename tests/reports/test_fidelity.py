"""The table of rebuilt numbers as lines and as Markdown."""

from __future__ import annotations

import datetime as dt

import pytest

from alvh.evidence.replication import Replication, Row
from alvh.reports.fidelity import fidelity_lines, fidelity_markdown, figure, summary

WINDOW = (dt.date(2020, 1, 2), dt.date(2020, 12, 31))
MADE = Replication(
    (
        Row("vxx", "drift", *WINDOW, -51.55, -51.59, 6.812, "bp a year", 15.0, "closes", 4402),
        Row("vxx", "|error|, median", *WINDOW, None, None, 19.43, "bp", None, "closes", 1447, 0.25, "16:00"),
        Row("gone", "drift", None, None, 1.0, 2.0, -99.0, "bp", 60.0, "a page", 7, 1.0, "because of x"),
    ),
    (("vix", "no chains"),),
)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (41.0, "41"), (0.0, "0"), (6.8123, "6.812"), (1234.5, "1,234"), (-0.0041, "-0.0041")],
)
def test_figures(value, text) -> None:
    assert figure(value) == text


def test_the_summary_counts() -> None:
    assert summary(MADE) == "1 of 2 thresholds met; 1 more figures reported without one; 1 target(s) not run."


def test_lines_name_window_error_threshold_verdict_source_and_note() -> None:
    text = "\n".join(fidelity_lines(MADE))
    assert "vxx: VXX: 1 x S&P 500 VIX Short-Term Futures" in text
    assert "2020-01-02 .. 2020-12-31: 6.812 bp a year; threshold 15 bp a year: pass; ours -51.55" in text
    assert "19.43 bp; n 1,447, 25% modelled" in text
    assert "-99 bp; threshold 60 bp: FAIL" in text
    assert "vix: not run: no chains" in text
    assert text.count("source: closes") == 1
    assert text.endswith("nothing here is advice.")


def test_markdown_states_what_fails_first_and_escapes_bars() -> None:
    page = fidelity_markdown(MADE)
    assert "- `gone`, drift: -99 bp against 60 bp: because of x." in page
    assert page.index("## What fails") < page.index("## vxx")
    assert "\\|error\\|, median" in page
    assert "- `vix`: no chains." in page
    tables = [line for line in page.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in tables} == {10}
