"""The worst days by hand."""

from __future__ import annotations

import numpy as np
import pytest

from alvh.evidence.loss_days import LossDays, loss_days
from alvh.values import Missing
from reports.statements import tiny

DAYS = np.arange("2020-01-01", "2020-02-10", dtype="datetime64[D]")
START = 1_000.0


def test_two_bad_days_one_up_one_down() -> None:
    # Forty sessions: the worst 5 % are two. Without the hedge -10 % on a day SPX fell, -5 % on one it rose.
    without, hedge, spx = np.zeros(40), np.zeros(40), np.zeros(40)
    without[10], without[20], spx[10], spx[20] = -0.10, -0.05, -3.0, 2.0
    hedge[10], hedge[20] = 0.04, -0.01
    equity = START * np.cumprod(1.0 + without + hedge)
    one = tiny(
        sessions=DAYS,
        nav_start_usd=START,
        equity_usd=equity,
        layer_pnl_usd={"L2": hedge * np.concatenate(([START], equity[:-1]))},
        hedge_layers=("L2",),
        market={"SPX": 100.0 + np.cumsum(spx)},
    )
    # The account without it is larger or smaller by then: what the same lots lose weighs otherwise, and is no gain.
    found = loss_days(one, 1.5 * START * np.cumprod(1.0 + without))
    assert isinstance(found, LossDays)
    assert (found.days, found.rising) == (2, 0.5)
    assert found.on_falling == pytest.approx(0.04)
    assert found.on_rising == pytest.approx(-0.01)


def test_the_first_session_has_no_move_to_be_called_by() -> None:
    without = np.full(40, 0.001)
    without[0] = -0.5
    one = tiny(
        sessions=DAYS,
        nav_start_usd=START,
        equity_usd=START * np.cumprod(1.0 + without),
        hedge_layers=(),
        market={"SPX": np.arange(40.0)},
    )
    found = loss_days(one, one.equity_usd)
    assert isinstance(found, LossDays)
    assert found.rising == 1.0
    assert np.isnan(found.on_falling)


def test_without_an_index_or_with_too_few_days_it_says_so() -> None:
    assert isinstance(loss_days(tiny(market={}), tiny().equity_usd), Missing)
    assert loss_days(tiny(), tiny().equity_usd) == Missing("4 sessions hold no worst 5 %")
