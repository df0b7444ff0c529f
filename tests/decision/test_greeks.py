"""Greeks of a quoted contract against Black's closed form."""

from __future__ import annotations

import datetime as dt
import math

import pytest

from alvh.decision.greeks import greeks_of
from alvh.maths import black
from alvh.values import Contract
from decision.desk import MONDAY, Desk

EXPIRY = MONDAY + dt.timedelta(30)
CALL = Contract("VIX", EXPIRY, 25.0, "C")


def test_the_white_example_of_a_vix_call() -> None:
    # Black-76 of the methodology, undiscounted: F = 20, K = 25, 95 %, 30 days; delta 0.2473, a tenth of a point of
    # volatility moves it by its vega.
    price = black.price(20.0, 25.0, 30.0 / 365.0, 0.95, 1.0, True)
    found = greeks_of(Desk(quotes={CALL: price}, forwards={EXPIRY: 20.0}), CALL)
    assert found.vol == pytest.approx(0.95, abs=1e-9)
    assert found.delta_usd == pytest.approx(100.0 * black.delta(20.0, 25.0, 30.0 / 365.0, 0.95, True))
    up = black.price(20.0, 25.0, 30.0 / 365.0, 0.951, 1.0, True) - price
    assert found.vega_usd == pytest.approx(100.0 * up / 0.1, rel=1e-3)
    tomorrow = black.price(20.0, 25.0, 29.0 / 365.0, 0.95, 1.0, True) - price
    assert found.theta_usd == pytest.approx(100.0 * tomorrow, rel=0.02)
    assert found.theta_usd < 0.0


def test_a_future_has_its_multiplier_as_delta() -> None:
    assert greeks_of(Desk(), Contract("VX", EXPIRY))[:3] == (1000.0, 0.0, 0.0)


def test_what_is_not_quoted_has_none() -> None:
    assert all(math.isnan(x) for x in greeks_of(Desk(), CALL))
    assert all(math.isnan(x) for x in greeks_of(Desk(quotes={CALL: 1.0}), CALL))
