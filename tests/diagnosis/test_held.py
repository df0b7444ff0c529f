"""What a held option meant on each day of its life, by hand."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from alvh.diagnosis.held import COLUMNS, UNKNOWN, Held, held, life, whole_life
from alvh.market.history import build_history
from alvh.market.observe import View
from alvh.market.reconstruct import ModelledQuotes
from alvh.maths import black
from alvh.values import Contract
from tiny_market import TinySpec

PUT = Contract("SPXW", dt.date(2019, 5, 17), 95.0, "P")


def rows(vols=(0.2, 0.25)) -> list[Held]:
    years = np.array([0.25, 0.24])
    mids = np.array([black.price(100.0, 95.0, y, v, 1.0, False) for y, v in zip(years, vols, strict=True)])
    made = whole_life(PUT, mids, np.array([100.0, 94.0]), years, np.ones(2), np.array(vols))
    return [Held(*line) for line in made.tolist()]


def test_extrinsic_value_is_the_mark_less_exercise() -> None:
    first, second = rows()
    assert first.extrinsic == first.mark
    # The forward is 94: one point is in the money.
    assert second.extrinsic == pytest.approx(second.mark - 1.0)


def test_decay_is_theta_at_the_volatility_of_the_entry() -> None:
    first, second = rows()
    assert first.decay == 0.0
    # d1 = ln(100/95)/0.1 + 0.05 = 0.562933; phi(d1) = 0.340485; theta = -100 x 0.340485 x 0.2 / (2 x 0.5) = -6.80969 a
    # year; a hundredth of a year: 0.0680969. The volatility of the second day does not matter.
    assert second.decay == pytest.approx(0.0680969, abs=1e-6)
    assert rows((0.2, 0.9))[1].decay == second.decay


def test_delta_and_vega_of_a_put() -> None:
    first = rows()[0]
    # N(0.562933) - 1 = -0.28674; vega = 100 x 0.340485 x 0.5.
    assert first.delta == pytest.approx(-0.28674, abs=1e-5)
    assert first.vega == pytest.approx(17.02423, abs=1e-4)


def views(**fork):
    history = build_history(TinySpec(seed=3, sessions=80, shock_at=(), **fork).tables())
    return history, ModelledQuotes(history)


def test_the_past_of_a_life_does_not_hang_on_the_future() -> None:
    seen = []
    for fork in ({}, {"fork": (40, 9)}):
        history, quotes = views(**fork)
        view = View(history, quotes, 35)
        series = next(s for s in view.series("SPX") if s.days > 60)
        contract = Contract(series.root, series.expiry, view.strike_near(series, "P", view.spot("SPX") * 0.95), "P")
        made = life(view, contract, history.dates[30])
        assert made.shape == (6, COLUMNS)
        assert made[-1].tolist() == list(held(view, contract, history.dates[30]))
        assert made[-1, 0] == view.mark(contract)
        seen.append(made)
    assert np.array_equal(*seen)


def test_a_date_that_is_no_session_begins_at_the_next_one() -> None:
    history, quotes = views()
    view = View(history, quotes, 35)
    series = next(s for s in view.series("SPX") if s.days > 60)
    contract = Contract(series.root, series.expiry, view.strike_near(series, "C", view.spot("SPX")), "C")
    saturday = next(d for d in (history.dates[30] - dt.timedelta(n) for n in range(1, 8)) if d not in history.dates)
    first = history.first_at_or_after(saturday)
    assert len(life(view, contract, saturday)) == 35 - first + 1


def test_what_is_no_option_has_no_meaning() -> None:
    history, quotes = views()
    future = Contract("VX", history.dates[-1])
    made = held(View(history, quotes, 35), future, history.dates[30])
    assert made is UNKNOWN
    assert math.isnan(made.delta)
