"""Engine A for tonight's book: futures read off a state by hand, moves that add up, and a past that is its own."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest

from alvh.decision.stress_history import HistoryPaths, fill_vx, history_paths
from alvh.diagnosis.scenarios import DAYS_A_SESSION, SPX_COLUMN, VVIX_COLUMN
from alvh.market.engines.fitted import fit
from alvh.market.engines.history_driven import simulate, start_at
from alvh.market.engines.states import BASIS_DAYS
from alvh.market.history import build_history
from alvh.values import Missing
from tiny_market import TinySpec

NAMES = ("SPX", "VIX", "VIX3M", "VIX6M", "VVIX", *(f"VX{days:.0f}" for days in BASIS_DAYS))
NODES = ("VIX", "VIX3M", "VIX6M")
VX_COLUMN = 1


def state(spx: float, vix: float, vvix: float = 90.0, basis: float = -0.1) -> list[float]:
    """A flat curve at one level of volatility."""
    return [spx, math.log(vix), 0.0, 0.0, math.log(vvix), *([basis] * len(BASIS_DAYS))]


def paths() -> HistoryPaths:
    first = [state(0.0, 20.0), state(-0.02, 24.0, 99.0), state(-0.01, 30.0, 108.0)]
    second = [state(0.0, 20.0), state(0.01, 19.0), state(0.0, 18.0, 81.0)]
    return HistoryPaths(NAMES, NODES, np.array([first, second]), np.array([0.25, 0.75]), 600)


def test_moves_of_spx_and_vvix_by_hand() -> None:
    drawn = paths().moves([(SPX_COLUMN, 0.0, 2), (SPX_COLUMN, 0.0, 1), (SPX_COLUMN, 0.0, 0), (VVIX_COLUMN, 0.0, 2)])
    assert drawn[0] == pytest.approx([-0.03, -0.02, 0.0, math.log(1.2)])
    assert drawn[1] == pytest.approx([0.01, 0.01, 0.0, math.log(0.9)])


def test_a_future_by_hand() -> None:
    """A flat curve at 20 has a root of forward variance of 20 at every term: 20 e^-0.1 = 18.10, and VIX at expiry."""
    assert paths().vx(0, 60.0) == pytest.approx([20.0 * math.exp(-0.1)] * 2)
    assert paths().vx(2, 60.0) == pytest.approx([30.0 * math.exp(-0.1), 18.0 * math.exp(-0.1)])
    assert paths().vx(2, 0.0) == pytest.approx([30.0, 18.0])
    assert paths().vx(2, -3.0) == pytest.approx([30.0, 18.0])
    # Half-way to the first term, seven days, half of the basis.
    assert paths().vx(0, 3.5) == pytest.approx([20.0 * math.exp(-0.05)] * 2)


def test_a_futures_move_takes_its_own_term_along() -> None:
    """Two sessions later 60 days are 57.1; both lie where the basis is flat: ln(30 / 20) and ln(18 / 20)."""
    assert paths().moves([(VX_COLUMN, 60.0, 2)])[:, 0] == pytest.approx([math.log(1.5), math.log(0.9)])
    # One that has settled by then stands at VIX, without the basis it began with.
    settled = paths().moves([(VX_COLUMN, 2.0 * DAYS_A_SESSION, 2)])[:, 0]
    begun = 20.0 * math.exp(-0.1 * 2.0 * DAYS_A_SESSION / 7.0)
    assert settled == pytest.approx([math.log(30.0 / begun), math.log(18.0 / begun)])


def test_what_the_weights_are_worth() -> None:
    assert paths().worth == pytest.approx(1.0 / (0.25**2 + 0.75**2))


def test_compiled_and_plain_agree() -> None:
    made, plain = np.empty(2), np.empty(2)
    variance, basis = np.array([[0.01, 0.02, 0.05], [0.02, 0.03, 0.04]]), np.full((2, len(BASIS_DAYS)), -0.05)
    days = np.array([30.0, 93.0, 184.0])
    fill_vx(45.0, days, variance, BASIS_DAYS, basis, made)
    fill_vx.py_func(45.0, days, variance, BASIS_DAYS, basis, plain)  # type: ignore[attr-defined]
    assert made == pytest.approx(plain, rel=1e-12)


@cache
def market(sessions: int = 640):
    return build_history(TinySpec(sessions=sessions, shock_at=(300, 500)).tables())


def test_drawn_paths_are_the_engines_own() -> None:
    made = history_paths(market(), 10, 5, 3)
    assert isinstance(made, HistoryPaths)
    assert made.states.shape[:2] == (5, 11)
    assert made.weight.sum() == pytest.approx(1.0)
    again = simulate(fit(market()), start_at(market()), 10, 3 + 2)
    np.testing.assert_array_equal(made.states[2, 1:], again.values)
    np.testing.assert_array_equal(made.states[2, 0], start_at(market()).values)
    # A future in tonight's state is what it settled at, up to the interpolation between two terms of the basis.
    vx = market().vx
    column = int(vx.front[-1]) + 2
    days = float(vx.expiry_days[column] - market().days[-1])
    assert made.vx(0, days)[0] == pytest.approx(vx.settle[-1, column], rel=0.03)


def test_too_short_a_past_says_so() -> None:
    short = history_paths(market(120), 10, 5, 3)
    assert isinstance(short, Missing)
    assert "are needed" in short.why


def test_a_past_without_vvix_on_the_evening_says_so() -> None:
    blind = build_history(TinySpec(sessions=640, shock_at=(300, 500)).tables())
    blind.series["VVIX"][-1] = math.nan  # type: ignore[index]
    made = history_paths(blind, 10, 5, 3)
    assert isinstance(made, Missing)
    assert "complete state" in made.why
