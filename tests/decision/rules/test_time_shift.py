"""The Time-Shift: replaces a stop within the original risk, or says that no roll is feasible."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import pytest
from pydantic import ValidationError

from alvh import day
from alvh.conventions import root_spec
from alvh.decision.draft import Draft, close_order
from alvh.decision.rules.time_shift import TimeShift, TimeShiftParams
from alvh.execution.execute import Execution
from alvh.market.history import build_history
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.policy import parse_policy
from alvh.values import Fill, Quote
from decision.desk import MONDAY, Values, account, hold, series
from decision.lived_desk import lived_desk, row
from decision.test_threats import EXPIRY, LC, LEGS, LP, SC, SOLD, SP
from tiny_market import TinySpec

MARKS = {SP: 20.0, LP: 12.0, SC: 3.0, LC: 2.0}
"""Closing costs (20 - 12) + (3 - 2) = 9 points of the 5 received."""
LATER = EXPIRY + dt.timedelta(28)
NEW = {
    SP._replace(expiry=LATER, strike=2600.0): 21.0, LP._replace(expiry=LATER, strike=2570.0): 15.0,
    SC._replace(expiry=LATER, strike=2950.0): 9.0, LC._replace(expiry=LATER, strike=2980.0): 5.0,
    SC._replace(expiry=LATER, strike=2800.0): 60.0,
}  # fmt: skip
"""Opening brings (21 - 15) + (9 - 5) = 10 points."""


def threatened(put: float = 0.35, quotes=NEW, listed=(39, 67)):
    # At every delta asked for the same strikes are offered.
    deltas = {
        (LATER, r, s * 0.25): k for r, k in (("P", 2600.0), ("C", 2950.0)) for s in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
    }
    offered = {c: Quote(m - 0.1, m + 0.1, MONDAY, "modelled", 0.2) for c, m in quotes.items()}
    return lived_desk(
        {SP: [row(-0.2), row(-put)], SC: [row(0.1), row(0.1)]},
        quotes={**MARKS, **offered},
        deltas=deltas,
        series={"SPX": series(*listed)},
        forwards={LATER: 2800.0},
    )


def judge(view, *, stop: bool = False, readings=None, changed=None, rolls: int = 0, **params):
    book = account()
    hold(book, "condor", LEGS, SOLD, lots=2, max_loss_usd=5_000.0)
    campaign = book.campaigns("condor")[0]
    campaign.changed, campaign.rolls = changed, rolls
    draft = Draft(view, condors=("condor",))
    if stop:
        draft.orders.append(close_order(campaign, "stop at 2 x the credit"))
    params = {"max_symmetry": None, **params}
    TimeShift("time_shift", TimeShiftParams(**params)).restrain(view, readings or Values(), book, draft)
    return draft


def test_a_threatened_condor_is_rolled_in_two_tickets_of_one_group() -> None:
    draft = judge(threatened())
    assert [o.kind for o in draft.orders] == ["roll", "roll"]
    assert {o.group for o in draft.orders} == {f"time_shift:condor@{MONDAY}@{MONDAY}"}
    assert all(len(o.legs) == 4 and o.lots == 2 for o in draft.orders)
    # 10 - 9 = 1 point net, 200 USD for two lots; may be filled down to the fees, 8 legs x 1.50 x 2 lots = 24 USD: the
    # largest loss (30 - 5) x 200 stands at any credit above 0.
    assert sum(o.premium_usd_per_lot * 2 for o in draft.orders) == pytest.approx(200.0)
    assert sum(o.limit_usd for o in draft.orders) == pytest.approx(24.0)
    assert draft.notes["time_shift.rolled"] == 1
    # (30 - 5 - 1) x 200 can then be lost.
    assert "net 200 USD, largest loss 4,800 USD of 5,000" in str(draft.remarks[-1])


def test_a_stop_gives_way_and_says_so() -> None:
    draft = judge(threatened(), stop=True)
    assert [o.kind for o in draft.orders] == ["roll", "roll"]
    assert [s.why for s in draft.skips] == ["stop at 2 x the credit: gives way to a Time-Shift"]


def test_without_a_net_credit_the_stop_stands() -> None:
    poor = {**NEW, SP._replace(expiry=LATER, strike=2600.0): 19.9}
    # 8.9 against 9 to close.
    draft = judge(threatened(quotes=poor), stop=True)
    assert [o.kind for o in draft.orders] == ["close"]
    assert any("no feasible roll" in str(r) and "no net credit" in str(r) for r in draft.remarks)
    assert draft.skips[-1].why.endswith("no feasible roll (no net credit)")


def test_without_a_later_expiry_there_is_no_roll() -> None:
    draft = judge(threatened(listed=(39,)))
    assert not draft.orders
    assert "no expiry in the window" in str(draft.remarks[-1])


def test_nothing_threatened_is_nothing_sought() -> None:
    draft = judge(threatened(put=0.29), threat_loss=2.0)
    assert not draft.orders
    assert str(draft.remarks[-1]) == "no Time-Shift: none of 1 condors is threatened"


@pytest.mark.parametrize(("edr", "vix", "rolled"), [(0.95, 12.0, True), (0.5, 16.1, True), (0.94, 16.0, False)])
def test_the_pages_want_stress_besides(edr: float, vix: float, rolled: bool) -> None:
    draft = judge(threatened(), trigger="stress", readings=Values(edr=edr, VIX=vix))
    assert bool(draft.orders) is rolled


def test_a_campaign_rests_and_is_rolled_so_often() -> None:
    view = threatened()
    assert "adjusted on" in str(judge(view, changed=view.calendar[view.i - 4]).remarks[-1])
    assert judge(view, changed=view.calendar[view.i - 5]).orders
    assert "rolled 2 times already" in str(judge(view, rolls=2).remarks[-1])


def test_everything_being_taken_off_is_not_rolled() -> None:
    view, book = threatened(), account()
    draft = Draft(view, condors=("condor",), flattening="liquidity: gone")
    TimeShift("time_shift", TimeShiftParams()).restrain(view, Values(), book, draft)
    assert not draft.orders


def test_parameters_that_cannot_be() -> None:
    with pytest.raises(ValidationError, match="dte_min = 80 is above dte_max = 75"):
        TimeShiftParams(dte_min=80)


POLICY = """
name = "p"
[[layers]]
kind = "condor"
[[rules]]
kind = "time_shift"
max_symmetry = 0.5
[[rules]]
kind = "sizing"
"""


@cache
def folded(*, fork: bool = False):
    spec = TinySpec(seed=11, sessions=170, shock_at=(60, 120), shock=0.6)
    history = build_history((replace(spec, fork=(110, 3)) if fork else spec).tables())
    return day.run(
        history, parse_policy(POLICY), ModelledQuotes(history), first=history.dates[20], last=history.dates[-1],
        nav_cents=10**9, how=Execution(),
    )  # fmt: skip


def test_a_run_rolls_and_never_risks_more_than_the_original() -> None:
    fills = [entry for entry in folded().book.journal if isinstance(entry, Fill)]
    rolled = {fill.campaign for fill in fills if fill.kind == "roll"}
    assert rolled
    for name in rolled:
        cash, held, original = 0.0, {}, 0
        sessions = sorted({f.session for f in fills if f.campaign == name})
        for session in sessions:
            for fill in (f for f in fills if f.campaign == name and f.session == session):
                original = original or fill.max_loss_cents / 100.0
                for leg in fill.legs:
                    cash -= leg.quantity * leg.price * root_spec(leg.contract.root).multiplier
                    held[leg.contract] = held.get(leg.contract, 0) + leg.quantity
            legs = {c: n for c, n in held.items() if n}
            if not legs:
                break
            assert len(legs) == 4
            assert len({c.expiry for c in legs}) == 1
            assert len({abs(n) for n in legs.values()}) == 1
            strikes = {(c.right, n < 0): c.strike for c, n in legs.items()}
            width = max(strikes["P", True] - strikes["P", False], strikes["C", False] - strikes["C", True])
            lots = abs(next(iter(legs.values())))
            assert width * lots * 100.0 - cash <= original + 0.02
        campaign_rolls = {f.session for f in fills if f.campaign == name and f.kind == "roll"}
        assert len(campaign_rolls) <= 2


def test_no_roll_moves_when_the_future_is_altered() -> None:
    one, two = folded(), folded(fork=True)
    before = one.history.dates[110]
    assert [p for p in one.plans if p.decided_at.session < before] == [
        p for p in two.plans if p.decided_at.session < before
    ]
