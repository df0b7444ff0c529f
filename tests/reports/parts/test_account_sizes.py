"""The table of account sizes and its sentences, from lines by hand."""

from __future__ import annotations

import math

from alvh.evidence.account_sizes import SizeLine
from alvh.reports.blocks import Num
from alvh.reports.parts.account_sizes import account_size_blocks, account_size_table, size_sentences
from alvh.values import Missing


def line(nav_usd: float, opened: int = 50, refused: int = 0, underlying: str = "XSP", **rounded: float) -> SizeLine:
    tried = opened + refused
    return SizeLine(
        underlying, nav_usd, nav_usd, 0.01, -0.1, 0.005, opened, refused, opened / tried if tried else math.nan,
        2.0 if opened else math.nan, 10 * opened, rounded or {"L1": 0.1}, math.nan, 0.4 if underlying == "XSP" else 0.2,
    )  # fmt: skip


def test_who_cannot_trade_is_told_so() -> None:
    said = size_sentences([line(25e3, 0, 900, "SPX"), line(1e6)])
    assert len(said) == 1
    assert said[0] == (
        "$25,000 on SPX does not trade this policy: one lot was too large at 900 of 900 entries, and what grows is "
        "interest on cash."
    )


def test_who_can_trade_a_third_is_told_how_often() -> None:
    assert size_sentences([line(1e5, 30, 60, "SPX"), line(1e6)]) == [
        "$100,000 on SPX can trade 30 of 90 entries; at the others one lot was too large."
    ]


def test_a_hedge_that_rounds_to_none_is_named_unless_it_does_so_in_every_account() -> None:
    said = size_sentences([line(25e3, L1=0.6, L2=0.9, puts=0.9), line(1e6, L1=0.0, L2=0.0, puts=0.8)])
    assert said[0] == (
        "$25,000 on XSP is mostly without L1 and L2: at 2.0 lots a condor the hedge rounds to no contract on up to "
        "90 % of the sessions with a condor open."
    )
    assert said[1].startswith("VIX options come in one size")
    assert len(said) == 2


def test_what_xsp_costs_is_said_at_the_largest_account_with_both() -> None:
    said = size_sentences([line(25e3), line(1e6), line(1e6, underlying="SPX")])
    assert len(said) == 1
    assert said[0] == (
        "On XSP slippage and fees take 40 % of the credit, on SPX 20 %: the fee of a contract is the same for a tenth "
        "of the size."
    )


def test_an_account_that_lacks_nothing_needs_no_sentence() -> None:
    assert size_sentences([line(1e6)]) == []
    assert size_sentences([]) == []


def test_every_layer_is_a_column_and_what_is_not_there_says_why() -> None:
    table = account_size_table([line(25e3, 0, 9), line(1e5, L1=0.25)])
    assert [column.name for column in table.columns][-1] == "L1 rounds to none"
    assert table.rows[0][-1] == Missing("no condor was opened")
    assert table.rows[1][-1] == Num(0.25, "share")
    assert len(account_size_blocks([line(25e3)])) == 1
