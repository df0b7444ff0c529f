"""The blocks of a run after tax, from runs worked by hand in the tests of `alvh.evidence.after_tax`."""

from __future__ import annotations

import numpy as np

from alvh.conventions.us_tax import TOP_FEDERAL, TOP_FEDERAL_WITHOUT_NIIT
from alvh.evidence.after_tax import AfterTax, after_tax
from alvh.reports.blocks import Num, Sentence, Table
from alvh.reports.parts.after_tax import after_tax_blocks, after_tax_sentence, after_tax_table, years_table
from alvh.values import Missing
from reports.statements import tiny


def made(condor: float, cash: float, rates=TOP_FEDERAL) -> AfterTax:
    pnl = {"condor": np.array([condor, 0.0, 0.0, 0.0]), "L1": np.zeros(4), "cash": np.array([cash, 0.0, 0.0, 0.0])}
    one = after_tax(tiny(layer_pnl_usd=pnl, equity_usd=10_000.0 + np.cumsum(pnl["condor"] + pnl["cash"])), rates)
    assert isinstance(one, AfterTax)
    return one


def test_a_loser_that_pays_tax_on_interest_is_told_so() -> None:
    said = after_tax_sentence("alvh", made(-5_000.0, 4_000.0))
    assert "What it trades lost $5,000; the tax of $408 is on interest" in said
    # 3,000 of the 5,000 came off the interest of 2019; nothing was earned in 2020.
    assert "Losses of $2,000 are left at the end." in said
    assert "2020 is taxed as if it had ended on 2020-01-03." in said


def test_the_table_has_a_row_a_policy_and_a_dash_where_there_is_no_answer() -> None:
    why = Missing("the layer x mixes")
    table = after_tax_table({"alvh": made(1_000.0, 0.0), "other": why})
    assert table.rows[0][3] == Num(made(1_000.0, 0.0).tax_usd, "usd")
    assert table.rows[1] == ("other", why, why, why, why, why)
    blocks = after_tax_blocks({"other": why})
    assert isinstance(blocks[0], Table)
    assert blocks[1:] == (Sentence("other: the layer x mixes."),)


def test_the_rates_are_said_with_and_without_the_tax_on_investment_income() -> None:
    texts = [
        " ".join(block.text for block in after_tax_blocks({"x": made(1.0, 1.0, rates)}) if isinstance(block, Sentence))
        for rates in (TOP_FEDERAL, TOP_FEDERAL_WITHOUT_NIIT)
    ]
    assert "with the 3.8 % net investment income tax on all of it: 30.6 % on section 1256 gains" in texts[0]
    assert "without the net investment income tax: 26.8 % on section 1256 gains" in texts[1]


def test_the_years_leave_out_funds_where_there_are_none() -> None:
    table = years_table(made(1_000.0, 100.0))
    assert [column.name for column in table.columns] == [
        "Year", "Marked to market", "Interest", "Tax", "Losses carried on",
    ]  # fmt: skip
    assert [row[0] for row in table.rows] == ["2019", "2020"]
