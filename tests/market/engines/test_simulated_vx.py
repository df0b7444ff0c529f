"""VX of a simulated market by hand: the ceiling, what a contract keeps of its start, and what it settles at."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from alvh.market.engines.fitted import fit
from alvh.market.engines.history_driven import simulate, start_at
from alvh.market.engines.simulated import simulated_history
from alvh.market.engines.simulated_vx import (
    LISTED_MONTHS,
    Terms,
    expiries_after,
    fill_own,
    fill_settlements,
    final_settlement,
    past_contracts,
)
from alvh.market.engines.states import BASIS_DAYS, total_variance
from alvh.market.history import EPOCH

NODE_DAYS = np.array([30.0, 93.0])
FLAT = np.array([total_variance(math.log(20.0), days) for days in NODE_DAYS])
"""A flat 20: every ceiling is 20."""


def test_a_contract_keeps_what_it_differed_by_and_loses_it_towards_expiry() -> None:
    # 60 days out at a basis of -0.06 by the terms and -0.09 as settled: 0.03 lower. 30 days later half of that is left.
    basis = np.interp(BASIS_DAYS, [0.0, 60.0, 180.0], [0.0, -0.06, -0.06])
    own = np.zeros(2)
    fill_own(np.array([20.0 * math.exp(-0.09), np.nan]), np.array([60.0, 91.0]), NODE_DAYS, FLAT, basis, own)
    assert own == pytest.approx([-0.03, 0.0])
    out = np.full((2, 2), np.nan)
    variance, bases = np.array([FLAT, FLAT]), np.array([basis, basis])
    days, expiries, left = np.array([0, 30]), np.array([60, 91]), np.array([60.0, 91.0])
    assert fill_settlements(days, expiries, left, own, NODE_DAYS, variance, bases, out) == (0, 4)
    assert out[:, 0] == pytest.approx([20.0 * math.exp(-0.09), 20.0 * math.exp(-0.03 - 0.015)])
    assert out[:, 1] == pytest.approx(20.0 * math.exp(-0.06))


def test_a_basis_above_zero_is_cut_and_counted() -> None:
    out = np.full((1, 2), np.nan)
    high = np.full((1, len(BASIS_DAYS)), 0.02)
    counts = fill_settlements(
        np.array([0]), np.array([-3, 40]), np.array([1.0, 40.0]), np.zeros(2), NODE_DAYS, FLAT[None, :], high, out
    )
    assert counts == (1, 1)
    assert math.isnan(out[0, 0])
    assert out[0, 1] == pytest.approx(20.0)


def test_vro_is_the_opening_or_lies_between_two_closes() -> None:
    terms = Terms(
        NODE_DAYS, FLAT[None, :], np.zeros((1, len(BASIS_DAYS))), np.array([20.0, 45.0]), np.array([np.nan, 30.5])
    )
    assert final_settlement(terms, 1) == 30.5
    assert final_settlement(terms._replace(vix_open=np.full(2, np.nan)), 1) == pytest.approx(30.0)


def test_expiries_are_those_of_the_calendar() -> None:
    today, last = (dt.date(2026, month, 2).toordinal() - EPOCH for month in (1, 3))
    made = [dt.date.fromordinal(int(day) + EPOCH) for day in expiries_after(today, last)]
    assert made[:3] == [dt.date(2026, 1, 21), dt.date(2026, 2, 18), dt.date(2026, 3, 18)]
    # Two expire inside, nine are listed on the last session.
    assert len(made) == 2 + LISTED_MONTHS


def test_nothing_jumps_where_the_simulation_begins(tiny) -> None:
    # With a surprise of nothing at all VX moves by what the state is expected to, not by how terms are interpolated.
    start = start_at(tiny)
    path = simulate(fit(tiny), start, 20, 1)
    path.values[:] = start.values
    path.values[:, 0] = 0.0
    made = simulated_history(tiny, fit(tiny), path, start)
    vx, first = made.history.vx, made.first
    both = np.isfinite(vx.settle[first - 1]) & np.isfinite(vx.settle[first])
    assert both.sum() >= 7
    moves = np.log(vx.settle[first, both] / vx.settle[first - 1, both])
    assert np.abs(moves).max() < 0.01


def test_weekly_contracts_end_with_the_past(tiny) -> None:
    i = len(tiny) - 1
    curve = past_contracts(tiny, slice(i - 50, i + 1), np.append(tiny.days[i - 50 :], tiny.days[i] + 1))
    assert (curve.expiry_days <= tiny.days[i]).all()
    assert curve.settle.shape[0] == 52
