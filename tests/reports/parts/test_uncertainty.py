"""A headline beside its bands: every row there, and whether a band turns the sign."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from alvh.evidence.credit_band import credit_band
from alvh.evidence.data_years import split
from alvh.evidence.fill_break_even import BreakEven, FillRung, break_even
from alvh.evidence.measure import cagr
from alvh.evidence.model_band import Band
from alvh.reports.blocks import Num, Table
from alvh.reports.parts.uncertainty import (
    Uncertainty,
    break_even_sentence,
    signs_sentence,
    uncertainty_blocks,
    uncertainty_table,
)
from alvh.values import Missing
from reports.statements import tiny


def grown(end_usd: float):
    equity = np.linspace(10_000.0, end_usd, 5)[1:]
    return tiny(equity_usd=equity, layer_pnl_usd={"condor": np.diff(equity, prepend=10_000.0)}, hedge_layers=())


def named(table: Table, what: str):
    return next(row for row in table.rows if row[0] == what)


def test_every_kind_of_doubt_has_a_row_and_what_was_not_run_says_so() -> None:
    table = uncertainty_table(Uncertainty(tiny()))
    assert [row[0] for row in table.rows] == ["the run itself", "error of the model", "fills"]
    assert named(table, "fills")[1] == Missing("no other fill was run")
    whole = Uncertainty(
        tiny(), Band((-0.01, 0.02), (-0.3, -0.2), (0.0, 0.01), 8), break_even({"mid": tiny(), "cross": tiny()}),
        (tiny(),), credit_band(tiny()), split(tiny()),
    )  # fmt: skip
    table = uncertainty_table(whole)
    assert [row[0] for row in table.rows] == [
        "the run itself", "error of the model", "fills", "credits", "only 2019-2020",
    ]  # fmt: skip
    assert named(table, "error of the model")[1:3] == (Num(-0.01, "percent"), Num(0.02, "percent"))
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert len(uncertainty_blocks(whole)) == 3


def test_the_fills_row_spans_the_rungs() -> None:
    runs = {"mid": grown(10_100.0), "cross": grown(9_900.0)}
    one = Uncertainty(runs["mid"], break_even=break_even(runs), fills=tuple(runs.values()))
    row = named(uncertainty_table(one), "fills")
    low, high = (cagr(runs[f].equity_usd, 10_000.0, runs[f].sessions) for f in ("cross", "mid"))
    assert row[1:3] == (Num(low, "percent"), Num(high, "percent"))
    assert row[-1] == "mid to cross"


def test_the_break_even_in_words() -> None:
    rungs = (FillRung("mid", 0.0, 0.02, -0.01), FillRung("cross", 1.0, -0.02, -0.05))
    assert break_even_sentence(BreakEven(0.5, Missing("negative already at mid"), rungs)) == (
        "Break-even fill: growth falls to zero at 50 % of the half-spread; growth beyond cash is negative already at "
        "mid. 0 % of the half-spread is mid, 100 % the far side of the quote."
    )
    unknown = BreakEven(Missing("1 fill(s) were run: two are needed"), Missing("x"), ())
    assert "is not known (1 fill(s) were run: two are needed)" in break_even_sentence(unknown)


def test_a_band_over_zero_turns_the_sign_and_one_beside_it_does_not() -> None:
    base = grown(10_100.0)
    turned = Uncertainty(base, Band((-0.01, 0.02), (-0.1, -0.1), (0.0, 0.0), 4))
    assert signs_sentence(turned).startswith("The model's error can turn the sign of the ")
    safe = replace(turned, band=Band((0.01, 0.02), (-0.1, -0.1), (0.0, 0.0), 4))
    assert signs_sentence(safe) == "Within every band that was run it grows."
    lost = Uncertainty(grown(9_000.0), Band((-0.03, -0.02), (-0.1, -0.1), (0.0, 0.0), 4))
    assert signs_sentence(lost) == "Within every band that was run it loses."
    both = replace(turned, break_even=break_even({"mid": base, "cross": grown(9_900.0)}))
    assert signs_sentence(both).startswith("The model's error and the fill can turn the sign of the ")
    assert signs_sentence(Uncertainty(base)).startswith("Nothing but the run itself was run")
