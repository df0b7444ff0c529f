"""Capital: when it is judged, the verdict by hand, what it does, and that past and seed alone decide."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest

from alvh.conventions import sessions
from alvh.decision.book_after import before_and_after
from alvh.decision.rules.capital import Capital, CapitalParams, cash_usd, occasion
from alvh.policies.policy import parse_policy
from alvh.values import Contract, Order
from contracts.members import CONTEXT, fold, market
from decision.desk import MONDAY, Desk, Values, account, hold
from decision.rules.judged import draft_of, entry, judge, legs

RATES = Values(bill_3m=0.02, sofr=0.03, sofr_bill_spread=0.01, VIX=15.0, VVIX=90.0)
MONTH_END = dt.date(2019, 4, 30)
PAST = tuple(sessions(dt.date(2018, 12, 1), dt.date(2020, 5, 1)).astype(object).tolist())


class Still(Desk):
    """A market in which SPX has gone up and down by 1 % and from now on stands still, every condor leg at 5.00."""

    def __init__(self, date: dt.date = MONDAY) -> None:
        super().__init__(date, quotes={leg.contract: 5.0 for leg in legs()}, calendar=PAST)
        self.quotes[Contract("SPXW", legs()[0].contract.expiry, 2700.0, "P")] = 8.0
        self.quotes[Contract("SPXW", legs()[0].contract.expiry, 2900.0, "C")] = 8.0
        self.moves = np.zeros((300, 7))

    def known(self, key: object, compute: object) -> np.ndarray:
        return self.moves if key == "scenario moves" else 2800.0 * np.where(np.arange(self.i + 1) % 2, 1.01, 1.0)


def earning(desk: Desk, beta: float):
    """Return an account that has moved `beta` times as SPX did for 70 sessions."""
    book = account()
    first, cents = desk.i - 70, 5e8
    for k in range(first, desk.i + 1):
        if k > first:
            cents *= 1.0 + beta * (0.01 if k % 2 else 1.0 / 1.01 - 1.0)
        book.equity_path()[0].append(desk.calendar[k])
        book.equity_path()[1].append(round(cents))
        book.margin_path().append(4_000_000)
    return book


def rule(**params) -> Capital:
    return Capital("capital", CapitalParams(**{"paths": 10, **params}))


def test_the_verdict_by_hand() -> None:
    """SPX stands still, so every condor keeps its credit: 9 x 2 x 3.00 x 100 = 5,400 USD, which earn the bill, too.

    Half of the half-spread of 0.10 on four legs costs 9 x 4 x 0.05 x 100 = 180 USD. Capital: 9 x 4,400 = 39,600 USD. A
    quarter at 2 % is 0.5 %: wealth = 39,600 x 1.005 + 5,400 x 1.005 - 180 = 45,045, and 45,045 / 39,600 to the fourth
    power is a return of 67.4 %. Beta 0.4: Re = WACC = 2 % + 0.4 x 5 % = 4 %; the hurdle is 4 % + 1 % + 3 % = 8 %.
    """
    desk = Still()
    draft = draft_of(entry(), desk=desk)
    said = judge(rule(), RATES, draft, earning(desk, 0.4))
    assert draft.notes["capital.irr_after"] == pytest.approx((45_045.0 / 39_600.0) ** 4 - 1.0, rel=1e-12)
    assert draft.notes["capital.wacc_after"] == pytest.approx(0.04, abs=1e-6)
    assert draft.notes["capital.hurdle"] == pytest.approx(0.08, abs=1e-6)
    assert draft.notes["capital.irr_error"] == 0.0
    assert "capital.irr_before" not in draft.notes
    assert len(draft.orders) == 1
    assert said[0] == (
        "new condors: expected return 67.4% +/- 0.0% a year on 39,600 USD, not below the hurdle of 8.0% "
        "(WACC 4.0%, beta 0.40, SOFR - bill +1.00%)"
    )
    assert said[-1] == "refuse the new condors: not done, the hurdle is met"
    assert [r.rejected for r in draft.remarks] == [False, False, True]


def test_below_the_hurdle_nothing_is_added() -> None:
    desk = Still()
    draft = draft_of(entry(), desk=desk, hedges=("L1",))
    said = judge(rule(over=0.70), RATES, draft, earning(desk, 0.4))
    assert draft.orders == []
    assert draft.skips[0].why == "capital: an expected 67.4% a year on capital, the hurdle is 75.0%"
    assert said[-1].startswith("add the new condors all the same: not done")
    assert draft.capped == {}


def test_hedges_are_capped_only_where_the_policy_wants_it() -> None:
    desk = Still()
    draft = draft_of(entry(), desk=desk, hedges=("L1",))
    judge(rule(over=0.70, caps_hedges=True), RATES, draft, earning(desk, 0.4))
    assert draft.capped["L1"].startswith("capital: an expected 67.4%")


def test_a_policy_may_only_show_capital() -> None:
    desk = Still()
    draft = draft_of(entry(), desk=desk)
    said = judge(rule(over=0.70, acts=False), RATES, draft, earning(desk, 0.4))
    assert len(draft.orders) == 1
    assert said[-1] == "refuse the new condors: not done, the policy only shows capital"


def test_a_debit_balance_is_the_only_debt() -> None:
    """Equity 5,000,000 less 2,000,000 taken out, 7,000,000 in long options: a debit of 4,000,000 on 3,000,000."""
    desk = Still()
    long_put = Contract("SPXW", legs()[0].contract.expiry, 2650.0, "P")
    book = earning(desk, 0.4)
    hold(book, "L1", {long_put: 1}, {long_put: 5.0}, lots=14_000)
    book.cash_cents -= 200_000_000
    draft = draft_of(entry(), desk=desk, hedges=("L1",))
    assert cash_usd(desk, book, before_and_after(book, draft)[0], {long_put: 5.0}) == pytest.approx(-4_000_000.0)
    judge(rule(), RATES, draft, book)
    # 3/7 x 4 % + 4/7 x (3 % + 1.5 %)
    assert draft.notes["capital.wacc_before"] == pytest.approx(3 / 7 * 0.04 + 4 / 7 * 0.045, abs=1e-6)
    # The condors' credit of 5,400 USD pays some of it back.
    share = 3_994_600.0 / 6_994_600.0
    assert draft.notes["capital.wacc_after"] == pytest.approx((1 - share) * 0.04 + share * 0.045, abs=1e-6)


def test_return_on_peak_margin_by_hand() -> None:
    desk = Still()
    book = earning(desk, 0.4)
    equity = book.equity_path()[1]
    draft = draft_of(entry(), desk=desk)
    judge(rule(), RATES, draft, book)
    expected = (equity[-1] - equity[0]) / 100.0 * 252.0 / 70.0 / 40_000.0
    assert draft.notes["capital.return_on_peak_margin"] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("on_unknown", "left", "scale"), [("pass", 1, {}), ("block", 0, {}), ("halve", 1, {"capital": 0.5})]
)
def test_without_a_beta_the_policy_decides(on_unknown: str, left: int, scale: dict[str, float]) -> None:
    draft = draft_of(entry(), desk=Still())
    said = judge(rule(on_unknown=on_unknown), RATES, draft)
    assert "0 sessions of profit and loss, 63 are needed for a beta" in said[0]
    assert len(draft.orders) == left
    assert draft.entry_scale == scale


def test_without_a_history_there_is_no_scenario() -> None:
    desk = Still()
    desk.moves = np.zeros((251, 7))
    draft = draft_of(entry(), desk=desk)
    assert (
        "251 sessions of SPX, VX and VVIX together, 252 are needed"
        in judge(rule(), RATES, draft, earning(desk, 0.4))[0]
    )


@pytest.mark.parametrize(
    ("date", "entries", "on_entries", "note", "when"),
    [
        (MONDAY, True, True, False, "new condors"),
        (MONDAY, True, False, False, ""),
        (MONDAY, False, True, False, ""),
        (MONDAY, False, True, True, "adjustment"),
        (MONTH_END, False, False, False, "month end"),
        (dt.date(2019, 4, 29), False, True, False, ""),
    ],
)
def test_days_of_judgement(date: dt.date, entries: bool, on_entries: bool, note: bool, when: str) -> None:
    draft = draft_of(*([entry()] if entries else []), desk=Still(date))
    if note:
        draft.notes["protocol.adjusting"] = 1.0
    assert occasion(draft.view, draft, on_entries=on_entries) == when
    if not when:
        assert judge(rule(on_entries=on_entries), RATES, draft)[0].startswith("no day to judge capital on")


def test_a_roll_of_a_condor_is_an_adjustment() -> None:
    draft = draft_of(Order("condor", "condor@x", "roll", legs(), 1, "rolled"))
    assert occasion(draft.view, draft, on_entries=True) == "adjustment"


def test_an_empty_book_has_nothing_to_judge() -> None:
    desk = Still(MONTH_END)
    draft = draft_of(desk=desk)
    assert judge(rule(), RATES, draft, earning(desk, 0.4)) == [
        "month end: nothing ties up capital; the hurdle is 8.0% a year"
    ]


POLICY = CONTEXT.replace(
    '[[rules]]\nkind = "hedge_budget"',
    '[[rules]]\nkind = "capital"\npaths = 400\nbeta_least = 20\nhistory_least = 60\n[[rules]]\nkind = "hedge_budget"',
)


def judged(plans):
    return [(p.decided_at.session, {k: v for k, v in p.notes.items() if k.startswith("capital.")}) for p in plans]


def test_the_same_seed_judges_the_same_and_the_future_judges_nothing() -> None:
    policy = parse_policy(POLICY)
    one, again, forked = (judged(fold(policy, market(forked=f))) for f in (False, False, True))
    assert one == again
    fork = market().dates[120]
    assert [x for x in one if x[0] < fork] == [x for x in forked if x[0] < fork]
    seen = [notes for _, notes in one if "capital.irr_after" in notes]
    assert len(seen) > 5
    assert all(math.isfinite(x) for notes in seen for x in notes.values())
    other = judged(fold(parse_policy(POLICY.replace("paths = 400", "paths = 400\nseed = 1")), market()))
    assert other != one


def test_a_condor_that_does_not_pay_is_never_opened() -> None:
    none = fold(parse_policy(POLICY.replace("paths = 400", "paths = 400\nover = 1e6")), market())
    known = [p for p in none if "capital.irr_after" in p.notes]
    assert known
    assert not [o for p in known for o in p.orders if o.kind == "open" and o.layer == "condor"]
    shown = fold(parse_policy(POLICY.replace("paths = 400", "paths = 400\nover = 1e6\nacts = false")), market())
    free = fold(parse_policy(CONTEXT), market())
    assert [p.orders for p in shown] == [p.orders for p in free]
