"""What every rule promises. One test class runs it over every file in `decision/rules` that a policy can name."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from alvh.decision.draft import Draft
from alvh.policies.policy import Policy
from alvh.values import Order, Skip
from contracts.members import FORK, MemberContract, context, fold, market

NAME = "mine"


class Watched:
    """A rule, and what stood in the draft before and after it at every close."""

    def __init__(self, rule) -> None:
        self.rule = rule
        self.name = rule.name
        self.needs = rule.needs
        self.seen: list[tuple[list[Order], list[Skip], Draft]] = []

    def restrain(self, view, readings, book, draft: Draft) -> None:
        orders, skips = copy(draft.orders), copy(draft.skips)
        self.rule.restrain(view, readings, book, draft)
        after = replace(draft, orders=copy(draft.orders), skips=copy(draft.skips))
        self.seen.append((orders, skips, after))


class RuleContract(MemberContract):
    """Any rule: it lowers, refuses or completes, with a reason, and never gets in the way of an exit."""

    family = "rule"

    def policy(self, kind: str) -> Policy:
        """Return a policy in which the rule, with its defaults, stands where it belongs."""
        base = context()
        rules = [rule for rule in base.rules if type(rule) is not self.made_by(kind)]
        after = getattr(self.made_by(kind), "after", ())
        at = len(rules) if after else 0
        return replace(base, rules=(*rules[:at], self.make(kind, NAME), *rules[at:]))

    def watch(self, kind: str) -> Watched:
        policy = self.policy(kind)
        watched = Watched(next(rule for rule in policy.rules if rule.name == NAME))
        fold(replace(policy, rules=tuple(watched if r.name == NAME else r for r in policy.rules)), market())
        assert watched.seen
        return watched

    def test_it_never_raises_what_was_proposed(self, kind: str) -> None:
        for before, _, after in self.watch(kind).seen:
            left = {(o.layer, o.campaign, o.kind): o for o in after.orders}
            for order in before:
                kept = left.get((order.layer, order.campaign, order.kind))
                assert kept is None or 1 <= kept.lots <= order.lots
                assert kept is None or kept.legs == order.legs

    def test_what_it_refuses_it_refuses_aloud(self, kind: str) -> None:
        for before, skips, after in self.watch(kind).seen:
            left = {(o.layer, o.campaign, o.kind) for o in after.orders}
            gone = [o for o in before if (o.layer, o.campaign, o.kind) not in left]
            reasons = after.skips[len(skips) :]
            assert after.skips[: len(skips)] == skips
            for order in gone:
                assert any(skip.layer == order.layer and skip.why for skip in reasons)

    def test_it_lets_every_exit_pass(self, kind: str) -> None:
        for before, _, after in self.watch(kind).seen:
            for order in before:
                if order.kind in ("close", "monetise"):
                    rolled = any(o.kind == "roll" and o.campaign == order.campaign for o in after.orders)
                    # A stop may give way to a Time-Shift of the same campaign, which says so.
                    assert order in after.orders or (rolled and order.kind == "close")

    def test_what_it_adds_is_under_a_layers_name(self, kind: str) -> None:
        names = {layer.name for layer in self.policy(kind).layers}
        for before, _, after in self.watch(kind).seen:
            for order in after.orders[len(before) :]:
                assert order.layer in names
                assert order.reason
                assert 1 <= len(order.legs) <= 4

    def test_the_same_inputs_give_the_same_plans(self, kind: str) -> None:
        assert fold(self.policy(kind), market()) == fold(self.policy(kind), market())

    def test_no_decision_moves_when_the_future_is_altered(self, kind: str) -> None:
        before = market().dates[FORK]
        one, two = (fold(self.policy(kind), market(forked=forked)) for forked in (False, True))
        assert [p for p in one if p.decided_at.session < before] == [p for p in two if p.decided_at.session < before]
