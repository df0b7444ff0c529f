"""Calendars on VXX: which calls, what they cost and can lose, when they roll, and a run on real prices."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from alvh.accounting.book import Book
from alvh.accounting.ledger import balances, ledger_equity_cents
from alvh.day import run
from alvh.decision.draft import Draft
from alvh.decision.layers.etp_calendars import (
    EtpCalendars,
    EtpCalendarsParams,
    common_strike,
    days_to_near,
    described,
    exposure,
)
from alvh.decision.rules.whole_contracts import WholeContracts, WholeContractsParams
from alvh.execution.execute import Execution
from alvh.market.observe import View
from alvh.market.quotes import Series
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.brokers import load_broker
from alvh.policies.policy import preset
from alvh.values import Campaign, Contract, Fill, Leg, Missing, Order, Position, Quote
from decision.desk import Desk, Values, account, fill
from invariants.identities import check_statement, check_timing
from market.plainmarket import plain_history, real_history

DAY = dt.date.fromisoformat
MONDAY = DAY("2019-04-08")
MAY, JULY, JUNE, SEPTEMBER = (DAY(d) for d in ("2019-05-17", "2019-07-19", "2019-06-21", "2019-09-20"))
WEEKLY = DAY("2019-05-10")
FAR, NEAR = Contract("VXX5", JULY, 29.0, "C"), Contract("VXX5", MAY, 29.0, "C")
NEXT = Contract("VXX5", JUNE, 29.0, "C")
FAR2, NEXT2 = Contract("VXX5", SEPTEMBER, 27.0, "C"), Contract("VXX5", JUNE, 27.0, "C")
POINTS = [float(k) for k in range(20, 60)]
READ = Values(F1=15.0, vx_beta_1=0.5)
CONDOR = Contract("SPXW", MONDAY + dt.timedelta(45), 2700.0, "P")


def listed(on: dt.date) -> list[Series]:
    return [Series("VXX5", e, (e - on).days) for e in sorted((WEEKLY, MAY, JUNE, JULY, SEPTEMBER)) if e > on]


def desk(date: dt.date = MONDAY, **quotes: float) -> Desk:
    deltas = {
        (JULY, "C", 0.5): 29.0, (SEPTEMBER, "C", 0.5): 27.0, (MAY, "C", 0.25): 33.0, (JUNE, "C", 0.25): 31.0,
    }  # fmt: skip
    mids = {FAR: 3.40, NEAR: 1.90, NEXT: 2.30, FAR2: 3.90, NEXT2: 2.60, NEAR._replace(strike=33.0): 0.80}
    return Desk(
        date,
        spot={"SPX": 2800.0, "VXX": 28.0},
        series={"VXX": listed(date)},
        quotes={
            c: Quote(m - 0.05, m + 0.05, date, "modelled", 0.5 if c in (FAR, FAR2) else 0.4) for c, m in mids.items()
        },
        deltas=deltas,
        strikes=dict.fromkeys((WEEKLY, MAY, JUNE, JULY, SEPTEMBER), POINTS),
    )  # fmt: skip


def with_condors(lots: int = 5) -> Book:
    book = account()
    order = Order("condor", "condor@x", "open", (Leg(CONDOR, -1),), lots, "")
    fill(book, order, Desk(quotes={CONDOR: 10.0}), session=MONDAY)
    return book


def decide(view: Desk, book: Book, **params: object) -> Draft:
    draft = Draft(view, condors=("condor",), hedges=("L1",))
    layer = EtpCalendars("L1", EtpCalendarsParams(**params))
    layer.propose(view, READ, book, draft)
    WholeContracts("whole", WholeContractsParams()).restrain(view, READ, book, draft)
    return draft


def test_a_calendar_by_hand() -> None:
    # July is 102 days out, nearest the 90 of the target (June is 74, and nearer: 16 against 12). May is 39.
    draft = decide(desk(), with_condors())
    (order,) = draft.orders
    # Ten calendars for ten condors, five are open.
    assert (order.kind, order.legs, order.lots) == ("open", (Leg(FAR, 5), Leg(NEAR, -5)), 1)
    (target,) = draft.targets
    # (3.40 - 1.90) x 100.
    assert target.price_usd == pytest.approx(150.0)


def test_the_sentence_names_calls_price_and_the_decay() -> None:
    (said,) = [r for r in decide(desk(), with_condors()).remarks if r.source == "L1"]
    assert str(said) == (
        "none is held; VXX calendar VXX5 +1x29 C 2019-07-19 / -1x29 C 2019-05-17 costs 150 USD, the most it can lose; "
        "for simulation only: VXX decays with its roll, share at 28.00"
    )


def test_held_until_the_near_call_has_a_week_to_go_then_rolled_in_one_package() -> None:
    book = with_condors()
    (order,) = decide(desk(), book).orders
    fill(book, order, desk())
    assert decide(desk(DAY("2019-05-09")), book).orders == []
    # June is 42 days out then, and July, 70, is still the nearest to 90: the far call stays, only the near one rolls.
    (roll,) = decide(desk(DAY("2019-05-10")), book).orders
    assert (roll.kind, set(roll.legs)) == ("roll", {Leg(NEAR, 5), Leg(NEXT, -5)})


def test_a_roll_into_other_expiries_is_one_package_of_four_legs() -> None:
    book = with_condors()
    (order,) = decide(desk(), book).orders
    fill(book, order, desk())
    (roll,) = decide(desk(DAY("2019-05-10")), book, far_dte_min=100).orders
    assert set(roll.legs) == {Leg(FAR, -5), Leg(NEAR, 5), Leg(FAR2, 5), Leg(NEXT2, -5)}


def test_the_premium_is_the_most_it_can_lose() -> None:
    # Whatever the share does, at the expiry of the near call the far one is worth at least its intrinsic value:
    # max(S - 29, 0) - max(S - 29, 0) = 0, so 150 USD are lost at most; a diagonal 29/33 gains up to 4 points more.
    legs = decide(desk(), with_condors()).orders[0].legs
    assert legs[0].contract.strike == legs[1].contract.strike
    assert legs[0].contract.expiry > legs[1].contract.expiry
    assert legs[0].ratio == -legs[1].ratio


@settings(max_examples=30)
@given(st.floats(1.0, 400.0), st.floats(20.0, 40.0), st.floats(0.0, 10.0))
def test_what_a_calendar_or_diagonal_is_worth_at_the_near_expiry_is_never_below_nothing(
    share: float, far: float, up: float
) -> None:
    long, short = max(share - far, 0.0), max(share - (far + up), 0.0)
    assert long - short >= 0.0


def test_a_diagonal_sells_a_higher_strike() -> None:
    (order,) = decide(desk(), with_condors(), near_delta=0.25).orders
    assert order.legs == (Leg(FAR, 5), Leg(NEAR._replace(strike=33.0), -5))


def test_a_diagonal_whose_near_strike_lies_below_the_far_one_is_refused() -> None:
    view = desk()
    view.deltas[MAY, "C", 0.25] = 28.0
    (skip,) = [s for s in decide(view, with_condors(), near_delta=0.25).skips if s.layer == "L1"]
    assert skip.why == "empty: VXX calls of 2019-05-17 have no strike to sell against 29 of 2019-07-19"


def test_the_strike_is_one_that_both_expiries_have() -> None:
    view = desk()
    view.strikes[MAY] = [20.0, 25.0, 30.0, 35.0]
    series = {s.expiry: s for s in listed(MONDAY)}
    assert common_strike(view, series[JULY], series[MAY], 29.0) == 30.0
    view.strikes[JULY] = [29.0, 31.0, 36.0]
    assert math.isnan(common_strike(view, series[JULY], series[MAY], 29.0))
    view.strikes[MAY] = [29.0, 30.0]
    assert common_strike(view, series[JULY], series[MAY], 29.0) == 29.0


def test_weeklies_are_used_only_when_asked_for() -> None:
    near = dict.fromkeys(("near_dte_min", "near_dte_target"), 30)
    view = desk()
    view.quotes[NEAR._replace(expiry=WEEKLY)] = 1.5
    assert decide(view, with_condors(), **near).orders[0].legs[1].contract.expiry == MAY
    assert decide(view, with_condors(), **near, weeklies=True).orders[0].legs[1].contract.expiry == WEEKLY


def test_each_gap_is_a_reason() -> None:
    def why(view: Desk, **params: object) -> str:
        (skip,) = [s for s in decide(view, with_condors(), **params).skips if s.layer == "L1"]
        return skip.why

    view = desk()
    view.listed = {}
    assert why(view) == "empty: no VXX options are listed on 2019-04-08"
    assert why(desk(), near_dte_max=21, roll_dte=3) == "empty: no VXX expiry 20-21 days out is listed"
    assert why(desk(), far_dte_min=180) == "empty: no VXX expiry 180-200 days out is listed"
    view = desk()
    del view.deltas[JULY, "C", 0.5]
    assert why(view) == "empty: no 0.5-delta VXX call of 2019-07-19"
    view = desk()
    del view.quotes[NEAR]
    assert why(view) == "empty: VXX5 2019-05-17 29 C is not quoted on 2019-04-08"
    view = desk()
    view.quotes[NEAR] = 3.50
    assert why(view).endswith("costs nothing: quotes in doubt")


def test_a_near_call_that_is_gone_rolls_what_is_left() -> None:
    book = with_condors()
    (order,) = decide(desk(), book).orders
    fill(book, order, desk())
    (campaign,) = book.campaigns("L1")
    del campaign.positions[NEAR]
    assert days_to_near(desk(), (Leg(FAR, 1),)) == 0
    (roll,) = decide(desk(DAY("2019-05-20")), book).orders
    assert (roll.kind, roll.legs) == ("roll", (Leg(NEXT, -5),))


def test_the_exposure_by_hand() -> None:
    # Deltas 0.5 - 0.4 = 0.1; share 28 over F1 15; beta 0.5; VXX5 is on the shares of the day: 0.1 x 28/15 x 0.5.
    assert exposure(desk(), READ, (Leg(FAR, 1), Leg(NEAR, -1))) == pytest.approx(0.1 * 28.0 / 15.0 * 0.5)
    assert math.isnan(exposure(desk(), READ, (Leg(FAR._replace(strike=1.0), 1),)))
    assert described((Leg(FAR, 2),)) == "VXX5 +2x29 C 2019-07-19"


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"near_dte_max": 60}, "near_dte_max = 60 is not below far_dte_min = 60"),
        ({"far_dte_min": 201}, "far_dte_min = 201 is above far_dte_max = 200"),
        ({"near_dte_min": 51}, "near_dte_min = 51 is above near_dte_max = 50"),
        ({"roll_dte": 20}, "it would roll for ever"),
        ({"near_delta": 0.5}, "near_delta = 0.5 is not below delta = 0.5"),
        ({"root": "SVXY"}, "VXX"),
    ],
)
def test_what_cannot_be_is_refused(params: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        EtpCalendarsParams(**params)


def test_the_switch_weighs_the_layer() -> None:
    draft = Draft(desk(), condors=("condor",), hedges=("L1",))
    EtpCalendars("L1", EtpCalendarsParams(switch="macd")).propose(desk(), READ, account(), draft)
    assert [f.key for f in draft.factors["L1"]] == [("l1_armed", 1.0, 3)]


def policy_of(layer: str, **changes: object):
    return preset("alvh-etp", {f"{layer}.{key}": value for key, value in changes.items()})


def folded(history, policy, first: dt.date, last: dt.date):
    how = Execution("half", fees=load_broker("tastytrade"))
    return run(history, policy, ModelledQuotes(history), first=first, last=last, nav_cents=500_000_000, how=how)


def test_without_prices_of_the_fund_the_layer_says_so_and_nothing_breaks() -> None:
    known = plain_history("2019-01-02", sessions=40)
    made = folded(known, policy_of("L1"), known.dates[5], known.dates[-1])
    whys = {s.why for s in made.skips if s.layer == "L1"}
    assert whys
    assert all("VXX" in why for why in whys)


@pytest.mark.shared
def test_two_years_over_two_splits_on_real_prices(shared, tmp_path_factory) -> None:
    pytest.importorskip("QuantLib")
    known = real_history(shared, tmp_path_factory.getbasetemp(), DAY("2010-01-04"), DAY("2026-07-14"))
    # VXX split 1:4 on 2016-08-09 and on 2017-08-23.
    made = folded(known, policy_of("L1"), DAY("2016-06-01"), DAY("2018-03-29"))
    ledger = made.ledger
    postings, equity = ledger.postings(), ledger.equity_cents()
    assert not balances(postings, ledger.sessions).any()
    assert (ledger_equity_cents(postings, ledger.sessions) == equity).all()
    assert equity[-1] == made.book.equity_cents(View(known, made.quotes, known.index(made.dates[-1])))
    check_statement(made, ledger.pnl_cents())
    check_timing(made)
    fills = [e for e in made.book.journal if isinstance(e, Fill) and e.layer == "L1"]
    traded = {leg.contract.root for f in fills for leg in f.legs}
    assert traded == {"VXX3", "VXX4", "VXX5"}
    # What was held over a split shows no jump there: the value of no leg moves by anything near a factor of four.
    crossed = 0
    for leg in ledger.legs:
        contract = ledger.contracts[leg.contract]
        if contract.root.startswith("VXX"):
            mid = leg.life.mid[leg.offset : leg.offset + len(leg.quantity)]
            for split in (DAY("2016-08-09"), DAY("2017-08-23")):
                k = known.index(split) - made.start - leg.first
                if 1 <= k < len(mid) and mid[k - 1] > 0.5:
                    assert 0.5 < mid[k] / mid[k - 1] < 2.0, contract
                    crossed += 1
    assert crossed


def test_positions_of_another_layer_are_not_taken_for_a_calendar() -> None:
    campaign = Campaign("L1", "L1@x", MONDAY, 1, 0, 0, {FAR: Position(FAR, 5, MONDAY, 100)})
    assert days_to_near(desk(), tuple(Leg(c, 1) for c in campaign.positions)) == 0
    assert isinstance(EtpCalendars("L1", EtpCalendarsParams(root="UVXY")).pick(desk()), Missing)
