"""A book at the end of two scenarios, worked by hand, and each way a leg is priced there."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from alvh.conventions import sessions
from alvh.decision.scenario_book import (
    BLACK,
    DISPLACED,
    EXERCISED,
    GRID_POINTS,
    LINEAR,
    cash_tied_usd,
    fill_smile,
    priced,
    scenario_pnl,
    smile_grid,
    value_paths,
)
from alvh.maths import black
from alvh.maths.bootstrap import Blocks
from alvh.maths.vix_call import call_price, displacement, shape, vvix_term
from alvh.values import Contract, Missing
from decision.desk import MONDAY, Desk

NEAR = MONDAY + dt.timedelta(4)  # a Friday: four sessions
FAR = dt.date(2019, 8, 21)  # 135 days
TWO = Blocks(np.array([0, 1, 2]), np.array([0.0, 0.5]), np.array([2, 2]))
"""Two paths of two sessions from rows 0 and 1 of two: each of both rows, in either order."""
SPX_CALL = Contract("SPXW", MONDAY + dt.timedelta(1), 2800.0, "C")
FUTURE = Contract("VX", FAR, 0.0, "")
VIX_CALL = Contract("VIX", FAR, 18.0, "C")


class Known(Desk):
    """A desk with a history of moves."""

    moves = np.empty((0, 7))

    def known(self, key: object, compute: object) -> np.ndarray:
        return self.moves


def desk(**moves: tuple[float, float]) -> Known:
    made = Known(forwards={FAR: 16.0, NEAR: 2801.0})
    rows = np.zeros((2, 7))
    rows[:, 0], rows[:, 1:6], rows[:, 6] = (
        moves.get("spx", (0.0, 0.0)),
        np.array([moves.get("vx", (0.0, 0.0))] * 5).T,
        moves.get("vvix", (0.0, 0.0)),
    )
    made.moves = rows
    return made


def pnl(view: Known, *legs, units=1.0):
    return scenario_pnl(view, legs, np.full((len(legs), 1), units), TWO, 2, 2)[:, 0]


def test_a_call_that_settles_tomorrow_in_two_scenarios() -> None:
    """Path 1 is up 1 % on the first day, path 2 down 2 %: 2800 e^0.01 - 2800 = 28.14 points, and nothing.

    At 252 % a year a session is 1 %: the 28.14 earn one session's 1 %, and the 10 paid would have earned two.
    """
    view = desk(spx=(0.01, -0.02))
    leg = priced(view, SPX_CALL, 10.0, 2.52, 90.0, 2)
    assert (leg.kind, leg.until, leg.level) == (EXERCISED, 1, 2800.0)
    gain = 2800.0 * (math.exp(0.01) - 1.0) * 1.01 - 10.0 * 1.02
    assert pnl(view, leg) == pytest.approx([100.0 * gain, -1020.0])
    # Sold twice over, and the two books beside each other.
    both = scenario_pnl(view, [leg], np.array([[1.0, -2.0]]), TWO, 2, 2)
    assert both[:, 1] == pytest.approx(-2.0 * both[:, 0])


def test_a_future_gains_what_its_price_gains() -> None:
    view = desk(vx=(0.05, -0.01))
    leg = priced(view, FUTURE, 16.0, 0.02, 90.0, 2)
    assert leg.kind == LINEAR
    assert pnl(view, leg) == pytest.approx([16_000.0 * (math.exp(0.04) - 1.0)] * 2)


def test_a_morning_settlement_stands_on_the_close_before() -> None:
    third_friday = Contract("SPX", dt.date(2019, 4, 18), 2800.0, "P")
    between = len(sessions(MONDAY, dt.date(2019, 4, 18))) - 1
    leg = priced(desk(), third_friday, 20.0, 0.0, 90.0, 63)
    assert leg.until == between - 1


def test_an_spx_option_that_lives_on_is_black_at_its_own_moved_volatility() -> None:
    put = Contract("SPXW", NEAR, 2750.0, "P")
    view = desk(spx=(0.01, -0.03), vx=(0.10, 0.05))
    mid = black.price(2801.0, 2750.0, 4.0 / 365.0, 0.2, 1.0, False)
    leg = priced(view, put, mid, 0.0, 90.0, 2)
    assert leg.kind == BLACK
    assert leg.vol == pytest.approx(0.2, abs=1e-9)
    # Two of its four days in sessions: 2 x 365 / 252 = 2.897 calendar days are gone.
    years = (4.0 - 2.0 * 365.0 / 252.0) / 365.0
    later = black.price(2801.0 * math.exp(-0.02), 2750.0, years, 0.2 * math.exp(0.15), 1.0, False)
    assert pnl(view, leg) == pytest.approx([100.0 * (later - mid)] * 2, rel=1e-9)


def test_a_vix_call_that_lives_on_is_priced_on_its_moved_future_and_vvix() -> None:
    view = desk(vx=(0.20, 0.10), vvix=(0.10, 0.05))
    leg = priced(view, VIX_CALL, 2.0, 0.0, 90.0, 2)
    assert leg.kind == DISPLACED
    years, future = leg.years, 16.0 * math.exp(0.30)
    assert years == pytest.approx((135.0 - 2.0 * 365.0 / 252.0) / 365.0)
    # 0.15 is a point of the grid: no reading between two of them.
    s = shape(future, years, 0.9 * math.exp(0.15) * vvix_term(years))
    worth = call_price(future, 18.0, displacement(future, years), s, years)
    assert pnl(view, leg) == pytest.approx([100.0 * (worth - 2.0)] * 2, rel=1e-9)


def test_between_the_points_of_the_grid_little_is_lost() -> None:
    grid = smile_grid(90.0, 0.3)
    step = np.linspace(-1.2, 1.2, GRID_POINTS)
    for k in range(GRID_POINTS - 1):
        exact = shape(1.0, 0.3, 0.9 * math.exp(0.5 * (step[k] + step[k + 1])) * vvix_term(0.3))
        # Above e^0.8 the variance comes near the most that a future with a floor can have, and s grows without bound.
        if step[k + 1] < 0.8:
            assert 0.5 * (grid[k] + grid[k + 1]) == pytest.approx(exact, rel=0.02)
    plain = np.empty(GRID_POINTS)
    fill_smile.py_func(0.9 * np.exp(step), 0.3, plain)
    assert plain[np.isfinite(plain)] == pytest.approx(grid[np.isfinite(plain)])
    assert np.isnan(smile_grid(math.nan, 0.3)).all()


def test_compiled_and_plain_agree_on_every_kind() -> None:
    view = desk(spx=(0.01, -0.02), vx=(0.2, -0.1), vvix=(0.1, -0.2))
    put = Contract("SPXW", NEAR, 2750.0, "P")
    contracts = {SPX_CALL: 10.0, put: 12.0, VIX_CALL: 2.0, VIX_CALL._replace(right="P"): 3.0, FUTURE: 16.0}
    legs = [priced(view, c, mid, 0.02, 90.0, 2) for c, mid in contracts.items()]
    assert sorted(leg.kind for leg in legs) == [LINEAR, EXERCISED, BLACK, DISPLACED, DISPLACED]
    rng = np.random.default_rng(1)
    moves = 0.2 * rng.standard_normal((40, 3))
    where = np.array([(leg.kind, k % 3, (k + 1) % 3) for k, leg in enumerate(legs)])
    terms = np.array([(x.level, x.strike, float(x.call), x.years, x.vol, x.carry, x.paid, x.unit_usd) for x in legs])
    smiles, held = np.array([leg.smile for leg in legs]), rng.standard_normal((len(legs), 2))
    made, plain = np.zeros((40, 2)), np.zeros((40, 2))
    value_paths(np.exp(moves), moves, where, terms, smiles, held, made)
    value_paths.py_func(np.exp(moves), moves, where, terms, smiles, held, plain)
    assert made == pytest.approx(plain, rel=1e-10, abs=1e-7)


@pytest.mark.parametrize(
    ("contract", "mid", "why"),
    [
        (Contract("VXX0", NEAR, 30.0, "C"), 1.0, "no path"),
        (SPX_CALL, math.nan, "no price"),
        (Contract("VIX", dt.date(2019, 5, 22), 18.0, "C"), 1.0, "no forward"),
        (VIX_CALL, 1.0, "no smile"),
        (Contract("SPXW", NEAR, 2750.0, "P"), 5000.0, "no volatility solves"),
    ],
)
def test_what_has_no_path_says_why(contract: Contract, mid: float, why: str) -> None:
    vvix = math.nan if why == "no smile" else 90.0
    made = priced(desk(), contract, mid, 0.02, vvix, 2)
    assert isinstance(made, Missing)
    assert why in made.why


def test_too_short_a_history_says_so() -> None:
    view = desk()
    leg = priced(view, FUTURE, 16.0, 0.02, 90.0, 2)
    made = scenario_pnl(view, [leg], np.ones((1, 1)), TWO, 2, 3)
    assert made == Missing("2 sessions of SPX, VX and VVIX together, 3 are needed")


def test_premium_at_risk_is_what_long_options_are_worth() -> None:
    short = VIX_CALL._replace(strike=20.0)
    mids = {VIX_CALL: 2.0, short: 1.25, FUTURE: 16.0}
    assert cash_tied_usd({VIX_CALL: 4.0, short: -4.0, FUTURE: 2.0}, mids) == 300.0
    assert cash_tied_usd({short: -4.0}, mids) == 0.0
