"""Extrinsic erosion by hand; nothing is restrained."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alvh.decision.draft import Draft
from alvh.decision.rules.erosion import Erosion, ErosionParams, over, ratio
from alvh.diagnosis.held import COLUMNS
from alvh.values import Contract
from decision.desk import MONDAY, Values, account, hold
from decision.lived_desk import lived_desk, row
from decision.test_threats import LEGS, SOLD, SP

CALL = Contract("VIX", MONDAY, 15.0, "C")


def report(lives, **params):
    book = account()
    hold(book, "condor", LEGS, SOLD, lots=2)
    hold(book, "L1", {CALL: 3}, {CALL: 2.0})
    draft = Draft(lived_desk(lives), condors=("condor",), hedges=("L1",))
    Erosion("erosion", ErosionParams(**params)).restrain(draft.view, Values(), book, draft)
    assert not draft.orders
    assert not draft.skips
    return draft


def rows(extrinsic, decay):
    return [row(extrinsic=e, decay=d) for e, d in zip(extrinsic, decay, strict=True)]


def test_a_ratio_by_hand() -> None:
    # The short put lost 12 - 9 = 3 points where theta projected 1 + 1 = 2; two lots short: -600 against -400 USD.
    draft = report({SP: rows([12.0, 10.0, 9.0], [0.0, 1.0, 1.0]), CALL: rows([2.0, 1.9], [0.0, 0.2])})
    assert draft.notes["erosion.condor"] == pytest.approx(1.5)
    assert "-600 USD against -400 of theta, ratio 1.50, flagged above 1.25: it helps the shorts" in str(
        draft.remarks[0]
    )
    # The calls lost 0.1 of 0.2.
    assert draft.notes["erosion.hedge"] == pytest.approx(0.5)
    assert "flagged" not in str(draft.remarks[1])


def test_only_the_last_sessions_count() -> None:
    made = rows([20.0, 12.0, 10.0, 9.0], [0.0, 3.0, 1.0, 0.5])
    assert over(np.array(made), 2) == pytest.approx((3.0, 1.5))
    assert over(np.array(made), 5) == pytest.approx((11.0, 4.5))


def test_what_was_opened_today_has_lost_nothing_to_compare() -> None:
    draft = report({SP: rows([12.0], [0.0])})
    assert "erosion.condor" not in draft.notes
    assert str(draft.remarks[0]) == "condor: no erosion to compare"
    assert math.isnan(over(np.empty((0, COLUMNS)), 5)[0])


def test_an_unknown_day_leaves_a_contract_out() -> None:
    draft = report({SP: rows([12.0, 9.0], [0.0, math.nan]), CALL: rows([2.0, 1.7], [0.0, 0.2])})
    assert "erosion.condor" not in draft.notes
    assert draft.notes["erosion.hedge"] == pytest.approx(1.5)
    assert "it costs the hedge" in str(draft.remarks[1])


def test_nothing_projected_is_no_ratio() -> None:
    assert math.isnan(ratio(1.0, 0.0))
