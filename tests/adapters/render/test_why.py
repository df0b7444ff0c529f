"""A diagnosis and an explanation as text."""

from __future__ import annotations

import datetime as dt

from alvh.adapters.render.why import plain_text
from alvh.reports.card.diagnosis import Diagnosis
from alvh.reports.card.explanation import Done, Explanation, NotDone
from alvh.reports.card.inputs import InputRow
from alvh.reports.card.readings import CoverageRow, ReadingRow
from alvh.reports.card.regime import RegimeCard
from alvh.reports.card.topics import Voice
from alvh.values import Missing

DAY = dt.date(2024, 8, 5)
VIX = ReadingRow("VIX", "vol points", "indices", 38.57, "", 1.0, 0)
GONE = ReadingRow("edr", "percent of spot", "edr", Missing("no edr on 2024-08-05"), "", None, 3)
INPUT = InputRow("VIX9D", "vol points", Missing("no"), dt.date(2024, 8, 2), 3, "missing")


def test_a_diagnosis_shows_value_percentile_age_and_since() -> None:
    curve = (("F1", 32.1), ("F2", Missing("no F2")))
    coverage = (
        CoverageRow("VIX", dt.date(2004, 1, 2), DAY, 5000, 5000),
        CoverageRow("edr", None, None, 0, 0),
    )
    text = plain_text(
        Diagnosis(DAY, RegimeCard("inverted", "said", curve, 2), (VIX, GONE), coverage, (INPUT,), ("VIX9D is missing",))
    )
    vix, edr = (next(line for line in text.splitlines() if line.startswith(name)) for name in ("VIX ", "edr"))
    assert [word for word in vix.split() if word in ("38.57", "100%", "2004-01-02")] == ["38.57", "100%", "2004-01-02"]
    assert edr.split()[1] == "–"
    assert edr.split()[-2:] == ["3", "never"]
    assert "F1 32.10   F2 –" in text
    assert "VIX9D is missing" in text


def test_an_explanation_says_what_was_done_and_what_was_not() -> None:
    voices = (
        Voice("sizing", "sizing", ("3 of 6 lots",), ("full size: rejected",), {"sizing.x": 2.0}),
        Voice("quiet", "quiet", (), (), {}),
    )
    text = plain_text(
        Explanation(
            "alvh", DAY, "flat", "SKIP: because", (Done("L1", "open", "buy 3 VIX", "target 3"),),
            (NotDone("L2", "empty"),), voices, (VIX,), (INPUT,), ("VIX9D is missing",),
        )
    )  # fmt: skip
    for said in ("SKIP: because", "L1 open: buy 3 VIX: target 3", "L2: empty", "3 of 6 lots", "not taken: full size",
                 "x 2", "nothing to say", "sends no order"):  # fmt: skip
        assert said in text, said
