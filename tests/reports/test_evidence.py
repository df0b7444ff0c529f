"""The page of an evidence on a study of synthetic runs: it answers, it can be drawn, and it drops nothing silently."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from alvh.adapters.render.html import render_html
from alvh.adapters.render.terminal import terminal_text
from alvh.evidence.ablation import NOTHING
from alvh.evidence.dossier import Dossier, dossier
from alvh.evidence.margins import CAGR, CVAR, DRAWDOWN, Margin
from alvh.evidence.odds import odds
from alvh.evidence.ruin import SimulatedRun
from alvh.evidence.study import BARE
from alvh.evidence.verdicts import Effect
from alvh.reports.evidence import evidence_report, headline
from alvh.reports.evidence_json import dossier_dict
from alvh.reports.glossary import unknown_terms
from alvh.reports.parts.pieces import piece_sentence
from alvh.values import Missing
from evidence.tracks import made as made_tracks
from reports.contract import blocks_of
from reports.test_claims import JUDGED


def quiet(_what: str, _done: int, _total: int) -> None:
    """Say nothing."""


@cache
def built(*, quick: bool = False) -> Dossier:
    study, tracks = made_tracks(quick=quick)
    days = np.arange("2026-01-01", "2026-07-01", dtype="datetime64[D]")
    paths = [SimulatedRun(k, days, np.linspace(5e6, 5e6 * (1.0 + 0.01 * (k - 20)), len(days)), 0.0) for k in range(40)]
    return dossier(
        replace(study, quick=True),
        {label: track for label, track in tracks.items() if label != "off:L3"},
        np.array([0.01, 0.02, 0.03]),
        claims=(),
        checks=(),
        failed={"off:L3": "ValueError: broken"},
        ruin={"alvh": odds(paths, 5e6), "alvh bare": Missing("no market was simulated")},
        tell=quiet,
    )


def test_the_page_and_the_terminal_answer() -> None:
    page = evidence_report(built())
    html, text = render_html(page), terminal_text(page, width=160)
    for said in (html, text):
        assert "Which hedge layer pays" in said
        assert "L2" in said
    assert "no order" in text
    assert 'class="forest"' in html


def test_every_word_it_marks_is_explained() -> None:
    # Sentences may quote a policy's own [[rules]] heading; no other word may be unknown.
    assert unknown_terms(evidence_report(built())) <= {"rules"}


def test_addresses_are_unique_and_it_is_the_same_twice() -> None:
    page = evidence_report(built())
    slugs = [section.slug for section in page.sections]
    assert len(slugs) == len(set(slugs))
    assert render_html(page) == render_html(evidence_report(built()))


def test_what_broke_and_what_cannot_be_is_listed() -> None:
    html = render_html(evidence_report(built()))
    assert "off:L3: ValueError: broken" in html
    assert "off:whole_contracts" in html


def test_the_headline_says_each_measure_with_its_verdict() -> None:
    said = headline(built())
    assert said.startswith("The hedge of alvh, on identical condors: growth ")
    assert sum(said.count(verdict) for verdict in ("(pays)", "(does not pay)", "(cannot tell)")) == 3


def short() -> Dossier:
    """Return the evidence of a few months."""
    study, tracks = made_tracks(quick=True, sessions=120)
    return dossier(study, tracks, np.array([]), claims=(), checks=(), failed={}, ruin={}, tell=quiet)


def test_a_window_too_short_to_judge_is_not_said_to_hold_no_hedge() -> None:
    found = short()
    assert piece_sentence(found.ablation).startswith("No hedge layer can be judged: 120 sessions are fewer than ")
    assert headline(found).count("not enough data") == 3
    assert render_html(evidence_report(found))


def test_what_cannot_be_compared_is_not_said_to_have_done_nothing() -> None:
    found = built()
    lost = replace(found, ablation=replace(found.ablation, hedge=Missing("one of the two accounts was wiped out")))
    assert headline(lost) == "What the hedge of alvh adds cannot be judged: one of the two accounts was wiped out."
    idle = replace(found, ablation=replace(found.ablation, hedge=Missing(NOTHING)))
    assert headline(idle).startswith("alvh carries no hedge that did anything here")


def test_the_rest_is_spoken_of_only_where_there_is_a_rest() -> None:
    found = built().ablation
    said = piece_sentence(found)
    open_ = any(
        isinstance(effect, Effect) and effect.verdict == "cannot tell"
        for piece in found.pieces
        if piece.sort == "hedge" and isinstance(one := piece.ways["identical"], Margin)
        for effect in (one.whole[CAGR], one.whole[DRAWDOWN], one.whole[CVAR])
    )
    assert said.endswith("Of the rest these data cannot tell.") == open_
    assert "hold both signs" not in said


def test_a_break_even_that_is_not_known_says_so() -> None:
    study, tracks = made_tracks()
    kept = {label: track for label, track in tracks.items() if not label.startswith("fill:") or label == "fill:half"}
    found = dossier(study, kept, np.array([]), claims=(), checks=(), failed={}, ruin={}, tell=quiet)
    assert "growth is not known (1 fill(s) were run: two are needed)" in terminal_text(
        evidence_report(found), width=200
    )


def test_quick_says_so() -> None:
    assert "quick: 500 draws" in evidence_report(built()).subtitle
    assert any("not run in a quick evidence" in getattr(b, "text", "") for b in blocks_of(evidence_report(built())))


def test_json_holds_everything_and_no_number_that_is_none() -> None:
    said = json.loads(json.dumps(dossier_dict(built()), default=str, allow_nan=False))
    assert [piece["name"] for piece in said["pieces"]][:2] == ["condor", "L1"]
    l1 = said["pieces"][1]["identical"]["whole"]["cagr"]
    assert set(l1) >= {"estimate", "low", "high", "verdict"}
    assert said["failed"] == {"off:L3": "ValueError: broken"}
    assert said["luck"]["trials"] == 3
    assert said["simulated"]["alvh bare"] == {"missing": "no market was simulated"}


def test_the_documents_name_every_key_of_the_json() -> None:
    page = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text(encoding="utf-8")
    assert [key for key in dossier_dict(built()) if f"`{key}`" not in page] == []


def test_a_policy_without_a_bare_form_still_has_its_page() -> None:
    study, tracks = made_tracks()
    kept = {label: track for label, track in tracks.items() if not label.startswith((BARE, "on:", "control:"))}
    found = dossier(study, kept, np.array([]), claims=(), checks=(), failed={}, ruin={}, tell=quiet)
    assert isinstance(found.bare, Missing)
    assert render_html(evidence_report(found))


def test_the_claims_are_on_the_page_and_counted_in_the_verdict() -> None:
    found = replace(built(), claims=JUDGED)
    page = evidence_report(found)
    assert {"claims", "claims-figures"} <= {section.slug for section in page.sections}
    html = render_html(page)
    for one in JUDGED:
        assert one.claim.text in html
    assert f"Of {len(JUDGED)} public claims " in html
    assert len(dossier_dict(found)["claims"]["claims"]) == len(JUDGED)
