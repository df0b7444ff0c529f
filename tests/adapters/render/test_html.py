"""The page: self-contained, complete, the same bytes twice, and honest about gaps."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser

import numpy as np
import pytest

from alvh.adapters.render.bars import stacked
from alvh.adapters.render.heat import shades
from alvh.adapters.render.html import render_html, write_html
from alvh.adapters.render.payload import Payload, packed
from alvh.adapters.render.text import bar_widths, figure_widths, rich, typeset
from alvh.reports.backtest import DISCLAIMER, backtest_report
from alvh.reports.blocks import Bars, BarSeries, Column, Figure, Num, Report, Section, Sentence, Table, TimeSeries
from alvh.values import Missing
from reports.statements import ladder, synthetic, tiny

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """Collects what a page refers to, its ids and headings, and whether its elements nest."""

    def __init__(self, text):
        super().__init__()
        self.stack, self.ids, self.links, self.loads, self.headings, self.faults = [], [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.ids += [named["id"]] if "id" in named else []
        if tag == "a":
            self.links.append(named["href"])
        self.loads += [value for key, value in attrs if key in ("src", "srcset", "data", "action", "poster")]
        self.loads += [named["href"]] if tag == "link" else []
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        if not self.stack or self.stack[-1] != tag:
            self.faults.append((tag, self.stack[-3:], self.getpos()))
        else:
            self.stack.pop()


@pytest.fixture(scope="module")
def page():
    statements = [synthetic(sessions=700), synthetic("condor-only", hedged=False, sessions=700)]
    return render_html(backtest_report(statements, fill_ladder=ladder(sessions=700)))


def payload_of(page):
    return json.loads(re.search(r'<script id="payload"[^>]*>(.*?)</script>', page, re.DOTALL)[1])


def test_the_page_loads_nothing_from_anywhere(page):
    parsed = Page(page)
    assert parsed.loads == ["data:,"]
    assert all(link.startswith("#") for link in parsed.links)
    assert "@import" not in page
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_elements_nest_ids_are_unique_links_lead_somewhere_and_headings_do_not_jump(page):
    parsed = Page(page)
    assert parsed.faults == []
    assert parsed.stack == []
    assert len(parsed.ids) == len(set(parsed.ids))
    assert {link[1:] for link in parsed.links} <= set(parsed.ids)
    assert parsed.headings[0] == 1
    assert all(after <= before + 1 for before, after in zip(parsed.headings[:-1], parsed.headings[1:], strict=True))


def test_the_same_report_gives_the_same_bytes(page):
    statements = [synthetic(sessions=700), synthetic("condor-only", hedged=False, sessions=700)]
    slower = [replace(one, seconds={"load": 99.0, "run": 99.0}) for one in statements]
    assert render_html(backtest_report(slower, fill_ladder=ladder(sessions=700))) == page


def test_the_licence_of_the_chart_library_travels_with_it(page):
    assert "Copyright (c) 2022 Leon Sorokin" in page
    assert "uPlot (v1.6.32)" in page


def test_every_session_of_every_line_is_on_the_page(page):
    data = payload_of(page)
    assert len(data["axes"]) == 1
    days = np.cumsum(data["axes"][0]).astype("datetime64[D]")
    np.testing.assert_array_equal(days, synthetic(sessions=700).sessions)
    for chart in data["charts"]:
        for line in chart["series"]:
            assert len(line["values"]) == 700
    equity = data["charts"][0]["series"][0]["values"]
    np.testing.assert_allclose(equity, synthetic(sessions=700).equity_usd, atol=0.5)


def test_every_skip_is_on_the_page(page):
    text = html.unescape(re.sub(r"<[^>]+>", " ", page))
    for skip in synthetic(sessions=700).skips[:40]:
        assert skip.date.isoformat() in text
    listed = sum(
        len(re.findall("<span>", items)) for items in re.findall(r'<p class="items">(.*?)</p>', page, re.DOTALL)
    )
    assert listed == len(synthetic(sessions=700).skips) + len(
        synthetic("condor-only", hedged=False, sessions=700).skips
    )


def test_the_whole_history_of_two_policies_stays_below_two_and_a_half_megabytes():
    report = backtest_report([synthetic(), synthetic("condor-only", hedged=False)], fill_ladder=None)
    assert len(render_html(report).encode()) < 2_500_000


def test_what_a_statement_says_is_never_markup():
    nasty = "</script><b>&[x]"
    text = render_html(backtest_report([replace(tiny(), policy=nasty)]))
    assert "<b>&" not in text
    assert html.escape(nasty) in text
    assert payload_of(text)["charts"][0]["series"][0]["name"] == nasty
    assert Page(text).faults == []


def test_the_disclaimer_is_on_the_page(page):
    assert DISCLAIMER in page


def test_writing_leaves_the_page_and_nothing_else(tmp_path):
    report = backtest_report([tiny()])
    path = write_html(report, tmp_path / "new" / "r.html")
    assert [one.name for one in path.parent.iterdir()] == ["r.html"]
    assert path.read_text(encoding="utf-8") == render_html(report)


def test_a_block_nobody_can_draw_is_an_error_that_names_it():
    @dataclass(frozen=True)
    class Hologram:
        title: str = "x"

    with pytest.raises(TypeError, match="Hologram"):
        render_html(Report("t", "u", (Section("S", "s", (Hologram(),)),)))


def test_a_gap_shows_its_reason():
    table = Table("T", (Column("a"), Column("b")), (("x", Missing("not listed on that day")), ("y", Num(1.0, "usd"))))
    text = render_html(Report("t", "u", (Section("S", "s", (table,)),)))
    assert 'title="not listed on that day"' in text


def test_figures_are_typeset():
    assert typeset("from -4.5 % to -$3 in 2008-10-06, q25-half") == (
        "from \N{MINUS SIGN}4.5\N{NO-BREAK SPACE}% to \N{MINUS SIGN}$3 in 2008-10-06, q25-half"
    )


def test_glossary_words_become_links_to_their_meaning():
    assert rich("a [[CVaR 95|tail]] & more") == (
        'a <a class="term" href="#g-cvar-95" aria-describedby="g-cvar-95">tail</a> &amp; more'
    )
    assert rich("[[wobble]]") == "[[wobble]]"


def test_packing_keeps_gaps_and_rounds_to_what_can_be_seen():
    assert packed(np.array([1.4, 2.6, -0.4]), "usd") == [1, 3, 0]
    assert packed(np.array([1.4, np.nan, np.inf]), "usd") == [1.0, None, None]
    assert packed(np.array([0.0123456, -1e-9]), "percent") == [1.235, 0.0]


def test_an_axis_is_stored_once():
    payload, days = Payload(), np.array(["2020-01-02", "2020-01-03", "2020-01-06"], dtype="datetime64[D]")
    for axis in (days, days.copy(), days[1:]):
        payload.add(TimeSeries("t", axis, (), "usd", "s", "g"))
    data = json.loads(payload.json())
    assert data["axes"] == [[18263, 1, 3], [18264, 3]]
    assert [chart["axis"] for chart in data["charts"]] == [0, 0, 1]


def test_bars_stack_to_both_sides_of_zero():
    block = Bars("T", ("a", "b"), (BarSeries("x", "hedge1", (3.0, -1.0)), BarSeries("y", "hedge2", (2.0, 4.0))), "usd")
    stack = stacked(block)
    # From -1 to +5: zero stands at a sixth.
    assert stack.zero == pytest.approx(100 / 6, abs=0.001)
    a, b = stack.bars
    assert [(part.left, part.width) for part in a.parts] == [
        (pytest.approx(16.667), 50.0),
        (pytest.approx(66.667), pytest.approx(33.333)),
    ]
    assert [(part.left, part.width) for part in b.parts] == [
        (0.0, pytest.approx(16.667)),
        (pytest.approx(16.667), pytest.approx(66.667)),
    ]
    assert (a.total.value, b.total.value) == (5.0, 3.0)


def test_bars_of_nothing_and_of_gaps():
    assert stacked(Bars("T", (), (), "usd")).bars == ()
    gap = stacked(Bars("T", ("a",), (BarSeries("x", "hedge1", (float("nan"),)),), "usd"))
    assert gap.bars[0].parts == ()


def test_shades_are_signed_and_a_freak_does_not_pale_the_rest():
    grid = np.concatenate((np.full(99, 0.01), [-5.0])).reshape(10, 10)
    assert shades(grid)[0][0] == 100
    assert shades(grid)[9][9] == -100
    assert shades(np.array([np.nan, 0.0])) == [[0, 0]]


def test_small_bars_measure_against_the_rows_not_the_sum():
    rows = (
        ("a", Num(-5.0, "usd")),
        ("b", Num(10.0, "usd")),
        ("c", Num(float("nan"), "usd")),
        ("all", Num(50.0, "usd")),
    )
    table = Table("T", (Column("n"), Column("v", bar=True)), rows, total=True)
    assert bar_widths(table, 1) == [-50.0, 100.0, 0.0, 100.0]


def test_figures_with_and_without_share_a_scale():
    assert figure_widths(Figure("f", Num(-1.0, "usd"), Num(-4.0, "usd"), "", None)) == (25.0, 100.0)
    assert figure_widths(Figure("f", Num(0.0, "usd"), Num(0.0, "usd"), "", None)) is None
    assert figure_widths(Figure("f", Num(0.0, "usd"), None, "", None)) is None


def test_a_sentence_alone_is_a_page():
    assert "only this" in render_html(Report("t", "u", (Section("S", "s", (Sentence("only this"),)),)))
