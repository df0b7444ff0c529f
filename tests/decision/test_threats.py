"""What threatens a condor, by hand."""

from __future__ import annotations

import datetime as dt
import math
from types import SimpleNamespace

import pytest

from alvh.decision.held_condor import read_condor
from alvh.decision.threats import (
    alarm,
    rested,
    sessions_beyond,
    threatened_by,
    typical_price,
    underlying_of,
)
from alvh.values import Contract
from decision.desk import MONDAY, account, hold
from decision.lived_desk import lived_desk, row

EXPIRY = MONDAY + dt.timedelta(39)
SP, LP, SC, LC = (
    Contract("SPXW", EXPIRY, k, r) for k, r in ((2700.0, "P"), (2670.0, "P"), (2900.0, "C"), (2930.0, "C"))
)
LEGS = {SP: -1, LP: 1, SC: -1, LC: 1}
SOLD = {SP: 12.0, LP: 9.0, SC: 5.0, LC: 3.0}


def campaign(lots: int = 2):
    book = account()
    # (12 - 9) + (5 - 3) = 5 points: 1,000 USD for two lots; (30 - 5) x 200 = 5,000 can be lost.
    hold(book, "condor", LEGS, SOLD, lots=lots, max_loss_usd=5_000.0)
    return book.campaigns("condor")[0]


def desk(put: float = 0.2, call: float = 0.1, before: float = 0.1):
    return lived_desk(
        {SP: [row(-before), row(-put)], SC: [row(call), row(call)]}, quotes={SP: 20.0, LP: 15.0, SC: 3.0, LC: 2.0}
    )


def test_alarm_reads_deltas_and_profit_in_one_pass() -> None:
    # Closing costs (20 - 15) + (3 - 2) = 6 points, 1,200 USD, of 1,000 received.
    assert alarm(desk(), campaign()) == pytest.approx((0.2, 0.1, -200.0))


def test_a_short_without_a_life_has_no_delta() -> None:
    put, _, profit = alarm(lived_desk(quotes={SP: 20.0, LP: 15.0, SC: 3.0, LC: 2.0}), campaign())
    assert math.isnan(put)
    assert profit == pytest.approx(-200.0)


@pytest.mark.parametrize(
    ("put", "call", "profit", "said"),
    [
        (0.30, 0.1, 0.0, "short put at 30 delta"),
        (0.29, 0.31, 0.0, "short call at 31 delta"),
        (0.29, 0.29, -1000.0, "a loss of 1.0 x the credit"),
        (0.29, 0.29, -999.0, ""),
        (math.nan, math.nan, -999.0, ""),
    ],
)
def test_thresholds(put: float, call: float, profit: float, said: str) -> None:
    assert threatened_by(put, call, profit, 1000.0, 0.30, 1.0) == said


def test_without_a_credit_no_loss_is_a_multiple_of_it() -> None:
    assert threatened_by(0.1, 0.1, -500.0, 0.0, 0.30, 1.0) == ""


def test_sessions_beyond_counts_back_from_today() -> None:
    assert sessions_beyond(desk(put=0.2), campaign(), 0.3) == 0
    assert sessions_beyond(desk(put=0.31), campaign(), 0.3) == 1
    assert sessions_beyond(desk(put=0.31, before=0.35), campaign(), 0.3) == 2


def test_rest_counts_sessions_and_begins_before_any_change() -> None:
    held, view = campaign(), desk()
    assert rested(view, held) == view.i + 1
    held.changed = view.calendar[view.i - 3]
    assert rested(view, held) == 3


def levelled(levels):
    return SimpleNamespace(past=lambda name: [levels.get(name, math.nan)])


def test_typical_price_of_the_session() -> None:
    levels = {"SPX": 2800.0, "SPX.high": 2830.0, "SPX.low": 2785.0}
    assert typical_price(levelled(levels)) == pytest.approx(2805.0)
    assert math.isnan(typical_price(levelled({"SPX": 2800.0})))


def test_what_a_condor_is_listed_on() -> None:
    held = read_condor(desk(), campaign())
    assert held is not None
    assert underlying_of(held) == "SPX"
    assert underlying_of(held._replace(root="XSP")) == "XSP"
