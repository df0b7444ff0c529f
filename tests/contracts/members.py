"""What the contracts of layers and rules share: a market, a run that is watched, and how a member is made."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import Any

import pytest
from pydantic import ValidationError

from alvh import day
from alvh.diagnosis.diagnose import indicators
from alvh.execution.execute import Execution
from alvh.market.history import History, build_history
from alvh.market.reconstruct import ModelledQuotes
from alvh.policies.policy import Policy, PolicyError, parse_policy
from alvh.values import Plan
from tiny_market import TinySpec

FIRST, FORK = 20, 120
SPEC = TinySpec(seed=11, sessions=170, shock_at=(90,), shock=0.9)
CONTEXT = """
name = "context"
[[layers]]
kind = "condor"
[[layers]]
kind = "vix_calls"
name = "L1"
[[layers]]
kind = "vix_calls"
name = "L2"
dte_min = 60
dte_max = 130
roll_dte = 40
[[rules]]
kind = "sizing"
[[rules]]
kind = "hedge_budget"
[[rules]]
kind = "whole_contracts"
"""
"""The policy a member is put into: condors to size and to hedge, two layers to share a budget."""


@cache
def market(*, forked: bool = False) -> History:
    """Return the market of the contracts, or one that is another from session `FORK` on."""
    return build_history((replace(SPEC, fork=(FORK, 3)) if forked else SPEC).tables())


def context() -> Policy:
    return parse_policy(CONTEXT)


def fold(policy: Policy, history: History) -> tuple[Plan, ...]:
    """Run a policy over the contracts' market and return its plans."""
    made = day.run(
        history,
        policy,
        ModelledQuotes(history),
        first=history.dates[FIRST],
        last=history.dates[-1],
        nav_cents=10**9,
        how=Execution(),
    )
    return made.plans


class MemberContract:
    """What every file a policy can name promises, layer or rule: its parameters, its name, the readings it needs."""

    family: str

    def made_by(self, kind: str) -> Any:
        return getattr(import_module(f"alvh.decision.{self.family}s.{kind}"), self.family.upper())

    def make(self, kind: str, name: str = "mine", **params: object) -> Any:
        made = self.made_by(kind)
        return made(name, made.Params(**params))

    def test_it_has_the_name_the_policy_gives_it(self, kind: str) -> None:
        assert self.make(kind, "some name").name == "some name"

    def test_its_parameters_have_defaults_and_forbid_what_they_do_not_know(self, kind: str) -> None:
        made = self.made_by(kind)
        assert made.Params() == made.Params(**made.Params().model_dump())
        with pytest.raises(ValidationError, match="extra_forbidden"):
            made.Params(no_such_parameter=1)

    def test_its_parameters_are_frozen(self, kind: str) -> None:
        params = self.made_by(kind).Params()
        for field in type(params).model_fields:
            with pytest.raises(ValidationError):
                setattr(params, field, getattr(params, field))

    def test_every_parameter_is_explained(self, kind: str) -> None:
        params = self.made_by(kind).Params
        for field in params.model_fields:
            assert re.search(rf"\b{field}\b", params.__doc__ or ""), f"{kind}: {field} stands in no docstring"

    def test_a_misspelt_parameter_is_answered_with_the_nearest(self, kind: str) -> None:
        field = next(iter(self.made_by(kind).Params.model_fields))
        above = 'name = "x"\n[[layers]]\nkind = "condor"\nmax_lots = 1\n'
        text = f'{above}[[{self.family}s]]\nkind = "{kind}"\nname = "mine"\n'
        line = len(text.splitlines()) + 1
        with pytest.raises(PolicyError, match=rf"line {line}: mine: unknown key '{field}x'.*did you mean '{field}'\?"):
            parse_policy(f"{text}{field}x = 1\n")

    def test_the_readings_it_needs_exist(self, kind: str) -> None:
        assert set(self.made_by(kind).needs) <= set(indicators())
