"""Engine B: today's variance worked by hand, and what every set of its paths must keep."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.market.engines.quintic_paths import (
    LEAST_VARIANCE,
    MONTH_YEARS,
    ForwardVariance,
    bridged,
    draw_paths,
    ends,
    few_nodes,
    forward_variance,
    from_zero,
)
from alvh.market.history import build_history
from alvh.maths.quintic import ILLUSTRATED, OCTOBER_2017, factor_variance, vix_law
from alvh.values import Missing
from tiny_market import tiny_market

CURVE = ForwardVariance((9 / 365, 30 / 365, 93 / 365, 1.0), (0.02, 0.025, 0.03, 0.035))
SESSIONS = 21
YEARS = SESSIONS / 252


@pytest.fixture(scope="module", params=[ILLUSTRATED, OCTOBER_2017], ids=["illustrated", "2017"])
def made(request):
    return draw_paths(CURVE, 20_000, SESSIONS, 7, request.param)


def mean_and_error(paths, values) -> tuple[float, float]:
    mean = float(paths.weight @ values)
    return mean, math.sqrt(float(paths.weight**2 @ (values - mean) ** 2))


# -- today's forward variance ------------------------------------------------------------------------------------------


def test_forward_variance_by_hand() -> None:
    """0.02 for 9 days, 0.025 up to 30: the mean over 30 is (9 x 0.02 + 21 x 0.025) / 30 = 0.0235."""
    assert CURVE.window(0.0) == pytest.approx(0.0235)
    assert CURVE.total(30 / 365) == pytest.approx(0.0235 * 30 / 365)
    # A window from 20 days on: 10 days of 0.025 and 20 of 0.03.
    assert CURVE.window(20 / 365) == pytest.approx((10 * 0.025 + 20 * 0.03) / 30)
    # The last step holds for ever.
    assert CURVE.window(3.0) == pytest.approx(0.035)
    assert CURVE.at(np.array([0.0, 10 / 365, 0.5, 9.0])).tolist() == [0.02, 0.025, 0.035, 0.035]


def indices(levels: dict[str, float]):
    history = build_history(tiny_market(sessions=40))
    for name in ("VIX9D", "VIX", "VIX3M", "VIX6M", "VIX1Y"):
        history.series[name] = np.full(len(history), levels.get(name, math.nan))
    return history


def test_the_curve_returns_every_index_it_was_made_of() -> None:
    levels = {"VIX9D": 15.0, "VIX": 17.0, "VIX3M": 19.0, "VIX6M": 20.5, "VIX1Y": 21.0}
    curve = forward_variance(indices(levels), 5)
    assert isinstance(curve, ForwardVariance)
    assert curve.raised == 0
    for days, level in zip((9, 30, 93, 184, 365), levels.values(), strict=True):
        assert 100.0 * math.sqrt(curve.total(days / 365) * 365 / days) == pytest.approx(level)


def test_a_node_below_the_one_before_it_is_raised_and_counted() -> None:
    """60 over 9 days is a total of 0.36 x 9 / 365; 25 over 30 days has less: 0.0625 x 30 < 0.36 x 9."""
    curve = forward_variance(indices({"VIX9D": 60.0, "VIX": 25.0, "VIX3M": 30.0}), 5)
    assert isinstance(curve, ForwardVariance)
    assert curve.raised == 1
    assert curve.steps[0] == pytest.approx(0.36)
    assert curve.steps[1] == pytest.approx(LEAST_VARIANCE)


def test_without_vix_there_is_no_curve_and_later_days_change_nothing() -> None:
    assert isinstance(forward_variance(indices({"VIX3M": 20.0}), 5), Missing)
    history = indices({"VIX": 20.0, "VIX3M": 21.0})
    before = forward_variance(history, 5)
    for name in ("VIX", "VIX3M", "VIX9D"):
        history.series[name][6:] = 90.0
    assert forward_variance(history, 5) == before


# -- paths -------------------------------------------------------------------------------------------------------------


def test_expected_squared_vix_is_the_forward_variance(made) -> None:
    mean = float(made.weight @ (made.vix(SESSIONS) / 100.0) ** 2)
    assert mean == pytest.approx(CURVE.window(YEARS), rel=1e-3)  # 1 % is asked for


def test_spx_is_a_martingale(made) -> None:
    """Within two standard errors, drawn and given the volatility; the latter knows it several times better."""
    drawn, loose = mean_and_error(made, np.exp(made.spx[:, -1]))
    given_vol, tight = mean_and_error(made, np.exp(made.given_vol[:, -1]))
    assert abs(drawn - 1.0) < 2.0 * loose
    assert abs(given_vol - 1.0) < 2.0 * tight
    assert tight < 0.7 * loose


def test_the_log_contract_is_worth_the_variance() -> None:
    """-2 E[ln S] = E[realised variance] once the hedge, the stochastic integral of mean zero, is taken out.

    Within 1 % in volatility, which is what conditioning on the volatility's path was measured to reach; of 100,000
    plain paths the log of the index alone knows it to 5 % only.
    """
    many = draw_paths(CURVE, 100_000, SESSIONS, 3)
    left = 1.0 - many.model.rho**2
    hedge = many.given_vol[:, -1] + 0.5 * many.model.rho**2 * many.variance[:, -1]
    log = many.given_vol[:, -1] - 0.5 * left * many.variance[:, -1]
    mean, error = mean_and_error(many, hedge)
    assert abs(mean) < 2.5 * error
    worth = -2.0 * float(many.weight @ (log - hedge))
    assert math.sqrt(worth / CURVE.total(YEARS)) == pytest.approx(1.0, abs=0.01)


def test_no_future_exceeds_the_root_of_its_forward_variance(made) -> None:
    for days in (20, 45, 90, 200):
        assert made.vx(0, days / 365)[0] <= 100.0 * math.sqrt(CURVE.window(days / 365))


def test_a_future_is_a_martingale_and_ends_as_vix(made) -> None:
    """Its expectation at a close is its price today, which is that of the exact law."""
    today = made.vx(0, 60 / 365)
    law = vix_law(made.model, 60 / 365, CURVE.at, MONTH_YEARS, CURVE.ends[:-1])
    assert today == pytest.approx(np.full(len(today), law.future), rel=1e-4)
    mean, error = mean_and_error(made, made.vx(SESSIONS, 60 / 365))
    assert abs(mean - today[0]) < 2.0 * error + 1e-3 * today[0]
    assert made.vx(SESSIONS, YEARS).tolist() == made.vix(SESSIONS).tolist()
    assert made.vx(SESSIONS, YEARS / 2).tolist() == made.vix(SESSIONS).tolist()


def test_a_falling_index_comes_with_a_rising_vix(made) -> None:
    spx, vix = made.spx[:, -1] - made.spx[:, -2], np.log(made.vix(SESSIONS) / made.vix(SESSIONS - 1))
    centred = [x - made.weight @ x for x in (spx, vix)]
    both = made.weight @ (centred[0] * centred[1])
    assert both / math.sqrt(math.prod(float(made.weight @ c**2) for c in centred)) < -0.25


def test_vvix_today_is_that_of_the_exact_law(made) -> None:
    law = vix_law(made.model, MONTH_YEARS, CURVE.at, MONTH_YEARS, CURVE.ends[:-1])
    assert made.vvix(0)[0] == pytest.approx(law.vol_of_vol, rel=1e-4)


def test_the_same_seed_draws_the_same_paths() -> None:
    one, again, other = (draw_paths(CURVE, 50, 5, seed) for seed in (1, 1, 2))
    assert one.spx.tolist() == again.spx.tolist()
    assert one.spx.tolist() != other.spx.tolist()


@pytest.mark.parametrize("bad", [(1, 5, ILLUSTRATED), (5, 0, ILLUSTRATED), (5, 5, ILLUSTRATED._replace(a0=0.0))])
def test_nothing_to_draw_is_refused(bad) -> None:
    paths, sessions, model = bad
    with pytest.raises(ValueError, match="are needed"):
        draw_paths(CURVE, paths, sessions, 1, model)


# -- how they are drawn ------------------------------------------------------------------------------------------------


def test_ends_weigh_as_a_standard_normal() -> None:
    z, weight = ends(4_000)
    assert [float(weight @ z**n) for n in (0, 1, 2, 4, 10)] == pytest.approx([1, 0, 1, 3, 945], rel=2e-3, abs=1e-9)
    assert weight.max() * 4_000 < 1.6001
    z, weight = few_nodes()
    assert float(weight @ z**10) == pytest.approx(945)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 30), st.floats(-4.0, 4.0), st.integers(0, 1000))
def test_a_bridge_ends_where_it_is_led_and_its_shocks_walk_it(sessions: int, end: float, seed: int) -> None:
    shocks = np.random.default_rng(seed).standard_normal((3, sessions))
    factor, made_of = bridged(ILLUSTRATED, shocks, np.full(3, end))
    assert factor[:, 0].tolist() == [0.0] * 3
    last = end * math.sqrt(float(factor_variance(ILLUSTRATED, sessions / 252)))
    assert factor[:, -1] == pytest.approx(np.full(3, last), abs=1e-9)
    fade = math.exp(-ILLUSTRATED.reversion / 252)
    deviation = math.sqrt(float(factor_variance(ILLUSTRATED, 1 / 252)))
    assert factor[:, 1:] == pytest.approx(fade * factor[:, :-1] + deviation * made_of, abs=1e-9)


def test_a_bridge_led_to_normal_ends_has_standard_shocks() -> None:
    """Given ends drawn from the law itself nothing is changed: variance 1 at every step, steps independent."""
    rng = np.random.default_rng(5)
    _, shocks = bridged(ILLUSTRATED, rng.standard_normal((20_000, 6)), rng.standard_normal(20_000))
    assert np.cov(shocks.T) == pytest.approx(np.eye(6), abs=0.03)


def test_sums_begin_with_nothing() -> None:
    assert from_zero(np.array([[1.0, 2.0], [3.0, -1.0]])).tolist() == [[0.0, 1.0, 3.0], [0.0, 3.0, 2.0]]
