"""What the hedges added on books without their fills: the sentence, and the verdicts that are others there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from alvh.evidence.ablation import Ablation, ablate
from alvh.evidence.margins import CAGR, DRAWDOWN, Margin
from alvh.evidence.verdicts import Effect
from alvh.evidence.with_without import ALL_HEDGES
from alvh.reports.parts.books import books_sentence, turned
from evidence.tracks import made

STUDY, TRACKS = made()
FOUND = ablate(STUDY.policy, TRACKS, STUDY.impossible, draws=50, random_draws=5)
COSTS = Effect(-0.0044, -0.0074, -0.0013, 1.0, 0.004)
OPEN = Effect(-0.046, -0.092, 0.001, 0.97, 0.03)


def told(on_same: Effect, on_books: Effect) -> Ablation:
    """Return the evidence with one verdict on the same equity and one on the books, for all hedges on drawdown."""
    whole = FOUND.hedge
    assert isinstance(whole, Margin)
    same, books = (replace(whole, whole={**whole.whole, CAGR: COSTS, DRAWDOWN: one}) for one in (on_same, on_books))
    return replace(FOUND, hedge=same, books={ALL_HEDGES: books})


def test_a_verdict_that_the_size_of_the_account_explains_is_named() -> None:
    found = told(COSTS, OPEN)
    assert turned(found) == [(ALL_HEDGES, "drawdown", "cannot tell")]
    said = books_sentence(found)
    assert "growth -0.44 % (does not pay), drawdown -4.60 % (cannot tell)" in said
    assert said.endswith("Other verdicts there: all hedges on drawdown (cannot tell).")


def test_where_none_is_another_it_says_so() -> None:
    assert books_sentence(told(OPEN, OPEN)).endswith("No verdict is another there.")


def test_without_a_hedge_it_is_silent() -> None:
    assert books_sentence(replace(FOUND, books={})) == ""


def test_every_hedge_is_in_it() -> None:
    assert all(isinstance(one, Margin) for one in FOUND.books.values())
    assert np.isfinite(FOUND.books["L1"].whole[CAGR].estimate)  # type: ignore[union-attr]
