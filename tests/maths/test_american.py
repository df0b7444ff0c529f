"""American options: against published values, never below European or intrinsic, NaN for what is missing."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.maths import american, black
from alvh.maths.american import QuantLibMissingError, american_prices

pytest.importorskip("QuantLib")


def one(spot: float, strike: float, years: float, vol: float, rate: float, borrow: float, call: bool) -> float:
    spots, terms, vols, rates = (np.array([x]) for x in (spot, years, vol, rate))
    return float(american_prices(spots, strike, terms, vols, rates, borrow, call)[0])


@pytest.mark.parametrize(
    ("spot", "vol", "years", "value"),
    [
        # Longstaff and Schwartz, "Valuing American options by simulation" (2001), table 1: puts at 40, rate 6 %,
        # finite differences, exercised on 50 dates a year. On any day it is worth a little more.
        (36.0, 0.2, 1.0, 4.478),
        (36.0, 0.4, 2.0, 8.508),
        (40.0, 0.2, 1.0, 2.314),
        (40.0, 0.4, 1.0, 5.312),
        (44.0, 0.2, 1.0, 1.110),
        (44.0, 0.4, 2.0, 5.647),
    ],
)
def test_puts_of_the_literature(spot: float, vol: float, years: float, value: float) -> None:
    any_day = one(spot, 40.0, years, vol, 0.06, 0.0, call=False)
    assert value - 0.0005 <= any_day <= value + 0.012


def test_a_put_by_a_tree_of_two_steps_done_by_hand_is_near() -> None:
    # Spot and strike 100, 50 %, one year, 10 %: u = e^(0.5 sqrt(1/2)) = 1.4241, d = 0.7022, p = 0.4836, df = 0.9512.
    # At the end: 0, 0, 100 - 49.31 = 50.69. In the middle down: max(100 - 70.22, 0.9512 x 0.5164 x 50.69 = 24.90)
    # = 29.78: exercised early. Middle up: 0. Now: 0.9512 x 0.5164 x 29.78 = 14.63; more steps come to 16 or so.
    assert one(100.0, 100.0, 1.0, 0.5, 0.10, 0.0, call=False) == pytest.approx(14.63, rel=0.15)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.5, 2.0), st.integers(1, 400), st.floats(0.2, 2.5), st.floats(0.0, 0.08), st.floats(0.0, 0.06),
    st.booleans(),
)  # fmt: skip
def test_worth_at_least_the_european_and_at_least_exercise(
    moneyness: float, days: int, vol: float, rate: float, borrow: float, call: bool
) -> None:
    spot, strike, years = 20.0, 20.0 * moneyness, days / 365.0
    value = one(spot, strike, years, vol, rate, borrow, call)
    forward = spot * math.exp((rate - borrow) * years)
    european = black.price(forward, strike, years, vol, math.exp(-rate * years), call)
    # The engine's own error is 0.0003 at worst (libraries.md, section 2).
    assert value >= european - 0.0005
    assert value >= max(spot - strike if call else strike - spot, 0.0)
    assert value <= (spot if call else strike) + 0.0005


@settings(max_examples=25, deadline=None)
@given(st.floats(0.6, 1.6), st.integers(2, 300), st.floats(0.3, 2.0), st.floats(0.0, 0.06))
def test_a_call_on_what_costs_nothing_to_hold_is_not_exercised_early(
    moneyness: float, days: int, vol: float, rate: float
) -> None:
    years = days / 365.0
    european = black.price(20.0 * math.exp(rate * years), 20.0 * moneyness, years, vol, math.exp(-rate * years), True)
    assert one(20.0, 20.0 * moneyness, years, vol, rate, 0.0, call=True) == pytest.approx(european, abs=0.001)


def test_what_is_missing_is_missing_and_the_days_beside_it_are_not() -> None:
    spot = np.array([20.0, np.nan, 20.0, 20.0, 20.0])
    vol = np.array([0.8, 0.8, np.nan, 0.8, 0.8])
    rate = np.array([0.02, 0.02, 0.02, np.nan, 0.02])
    values = american_prices(spot, 20.0, np.full(5, 0.25), vol, rate, 0.0, True)
    assert np.isfinite(values).tolist() == [True, False, False, False, True]
    assert values[0] == values[4]


def test_without_volatility_or_time_it_is_worth_what_is_certain() -> None:
    # 25 - 20 now; held to the end of a year at 4 %: 25 - 20 e^-0.04 = 5.784.
    assert one(25.0, 20.0, 1.0, 0.0, 0.04, 0.0, call=True) == pytest.approx(25.0 - 20.0 * math.exp(-0.04))
    assert one(15.0, 20.0, 1.0, 0.0, 0.04, 0.0, call=False) == 5.0
    assert one(25.0, 20.0, 0.0, 0.8, 0.04, 0.0, call=True) == 5.0


def test_somebody_elses_evaluation_date_changes_no_price() -> None:
    import QuantLib as ql  # noqa: PLC0415

    before = one(20.0, 22.0, 0.5, 0.9, 0.03, 0.02, call=True)
    ql.Settings.instance().evaluationDate = ql.Date(3, 6, 2024)
    assert one(20.0, 22.0, 0.5, 0.9, 0.03, 0.02, call=True) == before


def test_without_quantlib_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(american, "available", lambda: False)
    american._engine.cache_clear()
    try:
        with pytest.raises(QuantLibMissingError, match=r"pip install 'alvh\[etp\]'"):
            one(20.0, 22.0, 0.5, 0.9, 0.03, 0.02, call=True)
    finally:
        american._engine.cache_clear()


def test_nothing_imports_quantlib_before_a_price_is_asked_for() -> None:
    code = (
        "import sys; import alvh, alvh.market.reconstruct; from alvh.policies.policy import preset, preset_names; "
        "[preset(n) for n in preset_names()]; print('QuantLib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
