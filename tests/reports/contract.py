"""What every report promises. A new report's test subclasses this and sets `build` (`docs/adding/report.md`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest

from alvh.accounting.statement import Statement
from alvh.adapters.render.html import render_html
from alvh.adapters.render.terminal import terminal_text
from alvh.reports.blocks import Disclaimer, Fold, Report, TimeSeries
from alvh.reports.glossary import unknown_terms
from alvh.values import Skip
from reports.statements import synthetic, tiny


def blocks_of(part):
    """Return every block of a report, those in folds too."""
    for section in part.sections:
        yield from _flat(section.blocks)


def _flat(blocks):
    for block in blocks:
        yield block
        if isinstance(block, Fold):
            yield from _flat(block.blocks)


def cases() -> dict[str, list[Statement]]:
    """Return the statements that every report must cope with."""
    flat = np.zeros(4)
    idle = replace(
        tiny(),
        equity_usd=np.full(4, 10_000.0),
        layer_pnl_usd={"condor": flat, "L1": flat, "cash": flat},
        layer_costs_usd={"condor": flat, "L1": flat, "cash": flat},
        attribution_usd={},
        campaigns=(),
        fills=(),
        skips=(),
        coverage=(),
        tradable=(),
        margin_usd=flat,
        market={},
        leg_marks=0,
        modelled_leg_marks=0,
    )
    ruined = replace(tiny(), equity_usd=np.array([9_000.0, 100.0, -50.0, -60.0]))
    noisy = replace(
        tiny(), policy="<&>", skips=(Skip(tiny().skips[0].date, "L9", "[[not a term]] </script>"),), market={}
    )
    return {
        "one": [tiny()],
        "pair": [synthetic(sessions=80), synthetic("condor-only", hedged=False, sessions=80)],
        "other windows": [synthetic(sessions=80), synthetic("condor-only", hedged=False, sessions=60, seed=3)],
        "three": [
            synthetic(p, sessions=40, hedged=p != "condor-only") for p in ("condor-only", "442-contracts", "alvh")
        ],
        "unhedged": [synthetic("condor-only", hedged=False, sessions=40)],
        "idle": [idle],
        "ruined": [ruined],
        "noisy": [noisy],
    }


class ReportContract:
    """Subclass with `build`, a function of a sequence of statements."""

    build: ClassVar[Callable[[Sequence[Statement]], Report]]

    @pytest.mark.parametrize("case", cases())
    def test_it_copes_and_both_renderers_draw_it(self, case):
        report = type(self).build(cases()[case])
        assert "<h1>" in render_html(report)
        assert terminal_text(report)

    def test_it_says_what_it_is_not_on_the_page_and_in_the_terminal(self):
        report = type(self).build(cases()["pair"])
        disclaimers = [block for block in blocks_of(report) if isinstance(block, Disclaimer)]
        assert disclaimers
        assert "no order" in disclaimers[0].text
        assert disclaimers[0].text in terminal_text(report, width=300)

    def test_it_is_the_same_twice(self):
        assert render_html(type(self).build(cases()["pair"])) == render_html(type(self).build(cases()["pair"]))

    def test_it_knows_every_word_it_marks(self):
        assert unknown_terms(type(self).build(cases()["three"])) == set()

    def test_addresses_are_unique(self):
        slugs = [section.slug for section in type(self).build(cases()["pair"]).sections]
        assert len(slugs) == len(set(slugs))

    def test_every_chart_says_in_words_what_it_shows_and_has_a_value_a_session(self):
        for block in blocks_of(type(self).build(cases()["other windows"])):
            if isinstance(block, TimeSeries):
                assert block.summary
                assert all(line.values.size == block.sessions.size for line in block.series)
