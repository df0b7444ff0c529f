"""The tilt: both signs by hand, and the premium saved becomes put spreads, to the dollar."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.decision.draft import HedgeTarget
from alvh.decision.rules.rsi_tilt import RsiTilt, RsiTiltParams, call_weight, units_for
from alvh.decision.vote_weights import over_history
from alvh.values import Contract, Leg
from contracts.members import market
from decision.desk import MONDAY, Values
from decision.rules.judged import draft_of, judge

CALL = Leg(Contract("VIX", MONDAY + dt.timedelta(110), 16.0, "C"), 1)
PUT = Leg(Contract("SPXW", MONDAY + dt.timedelta(45), 2600.0, "P"), 1)


def rule(**params) -> RsiTilt:
    return RsiTilt("tilt", RsiTiltParams(**params))


def wish(layer: str, leg: Leg, per_condor: float, price: float, fixed: float | None = None) -> HedgeTarget:
    return HedgeTarget(layer, None, None, (), (leg,), False, per_condor, 0, price, 0.0, fixed)


# 1 - 0.5 (50 - 30)/40 = 0.75; at 30 and below 1; at 70 and above 0.5. The mirror: 40 is what 60 is, 0.625.
@pytest.mark.parametrize(
    ("rsi", "value", "momentum"),
    [(20.0, 1.0, 0.5), (30.0, 1.0, 0.5), (40.0, 0.875, 0.625), (50.0, 0.75, 0.75), (70.0, 0.5, 1.0), (90.0, 0.5, 1.0)],
)
def test_both_signs_by_hand(rsi, value, momentum) -> None:
    assert call_weight(rsi, "value", 0.5, 30.0, 40.0, 0.5) == pytest.approx(value)
    assert call_weight(rsi, "momentum", 0.5, 30.0, 40.0, 0.5) == pytest.approx(momentum)


@given(st.floats(0.0, 100.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.sampled_from(["value", "momentum"]))
def test_the_weight_stays_between_its_least_and_one(rsi, slope, least, sign) -> None:
    assert least <= call_weight(rsi, sign, slope, 30.0, 40.0, least) <= 1.0


@given(st.floats(0.0, 100.0))
def test_the_signs_are_mirrors(rsi) -> None:
    one = call_weight(rsi, "value", 0.5, 30.0, 40.0, 0.5)
    assert one == pytest.approx(call_weight(100.0 - rsi, "momentum", 0.5, 30.0, 40.0, 0.5))


@pytest.mark.parametrize("sign", ["value", "momentum"])
def test_on_a_market_the_factor_is_the_scalar_of_every_day(sign) -> None:
    made = rule(sign=sign)
    history = market()
    rsi = over_history(history, "vvix_rsi14")
    factor = made.factor().compute(history)
    assert factor == pytest.approx([made.weight(x) if x == x else x for x in rsi], nan_ok=True)


def test_what_calls_save_buys_put_spreads() -> None:
    draft = draft_of(hedges=("L2", "spx_put_spreads"))
    draft.targets += [wish("L2", CALL, 0.4, 500.0), wish("spx_put_spreads", PUT, 0.0, 400.0)]
    said = judge(rule(), Values(vvix_rsi14=50.0), draft)
    # A quarter of 0.4 x 500 USD a condor is 50 USD: an eighth of a spread at 400.
    assert draft.notes["spx_put_spreads.usd_per_condor"] == pytest.approx(50.0)
    assert draft.targets[1].per_condor == pytest.approx(0.125)
    assert draft.targets[0].per_condor == 0.4
    assert draft.factors["L2"][0].key == ("rsi tilt", "value", 0.5, 30.0, 40.0, 0.5)
    assert said == [
        "RSI of VVIX 50: 75% of the premium of L2 buys calls, 25% put spreads",
        "calls only: rejected, 75% instead",
        "50 USD a condor go to spx_put_spreads: 0.12 units at 400 USD",
    ]


def test_without_a_put_layer_the_rest_stays_in_cash() -> None:
    draft = draft_of(hedges=("L2",))
    draft.targets.append(wish("L2", CALL, 0.4, 500.0))
    said = judge(rule(), Values(vvix_rsi14=70.0), draft)
    assert said[-1] == "100 USD a condor stay in cash: the policy has no layer spx_put_spreads"


def test_a_put_layer_without_a_target_or_with_its_own_budget_is_left_alone() -> None:
    draft = draft_of(hedges=("L2", "spx_put_spreads"))
    draft.targets.append(wish("L2", CALL, 0.4, 500.0))
    assert judge(rule(), Values(vvix_rsi14=70.0), draft)[-1].endswith("spx_put_spreads has no target")
    own = draft_of(hedges=("L2", "spx_put_spreads"))
    own.targets += [wish("L2", CALL, 0.4, 500.0), wish("spx_put_spreads", PUT, 0.0, 400.0, fixed=7.0)]
    assert judge(rule(), Values(vvix_rsi14=70.0), own)[-1].endswith("has a budget of its own")
    assert own.targets[1].fixed == 7.0


def test_an_unknown_rsi_keeps_the_factor() -> None:
    draft = draft_of(hedges=("L2",))
    assert judge(rule(), Values(), draft)[0].startswith("unknown: no vvix_rsi14")
    assert draft.factors["L2"]


def test_units() -> None:
    assert units_for(50.0, 400.0) == 0.125
    assert units_for(50.0, 0.0) == 0.0
    assert units_for(50.0, -3.0) == 0.0
