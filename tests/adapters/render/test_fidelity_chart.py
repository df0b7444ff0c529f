"""The picture of the fidelity page: well-formed, one bar a threshold, beyond twice the threshold cut and said."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from alvh.adapters.render.fidelity_chart import FAIL, PASS, fidelity_svg
from alvh.evidence.replication import Replication, Row
from alvh.reports.fidelity import Bar, bars, fidelity_markdown

NS = "{http://www.w3.org/2000/svg}"


def row(error: float, threshold: float | None, measure: str = "drift") -> Row:
    return Row("vxx", measure, None, None, None, None, error, "bp a year", threshold, "published", 10)


def test_bars_are_shares_of_their_thresholds_and_unjudged_rows_have_none() -> None:
    made = Replication((row(-6.0, 15.0), row(3.0, None), row(30.0, 15.0), row(float("nan"), 15.0)), ())
    found = bars(made)
    assert [(round(bar.share, 2), bar.passed) for bar in found[:2]] == [(0.4, True), (2.0, False)]
    assert (len(found), found[2].share == found[2].share, found[2].passed) == (3, False, False)
    assert bars(Replication((row(1.0, 2.0, "x" * 90),), ()))[0].label.endswith("…")


def test_the_picture_is_xml_with_a_bar_each() -> None:
    drawn = ET.fromstring(fidelity_svg([Bar("a & b", 0.5, True), Bar("c", 3.0, False), Bar("d", float("nan"), False)]))
    rects = drawn.findall(f"{NS}rect")[1:]
    assert [rect.get("fill") for rect in rects] == [PASS, FAIL, FAIL]
    widths = [float(str(rect.get("width"))) for rect in rects]
    # Half of the threshold is a quarter of the room; three times it ends where twice it would.
    assert widths[0] * 4 == widths[1] == widths[2]
    texts = [text.text for text in drawn.findall(f"{NS}text")]
    assert {"a & b", "50%", "300%", "no number"} <= set(texts)


def test_the_page_shows_the_picture_it_is_given() -> None:
    made = Replication((row(-6.0, 15.0),), ())
    assert "](fidelity.svg)" in fidelity_markdown(made, "fidelity.svg")
    assert "![" not in fidelity_markdown(made)
