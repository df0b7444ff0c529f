"""How numbers and names are written, and that marks of the glossary are found."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.reports.blocks import Code, Num, Section, Sentence, Tag
from alvh.reports.glossary import TERMS, plain, spans, unknown_terms, used_terms
from alvh.reports.words import (
    cell,
    combination,
    dollars,
    listed,
    number,
    percent,
    plural,
    same_when_written,
    setting,
)
from alvh.values import Missing


@pytest.mark.parametrize(
    ("num", "text"),
    [
        (Num(-1234567.5, "usd"), "-1,234,568"),
        (Num(-0.4, "usd"), "0"),
        (Num(12.0, "usd", signed=True), "+12"),
        (Num(0.0184, "percent"), "1.84 %"),
        (Num(-0.00001, "percent"), "0.00 %"),
        (Num(0.5, "share"), "50.0 %"),
        (Num(17.345, "points"), "17.34"),
        (Num(4909, "count"), "4,909"),
        (Num(math.nan, "usd"), "–"),
        (Num(-math.inf, "ratio"), "-∞"),
    ],
)
def test_numbers_are_written_by_their_unit(num, text):
    assert number(num) == text


def test_cells():
    assert cell(dt.date(2020, 1, 2)) == "2020-01-02"
    assert cell(Missing("why")) == "–"
    assert (cell(Tag("L1", "hedge1")), cell(Code("ab")), cell("x")) == ("L1", "ab", "x")


def test_sentences():
    assert (dollars(-92_000.4), dollars(0.2), dollars(math.nan)) == ("-$92,000", "$0", "an unknown amount")
    assert (percent(0.0184), percent(0.5, 0), percent(math.nan)) == ("1.84 %", "50 %", "an unknown share")
    assert (plural(1, "session"), plural(4909, "session"), plural(2, "loss", "losses")) == (
        "1 session",
        "4,909 sessions",
        "2 losses",
    )
    assert (listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"]), listed([])) == (
        "a",
        "a and b",
        "a, b and c",
        "nothing",
    )


def test_a_difference_nobody_can_see_is_none():
    assert same_when_written(0.01381, 0.01382)
    assert not same_when_written(0.0138, 0.0139)


def test_marks_are_found_and_unknown_ones_stay_as_they_stand():
    assert spans("a [[VIX]] b [[drawdown|fall]]") == [("a ", ""), ("VIX", "VIX"), (" b ", ""), ("fall", "drawdown")]
    assert plain("a [[drawdown|fall]]") == "a fall"
    assert plain("[[unheard-of]] [[VIX]]") == "[[unheard-of]] VIX"
    assert unknown_terms(Sentence("[[unheard-of]] [[VIX]]")) == {"unheard-of"}


def test_the_glossary_of_a_report_holds_the_words_it_uses_and_no_other():
    section = Section("About the [[VIX]]", "s", (Sentence("a [[drawdown|fall]] and the [[VIX]]"),))
    assert [term for term, _ in used_terms(section)] == ["drawdown", "VIX"]


def test_every_meaning_is_a_sentence():
    assert all(meaning[0].isupper() and meaning.endswith(".") for meaning in TERMS.values())


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_dollars_can_be_read_back(value):
    assert float(dollars(value).replace("$", "").replace(",", "")) == pytest.approx(value, abs=0.5)


def test_parameters_are_written_as_short_as_they_are():
    assert combination({"condor.short": 0.16, "L2": False, "condor.dte": 45}) == (
        "condor.short 0.16, L2 off, condor.dte 45"
    )
    assert [setting(value) for value in (True, 1.0, "none")] == ["on", "1", "none"]
