"""The table of volatility funds: leverage by date, and what they charge, by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from alvh.conventions.vol_funds import FILINGS, FUNDS, LEVERAGE_CHANGE, expense, filed_expense, vol_fund


def test_leverage_changes_at_the_close_of_27_february_2018() -> None:
    before, after = dt.date(2018, 2, 26), LEVERAGE_CHANGE
    assert [vol_fund("UVXY").leverage_from(day) for day in (before, after)] == [2.0, 1.5]
    assert [vol_fund("SVXY").leverage_from(day) for day in (before, after)] == [-1.0, -0.5]
    assert {vol_fund("VXX").leverage_from(day) for day in (before, after)} == {1.0}


def test_what_was_filed() -> None:
    """SVXY: (1.40 + 1.51) / 2 = 1.455 % before, (1.34 + 1.21 + 1.18) / 3 = 1.2433 % since."""
    assert filed_expense("SVXY", since_change=False) == pytest.approx(0.01455)
    assert filed_expense("SVXY", since_change=True) == pytest.approx(0.0124333, abs=1e-7)
    assert {filed_expense("VIXY", since_change=change) for change in (False, True)} == {0.0095}
    with pytest.raises(KeyError):
        filed_expense("UVXY", since_change=True)
    with pytest.raises(KeyError):
        vol_fund("SPY")


def test_what_uvxy_must_charge_by_its_turnover() -> None:
    """VIXY's roll costs 0.10 %. SVXY before: 1.455 - 0.95 - 0.10 = 0.405 % for a reset of |-1 x -2| = 2.

    UVXY resets |2 x 1| = 2 as well: 0.95 + 2 x 0.10 + 0.405 = 1.555 %. Since: 1.2433 - 0.95 - 0.05 = 0.2433 % for 0.75,
    and UVXY 0.75 too: 0.95 + 0.15 + 0.2433 = 1.3433 %.
    """
    assert expense("UVXY", since_change=False) == pytest.approx(0.01555)
    assert expense("UVXY", since_change=True) == pytest.approx(0.0134333, abs=1e-7)
    assert expense("VXX", since_change=True) == 0.0089


def test_every_fund_has_a_cost_above_its_fee_and_filings_are_of_funds() -> None:
    for fund in FUNDS:
        for change in (False, True):
            assert fund.fee_annual <= expense(fund.symbol, since_change=change) < 0.02
    assert {one.symbol for one in FILINGS} <= {fund.symbol for fund in FUNDS}
    assert all(one.first < one.last and one.accession for one in FILINGS)
