"""The three-step protocol: diagnosed every day, activated while the curve steepens, within the original risk."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.decision.draft import Draft, HedgeTarget
from alvh.decision.rules.protocol import Protocol, ProtocolParams
from alvh.market.quotes import Series
from alvh.values import Contract, Leg, Quote
from decision.desk import MONDAY, Desk, Values, account, hold
from decision.test_threats import EXPIRY

STEEP = {"vx_spread": 3.6, "vx_slope": 0.2, "contango_compression": 0.6, "vreer": 97.0, "edr": 0.6, "hv20": 8.0}
SP, LP, SC, LC = (
    Contract("SPXW", EXPIRY, k, r) for k, r in ((2500.0, "P"), (2470.0, "P"), (3100.0, "C"), (3130.0, "C"))
)
MIDS = {
    SP: 1.0, LP: 0.8, SC: 0.6, LC: 0.5, Contract("SPXW", EXPIRY, 2800.0, "C"): 45.0,
    # 0.5 + 0.5 x 0.6 = 0.8 SD = 0.8 x 2800 x 0.1231 x sqrt(39/365) = 90: 2,590 and 3,010.
    SP._replace(strike=2590.0): 4.0, LP._replace(strike=2560.0): 2.5,
    SC._replace(strike=3010.0): 3.0, LC._replace(strike=3040.0): 1.8,
}  # fmt: skip
NEAR, NEXT = (
    Contract("VIX", MONDAY + dt.timedelta(30), 15.0, "C"),
    Contract("VIX", MONDAY + dt.timedelta(65), 16.0, "C"),
)


def desk(mids=MIDS, **how) -> Desk:
    quotes = {c: Quote(m - 0.05, m + 0.05, MONDAY, "modelled", 0.2) for c, m in mids.items()}
    return Desk(
        quotes={**quotes, NEXT: 2.5},
        deltas={(NEXT.expiry, "C", 0.5): 16.0},
        series={"VIX": [Series("VIX", NEAR.expiry, 30), Series("VIX", NEXT.expiry, 65)]},
        forwards={EXPIRY: 2800.0},
        **how,
    )


def judge(view=None, *, hedge: bool = True, readings=None, max_loss_usd: float = 2_500.0, changed=None, **params):
    view = view or desk()
    book = account()
    # Sold at (8 - 4) + (4 - 3) = 5 points: 500 USD, 2,500 can be lost.
    hold(
        book, "condor", {SP: -1, LP: 1, SC: -1, LC: 1}, {SP: 8.0, LP: 4.0, SC: 4.0, LC: 3.0}, max_loss_usd=max_loss_usd
    )
    book.campaigns("condor")[0].changed = changed
    draft = Draft(view, condors=("condor",), hedges=("L1",))
    if hedge:
        hold(book, "L1", {NEAR: 4}, {NEAR: 2.0})
        campaign = book.campaigns("L1")[0]
        unit = (Leg(NEAR, 1),)
        draft.targets.append(
            HedgeTarget("L1", campaign, campaign.positions[NEAR], unit, unit, False, 0.4, 0, 200.0, 0.5)
        )
    rule = Protocol("protocol", ProtocolParams(**{"max_symmetry": 0.6, **params}))
    rule.restrain(view, Values(**{**STEEP, **(readings or {})}), book, draft)
    return draft


def said(draft) -> str:
    return " | ".join(str(r) for r in draft.remarks)


def test_the_diagnosis_is_said_every_day() -> None:
    draft = judge(readings={"contango_compression": 0.0})
    assert said(draft) == "F2 - F1 3.60 points, slope 20.0%, vol REER 97.0; u 0.00: nothing to activate"
    assert not draft.orders
    assert "protocol.adjusting" not in draft.notes
    assert "steepness unknown" in said(judge(readings={"contango_compression": float("nan")}))


def test_the_nearest_hedge_is_rolled_to_the_next_monthly() -> None:
    draft = judge(tighten=False)
    target = draft.targets[0]
    assert target.roll
    assert target.buy == (Leg(NEXT, 1),)
    assert target.unit == (Leg(NEAR, 1),)
    # 2.50 x 100 USD; delta 0.5, no beta measured.
    assert (target.price_usd, target.exposure) == pytest.approx((250.0, 0.5))
    assert draft.notes["protocol.adjusting"] == 1.0


def test_a_hedge_far_out_already_stays() -> None:
    draft = judge(tighten=False, roll_held_dte_max=29)
    assert not draft.targets[0].roll
    assert "30 days out already" in said(draft)
    assert "no hedge layer to roll out" in said(judge(hedge=False, tighten=False))


def test_a_condor_moves_inward_in_two_tickets() -> None:
    draft = judge()
    assert [o.kind for o in draft.orders] == ["adjust", "adjust"]
    assert {leg.contract.strike: leg.ratio for o in draft.orders for leg in o.legs} == {
        2500.0: 1, 2470.0: -1, 2590.0: -1, 2560.0: 1, 3100.0: 1, 3130.0: -1, 3010.0: -1, 3040.0: 1,
    }  # fmt: skip
    assert len({o.group for o in draft.orders}) == 1
    # Opens at 1.5 + 1.2, closes at 0.2 + 0.1: 2.4 points, 240 USD at mid; fees of 8 x 1.50 have to be paid.
    assert sum(o.premium_usd_per_lot for o in draft.orders) == pytest.approx(240.0)
    assert sum(o.limit_usd for o in draft.orders) == pytest.approx(12.0)
    assert draft.notes["protocol.adjusting"] == 1.0


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"readings": {"vx_slope": -0.01}}, "the curve is inverted"),
        ({"pop_min": 0.999}, "odds of"),
        ({"max_loss_usd": 2_000.0}, "is above the original 2,000"),
        ({"readings": {"edr": 6.0}}, "an expected loss of"),
        ({"readings": {"edr": float("nan")}}, "unknown: no edr"),
        ({"max_symmetry": 0.0001}, "break-evens with B ="),
        ({"changed": MONDAY}, "adjusted on"),
    ],
)
def test_each_bound_refuses_and_the_hedge_alone_is_rolled(how, why: str) -> None:
    draft = judge(**how)
    assert not draft.orders
    assert why in said(draft)
    assert draft.targets[0].roll


def test_the_percentile_reading_moves_by_a_whole_deviation() -> None:
    rule = Protocol("protocol", ProtocolParams(steepness="percentile"))
    assert rule.steepness(Values(contango_compression_pct=1.0, contango_compression=0.0)) == 1.0


@given(st.lists(st.floats(0.1, 30.0), min_size=4, max_size=4), st.floats(0.0, 6_000.0), st.floats(0.0, 1.0))
def test_no_tightening_risks_more_than_the_original_whatever_the_fill(mids, max_loss, slip) -> None:
    new = [c for c in MIDS if c.strike in (2590.0, 2560.0, 3010.0, 3040.0)]
    draft = judge(desk({**MIDS, **dict(zip(new, mids, strict=True))}), max_loss_usd=max_loss, pop_min=0.0)
    if draft.orders:
        limit = sum(o.limit_usd for o in draft.orders)
        filled = limit + slip * (sum(o.premium_usd_per_lot for o in draft.orders) - limit)
        assert 30.0 * 100.0 - 500.0 - filled <= max_loss + 0.01
        assert all(len(o.legs) <= 4 and o.lots == 1 for o in draft.orders)
