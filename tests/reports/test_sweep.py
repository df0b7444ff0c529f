from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from alvh.adapters.render.html import render_html
from alvh.adapters.render.terminal import terminal_text
from alvh.evidence.sweep import judge_sweep
from alvh.reports.blocks import HeatMap, Table, Verdict
from alvh.reports.glossary import unknown_terms
from alvh.reports.sweep import sweep_report
from alvh.reports.sweep_json import sweep_dict
from alvh.values import Missing
from evidence.small_sweep import SESSIONS, searched

FULL = searched(skill=0.0015)
SHORT = searched(skill=0.0015, sessions=SESSIONS[:100], excess=FULL.excess[:100])


def block(report, slug, kind):
    section = next(one for one in report.sections if one.slug == slug)
    return next(one for one in section.blocks if isinstance(one, kind))


def test_the_best_is_told_together_with_how_likely_it_is_luck():
    report = sweep_report(FULL, judge_sweep(FULL))
    verdict = block(report, "verdict", Verdict)
    assert verdict.headline.startswith(("It passes every test of luck", "Luck is not ruled out"))
    assert verdict.sentences[0] == "The best: condor.short 0.2, condor.dte 45."
    assert "12 trials counted on these data" in verdict.sentences[1]
    assert len(verdict.figures) == 4
    top = block(report, "verdict", Table)
    assert len(top.rows) == 10
    assert top.rows[0][1:3] == ("0.2", "45")
    assert unknown_terms(report) == set()


def test_noise_does_not_pass():
    noise = searched(seed=3)
    assert block(sweep_report(noise, judge_sweep(noise)), "verdict", Verdict).headline.startswith(
        "Luck is not ruled out"
    )


def test_what_cannot_be_told_is_said():
    report = sweep_report(SHORT, judge_sweep(SHORT))
    verdict = block(report, "verdict", Verdict)
    assert verdict.headline.startswith("Whether it is luck cannot be told from this record")
    text = terminal_text(report)
    for said in (
        "How likely it is luck cannot be said: 100 sessions",
        "PBO by CSCV) was not made: 100 sessions",
        "data snooping were not made: 100 sessions",
        "rolling was not made: 100 sessions",
    ):
        assert said in " ".join((text + block(report, "overfitting", Table).note).split())  # fmt: skip


def test_a_measure_that_is_known_of_no_policy_has_no_best_value():
    unknown = replace(FULL, measures=tuple(dict(one, sharpe=None) for one in FULL.measures))
    summary = block(sweep_report(unknown, judge_sweep(unknown)), "parameters", Table)
    assert [row[1] for row in summary.rows] == [Missing("known of no combination")] * 2


def test_maps_show_what_differs_from_the_average_of_the_sweep():
    found = block(sweep_report(FULL, judge_sweep(FULL)), "pairs", HeatMap)
    assert found.values.shape == (3, 4)
    sharpes = FULL.values("sharpe")
    np.testing.assert_allclose(found.values, (sharpes - sharpes.mean()).reshape(3, 4), atol=1e-12)
    less = searched(measure="vol", measures=tuple({**one, "vol": float(k)} for k, one in enumerate(FULL.measures)))
    turned = block(sweep_report(less, judge_sweep(less)), "pairs", HeatMap)
    assert turned.values[0, 0] == pytest.approx(5.5), "less is better: the least is the darkest plus"


def test_combinations_without_a_result_are_listed_with_why():
    found = searched(refused=(("condor.short 0.9", "no delta"),), failed=(("condor.dte 1", "poisoned"),), ruined=1)
    page = render_html(sweep_report(found, judge_sweep(found)))
    assert "condor.short 0.9: no delta" in page
    assert "condor.dte 1: poisoned" in page
    assert "1 account was ruined" in page


def test_json_is_plain_and_complete():
    for found in (FULL, SHORT):
        made = json.loads(json.dumps(sweep_dict(found, judge_sweep(found)), allow_nan=False))
        assert len(made["policies"]) == 12
        assert made["best"]["parameters"] == {"condor.short": 0.2, "condor.dte": 45}
        assert made["policies"][0]["parameters"] == made["best"]["parameters"]
        assert made["policies"][0]["policy_hash"] == "hash 5"
        assert [one["parameter"] for one in made["effects"]] == ["condor.short", "condor.dte"]
    assert made["overfitting"]["missing"].startswith("100 sessions")
    assert made["best"]["passes_every_test"] is None


def test_where_all_lost_to_cash_no_luck_is_asked_for():
    losing = replace(FULL, measures=tuple({**one, "sharpe": -0.1 * (k + 1)} for k, one in enumerate(FULL.measures)))
    headline = block(sweep_report(losing, judge_sweep(losing)), "verdict", Verdict).headline
    assert headline.startswith("None of them beat cash: the best of")
