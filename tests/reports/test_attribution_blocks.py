"""Attribution by campaign and by regime, and the accounts of the hedges, as blocks: the numbers worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from alvh.evidence.hedge_account import HedgeAccount
from alvh.evidence.with_without import ALL_HEDGES
from alvh.reports.blocks import Num, Sentence, Tag
from alvh.reports.glossary import plain, unknown_terms
from alvh.reports.parts.attribution import campaign_attribution, regime_attribution
from alvh.reports.parts.hedge_accounts import hedge_account_sentence, hedge_account_table
from alvh.reports.parts.tones import layer_tones
from alvh.values import Missing
from reports.statements import synthetic, tiny

TERMS = {
    "delta": np.array([-120.0, 30.0, 88.0]),
    "theta": np.zeros(3),
    "costs": np.array([-30.0, -10.0, -8.0]),
    "residual": np.array([0.0, 0.0, 1.0]),
}


def account(**changes) -> HedgeAccount:
    one = HedgeAccount(
        premium_usd=500.0, decay_usd=-300.0, roll_cost_usd=20.0, monetised_usd=100.0, costs_usd=50.0, pnl_usd=-200.0,
        recycled_usd=0.0, cost_per_year=0.02, drawdown_removed=0.05, cvar95_removed=-0.001, cost_per_point=0.4,
    )  # fmt: skip
    return one._replace(**changes)


def values(row) -> list:
    return [cell.value if isinstance(cell, Num) else cell for cell in row]


def test_campaigns_by_what_moved_them_by_hand():
    one = tiny(campaign_terms_usd=TERMS)
    worst, best = campaign_attribution(one, layer_tones([one]))
    assert "lost most" in worst.title
    # Theta is nothing anywhere and has no column; of the losers the residual too.
    assert [plain(column.name) for column in worst.columns] == ["Campaign", "delta", "costs", "P&L"]
    assert [values(row) for row in worst.rows] == [[Tag("condor@2019-12-30", "condor"), -120.0, -30.0, -150.0]]
    assert [plain(column.name) for column in best.columns] == ["Campaign", "delta", "costs", "residual", "P&L"]
    assert [values(row)[1:] for row in best.rows] == [[88.0, -8.0, 1.0, 81.0], [30.0, -10.0, 0.0, 20.0]]


def test_no_terms_by_campaign_no_tables():
    one = tiny()
    assert campaign_attribution(one, layer_tones([one])) == ()


def test_regimes_add_up_to_all_sessions():
    for one in (tiny(), synthetic(sessions=500)):
        table = regime_attribution(one)
        *rows, whole = (values(row)[1:] for row in table.rows)
        assert table.total
        assert np.sum(rows, axis=0) == pytest.approx(whole)
        assert whole[-1] == pytest.approx(one.equity_usd[-1] - one.nav_start_usd, abs=0.01)
        assert sum(whole[:-1]) == pytest.approx(whole[-1])


def test_costs_and_the_residual_stand_last():
    names = [plain(column.name) for column in regime_attribution(synthetic(sessions=300)).columns]
    assert names[-3:] == ["costs", "residual", "P&L"]


def test_hedge_accounts_by_hand():
    one = tiny()
    # Four sessions, five calendar days, average NAV 9,970: 500 USD are 500 / 9,970 / (5 / 365.25) a year.
    per_year = 365.25 / 5 / 9_970.0
    table = hedge_account_table(one, {"L1": account(), ALL_HEDGES: account(pnl_usd=-200.0)}, layer_tones([one]))
    assert table is not None
    assert table.total
    assert [row[0] for row in table.rows] == [Tag("L1", "hedge1"), "all hedges"]
    money = [500.0, -300.0, 20.0, 100.0, 50.0, -200.0]
    assert values(table.rows[0])[1:7] == pytest.approx([usd * per_year for usd in money])
    assert values(table.rows[0])[7:] == [0.05, -0.001, 0.4]
    assert len(table.columns) == len(table.rows[0])
    assert unknown_terms(table) == set()


def test_a_price_that_does_not_exist_is_missing_with_its_reason():
    one = tiny()
    why = Missing("it took nothing off the deepest drawdown")
    table = hedge_account_table(one, {"L1": account(cost_per_point=why)}, layer_tones([one]))
    assert table is not None
    assert not table.total
    assert table.rows[0][-1] is why


def test_without_a_hedge_there_is_no_account():
    assert hedge_account_table(tiny(), {}, {}) is None
    assert hedge_account_sentence({}) is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "cost 2.00 % of NAV a year and made the deepest drawdown 5.0 points smaller: 0.40 points of NAV a year"),
        (
            {"drawdown_removed": -0.01, "cost_per_point": Missing("it took nothing off the deepest drawdown")},
            "and made the deepest drawdown 1.0 points deeper.",
        ),
        (
            {"cost_per_year": -0.01, "cost_per_point": Missing("it earned money: so")},
            "earned 1.00 % of NAV a year and made the deepest drawdown 5.0 points smaller.",
        ),
        (
            {"drawdown_removed": math.nan, "cost_per_point": Missing("too short")},
            "cost 2.00 % of NAV a year; what they did to the drawdown is not known.",
        ),
    ],
)
def test_the_sentence_says_what_was_paid_for_what(changes, told):
    sentence = hedge_account_sentence({ALL_HEDGES: account(**changes)})
    assert isinstance(sentence, Sentence)
    assert told in plain(sentence.text)
