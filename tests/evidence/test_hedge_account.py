"""The account of a hedge by hand: what was paid, what decayed, what rolling cost, what was taken, what it took off."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.journal import CALL, LATER, day, fill, leg
from alvh.accounting.attribution import attribute
from alvh.accounting.book import Settlement, Variation, value_cents
from alvh.day import Run
from alvh.evidence.account import account
from alvh.evidence.hedge_account import (
    HedgeAccount,
    cost_per_point,
    hedge_accounts,
    monetised_cents,
    recycled_cents,
    relief,
    roll_cost_cents,
    traded,
)
from alvh.evidence.measure import cvar95, daily_returns, max_drawdown
from alvh.evidence.with_without import ALL_HEDGES, without_each
from alvh.policies.policy import preset
from alvh.values import Contract, Missing
from evidence.test_with_without import made

FUTURE = Contract("VX", CALL.expiry)


def test_gains_taken_are_proceeds_less_the_average_cost():
    # Ten at 1.00 and ten at 3.00 cost 2.00 on average: 4,000 USD. Five sold at 6.00 bring 3,000 and had cost 1,000.
    # The fifteen left still cost 3,000; ten of them at 1.50 bring 1,500, had cost 2,000, and are no gain but a loss.
    journal = [
        fill(day(2), leg(CALL, 10, 1.0)),
        fill(day(3), leg(CALL, 10, 3.0), kind="adjust"),
        fill(day(4), leg(CALL, -5, 6.0), kind="monetise"),
    ]
    assert monetised_cents(journal) == 2_000_00
    assert monetised_cents([*journal, fill(day(5), leg(CALL, -10, 1.5), kind="monetise")]) == 1_500_00


def test_a_sale_of_another_kind_takes_its_cost_but_realises_nothing_here():
    # Half of twenty at 2.00 is closed at 9.00; the rest still costs 2.00, and five of it sold at 3.00 gain 500.
    journal = [
        fill(day(2), leg(CALL, 20, 2.0)),
        fill(day(3), leg(CALL, -10, 9.0), kind="close"),
        fill(day(4), leg(CALL, -5, 3.0), kind="monetise"),
    ]
    assert monetised_cents(journal) == 500_00


def test_a_spread_is_taken_with_both_its_legs():
    # Long at 2.00, short at 1.00; sold at 5.00 and bought back at 2.50: +300 and -150 a contract, two of them.
    journal = [
        fill(day(2), leg(CALL, 2, 2.0), leg(LATER, -2, 1.0)),
        fill(day(3), leg(CALL, -2, 5.0), leg(LATER, 2, 2.5), kind="monetise"),
    ]
    assert monetised_cents(journal) == 300_00


def test_campaigns_and_layers_do_not_share_a_cost():
    journal = [
        fill(day(2), leg(CALL, 1, 1.0)),
        fill(day(2), leg(CALL, 1, 3.0), campaign="L1@2"),
        fill(day(3), leg(CALL, -1, 4.0), campaign="L1@2", kind="monetise"),
    ]
    assert monetised_cents(journal) == 100_00


def test_what_settled_is_gone_and_bought_anew_at_its_new_price():
    journal = [
        fill(day(2), leg(CALL, 1, 1.0)),
        Settlement(day(3), "L1", "L1@1", CALL, 1, 30.0, 5.0, 500_00, "vro"),
        fill(day(4), leg(CALL, 1, 7.0)),
        fill(day(5), leg(CALL, -1, 8.0), kind="monetise"),
    ]
    assert monetised_cents(journal) == 100_00


def test_a_future_gains_from_the_price_it_was_bought_at():
    # Two VX at 15, paid 2 x 3,000 as variation on the way to 18, sold at 20: 2 x 5 x 1,000 since they were bought.
    journal = [
        fill(day(2), leg(FUTURE, 2, 15.0)),
        Variation(day(3), "L1", "L1@1", FUTURE, 6_000_00),
        fill(day(4), leg(FUTURE, -2, 20.0), kind="monetise"),
    ]
    assert monetised_cents(journal) == 10_000_00


def test_a_trade_through_zero_sells_what_was_held_and_buys_the_rest():
    # Long four at 1.00 (400 USD); six sold at 2.00: four bring 800 and gain 400, two are sold short for 400.
    assert traded(4, 400_00, leg(CALL, -6, 2.0)) == ((-2, -400_00), 400_00)
    # And the mirror of it: short four for 400, six bought at 2.00 lose 400, two are held at 400.
    assert traded(-4, -400_00, leg(CALL, 6, 2.0)) == ((2, 400_00), -400_00)


trades = st.lists(st.tuples(st.integers(-20, 20).filter(bool), st.floats(0.0, 50.0)), min_size=1, max_size=12)


@given(trades)
def test_no_cent_is_lost_between_gains_and_costs(made_of):
    # Whatever was paid in all is what is still held at cost, less what was realised.
    quantity = cost = realised = paid = 0
    for count, price in made_of:
        one = leg(CALL, count, price)
        (quantity, cost), gain = traded(quantity, cost, one)
        realised += gain
        paid += value_cents(CALL, count, price)
    assert paid == cost - realised
    assert quantity == sum(count for count, _ in made_of)
    assert (cost == 0) or quantity != 0


def test_roll_costs_are_those_of_rolls_alone():
    # The roll sells ten at 1.00 under a mid of 1.05 and buys ten at 2.10 over a mid of 2.00, 12.50 of fees on each leg.
    roll = fill(day(3), leg(CALL, -10, 1.0, 1.05, 1250), leg(LATER, 10, 2.1, 2.0, 1250), kind="roll")
    other = fill(day(2), leg(CALL, 10, 1.2, 1.0, 1250))
    assert roll_cost_cents([other, roll]) == 50_00 + 100_00 + 25_00


def test_recycled_premium_is_what_the_gains_handed_on_bought():
    journal = [fill(day(2), leg(CALL, 10, 1.0)), fill(day(3), leg(LATER, 3, 2.0, 1.9, 375), kind="recycle")]
    assert recycled_cents(journal) == 600_00


def test_relief_by_hand():
    # With: 100 -> 95 is -5 %; without: 100 -> 88 is -12 %. Seven points were removed; two sessions have no CVaR.
    sessions = np.array(["2020-03-02", "2020-03-03"], dtype="datetime64[D]")
    found = relief(np.array([95.0, 99.0]), np.array([88.0, 90.0]), 100.0, sessions)
    assert found.drawdown == pytest.approx(0.07)
    assert np.isnan(found.cvar95)


def test_cost_per_point_by_hand():
    # 0.9 % of NAV a year for six points less: 0.15 points a year for each.
    assert cost_per_point(0.009, 0.06) == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("cost", "removed", "why"),
    [
        (0.01, 0.0, "nothing off"),
        (0.01, -0.02, "nothing off"),
        (-0.01, 0.02, "earned"),
        (0.0, 0.02, "earned"),
        (float("nan"), 0.02, "too short"),
        (0.01, float("nan"), "too short"),
    ],
)
def test_where_nothing_was_bought_no_price_is_named(cost, removed, why):
    found = cost_per_point(cost, removed)
    assert isinstance(found, Missing)
    assert why in found.why


def of(run: Run) -> dict[str, HedgeAccount]:
    return hedge_accounts(run)


def test_accounts_of_a_run_say_what_its_statement_says():
    run = made()
    statement, found = account(run, {}), of(run)
    assert list(found) == [*run.policy.hedge_layers, ALL_HEDGES]
    for name in run.policy.hedge_layers:
        one = found[name]
        assert one.premium_usd == statement.layer_premium_usd[name]
        assert one.pnl_usd == pytest.approx(statement.layer_pnl_usd[name].sum())
        assert one.costs_usd == pytest.approx(statement.layer_costs_usd[name].sum())
        assert one.decay_usd == statement.attribution_usd[name]["theta"].sum()
        assert 0.0 <= one.roll_cost_usd <= one.costs_usd
        assert 0.0 <= one.recycled_usd <= one.premium_usd
    assert found["L1"].premium_usd > 0.0
    assert found["L1"].decay_usd < 0.0
    taken = {one.layer for one in statement.fills if one.kind == "monetise"}
    assert all(name in taken for name in run.policy.hedge_layers if found[name].monetised_usd)


def test_all_hedges_together_pay_what_each_paid_but_remove_what_they_remove_together():
    run = made()
    found, without = of(run), without_each(run)
    together = found[ALL_HEDGES]
    for name in ("premium_usd", "decay_usd", "roll_cost_usd", "monetised_usd", "costs_usd", "pnl_usd", "recycled_usd"):
        assert getattr(together, name) == pytest.approx(
            sum(getattr(found[layer], name) for layer in run.policy.hedge_layers), abs=1e-6
        )
    equity, start = run.ledger.equity_cents() / 100.0, 5_000_000.0
    sessions = run.history.sessions[run.start : run.start + run.ledger.sessions]
    bare = without[ALL_HEDGES]
    assert together.drawdown_removed == (
        max_drawdown(equity, start, sessions).depth - max_drawdown(bare, start, sessions).depth
    )
    assert together.cvar95_removed == cvar95(daily_returns(equity, start)) - cvar95(daily_returns(bare, start))


def test_what_is_known_already_is_not_made_again():
    run = made()
    assert hedge_accounts(run, attribute(run.ledger, run.quotes), without_each(run)) == of(run)


def test_a_policy_without_a_hedge_has_no_accounts():
    assert preset("condor-only").hedge_layers == ()
    assert of(made("condor-only")) == {}
