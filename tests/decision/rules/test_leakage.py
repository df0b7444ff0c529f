"""Leakage: expected from the quotes by hand, vetoed above a fifth."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.decision.rules.leakage import Leakage, LeakageParams, leakage_share
from alvh.execution.fills.spread_fraction import FRACTIONS, PACKAGE_FACTOR, leg_price
from alvh.values import Quote
from decision.desk import MONDAY, Desk, Values
from decision.rules.judged import draft_of, entry, judge, legs


def desk(half: float, quoted: int = 4) -> Desk:
    return Desk(quotes={leg.contract: Quote(5.0 - half, 5.0 + half, MONDAY, "market") for leg in legs()[:quoted]})


def rule(**params) -> Leakage:
    return Leakage("leakage", LeakageParams(**params))


def test_by_hand() -> None:
    # Four half-spreads of 0.40 points are 160 USD a lot; half of them at three quarters: 60 USD, a tenth of 600.
    assert leakage_share([40.0] * 4, 600.0, 0.5, 0.75) == pytest.approx(0.10)
    assert leakage_share([40.0] * 4, 0.0, 0.5, 0.75) == math.inf


def test_the_defaults_are_those_of_the_fill() -> None:
    p = LeakageParams()
    assert (p.fraction, p.package_factor) == (FRACTIONS["half"], PACKAGE_FACTOR[4])
    assert leakage_share([40.0], 100.0, p.fraction, p.package_factor) == pytest.approx(
        100.0 * (leg_price(5.0, 0.4, 1, 0.5, 4) - 5.0) / 100.0
    )


@given(st.floats(0.0, 3.0), st.floats(0.0, 1.0), st.floats(1.0, 2000.0))
def test_wider_quotes_never_leak_less(half, more, credit) -> None:
    assert leakage_share([half + more] * 4, credit, 0.5, 0.75) >= leakage_share([half] * 4, credit, 0.5, 0.75)


def test_a_tenth_passes_and_a_quarter_does_not() -> None:
    passing = draft_of(entry(), desk=desk(0.4))
    assert judge(rule(), Values(), passing) == ["10.0% of a credit of 600 USD is lost in the fill; 20% are allowed"]
    assert len(passing.orders) == 1
    vetoed = draft_of(entry(), desk=desk(1.0))
    judge(rule(), Values(), vetoed)
    assert not vetoed.orders
    assert vetoed.skips[0].why == "leakage: 25.0% of its credit would be lost in the fill, more than 20%"
    assert vetoed.notes["condor.leakage"] == pytest.approx(0.25)


def test_a_leg_without_a_quote_is_no_trade() -> None:
    draft = draft_of(entry(), desk=desk(0.4, quoted=3))
    judge(rule(), Values(), draft)
    assert not draft.orders
    assert "its leakage is unknown" in draft.skips[0].why


def test_a_day_without_an_entry_is_said() -> None:
    assert judge(rule(), Values(), draft_of()) == ["no new condor to judge"]
