"""Layers left out of the books of a run: the other fills stand as they are, and cash earns what it then earns."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.accounting.alone import booked_alone
from alvh.accounting.ledger import close_books
from alvh.day import Run, earn
from alvh.evidence.with_without import ALL_HEDGES, equity_without, on_same_equity, paired_returns, without_each
from alvh.policies.policy import preset
from invariants.worlds import World
from tiny_market import TinySpec


@cache
def made(name: str = "alvh") -> Run:
    """Return a run over 400 sessions with two shocks, long enough for every hedge layer to trade."""
    return World(TinySpec(seed=7, sessions=400, shock_at=(120, 270)), "").run(policy=preset(name))


def booked(run: Run, left_out: set[str]) -> np.ndarray:
    """Return equity in cents by the long way: the other layers booked by themselves, and their books closed."""
    names = [name for name in run.ledger.layers[:-1] if name not in left_out]
    alone = booked_alone(run.book, names, run.dates, lambda k, book: earn(run.history, run.start + k, book))
    layers = [layer.name for layer in run.policy.layers]
    return close_books(alone, run.quotes, run.dates, run.start, layers).equity_cents()


def test_nothing_left_out_is_the_run_itself_to_the_cent():
    run = made()
    np.testing.assert_array_equal(equity_without(run, ()), run.ledger.equity_cents() / 100.0)


def test_each_layer_left_out_is_what_the_others_come_to_booked_by_themselves():
    run = made()
    without = without_each(run)
    assert list(without) == [*run.policy.hedge_layers, ALL_HEDGES]
    for name in run.policy.hedge_layers:
        np.testing.assert_array_equal(np.round(without[name] * 100.0), booked(run, {name}))
    np.testing.assert_array_equal(np.round(without[ALL_HEDGES] * 100.0), booked(run, set(run.policy.hedge_layers)))


def test_what_parts_the_two_is_the_layer_and_the_interest_on_its_money():
    run = made()
    pnl = dict(zip(run.ledger.layers, run.ledger.pnl_cents() / 100.0, strict=True))
    traded = [name for name in run.policy.hedge_layers if pnl[name].any()]
    assert traded
    for name in traded:
        rest = equity_without(run, {name}) + np.cumsum(pnl[name]) - run.ledger.equity_cents() / 100.0
        # The layer's cash at each close is what its interest is on; at 3 % a year over 400 sessions at most.
        row = run.ledger.layers.index(name)
        spent = np.abs(np.cumsum(run.ledger.flow_cents[row])).max() / 100.0
        assert 0.0 < np.abs(rest).max() <= spent * 0.03 * 1.7 + 4.0
        # Until the layer first trades nothing parts them.
        first = int(np.flatnonzero(run.ledger.flow_cents[row])[0])
        np.testing.assert_allclose(rest[: first + 1], 0.0, atol=1e-6)


def test_a_policy_without_a_hedge_has_nothing_to_leave_out():
    assert without_each(made("condor-only")) == {}


def test_a_hedge_booked_by_itself_leaves_bills():
    # `only` books the hedges alone: without them there is nothing but interest, which never loses.
    equity = without_each(made("hedge-only"))[ALL_HEDGES]
    assert equity[0] == 5_000_000.0
    assert (np.diff(equity) >= 0.0).all()
    assert equity[-1] > equity[0]


def test_paired_returns_by_hand():
    # 100 -> 110 -> 99 with, 100 -> 105 -> 105 without: +10 % less +5 %, then -10 % less 0 %.
    paired = paired_returns(np.array([110.0, 99.0]), np.array([105.0, 105.0]), 100.0)
    assert paired == pytest.approx([0.05, -0.10])


def test_after_nothing_is_left_there_is_no_return():
    paired = paired_returns(np.array([0.0, 5.0]), np.array([105.0, 105.0]), 100.0)
    assert paired[0] == pytest.approx(-1.05)
    assert np.isnan(paired[1])


curves = st.lists(st.floats(1.0, 1e7), min_size=1, max_size=30)


@given(curve=curves, other=curves)
def test_paired_returns_change_sign_with_the_sides_and_are_nothing_for_equals(curve, other):
    n = min(len(curve), len(other))
    one, two = np.array(curve[:n]), np.array(other[:n])
    np.testing.assert_array_equal(paired_returns(one, one, 50.0), np.zeros(n))
    np.testing.assert_allclose(paired_returns(one, two, 50.0), -paired_returns(two, one, 50.0))


def test_on_the_same_equity_by_hand() -> None:
    # From 100 to 110 to 99: +10 %, -10 %. The layer gained 2 on 100 and lost 5.5 on 110: +2 %, -5 %.
    made = on_same_equity(np.array([110.0, 99.0]), np.array([2.0, -5.5]), 100.0)
    assert made == pytest.approx([108.0, 108.0 * 0.95])


def test_a_layer_that_gained_nothing_changes_nothing() -> None:
    equity = np.array([110.0, 99.0, 101.3])
    assert np.array_equal(on_same_equity(equity, np.zeros(3), 100.0), equity)


def test_on_the_same_equity_too() -> None:
    made = on_same_equity(np.array([-1.0, 5.0]), np.array([-50.0, 1.0]), 100.0)
    assert np.isnan(made[1])
