"""Held calls on purchases and sales made by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from alvh.evidence.claims import runs
from alvh.evidence.claims.claim import Estimate, Judged, Material
from alvh.evidence.claims.pages.static_call import CLAIMS, calm_years, holdings
from alvh.evidence.claims.verdict import OPEN, REFUTED, SUPPORTED
from alvh.values import Contract, Fill, LegFill, Missing
from claim_tracks import calendar, history, material, track

DAYS = calendar("2010-01-04", "2020-12-31")
(K16,) = CLAIMS


def trade(day: dt.date, expiry: dt.date, quantity: int, price: float, layer: str = "L3") -> Fill:
    leg = LegFill(Contract("VIX", expiry, 20.0, "C"), quantity, price, price, 0, "modelled")
    return Fill(day, layer, f"{layer}@{day}", "open" if quantity > 0 else "roll", abs(quantity), (leg,), "x")


def desk(loss: float, vix: float = 12.0, calls: int = 15) -> Material:
    """Return calls held for half a year, one after the other, that lose `loss` of their premium each."""
    fills = []
    for k in range(calls):
        bought = dt.date(2010 + k // 2, 1 if k % 2 == 0 else 7, 5)
        sold, expiry = bought + dt.timedelta(170), bought + dt.timedelta(177)
        for layer in ("L2", "L3"):
            fills += [trade(bought, expiry, 10, 2.0, layer), trade(sold, expiry, -10, 2.0 * (1.0 - loss), layer)]
    made = track(runs.static_calls(), DAYS, {"condor": np.zeros(DAYS.size)}, fills=fills)
    return material(history(DAYS, np.full(DAYS.size, 1000.0), np.full(DAYS.size, vix)), made)


@pytest.mark.parametrize(("loss", "verdict"), [(0.186, SUPPORTED), (0.60, REFUTED), (0.02, REFUTED)])
def test_the_loss_a_year_held_decides(loss: float, verdict: str) -> None:
    # 18.6 % over 170 days are 40 % a year: 0.186 x 365.25 / 170 = 0.3996.
    judgements = K16.judge(desk(loss))
    found = judgements[0].found
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(loss * 365.25 / 170.0)
    assert Judged(K16, judgements).verdict == verdict


def test_calls_of_years_that_were_not_calm_do_not_count() -> None:
    assert all(isinstance(one.found, Missing) for one in K16.judge(desk(0.2, vix=20.0)))
    assert calm_years(desk(0.2, vix=20.0)) == ()
    assert calm_years(desk(0.2))[:2] == (2010, 2011)


def test_few_calls_decide_nothing() -> None:
    assert Judged(K16, K16.judge(desk(0.186, calls=7))).verdict == OPEN


def test_a_contract_bought_and_sold_in_parts_is_one_holding() -> None:
    expiry, days = dt.date(2015, 9, 16), [dt.date(2015, 1, 5), dt.date(2015, 2, 5), dt.date(2015, 6, 5)]
    fills = [
        trade(days[0], expiry, 10, 2.0), trade(days[1], expiry, 30, 1.0),
        trade(days[2], expiry, -20, 1.0), trade(dt.date(2015, 9, 5), expiry, -20, 0.5),
        trade(days[0], dt.date(2016, 9, 21), 5, 3.0),
    ]  # fmt: skip
    (held,) = holdings(track(runs.static_calls(), DAYS, {"condor": np.zeros(DAYS.size)}, fills=fills).statement, "L3")
    # Cost (10 x 2 + 30 x 1) / 40 = 1.25, proceeds (20 x 1 + 20 x 0.5) / 40 = 0.75: 40 % lost over 243 days.
    assert held.result == pytest.approx(-0.4)
    assert held.years == pytest.approx(243.0 / 365.25)
