"""The page of a record: what its first sentence says in each case, and that both renderers draw it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pytest

from alvh.adapters.render.html import render_html
from alvh.adapters.render.terminal import terminal_text
from alvh.conventions import sessions
from alvh.evidence.record_evidence import record_evidence
from alvh.evidence.records import (
    CLOSED_TRADES_WARNING,
    Dropped,
    Record,
    RecordTrade,
    record_of_returns,
    record_of_trades,
)
from alvh.reports.blocks import CountedList, Num, Sentence, Table, Verdict
from alvh.reports.glossary import unknown_terms
from alvh.reports.record import headline, record_dict, record_report, trade_blocks
from alvh.values import Missing

AXIS = sessions(dt.date(2015, 1, 2), dt.date(2018, 12, 31))


def series(mean: float, n: int = 900) -> Record:
    noise = np.random.default_rng(1).normal(0.0, 0.008, n)
    made = record_of_returns("mine", "returns", AXIS[:n], noise - noise.mean() + mean, 1_000.0, includes_interest=False)
    assert not isinstance(made, Missing)
    return made


def trades() -> Record:
    rows = []
    for k in range(180):
        day = AXIS[4 * k].astype(object)
        rows.append(
            RecordTrade(day, day + dt.timedelta(3), 40.0 if k % 5 else -120.0, 100.0, 1_000.0, -150.0, "", k + 2)
        )
    made = record_of_trades("log", "option-omega", rows, 10_000.0, dropped=[Dropped("still open", (7, 9))])
    assert not isinstance(made, Missing)
    return made


def said(record: Record, trials: int = 1) -> str:
    return headline(record, record_evidence(record, trials=trials, draws=500))


def test_the_first_sentence_in_every_case() -> None:
    # Sharpe ratios a year of 3.97, 1.59, 0.40, -0.99, by construction: mean / 0.8 % x sqrt(252).
    assert said(series(0.002)).startswith("Its Sharpe ratio is above zero with a probability of over 99.9 %")
    tried = said(series(0.002), 50)
    assert tried.startswith("Its Sharpe ratio is above the best of 50 trials without skill with a probability of")
    alone = said(series(0.0008), 200)
    assert alone.startswith("Its Sharpe ratio is above zero with a probability of 9")
    assert "but above the best of 200 trials without skill with only " in alone
    assert "It cannot be told from luck: " in said(series(0.0002))
    assert "at this rate it takes" in said(series(0.0002))
    assert said(series(-0.0005)).startswith("It lost against doing nothing: a Sharpe ratio of -")
    assert said(series(0.002, 200)).startswith("Too little to tell skill from luck: 200 periods; below 504")


def test_a_formula_that_the_blocks_do_not_bear_out_is_not_believed() -> None:
    record = series(0.002)
    found = replace(record_evidence(record, draws=100), verdict="cannot tell")
    assert headline(record, found) == (
        "It cannot be told from luck: the formula gives over 99.9 % above zero, but its blocks drawn again and its "
        "parts do not bear that out."
    )


def test_a_log_of_exits_is_labelled_in_the_headline_and_beside_it() -> None:
    record = trades()
    made = record_evidence(record, draws=50)
    assert headline(record, made).endswith("P&L stands on exits, which flatters it.")
    page = record_report(record, made)
    verdict = page.sections[0].blocks[0]
    assert isinstance(verdict, Verdict)
    assert CLOSED_TRADES_WARNING in verdict.caveats


@pytest.mark.parametrize("record", [series(0.001), series(-0.001, 30), trades()], ids=["series", "short", "log"])
def test_both_renderers_draw_it_and_every_word_is_known(record: Record) -> None:
    regimes = ["steep" if k % 2 else "unknown" for k in range(record.dates.size)]
    for given in (None, regimes):
        page = record_report(record, record_evidence(record, regimes=given, draws=50), ["a remark"])
        assert "<h1>" in render_html(page)
        assert "a remark" in terminal_text(page)
        assert unknown_terms(page) == set()
        assert "Educational and simulated" in terminal_text(page)


def test_what_was_left_out_is_listed_with_its_lines() -> None:
    page = record_report(trades(), record_evidence(trades(), draws=50))
    left = next(b for s in page.sections for b in s.blocks if isinstance(b, CountedList))
    assert [(group.label, group.count, group.items) for group in left.groups] == [
        ("still open", 2, ("line 7", "line 9"))
    ]


def test_the_trades_by_hand() -> None:
    # 144 win 40, 36 lose 120: 80 % won, 120 / 160 = 75 % have to, 8 USD each.
    table, text = trade_blocks(record_evidence(trades(), draws=200).trades)
    assert isinstance(table, Table)
    assert isinstance(text, Sentence)
    values = {row[0]: row[1] for row in table.rows}
    assert values["Share that won"] == Num(0.8, "share")
    assert values["Share that has to win"] == Num(0.75, "share")
    assert values["P&L a trade, USD"] == Num(pytest.approx(8.0), "usd")
    assert "75 % have to win; a loss larger than any so far raises that." in text.text
    assert trade_blocks(Missing("a series of returns has no trades")) == (
        Sentence("a series of returns has no trades"),
    )


def test_the_json_has_every_number_and_a_reason_for_each_that_lacks() -> None:
    record = series(0.001, 200)
    told = record_dict(record, record_evidence(record, draws=50), ["a remark"])
    json.dumps(told, allow_nan=False, default=str)
    assert told["certainty"] == {"missing": record_evidence(record, draws=50).certainty.why}
    assert told["trades"] == {"missing": "a series of returns has no trades"}
    assert told["cagr"]["value"] == pytest.approx(record_evidence(record, draws=50).cagr.value)
    assert told["notes"] == ["a remark"]
