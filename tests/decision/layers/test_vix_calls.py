"""The VIX-call layer: what it buys, when it rolls, takes gains, leaves and comes back, and that it is never silent."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.optimize import brentq
from scipy.special import ndtr

from alvh import day
from alvh.accounting.book import Book
from alvh.conventions import years_to_settlement
from alvh.decision.draft import Draft, open_condors
from alvh.decision.layers.vix_calls import VixCalls, VixCallsParams, choose, giveback_reason, share_of
from alvh.decision.rules.whole_contracts import WholeContracts, WholeContractsParams
from alvh.execution.execute import Execution
from alvh.market.history import build_history
from alvh.market.observe import View
from alvh.market.quotes import Series
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.policy import Policy, preset
from alvh.values import Contract, Fill, LegFill, Order, Quote
from decision.desk import MONDAY, Desk, Values, account, fill, hold, series
from tiny_market import TinySpec, market_specs

MAY, JUNE, AUGUST = dt.date(2019, 5, 22), dt.date(2019, 6, 19), dt.date(2019, 8, 21)
"""44, 72 and 135 days from Monday 2019-04-08."""
MAY_CALL, JUNE_CALL, AUGUST_CALL = (
    Contract("VIX", expiry, strike, "C") for expiry, strike in ((MAY, 15.0), (JUNE, 16.0), (AUGUST, 17.0))
)
CONDOR = Contract("SPXW", dt.date(2019, 5, 24), 2700.0, "P")
CALM = Values(F1=15.0, VVIX=90.0)


def desk(date: dt.date = MONDAY, **changes) -> Desk:
    """A desk with calls of May at 2.00, June at 2.50 and August at 3.00 points."""
    listed = [Series("VIX", expiry, (expiry - date).days) for expiry in (MAY, JUNE, AUGUST) if expiry > date]
    given = {
        "series": {"VIX": listed},
        "quotes": {MAY_CALL: 2.0, JUNE_CALL: 2.5, AUGUST_CALL: 3.0, CONDOR: 12.0},
        "deltas": {(MAY, "C", 0.5): 15.0, (JUNE, "C", 0.5): 16.0, (AUGUST, "C", 0.5): 17.0},
    }
    return Desk(date, **(given | changes))


def condors(book: Book, lots: int) -> None:
    """Open so many condors; one leg stands for four."""
    hold(book, "condor", {CONDOR: -1}, {CONDOR: 12.0}, lots=lots, opened=MONDAY - dt.timedelta(7))


def decide(view: Desk, book: Book, *layers: VixCalls, readings: Values = CALM, budget: int | None = None) -> Draft:
    """Let layers propose, and make whole contracts of it."""
    draft = Draft(view, condors=("condor",), hedges=tuple(layer.name for layer in layers))
    for layer in layers:
        layer.propose(view, readings, book, draft)
    if budget is not None:
        draft.budget_cents = lambda: budget
    WholeContracts("whole", WholeContractsParams()).restrain(view, readings, book, draft)
    return draft


def layer(name: str = "L1", **params) -> VixCalls:
    return VixCalls(name, VixCallsParams(**params))


def legs(order: Order) -> list[tuple[Contract, int]]:
    return [(leg.contract, leg.ratio * order.lots) for leg in order.legs]


def carry_out(draft: Draft, view: Desk, book: Book) -> None:
    for order in draft.orders:
        fill(book, order, view)


def holding(book: Book, name: str) -> dict[Contract, tuple[int, int, int]]:
    """Return quantity, monetised and recycled of all that a layer holds."""
    held = [p for c in book.campaigns(name) for p in c.positions.values()]
    return {p.contract: (p.quantity, p.monetised, p.recycled) for p in held}


# -- what it buys ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "target", "days"),
    [("nearest", 30, 27), ("longest", 30, 62), ("target", 30, 27), ("target", 45, 55), ("target", 41, 27)],
)
def test_the_expiry_of_a_window(how: str, target: int, days: int) -> None:
    # Of 27 and 55 days, 41 is as near to one as to the other: the nearer expiry is taken.
    assert choose(series(27, 55, 62, root="VIX"), how, target).days == days


def test_a_first_purchase_by_hand() -> None:
    book = account()
    condors(book, 30)
    (order,) = decide(desk(), book, layer()).orders
    # 4 calls for 10 condors, 30 condors: 12 calls.
    assert (order.layer, order.campaign, order.kind) == ("L1", "L1@2019-04-08", "open")
    assert legs(order) == [(MAY_CALL, 12)]
    assert order.reason == "44 days out: target 12.0, held 0"


def test_the_window_and_not_the_delta_decides_the_expiry() -> None:
    book = account()
    condors(book, 10)
    draft = decide(desk(), book, layer("L1"), layer("L2", dte_min=90, dte_max=140, roll_dte=75, contracts=2.0))
    assert [legs(o) for o in draft.orders] == [[(MAY_CALL, 4)], [(AUGUST_CALL, 2)]]
    none = decide(desk(), book, layer("L2", dte_min=73, dte_max=134, roll_dte=20))
    assert none.orders == []
    assert [s.why for s in none.skips] == ["empty: no VIX monthly 73-134 days out is listed"]


def test_no_strike_and_no_quote_are_said() -> None:
    book = account()
    condors(book, 10)
    assert [s.why for s in decide(desk(deltas={}), book, layer()).skips] == [f"empty: no 0.5-delta VIX call of {MAY}"]
    unquoted = decide(desk(quotes={CONDOR: 12.0}), book, layer())
    assert unquoted.orders == []
    assert [s.why for s in unquoted.skips] == [f"empty: {MAY_CALL} is not quoted on {MONDAY}"]


def black_call(forward: float, strike: float, years: float, vol: float, discount: float) -> float:
    d1 = (math.log(forward / strike) + 0.5 * vol * vol * years) / (vol * math.sqrt(years))
    return discount * (forward * ndtr(d1) - strike * ndtr(d1 - vol * math.sqrt(years)))


def test_the_strike_is_the_half_delta_one_by_black_at_its_own_volatility() -> None:
    # Solved here with scipy from the mid alone: of the neighbouring strikes none is nearer to a delta of 0.50.
    history = build_history(TinySpec(sessions=300, shock_at=(200,)).tables())
    quotes = ModelledQuotes(history)
    picks = 0
    for i in (150, 201, 210, 299):
        view = View(history, quotes, i)
        for one in view.series("VIX")[1:5]:
            forward, years = view.forward(one), years_to_settlement("VIX", one.expiry, view.date)
            discount = math.exp(-float(np.interp(years * 365, *_zero(quotes, i))) * years)
            picked = view.strike_at_delta(one, "C", 0.5)

            def miss(strike: float, one=one, forward=forward, years=years, discount=discount, view=view) -> float:
                quote = view.quote(Contract("VIX", one.expiry, strike, "C"))
                assert isinstance(quote, Quote)
                vol = brentq(lambda v: black_call(forward, strike, years, v, discount) - quote.mid, 0.01, 6.0)
                d1 = (math.log(forward / strike) + 0.5 * vol * vol * years) / (vol * math.sqrt(years))
                return abs(float(ndtr(d1)) - 0.5)

            for step in (-2.5, -1.0, -0.5, 0.5, 1.0, 2.5):
                if view.strike_near(one, "C", picked + step) == picked + step:
                    assert miss(picked) <= miss(picked + step) + 0.004
                    picks += 1
    assert picks > 20


def _zero(quotes: ModelledQuotes, i: int):
    known = np.isfinite(quotes.inputs.zero_rates[i])
    return quotes.inputs.zero_days[known], quotes.inputs.zero_rates[i][known]


# -- following the condors -------------------------------------------------------------------------------------------


def bought(lots: int = 20, contracts: int = 8, price: float = 2.0, **params):
    """An account with `lots` condors and so many May calls, bought two weeks ago; the layer that holds them."""
    book = account()
    condors(book, lots)
    hold(book, "L1", {MAY_CALL: contracts}, {MAY_CALL: price}, opened=MONDAY - dt.timedelta(14))
    return book, layer(**params)


def test_more_condors_are_followed_in_the_contract_that_is_held() -> None:
    book, one = bought()
    condors_more = hold(book, "condor", {CONDOR: -1}, {CONDOR: 12.0}, lots=10, name="condor@later")
    (order,) = decide(desk(), book, one).orders
    assert condors_more == "condor@later"
    assert (order.kind, order.campaign, legs(order)) == ("adjust", "L1@2019-03-25", [(MAY_CALL, 4)])
    assert order.reason == "44 days out: target 12.0, held 8"


def test_a_hedge_on_target_is_left_alone() -> None:
    book, one = bought()
    draft = decide(desk(), book, one)
    assert (draft.orders, draft.skips) == ([], [])


def test_without_condors_the_hedge_is_sold_and_nothing_is_skipped() -> None:
    book = account()
    hold(book, "L1", {MAY_CALL: 8}, {MAY_CALL: 2.0})
    draft = decide(desk(), book, layer())
    assert [legs(o) for o in draft.orders] == [[(MAY_CALL, -8)]]
    carry_out(draft, desk(), book)
    assert decide(desk(), book, layer()).skips == []


def test_what_is_held_but_not_quoted_today_is_held_as_it_is() -> None:
    book, one = bought(lots=40)
    draft = decide(desk(quotes={CONDOR: 12.0}), book, one)
    assert draft.orders == []
    assert [s.why for s in draft.skips] == [f"held as it is: {MAY_CALL} is not quoted on {MONDAY}"]


# -- rolling ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "rolls"), [(23, False), (22, False), (21, True), (20, True)])
def test_it_rolls_at_21_days_and_not_before(left: int, rolls: bool) -> None:
    book, one = bought()
    draft = decide(desk(MAY - dt.timedelta(left)), book, one)
    assert [o.kind for o in draft.orders] == (["roll"] if rolls else [])


def test_a_roll_is_one_package_of_two_legs_in_the_same_campaign() -> None:
    book, one = bought(lots=25)
    (order,) = decide(desk(MAY - dt.timedelta(21)), book, one).orders
    # 25 condors want 10 calls; the 8 of May go out, 10 of June come in.
    assert legs(order) == [(MAY_CALL, -8), (JUNE_CALL, 10)]
    assert order.campaign == "L1@2019-03-25"
    assert order.reason == "roll at 21 days, into VIX 2019-06-19 16 C, 49 days out"
    fill(book, order, desk(MAY - dt.timedelta(20)))
    assert holding(book, "L1") == {JUNE_CALL: (10, 0, 0)}


def test_a_roll_with_nowhere_to_go_keeps_what_is_held_and_says_so_every_day() -> None:
    book, one = bought()
    for left in (21, 20):
        view = desk(MAY - dt.timedelta(left))
        view.listed["VIX"] = [s for s in view.listed["VIX"] if s.expiry != JUNE]
        draft = decide(view, book, one)
        assert draft.orders == []
        assert [s.why for s in draft.skips] == ["no roll: no VIX monthly 25-63 days out is listed"]


def test_a_roll_without_condors_closes() -> None:
    book = account()
    hold(book, "L1", {MAY_CALL: 8}, {MAY_CALL: 2.0})
    (order,) = decide(desk(MAY - dt.timedelta(21)), book, layer()).orders
    assert legs(order) == [(MAY_CALL, -8)]
    assert order.reason == "roll at 21 days, closed: no target"


def test_a_roll_that_the_budget_cannot_pay_says_so() -> None:
    book, one = bought()
    view = desk(MAY - dt.timedelta(21), marks={MAY_CALL: 0.0})
    view.quotes[MAY_CALL] = Quote(0.0, 0.0, view.date, "modelled", 0.0)
    draft = decide(view, book, one, budget=0)
    assert draft.orders[0].reason == "roll at 21 days, closed: no budget"
    assert [s.why for s in draft.skips] == ["hedge budget: it pays for 0 of 8 contracts"]


# -- gains -----------------------------------------------------------------------------------------------------------

GAIN = {"monetise_multiple": 2.5, "monetise_share": 0.5, "recycle_to": "L2", "recycle_share": 0.5}
L2 = {"dte_min": 90, "dte_max": 140, "roll_dte": 75}


@pytest.mark.parametrize(("mark", "sells"), [(4.99, False), (5.00, True), (9.0, True)])
def test_half_is_sold_at_two_and_a_half_times_its_cost(mark: float, sells: bool) -> None:
    book, one = bought(**GAIN)
    draft = decide(desk(marks={MAY_CALL: mark}), book, one, layer("L2", **L2))
    sold = [o for o in draft.orders if o.kind == "monetise"]
    assert [legs(o) for o in sold] == ([[(MAY_CALL, -4)]] if sells else [])
    if sells:
        assert sold[0].reason == f"mark at {mark / 2:.1f} x cost"


def test_half_of_the_proceeds_buys_more_of_the_second_layer() -> None:
    book, one = bought(**GAIN)
    two = layer("L2", **L2)
    hold(book, "L2", {AUGUST_CALL: 8}, {AUGUST_CALL: 3.0}, opened=MONDAY - dt.timedelta(14))
    view = desk(marks={MAY_CALL: 6.0})
    draft = decide(view, book, one, two)
    # 4 x 6.00 x 100 = 2,400 USD; half is 1,200 USD; calls of August cost 300 USD.
    recycled = [o for o in draft.orders if o.kind == "recycle"]
    assert [(o.layer, legs(o), o.reason) for o in recycled] == [
        ("L2", [(AUGUST_CALL, 4)], "bought with gains handed on")
    ]
    carry_out(draft, view, book)
    assert holding(book, "L1") == {MAY_CALL: (4, 4, 0)}
    assert holding(book, "L2") == {AUGUST_CALL: (12, 0, 4)}
    # What was sold still counts, what was bought on top does not: neither layer trades again.
    quiet = decide(view, book, one, two)
    assert (quiet.orders, quiet.skips) == ([], [])


def test_the_gain_is_taken_once_for_each_contract_bought() -> None:
    book, one = bought(**GAIN)
    two = layer("L2", **L2)
    view = desk(marks={MAY_CALL: 6.0})
    carry_out(decide(view, book, one, two), view, book)
    higher = desk(MONDAY + dt.timedelta(1), marks={MAY_CALL: 9.0})
    assert [o for o in decide(higher, book, one, two).orders if o.kind == "monetise"] == []
    # After the roll the new contract has its own gain to take.
    rolling = desk(MAY - dt.timedelta(21))
    carry_out(decide(rolling, book, one, two), rolling, book)
    assert holding(book, "L1") == {JUNE_CALL: (8, 0, 0)}
    june = desk(MAY - dt.timedelta(20), marks={JUNE_CALL: 6.5})
    assert [legs(o) for o in decide(june, book, one, two).orders if o.kind == "monetise"] == [[(JUNE_CALL, -4)]]


def test_while_condors_leave_the_target_falls_from_all_that_was_bought() -> None:
    book, one = bought(**GAIN)
    two = layer("L2", **L2)
    view = desk(marks={MAY_CALL: 6.0})
    carry_out(decide(view, book, one, two), view, book)
    # 20 condors wanted 8, of which 4 are left and 4 were sold. With 15 the target is 6: two fewer are held.
    book.apply(close_condors(book, 5))
    draft = decide(view, book, one, two)
    assert [legs(o) for o in draft.orders if o.layer == "L1"] == [[(MAY_CALL, -2)]]
    carry_out(draft, view, book)
    assert holding(book, "L1") == {MAY_CALL: (2, 4, 0)}
    book.apply(close_condors(book, 15))
    last = decide(view, book, one, two)
    assert [legs(o) for o in last.orders if o.layer == "L1"] == [[(MAY_CALL, -2)]]


def close_condors(book: Book, lots: int):
    """Return a fill that leaves a campaign with fewer lots: it ends and a smaller one begins."""
    (campaign,) = book.campaigns("condor")
    left = campaign.lots - lots
    leg = LegFill(CONDOR, campaign.lots, 12.0, 12.0, 0, "modelled")
    close = Fill(MONDAY, "condor", campaign.name, "close", campaign.lots, (leg,), "closed")
    if not left:
        return close
    book.apply(close)
    leg = LegFill(CONDOR, -left, 12.0, 12.0, 0, "modelled")
    return Fill(MONDAY, "condor", f"condor@left{left}", "open", left, (leg,), "smaller")


def test_recycling_and_a_falling_target_stay_apart() -> None:
    book, one = bought(**GAIN)
    two = layer("L2", **L2)
    hold(book, "L2", {AUGUST_CALL: 8}, {AUGUST_CALL: 3.0}, opened=MONDAY - dt.timedelta(14))
    book.apply(close_condors(book, 10))
    view = desk(marks={MAY_CALL: 6.0})
    draft = decide(view, book, one, two)
    assert [(o.kind, legs(o)) for o in draft.orders if o.layer == "L2"] == [
        ("recycle", [(AUGUST_CALL, 4)]),
        ("adjust", [(AUGUST_CALL, -4)]),
    ]
    carry_out(draft, view, book)
    assert holding(book, "L2") == {AUGUST_CALL: (8, 0, 4)}


def test_gains_handed_on_while_the_second_layer_rolls_are_bought_in_the_new_contract() -> None:
    book, one = bought(**GAIN)
    two = layer("L2", dte_min=40, dte_max=140, roll_dte=39, choose="longest")
    april = Contract("VIX", MONDAY + dt.timedelta(9), 14.0, "C")
    hold(book, "L2", {april: 8}, {april: 1.0}, opened=MONDAY - dt.timedelta(60))
    view = desk(marks={MAY_CALL: 6.0})
    view.quotes[april] = 1.0
    draft = decide(view, book, one, two)
    assert [(o.kind, legs(o)) for o in draft.orders if o.layer == "L2"] == [
        ("roll", [(april, -8), (AUGUST_CALL, 8)]),
        ("recycle", [(AUGUST_CALL, 4)]),
    ]
    carry_out(draft, view, book)
    assert holding(book, "L2") == {AUGUST_CALL: (12, 0, 4)}


def test_gains_that_buy_nothing_stay_in_cash_and_that_is_said() -> None:
    view = desk(marks={MAY_CALL: 6.0})
    view.quotes[AUGUST_CALL] = 13.0
    book, one = bought(**GAIN)
    hold(book, "L2", {AUGUST_CALL: 8}, {AUGUST_CALL: 13.0}, opened=MONDAY)
    draft = decide(view, book, one, layer("L2", **L2))
    assert [o for o in draft.orders if o.kind == "recycle"] == []
    assert [s.why for s in draft.skips] == ["gains of 1,200 USD handed on by another layer stay in cash"]
    empty = decide(desk(marks={MAY_CALL: 6.0}, deltas={}), bought(**GAIN)[0], one, layer("L2", **L2))
    assert [(s.layer, s.why) for s in empty.skips] == [
        ("L2", f"empty: no 0.5-delta VIX call of {AUGUST}"),
        ("L2", "gains of 1,200 USD handed on by another layer stay in cash"),
    ]


@pytest.mark.parametrize(
    ("quantity", "share", "sold"),
    [
        (8, 0.5, 4),
        (1, 0.5, 0),
        (3, 0.5, 1),
        (5, 0.5, 2),
        (3, 0.33, 1),
        (2, 0.33, 1),
        (1, 0.33, 0),
        (10, 0.33, 3),
        (4, 1.0, 4),
    ],
)
def test_a_share_in_whole_contracts(quantity: int, share: float, sold: int) -> None:
    assert share_of(quantity, share) == sold


def test_one_contract_cannot_be_halved_and_that_is_said() -> None:
    book, one = bought(lots=3, contracts=1, monetise_multiple=2.5)
    draft = decide(desk(marks={MAY_CALL: 6.0}), book, one)
    assert draft.orders == []
    assert [s.why for s in draft.skips] == ["a gain of 3.0 x cost is not taken: 50% of 1 is not a whole contract"]


# -- leaving and coming back -----------------------------------------------------------------------------------------

LEAVES = {"exit_front_level": 50.0, "giveback": 0.30, "giveback_from": 3.0}


@pytest.mark.parametrize(("front", "leaves"), [(49.99, False), (50.0, True), (80.0, True), (math.nan, False)])
def test_everything_is_sold_when_the_front_future_is_extreme(front: float, leaves: bool) -> None:
    book, one = bought(**LEAVES)
    draft = decide(desk(), book, one, readings=Values(F1=front))
    assert [legs(o) for o in draft.orders] == ([[(MAY_CALL, -8)]] if leaves else [])
    if leaves:
        assert draft.orders[0].reason == f"F1 at {front:.1f} has reached 50"
        # It may come back when the call it sold would have been rolled: 21 days before 2019-05-22.
        assert draft.orders[0].refill_from == dt.date(2019, 5, 1)


@pytest.mark.parametrize(
    ("marks", "leaves"),
    [
        # Bought at 2.00: the peak has to reach 6.00 before anything given back counts, and 30 % of 6.00 leaves 4.20.
        ([2.0, 6.0, 4.21], False),
        ([2.0, 6.0, 4.20], True),
        ([2.0, 5.99, 2.0], False),
        ([2.0, 6.0, 7.0, 4.95], False),
        ([2.0, 6.0, 7.0, 4.90], True),
        ([2.0, math.nan, 6.0, 4.0], True),
        ([2.0, 6.0, math.nan], False),
        ([math.nan, math.nan], False),
    ],
)
def test_thirty_percent_of_a_peak_above_three_times_the_cost(marks: list[float], leaves: bool) -> None:
    assert bool(giveback_reason(np.array(marks), 2.0, 0.30, 3.0)) is leaves
    book, one = bought(**LEAVES)
    view = desk(marks={MAY_CALL: marks[-1]}, past={MAY_CALL: marks[:-1]})
    assert bool(decide(view, book, one).orders) is leaves


def test_a_layer_that_left_says_so_every_day_until_it_comes_back() -> None:
    book, one = bought(**LEAVES)
    high = Values(F1=55.0)
    carry_out(decide(desk(), book, one, readings=high), desk(), book)
    for date in (MONDAY + dt.timedelta(1), dt.date(2019, 4, 30)):
        draft = decide(desk(date), book, one)
        assert draft.orders == []
        assert [s.why for s in draft.skips] == ["all sold at a gain; refills from 2019-05-01"]
    (order,) = decide(desk(dt.date(2019, 5, 1)), book, one).orders
    assert (order.kind, order.campaign, legs(order)) == ("open", "L1@2019-03-25", [(JUNE_CALL, 8)])
    fill(book, order, desk(dt.date(2019, 5, 2)))
    assert holding(book, "L1") == {JUNE_CALL: (8, 0, 0)}


@pytest.mark.parametrize("waited", [True, False])
def test_nothing_is_bought_that_would_be_sold_again_tomorrow(waited: bool) -> None:
    book, one = bought(**LEAVES)
    if waited:
        carry_out(decide(desk(), book, one, readings=Values(F1=55.0)), desk(), book)
    else:
        book = account()
        condors(book, 20)
    date = dt.date(2019, 5, 1)
    draft = decide(desk(date), book, one, readings=Values(F1=52.3))
    assert draft.orders == []
    assert [s.why for s in draft.skips] == ["empty: F1 at 52.3 is where all would be sold again"]
    assert decide(desk(date), book, one, readings=Values(F1=49.0)).orders
    assert decide(desk(date), book, one, readings=Values()).orders


# -- parameters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"dte_min": 64}, "dte_min = 64 is above dte_max = 63"),
        ({"roll_dte": 25}, "roll_dte = 25 is not below dte_min = 25"),
        ({"recycle_to": "L2"}, "hands nothing on"),
        ({"delta": 1.0}, "less than 1"),
        ({"contracts": 0.0}, "greater than 0"),
        ({"monetise_multiple": 1.0}, "greater than 1"),
        ({"weight": 1.2}, "less than or equal to 1"),
    ],
)
def test_what_cannot_be_is_refused(params, why) -> None:
    with pytest.raises(ValidationError, match=why):
        VixCallsParams(**params)


# -- never silent ----------------------------------------------------------------------------------------------------


class Watch:
    """A rule that changes nothing and writes down every layer that wants something, holds nothing and says nothing."""

    needs = ()

    def __init__(self, policy: Policy) -> None:
        self.name = "watch"
        self.params = VixCallsParams()
        self.hedges = policy.hedge_layers
        self.silent: list[tuple[dt.date, str]] = []
        self.active = 0

    def restrain(self, view, readings, book, draft) -> None:
        if not open_condors(book, draft):
            return
        for name in self.hedges:
            if draft.notes.get(f"{name}.target") == 0.0:
                continue
            self.active += 1
            held = any(c.positions for c in book.campaigns(name))
            said = any(s.layer == name for s in draft.skips) or any(o.layer == name for o in draft.orders)
            if not held and not said:
                self.silent.append((view.date, name))


@settings(max_examples=5)
@given(market_specs(min_sessions=100, max_sessions=130), st.sampled_from(["alvh", "442-contracts", "alvh-futures"]))
def test_no_active_layer_is_empty_without_an_order_or_a_reason(spec: TinySpec, name: str) -> None:
    history = build_history(spec.tables(holes={"VVIX": [40, 41], "vx": [50]}))
    policy = preset(name)
    watch = Watch(policy)
    watched = Policy(
        policy.name, policy.version, policy.about, policy.timing, policy.layers, (*policy.rules, watch), policy.text, ""
    )
    day.run(
        history,
        watched,
        ModelledQuotes(history),
        first=history.dates[5],
        last=history.dates[-1],
        nav_cents=10**9,
        how=Execution(),
    )
    assert watch.silent == []
    assert watch.active
