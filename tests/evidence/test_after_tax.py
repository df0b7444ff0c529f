"""A run after tax: two years by hand, losses that are carried, and an account that balances."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.conventions.us_tax import TOP_FEDERAL, TaxRates
from alvh.evidence.after_tax import Carried, after_tax, layers_by_law, tax_year
from alvh.values import Contract, Fill, LegFill, Missing
from reports.statements import tiny

RATES = TaxRates(short_term=0.40, long_term=0.20, ordinary=0.40)
DAY = dt.date(2020, 12, 31)


def two_years(condor: list[float], cash: list[float], **changes):
    pnl = {"condor": np.array(condor), "L1": np.zeros(4), "cash": np.array(cash)}
    return tiny(
        sessions=np.array(["2019-12-30", "2019-12-31", "2020-12-30", "2020-12-31"], dtype="datetime64[D]"),
        layer_pnl_usd=pnl,
        equity_usd=10_000.0 + np.cumsum(pnl["condor"] + pnl["cash"]),
        **changes,
    )


def test_two_years_by_hand() -> None:
    # 2019: 1,000 of options, 100 of interest, 11,100 at the end. 60 % x 20 % + 40 % x 40 % = 28 % of 1,000 = 280, 40 %
    # of 100 = 40: 320 are paid and 10,780 stay, 10,780/11,100 of the account that does not pay.
    # 2020: 2,220 and 111, 13,431 at the end (+21 %). Of the account that pays: 2,156 and 107.80; tax 603.68 + 43.12 =
    # 646.80; 10,780 x 1.21 = 13,043.80 less 646.80 is 12,397.
    # Gross less net: 13,431 - 12,397 = 1,034 = taxes 966.80 + growth of the first 320, 21 % of it: 67.20.
    made = after_tax(two_years([600.0, 400.0, 1110.0, 1110.0], [50.0, 50.0, 60.0, 51.0]), RATES)
    assert not isinstance(made, Missing)
    assert {one.year: one.tax_usd for one in made.years} == {2019: pytest.approx(320.0), 2020: pytest.approx(646.8)}
    assert [one.paid_on for one in made.years] == [dt.date(2019, 12, 31), DAY]
    assert made.equity_net_usd[[0, 1, 3]] == pytest.approx([10_650.0, 10_780.0, 12_397.0])
    assert made.tax_usd == pytest.approx(966.8)
    assert made.lost_growth_usd == pytest.approx(67.2)
    assert made.carried_loss_usd == 0.0
    assert made.last_year_is_whole
    # 368 days from 2019-12-30 to 2020-12-31, both counted.
    assert made.cagr_gross == pytest.approx(1.3431 ** (365.25 / 368) - 1.0)
    assert made.cagr_net == pytest.approx(1.2397 ** (365.25 / 368) - 1.0)


def test_between_tax_days_both_accounts_have_the_same_return() -> None:
    made = after_tax(two_years([600.0, 400.0, 1110.0, 1110.0], [50.0, 50.0, 60.0, 51.0]), RATES)
    assert not isinstance(made, Missing)
    # 2020-12-30: 11,100 + 1,170 = 12,270 untaxed.
    assert made.equity_net_usd[2] / 10_780.0 == pytest.approx(12_270.0 / 11_100.0)


def test_a_loss_is_carried_and_comes_off_interest() -> None:
    # 10,000 lost: 4,000 short-term and 6,000 long-term. 3,000 of the short-term come off 5,000 of interest: 40 % of the
    # other 2,000 is due, 1,000 and 6,000 are carried.
    one = tax_year(2020, DAY, -10_000.0, 0.0, 0.0, 5_000.0, Carried(), RATES)
    assert (one.tax_usd, one.offset_usd, one.carried) == (pytest.approx(800.0), 3_000.0, Carried(1_000.0, 6_000.0))
    # 5,000 gained: 2,000 - 1,000 short, 3,000 - 6,000 long, together 2,000 lost, long-term; 500 of it off interest.
    two = tax_year(2021, DAY, 5_000.0, 0.0, 0.0, 500.0, one.carried, RATES)
    assert (two.tax_usd, two.offset_usd, two.carried) == (0.0, 500.0, Carried(0.0, pytest.approx(1_500.0)))
    # 5,000 again: 2,000 short at 40 %, 3,000 - 1,500 long at 20 %.
    three = tax_year(2022, DAY, 5_000.0, 0.0, 0.0, 0.0, two.carried, RATES)
    assert three.tax_usd == pytest.approx(1_100.0)
    assert three.carried == Carried()


def test_the_net_investment_income_tax_is_on_gains_and_interest() -> None:
    with_it = tax_year(2020, DAY, 1_000.0, 200.0, 300.0, 400.0, Carried(), TOP_FEDERAL)
    without = tax_year(2020, DAY, 1_000.0, 200.0, 300.0, 400.0, Carried(), TOP_FEDERAL._replace(net_investment=0.0))
    # 37 % of 400 + 200, 20 % of 600 + 300, 37 % of 400 of interest: 222 + 180 + 148.
    assert without.tax_usd == pytest.approx(550.0)
    assert with_it.tax_usd - without.tax_usd == pytest.approx(0.038 * 1_900.0)


def test_interest_below_zero_is_no_deduction() -> None:
    assert tax_year(2020, DAY, 100.0, 0.0, 0.0, -50.0, Carried(), RATES).tax_usd == pytest.approx(28.0)


def fund_fill(day: dt.date, quantity: int, price: float) -> Fill:
    leg = LegFill(Contract("VXX0", dt.date(2021, 1, 15), 20.0, "C"), quantity, price, price, 0, "market")
    return Fill(day, "L1", "L1@x", "open", 1, (leg,), "")


def test_funds_are_taxed_when_realised_and_apart() -> None:
    fills = (fund_fill(dt.date(2019, 12, 30), 1, 3.0), fund_fill(dt.date(2020, 12, 30), -1, 5.0))
    base = two_years([0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], fills=fills, campaigns=())
    pnl = dict(base.layer_pnl_usd) | {"L1": np.array([0.0, 150.0, 50.0, 0.0])}
    made = after_tax(tiny(**_fields(base), layer_pnl_usd=pnl, equity_usd=10_000.0 + np.cumsum(pnl["L1"])), RATES)
    assert not isinstance(made, Missing)
    # 150 stood on paper at the end of 2019: no tax. 200 realised after 366 days, more than a year: 20 %.
    assert {one.year: one.tax_usd for one in made.years} == {2019: 0.0, 2020: pytest.approx(40.0)}
    assert made.untaxed_usd == pytest.approx(0.0)


def test_what_is_still_held_is_not_taxed_and_said() -> None:
    base = two_years([0.0] * 4, [0.0] * 4, fills=(fund_fill(dt.date(2019, 12, 30), 1, 3.0),), campaigns=())
    pnl = dict(base.layer_pnl_usd) | {"L1": np.array([0.0, 150.0, 50.0, 0.0])}
    made = after_tax(tiny(**_fields(base), layer_pnl_usd=pnl, equity_usd=10_000.0 + np.cumsum(pnl["L1"])), RATES)
    assert not isinstance(made, Missing)
    assert made.tax_usd == 0.0
    assert made.untaxed_usd == pytest.approx(200.0)


def _fields(base):
    return {"sessions": base.sessions, "fills": base.fills, "campaigns": base.campaigns}


def test_layers_are_told_apart_by_what_they_traded() -> None:
    future = LegFill(Contract("VX", dt.date(2020, 2, 19)), 1, 15.0, 15.0, 0, "market")
    mixed = Fill(DAY, "condor", "condor@x", "open", 1, (future, fund_fill(DAY, 1, 3.0).legs[0]), "")
    one = tiny(fills=(fund_fill(DAY, 1, 3.0), mixed))
    assert layers_by_law(one) == ((), ("L1",), ("condor",))
    answer = after_tax(one)
    assert isinstance(answer, Missing)
    assert "the layer condor mixes" in answer.why


def test_an_account_with_nothing_left_has_no_answer() -> None:
    ruined = tiny(equity_usd=np.array([9_000.0, -100.0, -50.0, -60.0]))
    assert after_tax(ruined) == Missing("the account is worth -100 USD at the end of 2019")
    assert after_tax(tiny(sessions=np.array([], dtype="datetime64[D]"), equity_usd=np.array([]))) == Missing(
        "the run has no session"
    )


def test_an_unfinished_year_is_said() -> None:
    made = after_tax(tiny(), RATES)
    assert not isinstance(made, Missing)
    assert not made.last_year_is_whole


money = st.floats(-2_000.0, 2_000.0).map(lambda usd: round(usd, 2))


@given(st.lists(money, min_size=4, max_size=4), st.lists(st.floats(0.0, 200.0), min_size=4, max_size=4))
def test_the_account_balances_whatever_happens(condor: list[float], cash: list[float]) -> None:
    made = after_tax(two_years(condor, cash), TOP_FEDERAL)
    assert not isinstance(made, Missing)
    gross = 10_000.0 + sum(condor) + sum(cash)
    assert gross - made.equity_net_usd[-1] == pytest.approx(made.tax_usd + made.lost_growth_usd, abs=1e-6)
    assert made.cagr_net <= made.cagr_gross + 1e-12
    assert all(one.tax_usd >= 0.0 for one in made.years)


@given(money, money, money, st.floats(0.0, 5_000.0), st.floats(0.0, 3_000.0), st.floats(0.0, 3_000.0))
def test_every_gain_is_taxed_once_and_every_loss_used_once(gain, short, long, interest, lost_short, lost_long) -> None:
    # One rate of 100 % on gains and none on interest: the tax is the gain that is left after all losses.
    one = tax_year(2020, DAY, gain, short, long, interest, Carried(lost_short, lost_long), TaxRates(1.0, 1.0, 0.0))
    lost = one.carried.short_usd + one.carried.long_usd + one.offset_usd
    assert one.tax_usd - lost == pytest.approx(gain + short + long - lost_short - lost_long, abs=1e-6)
    assert 0.0 <= one.offset_usd <= min(3_000.0, interest)
