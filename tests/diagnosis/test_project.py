"""The book under shocks, by hand."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from alvh.conventions import years_to_settlement
from alvh.diagnosis.held import Held
from alvh.diagnosis.project import ahead, project, smile
from alvh.maths import black
from alvh.values import Contract
from decision.desk import MONDAY, Values, account, hold
from decision.lived_desk import lived_desk

EXPIRY = MONDAY + dt.timedelta(39)
PUT, DEEP = Contract("SPXW", EXPIRY, 2700.0, "P"), Contract("SPXW", EXPIRY, 2600.0, "P")
CALL = Contract("VIX", MONDAY + dt.timedelta(37), 15.0, "C")
FUTURE = Contract("VX", MONDAY + dt.timedelta(37))
READINGS = Values(vx_beta_1=0.8)


def meant(contract: Contract, forward: float, vol: float) -> Held:
    years = years_to_settlement(contract.root, contract.expiry, MONDAY)
    value = black.price(forward, contract.strike, years, vol, 1.0, contract.right == "C")
    return Held(value, forward, years, 1.0, vol, 0.0, 0.0, 0.0, 0.0)


def rows(sessions=(1,), spot=(0.0,), vol=(0.0,), readings=READINGS, **how):
    book = account()
    hold(book, "condor", {PUT: -1, DEEP: 1}, {PUT: 10.0, DEEP: 5.0}, lots=2)
    hold(book, "L1", {CALL: 3}, {CALL: 2.0})
    hold(book, "VX", {FUTURE: 1}, {FUTURE: 15.0})
    lives = {c: [meant(c, f, v)] for c, f, v in ((PUT, 2800.0, 0.15), (DEEP, 2800.0, 0.18), (CALL, 15.0, 0.9))}
    return project(
        lived_desk(lives), readings, book, ("condor", "L1", "VX"), sessions=sessions, spot_shocks=spot,
        vol_shocks=vol, **how,
    )  # fmt: skip


def test_a_future_moves_by_its_beta() -> None:
    up = rows(vol=(5.0,))[0]
    # 5 points x 0.8 x 1,000 USD.
    assert up.pnl_usd["VX"] == pytest.approx(4000.0)
    assert up.total_usd == pytest.approx(sum(up.pnl_usd.values()))


def test_a_vix_call_is_repriced_off_its_future_at_its_own_volatility() -> None:
    years = years_to_settlement("VIX", CALL.expiry, ahead(MONDAY, 1)[0])
    now = meant(CALL, 15.0, 0.9).mark
    # The future goes to 15 + 5 x 0.8 = 19.
    want = 300.0 * (black.price(19.0, 15.0, years, 0.9, 1.0, True) - now)
    assert rows(vol=(5.0,))[0].pnl_usd["L1"] == pytest.approx(want)


def test_spot_moves_the_forward_and_the_vol_shock_every_strike() -> None:
    years = years_to_settlement("SPXW", EXPIRY, ahead(MONDAY, 5)[-1])
    forward = 2800.0 * 0.95
    put = black.price(forward, 2700.0, years, 0.20, 1.0, False) - meant(PUT, 2800.0, 0.15).mark
    deep = black.price(forward, 2600.0, years, 0.23, 1.0, False) - meant(DEEP, 2800.0, 0.18).mark
    row = rows(sessions=(5,), spot=(-0.05,), vol=(5.0,))[0]
    assert row.pnl_usd["condor"] == pytest.approx(200.0 * (deep - put))


def test_after_expiry_only_exercise_is_left() -> None:
    # 40 sessions on, 10 % lower: the forward is 2,520; 180 and 80 in the money.
    row = rows(sessions=(40,), spot=(-0.10,))[0]
    put, deep = meant(PUT, 2800.0, 0.15).mark, meant(DEEP, 2800.0, 0.18).mark
    assert row.pnl_usd["condor"] == pytest.approx(200.0 * ((80.0 - deep) - (180.0 - put)))


def test_time_alone_helps_the_short_spread_and_costs_the_call() -> None:
    quiet = rows(sessions=(10,))[0]
    assert quiet.pnl_usd["condor"] > 0.0 > quiet.pnl_usd["L1"]
    assert quiet.pnl_usd["VX"] == 0.0


def test_the_grid_is_every_combination_in_order() -> None:
    made = rows(sessions=(1, 5), spot=(-0.05, 0.0), vol=(0.0, 5.0))
    assert [(r.sessions, r.spot_shock, r.vol_shock) for r in made] == [
        (n, s, v) for n in (1, 5) for s in (-0.05, 0.0) for v in (0.0, 5.0)
    ]


def test_a_smile_that_moves_with_the_forward() -> None:
    own = {PUT: meant(PUT, 2800.0, 0.15), DEEP: meant(DEEP, 2800.0, 0.18)}
    # At 2,800 each strike has its own; when the forward falls to 2800 x 2600/2700, the 2,600 stands where 2,700 stood.
    assert smile(DEEP, own, np.array([2800.0, 2800.0 * 2600.0 / 2700.0])) == pytest.approx([0.18, 0.15])
    assert rows(spot=(0.0,), sticky="moneyness")[0] == rows(spot=(0.0,))[0]
    assert rows(spot=(-0.05,), sticky="moneyness")[0] != rows(spot=(-0.05,))[0]


def test_an_unknown_beta_counts_one_and_an_unknown_contract_is_unknown() -> None:
    assert rows(vol=(5.0,), readings=Values())[0].pnl_usd["VX"] == pytest.approx(5000.0)
    book = account()
    fund = Contract("VXX", MONDAY)
    hold(book, "L1", {fund: 1}, {fund: 20.0})
    row = project(lived_desk(), READINGS, book, ("L1",), sessions=(1,), spot_shocks=(0.0,), vol_shocks=(5.0,))[0]
    assert math.isnan(row.total_usd)
