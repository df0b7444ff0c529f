"""What every layer promises. One test class runs it over every file in `decision/layers` that a policy can name."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from alvh import conventions
from alvh.market.observe import View
from alvh.market.other_roots import BUILDERS
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.policy import Policy
from alvh.values import Contract, Order, Plan
from contracts.members import FORK, MemberContract, context, fold, market

NAME = "mine"


class LayerContract(MemberContract):
    """Any layer: it proposes packages of listed contracts under its own name, from the past alone."""

    family = "layer"

    def policy(self, kind: str) -> Policy:
        """Return a policy in which the layer, with its defaults, follows the condors."""
        base = context()
        return replace(base, layers=(base.layers[0], self.make(kind, NAME), *base.layers[1:]))

    def plans(self, kind: str, *, forked: bool = False) -> tuple[Plan, ...]:
        return _plans(type(self), kind, forked)

    def orders(self, kind: str) -> list[tuple[Plan, Order]]:
        return [(plan, order) for plan in self.plans(kind) for order in plan.orders if order.layer == NAME]

    def test_it_says_whether_it_hedges(self, kind: str) -> None:
        assert isinstance(self.made_by(kind).hedge, bool)

    def test_it_does_something_under_its_own_name(self, kind: str) -> None:
        said = [skip for plan in self.plans(kind) for skip in plan.skips if skip.layer == NAME]
        assert self.orders(kind) or said

    def test_it_speaks_for_nobody_else(self, kind: str) -> None:
        names = {layer.name for layer in self.policy(kind).layers}
        for plan in self.plans(kind):
            assert {order.layer for order in plan.orders} | {skip.layer for skip in plan.skips} <= names

    def test_its_orders_are_packages_a_broker_takes(self, kind: str) -> None:
        for _, order in self.orders(kind):
            contracts = [leg.contract for leg in order.legs]
            assert 1 <= len(contracts) <= 4
            assert len(set(contracts)) == len(contracts)
            assert all(leg.ratio != 0 for leg in order.legs)
            assert order.lots >= 1
            assert order.reason

    def test_its_campaigns_carry_its_name_and_a_date(self, kind: str) -> None:
        for plan, order in self.orders(kind):
            layer, _, date = order.campaign.partition("@")
            assert layer == NAME
            assert date <= plan.decided_at.session.isoformat()

    def test_no_campaign_is_opened_twice(self, kind: str) -> None:
        opened = [(order.campaign, plan.decided_at) for plan, order in self.orders(kind) if order.kind == "open"]
        days = {}
        for campaign, instant in opened:
            days.setdefault(campaign, set()).add(instant)
        orders_a_day = [(campaign, instant) for campaign, instant in opened]
        assert len(set(orders_a_day)) == len(orders_a_day)

    def test_what_it_opens_is_listed_that_day_and_on_the_grid(self, kind: str) -> None:
        history = market()
        quotes = ModelledQuotes(history)
        for plan, order in self.orders(kind):
            view = View(history, quotes, history.index(plan.decided_at.session))
            for leg in order.legs:
                if order.kind in ("open", "recycle") or (order.kind in ("adjust", "roll") and leg.ratio > 0):
                    assert leg.contract.expiry > view.date
                if order.kind == "open":
                    assert listed(view, leg.contract), f"{leg.contract} was not listed on {view.date}"

    def test_the_same_inputs_give_the_same_plans(self, kind: str) -> None:
        assert fold(self.policy(kind), market()) == self.plans(kind)

    def test_no_decision_moves_when_the_future_is_altered(self, kind: str) -> None:
        one, two = self.plans(kind), self.plans(kind, forked=True)
        before = market().dates[FORK]
        kept = [[plan for plan in plans if plan.decided_at.session < before] for plans in (one, two)]
        assert kept[0] == kept[1]
        assert [plan for plan in one if plan.decided_at.session >= before] != [
            plan for plan in two if plan.decided_at.session >= before
        ], "the fork changed nothing: the test would not notice anything"


@cache
def _plans(contract: type[LayerContract], kind: str, forked: bool) -> tuple[Plan, ...]:
    return fold(contract().policy(kind), market(forked=forked))


def listed(view: View, contract: Contract) -> bool:
    """Whether a contract could be traded at a view: its series is listed, its strike is on the grid."""
    by_its_own_name = contract.root == "XSP" or contract.root in BUILDERS
    underlying = contract.root if by_its_own_name else conventions.root_spec(contract.root).underlying
    series = [s for s in view.series(underlying) if (s.root, s.expiry) == (contract.root, contract.expiry)]
    if not series:
        return False
    return view.strike_near(series[0], contract.right, contract.strike) == pytest.approx(contract.strike)
